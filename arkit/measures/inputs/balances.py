"""What is open: balances on the day and at the start of the window, disputes and concentration."""

from __future__ import annotations

from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.aging import aging_frame
from arkit.balances.buckets import bucketed
from arkit.balances.open_items import disputed_items
from arkit.measures.inputs.rows import group_sums
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
    ledger, start = question.ledger, question.window.start
    if ledger.covers[0] <= start:
        table = aging_frame(ledger, start, by=question.by, policy=question.policy)
        return table.select(*question.keys, pl.col("gross").alias("opening"))
    groups = balances(question).select(question.keys)
    return groups.with_columns(opening=pl.lit(0 if question.knows_window else None, dtype=pl.Int64))


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
    items = ledger.frames.items.select("item", "item_id")
    disputed = items.filter(pl.col("item_id").is_in(disputed_items(ledger, question.day).implode()))
    rows = bucketed(ledger, question.day, policy=question.policy).filter(nw.col("bucket") < len(question.policy.labels))
    rows = rows.join(nw.from_native(disputed.select("item").lazy()), on="item", how="semi")
    sums = group_sums(question, rows.with_columns(nw.col("open_amount").alias("disputed")), ["disputed"])
    groups = balances(question).select(question.keys)
    sums = groups.join(sums, on=question.keys, how="left", nulls_equal=True)
    known = pl.lit(_records_disputes(question))
    return sums.with_columns(disputed=pl.when(known).then(pl.col("disputed").fill_null(0)))


def _records_disputes(question: Question) -> bool:
    return bool((question.ledger.frames.marks["kind"] == "dispute").any())


def concentration(question: Question) -> pl.DataFrame:
    """Return of the customers' positive balances their sum, ``positive``, the ten ``largest`` and their ``squares``."""
    by = tuple(dict.fromkeys((*question.by, "customer_id")))
    table = aging_frame(question.ledger, question.day, by=by, policy=question.policy)
    owing = table.filter(pl.col("net") > 0)
    return owing.group_by(question.keys).agg(
        positive=pl.col("net").sum(),
        largest=pl.col("net").top_k(LARGEST).sum(),
        squares=pl.col("net").cast(pl.Float64).pow(2).sum(),
    )
