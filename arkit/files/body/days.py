"""Days that no cell has as such: in two or three columns (2026 | 1 | 5), or as the numbers of a spreadsheet (46027).

Both become a column of ISO days as soon as the header is known, so that everything else sees days.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from arkit.build.written_days import month_numbers
from arkit.errors import ReadingError
from arkit.files.body.header import Header
from arkit.files.open_file import Grid
from arkit.model.layout import TableLayout

SERIAL: Final = r"^(\d{5})(?:[.,]\d+)?$"
_FIRST: Final = 36_526
"""2000-01-01 in the numbers of a spreadsheet, which count from 1899-12-30."""
_LAST: Final = 54_788
_ZERO: Final = pl.date(1899, 12, 30)
_NUMBER: Final = r"(\d{1,2})"
_YEAR: Final = r"((?:19|20)\d{2})"


def with_days(grid: Grid, header: Header, table: TableLayout) -> tuple[Grid, Header]:
    """The grid with the days that a layout makes of several columns, or of numbers, and the header with their names.

    Raises
    ------
    ReadingError
        The header does not have a column that they are made of.
    """
    columns = {name: column for column, name in header.names.items()}
    for name, parts in table.day_parts.items():
        absent = [part for part in parts[-2:] if part not in columns]
        if absent:
            raise ReadingError(f"{grid.file} has no column {absent[0]!r}, which the day {name!r} is made of.")
        places = [columns.get(part, part) for part in parts]
        column = f"= {name}"
        days = grid.cells.select(_day_of(*places, known={*grid.columns})).to_series().alias(column)
        below = pl.int_range(pl.len()) >= header.below
        gone = [place for place in places if place in grid.columns]
        cells = grid.cells.with_columns(pl.when(below).then(days).alias(column)).drop(gone)
        grid = replace(grid, cells=cells)
        names = {place: known for place, known in header.names.items() if place not in gone}
        header = replace(header, names={**names, column: name})
    serials = [columns[name] for name in table.serials if name in columns]
    cells = grid.cells.with_columns(
        pl.coalesce(serial_days(pl.col(column)).cast(pl.String), column).alias(column) for column in serials
    )
    return replace(grid, cells=cells), header


def _day_of(year: str, month: str, day: str, *, known: set[str]) -> pl.Expr:
    """ISO days of a year (a column, or the same in every row), a month and a day; a blank month is that above it."""
    years = pl.col(year).str.extract(_YEAR).forward_fill() if year in known else pl.lit(year)
    name = pl.col(month).str.to_lowercase().str.strip_chars(" .")
    number = name.replace_strict(month_numbers(), default=pl.col(month).str.extract(_NUMBER), return_dtype=pl.String)
    days = pl.col(day).str.extract(_NUMBER)
    text = pl.concat_str(years, number.forward_fill().str.zfill(2), days.str.zfill(2), separator="-")
    return text.str.to_date("%Y-%m-%d", strict=False).cast(pl.String)


def serial_days(cells: pl.Expr) -> pl.Expr:
    """The days that numbers of a spreadsheet stand for; missing where a cell is none, or of another century."""
    number = cells.str.extract(SERIAL).cast(pl.Int32, strict=False)
    return pl.when(number.is_between(_FIRST, _LAST)).then(_ZERO + pl.duration(days=number))
