"""A file of any kind as a grid; the kind is told by the content, since exports are often named otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger import parsing
from arkit.ledger.findings import together
from arkit.ledger.grid.model import WIDEST, Grid, tidy
from arkit.ledger.grid.sheets import sheet_grid
from arkit.ledger.grid.texts import text_grid
from arkit.ledger.headers import first_line
from arkit.ledger.kinds import kind_of
from arkit.ledger.notices import of_name


def open_grid(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Grid:
    """Return the grid of a file; encoding, delimiter and sheet are found where they are not stated.

    Raises
    ------
    ReadingError
        The file is missing, empty, or of a kind that cannot be read.
    """
    try:
        grid = _of_kind(path, encoding=encoding, delimiter=delimiter, sheet=sheet)
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if grid.cells.is_empty() or not grid.columns:
        raise ReadingError(f"{path.name} has no cells with anything in them. Export it again.")
    return replace(grid, findings=together(grid.findings, of_name(path)))


def _of_kind(path: Path, *, encoding: str, delimiter: str, sheet: str) -> Grid:
    kind = kind_of(path)
    if kind in ("workbook", "old workbook"):
        return sheet_grid(path, sheet=sheet)
    if kind == "parquet":
        return _table_grid(path)
    return text_grid(path, encoding=encoding, delimiter=delimiter)


def _table_grid(path: Path) -> Grid:
    try:
        table = pl.read_parquet(path)
        rows = tidy(table.select(_as_text(column) for column in table), first_row=2)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(f"{path.name} is no Parquet file that can be read: {first_line(error)}.") from error
    if len(table.columns) > WIDEST:
        raise ReadingError(f"{path.name} has {len(table.columns):,} columns; no export of receivables has that many.")
    names = pl.DataFrame([table.columns], orient="row", schema=[name for name in rows.columns if name != "source_row"])
    return Grid(pl.concat([tidy(names), rows]), path.name, "table")


def _as_text(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        column = column.dt.replace_time_zone(None)
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.replace(" 00:00:00$", "").alias(column.name)
    return parsing.text(column)
