"""The picture of lesson 1: what is open on an invoice depends on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arkit.ledger.model import Ledger
from arkit.present import figures
from arkit.teach.paid_books import CURRENCY
from arkit.teach.what_is_open.book import DAY, PART_PAID, TODAY

if TYPE_CHECKING:
    from arkit.present.figures import Figure


def balance(ledger: Ledger) -> Figure:
    """Return what is open on the invoice that is paid in two parts, day by day."""
    entries = ledger.entries
    own, title = entries[entries["item_id"] == PART_PAID], f"What is open on invoice {PART_PAID}, day by day"
    return figures.balance_steps(own, days={"31 October": DAY, "today": TODAY}, currency=CURRENCY, title=title)
