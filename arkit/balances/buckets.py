"""Buckets: half-open ranges of days, so that no amount can fall between two of them."""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw

from arkit.ledger.model import Ledger
from arkit.policy import Policy

EPOCH: Final = date(1970, 1, 1)
GROUP: Final = ("entity", "account", "customer_id", "currency")


def day_of(day: date) -> int:
    """Return a day as days since 1970-01-01.

    >>> day_of(date(1970, 2, 1))
    31
    """
    return (day - EPOCH).days


def standing(ledger: Ledger, day: date) -> nw.LazyFrame:
    """Return the balance periods that contain a day: what is open on it."""
    number = day_of(day)
    periods = nw.from_native(ledger.periods.lazy())
    return periods.filter(nw.col("since") <= number, nw.col("until") > number)


def bucketed(ledger: Ledger, day: date, *, policy: Policy) -> nw.LazyFrame:
    """Return what is open on a day with ``bucket``, the position of its label; one past the last label is *unapplied*.

    A negative balance (credit notes and receipts not yet applied, over-applied invoices) is unapplied. Where the
    policy nets, the unapplied of a customer first reduces that customer's oldest open items.
    """
    open_on_day = standing(ledger, day)
    if policy.unapplied == "net":
        open_on_day = netted(open_on_day)
    day_zero = nw.lit(day_of(day))
    days = day_zero - nw.col("due_day" if policy.basis == "due_date" else "document_day")
    last = len(policy.labels) - 1
    # Counted from the oldest: an item is in the last bucket unless a younger one claims it.
    position = nw.lit(last)
    for bucket, start in reversed(list(enumerate(_starts_after_first(policy)))):
        position = nw.when(days < start).then(nw.lit(bucket)).otherwise(position)
    unapplied = nw.col("open_amount") < 0
    return open_on_day.with_columns(nw.when(unapplied).then(nw.lit(last + 1)).otherwise(position).alias("bucket"))


def _starts_after_first(policy: Policy) -> tuple[int, ...]:
    """First day of each bucket but the youngest, which is unbounded below."""
    return policy.starts if policy.has_not_due else policy.starts[1:]


def netted(open_on_day: nw.LazyFrame) -> nw.LazyFrame:
    """Return open items after each customer's credits have reduced the oldest debts, oldest credit first."""
    debt = nw.when(nw.col("open_amount") > 0).then(nw.col("open_amount")).otherwise(0)
    credit = nw.when(nw.col("open_amount") < 0).then(-nw.col("open_amount")).otherwise(0)
    frame = open_on_day.with_columns(debt.alias("debt"), credit.alias("credit"))
    order = ("due_day", "item")
    frame = frame.with_columns(
        nw.col("debt").cum_sum().over(*GROUP, order_by=order).alias("debt_so_far"),
        nw.col("credit").cum_sum().over(*GROUP, order_by=order).alias("credit_so_far"),
        nw.col("debt").sum().over(*GROUP).alias("all_debt"),
        nw.col("credit").sum().over(*GROUP).alias("all_credit"),
    )
    left_of_debt = _rest(size="debt", reached="debt_so_far", against="all_credit")
    left_of_credit = _rest(size="credit", reached="credit_so_far", against="all_debt")
    frame = frame.with_columns((left_of_debt - left_of_credit).alias("left"))
    share = nw.col("left") / nw.col("open_amount")
    frame = frame.with_columns(
        nw.col("left").alias("open_amount"),
        (nw.col("base_open_amount") * share).round(0).cast(nw.Int64).alias("base_open_amount"),
    )
    return frame.filter(nw.col("open_amount") != 0)


def _rest(*, size: str, reached: str, against: str) -> nw.Expr:
    beyond = nw.col(reached) - nw.col(against)
    left = nw.when(beyond < nw.col(size)).then(beyond).otherwise(nw.col(size))
    return nw.when(left > 0).then(left).otherwise(0)
