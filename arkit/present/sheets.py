"""The sheets of a workbook: finished tables with their titles, totals and charts, and what their cells hold.

A sheet is turned into filled columns: the value, kind, currency and decimals of each cell, the exact total, and the
width that all of it needs. :mod:`arkit.present.workbook` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from math import ceil, isfinite
from numbers import Real
from typing import Any, Final, Self, TypeVar

import numpy as np
import pandas as pd

from arkit.calendar import UNKNOWN_DECIMALS, decimals
from arkit.words.columns import TEXT_KINDS, Column, Kind, column, currency_column, shown_value

CURRENCY: Final = "currency"
LARGEST_SHEET: Final = 1_000_000
HEADER_ROW: Final = 4
"""Title, subtitle, note and an empty row are above the header; rows count from 0."""


@dataclass(frozen=True)
class Chart:
    """A native column chart of a sheet: one group of columns per bucket, one series per row of the table.

    Parameters
    ----------
    title
        What the chart shows. The currency is added to it.
    columns
        Columns of the table along the axis, side by side in the table: the bucket labels.
    series
        The column that names the series. With many rows in a currency the chart shows their total instead.
    stacked
        Series on top of each other, else beside each other.
    """

    title: str
    columns: tuple[str, ...]
    series: str
    stacked: bool = True


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: a finished table with the lines that explain it.

    Parameters
    ----------
    name
        The name on the tab, at most 31 characters.
    table
        What is shown, one sheet row per table row, in this order. A missing value is an empty cell, a text in a
        column of numbers (the reason why there is none) stays text.
    title, subtitle, note
        The lines above the table: what it is, of which day and entity, in which currency and on which basis.
    totals
        Columns to add up below the table, per currency if the table has several.
    chart
        A native chart below the table.
    row_kind
        The column with the kind of each row's numbers (``amount``, ``ratio``, ``days`` ...), for tables of KPIs; it is
        not shown itself.
    columns
        Titles and kinds of columns that the vocabulary does not know, or that are meant otherwise here.
    """

    name: str
    table: pd.DataFrame
    title: str = ""
    subtitle: str = ""
    note: str = ""
    totals: tuple[str, ...] = ()
    chart: Chart | None = None
    row_kind: str | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Title and kind of a column, as this sheet means it."""
        return self.columns.get(name) or column(name)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that a reader sees, in order."""
        return tuple(str(name) for name in self.table.columns if name != self.row_kind)

    @cached_property
    def rows_of(self) -> dict[str, list[int]]:
        """The rows of each currency, in the order of their first row; without a currency all rows, under no name."""
        rows: dict[str, list[int]] = {}
        for row, code in enumerate(self.table[CURRENCY] if CURRENCY in self.table.columns else ()):
            if isinstance(code, str):
                rows.setdefault(code, []).append(row)
        return rows or {"": list(range(len(self.table)))}

    def kinds(self, name: str) -> list[Kind]:
        """The kind of each cell of a column."""
        kind = self.column(name).kind
        if self.row_kind is None or kind in TEXT_KINDS:
            return [kind] * len(self.table)
        return [str(found) for found in self.table[self.row_kind]]  # type: ignore[misc]

    def pieces(self, size: int = LARGEST_SHEET) -> Iterator[Self]:
        """The sheet in parts that fit into a worksheet, each with the totals of its rows."""
        for number, start in enumerate(range(0, max(len(self.table), 1), size), start=1):
            part = self.table.iloc[start : start + size]
            yield self if len(self.table) <= size else replace(self, table=part, name=f"{self.name} {number}")


Key = TypeVar("Key")

LONGEST_TEXT: Final = 32_000
"""A cell of Excel holds 32,767 characters; a longer text would silently be left out."""

FIRST_DAY: Final = np.datetime64("1899-12-30")
"""Day 0 of a workbook's calendar."""

