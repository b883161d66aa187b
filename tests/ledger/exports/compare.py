"""Ledgers compared: what of one is not as it must be, told in one line; nothing where they are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import arkit as ar
from tests.ledger.exports.books import DAY, Told

Line = tuple[Any, ...]
DAYS = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), DAY)


def difference(found: ar.Ledger, wanted: ar.Ledger, told: Told) -> str:
    """Return the first thing in which a ledger is not what it must be: items, names, entries, aging by customer."""
    return next((said for said in _differences(found, wanted, told) if said), "")


def totals(ledger: ar.Ledger) -> dict[str, float]:
    """Return what is owed on the last day, by currency, unapplied amounts taken off."""
    table = ar.aging_table(ledger, as_of=min(DAY, ledger.covers[1]))
    return {row["currency"]: round(row["net"], 2) for row in table.to_dict("records") if row["net"]}


def _differences(found: ar.Ledger, wanted: ar.Ledger, told: Told) -> Iterator[str]:
    if found.is_snapshot != wanted.is_snapshot or found.covers[1] != wanted.covers[1]:
        yield f"covers {found.covers}, not {wanted.covers}"
    if len(found.items) != len(wanted.items):
        yield f"{len(found.items)} items, not {len(wanted.items)}"
    yield _first("item", _items(found, told), _items(wanted, told))
    yield _documents(found, wanted)
    if told.customer == "both":
        yield _first("name", _names(found), _names(wanted))
    yield _first("entry", _entries(found, told), _entries(wanted, told))
    for day in DAYS if not wanted.is_snapshot else (DAY,):
        if found.covers[0] <= day <= found.covers[1]:
            yield _first(f"balance of {day}", _aged(found, day), _aged(wanted, day))


def _first(what: str, found: list[Line], wanted: list[Line]) -> str:
    missing, surplus = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    if not missing and not surplus:
        return ""
    return f"{what} {next(iter(surplus), 'none')} where {next(iter(missing), 'none')} must be"


def _keys(told: Told) -> list[str]:
    return ["customer_id", "document_date", "due_date", "currency", *(["entity"] if told.entity else [])]


def _items(ledger: ar.Ledger, told: Told) -> list[Line]:
    columns = [*_keys(told), "original_amount", *(["item_type"] if told.types else [])]
    return [tuple(row) for row in ledger.items[columns].astype({"item_type": str} if told.types else {}).to_numpy()]


def _documents(found: ar.Ledger, wanted: ar.Ledger) -> str:
    """Compare the documents' numbers; an item may have its line, or its company, beside the number."""
    order = ["customer_id", "document_date", "due_date", "original_amount"]
    mine, theirs = (
        ledger.items.astype({"customer_id": str}).sort_values(order)["document_id"].tolist()
        for ledger in (found, wanted)
    )
    wrong = [(own, other) for own, other in zip(mine, theirs, strict=True) if other not in (own, *own.split("/"))]
    if len(wrong) and sorted(mine) == sorted(theirs):
        return ""
    return f"document {wrong[0][0]}, not {wrong[0][1]}" if wrong else ""


def _names(ledger: ar.Ledger) -> list[Line]:
    return [tuple(row) for row in ledger.customers[["customer_id", "name"]].astype(str).to_numpy()]


def _entries(ledger: ar.Ledger, told: Told) -> list[Line]:
    items = ledger.items[["item_id", *_keys(told)]]
    amounts = ["amount", *(["base_amount"] if told.base else [])]
    rows = ledger.entries[["item_id", "entry_type", "effective_on", *amounts]].merge(items, on="item_id")
    return [tuple(row) for row in rows.drop(columns="item_id").astype({"entry_type": str}).to_numpy()]


def _aged(ledger: ar.Ledger, day: date) -> list[Line]:
    table = ar.aging_table(ledger, as_of=day, by="customer_id")
    return [
        tuple(row)
        for row in table.drop(columns=["base_currency"], errors="ignore").astype({"customer_id": str}).to_numpy()
    ]
