"""What is open on a day, and in which bucket: half-open ranges of days, so that no amount can fall between two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw

from arkit.model.engine import Rows, touching
from arkit.model.ledger import Ledger
from arkit.model.money import proportion
from arkit.policy import Policy

# Credits of a customer are netted with debts on the same account only.
_NETTED: Final = ("entity", "account", "customer_id", "currency", "day")


def open_on(ledger: Ledger, days: Sequence[date], *, policy: Policy | None = None) -> Rows:
    """What is open on each of some days, in one pass: the balance periods that contain the ``day``.

    With a policy that nets, the unapplied of a customer first reduces that customer's oldest open items.
    """
    rows = touching(ledger, [(day, day) for day in sorted({*days})]).filter(nw.col("open_amount") != 0)
    return _netted(rows, ledger) if policy and policy.unapplied == "net" else rows


def bucketed(ledger: Ledger, days: Sequence[date], *, policy: Policy) -> Rows:
    """What is open on each ``day`` as the policy counts it, with the position of its ``bucket``."""
    return in_buckets(open_on(ledger, days, policy=policy), nw.col("day"), policy=policy)


def in_buckets(rows: Rows, day: nw.Expr, *, policy: Policy) -> Rows:
    """Open items with ``bucket``, the position of the label of their days on a day.

    One past the last label is *unapplied*: a negative balance (credit notes and receipts not yet applied, over-applied
    invoices) has no bucket.
    """
    dated = nw.col("due_day" if policy.basis == "due_date" else "document_day")
    last = len(policy.labels) - 1
    # Counted from the oldest: an item is in the last bucket unless a younger one claims it. Of buckets that start with
    # 1, 31, 61 and 91 days, an item of 40 days is claimed by the third last, then the second; none younger takes it.
    position = nw.lit(last)
    for bucket, start in reversed(list(enumerate(_starts_after_first(policy)))):
        # The days, day - dated, are fewer than the bucket after this one starts with.
        position = nw.when(dated > day - start).then(nw.lit(bucket)).otherwise(position)
    unapplied = nw.col("open_amount") < 0
    return rows.with_columns(nw.when(unapplied).then(nw.lit(last + 1)).otherwise(position).alias("bucket"))


def _starts_after_first(policy: Policy) -> tuple[int, ...]:
    """First day of each bucket but the youngest, which is unbounded below."""
    return policy.starts if policy.has_not_due else policy.starts[1:]


def _netted(rows: Rows, ledger: Ledger) -> Rows:
    """Open items after the credits of each customer have reduced the oldest debts, oldest credit first.

    Debts of 100, 50 and 70 with credits of 120 in all: running sums 100, 150 and 220 less 120 leave at most -20, 30 and
    100 of them, so 0, 30 and 70 remain.
    """
    # Of one day, by number: the order of the rows in the source must not decide.
    rows = rows.join(ledger.scan("items").select("item", "item_id"), on="item", how="left")
    debt = nw.when(nw.col("open_amount") > 0).then(nw.col("open_amount")).otherwise(0)
    credit = nw.when(nw.col("open_amount") < 0).then(-nw.col("open_amount")).otherwise(0)
    rows = rows.with_columns(debt.alias("debt"), credit.alias("credit"))
    order = ("due_day", "item_id")
    rows = rows.with_columns(
        nw.col("debt").cum_sum().over(*_NETTED, order_by=order).cast(nw.Int64).alias("debt_so_far"),
        nw.col("credit").cum_sum().over(*_NETTED, order_by=order).cast(nw.Int64).alias("credit_so_far"),
        nw.col("debt").sum().over(*_NETTED).cast(nw.Int64).alias("all_debt"),
        nw.col("credit").sum().over(*_NETTED).cast(nw.Int64).alias("all_credit"),
    )
    left_of_debt = _rest(size="debt", reached="debt_so_far", against="all_credit")
    left_of_credit = _rest(size="credit", reached="credit_so_far", against="all_debt")
    rows = rows.with_columns((left_of_debt - left_of_credit).alias("left")).filter(nw.col("left") != 0)
    base = proportion(nw.col("base_open_amount"), part=nw.col("left"), whole=nw.col("open_amount"))
    rows = rows.with_columns(nw.col("left").alias("open_amount"), base.alias("base_open_amount"))
    working = ("item_id", "debt", "credit", "debt_so_far", "credit_so_far", "all_debt", "all_credit", "left")
    return rows.drop(*working)


def _rest(*, size: str, reached: str, against: str) -> nw.Expr:
    beyond = nw.col(reached) - nw.col(against)
    left = nw.when(beyond < nw.col(size)).then(beyond).otherwise(nw.col(size))
    return nw.when(left > 0).then(left).otherwise(0)
