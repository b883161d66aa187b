"""Cells to typed columns: text is trimmed, days and amounts are read strictly, and what cannot be read is missing.

Amounts are read as people write them (currency, debit and credit marks, thousands marks, a minus on either side), as
exact decimals, and then in minor units of the currency of their row.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from arkit.model.findings import combine, find, value_of
from arkit.model.layout import DateOrder, Layout
from arkit.model.money import EXACT, LARGEST_EXACT, SCALE, minor_per_unit, to_minor
from arkit.words.vocabulary import currency_of

_FORMATS: Final[dict[DateOrder, tuple[str, ...]]] = {
    "ymd": (),
    "dmy": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y"),
}
# Where the year comes first, or the month has its name, the order is known: there is no order year, day, month.
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


def as_text(column: pl.Series) -> pl.Series:
    """A column as text: trimmed, empty cells missing, whole numbers without a decimal point."""
    if column.dtype.is_float():
        x = pl.col("x")
        whole = x.is_finite() & (x == x.round(0)) & (x.abs() < _LARGEST_WHOLE)
        written = pl.when(whole).then(x.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(x.cast(pl.String))
        return column.fill_nan(None).to_frame("x").select(written).to_series().alias(column.name)
    trimmed = column.cast(pl.String).str.strip_chars()
    return trimmed.set(trimmed == "", None)


def dates(column: pl.Series, *, order: DateOrder) -> pl.Series:
    """A column as dates; those that begin with the year or name the month are read in any order.

    Years before 1900 or after 2199 count as unreadable: they are typing errors, not due dates.
    """
    if isinstance(column.dtype, pl.Datetime):
        # The business date is the one on the clock of the place, not that of Greenwich.
        column = column.dt.replace_time_zone(None)
    found = column.cast(pl.Date) if column.dtype.is_temporal() else _dates_of_text(column, order)
    return _plausible(found).alias(column.name)


def _plausible(days: pl.Series) -> pl.Series:
    return days.set(~days.is_between(_FIRST_DAY, _LAST_DAY), None)


def _dates_of_text(column: pl.Series, order: DateOrder) -> pl.Series:
    # Most cells are plain ISO dates; only the others are worth a closer look.
    cells = column if column.dtype == pl.String else as_text(column)
    found = _plausible(cells.str.to_date(_ISO, strict=False))
    others = found.is_null() & cells.is_not_null()
    if others.any():
        found = found.scatter(others.arg_true(), _dates_in_forms(as_text(cells.filter(others)), order))
    return found


def _dates_in_forms(cells: pl.Series, order: DateOrder) -> pl.Series:
    days = cells.str.replace(_TIME_OF_DAY, "")
    found = pl.Series([None], dtype=pl.Date).new_from_index(0, len(cells))
    for form in (*_FORMATS[order], *_IN_ANY_ORDER):
        missing = found.is_null() & days.is_not_null()
        if not missing.any():
            break
        # The forms of the layout come first: what one of them reads is not read again by another.
        found = found.zip_with(~missing, _plausible(days.str.to_date(form, strict=False)))
    return found


def flags(column: pl.Series) -> pl.Series:
    """A column as true or false; a missing cell is false."""
    if column.dtype == pl.Boolean:
        return column.fill_null(False)
    return as_text(column).str.to_lowercase().is_in(_TRUE).fill_null(False)


def numbers(column: pl.Series, *, decimal_mark: str) -> pl.Series:
    """A column of plain numbers (days, rates, limits) as floating point."""
    if column.dtype.is_numeric() or column.dtype.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    return _plain_numbers(as_text(column), decimal_mark).cast(pl.Float64, strict=False)


# An unreadable amount in one of these rejects the row; in another column it is only missing.
_JUDGED_BY_CALLER: Final = ("amount", "balance")


def read_amounts(
    rows: pl.DataFrame, columns: dict[str, str], *, table: str, layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with their amounts in minor units, and findings on amounts that were rounded or cannot be read.

    ``columns`` has for each amount that there may be the column of its currency. With ``amount`` come ``amount_rest``,
    what rounding left over, in millionths of a currency unit, and ``unread_amount``, the text that cannot be read.
    """
    findings = []
    for name, currency in columns.items():
        if name not in rows.columns:
            continue
        given = rows[name]
        unit = rows.select(minor_per_unit(pl.col(currency), rows[currency])).to_series()
        exact = as_decimals(given, decimal_mark=layout.decimal_mark, unit=_unit_of(layout, table))
        minor, rest = to_minor(exact, unit=unit)
        unread = as_text(given).set(minor.is_not_null(), None) if minor.null_count() > given.null_count() else None
        rows = rows.with_columns(
            minor.alias(name),
            rest.fill_null(0).alias(f"{name}_rest"),
            pl.lit(unread, dtype=pl.String).alias(f"unread_{name}"),
        )
        if (rest != 0).any():
            rounded = rows.with_columns(given=as_text(given)).filter(pl.col(f"{name}_rest") != 0)
            findings.append(find("too_many_decimals", rounded, table=table, value="given"))
        if unread is not None and name not in _JUDGED_BY_CALLER:
            lost = rows.filter(pl.col(f"unread_{name}").is_not_null())
            value = pl.format(f"{name} = {{}}", f"unread_{name}")
            findings.append(find("unreadable_optional", lost, table=table, value=value))
    return rows, combine(*findings)


