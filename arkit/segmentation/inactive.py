"""Static debt: what is past due and has not been reduced by any payment for months."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.debts import require_history, with_debt
from arkit.aging.grouping import customers_on
from arkit.aging.open_items import disputed_items
from arkit.calendar import day_of, months_before
from arkit.errors import unknown_name
from arkit.model.engine import day_number
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.segmentation.punctuality import KEYS, payment_days

if TYPE_CHECKING:
    import pandas as pd

AMOUNTS: Final = ("inactive_amount", "disputed_amount", "open_amount", "unapplied", "paid_amount")
COLUMNS: Final = (
    "customer_id",
    "name",
    "currency",
    "inactive_amount",
    "items",
    "inactive_since",
    "oldest_item",
    "oldest_due",
    "oldest_days",
    "disputed_amount",
    "open_amount",
    "inactive_share",
    "unapplied",
    "otherwise_pays",
    "paid_amount",
    "last_payment",
)


def inactive_past_due(ledger: Ledger, *, as_of: date | str, months: int = 6) -> pd.DataFrame:
    """Show the customers with debt that no payment has reduced for months.

    Formula: an open item is static if it was first due ``months`` ago or earlier, and no payment has reduced it since
    then: the payments applied to it after that day, less those that came back, are nothing or less. Credit notes,
    discounts and write-offs are no payments; an item that carries another one on is the same debt, due when that was.
    Each item counts by itself: who pays other invoices and leaves an old one is here too, and it is said that he pays
    otherwise. Whose payments fall is another question: :func:`arkit.deteriorating_payers`.

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
        ``oldest_due`` (its first due date) and ``oldest_days`` (since then), ``disputed_amount`` (of the static),
        ``open_amount`` (all gross debt), ``inactive_share`` (of it, 0-1), ``unapplied`` (receipts and credits that
        stand open, as a positive amount: payments may be among them that nobody has applied), ``otherwise_pays`` (paid
        anything in these months), ``paid_amount`` (in these months), ``last_payment``. Amounts in currency units.

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
    Russian and Chinese handbooks of credit control: customers who do not reduce their debt, told apart from those
    whose payments decline.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    day = require_history(ledger, as_of)
    before = months_before(day, months)
    table = _by_customer(_items(ledger, day, before))
    names = customers_on(ledger, day, ["name"]).with_columns(pl.col("customer_id").cast(pl.String))
    for beside in (_open(ledger, day), _paid(ledger, day, before)):
        table = table.join(beside, on=KEYS, how="left")
    return _shown(table.join(names, on="customer_id", how="left").sort(KEYS), day)


def _by_customer(items: pl.DataFrame) -> pl.DataFrame:
    """Return sums of static items, which come the one first due first, by customer."""
    return items.group_by(KEYS, maintain_order=True).agg(
        pl.col("open_amount").sum().alias("inactive_amount"),
        pl.len().cast(pl.Int64).alias("items"),
        pl.col("since").min().alias("inactive_since"),
        pl.col("item_id").first().alias("oldest_item"),
        pl.col("first_due").first().alias("oldest_due"),
        pl.col("open_amount").filter("disputed").sum().alias("disputed_amount"),
    )


