"""Which columns are parts of a day, and which have days as the numbers of a spreadsheet.

A month and a day in two columns need their year: in a column beside them, in the header above them, or alone in the
lines above it. Numbers are days where their header means a day and other days bear witness that they can be.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from arkit.build import parsing
from arkit.build.written_amounts import writing
from arkit.files.body.days import SERIAL, serial_days, with_days
from arkit.files.body.header import Header, header_at, lines_above
from arkit.files.open_file import Grid
from arkit.model.layout import ColumnRole, Decision, TableLayout
from arkit.recognise.columns import meanings_of, share
from arkit.words.vocabulary import Meaning

_YEAR: Final = r"(?<!\d)((?:19|20)\d{2})(?!\d)"
_YEARS_BACK: Final = 10
_YEARS_AHEAD: Final = 3
_MOSTLY: Final = 0.9


@dataclass(frozen=True)
class MadeDays:
    """How days are made of other columns: the settings of a layout, what the new columns mean, and why."""

    table: TableLayout = field(default_factory=TableLayout)
    meanings: dict[str, Meaning] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    roles: tuple[ColumnRole, ...] = ()


def recognise_days(grid: Grid, header: Header, near: date | None) -> tuple[Header, MadeDays]:
    """The header, and the days that are made of several columns, or of numbers; ``near`` is the day of the file."""
    header = _with_line_of_days(grid, header)
    rows = grid.cells.slice(header.below).rename(header.names)
    meanings = meanings_of(grid.top(header.below)[header.first :])
    days = {name: each.name for name, each in meanings.items() if "date" in each.name or each.name == "settled_on"}
    if parts := _parts(rows, lines_above(grid, header)):
        return header, _of_parts(grid, header, parts, days, near)
    if grid.kind == "text":
        return header, _of_serials(rows, days, near)
    return header, MadeDays()


def _with_line_of_days(grid: Grid, header: Header) -> Header:
    """The header with the line below it, where that has nothing but the words for a month and a day under the year."""
    below = [cell for cell in grid.top(header.below + 1)[-1] if cell]
    parts = [kind for kind in ("month", "day") for cell in below if _is_part(cell, kind)]
    return header_at(grid, header.first, header.lines + 1) if below and len(parts) == len(below) else header


def _parts(rows: pl.DataFrame, above: list[str]) -> tuple[str, str, str] | None:
    """Year, month and day: three headers, or two and the year that the header or one line above states."""
    found = {kind: [name for name in rows.columns if _is_part(name, kind)] for kind in ("year", "month", "day")}
    if not found["month"] or not found["day"]:
        return None
    month, day = found["month"][0], found["day"][0]
    if found["year"]:
        return found["year"][0], month, day
    stated = re.findall(_YEAR, f"{month} {day}") or re.findall(_YEAR, " ".join(above))
    return (stated[0], month, day) if len({*stated}) == 1 else None


def _is_part(header: str, kind: str) -> bool:
    """Whether a header says that a column has a year, month or day alone; that of the month may state the year."""
    words = re.sub(rf"{_YEAR}\s*(年|г\.?)?", "", header).casefold().split()
    return len(words) == 1 and words[0].strip(".:") in writing()["days"][kind]


def _of_parts(
    grid: Grid, header: Header, parts: tuple[str, str, str], days: dict[str, str], near: date | None
) -> MadeDays:
    name = "/".join(parts)
    table = TableLayout(day_parts={name: parts})
    made, named = with_days(grid, header, table)
    column = next(place for place, each in named.names.items() if each == name)
    read = made.cells.slice(header.below)[column].str.to_date("%Y-%m-%d", strict=False).drop_nulls()
    # A year that is not theirs puts days after the file: the months of two years are under the title of one.
    latest = next(iter(read.sort(descending=True).head(1)), None)
    if latest is None or "document_date" in days.values() or (near and parts[0].isdigit() and latest > near):
        return MadeDays()
    evidence = f"year, month and day: {', '.join(parts)}"
    roles = tuple(ColumnRole(each, "mapped", "document_date", evidence) for each in parts if not each.isdigit())
    decision = Decision("document_date", name, evidence)
    return MadeDays(table, {name: Meaning("document_date", 0)}, (decision,), roles)


def _of_serials(rows: pl.DataFrame, days: dict[str, str], near: date | None) -> MadeDays:
    numbered = [name for name in days if rows[name].count() and share(rows[name].drop_nulls(), SERIAL) >= _MOSTLY]
    read = {days[name]: rows.select(serial_days(pl.col(name))).to_series() for name in numbered}
    if not numbered or not _are_days(rows, read, [name for name in days if name not in numbered], near):
        return MadeDays()
    first = rows[numbered[0]].drop_nulls()[0]
    decided = tuple(
        Decision("serials", name, f"numbers of a spreadsheet: {first} is {next(iter(read.values())).drop_nulls()[0]}")
        for name in numbered[:1]
    )
    return MadeDays(TableLayout(serials=tuple(numbered)), decisions=decided)


def years_near(days: pl.Series, centre: date) -> pl.Series:
    """Whether days are of the years around one: a file has the documents of some years, and due days of the next."""
    return days.dt.year().is_between(centre.year - _YEARS_BACK, centre.year + _YEARS_AHEAD)


def _are_days(rows: pl.DataFrame, read: dict[str, pl.Series], written: list[str], near: date | None) -> bool:
    """Whether the numbers are plausible days: all of them near the file or its other days, none due before it is."""
    other = [day for name in written if (day := parsing.dates(rows[name], order="ymd").max())]
    centre = near or next((day for day in other if isinstance(day, date)), None)
    every = pl.concat([*read.values()]).drop_nulls()
    if len(every) < _MOSTLY * sum(each.count() for each in read.values()) or every.is_empty():
        return False
    if centre and not years_near(every, centre).all():
        return False
    issued, due = read.get("document_date"), read.get("due_date")
    return issued is None or due is None or bool((due >= issued).fill_null(True).all())
