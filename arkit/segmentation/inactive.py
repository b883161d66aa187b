"""Inactive past-due balances: what is past due and has not been reduced by any payment for months."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import open_on, with_customers
from arkit.aging.debts import require_history, with_debt
from arkit.aging.open_items import disputed_items
from arkit.calendar import day_of, months_before
from arkit.errors import unknown_name
from arkit.model.engine import Rows, collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.segmentation.behaviour import KEYS, NOTHING, payment_days

if TYPE_CHECKING:
    import pandas as pd

AMOUNTS: Final = ("inactive_amount", "disputed_amount", "open_amount", "unapplied", "paid_amount")
COLUMNS: Final = (
    *("customer_id", "name", "currency", "inactive_amount", "items", "inactive_since", "oldest_item", "oldest_due"),
    *("oldest_days", "disputed_amount", "open_amount", "inactive_share", "unapplied", "otherwise_pays", "paid_amount"),
    "last_payment",
)


def inactive_past_due(ledger: Ledger, *, as_of: date | str, months: int = 6) -> pd.DataFrame:
    """The customers with debt that no payment has reduced for months.

    Formula: an open item is inactive if it was first due ``months`` ago or earlier, and no payment has reduced it since
    then: the payments applied to it after that day, minus those that came back, are nothing or less. Credit notes,
    discounts and write-offs are no payments; an item that carries another one on is the same debt, due when that was.
    Each item counts by itself: customers who pay other invoices and leave an old one are here too, with
    ``otherwise_pays``. Falling payments are another question: :func:`arkit.deteriorating_payers`.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    months
        For how long nothing has been paid.

    Returns
    -------
    DataFrame
        One row for each customer and currency with such debt, by customer: ``inactive_amount``, ``items``,
        ``inactive_since`` (the earliest day since which one of them has been due and unreduced), ``oldest_item`` with
        ``oldest_due`` (its first due date) and ``oldest_days`` (since then), ``disputed_amount`` (of the inactive),
        ``open_amount`` (all gross debt), ``inactive_share`` (of it, 0-1), ``unapplied`` (open receipts and credits, as
        a positive amount: payments may be among them that have not been applied), ``otherwise_pays`` (paid anything in
        these months), ``paid_amount`` (in these months), ``last_payment``. Amounts in currency units.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        The number of months is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> debtors = ar.inactive_past_due(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(debtors["inactive_share"].between(0, 1).all())
    True

    References
    ----------
    Russian and Chinese handbooks of credit control: customers who do not reduce their debt, distinguished from those
    whose payments decline.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    day = require_history(ledger, as_of)
    before = months_before(day, months)
    table = _by_customer(_inactive_items(ledger, day, before))
    for part in (_open(ledger, day), _paid(ledger, day, before)):
        table = table.join(part, on=KEYS, how="left")
    table = table.sort(KEYS).with_columns(
        pl.col("paid_amount").fill_null(0),
        oldest_days=(day_of(day) - pl.col("oldest_due")).cast(pl.Int64),
        inactive_share=pl.col("inactive_amount") / pl.col("open_amount"),
    )
    table = with_customers(table, ledger, day, ["name"]).with_columns(
        pl.col("inactive_since", "oldest_due", "last_payment").cast(pl.Int32).cast(pl.Date),
        otherwise_pays=pl.col("paid_amount") > 0,
    )
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).select(COLUMNS).to_pandas()


def _inactive_items(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """The items that are inactive on a day, the one first due first."""
    owed = open_on(ledger, [day]).filter(nw.col("open_amount") > 0).select("item", *KEYS, "open_amount")
    items = ledger.scan("items")
    due = nw.coalesce("original_due_day", "due_day").alias("first_due")
    rows = with_debt(owed, ledger).join(items.select(nw.col("item").alias("debt"), due), on="debt", how="inner")
    rows = rows.join(_payments(ledger, day, before), on="debt", how="left")
    rows = rows.filter(nw.col("first_due") <= day_of(before), nw.col("paid").fill_null(0) <= 0)
    inactive = collect(rows.join(items.select("item", "item_id"), on="item", how="inner"))
    return inactive.with_columns(
        since=pl.max_horizontal("last_paid", "first_due"),
        disputed=pl.col("item_id").is_in(disputed_items(ledger, day).implode()),
    ).sort("first_due", "item_id")


def _by_customer(items: pl.DataFrame) -> pl.DataFrame:
    """Sums of inactive items, which come the one first due first, by customer."""
    return items.group_by(KEYS, maintain_order=True).agg(
        pl.col("open_amount").sum().alias("inactive_amount"),
        pl.len().cast(pl.Int64).alias("items"),
        pl.col("since").min().alias("inactive_since"),
        pl.col("item_id").first().alias("oldest_item"),
        pl.col("first_due").first().alias("oldest_due"),
        pl.col("open_amount").filter("disputed").sum().alias("disputed_amount"),
    )


def _payments(ledger: Ledger, day: date, before: date) -> Rows:
    """What was ``paid`` on each ``debt`` after a day, minus what came back, and the day ``last_paid`` before."""
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day)
    is_payment = is_one_of("entry_type", "application", "settlement") & (nw.col("amount") < 0)
    came_back = (nw.col("entry_type") == "correction") & (nw.col("amount") > 0)
    credits = ledger.scan("items").filter(nw.col("item_type") == "credit_note").select("item_id")
    moved = entries.filter(is_payment | came_back).join(
        credits, left_on="counterpart_item_id", right_on="item_id", how="anti"
    )
    after, amount = nw.col("effective_day") > day_of(before), nw.col("amount")
    rows = with_debt(moved.select("item", "amount", "effective_day"), ledger).with_columns(
        nw.when(after).then(-amount).otherwise(NOTHING).alias("paid"),
        nw.when(~after & (amount < 0)).then(nw.col("effective_day")).alias("last_paid"),
    )
    return rows.group_by("debt").agg(nw.col("paid").sum(), nw.col("last_paid").max())


def _open(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer what is open (gross), and what is unapplied."""
    amount = nw.col("open_amount")
    rows = open_on(ledger, [day]).select(
        *KEYS,
        nw.when(amount > 0).then(amount).otherwise(NOTHING).alias("open_amount"),
        nw.when(amount < 0).then(-amount).otherwise(NOTHING).alias("unapplied"),
    )
    return collect(rows.group_by(*KEYS).agg(nw.col("open_amount", "unapplied").sum()))


def _paid(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """By customer what was paid after the day before, and the day of the last payment."""
    recent = nw.when(nw.col("day") > day_of(before)).then(nw.col("paid")).otherwise(NOTHING)
    rows = payment_days(ledger, day).with_columns(recent.alias("paid_amount"))
    return collect(rows.group_by(*KEYS).agg(nw.col("paid_amount").sum(), nw.col("day").max().alias("last_payment")))
