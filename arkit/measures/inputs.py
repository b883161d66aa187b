"""What key figures are made of: balances, sales, payments and concentration of a group, in minor units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.aging import aging_frame
from arkit.balances.grouping import group_columns, with_columns_for
from arkit.days import day_of, months_before
from arkit.ledger.model import Ledger
from arkit.ledger.periods import day_number
from arkit.measures.windows import Window
from arkit.policy import Policy
from arkit.terms import BILLING_TYPES, NOT_DUE

SALES: Final = "sales, net of tax"
BILLINGS: Final = "billings, tax included"
LARGEST: Final = 10


@dataclass(frozen=True)
class Question:
    """What is asked of a ledger: the day, the window that ends on it, the groups and the policy."""

    ledger: Ledger
    day: date
    window: Window
    by: tuple[str, ...]
    policy: Policy

    @property
    def keys(self) -> list[str]:
        """Group columns with the currency."""
        return group_columns(self.by, self.ledger)

    @property
    def knows_window(self) -> bool:
        """Whether the ledger covers every day of the window."""
        return self.ledger.covers[0] <= self.window.start + timedelta(days=1)


def balances(question: Question) -> pl.DataFrame:
    """Return ``receivables`` (gross), ``not_due``, ``past_due``, ``oldest`` (last bucket), ``unapplied`` and ``net``."""
    labels = question.policy.labels
    table = aging_frame(question.ledger, question.day, by=question.by, policy=question.policy)
    not_due = pl.col(NOT_DUE) if NOT_DUE in labels else pl.lit(None, dtype=pl.Int64)
    return table.select(
        *question.keys,
        pl.col("gross").alias("receivables"),
        not_due.alias("not_due"),
        (pl.col("gross") - not_due).alias("past_due"),
        pl.col(labels[-1]).alias("oldest"),
        "unapplied",
        "net",
    )


def opening(question: Question) -> pl.DataFrame:
    """Return ``opening``: gross receivables at the start of the window; missing where the ledger begins later."""
    ledger, start = question.ledger, question.window.start
    if ledger.covers[0] <= start:
        table = aging_frame(ledger, start, by=question.by, policy=question.policy)
        return table.select(*question.keys, pl.col("gross").alias("opening"))
    groups = balances(question).select(question.keys)
    return groups.with_columns(opening=pl.lit(0 if question.knows_window else None, dtype=pl.Int64))


def sales(question: Question) -> pl.DataFrame:
    """Return ``sales`` of the window; missing where the ledger does not know the whole window."""
    daily, basis = daily_sales(question)
    start, end = day_of(question.window.start), day_of(question.window.end)
    inside = daily.filter((pl.col("day") > start) & (pl.col("day") <= end))
    known = pl.lit(basis == SALES or question.knows_window)
    sums = inside.group_by(question.keys).agg(pl.col("sales").sum())
    return sums.with_columns(sales=pl.when(known).then("sales"))


def daily_sales(question: Question) -> tuple[pl.DataFrame, str]:
    """Return sales by group and day, and their basis: the sales table where it can tell, else billings.

    Billings are the originals of invoices and debit notes less credit notes; an item that continues another one is no sale.
    """
    ledger, keys = question.ledger, question.keys
    table = ledger.frames.sales
    of_customer = [name for name in keys if name not in table.columns]
    if not table.is_empty() and all(name in ledger.frames.customers.columns for name in of_customer):
        rows = nw.from_native(table.lazy().with_columns(day=day_number("date"), sales="amount"))
        rows = with_columns_for(rows, of_customer, ledger, [question.day]) if of_customer else rows
        return _by_day(rows, keys), SALES
    wanted = pl.col("item_type").is_in(BILLING_TYPES) & pl.col("replaces").is_null()
    inside = [name for name in keys if name in ledger.frames.items.columns]
    items = ledger.frames.items.lazy().filter(wanted).select("item", *{"customer_id", *inside})
    originals = ledger.frames.entries.lazy().filter(pl.col("entry_type") == "original")
    posted = originals.select("item", sales="amount", day=day_number("effective_on"))
    rows = nw.from_native(posted).join(nw.from_native(items), on="item", how="inner")
    return _by_day(with_columns_for(rows, keys, ledger, [question.day]), keys), BILLINGS


def _by_day(rows: nw.LazyFrame, keys: list[str]) -> pl.DataFrame:
    sums: pl.DataFrame = rows.group_by(*keys, "day").agg(nw.col("sales").sum()).to_native().collect()
    return sums.with_columns(pl.col(keys).cast(pl.String))


def countback(question: Question) -> pl.DataFrame:
    """Return ``countback_days``: months of sales taken off the receivables, the latest first; missing where they run out."""
    owed = balances(question).select(*question.keys, "receivables")
    daily, basis = daily_sales(question)
    months = _monthly(daily, question, known=basis == SALES)
    steps = owed.join(months, on=question.keys, how="left", nulls_equal=True).sort(*question.keys, "month")
    taken = pl.col("sales").cum_sum().over(question.keys)
    steps = steps.with_columns(
        rest=pl.col("receivables") - (taken - pl.col("sales")), exhausted=taken < pl.col("receivables")
    )
    days = (
        pl.when("exhausted")
        .then(pl.col("length"))
        .otherwise((pl.col("rest") / pl.col("sales")).fill_nan(0) * pl.col("length"))
    )
    ended = pl.col("exhausted").cast(pl.Int8).cum_min().over(question.keys) == 1
    counted = ended | ended.shift(1, fill_value=True).over(question.keys)
    sums = (
        steps.filter(counted)
        .with_columns(days=days)
        .group_by(question.keys)
        .agg(pl.col("days").sum().alias("countback_days"), runs_out=pl.col("exhausted").all())
    )
    return sums.select(*question.keys, countback_days=pl.when(~pl.col("runs_out")).then("countback_days"))


def _monthly(daily: pl.DataFrame, question: Question, *, known: bool) -> pl.DataFrame:
    """Return sales by group and month counted back from the day; months without sales are there with nothing."""
    ends = _month_ends_back(question, daily, known=known)
    months = pl.DataFrame(
        {
            "month": list(range(len(ends) - 1)),
            "after": [day_of(day) for day in ends[1:]],
            "upto": [day_of(day) for day in ends[:-1]],
        },
        schema={"month": pl.Int32, "after": pl.Int32, "upto": pl.Int32},
    ).with_columns(length=pl.col("upto") - pl.col("after"))
    sums = daily.join_where(months, pl.col("day") > pl.col("after"), pl.col("day") <= pl.col("upto"))
    sums = sums.group_by(*question.keys, "month").agg(pl.col("sales").sum())
    groups = daily.select(question.keys).unique().join(months.select("month", "length"), how="cross")
    return groups.join(sums, on=[*question.keys, "month"], how="left", nulls_equal=True).with_columns(
        pl.col("sales").fill_null(0)
    )


def _month_ends_back(question: Question, daily: pl.DataFrame, *, known: bool) -> list[date]:
    first = question.ledger.covers[0]
    if known and not daily.is_empty():
        first = date.fromordinal(date(1970, 1, 1).toordinal() + int(daily["day"].min()))  # type: ignore[arg-type]
        first = first.replace(day=1)
    ends = [question.day]
    while (end := months_before(question.day, len(ends))) >= date.fromordinal(first.toordinal() - 1):
        ends.append(end)
    return ends


def payments(question: Question) -> pl.DataFrame:
    """Return ``paid`` in the window and ``paid_days_late``, the sum of payment times days after the due date."""
    frames, keys = question.ledger.frames, question.keys
    start, end = question.window.start, question.window.end
    paid = frames.entries.lazy().filter(
        pl.col("entry_type").cast(pl.String).is_in(["application", "settlement"])
        & (pl.col("effective_on") > start)
        & (pl.col("effective_on") <= end)
    )
    invoices = frames.items.lazy().filter(pl.col("item_type").cast(pl.String).is_in(["invoice", "debit_note"]))
    inside = [name for name in keys if name in frames.items.columns]
    receipts = frames.items.lazy().select(counterpart_item_id="item_id", paid_by="item_type")
    rows = paid.join(invoices.select("item", "due_date", *{"customer_id", *inside}), on="item").join(
        receipts, on="counterpart_item_id", how="left"
    )
    # An invoice settled by a credit note was not paid.
    rows = rows.filter(pl.col("paid_by").cast(pl.String).fill_null("receipt") != "credit_note")
    late = day_number("effective_on") - day_number("due_date")
    rows = rows.with_columns(paid=-pl.col("amount"), paid_days_late=-pl.col("amount") * late)
    grouped = with_columns_for(nw.from_native(rows), keys, question.ledger, [question.day])
    sums: pl.DataFrame = grouped.group_by(*keys).agg(nw.col("paid", "paid_days_late").sum()).to_native().collect()
    known = pl.lit(question.knows_window)
    return sums.select(
        pl.col(keys).cast(pl.String), *(pl.when(known).then(name).alias(name) for name in ("paid", "paid_days_late"))
    )


def concentration(question: Question) -> pl.DataFrame:
    """Return ``positive`` (sum of the customers' positive balances), ``largest`` (ten largest of them) and ``hhi``."""
    by = tuple(dict.fromkeys((*question.by, "customer_id")))
    table = aging_frame(question.ledger, question.day, by=by, policy=question.policy)
    owing = table.filter(pl.col("net") > 0)
    share = pl.col("net") / pl.col("net").sum()
    return owing.group_by(question.keys).agg(
        positive=pl.col("net").sum(),
        largest=pl.col("net").top_k(LARGEST).sum(),
        hhi=share.pow(2).sum(),
        customers=pl.len(),
    )


PARTS: Final[dict[str, Callable[[Question], pl.DataFrame]]] = {
    "balances": balances,
    "opening": opening,
    "sales": sales,
    "countback": countback,
    "payments": payments,
    "concentration": concentration,
}


def gather(question: Question, parts: list[str]) -> pl.DataFrame:
    """Return the inputs of some parts side by side, one row for each group that any of them knows."""
    frames = [PARTS[part](question) for part in parts]
    keys = pl.concat([frame.select(question.keys) for frame in frames]).unique().sort(question.keys)
    for frame in frames:
        keys = keys.join(frame, on=question.keys, how="left", nulls_equal=True, maintain_order="left")
    return keys.with_columns(
        *(pl.col(name).fill_null(0) for name in _known_to_be_nothing(question) if name in keys.columns),
        days=pl.lit(question.window.days),
        months=pl.lit(question.window.months),
    )


def _known_to_be_nothing(question: Question) -> list[str]:
    """Return the inputs that are zero, not unknown, for a group without rows."""
    names = ["receivables", "oldest", "unapplied", "net"]
    if question.policy.has_not_due:
        names += ["not_due", "past_due"]
    if question.knows_window:
        names += ["opening", "sales", "paid", "paid_days_late"]
    return names
