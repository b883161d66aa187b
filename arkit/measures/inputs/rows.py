"""The rows that inputs are summed from: invoices, entries of some kinds, payments, and sums of them by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.grouping import with_columns_for
from arkit.days import day_of
from arkit.ledger.periods import day_number
from arkit.measures.question import AS_OF, Question

Rows = nw.LazyFrame[pl.LazyFrame]
INVOICES: Final = ("invoice", "debit_note")
DEBITS: Final = (*INVOICES, "journal")


def entries_of(question: Question, *types: str) -> Rows:
    """Return the entries of some types up to the last day of the question."""
    frame = question.ledger.frames.entries.lazy().select(
        "item", "entry_type", "amount", "counterpart_item_id", day=day_number("effective_on")
    )
    rows = nw.from_native(frame).filter(nw.col("day") <= day_of(question.days[-1]))
    return rows.filter(is_one_of("entry_type", *types)) if types else rows


def in_windows(question: Question, rows: Rows, *, on: str = "day") -> Rows:
    """Return rows once for each window that contains their day, with the day on which it ends as ``as_of``."""
    # Fewer rows are looked up in the calendar.
    near = rows.filter(nw.col(on) > day_of(question.windows[0].start), nw.col(on) <= day_of(question.days[-1]))
    calendar = nw.from_native(question.calendar.lazy())
    return near.join(calendar, left_on=on, right_on="day", how="inner")


def items_of(question: Question, types: Sequence[str], *columns: str) -> Rows:
    """Return the items of some types with their days, what they are grouped by, and some more columns."""
    items = question.ledger.frames.items
    inside = [name for name in question.groups if name in items.columns]
    days = {"document_day": day_number("document_date"), "due_day": day_number("due_date")}
    frame = items.lazy().select(*dict.fromkeys(("item", "item_type", "customer_id", *inside, *columns)), **days)
    return nw.from_native(frame).filter(is_one_of("item_type", *types)).drop("item_type")


def with_what_they_paid(question: Question, entries: Rows) -> Rows:
    """Return entries with ``paid``: what they settled; what a credit note settles is not paid."""
    items = question.ledger.frames.items.lazy().select("item_type", counterpart_item_id="item_id")
    credits = nw.from_native(items).filter(nw.col("item_type") == "credit_note")
    rows = entries.join(credits.with_columns(nw.lit(True).alias("credited")), on="counterpart_item_id", how="left")
    paid = is_one_of("entry_type", "application", "settlement") & nw.col("credited").is_null()
    return rows.with_columns(nw.when(paid).then(-nw.col("amount")).otherwise(0).alias("paid"))


def is_one_of(column: str, *values: str) -> nw.Expr:
    """Return whether a column of categories has one of some values."""
    return nw.any_horizontal(*(nw.col(column) == value for value in values), ignore_nulls=True)


def group_sums(question: Question, rows: Rows, columns: Sequence[str], *, beside: Sequence[str] = ()) -> pl.DataFrame:
    """Return the sums of some columns by the days and groups of the question, and by the columns beside them."""
    rows = with_columns_for(rows, question.groups, question.ledger, question.days, on=AS_OF)
    sums = rows.group_by(*question.keys, *beside).agg(nw.col(*columns).sum()).to_native().collect()
    return sums.with_columns(pl.col(question.groups).cast(pl.String))


def of_known_window(question: Question, frame: pl.DataFrame) -> pl.DataFrame:
    """Return inputs of the window, missing where the ledger begins within it."""
    inputs = [name for name in frame.columns if name not in question.keys]
    return frame.with_columns(pl.when(question.knows_window).then(name).alias(name) for name in inputs)
