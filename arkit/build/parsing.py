"""Cells to typed columns: text is trimmed, dates and amounts are read strictly, and what cannot be read is missing.

Amounts of a table: read exactly, in the currency of each row, with what rounding left over.

Amounts as people write them: currency signs, debit and credit marks, thousands marks, a minus on either side.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from arkit.model.findings import find, together
from arkit.model.layout import DateOrder, Layout
from arkit.model.money import LARGEST_EXACT, SCALE, as_plain, minor_per_unit, plain_numbers, to_minor
from arkit.words.vocabulary import currency_of

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


# An unreadable amount of these sets the row apart; one of the others is only missing.
_JUDGED_BY_CALLER: Final = ("amount", "balance")


def read_amounts(
    rows: pl.DataFrame, columns: dict[str, str], *, table: str, layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with amounts in minor units, and findings on amounts that were rounded.

    ``columns`` tells for each amount the column of its currency. Beside ``amount`` comes ``amount_rest``, what rounding
    left over, in millionths of a currency unit, and ``unread_amount``, the text of an amount that cannot be read.
    """
    findings = []
    for name, currency in columns.items():
        if name not in rows.columns:
            continue
        given = rows[name]
        unit = rows.select(minor_per_unit(pl.col(currency), rows[currency])).to_series()
        minor, rest = to_minor(given, unit=unit, decimal_mark=layout.decimal_mark)
        unread = text(given).set(minor.is_not_null(), None) if minor.null_count() > given.null_count() else None
        rows = rows.with_columns(
            minor.alias(name),
            rest.fill_null(0).alias(f"{name}_rest"),
            pl.lit(unread, dtype=pl.String).alias(f"unread_{name}"),
        )
        if (rest != 0).any():
            rounded = rows.with_columns(given=text(given)).filter(pl.col(f"{name}_rest") != 0)
            findings.append(find("too_many_decimals", rounded, table=table, value="given"))
        if unread is not None and name not in _JUDGED_BY_CALLER:
            lost = rows.filter(pl.col(f"unread_{name}").is_not_null())
            value = pl.format(f"{name} = {{}}", f"unread_{name}")
            findings.append(find("unreadable_optional", lost, table=table, value=value))
    return rows, together(*findings)


def in_base(amount: pl.Expr, *, rate: pl.Expr, unit: pl.Expr, base_unit: pl.Expr) -> pl.Expr:
    """Return an amount in minor units of the base currency, at base units per unit of the currency."""
    return as_minor(amount.cast(pl.Float64) * rate * base_unit / unit)


def proportion(amount: pl.Expr, *, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return the share of an amount that a part is of a whole, in minor units; missing where there is none.

    In floating point: the product of two amounts does not fit into an integer of 64 bits.
    """
    return as_minor(amount.cast(pl.Float64) * part / whole)


def as_minor(amount: pl.Expr) -> pl.Expr:
    """Return an amount as a whole number of minor units, missing where it is no number or too large to be exact."""
    return pl.when(amount.abs() <= LARGEST_EXACT).then(amount.round(0)).cast(pl.Int64)


EXACT: Final = pl.Decimal(38, SCALE)
_CODE: Final = r"([A-Z]{3}|[€£$¥₽₴₸₹]|US\$|HK\$|(?i:руб|р|rmb)\.?|元|人民币)"
CURRENCY_IN_CELL: Final = rf"^[-(+]?\s*{_CODE}\s*[-(]?\s*[\d.,]|[\d.,)\-]\s*{_CODE}\s*-?$"
_CREDIT: Final = r"(?i)^(.*\d)\s*(cr|h|haben|к|кт|贷|c)\.?$"
_DEBIT: Final = r"(?i)^(.*\d)\s*(dr|s|soll|д|дт|借|d)\.?$"
_BARE: Final = r"^[-+(<]?[\d.,\s\u00a0\u202f'’]*\d[)>]?-?$"
NO_AMOUNT: Final = r"^[-–—−./\s]+$"


def bare(cells: pl.Series) -> pl.Series:
    """Return amounts without currency, with a minus in front for a credit mark; a dash alone is nothing.

    >>> bare(pl.Series(["1.234,56 EUR", "100,00 Cr", "-"])).to_list()
    ['1.234,56', '-100,00', None]
    """
    others = cells.is_not_null() & ~cells.str.contains(_BARE)
    if not others.any():
        return cells
    # Step by step: nested in one expression, each step would be computed once for each mention of it.
    cell, given = pl.col("cell"), cells.filter(others).alias("cell").to_frame()
    given = given.with_columns(
        pl.when(cell.str.contains(CURRENCY_IN_CELL)).then(cell.str.replace(_CODE, "").str.strip_chars()).otherwise(cell)
    )
    given = given.with_columns(cell.str.replace(_DEBIT, "$1"))
    credit = pl.lit("-") + cell.str.replace(_CREDIT, "$1").str.strip_chars()
    given = given.with_columns(cell=pl.when(cell.str.contains(_CREDIT)).then(credit).otherwise(cell))
    given = given.with_columns(pl.when(~cell.str.contains(NO_AMOUNT)).then(cell))
    return cells.clone().scatter(others.arg_true(), given["cell"])


def currency_in(cells: pl.Series) -> pl.Series:
    """Return the currency that stands in the cell of an amount, as its ISO code; missing where there is none.

    >>> currency_in(pl.Series(["1,50 EUR", "2,50", "£3"])).to_list()
    ['EUR', None, 'GBP']
    """
    found = cells.to_frame("x").select(
        pl.coalesce(pl.col("x").str.extract(CURRENCY_IN_CELL, group) for group in (1, 2))
    )
    names = found.to_series()
    codes = {name: code for name in names.drop_nulls().unique() if (code := currency_of(name))}
    return names.replace_strict(codes, default=None, return_dtype=pl.String)


def exact(cells: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Return amounts as exact decimals, missing where there is no number.

    >>> exact(pl.Series(["1 234,56-", "ten"]), decimal_mark=",").to_list()
    [Decimal('-1234.560000'), None]
    """
    return as_plain(bare(cells), decimal_mark).cast(EXACT, strict=False)


def written(amounts: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Return exact decimals as text with a decimal mark, as an amount of the file is read."""
    text = amounts.cast(pl.String)
    return text.str.replace(".", ",", literal=True) if decimal_mark == "," else text
