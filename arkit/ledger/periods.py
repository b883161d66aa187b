"""Balance periods: one row for each stretch of days in which an item's balance stood."""

from __future__ import annotations

from typing import Final

import narwhals as nw
import polars as pl

FOREVER: Final = 2**31 - 1
ATTRIBUTES: Final = (
    "entity",
    "account",
    "customer_id",
    "item_type",
    "currency",
    "base_currency",
    "salesperson",
    "contract",
    "terms",
)


def day_number(column: str) -> pl.Expr:
    """Return a date column as days since 1970-01-01."""
    return pl.col(column).cast(pl.Int32)


def balance_periods(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each item and stretch of days with one non-zero balance.

    The entries of a day are summed; a running sum per item gives the balance, the next day with an entry its end:
    the balance stands on every day with ``since <= day < until``. For every day, the sum over the periods that contain
    it is the sum of the entries up to it.

    Returns
    -------
    DataFrame
        ``item``, ``since``, ``until`` (days since 1970-01-01), ``open_amount``, ``base_open_amount`` (minor units) and
        the attributes of the item, with ``document_day`` and ``due_day``.
    """
    daily = (
        nw.from_native(
            entries.lazy().select("item", day_number("effective_on").alias("since"), "amount", "base_amount")
        )
        .group_by("item", "since")
        .agg(nw.col("amount", "base_amount").sum())
    )
    running = daily.with_columns(
        nw.col("since").shift(-1).over("item", order_by="since").fill_null(FOREVER).alias("until"),
        nw.col("amount").cum_sum().over("item", order_by="since").alias("open_amount"),
        nw.col("base_amount").cum_sum().over("item", order_by="since").alias("base_open_amount"),
    )
    standing = running.filter((nw.col("open_amount") != 0) | (nw.col("base_open_amount") != 0))
    attributes = nw.from_native(
        items.lazy().select(
            "item", *ATTRIBUTES, document_day=day_number("document_date"), due_day=day_number("due_date")
        )
    )
    periods = standing.select("item", "since", "until", "open_amount", "base_open_amount")
    joined: pl.LazyFrame = periods.join(attributes, on="item", how="left").to_native()
    return joined.collect()