NARROWEST, WIDEST, REASON = 8, 46, 24
LOOKED_AT: Final = 2_000
UNUSABLE: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, and so a workbook, cannot hold."""


def cell_values(column: pd.Series[Any], kind: Kind) -> list[object]:
    """The cells of a column: numbers, day numbers, texts (codes in words), or nothing.

    >>> cell_values(pd.Series(["2026-10-31", None, "unknown"]), "date")
    [46326, None, 'unknown']
    >>> cell_values(pd.Series([1.5, float("nan")]), "amount")
    [1.5, None]
    """
    if kind == "date":
        return _day_numbers(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.dtype == bool:
        yes, no = shown_value("yes"), shown_value("no")
        return [yes if value else no for value in column]
    if kind == "code":
        column = column.map(lambda value: shown_value(value, str(column.name)) if isinstance(value, str) else value)
    known = np.isfinite(column.astype(float)) if pd.api.types.is_numeric_dtype(column) else column.notna()
    return [_writable(value) if there else None for value, there in zip(column.tolist(), known, strict=True)]


def _writable(value: object) -> object:
    return UNUSABLE.sub("?", value[:LONGEST_TEXT]) if isinstance(value, str) else value


def _day_numbers(column: pd.Series[Any]) -> list[object]:
    dated = isinstance(column.dtype, np.dtype | pd.DatetimeTZDtype) and column.dtype.kind == "M"
    days = column if dated else pd.to_datetime(column.astype(object), errors="coerce", format="ISO8601")
    days = days.dt.tz_localize(None) if days.dt.tz else days
    numbers: list[object] = (days.to_numpy().astype("datetime64[D]") - FIRST_DAY).astype(int).tolist()
    known = days.notna()
    if known.all():
        return numbers
    # A text among days, such as the reason why there is none, is kept.
    texts = [_writable(value) if isinstance(value, str) else None for value in column]
    return [number if there else text for number, there, text in zip(numbers, known, texts, strict=True)]


@dataclass(frozen=True)
class FilledColumn:
    """A column of a sheet, ready to be written: the value, kind, currency and decimals of each cell, and the width."""

    name: str
    column: Column
    values: list[object]
    kinds: list[str]
    codes: list[str]
    places: list[int]

    @property
    def is_text(self) -> bool:
        """Whether the column is set like text, as dates are too."""
        return self.column.kind in TEXT_KINDS

    @cached_property
    def width(self) -> float:
        """A width in which the title's longest word and nearly every value can be read."""
        words = max((len(word) for word in self.column.title.split()), default=0) + 3.0  # room for the filter's button
        if self.column.kind == "date":
            return max(12.0, words)
        texts = [len(value) for value in self.values[:LOOKED_AT] if isinstance(value, str)]
        if not self.is_text:
            numbers = [abs(value) for value in self.values if isinstance(value, int | float)]
            shown = f"-{max(numbers, default=0):,.{max(self.places, default=0)}f}"
            texts = [len(shown), REASON if texts else 0]
        return float(min(max(max(texts, default=0) + 2, words, NARROWEST), WIDEST))

    @property
    def lines(self) -> list[int]:
        """The lines that each cell takes at this width."""
        # A width counts digits, and the letters of a text are narrower on average.
        characters = 1.1 * self.width
        return [ceil(len(value) / characters) if isinstance(value, str) else 1 for value in self.values]

    def total(self, rows: Sequence[int]) -> tuple[float | None, int]:
        """The exact sum of some rows with its decimals; no sum where they are of several currencies."""
        codes = {self.codes[row] for row in rows} - {""}
        places = max(map(decimals, codes), default=UNKNOWN_DECIMALS) if self.column.kind == "amount" else 0
        return None if len(codes) > 1 else exact_total((self.values[row] for row in rows), places=places), places


def filled(sheet: Sheet) -> list[FilledColumn]:
    """The columns of a sheet that a reader sees, with their cells' values and formats.

    The currency of base amounts is that of the column ``base_currency``, of document amounts that of
    ``document_currency``, of other amounts that of ``currency``.
    """
    return [_filled(sheet, name, _codes(sheet, currency_column(name))) for name in sheet.shown]


def _codes(sheet: Sheet, source: str) -> list[str]:
    """The currency of each row by a column; empty where it has none."""
    given = sheet.table[source] if source in sheet.table.columns else [None] * len(sheet.table)
    return [code if isinstance(code, str) else "" for code in given]


def _filled(sheet: Sheet, name: str, codes: list[str]) -> FilledColumn:
    column = sheet.column(name)
    values = cell_values(sheet.table[name], column.kind)
    kinds: list[str] = list(sheet.kinds(name))
    places = _places(sheet, values, kinds, codes)
    if column.kind not in TEXT_KINDS:  # a text among numbers is the reason why there is no number
        kinds = ["reason" if isinstance(value, str) else kind for kind, value in zip(kinds, values, strict=True)]
    return FilledColumn(name, column, values, kinds, codes, places)


def _places(sheet: Sheet, values: list[object], kinds: list[str], codes: list[str]) -> list[int]:
    """The decimals of each cell: the currency's for amounts; one for days, unless all are whole."""
    if "amount" in kinds:
        return [decimals(code) if kind == "amount" else 1 for code, kind in zip(codes, kinds, strict=True)]
    whole = sheet.row_kind is None and all(
        float(value).is_integer() for value in values if isinstance(value, int | float)
    )
    return [0 if whole else 1] * len(values)


def runs(keys: Iterable[Key]) -> Iterator[tuple[Key, int, int]]:
    """Each stretch of equal keys with its start and end, so that cells of one format are written at once.

    >>> list(runs(["EUR", "EUR", "JPY"]))
    [('EUR', 0, 2), ('JPY', 2, 3)]
    """
    start = 0
    for key, members in groupby(keys):
        stop = start + sum(1 for _ in members)
        yield key, start, stop
        start = stop


def exact_total(values: Iterable[object], *, places: int) -> float:
    """The sum of the numbers among values of one currency, added as whole minor units.

    >>> exact_total([0.1, 0.2, None, "no sales"], places=2)
    0.3
    """
    units = float(10**places)
    numbers = [float(value) for value in values if isinstance(value, Real | Decimal)]
    return sum(round(number * units) for number in numbers if isfinite(number)) / units


def totals_by_currency(rows: pd.DataFrame, *names: str) -> list[dict[str, Any]]:
    """Sums of columns by currency, each added as whole minor units: a row for each currency, in alphabetical order.

    >>> totals_by_currency(pd.DataFrame({"currency": ["EUR", "EUR", "JPY"], "net": [0.1, 0.2, 5.0]}), "net")
    [{'currency': 'EUR', 'net': 0.3}, {'currency': 'JPY', 'net': 5.0}]
    """
    if rows.empty:
        return []
    return [
        {CURRENCY: str(code), **{name: exact_total(own[name], places=decimals(str(code))) for name in names}}
        for code, own in rows.groupby(CURRENCY, observed=True)
    ]
