"""What stands in the cells of a workbook: values, exact totals and the width that they need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pandas as pd

from arkit.currencies import decimals
from arkit.terms import TEXT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arkit.present.sheets import Sheet
    from arkit.terms import Column, Kind

Key = TypeVar("Key")

LONGEST_TEXT: Final = 32_000
"""A cell of Excel holds 32,767 characters; a longer text would silently be left out."""

FIRST_DAY: Final = pd.Timestamp("1899-12-30")
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
        column = column.map({True: "yes", False: "no"})
    if pd.api.types.is_numeric_dtype(column):
        column = column.mask(~np.isfinite(column.astype(float)))
    else:
        column = column.astype(object).map(_writable)
    cells = column.astype(object)
    return cells.where(cells.notna(), None).tolist()


def _writable(value: object) -> object:
    return UNUSABLE.sub("?", value[:LONGEST_TEXT]) if isinstance(value, str) else value


def _day_numbers(column: pd.Series[Any]) -> list[object]:
    days = pd.to_datetime(column, errors="coerce", format=None if _is_datetime(column) else "ISO8601")
    numbers = (days.dt.tz_localize(None).dt.normalize() - FIRST_DAY).dt.days.astype("Int64").astype(object)
    texts = column.astype(object).map(lambda value: str(value) if isinstance(value, str) else None)
    cells = numbers.where(days.notna(), texts)
    return cells.where(cells.notna(), None).tolist()


def _is_datetime(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column)


@dataclass(frozen=True)
class FilledColumn:
    """A column of a sheet, ready to be written: the value, kind and decimals of each cell, and the width."""

    name: str
    column: Column
    values: list[object]
    kinds: list[str]
    places: list[int]

    @property
    def is_text(self) -> bool:
        """Whether the column holds texts; dates stand like texts."""
        return self.column.kind in TEXT_KINDS

    @property
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


def filled(sheet: Sheet, name: str) -> FilledColumn:
    """Return a column of a sheet with its cells' values and formats."""
    column = sheet.column(name)
    values = cell_values(sheet.table[name], column.kind)
    kinds: list[str] = list(sheet.kinds(name))
    places = _places(sheet, name, values, kinds)
    if column.kind not in TEXT_KINDS:  # a text among numbers is the reason why there is no number
        kinds = ["reason" if isinstance(value, str) else kind for kind, value in zip(kinds, values, strict=True)]
    return FilledColumn(name, column, values, kinds, places)


def _places(sheet: Sheet, name: str, values: list[object], kinds: list[str]) -> list[int]:
    """Return the decimals of each cell: the currency's for amounts; one for days, unless all are whole."""
    if "amount" in kinds:
        amounts = _row_decimals(sheet, name)
        return [place if kind == "amount" else 1 for place, kind in zip(amounts, kinds, strict=True)]
    whole = sheet.row_kind is None and all(
        float(value).is_integer() for value in values if isinstance(value, int | float)
    )
    return [0 if whole else 1] * len(values)


def _row_decimals(sheet: Sheet, name: str) -> list[int]:
    source = currency_column(sheet, name)
    if source is None:
        return [2] * len(sheet.table)
    return [decimals(str(code)) for code in sheet.table[source]]


def currency_column(sheet: Sheet, name: str) -> str | None:
    """Return the column that tells the currency of an amount: ``base_currency`` for base amounts, else ``currency``."""
    wanted = "base_currency" if name.startswith("base_") else "currency"
    return wanted if wanted in sheet.table.columns else None


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


def exact_total(column: pd.Series[Any], *, places: int) -> float:
    """Return the sum of a column of one currency, added as whole minor units.

    >>> exact_total(pd.Series([0.1, 0.2, None]), places=2)
    0.3
    """
    numbers = pd.to_numeric(column, errors="coerce").dropna().astype(float)
    minor = np.rint(numbers.to_numpy() * 10**places).astype(np.int64)
    return int(minor.sum()) / float(10**places)
