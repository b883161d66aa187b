"""What stands in the cells of a workbook: values, exact totals and the width that they need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from math import ceil, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pandas as pd

from arkit.currencies import UNKNOWN_DECIMALS, decimals
from arkit.present.sheets import CURRENCY
from arkit.terms import TEXT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arkit.present.sheets import Sheet
    from arkit.terms import Column, Kind

Key = TypeVar("Key")

BASE_CURRENCY: Final = "base_currency"
LONGEST_TEXT: Final = 32_000
"""A cell of Excel holds 32,767 characters; a longer text would silently be left out."""

FIRST_DAY: Final = np.datetime64("1899-12-30")
"""Day 0 of a workbook's calendar."""

NARROWEST, WIDEST, REASON = 8, 46, 24
LOOKED_AT: Final = 2_000
UNUSABLE: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, and so a workbook, cannot hold."""


def cell_values(column: pd.Series[Any], kind: Kind) -> list[object]:
    """Return what to write for each row of a column: numbers, day numbers, texts, or nothing.

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
        return ["yes" if value else "no" for value in column]
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
        """Whether the column holds texts; dates stand like texts."""
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
        signs = 1.1 * self.width
        return [ceil(len(value) / signs) if isinstance(value, str) else 1 for value in self.values]

    def total(self, rows: Sequence[int]) -> tuple[float | None, int]:
        """Return the exact sum of some rows with its decimals; no sum where they are of several currencies."""
        codes = {self.codes[row] for row in rows} - {""}
        places = max(map(decimals, codes), default=UNKNOWN_DECIMALS) if self.column.kind == "amount" else 0
        return None if len(codes) > 1 else exact_total((self.values[row] for row in rows), places=places), places


def filled(sheet: Sheet) -> list[FilledColumn]:
    """Return the columns of a sheet that a reader sees, with their cells' values and formats.

    The currency of base amounts stands in the column ``base_currency``, that of other amounts in ``currency``.
    """
    codes = {source: _codes(sheet, source) for source in (CURRENCY, BASE_CURRENCY)}
    return [
        _filled(sheet, name, codes[BASE_CURRENCY if name.startswith("base_") else CURRENCY]) for name in sheet.shown
    ]


def _codes(sheet: Sheet, source: str) -> list[str]:
    """Return the currency of each row, as a column tells it; no name where it does not."""
    told = sheet.table[source] if source in sheet.table.columns else [None] * len(sheet.table)
    return [code if isinstance(code, str) else "" for code in told]


def _filled(sheet: Sheet, name: str, codes: list[str]) -> FilledColumn:
    column = sheet.column(name)
    values = cell_values(sheet.table[name], column.kind)
    kinds: list[str] = list(sheet.kinds(name))
    places = _places(sheet, values, kinds, codes)
    if column.kind not in TEXT_KINDS:  # a text among numbers is the reason why there is no number
        kinds = ["reason" if isinstance(value, str) else kind for kind, value in zip(kinds, values, strict=True)]
    return FilledColumn(name, column, values, kinds, codes, places)


def _places(sheet: Sheet, values: list[object], kinds: list[str], codes: list[str]) -> list[int]:
    """Return the decimals of each cell: the currency's for amounts; one for days, unless all are whole."""
    if "amount" in kinds:
        return [decimals(code) if kind == "amount" else 1 for code, kind in zip(codes, kinds, strict=True)]
    whole = sheet.row_kind is None and all(
        float(value).is_integer() for value in values if isinstance(value, int | float)
    )
    return [0 if whole else 1] * len(values)


def runs(keys: Iterable[Key]) -> Iterator[tuple[Key, int, int]]:
    """Yield each stretch of equal keys with its start and end, so that cells of one format are written at once.

    >>> list(runs(["EUR", "EUR", "JPY"]))
    [('EUR', 0, 2), ('JPY', 2, 3)]
    """
    start = 0
    for key, members in groupby(keys):
        stop = start + sum(1 for _ in members)
        yield key, start, stop
        start = stop


def exact_total(values: Iterable[object], *, places: int) -> float:
    """Return the sum of the numbers among values of one currency, added as whole minor units.

    >>> exact_total([0.1, 0.2, None, "no sales"], places=2)
    0.3
    """
    units = float(10**places)
    numbers = [float(value) for value in values if isinstance(value, Real | Decimal)]
    return sum(round(number * units) for number in numbers if isfinite(number)) / units
