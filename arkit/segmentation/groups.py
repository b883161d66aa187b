"""Groups of customers, such as an industry, a size or a country, against their own history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.debts import require_history
from arkit.aging.grouping import group_columns, with_columns_for
from arkit.calendar import day_of, months_before
from arkit.errors import unknown_name
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.segmentation.punctuality import NOTHING, lateness

if TYPE_CHECKING:
    import pandas as pd

MOST_WINDOWS: Final = 12
POOLED: Final = "small groups"
UNKNOWN: Final = "not known"
COLUMNS: Final = (
    *("customers", "items", "billed_amount", "days_late", "days_late_least", "days_late_most"),
    *("on_time_share_amount", "on_time_least", "on_time_most", "windows", "against_history", "pooled"),
)


def group_behaviour(
    ledger: Ledger, *, as_of: date | str, by: str = "industry", months: int = 6, least: int = 5
) -> pd.DataFrame:
    """How groups of customers pay, against their own history.

    Formula: of what fell due in the last ``months``, weighted by amount: the days late (what is unpaid counts as at
    least this late) and the share paid on time. The same for the windows of that length before, each as it was known on
    its last day, so that all have had the same time to be paid. A group is *slower than ever* where it is later now
    than in each of its earlier windows, and *faster than ever* where it is earlier.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    by
        Column of the customers or items: ``industry``, ``size``, ``country``, ``salesperson``, ...
    months
        Length of a window.
    least
        Groups with fewer customers in the last window are pooled as *small groups*: one customer is no industry.

    Returns
    -------
    DataFrame
        One row for each group and currency, of each currency the one with most billed first: ``customers``, ``items``
        and ``billed_amount`` of the last window, ``days_late`` with the ``least`` and ``most`` of the earlier windows,
        ``on_time_share_amount`` (0-1) likewise, ``windows`` (how many earlier ones there are, 12 at most),
        ``against_history`` (*slower than ever*, *faster than ever*, *as before*, or *no history* where there are fewer
        than two), and ``pooled``: the names of the small groups.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        There is no such column, or a number is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> groups = ar.group_behaviour(ar.sample_ledger(), as_of="2026-10-31", by="industry")
    >>> bool((groups.loc[groups["industry"] != "small groups", "customers"] >= 5).all())
    True

    References
    ----------
    Peer groups against their own past, as in portfolio monitoring of trade credit; equal maturity of cohorts as in
    vintage analysis.
    """
    if min(months, least) < 1:
        raise unknown_name("number of months or customers", min(months, least), known=["1 and more"])
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    windows = pl.concat([_window(ledger, back, months, keys, day) for back in range(_windows(ledger, day, months))])
    names = _pooled_names(windows.filter(pl.col("back") == 0), keys, least)
    grouped = _by_group(windows.join(names, on=keys, how="left", nulls_equal=True), keys)
    table = _against_history(grouped, keys)
    ordered = table.sort("currency", "billed_amount", by, descending=[False, True, False])
    return to_units(ordered.select(*keys, *COLUMNS), {"billed_amount": "currency"}).to_pandas()


def _windows(ledger: Ledger, day: date, months: int) -> int:
    """How many whole windows the ledger covers, the last one included."""
    known = [back for back in range(1, MOST_WINDOWS + 2) if months_before(day, back * months) >= ledger.covers[0]]
    return max(len(known), 1)


def _window(ledger: Ledger, back: int, months: int, keys: list[str], day: date) -> pl.DataFrame:
    """What fell due in a window, as it was known on its last day: a row for each group, customer and punctuality."""
    end, start = months_before(day, back * months), months_before(day, (back + 1) * months)
    due = lateness(ledger, end).filter(nw.col("due_day") > day_of(start), nw.col("due_day") <= day_of(end))
    due = with_columns_for(due.with_columns(nw.col("customer_id").alias("customer")), keys, ledger, [end])
    due = due.with_columns(
        (nw.col("days_late") * nw.col("billed")).alias("late"),
        nw.when(nw.col("days_late") <= 0).then(nw.col("billed")).otherwise(NOTHING).alias("on_time"),
        nw.lit(1, nw.Int64).alias("items"),
    )
    sums = collect(due.group_by(*keys, "customer").agg(nw.col("items", "billed", "late", "on_time").sum()))
    return sums.with_columns(pl.col(keys).cast(pl.String).fill_null(UNKNOWN), back=pl.lit(back))


def _pooled_names(now: pl.DataFrame, keys: list[str], least: int) -> pl.DataFrame:
    """Each group of the last window with the name under which it is shown."""
    counts = now.group_by(keys).agg(pl.col("customer").n_unique().alias("n"))
    shown = pl.when(pl.col("n") < least).then(pl.lit(POOLED)).otherwise(pl.col(keys[0]))
    return counts.select(keys, shown=shown)


def _by_group(windows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sums by shown group and window; a group that is not in the last window is among the small ones."""
    first, *rest = keys
    rows = windows.with_columns(pl.col("shown").fill_null(POOLED))
    pooled = pl.col(first).filter(pl.col("shown") == POOLED).drop_nulls()
    sums = rows.group_by("shown", *rest, "back").agg(
        pl.col("customer").n_unique().cast(pl.Int64).alias("customers"),
        pl.col("items", "billed", "late", "on_time").sum(),
        pooled.unique().sort().str.join(", ").alias("pooled"),
    )
    return sums.rename({"shown": first, "billed": "billed_amount"}).with_columns(
        days_late=pl.col("late") / pl.col("billed_amount"),
        on_time_share_amount=pl.col("on_time") / pl.col("billed_amount"),
    )


def _against_history(grouped: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The last window of each group with the range of those before."""
    ends = {"least": pl.Expr.min, "most": pl.Expr.max}
    measures = {"days_late": "days_late", "on_time": "on_time_share_amount"}
    earlier = grouped.filter(pl.col("back") > 0)
    before = earlier.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("windows"),
        *(end(pl.col(name)).alias(f"{short}_{of}") for short, name in measures.items() for of, end in ends.items()),
    )
    table = grouped.filter(pl.col("back") == 0).join(before, on=keys, how="left")
    verdict = (
        pl.when(pl.col("windows").fill_null(0) < 2)
        .then(pl.lit("no history"))
        .when(pl.col("days_late") > pl.col("days_late_most"))
        .then(pl.lit("slower than ever"))
        .when(pl.col("days_late") < pl.col("days_late_least"))
        .then(pl.lit("faster than ever"))
        .otherwise(pl.lit("as before"))
    )
    return table.with_columns(pl.col("windows").fill_null(0), against_history=verdict)
