"""What an export can answer: a snapshot of one day, or any day since each item was settled."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body.above import DAY, day_after
from arkit.ledger.body.rows import DATE
from arkit.ledger.layout import Layout, Shape
from arkit.ledger.recognise.hints import Hints
from arkit.ledger.record import Decision
from arkit.ledger.vocabulary import words

_BEGIN: Final = r"(?<![^\W_])"
_BETWEEN: Final = r"[\s:：,.（(\-–—]*"


@dataclass(frozen=True)
class Shaped:
    """The shape, the name of the amount it is made of, where the day of a snapshot stands, and the decisions."""

    shape: Shape
    stated_above: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def recognise_shape(
    rows: pl.DataFrame,
    given: set[str],
    settled: str | None,
    *,
    above: list[str],
    layout: Layout,
    hints: Hints,
    snapshot_on: date | None,
    file: str,
) -> Shaped:
    """Return the shape of an export; ``given`` are the canonical amounts that it has.

    Raises
    ------
    ReadingError
        It is a snapshot of a day that nothing names.
    """
    has_days = settled is not None and rows[settled].null_count() < rows.height
    if hints.shape != "open_items" and has_days and "amount" in given:
        return _any_day(rows, str(settled))
    if hints.shape == "applied":
        return Shaped("applied", decisions=(Decision("shape", "applied", "hint", "stated"),))
    label = _day_above(above, layout)
    found = label[1] if label else snapshot_on
    if found is None:
        amounts = "open amounts" if "open_amount" in given else "amounts without a day of settling"
        raise ReadingError(
            f"{file} has {amounts}, so it is a snapshot of one day; of which, no row above the header says. "
            'Say it: snapshot_on="2026-10-31".'
        )
    evidence = "open amounts" if "open_amount" in given else "amounts, and no day of settling: they are open"
    shape = Decision("shape", "open_items", evidence, "certain" if "open_amount" in given else "likely")
    if snapshot_on:
        return Shaped("open_items", {}, (shape, Decision(DAY, snapshot_on.isoformat(), "argument", "stated")))
    assert label is not None
    told = Decision(DAY, found.isoformat(), f"above the header: {label[2]}")
    return Shaped("open_items", {DAY: label[0]}, (shape, told))


def _any_day(rows: pl.DataFrame, settled: str) -> Shaped:
    number = rows.height - rows[settled].null_count()
    return Shaped("settled", decisions=(Decision("shape", "settled", f"{settled} is filled in {number} rows"),))


def _day_above(lines: list[str], layout: Layout) -> tuple[str, date, str] | None:
    """Return the words before the day of the snapshot, the day, and the line: the clearest words first."""
    clear = any(re.search(rf"(?i){_BEGIN}({pattern})", line) for pattern in words("as_of", "clear") for line in lines)
    for kind in ("clear", "short", *(() if clear else ("printed",))):
        for pattern in words("as_of", kind):
            for line in lines:
                match = re.search(rf"(?i){_BEGIN}({pattern}){_BETWEEN}({DATE})", line)
                if match and (day := day_after(match.group(1), lines, layout)):
                    return match.group(1), day, line
    return None
