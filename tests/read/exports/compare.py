"""Ledgers compared: what of one is not as it must be, told in one line; nothing where they are the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

import arkit as ar
from tests.read.exports.books import DAY, Told

Lines = Counter[tuple[Any, ...]]
DAYS = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), DAY)


@dataclass(frozen=True)
class Facts:
    """What a ledger says, as far as its export tells it: each kind of fact as lines that may repeat."""

    of: dict[str, Lines]
    documents: tuple[str, ...]


def facts(ledger: ar.Ledger, told: Told) -> Facts:
    """Return items, names, entries and the aging by customer of a ledger."""
    items = ledger.items
    days = [day for day in DAYS if ledger.covers[0] <= day <= ledger.covers[1]]
    found = {
        "cover": Counter([(ledger.covers[1], ledger.is_snapshot)]),
        "item": _lines(items[[*_keys(told), "original_amount", *(["item_type"] if told.types else [])]]),
        "entry": _entries(ledger, items, told),
        **{f"balance of {day}": _lines(_aged(ledger, day)) for day in days},
    }
    if told.customer == "both":
        found["name"] = _lines(ledger.customers[["customer_id", "name"]])
    order = items.astype({"customer_id": str}).sort_values(
        ["customer_id", "document_date", "due_date", "original_amount"], kind="stable"
    )
    return Facts(found, tuple(order["document_id"].astype(str)))


def difference(found: Facts, wanted: Facts) -> str:
    """Return the first thing in which a ledger is not what it must be."""
    for kind, lines in wanted.of.items():
        has = found.of.get(kind, Counter())
        missing, surplus = lines - has, has - lines
        if missing or surplus:
            return f"{kind} {next(iter(surplus), 'none')} where {next(iter(missing), 'none')} must be"
    return _documents(found.documents, wanted.documents)


def totals(ledger: ar.Ledger) -> dict[str, float]:
    """Return what is owed on the last day, by currency, unapplied amounts taken off."""
    table = ar.aging_table(ledger, as_of=ledger.covers[1])
    return {row["currency"]: round(row["net"], 2) for row in table.to_dict("records") if row["net"]}


def _documents(found: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """Compare the documents' numbers; an item may have its line, or its company, beside the number."""
    if sorted(found) == sorted(wanted):
        return ""
    pairs = zip(found, wanted, strict=True)
    wrong = [(own, other) for own, other in pairs if other not in (own, *own.split("/"))]
    return f"document {wrong[0][0]}, not {wrong[0][1]}" if wrong else ""


def _keys(told: Told) -> list[str]:
    return ["customer_id", "document_date", "due_date", "currency", *(["entity"] if told.entity else [])]


def _lines(table: pd.DataFrame) -> Lines:
    return Counter(table.itertuples(index=False, name=None))


def _entries(ledger: ar.Ledger, items: pd.DataFrame, told: Told) -> Lines:
    amounts = ["amount", *(["base_amount"] if told.base else [])]
    rows = ledger.entries[["item_id", "entry_type", "effective_on", *amounts]]
    return _lines(rows.merge(items[["item_id", *_keys(told)]], on="item_id").drop(columns="item_id"))


def _aged(ledger: ar.Ledger, day: date) -> pd.DataFrame:
    return ar.aging_table(ledger, as_of=day, by="customer_id").drop(columns="base_currency", errors="ignore")
