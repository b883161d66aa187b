"""The tables and the picture of lesson 3: one customer's invoices, how each pays, and what to chase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arkit.collection import worklist
from arkit.credit import categorise
from arkit.ledger.model import Ledger
from arkit.measures import activity_trend, payment_behaviour
from arkit.present import figures
from arkit.teach.who_pays_how.book import DAY, NEW, STOPPED

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.figures import Figure

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
    named = rows.assign(figure=rows["customer_id"], title=rows["customer_id"], value=rows["receipts"], unit="amount")
    chart = figures.key_figure_chart(named, title="What each customer paid in a month, EUR")
    return chart.update_yaxes(rangemode="tozero")
