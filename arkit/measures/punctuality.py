"""Punctuality: by customer, how late invoices were paid."""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.days import day_of

KEYS: Final = ("customer_id", "currency")
DAYS_PER_MONTH: Final = 365.25 / 12
RECENT_DAYS: Final = 183
REFERENCE_DAY: Final = 20_000
_KEPT: Final = (
    "items",
    "settled_items",
    "settled_amount",
    "billed_amount",
    "recent_amount",
    "late_open_items",
    "days_late_median",
    "days_late_worst",
    "disputed_items",
    "first_day",
)
_SUMMED: Final = (
    "on_time",
    "on_time_amount",
    "recent_amount",
    "recent_on_time",
    "late_amount",
    "settled_amount",
    "late_open_items",
    "x",
    "xy",
    "xx",
    "yy",
)


def punctuality(rows: nw.LazyFrame[pl.LazyFrame], day: date) -> pl.DataFrame:
    """Return by customer how late invoices were paid; sums of integers first, so that the order of rows is nothing."""
    products = _products(rows, day)
    sums = products.group_by(*KEYS).agg(
        nw.len().alias("items"),
        nw.col(*_SUMMED).sum(),
        nw.col("paid").sum().alias("settled_items"),
        nw.col("disputed").sum().alias("disputed_items"),
        nw.col("billed").sum().alias("billed_amount"),
        nw.col("days_late").sum().alias("y"),
        nw.col("days_late").median().alias("days_late_median"),
        nw.col("days_late").max().alias("days_late_worst"),
        nw.col("document_day").min().alias("first_day"),
    )
    collected: pl.DataFrame = sums.to_native().collect()
    return collected.with_columns(pl.col(KEYS).cast(pl.String)).select(*KEYS, *_shares(), *_KEPT)


def _products(rows: nw.LazyFrame[pl.LazyFrame], day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows with what is summed: products of integers, so that the order of rows is nothing."""
    late, billed = nw.col("days_late"), nw.col("billed")
    on_time = nw.when(late <= 0).then(nw.lit(1)).otherwise(nw.lit(0))
    # Counted from a fixed month, so that the squares stay small.
    month = nw.col("document_day") - nw.lit(REFERENCE_DAY)
    recent = nw.when(nw.col("due_day") > day_of(day) - RECENT_DAYS).then(billed).otherwise(nw.lit(0, nw.Int64))
    return rows.with_columns(
        on_time.alias("on_time"),
        (on_time * billed).alias("on_time_amount"),
        recent.alias("recent_amount"),
        (on_time * recent).alias("recent_on_time"),
        (late * billed).alias("late_amount"),
        (nw.col("paid") * billed).alias("settled_amount"),
        (1 - nw.col("paid")).alias("late_open_items"),
        month.cast(nw.Int64).alias("x"),
        (month * late).cast(nw.Int64).alias("xy"),
        (month * month).cast(nw.Int64).alias("xx"),
        (late * late).alias("yy"),
    )


def _shares() -> list[pl.Expr]:
    n = pl.col("items").cast(pl.Float64)
    spread_of_day = n * pl.col("xx") - pl.col("x").cast(pl.Float64) ** 2
    slope = (n * pl.col("xy") - pl.col("x").cast(pl.Float64) * pl.col("y")) / spread_of_day * DAYS_PER_MONTH
    recent = pl.col("recent_on_time") / pl.col("recent_amount")
    variance = (pl.col("yy") - pl.col("y").cast(pl.Float64) ** 2 / n) / (n - 1)
    return [
        (pl.col("on_time") / n).alias("on_time_share"),
        (pl.col("on_time_amount") / pl.col("billed_amount")).alias("on_time_share_amount"),
        pl.when(pl.col("recent_amount") > 0).then(recent).alias("recent_on_time_share"),
        (pl.col("late_amount") / pl.col("billed_amount")).alias("days_late"),
        pl.when(n > 1).then(variance.clip(lower_bound=0).sqrt()).alias("days_late_spread"),
        pl.when((n > 2) & (spread_of_day > 0)).then(slope).alias("days_late_trend"),
    ]
