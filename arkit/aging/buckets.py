"""Buckets: half-open ranges of days, so that no amount can fall between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.calendar import day_of
from arkit.model.ledger import Ledger
from arkit.policy import Policy

CUSTOMER: Final = ("entity", "account", "customer_id", "currency")


def standing(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return the balance periods that contain a day: what is open on it."""
    return standing_on(ledger, [day]).drop("day")


def bucketed(ledger: Ledger, day: date, *, policy: Policy) -> nw.LazyFrame[pl.LazyFrame]:
    """Return what is open on a day with ``bucket``, the position of its label; one past the last label is *unapplied*.

    A negative balance (credit notes and receipts not yet applied, over-applied invoices) is unapplied. Where the
    policy nets, the unapplied of a customer first reduces that customer's oldest open items.
    """
    return bucketed_on(ledger, [day], policy=policy).drop("day")


def bucketed_on(ledger: Ledger, days: Sequence[date], *, policy: Policy) -> nw.LazyFrame[pl.LazyFrame]:
    """Return what is open on each of several days, in one pass: as ``bucketed``, with the day as ``day``."""
    return in_buckets(counted_on(ledger, days, policy=policy), nw.col("day"), policy=policy)


def counted_on(ledger: Ledger, days: Sequence[date], *, policy: Policy) -> nw.LazyFrame[pl.LazyFrame]:
    """Return what is open on each ``day`` as the policy counts it: netted, or with the unapplied apart."""
    rows = standing_on(ledger, days)
    return netted(rows, ledger, group=(*CUSTOMER, "day")) if policy.unapplied == "net" else rows


def standing_on(ledger: Ledger, days: Sequence[date]) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each balance period once for each of the days that it contains, with the day as ``day``."""
    return standing_within(ledger, [(day, day) for day in sorted({*days})])


def standing_within(ledger: Ledger, spans: Sequence[tuple[date, date]]) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each balance period once for each span of days that it touches, with the span's last day as ``day``.

    Spans are in the order of their first days and of their last days. The places of a period's first and last day
    among those tell which of them it touches. Most periods touch none and are gone before anything is multiplied.
    """
    firsts, lasts = (pl.Series([day_of(span[end]) for span in spans], dtype=pl.Int32) for end in (0, 1))
    periods = ledger.periods
    if len(spans) == 1:
        found = periods.lazy().filter(pl.col("since") <= lasts[0], pl.col("until") > firsts[0])
        return nw.from_native(found.with_columns(day=pl.lit(lasts[0], pl.Int32)))
    # Searching the few days asked for takes half the time of a join with a calendar.
    first = lasts.search_sorted(periods["since"]).cast(pl.Int32)
    beyond = firsts.search_sorted(periods["until"]).cast(pl.Int32)
    rows = periods.lazy().with_columns(first.alias("first"), beyond.alias("beyond"))
    inside = nw.from_native(rows.filter(pl.col("first") < pl.col("beyond")))
    return inside.join(nw.from_native(_contained(lasts).lazy()), on=["first", "beyond"], how="inner").drop(
        "first", "beyond"
    )


def _contained(numbers: pl.Series) -> pl.DataFrame:
    """Return, for every first place and the place beyond the last, the days in between."""
    count = len(numbers)
    spans = pl.DataFrame({"first": range(count)}).join(pl.DataFrame({"beyond": range(1, count + 1)}), how="cross")
    days = spans.join(pl.DataFrame({"place": range(count), "day": numbers}), how="cross")
    inside = days.filter((pl.col("first") <= pl.col("place")) & (pl.col("place") < pl.col("beyond")))
    return inside.select(pl.all().exclude("place").cast(pl.Int32))


def in_buckets(rows: nw.LazyFrame[pl.LazyFrame], day: nw.Expr, *, policy: Policy) -> nw.LazyFrame[pl.LazyFrame]:
    """Return open items with ``bucket``, by their days on a day."""
    dated = nw.col("due_day" if policy.basis == "due_date" else "document_day")
    last = len(policy.labels) - 1
    # Counted from the oldest: an item is in the last bucket unless a younger one claims it.
    position = nw.lit(last)
    for bucket, start in reversed(list(enumerate(_starts_after_first(policy)))):
        # The days, day - dated, are fewer than the bucket after this one starts with.
        position = nw.when(dated > day - start).then(nw.lit(bucket)).otherwise(position)
    unapplied = nw.col("open_amount") < 0
    return rows.with_columns(nw.when(unapplied).then(nw.lit(last + 1)).otherwise(position).alias("bucket"))


def _starts_after_first(policy: Policy) -> tuple[int, ...]:
    """First day of each bucket but the youngest, which is unbounded below."""
    return policy.starts if policy.has_not_due else policy.starts[1:]


def netted(
    open_on_day: nw.LazyFrame[pl.LazyFrame], ledger: Ledger, *, group: Sequence[str]
) -> nw.LazyFrame[pl.LazyFrame]:
    """Return open items after the credits of each group have reduced its oldest debts, oldest credit first."""
    # Of one day, by number: the order of the rows in the source must not decide.
    numbers = nw.from_native(ledger.frames.items.lazy().select("item", "item_id"))
    open_on_day = open_on_day.filter(nw.col("open_amount") != 0).join(numbers, on="item", how="left")
    debt = nw.when(nw.col("open_amount") > 0).then(nw.col("open_amount")).otherwise(0)
    credit = nw.when(nw.col("open_amount") < 0).then(-nw.col("open_amount")).otherwise(0)
    frame = open_on_day.with_columns(debt.alias("debt"), credit.alias("credit"))
    order = ("due_day", "item_id")
    frame = frame.with_columns(
        nw.col("debt").cum_sum().over(*group, order_by=order).alias("debt_so_far"),
        nw.col("credit").cum_sum().over(*group, order_by=order).alias("credit_so_far"),
        nw.col("debt").sum().over(*group).alias("all_debt"),
        nw.col("credit").sum().over(*group).alias("all_credit"),
    )
    left_of_debt = _rest(size="debt", reached="debt_so_far", against="all_credit")
    left_of_credit = _rest(size="credit", reached="credit_so_far", against="all_debt")
    frame = frame.with_columns((left_of_debt - left_of_credit).alias("left"))
    share = nw.col("left") / nw.col("open_amount")
    frame = frame.with_columns(
        nw.col("left").alias("open_amount"),
        (nw.col("base_open_amount") * share).round(0).cast(nw.Int64).alias("base_open_amount"),
    )
    return frame.filter(nw.col("open_amount") != 0).drop("item_id")


def _rest(*, size: str, reached: str, against: str) -> nw.Expr:
    beyond = nw.col(reached) - nw.col(against)
    left = nw.when(beyond < nw.col(size)).then(beyond).otherwise(nw.col(size))
    return nw.when(left > 0).then(left).otherwise(0)
