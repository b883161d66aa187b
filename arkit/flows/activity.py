"""Activity: balances, sales and receipts, month by month."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import By
from arkit.aging.entry_lines import flows
from arkit.calendar import month_ends_back
from arkit.kpi.balances import balances, window_sales
from arkit.kpi.panel import beside
from arkit.kpi.question import AS_OF, Question, ask_each, of_days
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

RECEIVED: Final = ("cash", "settlements")
AMOUNTS: Final = ("gross", "unapplied", "net", "sales", "receipts")


def activity_trend(
    ledger: Ledger, *, as_of: date | str, months: int = 12, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show what was sold and received in each month, and what was open at its end.

    Formula: ``sales`` and ``receipts`` are the sums over the days after the month-end before; ``net`` is that of the
    aging. Receipts are cash received and what the source says was settled, as a positive amount.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to show; one that the ledger does not cover from its first day on is left out.
    by, policy
        As in :func:`arkit.aging_table`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` (the end of the month), the group columns, ``currency``, ``gross``, ``unapplied``, ``net``, ``sales``,
        ``receipts`` in currency units, and the ``basis`` of the sales.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day.
    UnknownNameError
        There is no such column.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.activity_trend(ar.sample_ledger(), as_of="2026-10-31", months=3)
    >>> trend["as_of"].nunique()
    3

    References
    ----------
    The accounts receivable turnover schedule: opening balance, sales, receipts, closing balance by month.
    """
    ends = month_ends_back(ledger.require(as_of), months)
    days = [day for before, day in pairwise(ends) if before >= ledger.covers[0]]
    questions = ask_each(ledger, days=days or ends[-1:], by=by, window="month", policy=policy)
    table = pl.concat([_activity(question) for question in questions]).filter(of_days(days)).sort(questions[0].keys)
    day = pl.from_epoch(pl.col(AS_OF), time_unit="d").alias("as_of")
    return to_units(table.with_columns(day), dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _activity(question: Question) -> pl.DataFrame:
    open_then = balances(question).select(*question.keys, "unapplied", "net", gross="receivables")
    table = beside([open_then, window_sales(question), _receipts(question)], question.keys)
    return table.select(*question.keys, *(pl.col(name).fill_null(0) for name in AMOUNTS), basis=pl.lit(question.basis))


def _receipts(question: Question) -> pl.DataFrame:
    """``receipts`` of the window."""
    rows = flows(question.ledger, question.windows[0].start, question.days[-1])
    received = rows.filter(nw.col("line").is_in(RECEIVED))
    daily = received.select(
        "item", "customer_id", nw.col("effective_day").alias("day"), (-nw.col("amount")).alias("receipts")
    )
    return question.sums(question.in_windows(daily), ["receipts"])
