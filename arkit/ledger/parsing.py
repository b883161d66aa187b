"""Cells to typed columns: text is trimmed, dates and amounts are read strictly, and what cannot be read is missing."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import polars as pl

from arkit.ledger.money import plain_numbers

DateOrder = Literal["ymd", "dmy", "mdy"]

_FORMATS: Final[dict[DateOrder, tuple[str, ...]]] = {
    "ymd": (),
    "dmy": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y"),
}
# Where the year stands first, or the month has its name, the order is known: nobody writes year, day, month.
_IN_ANY_ORDER: Final = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
)
_TIME_OF_DAY: Final = r"([T ]\d{1,2}:\d{2}.*| г\.?)$"
_ISO: Final = "%Y-%m-%d"
_FIRST_DAY: Final = date(1900, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)
_LARGEST_WHOLE: Final = 2**53
_TRUE: Final = ("true", "yes", "y", "1", "x", "да", "是", "ja")


def text(column: pl.Series) -> pl.Series:
    """Return a column as text: trimmed, empty cells missing, whole numbers without a decimal point."""
    if column.dtype.is_float():
        column = column.fill_nan(None)
        whole = column.is_finite() & (column == column.round(0)) & (column.abs() < _LARGEST_WHOLE)
        frame = column.to_frame("x")
        return frame.select(
            pl.when(whole)
            .then(pl.col("x").cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(pl.col("x").cast(pl.String))
        )["x"].alias(column.name)
    trimmed = column.cast(pl.String).str.strip_chars()
    return trimmed.set(trimmed == "", None)


def dates(column: pl.Series, *, order: DateOrder) -> pl.Series:
    """Return a column as dates; those that begin with the year or name the month are read in any order.

    Years before 1900 or after 2199 count as unreadable: they are typing errors, not due dates.
    """
    if isinstance(column.dtype, pl.Datetime):
        # The business date is the one on the clock of the place, not that of Greenwich.
        column = column.dt.replace_time_zone(None)
    if column.dtype.is_temporal():
        found = column.cast(pl.Date)
    else:
        found = _dates_of_text(column, order)
    return _plausible(found).alias(column.name)


def _plausible(days: pl.Series) -> pl.Series:
    return days.set(~days.is_between(_FIRST_DAY, _LAST_DAY), None)


def _dates_of_text(column: pl.Series, order: DateOrder) -> pl.Series:
    # Most cells are plain ISO dates; only the others are worth a closer look.
    cells = column if column.dtype == pl.String else text(column)
    found = _plausible(cells.str.to_date(_ISO, strict=False))
    others = found.is_null() & cells.is_not_null()
    if others.any():
        found = found.scatter(
            others.arg_true(), _dates_in_forms(text(cells.filter(others)), (*_FORMATS[order], *_IN_ANY_ORDER))
        )
    return found


def _dates_in_forms(cells: pl.Series, forms: tuple[str, ...]) -> pl.Series:
    days = cells.str.replace(_TIME_OF_DAY, "")
    found = pl.Series([None], dtype=pl.Date).new_from_index(0, len(cells))
    for form in forms:
        missing = found.is_null() & days.is_not_null()
        if not missing.any():
            break
        found = found.zip_with(~missing, _plausible(days.str.to_date(form, strict=False)))
    return found


def flags(column: pl.Series) -> pl.Series:
    """Return a column as true or false; a missing cell is false."""
    if column.dtype == pl.Boolean:
        return column.fill_null(False)
    return text(column).str.to_lowercase().is_in(_TRUE).fill_null(False)


def numbers(column: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Return a column of plain numbers (days, rates, limits) as floating point."""
    if column.dtype.is_numeric() or column.dtype.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    plain = plain_numbers(pl.lit(text(column)), decimal_mark=decimal_mark)
    return pl.select(plain.cast(pl.Float64, strict=False)).to_series().alias(column.name)
