"""A true ledger as the rows of an export, by what the export is of; and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.read.adversarial.forms import Form
from tests.read.adversarial.ledgers import Document, Wanted

Line = dict[str, Any]
EDGES = (0, 30, 60, 90)
BUCKETS = ("not due", "1-30", "31-60", "61-90", "over 90")
AGING = tuple(f"bucket {place}" for place in range(len(BUCKETS)))
NEVER = (date(1900, 1, 1), date(1970, 1, 1), date(1753, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True)
class Money:
    """An amount: whole cents, and the currency where it is written with it."""

    cents: int
    currency: str = ""
    unit: int = 1


@dataclass(frozen=True)
class Kind:
    """One kind of export: the ledger it can carry, the rows of a document, and the columns that cannot be left out."""

    wanted: Callable[[Random], Wanted]
    lines: Callable[[Form, Document, date, Random], Iterator[Line]]
    needed: tuple[str, ...]
    only_open: bool = True


def bucket(due: date, exported: date) -> int:
    return sum((exported - due).days > edge for edge in EDGES)


def one_line(of: Callable[[Document, date], Line]) -> Callable[[Form, Document, date, Random], Iterator[Line]]:
    def lines(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
        yield of(one, exported)

    return lines


def amounts(*roles: str) -> Callable[[Form, Document, date, Random], Iterator[Line]]:
    """A row with these amounts of the document."""

    def of(one: Document, exported: date) -> Line:
        every = {"amount": Money(one.amount), "paid": Money(one.paid), "open_amount": Money(one.open)}
        return {role: every[role] for role in roles}

    return one_line(of)


def _status(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    yield {"amount": Money(one.amount), "status": form.texts("statuses")[one.status(exported)]}


def _paid_and_status(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    (line,) = _status(form, one, exported, rng)
    yield {**line, "paid": Money(one.paid)}


def _aging(one: Document, exported: date) -> Line:
    place = bucket(one.due, exported)
    return {name: Money(one.open) if number == place else None for number, name in enumerate(AGING)}


def _aging_and_total(one: Document, exported: date) -> Line:
    return {**_aging(one, exported), "open_amount": Money(one.open)}


def _debit_and_credit(one: Document, exported: date) -> Line:
    return {"debit": Money(one.open) if one.open > 0 else None, "credit": Money(-one.open) if one.open < 0 else None}


def _side(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    yield {"open_amount": Money(abs(one.open)), "mark": form.texts("marks")["debit" if one.open > 0 else "credit"]}


def _unsigned(one: Document, exported: date) -> Line:
    return {"open_amount": Money(abs(one.open))}


def _tax(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    net = round(one.amount / rng.choice((1.0, 1.07, 1.19, 1.19)))
    yield {"net_amount": Money(net), "tax": Money(one.amount - net), "amount": Money(one.amount)}


RATES = {"EUR": 100, "USD": 92, "GBP": 117, "PLN": 23}


def _base(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    """Euro is the base currency; a rate changes with the month."""
    rate = 1000 if one.currency == "EUR" else RATES[one.currency] * 10 + one.day.month
    line = {"open_amount": Money(one.open), "base_open_amount": Money(round(one.open * rate / 1000))}
    yield {**line, "exchange_rate": f"{rate / 1000:.3f}"}


def _thousands(one: Document, exported: date) -> Line:
    return {"open_amount": Money(one.open, unit=1000)}


def _days_overdue(one: Document, exported: date) -> Line:
    return {"open_amount": Money(one.open), "days_overdue": str((exported - one.due).days)}


def _day_in_row(one: Document, exported: date) -> Line:
    return {"open_amount": Money(one.open), "snapshot_on": exported}


def _payables(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    side = "payable" if one.fate else "receivable"
    yield {"open_amount": Money(one.amount if one.fate else one.open), "side": form.texts("sides")[side]}


def _settled(one: Document, exported: date) -> Line:
    return {"amount": Money(one.amount), "settled_on": one.payments[-1].day if one.payments else None}


def _settled_or_never(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    never = NEVER[int(one.amount != 0) * (len(one.customer.number) + len(one.number)) % len(NEVER)]
    yield {"amount": Money(one.amount), "settled_on": one.payments[-1].day if one.payments else never}


def _payments(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    for payment in one.payments or (None,):
        paid = {"paid": Money(payment.amount), "settled_on": payment.day} if payment else {}
        yield {"amount": Money(one.amount), "paid": None, "settled_on": None, **paid}


def _payments_with_status(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    """A row per payment, with what became of it."""
    for line, payment in zip(_payments(form, one, exported, rng), one.payments or (None,), strict=True):
        ended = "failed" if payment and payment.failed else "paid"
        yield {**line, "status": form.texts("statuses")[ended] if payment else None}


def _partly_settled(one: Document, exported: date) -> Line:
    paid = {"amount": Money(one.amount), "paid": Money(one.paid), "open_amount": Money(one.open)}
    return {**paid, "settled_on": one.payments[-1].day if one.payments else None}


def bucket_names(form: Form) -> tuple[str, ...]:
    """The names of the buckets in the language of the form."""
    return (form.word("not_due"), "1-30", "31-60", "61-90", form.word("over"))


def _bucket_named(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    yield {"open_amount": Money(one.open), "bucket_name": bucket_names(form)[bucket(one.due, exported)]}


def _parts(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    parts = rng.choice((1, 2, 3))
    for place in range(parts):
        share = one.open // parts if place else one.open - one.open // parts * (parts - 1)
        yield {"open_amount": Money(share), "line": str((place + 1) * (10 if form.shuffled else 1))}


def _instalments(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    for place, line in enumerate(_parts(form, one, exported, rng)):
        yield {"open_amount": line["open_amount"], "due_date": one.due + timedelta(days=30 * place)}


def _account(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    """The document, and each payment as a row of its own with the number of what it pays, and the mark of the pair."""
    mark = f"M{one.number[-4:]}" if one.open == 0 else None
    yield {**_two_sides(one.amount), "reference": one.number if one.amount > 0 else None, "match": mark}
    for payment in one.payments:
        paid = {**_two_sides(-payment.amount), "reference": one.number, "match": mark}
        yield {
            **paid,
            "item_id": payment.number,
            "document_date": payment.day,
            "due_date": payment.day,
            "kind": "receipt",
        }


def _two_sides(amount: int) -> Line:
    return {"debit": Money(amount) if amount > 0 else None, "credit": Money(-amount) if amount < 0 else None}


ACCOUNTS = {"receivable": "1200", "revenue": "4000", "bank": "1000"}


def _journal(form: Form, one: Document, exported: date, rng: Random) -> Iterator[Line]:
    for line in _account(form, one, exported, rng):
        number, day = line.get("item_id", one.number), line.get("document_date", one.day)
        other = "bank" if line.get("kind", one.kind) == "receipt" else "revenue"
        for account in ("receivable", other):
            sides = {name: line[name] for name in ("debit", "credit")}
            if account == other:
                sides = {"debit": sides["credit"], "credit": sides["debit"]}
            named = {"account": ACCOUNTS[account], "account_name": form.texts("accounts")[account]}
            person = {} if account == "receivable" else {"customer_id": None, "name": None}
            yield {**sides, **named, "item_id": number, "document_date": day, **person}


def open_only(rng: Random) -> Wanted:
    return Wanted(documents=rng.randrange(6, 24), customers=rng.randrange(2, 6), credits=rng.choice((0, 0.15, 0.3)))


def _with(**changes: Any) -> Callable[[Random], Wanted]:
    def wanted(rng: Random) -> Wanted:
        return replace(open_only(rng), **changes)

    return wanted


PAID = _with(settled=0.3, partly=0.25, credits=0.0)
WHOLLY = _with(settled=0.4, credits=0.0)
BASE = _with(currencies=("EUR", "USD", "GBP"))
OPEN = ("open_amount",)

KINDS: dict[str, Kind] = {
    "open alone": Kind(open_only, amounts("open_amount"), OPEN),
    "original beside open": Kind(_with(partly=0.4), amounts("amount", "open_amount"), OPEN),
    "original, paid and open": Kind(PAID, amounts("amount", "paid", "open_amount"), OPEN, only_open=False),
    "original less paid": Kind(PAID, amounts("amount", "paid"), ("amount", "paid"), only_open=False),
    "paid by status": Kind(
        _with(settled=0.3, credits=0.0, fates=("draft", "cancelled")), _status, ("amount", "status"), only_open=False
    ),
    "paid and status": Kind(
        _with(settled=0.3, partly=0.2, credits=0.0, fates=("draft", "cancelled")),
        _paid_and_status,
        ("amount", "paid", "status"),
        only_open=False,
    ),
    "aging beside total": Kind(open_only, one_line(_aging_and_total), OPEN),
    "aging alone": Kind(open_only, one_line(_aging), AGING),
    "debit and credit": Kind(open_only, one_line(_debit_and_credit), ("debit", "credit")),
    "side of an entry": Kind(_with(credits=0.3), _side, ("open_amount", "mark")),
    "unsigned types": Kind(_with(credits=0.3), one_line(_unsigned), ("open_amount", "item_type")),
    "with tax": Kind(open_only, _tax, ("amount",)),
    "document and base currency": Kind(BASE, _base, OPEN),
    "in thousands": Kind(open_only, one_line(_thousands), OPEN),
    "days overdue": Kind(open_only, one_line(_days_overdue), OPEN),
    "day in each row": Kind(open_only, one_line(_day_in_row), OPEN),
    "payables too": Kind(_with(fates=("payable",)), _payables, ("open_amount", "side"), only_open=False),
    "settled on a day": Kind(WHOLLY, one_line(_settled), ("amount", "settled_on"), only_open=False),
    "settled on a day or never": Kind(WHOLLY, _settled_or_never, ("amount", "settled_on"), only_open=False),
    "row per payment": Kind(PAID, _payments, ("amount", "paid", "settled_on"), only_open=False),
    "row per line": Kind(open_only, _parts, OPEN),
    "row per instalment": Kind(open_only, _instalments, OPEN),
    "matching marks": Kind(_with(settled=0.4), _account, ("debit", "credit", "match"), only_open=False),
    "account with references": Kind(
        _with(settled=0.3, partly=0.2), _account, ("debit", "credit", "reference"), only_open=False
    ),
    "account": Kind(_with(settled=0.3, partly=0.2), _account, ("debit", "credit"), only_open=False),
    "general journal": Kind(_with(settled=0.3, credits=0.0), _journal, ("debit", "credit", "account"), only_open=False),
    "sections": Kind(open_only, amounts("open_amount"), OPEN),
    "sorted": Kind(open_only, amounts("open_amount"), OPEN),
    "long preamble": Kind(open_only, amounts("open_amount"), OPEN),
    "currency in cells": Kind(_with(currencies=("EUR", "USD")), amounts("open_amount"), OPEN),
    "currency in header": Kind(open_only, amounts("open_amount"), OPEN),
    "failed payments": Kind(
        _with(settled=0.4, partly=0.2, credits=0.0, failed=0.3),
        _payments_with_status,
        ("amount", "paid", "settled_on", "status"),
        only_open=False,
    ),
    "partly settled": Kind(PAID, one_line(_partly_settled), OPEN, only_open=False),
    "contracts": Kind(open_only, amounts("open_amount"), OPEN),
    "bucket of a row": Kind(open_only, _bucket_named, OPEN),
}
