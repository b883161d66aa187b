"""The rows of a file, read strictly by a layout: header, items, sections, and the totals that prove them."""
