"""How fast amounts are paid, with what is still open counted: payments by age among what was open at that age."""

from __future__ import annotations

from datetime import timedelta

import narwhals as nw
import polars as pl

from arkit.balances.buckets import standing_within
from arkit.measures.inputs.payments import payments_by_delay
from arkit.measures.inputs.rows import INVOICES, Rows, group_sums, is_one_of, of_known_window
from arkit.measures.question import AS_OF, Question


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
    return of_known_window(question, ages.group_by(keys, maintain_order=True).agg("paid_share", "days_at_age"))


def _changes(question: Question) -> pl.DataFrame:
    """Return by group and age how much more was open at that age, on days of the window, than at the age before."""
    spans = [(window.start + timedelta(days=1), window.end) for window in question.windows]
    rows = standing_within(question.ledger, spans)
    rows = rows.filter(nw.col("open_amount") > 0, is_one_of("item_type", *INVOICES))
    firsts = question.calendar.group_by(AS_OF).agg(first=pl.col("day").min())
    rows = rows.rename({"day": AS_OF}).join(nw.from_native(firsts.lazy()), on=AS_OF, how="left")
    begins = nw.max_horizontal("since", "first")
    ends = nw.min_horizontal(nw.col("until"), nw.col(AS_OF) + 1)
    rows = rows.with_columns(
        nw.max_horizontal(begins - nw.col("document_day"), nw.lit(0)).alias("from_age"),
        (ends - nw.col("document_day")).alias("to_age"),
    ).filter(nw.col("to_age") > nw.col("from_age"))
    return pl.concat([_at_age(question, rows, "from_age", 1), _at_age(question, rows, "to_age", -1)])


def _at_age(question: Question, rows: Rows, age: str, sign: int) -> pl.DataFrame:
    changed = rows.with_columns((nw.col("open_amount") * sign).alias("change"), nw.col(age).alias("age"))
    return group_sums(question, changed, ["change"], beside=["age"])
