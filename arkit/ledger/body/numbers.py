"""Numbers of a workbook: as ids they lose their last digits, as amounts they have a point as decimal mark."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body.header import Header
from arkit.ledger.body.rows import Roles
from arkit.ledger.grid import Grid, is_text
from arkit.ledger.layout import Layout
from arkit.ledger.schema import TABLES

_LONG: Final = r"^\d{16,}$"
_EITHER: Final = r"^-?[1-9]\d{0,2}\.\d{3}$"
_NUMBER: Final = r"^-?\d+\.\d+$"


def refuse_long_numbers(grid: Grid, header: Header, roles: Roles) -> None:
    """Refuse ids of 16 digits and more that a workbook holds as numbers: it keeps but 15 of them.

    Raises
    ------
    ReadingError
        Which number, in which column and row.
    """
    if grid.kind != "workbook":
        return
    texts = TABLES[roles.name].of_type("text", "category")
    named = {table: name for name, table in roles.table.columns.items() if name in texts}
    for column, name in header.names.items():
        if name not in named:
            continue
        long = grid.cells.slice(header.below).filter(pl.col(column).str.contains(_LONG))
        if long.height and not is_text(grid, column, below=header.below):
            row, number = long.select("source_row", column).row(0)
            raise ReadingError(
                f"{grid.file} holds {number} in the column {name!r} (row {row}) as a number. A workbook keeps 15 "
                "digits of a number, so its last ones may be lost. Export the column as text, or as CSV."
            )


def with_comma(rows: pl.DataFrame, grid: Grid, roles: Roles, layout: Layout) -> pl.DataFrame:
    """Return the rows with the numbers of a workbook written with the decimal mark of its text.

    What could be a number, or text with a thousands mark, becomes unreadable, for a finding.
    """
    if grid.kind == "text" or layout.decimal_mark == ".":
        return rows
    cells = pl.col([*roles.amounts])
    return rows.with_columns(
        pl.when(cells.str.contains(_EITHER))
        .then(cells + " (a number, or text with a thousands mark)")
        .when(cells.str.contains(_NUMBER))
        .then(cells.str.replace(".", ",", literal=True))
        .otherwise(cells)
    )
