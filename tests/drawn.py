"""Ledgers drawn at random, for what must hold of every ledger."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar

FIRST, AS_OF, LAST = date(2026, 1, 1), date(2026, 5, 31), date(2026, 8, 31)
ENTRIES = {"item_id": pl.String, "entry_type": pl.String, "effective_on": pl.Date, "amount": pl.Float64}
CUSTOMERS, CURRENCIES = ("C1", "C2", "C3"), ("EUR", "JPY")

# Divisible by four, so that every share of an amount is exact.
cents = st.integers(1, 12_500).map(lambda quarter: 4 * quarter)
entry = st.tuples(
    st.sampled_from(["settlement", "settlement", "discount", "write_off", "transfer", "correction"]),
    st.integers(0, 120),
    st.sampled_from([1.0, 1.0, 0.5, 0.25, -0.5]),
)
item = st.fixed_dictionaries(
    {
        "item_type": st.sampled_from(["invoice", "invoice", "invoice", "debit_note", "credit_note"]),
        "customer_id": st.sampled_from(CUSTOMERS),
        "currency": st.sampled_from(CURRENCIES),
        "dated": st.integers(0, 170),
        "terms": st.integers(0, 70),
        "amount": cents,
        "entries": st.lists(entry, max_size=3),
    }
)
drawn_items = st.lists(item, min_size=1, max_size=12)


def few(examples: int) -> settings:
    """So many examples, or as few as the profile has."""
    return settings(max_examples=min(examples, settings.default.max_examples))


def on_drawn(test: Callable[[list[dict]], None]) -> Callable[[], None]:
    """Run a test on the items of some ledgers; making one takes longer than measuring it, so they are not many."""
    return few(max(25, settings.default.max_examples // 10))(given(drawn_items)(test))


def ledger_of_drawn(items: list[dict], *, until: date = LAST) -> ar.Ledger:
    """Return the ledger of drawn items, without what became effective after a day."""
    return ar.make_ledger(items=_items(items), entries=_entries(items, until), covers=(FIRST, LAST))


def _items(items: list[dict]) -> pl.DataFrame:
    rows = []
    for number, each in enumerate(items):
        dated = FIRST + timedelta(days=each["dated"])
        rows.append(
            {
                "item_id": f"I{number}",
                **{name: each[name] for name in ("item_type", "customer_id", "currency")},
                "document_date": dated,
                "due_date": dated + timedelta(days=each["terms"]),
                "amount": _signed(each) / 100 if each["currency"] == "EUR" else float(_signed(each)),
            }
        )
    return pl.DataFrame(rows)


def _signed(each: dict) -> int:
    return -each["amount"] if each["item_type"] == "credit_note" else each["amount"]


def _entries(items: list[dict], until: date) -> pl.DataFrame:
    rows = []
    for number, each in enumerate(items):
        for entry_type, after, share in each["entries"]:
            day = FIRST + timedelta(days=each["dated"] + after)
            minor = -round(_signed(each) * share)
            amount = minor / 100 if each["currency"] == "EUR" else float(minor)
            if day <= until:
                rows.append([f"I{number}", entry_type, day, amount])
    return pl.DataFrame(rows, schema=ENTRIES, orient="row")
