"""Random books: every type of item and entry, three kinds of decimals, two clocks, on request every fault of a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

import arkit as ar

START = date(2026, 1, 1)
LAST = date(2026, 2, 28)
COVERS = (START.isoformat(), LAST.isoformat())
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
CREDITS = ("credit_note", "receipt")
# Few days, so that what is asked often falls on the day of an entry.
FAR = 40

Row = dict[str, str | None]


@dataclass(frozen=True)
class Books:
    """The rows of an export as text, as a file holds them."""

    items: list[Row]
    applications: list[Row]
    entries: list[Row]

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables that have rows."""
        given = {"items": self.items, "applications": self.applications, "entries": self.entries}
        return {name: pl.DataFrame(rows, schema=_schema(rows)) for name, rows in given.items() if rows}

    def ledger(self) -> ar.Ledger:
        """Return the ledger of the books."""
        return ar.make_ledger(**self.tables(), covers=COVERS)

    def without(self, wanted: Any) -> Books:
        """Return the books of the rows that ``wanted(table, row)``."""
        kept = {name: [row for row in getattr(self, name) if wanted(name, row)] for name in _TABLES}
        return Books(**kept)


_TABLES = ("items", "applications", "entries")
Case = tuple[Books, date]


def _schema(rows: list[Row]) -> dict[str, Any]:
    return dict.fromkeys(rows[0], pl.String)


def examples(share: float = 0.3) -> settings:
    """Return settings for a property: some of the examples of the profile."""
    return settings(max_examples=max(1, int(settings.default.max_examples * share)), deadline=None)