def _items(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """Return the items that are static on a day, the one first due first."""
    number = day_of(day)
    standing = nw.from_native(ledger.periods.lazy()).filter(nw.col("since") <= number, nw.col("until") > number)
    owed = with_debt(standing.filter(nw.col("open_amount") > 0).select("item", *KEYS, "open_amount"), ledger)
    due = pl.coalesce("original_due_date", "due_date").cast(pl.Int32)
    begun = nw.from_native(ledger.frames.items.lazy().select(debt="item", first_due=due))
    rows = owed.join(begun, on="debt", how="inner").join(_payments(ledger, day, before), on="debt", how="left")
    rows = rows.with_columns(nw.coalesce("last_paid", "first_due").alias("since"))
    rows = rows.filter(nw.col("first_due") <= day_of(before), nw.col("paid").fill_null(0) <= 0)
    static: pl.DataFrame = rows.to_native().collect()
    static = static.join(ledger.frames.items.select("item", "item_id"), on="item").with_columns(
        pl.col(KEYS).cast(pl.String),
        since=pl.max_horizontal("since", "first_due"),
        disputed=pl.col("item_id").is_in(disputed_items(ledger, day).implode()),
    )
    return static.sort("first_due", "item_id")


def _payments(ledger: Ledger, day: date, before: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return what was ``paid`` on each ``debt`` after a day, less what came back, and the day ``last_paid`` before."""
    credits = ledger.frames.items.lazy().filter(pl.col("item_type").cast(pl.String) == "credit_note")
    kind = pl.col("entry_type").cast(pl.String)
    is_payment = kind.is_in(["application", "settlement"]) & (pl.col("amount") < 0)
    came_back = (kind == "correction") & (pl.col("amount") > 0)
    entries = ledger.frames.entries.lazy().filter((pl.col("effective_on") <= day) & (is_payment | came_back))
    moved = entries.join(credits.select(counterpart_item_id="item_id"), on="counterpart_item_id", how="anti")
    rows = nw.from_native(moved.select("item", "amount", day=day_number("effective_on")))
    after = nw.col("day") > day_of(before)
    rows = with_debt(rows, ledger).with_columns(
        nw.when(after).then(-nw.col("amount")).otherwise(nw.lit(0, nw.Int64)).alias("paid"),
        nw.when(~after & (nw.col("amount") < 0)).then(nw.col("day")).alias("last_paid"),
    )
    return rows.group_by("debt").agg(nw.col("paid").sum(), nw.col("last_paid").max())


def _open(ledger: Ledger, day: date) -> pl.DataFrame:
    """Return by customer what is open (gross), and what stands unapplied."""
    number = day_of(day)
    rows = nw.from_native(ledger.periods.lazy()).filter(nw.col("since") <= number, nw.col("until") > number)
    amount, nothing = nw.col("open_amount"), nw.lit(0, nw.Int64)
    rows = rows.with_columns(
        nw.when(amount > 0).then(amount).otherwise(nothing).alias("gross"),
        nw.when(amount < 0).then(-amount).otherwise(nothing).alias("unapplied"),
    )
    sums = rows.group_by(*KEYS).agg(nw.col("gross", "unapplied").sum())
    table: pl.DataFrame = sums.to_native().collect()
    return table.select(pl.col(KEYS).cast(pl.String), "unapplied", open_amount="gross")


def _paid(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """Return by customer what was paid after the day before, and the day of the last payment."""
    days = payment_days(ledger, day)
    recent = nw.when(nw.col("day") > day_of(before)).then(nw.col("paid")).otherwise(nw.lit(0, nw.Int64))
    sums = (
        days.with_columns(recent.alias("paid_amount"))
        .group_by(*KEYS)
        .agg(nw.col("paid_amount").sum(), nw.col("day").max().alias("last_payment"))
    )
    table: pl.DataFrame = sums.to_native().collect()
    return table.with_columns(pl.col(KEYS).cast(pl.String))


def _shown(table: pl.DataFrame, day: date) -> pd.DataFrame:
    table = table.with_columns(
        pl.col("paid_amount").fill_null(0),
        oldest_days=(day_of(day) - pl.col("oldest_due")).cast(pl.Int64),
        inactive_share=pl.col("inactive_amount") / pl.col("open_amount"),
    ).with_columns(otherwise_pays=pl.col("paid_amount") > 0)
    days = pl.col("inactive_since", "oldest_due", "last_payment").cast(pl.Int32).cast(pl.Date)
    return to_units(table.with_columns(days), dict.fromkeys(AMOUNTS, "currency")).select(COLUMNS).to_pandas()
