"""Workbooks to cells: text as text, numbers as numbers, and the row numbers of the sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.headers import first_line, refuse_repeated
from arkit.ledger.kinds import misnamed
from arkit.ledger.notices import notices, refuse_unreadable
from arkit.ledger.survey import surveyed

_FRACTION: Final = r"^-?\d*\.\d"
"""What a number among text begins with if its mark matters; without one, a column is not read once more."""

Load = Callable[..., pl.DataFrame]


def read_sheet(path: Path, sheet: str, *, decimal_mark: str, table: str) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """Return the cells below the header, the number of the first row of them as the sheet shows it, and notices.

    The header is the first row that is not blank. The workbook is surveyed before it is opened.

    Raises
    ------
    ReadingError
        The file is no workbook, could harm its reader, or has no such sheet.
    """
    import fastexcel

    found = surveyed(path)
    try:
        book = fastexcel.read_excel(path.read_bytes() if misnamed(path) else path)
        if sheet and sheet not in book.sheet_names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(book.sheet_names)}.")
        name = sheet or book.sheet_names[0]
        refuse_unreadable(found, name, path)
        cells, first = _below_header(partial(_load, book, name), path, decimal_mark)
        return cells, first, notices(found, name, table=table)
    except (fastexcel.FastExcelError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {first_line(error)}. Save it again as .xlsx without a password."
        ) from error


def _load(book: Any, sheet: str | int, *, skip_rows: int = 0, **how: Any) -> pl.DataFrame:
    """Return the cells of a sheet from a row on, blank rows above them included."""
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, skip_rows=skip_rows, **how).to_polars()
    return cells


def _below_header(load: Load, path: Path, decimal_mark: str) -> tuple[pl.DataFrame, int]:
    cells = load(dtypes="string")
    filled = cells.select(pl.any_horizontal(pl.lit(False), pl.all().is_not_null())).to_series().arg_max()
    above = filled or 0
    header = ["" if name is None else str(name) for name in (cells.row(above) if cells.height else ())]
    refuse_repeated(header, path.name)
    rows = cells.slice(above + 1)
    if decimal_mark == ",":
        rows = _with_numbers(rows, partial(load, skip_rows=above + 1))
    names = [name if name.strip() else f"column {number}" for number, name in enumerate(header, start=1)]
    rows.columns = names
    return rows, above + 2


def _with_numbers(rows: pl.DataFrame, load: Load) -> pl.DataFrame:
    """Return the cells with numbers as numbers: what a sheet holds as a number has no decimal mark to be mistaken."""
    if rows.is_empty():
        return rows
    typed = load(schema_sample_rows=None)
    columns = []
    for name in rows.columns:
        if typed[name].dtype.is_numeric():
            columns.append(typed[name])
        elif rows[name].str.contains(_FRACTION).any() and _is_mixed(load, name):
            columns.append(_with_comma(rows[name], load(dtypes={name: "float"}, use_columns=[name]).to_series()))
        else:
            columns.append(rows[name])
    return pl.DataFrame(columns)


def _is_mixed(load: Load, name: str) -> bool:
    import fastexcel

    try:
        load(use_columns=[name], schema_sample_rows=None, dtype_coercion="strict")
    except fastexcel.FastExcelError:
        return True
    return False


def _with_comma(text: pl.Series, number: pl.Series) -> pl.Series:
    """Write the numbers among text with a comma; 1.234 may be either a number or text, so it stays for a finding."""
    frame = pl.DataFrame({"text": text, "number": number})
    either = pl.col("text").str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$")
    written = (
        pl.when(pl.col("number").is_null())
        .then("text")
        .when(either)
        .then(pl.format("{} (a number, or text with a thousands mark)", "text"))
        .otherwise(pl.col("text").str.replace(".", ",", literal=True))
    )
    return frame.select(written.alias(text.name)).to_series()
