"""Payment behaviour of each customer, on one day or month-end by month-end, from what was known on each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.debts import require_history
from arkit.aging.grouping import with_customers
from arkit.calendar import day_of, month_ends_back
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.segmentation.punctuality import DAYS_PER_MONTH, KEYS, exposures, lateness, payment_rhythm, punctuality

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    *("customer_id", "name", "currency", "months_of_history"),
    *("items", "billed_amount", "settled_items", "settled_amount", "late_open_items"),
    *("on_time_share", "on_time_share_amount", "recent_amount", "recent_on_time_share"),
    *("days_late", "days_late_median", "days_late_spread", "days_late_worst", "days_late_trend"),
    *("payments", "paid_amount", "payments_per_month", "last_payment", "longest_silence", "part_paid_share"),
    *("disputed_items", "open_amount", "past_due", "disputed_amount", "oldest_days", "limit_use"),
)
AMOUNTS: Final = (
    *("billed_amount", "recent_amount", "settled_amount", "paid_amount"),
    *("open_amount", "past_due", "disputed_amount"),
)
# What is 0, and not missing, where a customer has none.
COUNTED: Final = (*AMOUNTS, "items", "settled_items", "late_open_items", "disputed_items", "payments", "oldest_days")


def payment_behaviour(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """The payment behaviour of each customer, from what was known on a day.

    Formula: over the invoices and debit notes that are paid or past due, ``days_late = day of payment - due date -
    disputed days``; one that is not paid counts as at least ``as_of - due date`` late, so that open debts are not
    ignored. Invoices not yet due show nothing. A renegotiated invoice is measured by its first due date.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    policy
        What is past due.

    Returns
    -------
    DataFrame
        One row for each customer and currency: ``name``, ``months_of_history`` (since the first invoice), ``items`` and
        ``billed_amount`` (paid or past due), ``settled_items``, ``settled_amount``, ``late_open_items``,
        ``on_time_share`` and ``on_time_share_amount`` (0-1), ``recent_amount`` and ``recent_on_time_share`` (by amount,
        of what was due in the last six months), ``days_late`` (weighted by amount), ``days_late_median``,
        ``days_late_spread`` (standard deviation), ``days_late_worst``, ``days_late_trend`` (days later per month of
        invoice date), ``payments`` (days with one), ``paid_amount``, ``payments_per_month``, ``last_payment``,
        ``longest_silence`` (days between payments, up to ``as_of`` while something is past due), ``part_paid_share``
        (items paid in parts), ``disputed_items``, ``open_amount`` (gross), ``past_due``, ``disputed_amount``,
        ``oldest_days`` (past due), ``limit_use`` (open amount / credit limit).

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.

    Examples
    --------
    >>> import arkit as ar
    >>> behaviour = ar.payment_behaviour(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(behaviour["on_time_share"].dropna().between(0, 1).all())
    True

    References
    ----------
    Credit Research Foundation, payment history in credit scoring; censoring as in survival analysis.
    """
    day = require_history(ledger, as_of)
    return _in_units(_behaviour_on(ledger, day, policy or Policy()))


def behaviour_trend(
    ledger: Ledger, *, as_of: date | str, months: int = 12, policy: Policy | None = None
) -> pd.DataFrame:
    """How each customer paid, month-end by month-end, each from what was known on it.

    Formula: :func:`payment_behaviour` on the day and on the same day of each month before. What is known of an invoice
    differs from day to day, so each month-end is computed by itself; ``categorise`` puts every row of the result into a
    category, as the monthly segmentation would have.

    Parameters
    ----------
    ledger, policy
        As in :func:`payment_behaviour`.
    as_of
        The last day.
    months
        How many months to go back; days without history before them are left out.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`payment_behaviour`, one row for each day, customer and currency.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day, or is a snapshot of it.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.behaviour_trend(ar.sample_ledger(), as_of="2026-10-31", months=2)
    >>> len(ar.categorise(trend)) == len(trend)
    True

    References
    ----------
    As :func:`payment_behaviour`; monthly re-segmentation in credit control.
    """
    last = require_history(ledger, as_of)
    days = [day for day in month_ends_back(last, months) if day > ledger.covers[0]]
    frames = [
        _behaviour_on(ledger, day, policy or Policy()).select(pl.lit(day).alias("as_of"), *COLUMNS) for day in days
    ]
    return _in_units(pl.concat(frames))


def _in_units(table: pl.DataFrame) -> pd.DataFrame:
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _behaviour_on(ledger: Ledger, day: date, policy: Policy) -> pl.DataFrame:
    parts = (
        punctuality(lateness(ledger, day), day),
        payment_rhythm(ledger, day),
        exposures(ledger, day, policy=policy),
    )
    table = pl.concat([part.select(KEYS) for part in parts]).unique().sort(KEYS)
    for part in parts:
        table = table.join(part, on=KEYS, how="left", maintain_order="left")
    named = with_customers(table, ledger, day, ["name", "credit_limit", "limit_currency"])
    return _completed(named, day).select(COLUMNS)


def _completed(table: pl.DataFrame, day: date) -> pl.DataFrame:
    """The table with what follows from several of its parts."""
    table = table.with_columns(pl.col(COUNTED).fill_null(0))
    months = (day_of(day) - pl.min_horizontal("first_day", "first_payment_day", "first_open_day") + 1) / DAYS_PER_MONTH
    waiting = pl.when(pl.col("past_due") > 0).then(day_of(day) - pl.col("last_payment_day"))
    limit = pl.when(pl.col("limit_currency") == pl.col("currency")).then(pl.col("credit_limit"))
    in_units = to_units(table.select("currency", "open_amount"), {"open_amount": "currency"})["open_amount"]
    return table.with_columns(
        months_of_history=months,
        payments_per_month=pl.col("payments") / pl.max_horizontal(months, pl.lit(1.0)),
        last_payment=pl.from_epoch(pl.col("last_payment_day").cast(pl.Int32), time_unit="d"),
        longest_silence=pl.max_horizontal("longest_gap", waiting),
        limit_use=in_units / pl.when(limit > 0).then(limit),
    )
