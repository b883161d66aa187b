"""The rows that inputs are summed from: invoices, entries of some kinds, payments, and sums of them by group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.grouping import with_columns_for
from arkit.days import day_of
from arkit.ledger.periods import day_number
from arkit.measures.question import Question

Rows = nw.LazyFrame[pl.LazyFrame]
INVOICES: Final = ("invoice", "debit_note")
DEBITS: Final = (*INVOICES, "journal")


def entries_of(question: Question, *types: str, after: date | None = None) -> Rows:
    """Return the entries of some types up to the day of the question, from after a day on."""
    frame = question.ledger.frames.entries.lazy().select(
        "item", "entry_type", "amount", "counterpart_item_id", day=day_number("effective_on")
    )
    rows = nw.from_native(frame).filter(nw.col("day") <= day_of(question.day))
    if after is not None:
        rows = rows.filter(nw.col("day") > day_of(after))
    return rows.filter(is_one_of("entry_type", *types)) if types else rows


def items_of(question: Question, types: Sequence[str], *columns: str) -> Rows:
    """Return the items of some types with their days, what they are grouped by, and some more columns."""
    items = question.ledger.frames.items
    inside = [name for name in question.keys if name in items.columns]
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
    """Return the sums of some columns by the groups of the question, and by the columns beside them."""
    keys = [*question.keys, *beside]
    if not set(keys) <= set(rows.collect_schema().names()):
        rows = with_columns_for(rows, question.keys, question.ledger, [question.day])
    sums = rows.group_by(*keys).agg(nw.col(*columns).sum()).to_native().collect()
    return sums.with_columns(pl.col(question.keys).cast(pl.String))


def of_known_window(question: Question, frame: pl.DataFrame) -> pl.DataFrame:
    """Return inputs of the window, missing where the ledger begins within it."""
    known = pl.lit(question.knows_window)
    inputs = [name for name in frame.columns if name not in question.keys]
    return frame.with_columns(pl.when(known).then(name).alias(name) for name in inputs)
