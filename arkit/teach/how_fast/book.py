"""The ledger of lesson 2: three customers who pay the same way in every month, while sales rise and then fall."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from arkit.ledger.model import Ledger
from arkit.ledger.sample.draws import Draws
from arkit.teach.paid_books import Application, Item, Payment, books

JUNE, DAY = date(2026, 6, 30), date(2026, 9, 30)
WINDOW: Final = 91
TERMS: Final = timedelta(days=30)
DAYS_APART: Final = timedelta(days=6)
# Sales of January to September as multiples of one amount: flat, rising, falling.
SALES: Final = (2, 2, 2, 1, 2, 3, 3, 2, 1)
QUICK, STEADY, SLOW = "Ash Printing", "Beech Books", "Cedar Press"
# How many months after the invoice each pays, and on which day of that month, or a little later.
HABITS: Final = {QUICK: (0, 22), STEADY: (1, 20), SLOW: (2, 18)}
# An invoice that was wrong and taken back two days later, and a payment made twice and sent back in July.
WRONG, TAKEN_BACK = ("6W", date(2026, 6, 15)), ("C6W", date(2026, 6, 17))
TWICE, SENT_BACK = ("R5B2", date(2026, 6, 25)), ("B5B2", date(2026, 7, 3))


def draw_ledger(draws: Draws) -> Ledger:
    """Return a learner's ledger: his own amounts, shares of the customers and days of payment."""
    [unit] = (draws.between(1, 800, 1200) * 10_000).tolist()
    wrong, twice = (unit * draws.between(2, 15, 25) // 100).tolist()
    quick, slow = draws.between(2, 17, 23).tolist()
    shares = {QUICK: quick + 10, STEADY: 90 - quick - slow, SLOW: slow}
    later = dict(zip(HABITS, draws.below(len(HABITS), 5).tolist(), strict=True))
    items = [_invoice(month, customer, unit, shares[customer]) for month in range(1, 10) for customer in HABITS]
    payments = [payment for item in items for payment in _payments(item, later[item.customer_id])]
    items += [
        Item(WRONG[0], QUICK, "invoice", WRONG[1], WRONG[1] + TERMS, wrong),
        Item(TAKEN_BACK[0], QUICK, "credit_note", TAKEN_BACK[1], TAKEN_BACK[1], -wrong),
        Item(TWICE[0], STEADY, "receipt", TWICE[1], TWICE[1], -twice),
        Item(SENT_BACK[0], STEADY, "journal", SENT_BACK[1], SENT_BACK[1], twice),
    ]
    matched = [
        Application(WRONG[0], TAKEN_BACK[0], TAKEN_BACK[1], wrong),
        Application(SENT_BACK[0], TWICE[0], SENT_BACK[1], twice),
    ]
    return books(items, payments, matched, until=DAY)


def _invoice(month: int, customer: str, unit: int, share: int) -> Item:
    """Return the one invoice of a customer in a month: his share of the month's sales."""
    document = date(2026, month, 8)
    amount = unit * SALES[month - 1] * share // 100
    return Item(f"{month}{customer[0]}", customer, "invoice", document, document + TERMS, amount)


def _payments(item: Item, later: int) -> list[Payment]:
    """Return the payments of an invoice by the habit of its customer; the slow one pays in two parts, days apart."""
    after, day = HABITS[item.customer_id]
    first = date(2026, item.document_date.month + after, day + later)
    if item.customer_id != SLOW:
        return [Payment(item.item_id, item.customer_id, first, item.cents)]
    part = item.cents * 6 // 10
    parts = [(first, part), (first + DAYS_APART, item.cents - part)]
    return [Payment(item.item_id, item.customer_id, day, cents) for day, cents in parts]
