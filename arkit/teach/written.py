"""Small ledgers written as text: cells apart by spaces, ``-`` for an empty cell, ``~`` for a space within one."""

from __future__ import annotations

import polars as pl


def written(text: str, **same: str) -> pl.DataFrame:
    r"""Return a header and its rows as a table of text; ``same`` are columns that every row shares.

    >>> written("item_id amount\n101 5.00", currency="EUR").row(0)
    ('101', '5.00', 'EUR')
    """
    header, *rows = (line.split() for line in text.strip().splitlines())
    cells = [[None if cell == "-" else cell.replace("~", " ") for cell in row] for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.lit(value).alias(name) for name, value in same.items())
