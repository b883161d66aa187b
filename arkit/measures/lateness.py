"""Lateness: how late each invoice was paid, or is at least, as seen on a day."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import polars as pl

from arkit.days import day_of
from arkit.ledger.model import Ledger
from arkit.ledger.periods import day_number
from arkit.measures.debts import followed


def lateness(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each invoice and debit note that shows how its customer pays, as seen on a day.

    Formula: ``days_late = last day owed - due date - disputed days after the due date``. An invoice that is paid counts
    with the day on which it was; one that is past due and not paid counts as at least this late (``paid`` is 0). One
    that is not yet due shows nothing and is left out, like one most of which was credited or transferred away.

    Returns
    -------
    LazyFrame
        ``item``, ``entity``, ``customer_id``, ``currency``, ``document_day``, ``due_day``, ``billed`` (minor units),
        ``paid`` (1 or 0), ``days_late``, ``disputed`` (1 or 0).
    """
    number = day_of(day)
    items = ledger.frames.items.lazy().select("item", "entity", "currency", due_day=day_number("due_date"))
    rows = followed(ledger, day).join(nw.from_native(items), on="item", how="inner")
    rows = rows.with_columns((nw.col("document_day") + nw.col("leaves")).alias("end"))
    rows = rows.filter((nw.col("paid") == 1) | ((nw.col("owed") == 1) & (nw.col("due_day") < number)))
    rows = _with_disputes(rows, ledger, day)
    late = nw.col("end") - nw.col("due_day") - nw.col("disputed_days")
    # What was disputed for longer than it was late is on time, not early.
    late = nw.when((nw.col("disputed_days") > 0) & (late < 0)).then(nw.lit(0)).otherwise(late)
    return rows.select(
        "item",
        "entity",
        "customer_id",
        "currency",
        "document_day",
        "due_day",
        "billed",
        "paid",
        late.cast(nw.Int64).alias("days_late"),
        nw.when(nw.col("is_disputed").is_null()).then(nw.lit(0)).otherwise(nw.lit(1)).alias("disputed"),
    )


def _with_disputes(rows: nw.LazyFrame[pl.LazyFrame], ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows with ``disputed_days``, the days after the due date on which the item was disputed."""
    marks = ledger.frames.marks.filter((pl.col("kind").cast(pl.String) == "dispute") & (pl.col("from") <= day))
    named = marks.join(ledger.frames.items.select("item", "item_id"), on="item_id")
    spans = named.select("item", begins=day_number("from"), ends=day_number("to").fill_null(day_of(day)))
    disputes = nw.from_native(spans.lazy())
    overlap = rows.select("item", "due_day", "end").join(disputes, on="item", how="inner")
    begins = nw.when(nw.col("begins") > nw.col("due_day")).then(nw.col("begins")).otherwise(nw.col("due_day"))
    ends = nw.when(nw.col("ends") < nw.col("end")).then(nw.col("ends")).otherwise(nw.col("end"))
    overlap = overlap.with_columns((ends - begins).alias("span"))
    overlap = overlap.with_columns(
        nw.when(nw.col("span") > 0).then(nw.col("span")).otherwise(nw.lit(0)).alias("disputed_days"),
        nw.lit(1).alias("is_disputed"),
    )
    summed = overlap.group_by("item").agg(nw.col("disputed_days").sum(), nw.col("is_disputed").max())
    return rows.join(summed, on="item", how="left").with_columns(nw.col("disputed_days").fill_null(0))
