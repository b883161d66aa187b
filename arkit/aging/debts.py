"""Debts: what was billed, with whatever carries it on, so that a renegotiated invoice does not look paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import narwhals as nw
import polars as pl

from arkit.calendar import day_of
from arkit.model.ledger import Ledger
from arkit.model.periods import day_number

BILLED: Final = ("invoice", "debit_note")
# Each pass doubles the length of the chains that are followed: enough for a million renewals of one debt.
_PASSES: Final = 20


def require_history(ledger: Ledger, as_of: date | str) -> date:
    """Return a day as a date, if the ledger covers it and is more than a snapshot of it.

    Raises
    ------
    CoverageError
        It does not, or is.
    """
    day = ledger.require(as_of)
    if ledger.is_snapshot:
        ledger.require(day - timedelta(days=1))
    return day


def billings(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return the invoices and debit notes up to a day: ``debt``, ``customer_id``, ``document_day`` and ``billed``.

    An item that carries on another one was not billed anew; it belongs to the debt with which it began.
    """
    items = ledger.frames.items.lazy().filter(
        pl.col("item_type").cast(pl.String).is_in(BILLED) & pl.col("replaces").is_null()
    )
    rows = nw.from_native(items.select("item", "customer_id", document_day=day_number("document_date")))
    entries = ledger.frames.entries.lazy().filter(
        (pl.col("entry_type") == "original") & (pl.col("effective_on") <= day)
    )
    originals = nw.from_native(entries.select("item", billed="amount")).group_by("item").agg(nw.col("billed").sum())
    return rows.join(originals, on="item", how="inner").filter(nw.col("billed") > 0)


def with_debt(rows: nw.LazyFrame[pl.LazyFrame], ledger: Ledger) -> nw.LazyFrame[pl.LazyFrame]:
    """Return rows that have ``item`` with ``debt``: the item with which the debt began that the item carries on."""
    links = carried_on(ledger)
    if links.is_empty():
        return rows.with_columns(nw.col("item").alias("debt"))
    rows = rows.join(nw.from_native(links.lazy()), on="item", how="left")
    return rows.with_columns(nw.coalesce("debt", "item").alias("debt"))


def carried_on(ledger: Ledger) -> pl.DataFrame:
    """Return ``item`` and ``debt`` of the items that carry on another one, over any number of renewals.

    An item in another currency carries nothing on: amounts of two currencies are never added.
    """
    items = ledger.frames.items
    later = items.filter(pl.col("replaces").is_not_null()).select("item", "currency", item_id="replaces")
    first = items.select("item_id", "currency", debt="item")
    links = later.join(first, on=["item_id", "currency"]).select("item", "debt")
    for _ in range(_PASSES):
        further = links.join(links.select(debt="item", first="debt"), on="debt", how="left")
        if further["first"].null_count() == further.height:
            break
        links = further.select("item", debt=pl.coalesce("first", "debt"))
    return links


def unpaid_until(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return ``debt`` and ``until``, the first day on which nothing of it was owed any more, as it is seen on a day.

    A debt that is open on the day has a later ``until``; one that was settled as it was billed is not there.
    """
    periods = nw.from_native(ledger.periods.lazy())
    owed = periods.filter(nw.col("open_amount") > 0, nw.col("since") <= day_of(day))
    return with_debt(owed.select("item", "until"), ledger).group_by("debt").agg(nw.col("until").max())


def followed(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return each billing with the days after which and up to which it was at risk, and whether it was paid then.

    ``owed`` is 1 where it is still unpaid; what was credited or transferred away is neither paid nor owed.
    """
    number, first = day_of(day), day_of(ledger.covers[0])
    rows = billings(ledger, day).with_columns(nw.col("item").alias("debt"))
    rows = rows.join(unpaid_until(ledger, day), on="debt", how="left")
    rows = rows.join(_not_paid(ledger, day), on="debt", how="left")
    lost = nw.col("off").fill_null(0) * 2 > nw.col("billed")
    void = nw.col("void").fill_null(0) * 2 > nw.col("billed")
    until = nw.coalesce("until", "document_day")
    still = (until > number) | lost
    began = nw.col("document_day")
    rows = rows.with_columns(
        (nw.when(still).then(nw.lit(number)).otherwise(until) - began).alias("leaves"),
        # Day -1: at risk on the day of the document itself.
        nw.when(began >= first).then(nw.lit(-1)).otherwise(nw.lit(first) - began).alias("enters"),
        nw.when(still | void).then(0).otherwise(1).alias("paid"),
        nw.when(still).then(1).otherwise(0).alias("owed"),
    )
    return rows.filter(nw.col("leaves") >= 0)


def _not_paid(ledger: Ledger, day: date) -> nw.LazyFrame[pl.LazyFrame]:
    """Return how much of each debt was written off (``off``), or credited, corrected or transferred away (``void``)."""
    entries = ledger.frames.entries.lazy().filter(pl.col("effective_on") <= day)
    credits = ledger.frames.items.lazy().filter(pl.col("item_type") == "credit_note")
    renewals = carried_on(ledger).lazy()
    kind = pl.col("entry_type")
    credited = entries.filter(kind == "application").join(
        credits.select(counterpart_item_id="item_id"), on="counterpart_item_id", how="semi"
    )
    # What was transferred to the item that carries the debt on comes back as that item's original.
    renewed = entries.filter(kind == "original").join(renewals, on="item", how="semi")
    moved = entries.filter((kind == "correction") | (kind == "transfer"))
    off = entries.filter(kind == "write_off").select("item", off=-pl.col("amount"), void=0)
    void = [part.select("item", off=0, void=-pl.col("amount")) for part in (credited, renewed, moved)]
    rows = nw.from_native(pl.concat([off, *void], how="vertical_relaxed"))
    return with_debt(rows, ledger).group_by("debt").agg(nw.col("off", "void").sum())
