"""Cells to typed columns: text is trimmed, days and amounts are read strictly, and what cannot be read is missing.

Amounts are read as people write them (currency, debit and credit marks, thousands marks, a minus on either side), as
exact decimals, and then in minor units of the currency of their row.
"""

from datetime import date
from typing import Final

import polars as pl

from arkit.build.written_amounts import as_decimals, plain_numbers
from arkit.build.written_days import named_days
from arkit.model.findings import combine, find
from arkit.model.layout import DateOrder, Layout
from arkit.model.money import minor_per_unit, to_minor
from arkit.words.vocabulary import currency_of

# Years of four digits first: %Y reads 26 as the year 26, which is not plausible and is left to %y; %y cannot read 2026.
_FORMATS: Final[dict[DateOrder, tuple[str, ...]]] = {
    "ymd": (),
    "dmy": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y"),
    "yymmdd": ("%y/%m/%d", "%y-%m-%d", "%y.%m.%d"),
}
# Where the year comes first, or the month has its name, the order is known: there is no order year, day, month.
_IN_ANY_ORDER: Final = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
)
_TIME_OF_DAY: Final = r"([T ]\d{1,2}:\d{2}.*| г\.?)$"
_OFFSET: Final = (
    r"[T ](?<hours>\d{1,2}):(?<minutes>\d{2})(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:Z|UTC|GMT|(?<sign>[+-])(?<off_hours>\d{2}):?(?<off_minutes>\d{2})?)$"
)
_ISO: Final = "%Y-%m-%d"
_FIRST_DAY: Final = date(1900, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)
_LARGEST_WHOLE: Final = 2**53
_TRUE: Final = ("true", "yes", "y", "1", "x", "да", "是", "ja")


def as_text(column: pl.Series) -> pl.Series:
    """A column as text: trimmed, empty cells missing, whole numbers without a decimal point."""
    if column.dtype.is_float():
        x = pl.col("x")
        # Workbooks hold a document number 1001 as the number 1001.0.
        whole = x.is_finite() & (x == x.round(0)) & (x.abs() < _LARGEST_WHOLE)
        written = pl.when(whole).then(x.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(x.cast(pl.String))
        return column.fill_nan(None).to_frame("x").select(written).to_series().alias(column.name)
    trimmed = column.cast(pl.String).str.strip_chars()
    return trimmed.set(trimmed == "", None)


def as_cells(column: pl.Series, *, decimal_mark: str) -> pl.Series:
    """A column as the cells of a text file would be: numbers have the decimal mark of the others."""
    text = as_text(column)
    fractions = column.dtype.is_float() or column.dtype.is_decimal()
    return text.str.replace(".", decimal_mark, literal=True) if fractions else text


def dates(column: pl.Series, *, order: DateOrder, zone: str = "") -> pl.Series:
    """A column as dates; those that begin with the year or name the month are read in any order.

    Years before 1900 or after 2199 count as unreadable: they are typing errors, not due dates. A day is the one that is
    written; in a time zone, a time that states its offset (07:00Z, 07:00+02:00) has the day of that zone.

    >>> times = pl.Series(["2026-01-31T23:30:00Z", "31.01.2026 23:30+00:00", "2026-01-31 23:30", "2026-01-31"])
    >>> dates(times, order="dmy", zone="Europe/Berlin").cast(pl.String).to_list()
    ['2026-02-01', '2026-02-01', '2026-01-31', '2026-01-31']
    """
    if isinstance(column.dtype, pl.Datetime):
        # The business date is the one on the clock of the place, not that of Greenwich.
        moved = column.dt.convert_time_zone(zone) if zone and column.dtype.time_zone else column
        column = moved.dt.replace_time_zone(None)
    found = column.cast(pl.Date) if column.dtype.is_temporal() else _dates_of_text(column, order)
    if zone and not column.dtype.is_temporal():
        found = _in_zone(found, column, zone)
    return _plausible(found).alias(column.name)


def _in_zone(days: pl.Series, cells: pl.Series, zone: str) -> pl.Series:
    """The days of a time zone, of the cells whose time states its offset."""
    parts = as_text(cells).str.extract_groups(_OFFSET).struct.unnest()
    hours, minutes, sign, off_hours, off_minutes = (
        pl.col(name) if name == "sign" else pl.col(name).cast(pl.Int64).fill_null(0) for name in parts.columns
    )
    offset = (off_hours * 60 + off_minutes) * pl.when(sign == "-").then(-1).otherwise(1)
    utc = pl.col("day").cast(pl.Datetime("ms")) + pl.duration(minutes=hours * 60 + minutes - offset)
    local = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()
    moved = parts.with_columns(day=days).select(pl.when(pl.col("hours").is_null()).then("day").otherwise(local))
    return moved.to_series()


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
    missing = found.is_null() & days.is_not_null()
    if missing.any():
        found = found.scatter(missing.arg_true(), _plausible(named_days(cells.filter(missing))))
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
    return plain_numbers(as_text(column), decimal_mark).cast(pl.Float64, strict=False)


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


def currency_codes(currencies: pl.Series) -> pl.Series:
    """Currencies by their codes: 人民币 and € are CNY and EUR; what is not a currency stays, for a finding."""
    codes = {name: currency_of(name) or name.upper() for name in currencies.drop_nulls().unique()}
    return currencies.replace_strict(codes, default=None, return_dtype=pl.String)
