"""Decline: whose payments fall in amount or number, or come later, against the customer's own past."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import customers_on
from arkit.credit.decline_tests import Times, levels, results
from arkit.credit.months import monthly
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.measures.debts import require_history

if TYPE_CHECKING:
    import pandas as pd

PAST: Final = 24  # months before the recent ones: two of each calendar month
AMOUNTS: Final = ("paid_before", "paid_recent", "cash_gap", "billed_before", "billed_recent")
COLUMNS: Final = (
    "customer_id",
    "name",
    "currency",
    "declining",
    "aspect",
    "p_value",
    "q_value",
    "cash_gap",
    "paid_before",
    "paid_recent",
    "payments_before",
    "payments_recent",
    "days_late_before",
    "days_late_recent",
    "billed_before",
    "billed_recent",
    "billings_fell",
    "amount_trend",
    "frequency_trend",
    "delay_trend",
    "history_months",
    "recent_months",
    "season_allowed",
    "reason",
)


def declining_payers(
    ledger: Ledger, *, as_of: date | str, months: int = 12, false_discovery_rate: float = 0.1
) -> pd.DataFrame:
    """Show the customers whose payments fall in amount or number, or come later, against their own past.

    Formula: three tests of ranks over the months, each against the months before: what was paid in a month, on how many
    days, and how late what fell due in it was paid (weighted by amount; what is open counts as at least this late). The
    recent months are the last ``months``, at most half of the history; they score 1, 2, ... and those before 0, so that
    both a lower level and a fall count. ``trend = sum of (score - mean) x (rank - mean)``, in standard deviations of
    the orders that the months might have had; its p-value is the share of 9,999 such orders drawn by chance, the same
    ones each time, that fall as much, so none is below 0.0001. With two years of history scores are less their mean of
    the calendar month, and where a season shows, a month is compared with the same months of other years only (amount
    and number; delays are taken to have no season). ``p_value`` joins the three (Simes), ``q_value`` allows for having
    looked at all customers (Benjamini and Hochberg; it holds for tests that are independent or go together, as in a
    downturn). ``cash_gap = what would have been paid in the recent months at the earlier level, of the same months
    where there are two years - what was paid``.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    months
        How many months are recent; the 24 before them are the past.
    false_discovery_rate
        The share of wrong names among those called declining that is accepted.

    Returns
    -------
    DataFrame
        One row for each customer and currency, the surest decline first: ``declining`` (``q_value`` is at most the
        rate), ``aspect`` (amount, frequency or delay: the one with the least p-value), ``p_value``, ``q_value``,
        ``cash_gap`` (currency units), and ``before`` and ``recent``: ``paid``, ``payments`` (days with one) and
        ``billed`` per month, ``days_late``; ``billings_fell`` (the same test on what was billed, at 5 %: he buys less),
        the trends (standard deviations; below 0 is a decline), ``history_months``, ``recent_months``,
        ``season_allowed``, and ``reason`` where there was too little history to test.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        The number of months or the rate is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> payers = ar.declining_payers(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(payers.loc[payers["declining"], "q_value"].le(0.1).all())
    True

    References
    ----------
    Daniels (1950), Rank correlation and population models; van Belle and Hughes (1984), Nonparametric tests for trend
    in water quality (ranks aligned by season); Simes (1986), An improved Bonferroni procedure; Benjamini and Hochberg
    (1995), Controlling the false discovery rate; Benjamini and Yekutieli (2001), on tests that depend on each other.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    if not 0 < false_discovery_rate < 1:
        raise unknown_name("false discovery rate", false_discovery_rate, known=["between 0 and 1"])
    day = require_history(ledger, as_of)
    panel = monthly(ledger, day, months + PAST)
    times = Times.of(panel, months)
    table = pl.concat([panel.customers, results(panel, times), levels(panel, times)], how="horizontal")
    is_found = (pl.col("q_value") <= false_discovery_rate).fill_null(False)
    return _shown(ledger, day, table.with_columns(declining=is_found))


def _shown(ledger: Ledger, day: date, table: pl.DataFrame) -> pd.DataFrame:
    names = customers_on(ledger, day, ["name"]).with_columns(pl.col("customer_id").cast(pl.String))
    table = table.join(names, on="customer_id", how="left", maintain_order="left")
    table = table.with_columns(pl.col(AMOUNTS).round().cast(pl.Int64))
    table = table.sort("p_value", "customer_id", "currency", nulls_last=True).select(COLUMNS)
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()
