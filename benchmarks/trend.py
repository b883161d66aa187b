"""Thirty-six month-ends at once, by entity; by customer for comparison."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd

import arkit as ar
from arkit.calendar import month_ends_back
from benchmarks.aging import TARGET_SIZE, prepared, require_same_to_the_cent, text_tables
from benchmarks.analysts import pandas_trend, polars_trend
from benchmarks.measuring import Results, Target, alternate

LAST: Final = date(2026, 10, 31)
MONTHS: Final = 35
KEYS: Final = ("entity", "currency")


def by_entity(size: int, *, rounds: int) -> Results:
    """Time the trend of arkit, of an analyst's loop in pandas and of Polars by hand, on the same ledger."""
    ledger = prepared(size)
    days = [day for day in month_ends_back(LAST, MONTHS) if day >= ledger.covers[0]]
    items, entries = text_tables(ledger)
    contenders = {
        "arkit": lambda: ar.aging_trend(ledger, as_of=LAST, months=MONTHS, by="entity"),
        "Polars by hand, same periods": lambda: polars_trend(ledger.periods, days, KEYS),
        "pandas, a loop": lambda: pandas_trend(items, entries, days, KEYS),
        "arkit, by customer": lambda: ar.aging_trend(ledger, as_of=LAST, months=MONTHS, by="customer_id"),
    }
    if size > TARGET_SIZE:
        # It takes half a minute a round at a million items.
        del contenders["pandas, a loop"]
    case = f"{len(days)} month-ends by entity"
    rounds = min(rounds, 3) if size >= TARGET_SIZE else rounds
    timings = alternate(case, size, contenders, rounds=rounds, check=_same_by_entity)
    targets = []
    if size == TARGET_SIZE:
        mine = timings["arkit"].median
        targets = [
            Target(
                f"{case}: faster than the loop", timings["pandas, a loop"].median / mine, 40, "times", at_least=True
            ),
            Target(
                f"{case}: time of hand-written Polars",
                mine / timings["Polars by hand, same periods"].median,
                1.5,
                "times",
            ),
        ]
    return Results(list(timings.values()), targets, [])


def _same_by_entity(results: dict[str, pd.DataFrame]) -> None:
    require_same_to_the_cent({name: table for name, table in results.items() if name != "arkit, by customer"})
