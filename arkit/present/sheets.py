"""What a workbook is made of: finished tables with their titles, totals and charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from arkit.terms import TEXT_KINDS, Column, Kind, column

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

CURRENCY: Final = "currency"
LARGEST_SHEET: Final = 1_000_000
HEADER_ROW: Final = 4
"""Title, subtitle, note and an empty row stand above the header; rows count from 0."""


@dataclass(frozen=True)
class Chart:
    """A native column chart of a sheet: one group of columns per bucket, one series per row of the table.

    Parameters
    ----------
    title
        What the chart shows. The currency is added to it.
    columns
        Columns of the table that stand along the axis, side by side in the table: the bucket labels.
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
    """One sheet of a workbook: a finished table and what a reader is told about it.

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
        The column that tells the kind of each row's numbers (``amount``, ``ratio``, ``days`` ...), for tables of key
        figures; it is not shown itself.
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
        """Return title and kind of a column, as this sheet means it."""
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
        """Return the kind of each cell of a column."""
        kind = self.column(name).kind
        if self.row_kind is None or kind in TEXT_KINDS:
            return [kind] * len(self.table)
        return [str(found) for found in self.table[self.row_kind]]  # type: ignore[misc]

    def pieces(self, size: int = LARGEST_SHEET) -> Iterator[Self]:
        """Yield the sheet in parts that fit into a worksheet, each with totals of its own rows."""
        for number, start in enumerate(range(0, max(len(self.table), 1), size), start=1):
            part = self.table.iloc[start : start + size]
            yield self if len(self.table) <= size else replace(self, table=part, name=f"{self.name} {number}")
