"""The tables of lesson 2 that are there to be read: sales and balances by month, and the payments of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arkit.balances import open_items
from arkit.ledger.model import Ledger
from arkit.measures import activity_trend, vintage
from arkit.teach.how_fast.book import DAY, JUNE

if TYPE_CHECKING:
    import pandas as pd

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
