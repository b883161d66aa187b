"""Inputs by name, and the conditions under which several figures are undefined."""

from __future__ import annotations

from typing import Final

import polars as pl

RECEIVABLES: Final = pl.col("receivables")
NOT_DUE: Final = pl.col("not_due")
OPENING: Final = pl.col("opening")
SALES: Final = pl.col("sales")
PAID: Final = pl.col("paid")
DAYS: Final = pl.col("days")

NO_HISTORY: Final = (
    SALES.is_null(),
    "needs the sales of the whole window; the ledger begins later, or its sales end earlier",
)
NO_OPENING: Final = (OPENING.is_null(), "needs the balance at the start of the window; the ledger begins later")
NO_SALES: Final = (SALES <= 0, "no sales in the window")
NOTHING_OPEN: Final = (RECEIVABLES <= 0, "nothing is open")
NO_DUE_DATES: Final = (NOT_DUE.is_null(), "the policy ages by document date, so nothing is known to be past due")
PAYMENTS_UNKNOWN: Final = (PAID.is_null(), "needs the payments of the whole window; the ledger begins later")
NO_PAYMENTS: Final = (PAID <= 0, "no payments in the window")


def unknown(column: str, what: str) -> tuple[pl.Expr, str]:
    """Return the condition that something of the whole window is not known."""
    return pl.col(column).is_null(), f"needs {what} of the whole window; the ledger begins later"
