"""Random books in plain Python: payments that come back, part disputes, moved due dates, renewals, three currencies."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl

import arkit as ar

FIRST, LAST = date(2026, 1, 1), date(2026, 8, 31)
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
SIGN = {"invoice": 1, "debit_note": 1, "credit_note": -1, "receipt": -1}


@dataclass
class Item:
    """A document: amounts are whole minor units, entries are day, type, amount, base amount and counterpart."""

    name: str
    customer: str
    kind: str
    currency: str
    dated: date
    due: date
    first_due: date | None
    replaces: str | None
    entries: list[tuple[date, str, int, int, str | None]] = field(default_factory=list)

    def open(self, day: date, *, base: bool = False) -> int:
        return sum(entry[3 if base else 2] for entry in self.entries if entry[0] <= day)


@dataclass
class Books:
    """Items by their names, and disputes: item or customer, from, to, amount."""

    items: dict[str, Item] = field(default_factory=dict)
    disputes: list[tuple[str | None, str | None, date, date | None, int | None]] = field(default_factory=list)
    intercompany: tuple[str, ...] = ("IC",)


def books_of(seed: int) -> Books:
    """The books of a seed."""
    random, books = Random(seed), Books()
    for number in range(random.randint(4, 16)):
        _document(random, books, number)
    for _ in range(random.randint(2, 20)):
        _movement(random, books)
    for item in [*books.items.values()]:
        _bounce(random, books, item)
    for _ in range(6):
        _movement(random, books)
    for item in random.sample([*books.items.values()], k=min(3, len(books.items))):
        _dispute(random, books, item)
    return books


def _document(random: Random, books: Books, number: int) -> None:
    kind = random.choice(("invoice", "invoice", "invoice", "debit_note", "credit_note", "receipt"))
    dated = FIRST + timedelta(days=random.randint(0, 200))
    due = dated + timedelta(days=random.randint(0, 60)) if SIGN[kind] > 0 else dated
    moved = SIGN[kind] > 0 and random.random() < 0.3
    currency, customer = random.choice([*DECIMALS]), random.choice(("A", "A", "B", "C", "IC"))
    item = Item(
        f"I{number}",
        customer,
        kind,
        currency,
        dated,
        due,
        due - timedelta(days=random.randint(1, 30)) if moved else None,
        None,
    )
    amount = SIGN[kind] * random.randint(1, 40) * 25
    item.entries.append((dated, "original", amount, amount + random.randint(-9, 9), None))
    books.items[item.name] = item


def _movement(random: Random, books: Books) -> None:
    """One of: cash or credit applied, settled, returned, written off, discounted, renewed."""
    item = random.choice([*books.items.values()])
    day = item.dated + timedelta(days=random.randint(0, 90))
    # Only what is open at the end may be moved, so that nothing is ever over-applied.
    left = min(item.open(day), item.open(LAST + timedelta(days=400)))
    if SIGN[item.kind] < 0 or day > LAST:
        return
    kind = random.choice(("apply", "apply", "settlement", "settlement", "write_off", "discount", "return", "renew"))
    part = random.choice((left, left, left // 2))
    if kind == "return":
        paid = -sum(entry[2] for entry in item.entries if entry[1] == "settlement" and entry[0] <= day)
        if paid > 0:
            item.entries.append((day, "correction", paid, paid, None))
    elif part <= 0:
        return
    elif kind == "apply":
        others = [
            o
            for o in books.items.values()
            if SIGN[o.kind] < 0 and (o.customer, o.currency) == (item.customer, item.currency)
        ]
        if others:
            _apply(random, item, random.choice(others), day, part)
    elif kind == "renew":
        _renew(random, books, item, day, left)
    else:
        item.entries.append((day, kind, -part, -part - random.randint(-3, 3), None))


def _apply(random: Random, item: Item, other: Item, day: date, part: int) -> None:
    day = max(day, other.dated)
    part = min(part, -other.open(LAST + timedelta(days=400)))
    if part > 0 and day <= LAST:
        base = part + random.randint(-5, 5)
        item.entries.append((day, "application", -part, -base, other.name))
        other.entries.append((day, "application", part, base, item.name))


def _bounce(random: Random, books: Books, item: Item) -> None:
    """What was applied comes off again, all of it or a part; a receipt is then taken back by a negative one."""
    paid = [entry for entry in item.entries if entry[1] in ("application", "settlement") and entry[2] < 0]
    if not paid or random.random() < 0.4 or any(other.replaces == item.name for other in books.items.values()):
        return
    day, kind, amount, base, name = random.choice(paid)
    back = day + timedelta(days=random.choice((0, 5, 25)))
    if back > LAST or any(entry[1] == kind and entry[4] == name and entry[2] > 0 for entry in item.entries):
        return
    part = random.choice((amount, amount, -(-amount // 2) or amount))
    base = base if part == amount else part
    item.entries.append((back, kind, -part, -base, name))
    if name is None:
        return
    payment = books.items[name]
    payment.entries.append((back, kind, part, base, item.name))
    if payment.kind == "receipt" and random.random() < 0.7:
        negative = Item(
            f"{name}x{len(books.items)}", payment.customer, "receipt", item.currency, back, back, None, None
        )
        negative.entries += [(back, "original", -part, -base, None), (back, "application", part, base, name)]
        payment.entries.append((back, "application", -part, -base, negative.name))
        books.items[negative.name] = negative


def _renew(random: Random, books: Books, item: Item, day: date, left: int) -> None:
    if any(other.replaces == item.name for other in books.items.values()) or left != item.open(day):
        return
    item.entries.append((day, "transfer", -left, -left, None))
    due = day + timedelta(days=random.randint(10, 60))
    new = Item(f"{item.name}r", item.customer, "invoice", item.currency, day, due, None, item.name)
    new.entries.append((day, "original", left, left, None))
    books.items[new.name] = new


def _dispute(random: Random, books: Books, item: Item) -> None:
    begin = item.dated + timedelta(days=random.randint(0, 60))
    end = begin + timedelta(days=random.randint(1, 60)) if random.random() < 0.5 else None
    amount = random.choice((None, 10, abs(item.entries[0][2]) * 3 // 4))
    whole = random.random() < 0.2
    books.disputes.append((None if whole else item.name, item.customer if whole else None, begin, end, amount))


def ledger_of(books: Books) -> ar.Ledger:
    """The same books as a ledger, through the front door: amounts as text."""
    items, entries, applications = [], [], []
    for item in books.items.values():
        unit = DECIMALS[item.currency]
        items.append(
            {
                "item_id": item.name,
                "customer_id": item.customer,
                "item_type": item.kind,
                "currency": item.currency,
                "base_currency": "EUR",
                "document_date": item.dated,
                "due_date": item.due,
                "original_due_date": item.first_due,
                "replaces": item.replaces,
                "amount": written(item.entries[0][2], unit),
                "base_amount": written(item.entries[0][3], 2),
            }
        )
        for day, kind, amount, base, other in item.entries[1:]:
            row = {
                "item_id": item.name,
                "effective_on": day,
                "amount": written(amount, unit),
                "base_amount": written(base, 2),
            }
            if kind != "application":
                entries.append({**row, "entry_type": kind})
            elif item.entries[0][2] > 0:
                positive = {"amount": written(-amount, unit), "base_amount": written(-base, 2)}
                applications.append({**row, **positive, "counterpart_item_id": other})
    marks = [
        {
            "item_id": item,
            "customer_id": customer,
            "kind": "dispute",
            "from": begin,
            "to": end,
            "amount": _in_units(books, item, customer, amount),
        }
        for item, customer, begin, end, amount in books.disputes
    ]
    customers = [{"customer_id": name, "intercompany": name in books.intercompany} for name in ("A", "B", "C", "IC")]
    tables: dict[str, list[dict[str, Any]]] = {
        "items": items,
        "entries": entries,
        "applications": applications,
        "marks": marks,
        "customers": customers,
    }
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}
    return ar.make_ledger(**frames, covers=(FIRST, LAST))


def written(amount: int, places: int) -> str:
    """Minor units as people write the amount."""
    return str(Decimal(amount).scaleb(-places))


def _in_units(books: Books, item: str | None, customer: str | None, amount: int | None) -> float | None:
    """The amount of a dispute in units; of a customer in the units of yen, which all its currencies have."""
    if amount is None:
        return None
    return float(amount) if item is None else float(Decimal(amount).scaleb(-DECIMALS[books.items[item].currency]))
