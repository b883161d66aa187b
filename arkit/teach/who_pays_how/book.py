"""The ledger of lesson 3: six customers, each with a way of paying, and what makes them look like another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from arkit.days import months_before
from arkit.ledger.model import Ledger
from arkit.ledger.sample.draws import Draws
from arkit.teach.paid_books import Item, Payment, books

DAY, LAST_INVOICE = date(2026, 10, 31), date(2026, 10, 5)
TERMS: Final = timedelta(days=30)
PUNCTUAL, LATE, STOPPED = "Aspen Foods", "Beech Retail", "Cypress Build"
SEASONAL, DECLINING, NEW = "Dahlia Garden", "Fern Print", "Hazel Cafe"
# What a garden centre buys in each month of the year, in per cent of a mean month.
SEASON: Final = (40, 50, 90, 160, 190, 170, 120, 100, 100, 70, 60, 50)
# The one invoice that a punctual customer has forgotten.
FORGOTTEN, FORGOTTEN_ON = "A-lost", date(2026, 6, 23)
LAST_PAID: Final = date(2026, 6, 30)
# The declining customer's last months: each is 5 % smaller and is paid 5 days later than the one before.
SLIDING, SMALLER, LATER = 12, 5, 5
GROWING: Final = 10


class Habit(NamedTuple):
    """How a customer buys and pays: cents a month, months of history, and days late, at least and at most."""

    cents: int
    months: int
    least: int
    most: int


HABITS: Final = {
    PUNCTUAL: Habit(4_200_000, 36, -3, 0),
    LATE: Habit(1_400_000, 36, 28, 40),
    STOPPED: Habit(180_000, 10, -3, 0),
    SEASONAL: Habit(1_000_000, 36, -3, 0),
    DECLINING: Habit(4_000_000, 36, -3, 2),
    NEW: Habit(90_000, 2, -3, 0),
}


def draw_ledger(draws: Draws) -> Ledger:
    """Return a learner's ledger: amounts and delays are his own, the ways of paying are not."""
    items, payments = [], []
    for customer, habit in HABITS.items():
        sizes = draws.between(habit.months, 90, 110).tolist()
        odd = draws.below(habit.months, 10_000).tolist()
        late = draws.between(habit.months, habit.least, habit.most).tolist()
        for back in range(habit.months):
            item = _invoice(customer, back, habit.cents * sizes[back] // 100, odd[back])
            items.append(item)
            payments.append(_payment(item, back, late[back]))
    lost = draws.between(1, 400_000, 600_000).tolist()[0]
    items.append(Item(FORGOTTEN, PUNCTUAL, "invoice", FORGOTTEN_ON, FORGOTTEN_ON + TERMS, lost))
    came = [payment for payment in payments if payment.customer_id != STOPPED or payment.effective_on <= LAST_PAID]
    return books(items, came, [], until=DAY)


def _invoice(customer: str, back: int, cents: int, odd: int) -> Item:
    """Return the invoice of a month, counted back from the last one."""
    document = months_before(LAST_INVOICE, back)
    share = 100
    if customer == SEASONAL:
        share = SEASON[document.month - 1]
    if customer == STOPPED:  # bought more and more, as long as nobody asked for the money
        share += GROWING * (HABITS[STOPPED].months - back)
    if customer == DECLINING:
        share -= SMALLER * max(SLIDING - back, 0)
    number = f"{customer[0]}-{document:%y%m}"
    return Item(number, customer, "invoice", document, document + TERMS, cents * share // 100 + odd)


def _payment(item: Item, back: int, late: int) -> Payment:
    """Return the payment of an invoice by the habit of its customer; it may come after the last day."""
    slide = LATER * max(SLIDING - back, 0) if item.customer_id == DECLINING else 0
    return Payment(item.item_id, item.customer_id, item.due_date + timedelta(days=late + slide), item.cents)
