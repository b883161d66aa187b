"""What was paid in the window: how much, after how many days, and what of it was on time.

What was given up in the window: write-offs and discounts.

How fast amounts are paid, with what is still open counted: payments by age among what was open at that age.
"""

from __future__ import annotations

from datetime import timedelta

import narwhals as nw
import polars as pl

from arkit.kpi.question import AS_OF, DEBITS, INVOICES, Question, once
from arkit.model.engine import Rows, beside, is_one_of, touching
from arkit.model.money import at_rate


@once
def payments_by_delay(question: Question) -> pl.DataFrame:
    """``paid`` in the window by group, days since the document (``taken``) and days after the due date."""
    entries = question.in_windows(question.entries("application", "settlement"))
    rows = question.paid(entries).join(question.items(INVOICES), on="item", how="inner")
    rows = rows.with_columns(
        (nw.col("day") - nw.col("document_day")).alias("taken"), (nw.col("day") - nw.col("due_day")).alias("late")
    )
    return question.sums(rows, ["paid"], along=["taken", "late"])


def payments(question: Question) -> pl.DataFrame:
    """``paid`` in the window, and sums of payment times days late, days taken and days of terms."""
    paid, taken, late = pl.col("paid"), pl.col("taken"), pl.col("late")
    sums = payments_by_delay(question).group_by(question.keys)
    days = {"paid_days_late": late, "paid_days": taken, "paid_terms": taken - late}
    weighted = [(paid * count).sum().alias(name) for name, count in days.items()]
    return question.known(sums.agg(paid.sum(), *weighted))


def punctuality(question: Question) -> pl.DataFrame:
    """Items and amounts that fell due in the window, and what of them was paid by the due date.

    What was credited, written off or transferred by the due date had not to be paid. What is still open on the due date
    is late, paid since or not.
    """
    due = _due(question)
    rows = question.entries().join(due.select("item", "deadline", AS_OF), on="item", how="inner")
    rows = question.paid(rows.filter(nw.col("day") <= nw.col("deadline")))
    rows = rows.with_columns((nw.col("paid") + _discount()).alias("paid"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid").sum())
    items = items.with_columns(nw.when(nw.col("amount") > 0).then(nw.col("amount")).otherwise(0).alias("left"))
    items = items.filter((nw.col("left") > 0) | (nw.col("paid") > 0)).with_columns(
        nw.lit(1, nw.Int64).alias("due_items"),
        (nw.col("left") == 0).cast(nw.Int64).alias("on_time_items"),
        (nw.col("left") + nw.col("paid")).alias("due_amount"),
        nw.col("paid").alias("on_time_amount"),
    )
    items = items.join(due, on=["item", AS_OF], how="inner")
    return question.known(question.sums(items, ["due_items", "on_time_items", "due_amount", "on_time_amount"]))


def _due(question: Question) -> Rows:
    """The invoices and debit notes that fell due in the window."""
    # Nobody can pay before the invoice is there.
    deadline = nw.max_horizontal("due_day", "document_day")
    items = question.items(INVOICES).with_columns(deadline.alias("deadline"))
    return question.in_windows(items, on="deadline")


def write_offs(question: Question) -> pl.DataFrame:
    """``written_off`` in the window, of everything but credits and receipts."""
    entries = question.in_windows(question.entries("write_off"))
    rows = entries.join(question.items(DEBITS), on="item", how="inner")
    rows = rows.with_columns((-nw.col("amount")).alias("written_off"))
    return question.known(question.sums(rows, ["written_off"]))


def discounts(question: Question) -> pl.DataFrame:
    """Discounts ``taken`` and ``offered`` on the items with discount terms that were settled in the window.

    Offered is the discount rate on what was paid or discounted: a part that was credited earns no discount.
    """
    offers = question.items(INVOICES, "discount_date", "discount_rate")
    offers = offers.filter(nw.col("discount_rate") > 0, ~nw.col("discount_date").is_null())
    entries = question.entries().join(offers.select("item"), on="item", how="inner")
    # Settled in the window is what was changed in it and has nothing open on its last day.
    changed = question.in_windows(entries.filter(nw.col("amount") != 0)).select("item", AS_OF).unique()
    rows = question.paid(entries).join(changed, on="item", how="inner")
    rows = rows.filter(nw.col("day") <= nw.col(AS_OF)).with_columns(_discount().alias("taken"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid", "taken").sum())
    settled = items.filter(nw.col("amount") == 0).join(offers, on="item", how="inner")
    offered = at_rate(nw.col("paid") + nw.col("taken"), nw.col("discount_rate"))
    sums = question.sums(settled.with_columns(offered.alias("offered")), ["taken", "offered"])
    return question.known(sums)


def _discount() -> nw.Expr:
    """What an entry gave as a discount."""
    return nw.when(nw.col("entry_type") == "discount").then(-nw.col("amount")).otherwise(0)


def delays(question: Question) -> pl.DataFrame:
    """Return, as lists by age, ``paid_share`` of what was open in the window at that age, and ``days_at_age``.

    The age is the days since the document. Amounts that are still open, or left otherwise than by payment, count at
    every age at which they were open in the window, and at no later one: they are censored.
    """
    keys = question.keys
    paid = payments_by_delay(question).select(*keys, pl.col("taken").clip(0).alias("age"), "paid")
    both = pl.concat([_changes(question), paid], how="diagonal_relaxed")
    # Before the youngest age at which anything was open, nothing was paid.
    birth = both.select(keys).unique().with_columns(age=pl.lit(0), change=pl.lit(0), paid=pl.lit(0))
    both = pl.concat([both, birth], how="diagonal_relaxed")
    ages = both.group_by(*keys, "age").agg(pl.col("change", "paid").sum()).sort(*keys, "age")
    open_then = pl.col("change").cum_sum().over(keys) + pl.col("paid")
    ages = ages.with_columns(
        paid_share=pl.when(open_then > 0).then(pl.col("paid") / open_then).otherwise(0.0),
        days_at_age=(pl.col("age").shift(-1) - pl.col("age")).over(keys).fill_null(0).cast(pl.Float64),
    )
    return question.known(ages.group_by(keys, maintain_order=True).agg("paid_share", "days_at_age"))


def _changes(question: Question) -> pl.DataFrame:
    """By group and age how much more was open at that age, on days of the window, than at the age before."""
    spans = [(window.start + timedelta(days=1), window.end) for window in question.windows]
    rows = touching(question.ledger, spans)
    rows = rows.filter(nw.col("open_amount") > 0, is_one_of("item_type", *INVOICES))
    firsts = question.calendar.group_by(AS_OF).agg(first=pl.col("day").min())
    rows = rows.rename({"day": AS_OF}).join(beside(firsts, rows), on=AS_OF, how="left")
    begins = nw.max_horizontal("since", "first")
    ends = nw.min_horizontal(nw.col("until"), nw.col(AS_OF) + 1)
    rows = rows.with_columns(
        nw.max_horizontal(begins - nw.col("document_day"), nw.lit(0)).alias("from_age"),
        (ends - nw.col("document_day")).alias("to_age"),
    ).filter(nw.col("to_age") > nw.col("from_age"))
    return pl.concat([_at_age(question, rows, "from_age", 1), _at_age(question, rows, "to_age", -1)])


def _at_age(question: Question, rows: Rows, age: str, sign: int) -> pl.DataFrame:
    changed = rows.with_columns((nw.col("open_amount") * sign).alias("change"), nw.col(age).alias("age"))
    return question.sums(changed, ["change"], along=["age"])