def _unit_of(layout: Layout, table: str) -> int:
    stated = layout.tables().get(table)
    return stated.unit if stated else 1


_PLAIN: Final = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_LONG: Final = rf"(\.\d{{{SCALE}}})\d+$"
_GROUPED: Final = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$"
_CODE: Final = r"([A-Z]{3}|[€£$¥₽₴₸₹]|US\$|HK\$|(?i:руб|р|rmb)\.?|元|人民币)"
CURRENCY_IN_CELL: Final = rf"^[-(+]?\s*{_CODE}\s*[-(]?\s*[\d.,]|[\d.,)\-]\s*{_CODE}\s*-?$"
_CREDIT: Final = r"(?i)^(.*\d)\s*(cr|h|haben|к|кт|贷|c)\.?$"
_DEBIT: Final = r"(?i)^(.*\d)\s*(dr|s|soll|д|дт|借|d)\.?$"
_BARE: Final = r"^[-+(<]?[\d.,\s\u00a0\u202f'’]*\d[)>]?-?$"
NO_AMOUNT: Final = r"^[-–—−./\s]+$"


def bare_amounts(cells: pl.Series) -> pl.Series:
    """Amounts without their currency, with a minus in front for a credit mark; a dash alone is nothing.

    >>> bare_amounts(pl.Series(["1.234,56 EUR", "100,00 Cr", "-"])).to_list()
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
    # A copy: scatter writes into the column itself, and the source's text is still wanted for findings.
    return cells.clone().scatter(others.arg_true(), given["cell"])


def currencies_in(cells: pl.Series) -> pl.Series:
    """The ISO code of the currency in the cell of each amount; missing where there is none.

    >>> currencies_in(pl.Series(["1,50 EUR", "2,50", "£3"])).to_list()
    ['EUR', None, 'GBP']
    """
    found = pl.coalesce(cells.str.extract(CURRENCY_IN_CELL, group) for group in (1, 2))
    names = pl.select(found).to_series()
    codes = {name: code for name in names.drop_nulls().unique() if (code := currency_of(name))}
    return names.replace_strict(codes, default=None, return_dtype=pl.String)


def currency_codes(currencies: pl.Series) -> pl.Series:
    """Currencies by their codes: 人民币 and € are CNY and EUR; what is not a currency stays, for a finding."""
    codes = {name: currency_of(name) or name.upper() for name in currencies.drop_nulls().unique()}
    return currencies.replace_strict(codes, default=None, return_dtype=pl.String)


def exact_amounts(cells: pl.Series, *, decimal_mark: str, unit: int = 1) -> pl.Series:
    """Amounts as exact decimals, missing where there is no number; ``unit`` is what an amount of 1 means.

    >>> exact_amounts(pl.Series(["1 234,56-", "ten"]), decimal_mark=",").to_list()
    [Decimal('-1234.560000'), None]
    >>> exact_amounts(pl.Series(["1.23456789"]), decimal_mark=".", unit=1_000_000).to_list()
    [Decimal('1234567.890000')]
    """
    return as_decimals(bare_amounts(cells), decimal_mark=decimal_mark, unit=unit)


def as_decimals(column: pl.Series, *, decimal_mark: str, unit: int = 1) -> pl.Series:
    """A column of amounts as exact decimals, missing where there is no number: text without a currency, or numbers."""
    places = len(str(unit)) - 1
    if column.dtype == pl.String:
        return _of_plain(_plain_numbers(column, decimal_mark), places)
    if column.dtype.is_float():
        # The shortest text that gives the same float is what the source showed: 97.6, not 97.599999...
        usable = column.is_finite() & (column.abs() < LARGEST_EXACT)
        column = column.set(~usable, None).round(SCALE + places).cast(pl.Decimal(38, SCALE + places), strict=False)
    return _of_plain(column.cast(pl.String), places) if places else column.cast(EXACT, strict=False)


def _of_plain(numbers: pl.Series, places: int) -> pl.Series:
    """Plain numbers as exact decimals, their point moved to the right by some places.

    What comes after the last decimal is cut off, not rounded: an amount is rounded once, to the minor units of its
    currency. 1.0049999 is 1.00; 1.005 and then 1.01 if it were rounded here too.
    """
    if places:
        decimals = numbers.str.extract(r"\.(\d*)$").fill_null("").str.pad_end(places, "0")
        moved = decimals.str.head(places) + "." + decimals.str.slice(places)
        numbers = numbers.str.extract(r"^([^.]*)") + moved
    if numbers.str.contains(_LONG).any():
        numbers = numbers.str.replace(_LONG, "$1")
    return numbers.cast(EXACT, strict=False)


def _plain_numbers(column: pl.Series, decimal_mark: str) -> pl.Series:
    """Amounts as text that a number can be read from; most exports write all but a few that way."""
    others = ~column.str.contains(_PLAIN) if decimal_mark == "." else column.is_not_null()
    if not others.any():
        return column
    plain = pl.select(_plain_number(pl.lit(column.filter(others)), decimal_mark)).to_series()
    # A copy: scatter writes into the column itself, and the source's text is still wanted for findings.
    return column.clone().scatter(others.arg_true(), plain)


def _plain_number(text: pl.Expr, decimal_mark: str) -> pl.Expr:
    """An amount as people write it (``1 234,56-``, ``(12.00)``, ``<12.00>``) as a plain number, or missing.

    A thousands mark counts only between groups of three digits, so ``1,5`` never becomes 15, nor ``0,125`` 125.
    """
    text = text.str.strip_chars().str.replace_all(r"[\s\u00a0\u202f'’]", "").str.replace("−", "-", literal=True)
    if decimal_mark == ",":
        # 1.234,56 becomes 1,234.56, so that only one form is left to read.
        text = text.str.replace_many([".", ","], [",", "."])
    text = text.str.replace(r"^(.*)-$", "-$1").str.replace(r"^(?:\((.*)\)|<(.*)>)$", "-$1$2")
    grouped = pl.when(text.str.contains(_GROUPED)).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    return pl.when(grouped.str.contains(_PLAIN)).then(grouped)


def decimals_as_text(amounts: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Exact decimals as an amount of the file is written, with its decimal mark."""
    text = amounts.cast(pl.String)
    return text.str.replace(".", ",", literal=True) if decimal_mark == "," else text


def with_decimal_comma(cells: pl.Expr, is_number: pl.Expr) -> pl.Expr:
    """Cells of a workbook with its numbers, which have a point, written with the decimal comma of its text.

    1.234 is one and a bit as a number, and more than a thousand as text with a thousands mark. It becomes unreadable,
    for a finding.
    """
    return (
        pl.when(~is_number.fill_null(False))
        .then(cells)
        .when(cells.str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$"))
        .then(value_of("either", cell=cells))
        .otherwise(cells.str.replace(".", ",", literal=True))
    )
