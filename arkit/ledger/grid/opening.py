"""A file of any kind as a grid; the kind is told by the content, since exports are often named otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger import parsing
from arkit.ledger.grid.model import WIDEST, Grid, tidy
from arkit.ledger.grid.sheets import sheet_grid
from arkit.ledger.grid.texts import text_grid
from arkit.ledger.headers import first_line

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_PAGE: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def open_grid(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Grid:
    """Return the grid of a file; encoding, delimiter and sheet are found where they are not stated.

    Raises
    ------
    ReadingError
        The file is missing, empty, or of a kind that cannot be read.
    """
    if not path.is_file():
        raise ReadingError(f"There is no file {path.name} in {path.parent}.")
    try:
        with path.open("rb") as file:
            start = file.read(512)
        if not start:
            raise ReadingError(f"{path.name} is empty (0 bytes). Export it again.")
        grid = _of_kind(path, start, encoding=encoding, delimiter=delimiter, sheet=sheet)
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if grid.cells.is_empty() or not grid.columns:
        raise ReadingError(f"{path.name} has no cells with anything in them. Export it again.")
    return grid


def _of_kind(path: Path, start: bytes, *, encoding: str, delimiter: str, sheet: str) -> Grid:
    if start.startswith((_ZIP, _OLE)):
        return sheet_grid(path, sheet=sheet)
    if start.startswith(_PARQUET):
        return _table_grid(path)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_PAGE):
        raise ReadingError(f"{path.name} is a web page or XML under the name of a table. Open it and save it as .xlsx.")
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
