"""The ledger of lesson 3: six customers, each with a way of paying, and what makes them look like another.

The tables and the picture of lesson 3: one customer's invoices, how each pays, and what to chase.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from arkit.calendar import months_before
from arkit.collection.worklist import worklist
from arkit.flows.activity import activity_trend
from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.sample.draws import Draws
from arkit.segmentation.behaviour import payment_behaviour
from arkit.segmentation.categories import categorise
from arkit.teach.books import Item, Payment, books

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.charts import Figure

DAY, LAST_INVOICE = date(2026, 10, 31), date(2026, 10, 5)
TERMS: Final = timedelta(days=30)
PUNCTUAL, LATE, STOPPED = "Aspen Foods", "Beech Retail", "Cypress Build"
SEASONAL, DETERIORATING, NEW = "Dahlia Garden", "Fern Print", "Hazel Cafe"
# What a garden centre buys in each month of the year, in per cent of a mean month.
SEASON: Final = (40, 50, 90, 160, 190, 170, 120, 100, 100, 70, 60, 50)
# The one invoice that a punctual customer has forgotten.
FORGOTTEN, FORGOTTEN_ON = "A-lost", date(2026, 6, 23)
LAST_PAID: Final = date(2026, 6, 30)
# The deteriorating customer's last months: each is 5 % smaller and is paid 5 days later than the one before.
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
    DETERIORATING: Habit(4_000_000, 36, -3, 2),
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
    if customer == DETERIORATING:
        share -= SMALLER * max(SLIDING - back, 0)
    number = f"{customer[0]}-{document:%y%m}"
    return Item(number, customer, "invoice", document, document + TERMS, cents * share // 100 + odd)


def _payment(item: Item, back: int, late: int) -> Payment:
    """Return the payment of an invoice by the habit of its customer; it may come after the last day."""
    slide = LATER * max(SLIDING - back, 0) if item.customer_id == DETERIORATING else 0
    return Payment(item.item_id, item.customer_id, item.due_date + timedelta(days=late + slide), item.cents)


MONTHS: Final = 35


def invoices(ledger: Ledger) -> pd.DataFrame:
    """Return the invoices of the customer who stopped paying: the day of payment, and days late then or until now."""
    import pandas as pd

    items, entries = ledger.items, ledger.entries
    paid = entries[(entries["entry_type"] == "application") & (entries["amount"] < 0)]
    rows = items[(items["customer_id"] == STOPPED) & (items["item_type"] == "invoice")]
    rows = rows.merge(paid[["item_id", "effective_on"]], on="item_id", how="left").sort_values("document_date")
    until = rows["effective_on"].fillna(pd.Timestamp(DAY))
    rows = rows.assign(settled_on=rows["effective_on"], days_late=(until - rows["due_date"]).dt.days)
    return rows[["item_id", "document_date", "due_date", "settled_on", "days_late", "original_amount"]]


def behaviour(ledger: Ledger) -> pd.DataFrame:
    """Return how each customer pays, as far as the lesson needs it."""
    rows = payment_behaviour(ledger, as_of=DAY)
    rows = rows.assign(past_due_share=rows["past_due"] / rows["open_amount"])
    punctual = ["items", "billed_amount", "on_time_share_amount", "on_time_share", "days_late_median"]
    return rows[["customer_id", *punctual, "past_due_share", "oldest_days", "longest_silence"]]


def chased(ledger: Ledger) -> pd.DataFrame:
    """Return whom there is to chase, in the order of their names: what is open, how old, and how likely it is late."""
    rows = worklist(ledger, categorise(payment_behaviour(ledger, as_of=DAY)), as_of=DAY).sort_values("customer_id")
    return rows[["customer_id", "open_amount", "past_due", "oldest_days", "chance_late"]]


def received(ledger: Ledger) -> Figure:
    """Return what each customer with a history paid in each month of three years."""
    rows = activity_trend(ledger, as_of=DAY, months=MONTHS, by="customer_id")
    rows = rows[rows["customer_id"] != NEW]
    named = rows.assign(kpi=rows["customer_id"], title=rows["customer_id"], value=rows["receipts"], unit="amount")
    chart = charts.kpi_chart(named, title="What each customer paid in a month, EUR")
    return chart.update_yaxes(rangemode="tozero")
