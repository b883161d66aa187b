"""Punctuality: by customer, how late invoices were paid.

Lateness: how late each invoice was paid, or is at least, as seen on a day.

Habits: the rhythm of a customer's payments, and what stands open now.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.aging.buckets import bucketed
from arkit.aging.debts import followed
from arkit.aging.open_items import disputed_items
from arkit.calendar import day_of
from arkit.model.engine import day_number
from arkit.model.ledger import Ledger
from arkit.policy import Policy

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


def lateness(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each invoice and debit note that shows how its customer pays, as seen on a day.

    Formula: ``days_late = last day owed - due date - disputed days after the due date``. An invoice that is paid counts
    with the day on which it was; one that is past due and not paid counts as at least this late (``paid`` is 0). One
    that is not yet due shows nothing and is left out, like one most of which was credited or transferred away.

    Returns
    -------
    LazyFrame
        ``item``, ``entity``, ``customer_id``, ``currency``, ``document_day``, ``due_day``, ``billed`` (minor units),
        ``paid`` (1 or 0), ``days_late``, ``disputed`` (1 or 0).
    """
    number = day_of(day)
    items = ledger.frames.items.lazy().select("item", "entity", "currency", due_day=day_number("due_date"))
    rows = followed(ledger, day).join(nw.from_native(items), on="item", how="inner")
    rows = rows.with_columns((nw.col("document_day") + nw.col("leaves")).alias("end"))
    rows = rows.filter((nw.col("paid") == 1) | ((nw.col("owed") == 1) & (nw.col("due_day") < number)))
    rows = _with_disputes(rows, ledger, day)
    late = nw.col("end") - nw.col("due_day") - nw.col("disputed_days")
    # What was disputed for longer than it was late is on time, not early.
    late = nw.when((nw.col("disputed_days") > 0) & (late < 0)).then(nw.lit(0)).otherwise(late)
    return rows.select(
        "item",
        "entity",
        "customer_id",
        "currency",
        "document_day",
        "due_day",
        "billed",
        "paid",
        late.cast(nw.Int64).alias("days_late"),
        nw.when(nw.col("is_disputed").is_null()).then(nw.lit(0)).otherwise(nw.lit(1)).alias("disputed"),
    )


def _with_disputes(rows: nw.LazyFrame[pl.LazyFrame], ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows with ``disputed_days``, the days after the due date on which the item was disputed."""
    marks = ledger.frames.marks.filter((pl.col("kind").cast(pl.String) == "dispute") & (pl.col("from") <= day))
    named = marks.join(ledger.frames.items.select("item", "item_id"), on="item_id")
    spans = named.select("item", begins=day_number("from"), ends=day_number("to").fill_null(day_of(day)))
    disputes = nw.from_native(spans.lazy())
    overlap = rows.select("item", "due_day", "end").join(disputes, on="item", how="inner")
    begins = nw.when(nw.col("begins") > nw.col("due_day")).then(nw.col("begins")).otherwise(nw.col("due_day"))
    ends = nw.when(nw.col("ends") < nw.col("end")).then(nw.col("ends")).otherwise(nw.col("end"))
    overlap = overlap.with_columns((ends - begins).alias("span"))
    overlap = overlap.with_columns(
        nw.when(nw.col("span") > 0).then(nw.col("span")).otherwise(nw.lit(0)).alias("disputed_days"),
        nw.lit(1).alias("is_disputed"),
    )
    summed = overlap.group_by("item").agg(nw.col("disputed_days").sum(), nw.col("is_disputed").max())
    return rows.join(summed, on="item", how="left").with_columns(nw.col("disputed_days").fill_null(0))


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
    rows = bucketed(ledger, [day], policy=policy).filter(nw.col("open_amount") > 0)
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
