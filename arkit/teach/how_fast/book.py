"""The ledger of lesson 2: three customers who pay the same way in every month, while sales rise and then fall.

The tables of lesson 2 that are there to be read: sales and balances by month, and the payments of a quarter.

The picture of lesson 2: three kinds of DSO of the same customers, month by month.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from arkit.aging.open_items import open_items
from arkit.calendar import months_before
from arkit.flows.activity import activity_trend
from arkit.flows.vintage import vintage
from arkit.kpi.panel import kpi_trend
from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.sample.draws import Draws
from arkit.teach.books import Application, Item, Payment, books

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.charts import Figure

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


AFTER: Final = ("at_its_end", "a_month_later", "two_months_later")


def months(ledger: Ledger) -> pd.DataFrame:
    """Return sales, receipts and what is open at the end of each month."""
    return activity_trend(ledger, as_of=DAY, months=9)[["as_of", "sales", "receipts", "gross", "unapplied"]]


def uncollected(ledger: Ledger) -> pd.DataFrame:
    """Return which part of each month's sales was open at its end, and one and two months later, up to June."""
    sold = months(ledger).set_index("as_of")["sales"]
    rows = vintage(ledger, as_of=DAY, months=8)
    rows = rows[rows["billing_month"].astype(str) <= str(JUNE)]
    wide = rows.pivot(index="billing_month", columns="age_months", values="open_amount")[[0, 1, 2]]
    shares = wide.div(sold.loc[wide.index], axis=0)
    return shares.set_axis(list(AFTER), axis=1).reset_index()


def open_now(ledger: Ledger) -> pd.DataFrame:
    """Return what is open on the last day, item by item."""
    items = open_items(ledger, as_of=DAY)
    return items[["item_id", "customer_id", "document_date", "due_date", "days_past_due", "open_amount"]]


def payments(ledger: Ledger) -> pd.DataFrame:
    """Return what was paid on invoices in the last quarter, and how many days after their due date."""
    entries, items = ledger.entries, ledger.items
    after = entries["effective_on"].astype(str) > str(JUNE)
    paid = entries[(entries["entry_type"] == "application") & (entries["amount"] < 0) & after]
    billed = items.loc[items["item_type"] == "invoice", ["item_id", "customer_id", "due_date"]]
    paid = paid.merge(billed, on="item_id")
    late = (paid["effective_on"] - paid["due_date"]).dt.days
    paid = paid.assign(amount=-paid["amount"], days_late=late, settled_on=paid["effective_on"]).sort_values(
        "settled_on"
    )
    return paid[["item_id", "customer_id", "due_date", "settled_on", "days_late", "amount"]]


HIGHEST: Final = 45
SPEEDS: Final = ("dso", "countback_dso", "sales_weighted_dso")
MONTHS: Final = 4


def speeds(ledger: Ledger) -> Figure:
    """Return DSO, count-back DSO and sales-weighted DSO month by month, up to the month that a learner computes."""
    trend = kpi_trend(ledger, as_of=months_before(DAY, 1), months=MONTHS, window=WINDOW, names=SPEEDS)
    chart = charts.kpi_chart(trend, title="The same customers, three kinds of DSO, in days")
    # On one scale, or the unequal lengths of the months would look like a change.
    return chart.update_yaxes(range=[0, HIGHEST]).update_xaxes(dtick="M1", tickformat="%b")
