"""Files and databases as cells, and the rows of tables by a layout."""
