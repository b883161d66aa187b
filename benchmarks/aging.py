"""Aging by customer, and aging of one entity as a dashboard asks for it."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

import arkit as ar
from benchmarks.analysts import pandas_aging, polars_aging
from benchmarks.data import ENTITIES, FIRST_DAY, LAST_DAY, make_tables
from benchmarks.measuring import Results, Target, alternate

DAY: Final = date(2026, 9, 30)
TARGET_SIZE: Final = 1_000_000


def prepared(size: int) -> ar.Ledger:
    """Return a ledger whose balance periods are prepared."""
    tables = make_tables(size)
    ledger = ar.make_ledger(
        items=tables.items, applications=tables.applications, customers=tables.customers, covers=(FIRST_DAY, LAST_DAY)
    )
    assert len(ledger.findings) == 0
    assert ledger.periods.height > 0
    return ledger


def by_customer(size: int, *, rounds: int) -> Results:
    """Time the aging by customer of arkit, of two analysts in pandas and of one in Polars, on the same ledger."""
    ledger = prepared(size)
    items, entries = text_tables(ledger)
    coded_items, coded_entries = _coded_tables(items, entries)
    contenders = {
        "arkit": lambda: ar.aging_table(ledger, as_of=DAY, by="customer_id"),
        "Polars by hand, same periods": lambda: polars_aging(ledger.periods, DAY),
        "pandas": lambda: pandas_aging(items, entries, DAY),
        "pandas, ids coded beforehand": lambda: pandas_aging(coded_items, coded_entries, DAY),
    }
    case = "aging by customer"
    # Up to a million items the rounds are short: three times as many steady the medians.
    rounds = rounds * 3 if size <= TARGET_SIZE else rounds
    timings = alternate(case, size, contenders, rounds=rounds, check=require_same_to_the_cent)
    targets = []
    if size == TARGET_SIZE:
        mine = timings["arkit"].median
        hand = timings["Polars by hand, same periods"].median
        targets = [
            Target(f"{case}: faster than pandas", timings["pandas"].median / mine, 25, "times", at_least=True),
            Target(f"{case}: time of hand-written Polars", mine / hand, 1.5, "times"),
        ]
    shown = contenders["arkit"]()
    note = (
        f"{size:,} items have {len(entries):,} entries and {ledger.periods.height:,} balance periods; "
        f"on {DAY} {shown['items'].sum():,} items are open, of {len(shown):,} customers and currencies."
    )
    return Results(list(timings.values()), targets, [note])


def of_entity(size: int, *, rounds: int) -> Results:
    """Time an aging filtered by entity as a dashboard asks for it: another day each time, the first call apart."""
    ledger = prepared(size)
    days = itertools.cycle([date(2026, month, 28) for month in range(1, 10)])
    parts = (ledger.where(entity=entity) for entity in itertools.cycle(ENTITIES))
    part = ledger.where(entity="DE")
    contenders = {
        "filter and age": lambda: ar.aging_table(next(parts), as_of=next(days), by="customer_id"),
        "age, filtered before": lambda: ar.aging_table(part, as_of=next(days), by="customer_id"),
    }
    case = "aging of one entity"
    timings = alternate(case, size, contenders, rounds=rounds * 5)
    both = 1000 * timings["filter and age"].median
    return Results(list(timings.values()), [Target(f"{case}, {size:,} items, filter included", both, 15, "ms")])


def require_same_to_the_cent(results: dict[str, pd.DataFrame]) -> None:
    """Stop the benchmark when contenders do not have the same result: their times would not compare."""
    expected, *others = results.values()
    for found in others:
        pd.testing.assert_frame_equal(
            _in_cents(expected), _in_cents(found[expected.columns]), check_dtype=False, check_categorical=False
        )


def _in_cents(table: pd.DataFrame) -> pd.DataFrame:
    amounts = table.select_dtypes("float").columns
    texts = table.columns.difference([*amounts, "items"])
    cents = {name: (table[name] * 100).round().astype("int64") for name in amounts}
    return table.assign(**cents).astype(dict.fromkeys(texts, "str"))


def text_tables(ledger: ar.Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables as pandas reads them: ids are text."""
    items = ledger.items[["item_id", "entity", "customer_id", "currency", "due_date"]]
    entries = ledger.entries[["item_id", "effective_on", "amount"]]
    return items.astype(dict.fromkeys(["item_id", "entity", "customer_id", "currency"], "str")), entries.astype(
        {"item_id": "str"}
    )


def _coded_tables(items: pd.DataFrame, entries: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two tables with item numbers and categories, as somebody prepares them who asks often."""
    number = pd.Series(np.arange(len(items)), index=items["item_id"])
    coded = items.assign(item_id=number.to_numpy()).astype({"customer_id": "category", "currency": "category"})
    return coded, entries.assign(item_id=entries["item_id"].map(number))
