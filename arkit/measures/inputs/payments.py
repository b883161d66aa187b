"""What was paid in the window: how much, after how many days, and what of it was on time."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from arkit.measures.inputs.rows import (
    INVOICES,
    Rows,
    entries_of,
    group_sums,
    in_windows,
    items_of,
    of_known_window,
    with_what_they_paid,
)
from arkit.measures.question import AS_OF, Question, once


@once
def payments_by_delay(question: Question) -> pl.DataFrame:
    """Return ``paid`` in the window by group, days since the document (``taken``) and days after the due date."""
    entries = in_windows(question, entries_of(question, "application", "settlement"))
    rows = with_what_they_paid(question, entries).join(items_of(question, INVOICES), on="item", how="inner")
    rows = rows.with_columns(
        (nw.col("day") - nw.col("document_day")).alias("taken"), (nw.col("day") - nw.col("due_day")).alias("late")
    )
    return group_sums(question, rows, ["paid"], beside=["taken", "late"])


def payments(question: Question) -> pl.DataFrame:
    """Return ``paid`` in the window, and sums of payment times days late, days taken and days of terms."""
    paid, taken, late = pl.col("paid"), pl.col("taken"), pl.col("late")
    sums = (
        payments_by_delay(question)
        .group_by(question.keys)
        .agg(
            paid=paid.sum(),
            paid_days_late=(paid * late).sum(),
            paid_days=(paid * taken).sum(),
            paid_terms=(paid * (taken - late)).sum(),
        )
    )
    return of_known_window(question, sums)


def punctuality(question: Question) -> pl.DataFrame:
    """Return items and amounts that fell due in the window, and what of them was paid by the due date.

    What was credited, written off or transferred by the due date had not to be paid. What is still open on the due date
    is late, paid since or not.
    """
    due = _due(question)
    rows = entries_of(question).join(due.select("item", "deadline", AS_OF), on="item", how="inner")
    rows = with_what_they_paid(question, rows.filter(nw.col("day") <= nw.col("deadline")))
    discount = nw.when(nw.col("entry_type") == "discount").then(-nw.col("amount")).otherwise(0)
    rows = rows.with_columns((nw.col("paid") + discount).alias("paid"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid").sum())
    items = items.with_columns(nw.when(nw.col("amount") > 0).then(nw.col("amount")).otherwise(0).alias("left"))
    items = items.filter((nw.col("left") > 0) | (nw.col("paid") > 0)).with_columns(
        nw.lit(1, nw.Int64).alias("due_items"),
        (nw.col("left") == 0).cast(nw.Int64).alias("on_time_items"),
        (nw.col("left") + nw.col("paid")).alias("due_amount"),
        nw.col("paid").alias("on_time_amount"),
    )
    columns = ["due_items", "on_time_items", "due_amount", "on_time_amount"]
    items = items.join(due, on=["item", AS_OF], how="inner")
    return of_known_window(question, group_sums(question, items, columns))


def _due(question: Question) -> Rows:
    """Return the invoices and debit notes that fell due in the window."""
    # Nobody can pay before the invoice is there.
    deadline = nw.max_horizontal("due_day", "document_day")
    items = items_of(question, INVOICES).with_columns(deadline.alias("deadline"))
    return in_windows(question, items, on="deadline")
