"""The same as an analyst would write it: in pandas on two tables, and by hand in Polars on balance periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import polars as pl

LABELS: Final = ["not due", "1-30", "31-60", "61-90", "over 90"]
KEYS: Final = ["customer_id", "currency"]
SHOWN: Final = [*KEYS, *LABELS, "gross", "unapplied", "net", "items"]


def pandas_aging(items: pd.DataFrame, entries: pd.DataFrame, day: date, keys: Sequence[str] = KEYS) -> pd.DataFrame:
    """Age by some columns in pandas: sum the entries up to the day, merge, cut, group, pivot."""
    as_of = pd.Timestamp(day)
    seen = entries[entries["effective_on"] <= as_of]
    # Summing before merging is three times as fast as the other way round: this analyst is a good one.
    balance = seen.groupby("item_id", as_index=False)["amount"].sum()
    still_open = balance[balance["amount"].round(2) != 0].merge(items, on="item_id")
    overdue = (as_of - still_open["due_date"]).dt.days
    bucket = pd.cut(overdue, [-np.inf, 0, 30, 60, 90, np.inf], labels=LABELS).cat.add_categories("unapplied")
    aged = still_open.assign(bucket=bucket.where(still_open["amount"] > 0, "unapplied"))
    table = aged.pivot_table(
        index=list(keys), columns="bucket", values="amount", aggfunc="sum", observed=True, fill_value=0.0
    ).reindex(columns=[*LABELS, "unapplied"], fill_value=0.0)
    table["gross"] = table[LABELS].sum(axis=1)
    table["net"] = table["gross"] + table["unapplied"]
    table["items"] = aged.groupby(list(keys), observed=True).size()
    return table.round(2).reset_index().rename_axis(columns=None)[[*keys, *SHOWN[len(KEYS) :]]]


def polars_aging(periods: pl.DataFrame, day: date) -> pd.DataFrame:
    """Age by customer in hand-written Polars on balance periods: filter, bucket, group, and to pandas."""
    number = (day - date(1970, 1, 1)).days
    days = number - pl.col("due_day")
    amount = pl.col("open_amount")
    bucket = (
        pl.when(amount < 0)
        .then(pl.lit(5))
        .when(days <= 0)
        .then(pl.lit(0))
        .when(days <= 30)
        .then(pl.lit(1))
        .when(days <= 60)
        .then(pl.lit(2))
        .when(days <= 90)
        .then(pl.lit(3))
        .otherwise(pl.lit(4))
    )
    amounts = [*LABELS, "unapplied"]
    table = (
        periods.lazy()
        .filter(pl.col("since") <= number, pl.col("until") > number, amount != 0)
        .with_columns(bucket=bucket)
        .select(
            *KEYS,
            *(pl.when(pl.col("bucket") == k).then(amount).otherwise(0).alias(name) for k, name in enumerate(amounts)),
        )
        .group_by(KEYS)
        .agg(pl.col(amounts).sum(), items=pl.len().cast(pl.Int64))
        .with_columns(pl.col(KEYS).cast(pl.String), gross=pl.sum_horizontal(LABELS))
        .with_columns(net=pl.col("gross") + pl.col("unapplied"))
        .with_columns(pl.col(*amounts, "gross", "net") / 100)
        .select(SHOWN)
        .sort(KEYS)
        .collect()
    )
    return table.to_pandas()


def pandas_trend(items: pd.DataFrame, entries: pd.DataFrame, days: Sequence[date], keys: Sequence[str]) -> pd.DataFrame:
    """Age on many days in pandas: the same again for each day, in a loop."""
    tables = [pandas_aging(items, entries, day, keys).assign(as_of=pd.Timestamp(day)) for day in days]
    return pd.concat(tables, ignore_index=True)


def polars_trend(periods: pl.DataFrame, days: Sequence[date], keys: Sequence[str]) -> pd.DataFrame:
    """Age on many days in hand-written Polars: each period on the days that it contains, then one group-by."""
    numbers = pl.Series("number", [(day - date(1970, 1, 1)).days for day in days], dtype=pl.Int32)
    place = pl.DataFrame({"number": numbers, "place": range(len(days))}, schema_overrides={"place": pl.Int32})
    amount, late = pl.col("open_amount"), pl.col("number") - pl.col("due_day")
    edges = zip((0, 30, 60, 90), LABELS, strict=False)
    bucket = pl.when(amount < 0).then(pl.lit("unapplied"))
    for edge, label in edges:
        bucket = bucket.when(late <= edge).then(pl.lit(label))
    amounts = [*LABELS, "unapplied"]
    table = (
        periods.lazy()
        .filter(amount != 0)
        .with_columns(
            first=numbers.search_sorted(periods.filter(amount != 0)["since"]).cast(pl.Int32),
            beyond=numbers.search_sorted(periods.filter(amount != 0)["until"]).cast(pl.Int32),
        )
        .filter(pl.col("first") < pl.col("beyond"))
        .with_columns(place=pl.int_ranges("first", "beyond", dtype=pl.Int32))
        .explode("place")
        .join(place.lazy(), on="place")
        .with_columns(bucket=bucket.otherwise(pl.lit(LABELS[-1])))
        .select(
            *keys,
            "number",
            *(pl.when(pl.col("bucket") == name).then(amount).otherwise(0).alias(name) for name in amounts),
        )
        .group_by(*keys, "number")
        .agg(pl.col(amounts).sum(), items=pl.len().cast(pl.Int64))
        .with_columns(pl.col(keys).cast(pl.String), as_of=pl.from_epoch("number", time_unit="d"))
        .with_columns(gross=pl.sum_horizontal(LABELS))
        .with_columns(net=pl.col("gross") + pl.col("unapplied"))
        .with_columns(pl.col(*amounts, "gross", "net") / 100)
        .select("as_of", *keys, *SHOWN[len(KEYS) :])
        .sort("as_of", *keys)
        .collect()
    )
    return table.to_pandas()


def pandas_behaviour(invoices: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return how each customer pays in pandas: lateness in columns, then a function for each customer."""
    as_of = pd.Timestamp(day)
    ended = invoices["paid_on"].fillna(as_of)
    late = (ended - invoices["due_date"]).dt.days
    seen = invoices.assign(late=late)[invoices["paid_on"].notna() | (invoices["due_date"] < as_of)]

    def of_customer(rows: pd.DataFrame) -> pd.Series:
        on_time = rows["late"] <= 0
        amount = rows["amount"].sum()
        return pd.Series(
            {
                "items": len(rows),
                "on_time_share": on_time.mean(),
                "on_time_share_amount": rows.loc[on_time, "amount"].sum() / amount,
                "days_late": (rows["late"] * rows["amount"]).sum() / amount,
                "days_late_median": rows["late"].median(),
                "days_late_worst": rows["late"].max(),
                "days_late_spread": rows["late"].std(),
                "past_due": rows.loc[rows["paid_on"].isna(), "open_amount"].sum(),
            }
        )

    return seen.groupby(KEYS).apply(of_customer).reset_index()
