"""Habits: the rhythm of a customer's payments, and what stands open now."""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.buckets import bucketed
from arkit.balances.open_items import disputed_items
from arkit.days import day_of
from arkit.ledger.model import Ledger
from arkit.ledger.periods import day_number
from arkit.policy import Policy

KEYS: Final = ("customer_id", "currency")


def payment_days(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return what each customer paid on each day: receipts, and settlements where the source tells only those.

    A returned payment is no payment less: it is an entry of its own and shows in what stays open.
    """
    entries = ledger.frames.entries.lazy().filter(pl.col("effective_on") <= day)
    items = ledger.frames.items.lazy().select("item", *KEYS, "item_type")
    posted = entries.join(items, on="item")
    is_receipt = (pl.col("entry_type") == "original") & (pl.col("item_type") == "receipt")
    paid = posted.filter((is_receipt | (pl.col("entry_type") == "settlement")) & (pl.col("amount") < 0))
    rows = nw.from_native(paid.select(*KEYS, paid=-pl.col("amount"), day=day_number("effective_on")))
    return rows.group_by(*KEYS, "day").agg(nw.col("paid").sum())


def payment_rhythm(ledger: Ledger, day: date) -> pl.DataFrame:
    """Return by customer the days with payments, the longest time between two, and the share of items paid in parts."""
    days = payment_days(ledger, day)
    gap = nw.col("day") - nw.col("day").shift(1).over(*KEYS, order_by="day")
    sums = (
        days.with_columns(gap.alias("gap"))
        .group_by(*KEYS)
        .agg(
            nw.len().alias("payments"),
            nw.col("paid").sum().alias("paid_amount"),
            nw.col("day").min().alias("first_payment_day"),
            nw.col("day").max().alias("last_payment_day"),
            nw.col("gap").max().alias("longest_gap"),
        )
    )
    table: pl.DataFrame = sums.to_native().collect()
    parts = _part_payments(ledger, day)
    text = pl.col(KEYS).cast(pl.String)
    return table.with_columns(text).join(parts, on=KEYS, how="full", coalesce=True)


def _part_payments(ledger: Ledger, day: date) -> pl.DataFrame:
    """Return by customer the share of paid items that were paid in more than one part, or in part only."""
    number = day_of(day)
    kinds = pl.col("entry_type").cast(pl.String).is_in(["application", "settlement"])
    entries = ledger.frames.entries.lazy().filter(kinds & (pl.col("effective_on") <= day) & (pl.col("amount") < 0))
    paid = nw.from_native(entries.select("item")).group_by("item").agg(nw.len().alias("parts"))
    open_now = nw.from_native(ledger.periods.lazy()).filter(nw.col("since") <= number, nw.col("until") > number)
    still = open_now.filter(nw.col("open_amount") > 0).select("item", nw.lit(1).alias("still_open"))
    items = ledger.frames.items.lazy().filter(pl.col("item_type").cast(pl.String).is_in(["invoice", "debit_note"]))
    rows = paid.join(nw.from_native(items.select("item", *KEYS)), on="item", how="inner")
    rows = rows.join(still, on="item", how="left")
    in_parts = (nw.col("parts") > 1) | nw.col("still_open").fill_null(0).cast(nw.Boolean)
    rows = rows.with_columns(nw.when(in_parts).then(nw.lit(1)).otherwise(nw.lit(0)).alias("in_parts"))
    shares = rows.group_by(*KEYS).agg(nw.col("in_parts").mean().alias("part_paid_share"))
    table: pl.DataFrame = shares.to_native().collect()
    return table.with_columns(pl.col(KEYS).cast(pl.String))


def exposures(ledger: Ledger, day: date, *, policy: Policy) -> pl.DataFrame:
    """Return by customer what is open (gross), past due and disputed, and for how long the oldest is past due."""
    number, late = day_of(day), 1 if policy.has_not_due else 0
    rows = bucketed(ledger, day, policy=policy).filter(nw.col("open_amount") > 0)
    disputed = disputed_items(ledger, day)
    keys = ledger.frames.items.lazy().filter(pl.col("item_id").is_in(disputed.implode()))
    marked = nw.from_native(keys.select("item", is_disputed=1))
    rows = rows.join(marked, on="item", how="left")
    nothing = nw.lit(0, nw.Int64)
    is_late = nw.col("bucket") >= late
    rows = rows.with_columns(
        nw.when(is_late).then(nw.col("open_amount")).otherwise(nothing).alias("past_due"),
        nw.when(~nw.col("is_disputed").is_null())
        .then(nw.col("open_amount"))
        .otherwise(nothing)
        .alias("disputed_amount"),
        nw.when(is_late).then(number - nw.col("due_day")).otherwise(nw.lit(0)).alias("oldest_days"),
    )
    sums = rows.group_by(*KEYS).agg(
        nw.col("open_amount", "past_due", "disputed_amount").sum(),
        nw.col("oldest_days").max(),
        nw.col("document_day").min().alias("first_open_day"),
    )
    table: pl.DataFrame = sums.to_native().collect()
    return table.with_columns(pl.col(KEYS).cast(pl.String))
