"""Groups of customers, such as an industry, a size or a country, against their own history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.debts import require_history
from arkit.aging.grouping import customers_on, group_columns
from arkit.calendar import day_of, months_before
from arkit.errors import unknown_name
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.segmentation.punctuality import lateness

if TYPE_CHECKING:
    import pandas as pd

MOST_WINDOWS: Final = 12
POOLED: Final = "small groups"
UNKNOWN: Final = "not known"
COLUMNS: Final = (
    "customers",
    "items",
    "billed_amount",
    "days_late",
    "days_late_least",
    "days_late_most",
    "on_time_share_amount",
    "on_time_least",
    "on_time_most",
    "windows",
    "against_history",
    "pooled",
)


def group_behaviour(
    ledger: Ledger, *, as_of: date | str, by: str = "industry", months: int = 6, least: int = 5
) -> pd.DataFrame:
    """Show how groups of customers pay, against their own history.

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
    for name, number in (("number of months", months), ("least number of customers", least)):
        if number < 1:
            raise unknown_name(name, number, known=["1 and more"])
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    windows = pl.concat([_window(ledger, back, months, keys, day) for back in range(_windows(ledger, day, months))])
    names = _pooled_names(windows.filter(pl.col("back") == 0), keys, least)
    grouped = _by_group(windows.join(names, on=keys, how="left", nulls_equal=True), keys)
    table = _against_history(grouped, keys)
    ordered = table.sort("currency", "billed_amount", by, descending=[False, True, False])
    return to_units(ordered.select(*keys, *COLUMNS), {"billed_amount": "currency"}).to_pandas()


def _windows(ledger: Ledger, day: date, months: int) -> int:
    """Return how many whole windows the ledger covers, the last one included."""
    known = [back for back in range(1, MOST_WINDOWS + 2) if months_before(day, back * months) >= ledger.covers[0]]
    return max(len(known), 1)


def _window(ledger: Ledger, back: int, months: int, keys: list[str], day: date) -> pl.DataFrame:
    """Return what fell due in a window, as it was known on the last day of the window: a row for each item."""
    end, start = months_before(day, back * months), months_before(day, (back + 1) * months)
    rows = lateness(ledger, end).to_native()
    due = rows.filter((pl.col("due_day") > day_of(start)) & (pl.col("due_day") <= day_of(end)))
    table = due.select("item", "customer_id", "currency", "billed", "days_late").collect()
    outside = [name for name in keys if name not in table.columns]
    of_item = [name for name in outside if name in ledger.frames.items.columns]
    table = table.join(ledger.frames.items.select("item", *of_item), on="item", how="left") if of_item else table
    of_customer = [name for name in outside if name not in of_item]
    if of_customer:
        table = table.join(customers_on(ledger, end, of_customer), on="customer_id", how="left")
    text = [pl.col(name).cast(pl.String).fill_null(UNKNOWN) for name in keys]
    return table.select(
        *text, pl.col("customer_id").cast(pl.String).alias("customer"), "billed", "days_late", back=back
    )


def _pooled_names(now: pl.DataFrame, keys: list[str], least: int) -> pl.DataFrame:
    """Return each group of the last window with the name under which it is shown."""
    counts = now.group_by(keys).agg(pl.col("customer").n_unique().alias("n"))
    shown = pl.when(pl.col("n") < least).then(pl.lit(POOLED)).otherwise(pl.col(keys[0]))
    return counts.select(keys, shown=shown)


def _by_group(windows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return sums by shown group and window; a group that is not in the last window is among the small ones."""
    first, *rest = keys
    late = pl.col("days_late") * pl.col("billed")
    rows = windows.with_columns(pl.col("shown").fill_null(POOLED), late=late, was=pl.col(first))
    is_pooled = pl.col("shown") == POOLED
    on_time = pl.when(pl.col("days_late") <= 0).then("billed").otherwise(0)
    sums = (
        rows.with_columns(on_time=on_time, was=pl.when(is_pooled).then("was"))
        .group_by("shown", *rest, "back")
        .agg(
            pl.col("customer").n_unique().cast(pl.Int64).alias("customers"),
            pl.len().cast(pl.Int64).alias("items"),
            pl.col("billed", "late", "on_time").sum(),
            pl.col("was").drop_nulls().unique().sort().str.join(", ").alias("pooled"),
        )
    )
    return sums.rename({"shown": first, "billed": "billed_amount"}).with_columns(
        days_late=pl.col("late") / pl.col("billed_amount"),
        on_time_share_amount=pl.col("on_time") / pl.col("billed_amount"),
    )


def _against_history(grouped: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return the last window of each group with the range of those before."""
    before = (
        grouped.filter(pl.col("back") > 0)
        .group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("windows"),
            pl.col("days_late").min().alias("days_late_least"),
            pl.col("days_late").max().alias("days_late_most"),
            pl.col("on_time_share_amount").min().alias("on_time_least"),
            pl.col("on_time_share_amount").max().alias("on_time_most"),
        )
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
