"""The filters of a page, and the part of a ledger that they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import polars as pl

from arkit.errors import UnknownNameError
from arkit.ledger import Ledger
from arkit.present.live import choice, slider
from arkit.present.wording import day_shown
from arkit.terms import ALL_ENTITIES, column

ALL: Final = ""
SEGMENTS: Final = ("industry", "size", "country")
KEPT: Final = 12
"""Parts that are kept: a reader goes back and forth between a few."""

Choice = tuple[str, str]


class Chosen(NamedTuple):
    """Which part of the ledger a reader looks at; empty for all of it."""

    entity: str = ALL
    segment: str = ALL
    collector: str = ALL


Parts = Callable[[Chosen], "Ledger | None"]


def parts_of(ledger: Ledger) -> Parts:
    """Return a function that gives the part of a ledger which the filters leave; none where nothing is left."""

    @lru_cache(maxsize=KEPT)
    def part(chosen: Chosen) -> Ledger | None:
        name, _, value = chosen.segment.partition(":")
        wanted = {"entity": chosen.entity, "collector": chosen.collector, **({name: value} if value else {})}
        try:
            return ledger.where(**{key: text for key, text in wanted.items() if text != ALL})
        except UnknownNameError:  # each of the values exists, but not with the others
            return None

    return part


def filter_controls(ledger: Ledger, asked: Mapping[str, str], day: date) -> dict[str, Any]:
    """Return the controls for entity, currency, segment, collector and day, set to what the address asked for.

    A value that is not among the options of its control is left out.
    """
    return {
        "entity": choice("Entity", with_all("All entities", values_of(ledger, "entity")), value=asked.get("entity")),
        "currency": choice("Currency", currencies(ledger), value=asked.get("currency")),
        "segment": choice("Segment", _segments(ledger), value=asked.get("segment")),
        "collector": choice(
            "Collector", with_all("All collectors", values_of(ledger, "collector")), value=asked.get("collector")
        ),
        "day": _day_slider(ledger, asked.get("day", ""), day),
    }


def _day_slider(ledger: Ledger, asked: str, day: date) -> Any:
    first, last = ledger.covers
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    by_text = {each.isoformat(): each for each in days}
    return slider("As of", [(day_shown(each), each) for each in days], value=by_text.get(asked, day))


def with_all(label: str, values: list[str]) -> list[Choice]:
    """Return the options of a control that begins with no choice at all."""
    return [(label, ALL), *((value, value) for value in values)]


def _segments(ledger: Ledger) -> list[Choice]:
    named = [
        (f"{column(name).title}: {value}", f"{name}:{value}") for name in SEGMENTS for value in values_of(ledger, name)
    ]
    return [("All segments", ALL), *named]


def values_of(ledger: Ledger, name: str) -> list[str]:
    """Return the values of a column of items or customers that a reader can choose from."""
    frames = ledger.frames
    table = frames.items if name in frames.items.columns else frames.customers
    if name not in table.columns:
        return []
    values = table[name].drop_nulls().unique().cast(pl.String)
    return sorted(value for value in values if value)


def currencies(ledger: Ledger) -> list[str]:
    """Return the currencies, the one with most items first."""
    counts = ledger.frames.items["currency"].cast(pl.String).value_counts(sort=True)
    return counts["currency"].to_list()


def whose(chosen: Chosen) -> str:
    """Return in words what was chosen, as it stands in a title.

    >>> whose(Chosen(entity="ES", segment="industry:Energy"))
    ' of ES, Energy'
    >>> whose(Chosen())
    ''
    """
    words = [text.partition(":")[2] or text for text in chosen if text not in (ALL, ALL_ENTITIES)]
    return f" of {', '.join(words)}" if words else ""
