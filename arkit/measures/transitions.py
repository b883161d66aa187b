"""Transitions: what became of each open item from one month-end to the next."""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.balances.buckets import bucketed_on
from arkit.balances.grouping import By, group_columns, with_columns_for
from arkit.days import day_of, month_ends_back, months_before
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.periods import day_number
from arkit.policy import Policy

OUTCOMES: Final = ("rolled", "stayed", "cured", "written_off", "transferred")
# The next bucket of what is no longer open.
GONE: Final = -1
_ENDINGS: Final = ("cured", "written_off", "transferred")
_SUMS: Final = ("amount", "kept", *_ENDINGS, *(f"{name}_items" for name in ("kept", *_ENDINGS)))


def days_followed(ledger: Ledger, as_of: date | str, months: int) -> list[date]:
    """Return the month-ends between which items are followed, the earliest first, as far back as the ledger goes.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or not the month before it either.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    last = ledger.require(as_of)
    ledger.require(months_before(last, 1))
    return [day for day in month_ends_back(last, months) if day >= ledger.covers[0]]


def transitions(ledger: Ledger, days: list[date], *, by: By, policy: Policy) -> pl.DataFrame:
    """Return what was open on each day but the last, by the bucket in which it was on the next.

    Returns
    -------
    DataFrame
        The group columns (attributes of customers as of the earlier day), ``day`` (the next one), ``bucket``,
        ``bucket_next``, ``amount`` with its parts ``kept`` (still open), ``cured``, ``written_off`` and ``transferred``
        in minor units, and ``items`` with their parts.
    """
    keys = group_columns(by, ledger)
    rows = with_columns_for(_followed(ledger, days, policy), keys, ledger, days)
    rows = _counted(_split(rows)).select(*keys, nw.col("next_day").alias("day"), "bucket", "bucket_next", *_SUMS)
    sums = rows.group_by(*keys, "day", "bucket", "bucket_next").agg(nw.col(*_SUMS).sum(), nw.len().alias("items"))
    table: pl.DataFrame = sums.to_native().collect()
    as_of = pl.from_epoch(pl.col("day").cast(pl.Int32), time_unit="d").alias("as_of")
    return table.select(pl.col(keys).cast(pl.String), as_of, pl.exclude(*keys, "day")).with_columns(
        pl.col("^.*items$").cast(pl.Int64)
    )


def _followed(ledger: Ledger, days: list[date], policy: Policy) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each item owed on a day beside its bucket and balance on the next, and what was booked in between."""
    owed = bucketed_on(ledger, days, policy=policy).filter(nw.col("open_amount") > 0)
    numbers = [day_of(day) for day in days]
    steps = pl.DataFrame({"day": numbers[:-1], "next_day": numbers[1:]}, schema={"day": pl.Int32, "next_day": pl.Int32})
    then = owed.join(nw.from_native(steps.lazy()), on="day", how="inner")
    now = owed.select(
        "item",
        nw.col("day").alias("next_day"),
        nw.col("bucket").alias("bucket_next"),
        nw.col("open_amount").alias("open_next"),
    )
    rows = then.join(now, on=["item", "next_day"], how="left")
    return rows.join(_booked(ledger, numbers), on=["item", "next_day"], how="left")


def _booked(ledger: Ledger, numbers: list[int]) -> nw.LazyFrame[pl.LazyFrame]:
    """Return ``off`` and ``moved``, what was written off and transferred of each item up to each day since the last."""
    entries = ledger.frames.entries.lazy().select(
        "item", "amount", entry_type=pl.col("entry_type").cast(pl.String), day=day_number("effective_on")
    )
    rows = nw.from_native(entries).filter(
        nw.col("entry_type").is_in(["write_off", "transfer"]),
        nw.col("day") > numbers[0],
        nw.col("day") <= numbers[-1],
    )
    next_day = nw.lit(numbers[-1], nw.Int32)
    for number in reversed(numbers[1:-1]):
        next_day = nw.when(nw.col("day") <= number).then(nw.lit(number, nw.Int32)).otherwise(next_day)
    is_off = nw.col("entry_type") == "write_off"
    rows = rows.with_columns(
        next_day.alias("next_day"),
        nw.when(is_off).then(-nw.col("amount")).otherwise(0).alias("off"),
        nw.when(is_off).then(0).otherwise(-nw.col("amount")).alias("moved"),
    )
    return rows.group_by("item", "next_day").agg(nw.col("off", "moved").sum())


def _split(rows: nw.LazyFrame[pl.LazyFrame]) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows with their amount in parts: what is still open, and how the rest went; to the last minor unit."""
    rows = rows.with_columns(nw.col("open_next", "off", "moved").fill_null(0), nw.col("open_amount").alias("amount"))
    rows = rows.with_columns(_at_most(nw.col("open_next"), nw.col("amount")).alias("kept"))
    rows = rows.with_columns(_at_most(nw.col("off"), nw.col("amount") - nw.col("kept")).alias("written_off"))
    rest = nw.col("amount") - nw.col("kept") - nw.col("written_off")
    rows = rows.with_columns(_at_most(nw.col("moved"), rest).alias("transferred"))
    gone = nw.col("kept") == 0
    return rows.with_columns(
        (rest - nw.col("transferred")).alias("cured"),
        nw.when(gone).then(nw.lit(GONE)).otherwise(nw.col("bucket_next")).alias("bucket_next"),
    )


def _at_most(wanted: nw.Expr, most: nw.Expr) -> nw.Expr:
    some = nw.when(wanted < most).then(wanted).otherwise(most)
    return nw.when(wanted > 0).then(some).otherwise(0)


def _counted(rows: nw.LazyFrame[pl.LazyFrame]) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows with a one where the item as a whole went: a settled item where most of its amount went."""
    kept = nw.col("kept") > 0
    off = nw.col("written_off") * 2 > nw.col("amount")
    moved = nw.col("transferred") * 2 > nw.col("amount")
    flags = {"kept": kept, "written_off": ~kept & off, "transferred": ~kept & moved, "cured": ~kept & ~off & ~moved}
    return rows.with_columns(
        nw.when(flag).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).alias(f"{name}_items")
        for name, flag in flags.items()
    )


def outcomes(moves: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Return transitions summed over the next buckets: ``amount`` and ``items`` of each group and bucket by outcome."""
    older = pl.col("bucket_next") > pl.col("bucket")
    kept = [
        pl.col(source).filter(flag).sum().alias(name)
        for suffix in ("", "_items")
        for source, name, flag in (
            (f"kept{suffix}", f"rolled{suffix}", older),
            (f"kept{suffix}", f"stayed{suffix}", ~older),
        )
    ]
    columns = [*OUTCOMES, *(f"{name}_items" for name in OUTCOMES)]
    endings = [name for name in columns if not name.startswith(("rolled", "stayed"))]
    sums = moves.group_by(*keys, "bucket").agg(pl.col("amount", "items", *endings).sum(), *kept)
    return sums.select(*keys, "bucket", "amount", "items", *columns)
