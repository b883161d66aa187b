"""Ledgers written as text: small enough to be read in a test, cells apart by spaces, `-` for an empty cell."""

from typing import Any

import arkit as ar
from arkit.teach.exercise import written as table

ITEM = {"customer_id": "C1", "currency": "EUR"}


def ledger_of(items: str, *, covers: tuple[str, str] | None = None, shape: str = "applied", **tables: str) -> ar.Ledger:
    """Return the ledger of tables written as text; an item without more is one of customer C1 in euros."""
    others = {name: table(text) for name, text in tables.items()}
    return ar.make_ledger(items=table(items, **ITEM), shape=shape, covers=covers, **others)


def aged(ledger: ar.Ledger, as_of: str, **how: Any) -> dict[str, float]:
    """Return the buckets of a day that hold something, and the unapplied, of a ledger in one currency."""
    rows = ar.aging_table(ledger, as_of=as_of, **how).to_dict("records")
    assert len(rows) <= 1, "a ledger in several currencies"
    beside = ("currency", "base_currency", "gross", "net", "items")
    return {label: value for row in rows for label, value in row.items() if label not in beside and value}


def open_amounts(ledger: ar.Ledger, as_of: str, **how: Any) -> dict[str, float]:
    """Return what is open on a day, item by item."""
    items = ar.open_items(ledger, as_of=as_of, **how)
    return dict(zip(items["item_id"], items["open_amount"], strict=True))


def codes(ledger: ar.Ledger) -> list[str]:
    """Return the codes of a ledger's findings, in order."""
    return sorted(ledger.findings["code"])
