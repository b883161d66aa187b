"""Debts: what was billed, with whatever carries it on, so that a renegotiated invoice does not look paid."""

from datetime import date, timedelta
from typing import Final

import narwhals as nw
import polars as pl

from arkit.calendar import day_of
from arkit.model.engine import Rows, beside, collect, is_one_of
from arkit.model.ledger import Ledger

BILLED: Final = ("invoice", "debit_note")
# Each pass doubles the length of the chains that are followed: enough for a million renewals of one debt.
_PASSES: Final = 20


def require_history(ledger: Ledger, as_of: date | str) -> date:
    """A day as a date, if the ledger covers it and is more than a snapshot of it.

    Raises
    ------
    CoverageError
        It does not, or is.
    """
    day = ledger.require(as_of)
    if ledger.is_snapshot:
        ledger.require(day - timedelta(days=1))
    return day


def billings(ledger: Ledger, day: date) -> Rows:
    """The invoices and debit notes up to a day: ``debt``, ``customer_id``, ``document_day`` and ``billed``.

    An item that carries on another one was not billed anew; it belongs to the debt with which it began.
    """
    items = ledger.scan("items").filter(is_one_of("item_type", *BILLED), nw.col("replaces").is_null())
    entries = ledger.scan("entries").filter(nw.col("entry_type") == "original", nw.col("effective_on") <= day)
    originals = entries.group_by("item").agg(nw.col("amount").sum().alias("billed"))
    rows = items.select("item", "customer_id", "document_day").join(originals, on="item", how="inner")
    return rows.filter(nw.col("billed") > 0)


def with_debt(rows: Rows, ledger: Ledger) -> Rows:
    """Rows that have ``item`` with ``debt``: the item with which the debt began that the item carries on."""
    links = carried_on(ledger)
    if links.is_empty():
        return rows.with_columns(nw.col("item").alias("debt"))
    rows = rows.join(beside(links, rows), on="item", how="left")
    return rows.with_columns(nw.coalesce("debt", "item").alias("debt"))


def carried_on(ledger: Ledger) -> pl.DataFrame:
    """``item`` and ``debt`` of the items that carry on another one, over any number of renewals.

    An item in another currency carries nothing on: amounts of two currencies are never added.
    """
    items = ledger.scan("items")
    later = items.filter(~nw.col("replaces").is_null()).select("item", "currency", nw.col("replaces").alias("item_id"))
    first = items.select("item_id", "currency", nw.col("item").alias("debt"))
    links = collect(later.join(first, on=["item_id", "currency"], how="inner").select("item", "debt"))
    for _ in range(_PASSES):
        further = links.join(links.select(debt="item", first="debt"), on="debt", how="left")
        if further["first"].null_count() == further.height:
            break
        links = further.select("item", debt=pl.coalesce("first", "debt"))
    return links


def unpaid_until(ledger: Ledger, day: date) -> Rows:
    """``debt`` and ``until``, the first day on which nothing of it was owed any more, as it is seen on a day.

    A debt that is open on the day has a later ``until``; one that was settled as it was billed is not there.
    """
    owed = ledger.scan("periods").filter(nw.col("open_amount") > 0, nw.col("since") <= day_of(day))
    return with_debt(owed.select("item", "until"), ledger).group_by("debt").agg(nw.col("until").max())


def followed(ledger: Ledger, day: date) -> Rows:
    """Each billing with the days after which and up to which it was at risk, and whether it was paid then.

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


def _not_paid(ledger: Ledger, day: date) -> Rows:
    """How much of each debt was written off (``off``), or credited, corrected or transferred away (``void``)."""
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day)
    credits = ledger.scan("items").filter(nw.col("item_type") == "credit_note").select("item_id")
    credited = entries.filter(nw.col("entry_type") == "application").join(
        credits, left_on="counterpart_item_id", right_on="item_id", how="semi"
    )
    # What was transferred to the item that carries the debt on comes back as that item's original.
    renewals = beside(carried_on(ledger), entries)
    renewed = entries.filter(nw.col("entry_type") == "original").join(renewals, on="item", how="semi")
    moved = entries.filter(is_one_of("entry_type", "correction", "transfer"))
    lost, nothing = (-nw.col("amount")), nw.lit(0, nw.Int64)
    off = entries.filter(nw.col("entry_type") == "write_off").select("item", lost.alias("off"), nothing.alias("void"))
    void = [part.select("item", nothing.alias("off"), lost.alias("void")) for part in (credited, renewed, moved)]
    return with_debt(nw.concat([off, *void]), ledger).group_by("debt").agg(nw.col("off", "void").sum())
