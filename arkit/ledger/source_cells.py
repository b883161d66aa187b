"""The rows of the source that findings are about, with all their cells as the source has them."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.parsing import text
from arkit.ledger.several import Source

_PLACE: Final = "source_row"


def with_cells(findings: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return findings with the cells of their rows beside them, and the header of each column of cells.

    The columns are called ``cell 1``, ``cell 2``, ... because a header may be any text. A finding on no row, or on a
    row above the header, has none.
    """
    headers = [name for name in source.rows.columns if name != _PLACE]
    names = {f"cell {number}": header for number, header in enumerate(headers, start=1)}
    through = findings.join(source.starts, on="source", how="left", maintain_order="left").with_columns(
        through=pl.col(_PLACE) + pl.col("start")
    )
    wanted = source.rows.filter(pl.col(_PLACE).is_in(through["through"].drop_nulls().implode()))
    cells = wanted.select(
        pl.col(_PLACE).alias("through"),
        *(text(wanted[header]).alias(name) for name, header in names.items()),
    )
    joined = through.join(cells, on="through", how="left", maintain_order="left")
    return joined.drop("start", "through"), names
