"""What stands above a header: the day of a snapshot, the currency of the amounts."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger import parsing
from arkit.ledger.body.header import Header
from arkit.ledger.body.rows import DATE
from arkit.ledger.grid import Grid
from arkit.ledger.layout import Layout, TableLayout
from arkit.ledger.vocabulary import currency_of

DAY: Final = "snapshot_on"
_BETWEEN: Final = r"[\s:：,.（(\-–—]*"
_CURRENCY: Final = r"([A-Z]{3}\b|[€£₽₴₸₹]|[^\W\d_]+\.?)"


def lines_above(grid: Grid, header: Header) -> list[str]:
    """Return the rows above a header, each as one text."""
    rows = grid.cells.slice(0, header.first).select(pl.concat_str(grid.columns, separator=" ", ignore_nulls=True))
    return [str(line) for line in rows.to_series().to_list()]


def stated_above(grid: Grid, header: Header, table: TableLayout, layout: Layout) -> dict[str, str]:
    """Return what a layout finds above the header: canonical name to value, the day of a snapshot as ISO text.

    Raises
    ------
    ReadingError
        The word is not there, or nothing that fits stands after it.
    """
    lines = lines_above(grid, header)
    found = {}
    for name, label in table.stated_above.items():
        day = name == DAY
        value = day_after(label, lines, layout) if day else currency_after(label, lines)
        if not value:
            shown = " / ".join(filter(None, lines)) or "nothing"
            raise ReadingError(
                f"The layout looks for {'the day' if day else f'the {name}'} after {label!r} above the header of "
                f"{grid.file}, and it is not there. Above the header stands: {shown}."
            )
        found[name] = str(value)
    return found


def day_after(label: str, lines: list[str], layout: Layout) -> date | None:
    """Return the first day that stands after a label."""
    for line in lines:
        for match in re.finditer(rf"{_begin(label)}{_BETWEEN}({DATE})", line, re.IGNORECASE):
            if day := _day(match.group(1), layout):
                return day
    return None


def _day(text: str, layout: Layout) -> date | None:
    """Return a day in the order of the layout; one that can be read in no other order is read in any."""
    read = [parsing.dates(pl.Series([text]), order=order)[0] for order in (layout.date_order, "dmy", "mdy")]
    days = {day for day in read if isinstance(day, date)}
    return read[0] or (days.pop() if len(days) == 1 else None)


def currency_after(label: str, lines: list[str]) -> str:
    """Return the first currency that stands after a label."""
    for line in lines:
        for match in re.finditer(rf"{_begin(label)}{_BETWEEN}{_CURRENCY}", line):
            if code := currency_of(match.group(1)):
                return code
    return ""


def _begin(label: str) -> str:
    return rf"(?<!\w){re.escape(label)}" if label[:1].isascii() else re.escape(label)
