"""Trend: the aging of many month-ends in one pass over the balance periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from arkit.balances.aging import Measure, keys_and_value, summed
from arkit.balances.buckets import bucketed_on
from arkit.balances.grouping import By, with_columns_for
from arkit.days import month_ends_back
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.policy import Policy
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd


def aging_trend(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    policy: Policy | None = None,
    of: Measure = "open_amount",
) -> pd.DataFrame:
    """Age the receivables of many month-ends at once.

    Formula: that of :func:`arkit.aging_table` on ``as_of`` and on the same day of each month before; each balance
    period is counted on the month-ends it contains.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to go back; days that the ledger does not cover are left out.
    by, policy, of
        As in :func:`arkit.aging_table`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`arkit.aging_table`, one row for each day and group with open items.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day.
    UnknownNameError
        There is no such column.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.aging_trend(ar.sample_ledger(), as_of="2026-10-31", months=2, by="entity")
    >>> sorted(trend["as_of"].dt.date.astype(str).unique())
    ['2026-08-31', '2026-09-30', '2026-10-31']

    References
    ----------
    The aged trial balance of consecutive month-ends, the basis of roll rates.
    """
    policy = policy or Policy()
    last = ledger.require(as_of)
    days = [day for day in month_ends_back(last, months) if day >= ledger.covers[0]]
    frame = trend_frame(ledger, days, by=by, policy=policy, of=of)
    if of != "items":
        currency = "base_currency" if of == "base_open_amount" else "currency"
        frame = to_units(frame, dict.fromkeys([*policy.labels, "gross", UNAPPLIED, "net"], currency))
    return frame.to_pandas()


def trend_frame(
    ledger: Ledger, days: Sequence[date], *, by: By, policy: Policy, of: Measure = "open_amount"
) -> pl.DataFrame:
    """Return the agings of several days with amounts in minor units, sorted by day and group."""
    keys, value = keys_and_value(ledger, by, of)
    rows = bucketed_on(ledger, days, policy=policy).filter(nw.col("open_amount") != 0)
    if not set(keys) <= set(ledger.periods.columns):
        rows = with_columns_for(rows, keys, ledger, days)
    table = summed(rows, [*keys, "day"], policy.labels, value=value)
    as_of = pl.from_epoch(pl.col("day").cast(pl.Int32), time_unit="d").alias("as_of")
    return table.select(as_of, pl.exclude("day")).sort("as_of", *keys)
