"""The body of a grid, read strictly by a layout: its header, its items, and the totals that prove them."""

from arkit.ledger.body.reading import Body, read_body

__all__ = ["Body", "read_body"]