def day_text(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


days = st.integers(0, FAR)
as_of_days = st.integers(0, (LAST - START).days).map(lambda number: START + timedelta(days=number))
units = st.integers(1, 99_999)


def money(minor: int, currency: str | None) -> str:
    """Write minor units as an amount of the currency."""
    places = DECIMALS.get(currency or "", 2)
    return str(Decimal(minor).scaleb(-places))


@st.composite
def an_item(draw: st.DrawFn, number: int) -> Row:
    kind = draw(st.sampled_from(("invoice", "invoice", "invoice", "debit_note", "journal", *CREDITS)))
    currency = draw(st.sampled_from(tuple(DECIMALS)))
    sign = -1 if kind in CREDITS else draw(st.sampled_from((1, 1, -1))) if kind == "journal" else 1
    begun, due, recorded = draw(st.tuples(days, st.integers(-100, 40), st.integers(0, 10)))
    return {
        "item_id": f"I{number}",
        "document_id": f"D{number // 2}",
        "entity": draw(st.sampled_from(("ES", "DE"))),
        "account": draw(st.sampled_from(("4300", "4310"))),
        "customer_id": draw(st.sampled_from(("007", "008", "009"))),
        "item_type": kind,
        "document_date": day_text(begun),
        "recorded_on": day_text(begun + recorded),
        "due_date": day_text(begun + due) if due else None,
        "terms": draw(st.sampled_from(("30", "net 60", "whenever"))),
        "currency": currency,
        "amount": money(sign * draw(units), currency),
        "reference": None,
        "salesperson": draw(st.sampled_from(("Ann", "Bob", None))),
    }


@st.composite
def an_application(draw: st.DrawFn, items: list[Row]) -> Row:
    one, other = draw(st.sampled_from(items)), draw(st.sampled_from(items))
    counts, recorded = draw(st.tuples(days, st.integers(0, 20)))
    return {
        "item_id": one["item_id"],
        "counterpart_item_id": other["item_id"],
        "effective_on": day_text(counts),
        "recorded_on": day_text(counts + recorded),
        "amount": money(draw(st.integers(-500, 99_999)), one["currency"]),
    }


@st.composite
def an_entry(draw: st.DrawFn, items: list[Row]) -> Row:
    item = draw(st.sampled_from(items))
    kind = draw(st.sampled_from(("settlement", "discount", "write_off", "exchange", "transfer", "correction")))
    counts, recorded = draw(st.tuples(days, st.integers(0, 20)))
    whole = draw(st.booleans())
    minor = 0 if kind == "exchange" else draw(st.integers(-99_999, 5_000))
    settled = str(-Decimal(item["amount"] or 0)) if whole and kind == "settlement" else None
    return {
        "item_id": item["item_id"],
        "entry_type": kind,
        "effective_on": day_text(counts),
        "recorded_on": day_text(counts + recorded),
        "amount": settled or money(minor, item["currency"]),
    }


# What is wrong with a cell of each column.
FAULTS: dict[str, tuple[str | None, ...]] = {
    "item_id": ("I0", "I1", None, "no such item"),
    "counterpart_item_id": ("I0", None, "no such item"),
    "document_date": ("31.02.2026", "soon", None),
    "effective_on": ("2026-02-31", None),
    "due_date": ("later", None),
    "currency": ("EURX", None),
    "amount": ("ten", None, "1" + "0" * 18, "0.12345", "-7.5555", "12"),
    "entry_type": ("gift", None),
    "customer_id": (None,),
}


@st.composite
def books(draw: st.DrawFn, *, faults: bool = False, references: bool = False, most: int = 8) -> Books:
    """Draw books of a few items, with their entries."""
    items = [draw(an_item(number)) for number in range(draw(st.integers(2, most)))]
    applications = draw(st.lists(an_application(items), max_size=5))
    entries = draw(st.lists(an_entry(items), max_size=4))
    drawn = Books(items, _of_one_currency(applications, items, faults=faults), entries)
    if references:
        drawn = replace(drawn, items=[draw(a_reference(row, items)) for row in items])
    return draw(spoilt(drawn)) if faults else drawn


def _of_one_currency(applications: list[Row], items: list[Row], *, faults: bool) -> list[Row]:
    currency = {row["item_id"]: row["currency"] for row in items}
    same = [row for row in applications if currency[row["item_id"]] == currency[row["counterpart_item_id"]]]
    return applications if faults else same


@st.composite
def a_reference(draw: st.DrawFn, row: Row, items: list[Row]) -> Row:
    """Let a credit note refer to an invoice, mostly over its whole amount and by the same customer."""
    invoices = [other for other in items if other["item_type"] == "invoice"]
    if row["item_type"] != "credit_note" or not invoices:
        return row
    invoice = draw(st.sampled_from(invoices))
    same = {name: invoice[name] for name in ("entity", "account", "customer_id", "currency")}
    return {**row, **same, "reference": invoice["document_id"], "amount": f"-{invoice['amount']}"}


@st.composite
def spoilt(draw: st.DrawFn, drawn: Books) -> Books:
    """Spoil a few cells, but none of the first item's, so that something can always be used."""
    tables = {name: [dict(row) for row in getattr(drawn, name)] for name in _TABLES}
    places = [
        (name, number) for name in _TABLES for number in range(len(tables[name])) if (name, number) != ("items", 0)
    ]
    for name, number in draw(st.lists(st.sampled_from(places), max_size=4, unique=True)):
        row = tables[name][number]
        column = draw(st.sampled_from([column for column in FAULTS if column in row]))
        row[column] = draw(st.sampled_from(FAULTS[column]))
        if row.get("item_type") in CREDITS and not (row["amount"] or "").startswith("-"):
            row["amount"] = None
    return Books(**tables)


@st.composite
def cases(draw: st.DrawFn, **how: Any) -> Case:
    """Draw books and a day to ask about, mostly one on which something happens, or the day before or after."""
    drawn = draw(books(**how))
    cells = [row[name] for rows in (drawn.items, drawn.applications, drawn.entries) for row in rows for name in row]
    mentioned = sorted({day for day in map(valid_day, cells) if day and START < day < LAST})
    near = st.builds(
        lambda day, step: day + timedelta(days=step),
        st.sampled_from(mentioned or [START + timedelta(days=1)]),
        st.integers(-1, 1),
    )
    return drawn, draw(near | as_of_days)


def readable(amount: str | None) -> Decimal | None:
    """Return an amount as the exact number it is, if it is one that can be kept exact."""
    try:
        value = Decimal(amount or "")
    except ArithmeticError:
        return None
    return value if abs(value) < 10**13 else None


def in_minor(amount: str | None, currency: str | None) -> int | None:
    """Return an amount in minor units, half away from zero."""
    value = readable(amount)
    if value is None:
        return None
    return int(value.scaleb(DECIMALS.get(currency or "", 2)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def valid_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
