"""Activity: balances, sales and receipts, month by month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.balances.flows import flows
from arkit.balances.grouping import By, with_columns_for
from arkit.balances.trend import trend_frame
from arkit.days import day_of, month_ends_back
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.measures.inputs.sales import daily_sales
from arkit.measures.question import Question, ask
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
        As in :func:`arkit.aging_table`.

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
    question = ask(ledger, as_of=as_of, by=by, window="month", policy=policy)
    days = [day for day in month_ends_back(question.day, months) if day >= ledger.covers[0]]
    sold, basis = daily_sales(question)
    received = _daily_receipts(question, days[0])
    frames = [
        trend_frame(ledger, days[1:], by=question.by, policy=question.policy).select(
            "as_of", *question.keys, "gross", "unapplied", "net"
        ),
        _by_month(sold, days, question.keys, "sales"),
        _by_month(received, days, question.keys, "receipts"),
    ]
    keys = ["as_of", *question.keys]
    table = pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)
    for frame in frames:
        table = table.join(frame, on=keys, how="left", nulls_equal=True, maintain_order="left")
    table = table.with_columns(pl.col(AMOUNTS).fill_null(0), basis=pl.lit(basis))
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _daily_receipts(question: Question, after: date) -> pl.DataFrame:
    """Return what was received by group and day."""
    rows = flows(question.ledger, after, question.day).filter(nw.col("line").is_in(RECEIVED))
    rows = with_columns_for(rows, question.keys, question.ledger, [question.day])
    sums: pl.DataFrame = rows.group_by(*question.keys, "effective_on").agg(nw.col("amount").sum()).to_native().collect()
    day = pl.col("effective_on").cast(pl.Int32)
    return sums.select(pl.col(question.keys).cast(pl.String), day.alias("day"), receipts=-pl.col("amount"))


def _by_month(daily: pl.DataFrame, days: list[date], keys: list[str], name: str) -> pl.DataFrame:
    """Return sums of days as sums of the months that end on the days asked for."""
    ends = pl.DataFrame(
        {"end": [day_of(day) for day in days[1:]], "as_of": days[1:]}, schema_overrides={"end": pl.Int32}
    )
    inside = daily.filter(pl.col("day") > day_of(days[0]), pl.col("day") <= day_of(days[-1])).sort("day")
    placed = inside.join_asof(ends.sort("end"), left_on="day", right_on="end", strategy="forward")
    return placed.group_by("as_of", *keys).agg(pl.col(name).sum())
