"""Made-up books: what each export of the examples must come to, known before any export is written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

import arkit as ar

DAY = date(2026, 10, 31)
Kind = Literal["invoice", "debit_note", "credit_note", "receipt", "journal"]

NAMES = (
    "Müller & Söhne GmbH",
    "ООО «Ромашка»",
    "上海华丰贸易有限公司",
    '=HYPERLINK("http://x","y")',
    "<img src=x onerror=alert(1)>",
    "O'Neill, Brown & Co.",
    "Jørgensen Ærø A/S",
    "Zürich Holz AG",
)


@dataclass(frozen=True)
class Customer:
    """A customer: the number by which the books know it, and its name."""

    number: str
    name: str


@dataclass(frozen=True)
class Item:
    """One line of the books: a document or one instalment of it, with what was still open on the day of the export."""

    document: str
    line: int
    of: int
    customer: Customer
    kind: Kind
    dated: date
    due: date
    currency: str
    amount: Decimal
    left: Decimal
    entity: str = "main"
    settled: date | None = None
    rate: Decimal = Decimal(1)

    @property
    def base_amount(self) -> Decimal:
        """The amount in base currency, to the cent."""
        return cents(self.amount * self.rate)

    @property
    def base_left(self) -> Decimal:
        """What is left in base currency, to the cent."""
        return cents(self.left * self.rate)

    @property
    def is_open(self) -> bool:
        """Whether something was left on the day of the export."""
        return self.left != 0

    @property
    def days_late(self) -> int:
        """Days past due on the day of the export."""
        return (DAY - self.due).days


@dataclass(frozen=True)
class Numbers:
    """How a system numbers its documents: a pattern for each kind."""

    invoice: str = "INV-{:05}"
    credit_note: str = "CN-{:05}"
    receipt: str = "RC-{:05}"
    first: int = 1


@dataclass(frozen=True)
class Terms:
    """What the books of an example hold."""

    seed: int
    numbers: Numbers = field(default_factory=Numbers)
    customer_number: str = "{:010}"
    names: tuple[str, ...] = NAMES
    currencies: Mapping[str, str] = field(default_factory=lambda: {"EUR": "1"})
    entities: tuple[str, ...] = ("main",)
    each: int = 6
    instalments: bool = True
    part_payments: bool = True
    settled: bool = False
    days: int = 30


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to the cent."""
    return amount.quantize(Decimal("0.01"))


def books_of(terms: Terms) -> tuple[Item, ...]:
    """Return the items of made-up books: the same for the same terms, on every machine."""
    draw = random.Random(terms.seed)
    found: list[Item] = []
    for place, name in enumerate(terms.names):
        customer = Customer(terms.customer_number.format(100001 + 7 * place), name)
        for number in range(terms.each):
            found += _documents(draw, terms, customer, place, number, first=terms.numbers.first + len(found))
    return tuple(found)


def _documents(
    draw: random.Random, terms: Terms, customer: Customer, place: int, number: int, *, first: int
) -> Iterable[Item]:
    """Return one document: an instalment plan, a credit note, a receipt on account or an invoice, by its place."""
    dated = DAY - timedelta(days=3 + 22 * number + int(draw.random() * 15))
    currencies = list(terms.currencies)
    currency = currencies[place % len(currencies)]
    entity = terms.entities[(place + number) % len(terms.entities)]
    amount = Decimal(1000 + int(draw.random() * 900_000)) / 100
    rate = Decimal(terms.currencies[currency])
    common = {"customer": customer, "currency": currency, "entity": entity, "rate": rate}
    if number == 1 and place % 2 == 0:
        name = terms.numbers.credit_note.format(first)
        return [Item(name, 1, 1, kind="credit_note", dated=dated, due=dated, amount=-amount, left=-amount, **common)]  # type: ignore[arg-type]
    if number == 2 and place % 3 == 1:
        name = terms.numbers.receipt.format(first)
        return [Item(name, 1, 1, kind="receipt", dated=dated, due=dated, amount=-amount, left=-amount, **common)]  # type: ignore[arg-type]
    name = terms.numbers.invoice.format(first)
    if number == 3 and place % 3 == 0 and terms.instalments:
        third = cents(amount / 3)
        parts = (third, third, amount - 2 * third)
        return [
            Item(
                name,
                line,
                3,
                kind="invoice",
                dated=dated,
                due=dated + timedelta(days=30 * line),
                amount=part,
                left=part,
                **common,
            )  # type: ignore[arg-type]
            for line, part in enumerate(parts, start=1)
        ]
    return [_invoice(draw, terms, name, number, dated=dated, amount=amount, common=common)]


def _invoice(
    draw: random.Random,
    terms: Terms,
    name: str,
    number: int,
    *,
    dated: date,
    amount: Decimal,
    common: Mapping[str, object],
) -> Item:
    due = dated + timedelta(days=terms.days)
    left, settled = amount, None
    if terms.settled and number >= 4:
        left, settled = Decimal(0), min(due + timedelta(days=int(draw.random() * 20) - 5), DAY)
    elif terms.part_payments and number == 4:
        left = cents(amount * 2 / 5)
    return Item(name, 1, 1, kind="invoice", dated=dated, due=due, amount=amount, left=left, settled=settled, **common)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Told:
    """What an export tells of its books; the rest cannot be in a ledger that is read from it."""

    shape: Literal["open_items", "settled"] = "open_items"
    customer: Literal["number", "name", "both"] = "both"
    due: bool = True
    base: str = ""
    entity: bool = False
    account: str = ""
    types: bool = True
    document: Callable[[Item], str] = field(default=lambda item: item.document)


def canonical_items(items: Iterable[Item], told: Told) -> pl.DataFrame:
    """Return the items table that an export must come to."""
    rows = [_canonical(item, told) for item in items if item.is_open or told.shape == "settled"]
    return pl.DataFrame(rows, infer_schema_length=None)


def canonical(items: Iterable[Item], told: Told) -> ar.Ledger:
    """Return the ledger that an export must come to."""
    table = canonical_items(items, told)
    if told.shape == "open_items":
        return ar.make_ledger(items=table, shape="open_items", snapshot_on=DAY)
    return ar.make_ledger(items=table, shape="settled", covers=None)


def item_id(item: Item) -> str:
    """Return the name of an item: of its document, or of an instalment of it."""
    return item.document if item.of == 1 else f"{item.document}/{item.line}"


def _canonical(item: Item, told: Told) -> dict[str, object]:
    row: dict[str, object] = {
        "item_id": f"{item.entity} {item_id(item)}",
        "document_id": told.document(item),
        "customer_id": item.customer.name if told.customer == "name" else item.customer.number,
        "document_date": item.dated,
        "currency": item.currency,
    }
    if told.types:
        row["item_type"] = item.kind
    if told.account:
        row["account"] = told.account
    if told.due:
        row["due_date"] = item.due
    if told.customer == "both":
        row["name"] = item.customer.name
    if told.entity:
        row["entity"] = item.entity
    if told.base:
        row["base_currency"] = told.base
    amounts = (
        {"open_amount": item.left} if told.shape == "open_items" else {"amount": item.amount, "open_amount": item.left}
    )
    if told.shape == "settled":
        row["settled_on"] = item.settled
    if told.base:
        amounts["base_open_amount" if told.shape == "open_items" else "base_amount"] = (
            item.base_left if told.shape == "open_items" else item.base_amount
        )
    return {**row, **{name: str(value) for name, value in amounts.items()}}
