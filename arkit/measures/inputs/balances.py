"""What is open: balances on the day and at the start of the window, disputes and concentration."""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.aging import aging_frame
from arkit.balances.buckets import CUSTOMER, bucketed, netted, standing
from arkit.balances.open_items import disputed_items
from arkit.measures.inputs.rows import Rows, group_sums
from arkit.measures.question import Question, once
from arkit.terms import NOT_DUE

LARGEST: Final = 10


@once
def balances(question: Question) -> pl.DataFrame:
    """Return ``receivables`` (gross), ``not_due``, ``past_due``, ``oldest`` (last bucket), ``unapplied``, ``net``."""
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
    start = question.window.start
    if question.ledger.covers[0] <= start:
        rows = _receivables(question, start).with_columns(nw.col("open_amount").alias("opening"))
        return group_sums(question, rows, ["opening"])
    groups = balances(question).select(question.keys)
    return groups.with_columns(opening=pl.lit(0 if question.knows_window else None, dtype=pl.Int64))


def _receivables(question: Question, day: date) -> Rows:
    """Return what is owed on a day: all that is open but the unapplied."""
    rows = standing(question.ledger, day)
    if question.policy.unapplied == "net":
        rows = netted(rows, question.ledger, group=CUSTOMER)
    return rows.filter(nw.col("open_amount") > 0)


@once
def receivables_by_document_day(question: Question) -> pl.DataFrame:
    """Return ``not_due`` and ``past_due`` receivables by group and ``day`` of their document."""
    gross = nw.col("bucket") < len(question.policy.labels)
    due = nw.col("bucket") > (0 if question.policy.has_not_due else -1)
    rows = bucketed(question.ledger, question.day, policy=question.policy).filter(gross, nw.col("open_amount") != 0)
    split = rows.with_columns(
        nw.col("document_day").alias("day"),
        nw.when(due).then(0).otherwise(nw.col("open_amount")).alias("not_due"),
        nw.when(due).then(nw.col("open_amount")).otherwise(0).alias("past_due"),
    )
    return group_sums(question, split, ["not_due", "past_due"], beside=["day"])


def disputes(question: Question) -> pl.DataFrame:
    """Return ``disputed``: receivables of items in dispute; missing where the ledger records no disputes."""
    ledger = question.ledger
    groups = balances(question).select(question.keys)
    if not (ledger.frames.marks["kind"] == "dispute").any():
        return groups.with_columns(disputed=pl.lit(None, dtype=pl.Int64))
    items = ledger.frames.items.lazy().select("item", "item_id")
    disputed = items.filter(pl.col("item_id").is_in(disputed_items(ledger, question.day).implode()))
    rows = _receivables(question, question.day).join(nw.from_native(disputed), on="item", how="semi")
    sums = group_sums(question, rows.with_columns(nw.col("open_amount").alias("disputed")), ["disputed"])
    together = groups.join(sums, on=question.keys, how="left", nulls_equal=True)
    return together.with_columns(pl.col("disputed").fill_null(0))


def concentration(question: Question) -> pl.DataFrame:
    """Return of the customers' positive balances their sum, ``positive``, the ten ``largest`` and their ``squares``."""
    rows = standing(question.ledger, question.day).with_columns(nw.col("open_amount").alias("net"))
    beside = [] if "customer_id" in question.keys else ["customer_id"]
    owing = group_sums(question, rows, ["net"], beside=beside).filter(pl.col("net") > 0)
    return owing.group_by(question.keys).agg(
        positive=pl.col("net").sum(),
        largest=pl.col("net").top_k(LARGEST).sum(),
        squares=pl.col("net").cast(pl.Float64).pow(2).sum(),
    )
