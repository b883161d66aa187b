"""Marks: disputes, promises, payment plans and stops of supply, with their days."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.sample.company import Books
from arkit.ledger.sample.days import off_weekend
from arkit.ledger.sample.draws import Draws
from arkit.ledger.sample.tables import MONEY, as_date, in_units

LATE_DAYS: Final = 15  # who is later than that may be asked for a promise
PROMISE_PER_HUNDRED: Final = 60
KEPT_PER_HUNDRED: Final = 55
REASONS: Final = ("Goods damaged", "Price differs from the order", "Short delivery", "No order number on the invoice")
DAYS: Final = ("from", "to", "recorded_on", "promised_on")
COLUMNS: Final = ("item_id", "customer_id", "kind", "from", "to", "recorded_on", "amount", "promised_on", "note")


def marks_table(books: Books, rows: pl.DataFrame, clients: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Return marks.csv, as known when the books were closed: what ends later has no end yet."""
    ids = rows.filter(pl.col("line").is_not_null()).select("line", "item_id")
    lines = books.lines.join(ids, on="line", how="left", maintain_order="left")
    kinds = (_disputes(lines), _promises(lines, Draws(seed, "promises")), _plans(lines), _holds(clients))
    marks = pl.concat([_marks(kind) for kind in kinds]).filter(pl.col("from") <= books.window.close)
    open_end = pl.when(pl.col("to") <= books.window.close).then("to")
    marks = marks.with_columns(to=pl.when(pl.col("kind") == "promise").then("to").otherwise(open_end))
    marks = marks.sort("from", "kind", "item_id", "customer_id", nulls_last=True)
    return marks.select(as_date(name) if name in DAYS else pl.col(name) for name in COLUMNS)


def _marks(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with the columns of the marks; those it lacks are empty."""
    types = dict.fromkeys(DAYS, pl.Int64()) | {"amount": MONEY}
    frame = frame.with_columns(recorded_on=pl.col("from"))
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(types.get(name, pl.String())).alias(name)
        for name in COLUMNS
    )


def _disputes(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the disputes: raised around the due date, over when the invoice is paid."""
    disputed = lines.filter(pl.col("fate") == "disputed")
    begun = off_weekend(pl.max_horizontal(pl.col("due") - 10 + pl.col("luck") % 15, pl.col("recorded")))
    return disputed.with_columns(
        begun.alias("from"),
        kind=pl.lit("dispute"),
        to=pl.max_horizontal(pl.col("pay_day") - 3, begun + 1),
        amount=in_units(pl.col("amount"), disputed["currency"]),
        note=pl.Series(REASONS).gather(disputed["luck"] % len(REASONS)),
    )


def _promises(lines: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Return promises of customers who are late: kept ones name the day of payment, broken ones an earlier day."""
    asked = pl.Series(draws.below(lines.height, 100)) < PROMISE_PER_HUNDRED
    kept = pl.Series(draws.below(lines.height, 100)) < KEPT_PER_HUNDRED
    late = (pl.col("pay_day") > pl.col("due") + LATE_DAYS) & ~pl.col("fate").is_in(["disputed", "cancelled"])
    promised = lines.with_columns(kept=kept).filter(asked & late)
    asked_on = off_weekend(pl.max_horizontal(pl.col("due") + 8 + pl.col("luck") % 7, pl.col("recorded")))
    named = pl.when(pl.col("kept") & (pl.col("pay_day") < pl.col("due") + 150)).then("pay_day")
    return promised.with_columns(asked_on.alias("from")).with_columns(
        kind=pl.lit("promise"),
        promised_on=named.otherwise(off_weekend(pl.col("from") + 7)),
        to=named.otherwise(off_weekend(pl.col("from") + 7)),
        amount=in_units(pl.col("amount"), promised["currency"]),
    )


def _plans(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the agreements by which old items were replaced by new ones."""
    new = lines.filter(pl.col("replaces").is_not_null())
    return new.select(
        "item_id",
        pl.col("day").alias("from"),
        to="due",
        kind=pl.lit("plan"),
        amount=in_units(pl.col("amount"), new["currency"]),
    )


def _holds(clients: pl.DataFrame) -> pl.DataFrame:
    """Return the stops of supply to customers who stopped paying."""
    stopped = clients.filter(pl.col("behaviour") == "stops paying")
    return stopped.select(
        "customer_id", pl.col("active_to").alias("from"), kind=pl.lit("hold"), note=pl.lit("Supply stopped")
    )
