"""The group: what its own companies owe each other stands apart from what other customers owe."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from arkit.balances import aging_table
from arkit.ledger import Ledger
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

OWN: Final = "companies of the group"
OTHERS: Final = "other customers"


def relations(ledger: Ledger, *, day: date, policy: Policy) -> pd.DataFrame:
    """Return the aging of intercompany customers and of all others, by currency; empty where none is intercompany."""
    aged = aging_table(ledger, as_of=day, by="intercompany", policy=policy)
    own = aged["intercompany"] == "true"
    shown = aged.assign(customers_are=own.map({True: OWN, False: OTHERS})).drop(columns="intercompany")
    sums = shown.groupby(["currency", "customers_are"], sort=True).sum(numeric_only=True).round(6).reset_index()
    return sums if own.any() else sums.head(0)
