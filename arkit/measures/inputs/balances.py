"""What is open: balances on the day and at the start of the window, disputes and concentration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.buckets import bucketed_on, counted_on, standing_on
from arkit.balances.open_items import disputed_items
from arkit.balances.trend import trend_frame
from arkit.days import day_of
from arkit.measures.inputs.rows import Rows, group_sums
from arkit.measures.question import AS_OF, Question, of_days, once
from arkit.terms import NOT_DUE

LARGEST: Final = 10


@once
def balances(question: Question) -> pl.DataFrame:
    """Return ``receivables`` (gross), ``not_due``, ``past_due``, ``oldest`` (last bucket), ``unapplied``, ``net``."""
    labels = question.policy.labels
    table = trend_frame(question.ledger, question.days, by=question.by, policy=question.policy)
    not_due = pl.col(NOT_DUE) if NOT_DUE in labels else pl.lit(None, dtype=pl.Int64)
    return table.select(
        pl.col("as_of").cast(pl.Int32).alias(AS_OF),
        *question.groups,
        pl.col("gross").alias("receivables"),
        not_due.alias("not_due"),
        (pl.col("gross") - not_due).alias("past_due"),
        pl.col(labels[-1]).alias("oldest"),
        "unapplied",
        "net",
    )


def opening(question: Question) -> pl.DataFrame:
    """Return ``opening``: gross receivables at the start of the window; missing where the ledger begins later."""
    begun = [window for window in question.windows if question.ledger.covers[0] <= window.start]
    nothing = pl.when(question.knows_window).then(0).cast(pl.Int64)
    groups = balances(question).select(question.keys).filter(~of_days([window.end for window in begun]))
    others = groups.with_columns(opening=nothing)
    if not begun:
        return others
    starts = {"day": [day_of(window.start) for window in begun], AS_OF: [day_of(window.end) for window in begun]}
    of_start = nw.from_native(pl.LazyFrame(starts, schema={"day": pl.Int32, AS_OF: pl.Int32}))
    rows = _receivables(question, [window.start for window in begun]).join(of_start, on="day", how="inner")
    return pl.concat(
        [group_sums(question, rows.with_columns(nw.col("open_amount").alias("opening")), ["opening"]), others]
    )


def _receivables(question: Question, days: Sequence[date]) -> Rows:
    """Return what is owed on each ``day``: all that is open but the unapplied."""
    return counted_on(question.ledger, days, policy=question.policy).filter(nw.col("open_amount") > 0)


@once
def receivables_by_document_day(question: Question) -> pl.DataFrame:
    """Return ``not_due`` and ``past_due`` receivables by group and ``day`` of their document."""
    gross = nw.col("bucket") < len(question.policy.labels)
    due = nw.col("bucket") > (0 if question.policy.has_not_due else -1)
    rows = bucketed_on(question.ledger, question.days, policy=question.policy).filter(gross, nw.col("open_amount") != 0)
    split = rows.with_columns(
        nw.col("day").alias(AS_OF),
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
    daily = [
        pl.DataFrame({"item_id": disputed_items(ledger, day)}).with_columns(day=pl.lit(day_of(day), pl.Int32))
        for day in question.days
    ]
    disputed = ledger.frames.items.lazy().select("item", "item_id").join(pl.concat(daily).lazy(), on="item_id")
    rows = _receivables(question, question.days).join(nw.from_native(disputed), on=["item", "day"], how="semi")
    rows = rows.with_columns(nw.col("open_amount").alias("disputed"), nw.col("day").alias(AS_OF))
    sums = group_sums(question, rows, ["disputed"])
    together = groups.join(sums, on=question.keys, how="left", nulls_equal=True)
    return together.with_columns(pl.col("disputed").fill_null(0))


def concentration(question: Question) -> pl.DataFrame:
    """Return of the customers' positive balances their sum, ``positive``, the ten ``largest`` and their ``squares``."""
    rows = standing_on(question.ledger, question.days)
    rows = rows.with_columns(nw.col("open_amount").alias("net"), nw.col("day").alias(AS_OF))
    beside = [] if "customer_id" in question.groups else ["customer_id"]
    owing = group_sums(question, rows, ["net"], beside=beside).filter(pl.col("net") > 0)
    # In whole numbers, so that the order of the rows cannot change the last digit of the sum.
    exact = pl.col("net").cast(pl.Int128)
    return owing.group_by(question.keys).agg(
        positive=pl.col("net").sum(),
        largest=pl.col("net").top_k(LARGEST).sum(),
        squares=(exact * exact).sum().cast(pl.Float64),
    )
