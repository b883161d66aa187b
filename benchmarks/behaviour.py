"""Payment behaviour of every customer; an analyst's group-by-apply for comparison."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd

import arkit as ar
from benchmarks.aging import TARGET_SIZE, prepared
from benchmarks.analysts import KEYS, pandas_behaviour
from benchmarks.measuring import Results, Target, alternate

DAY: Final = date(2026, 10, 31)
COMPARED: Final = ("items", "on_time_share", "days_late", "days_late_median", "days_late_worst", "past_due")


def of_every_customer(size: int, *, rounds: int) -> Results:
    """Time the behaviour of arkit and of an analyst, who computes some of its columns, on the same ledger."""
    ledger = prepared(size)
    invoices = _invoices(ledger)
    contenders = {
        "arkit, 28 columns": lambda: ar.payment_behaviour(ledger, as_of=DAY),
        "pandas, group-by-apply, 8 columns": lambda: pandas_behaviour(invoices, DAY),
    }
    case = "behaviour of customers"
    rounds = min(rounds, 3) if size >= TARGET_SIZE else rounds
    timings = alternate(case, size, contenders, rounds=rounds, check=_same)
    mine, theirs = (timings[name].median for name in contenders)
    targets = [Target(f"{case}: faster than pandas", theirs / mine, 8, "times", at_least=True)]
    return Results(list(timings.values()), targets if size == TARGET_SIZE else [], [])


def _invoices(ledger: ar.Ledger) -> pd.DataFrame:
    """Return what the analyst begins with: invoices with the day on which the last part was paid, if it was.

    An invoice settled mostly by credit notes says nothing about payment, and is left out.
    """
    items = ledger.items
    entries = ledger.entries.query("entry_type == 'application' and amount < 0")
    credit_notes = items.loc[items["item_type"] == "credit_note", "item_id"]
    credited = entries["amount"].where(entries["counterpart_item_id"].isin(credit_notes), 0.0)
    paid = entries.assign(credited=credited).groupby("item_id", as_index=False)
    sums = paid.agg(paid=("amount", "sum"), credited=("credited", "sum"), last=("effective_on", "max"))
    rows = (
        items[items["item_type"] == "invoice"].merge(sums, on="item_id", how="left").fillna({"paid": 0, "credited": 0})
    )
    open_amount = (rows["original_amount"] + rows["paid"]).round(2).clip(lower=0)
    is_paid = open_amount == 0
    columns = rows[["customer_id", "currency", "document_date", "due_date"]].astype({name: "str" for name in KEYS})
    invoices = columns.assign(
        amount=rows["original_amount"], paid_on=rows["last"].where(is_paid), open_amount=open_amount
    )
    return invoices[~(is_paid & ((2 * rows["credited"]).round(2) < -rows["original_amount"]))]


def _same(results: dict[str, pd.DataFrame]) -> None:
    mine, theirs = (table.set_index(KEYS)[[*COMPARED]].astype("float64") for table in results.values())
    pd.testing.assert_frame_equal(mine.loc[theirs.index], theirs, rtol=0, atol=1e-6)
