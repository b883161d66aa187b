"""A true ledger, drawn: customers, documents and what was paid on them. Amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

NAMES = (
    *("Harbour Cafe", "Brook Ltd", "Fern GmbH", "Lido Spa", "Atelier Dupin", "Garage Merle", "Nordwind AG"),
    *("Molino Verde", "Casa Azul", "Młyn Stary", "Kuzey Pazar", "Ромашка ООО", "Василёк АО", "海港咖啡", "北湖水疗"),
    *("Øst & Vest", 'Hotel "Astra"', "O'Brien, Sons", "港カフェ", "De Molen B.V."),
)
FALLS_DUE_IN = (0, 14, 30, 30, 45, 60)
OLDEST = 190


@dataclass(frozen=True)
class Customer:
    number: str
    name: str


@dataclass(frozen=True)
class Payment:
    number: str
    day: date
    amount: int
    failed: bool = False


@dataclass(frozen=True)
class Document:
    """A document; a credit note or a receipt on account has a negative amount."""

    number: str
    customer: Customer
    kind: str
    day: date
    due: date
    currency: str
    amount: int
    payments: tuple[Payment, ...] = ()
    fate: str = ""

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments if not payment.failed)

    @property
    def open(self) -> int:
        """What is open on the day of the export."""
        return 0 if self.fate else self.amount - self.paid

    def status(self, exported: date) -> str:
        if self.fate in ("draft", "cancelled"):
            return self.fate
        if self.open == 0:
            return "paid"
        if self.paid:
            return "partly_paid"
        return "overdue" if self.due < exported and self.amount > 0 else "open"


@dataclass(frozen=True)
class Wanted:
    """What a form can carry: how many customers, credits, part payments, and so on."""

    currencies: tuple[str, ...] = ("EUR",)
    credits: float = 0.15
    settled: float = 0.0
    partly: float = 0.0
    fates: tuple[str, ...] = ()
    customers: int = 5
    documents: int = 16
    cents: bool = True
    failed: float = 0.0


def draw(rng: Random, wanted: Wanted, exported: date) -> list[Document]:
    """Documents in the order in which they were issued; the first are invoices that are open."""
    people = _customers(rng, wanted.customers)
    numbers = _numbers(rng, wanted.documents)
    days = sorted(exported - timedelta(days=rng.randrange(1, OLDEST)) for _ in numbers)
    made = []
    for place, (number, day) in enumerate(zip(numbers, days, strict=True)):
        credit = place >= 3 and rng.random() < wanted.credits
        kind = rng.choice(("credit_note", "receipt")) if credit else "invoice"
        due = day if credit else day + timedelta(days=rng.choice(FALLS_DUE_IN))
        amount = _amount(rng, wanted.cents) * (-1 if credit else 1)
        made.append(Document(number, rng.choice(people), kind, day, due, rng.choice(wanted.currencies), amount))
    return [_with_fate(rng, one, wanted, exported, place) for place, one in enumerate(made)]


def _with_fate(rng: Random, one: Document, wanted: Wanted, exported: date, place: int) -> Document:
    if place < 2 or one.amount < 0:
        return one
    if wanted.fates and rng.random() < 0.2:
        return replace(one, fate=rng.choice(wanted.fates))
    if rng.random() < wanted.settled:
        paid = _payments(rng, one, one.amount, exported)
        return replace(one, payments=tuple(replace(each, failed=rng.random() < wanted.failed) for each in paid))
    if rng.random() < wanted.partly:
        part = max(1, int(one.amount * rng.choice((0.25, 0.4, 0.5, 0.8))) // 100 * 100) or one.amount // 2
        return replace(one, payments=_payments(rng, one, part, exported))
    return one


def _payments(rng: Random, one: Document, amount: int, exported: date) -> tuple[Payment, ...]:
    """One payment or two, between the day of the document and the export."""
    span = (exported - one.day).days
    days = sorted(one.day + timedelta(days=rng.randrange(0, span + 1)) for _ in range(rng.choice((1, 1, 2))))
    first = amount if len(days) == 1 else amount // 3
    parts = [first] if len(days) == 1 else [first, amount - first]
    return tuple(
        Payment(f"ZE-{one.number[-3:]}{place}", day, part)
        for place, (day, part) in enumerate(zip(days, parts, strict=True))
    )


def _customers(rng: Random, number: int) -> list[Customer]:
    names = rng.sample(NAMES, number)
    form = rng.choice(("{:05d}", "C-{:d}", "K{:03d}", "{:010d}"))
    first = rng.randrange(100, 900)
    return [Customer(form.format(first + place * 7), name) for place, name in enumerate(names)]


def _numbers(rng: Random, number: int) -> list[str]:
    form = rng.choice(("RE-{:d}", "INV/2026/{:05d}", "18000{:05d}", "{:d}", "F-{:04d}", "{:06d}"))
    first = rng.randrange(101, 7000)
    return [form.format(first + place) for place in range(number)]


def _amount(rng: Random, cents: bool) -> int:
    whole = rng.choice((rng.randrange(3, 100), rng.randrange(100, 1000), rng.randrange(1000, 90000)))
    return whole * 100 + (rng.choice((0, 0, 50, rng.randrange(100))) if cents else 0)
