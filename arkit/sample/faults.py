"""Planted faults: a few rows as they come out of real systems, so that every check has something to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import polars as pl

from arkit.sample.billing import CANCELLED, OVERPAID
from arkit.sample.company import Books
from arkit.sample.draws import Draws
from arkit.sample.tables import MONEY
from arkit.sample.world import WORLD, Sample

UNKNOWN_CUSTOMER: Final = "000099"
UNKNOWN_ITEM: Final = "ESI-404"
TOO_FINE: Final = "0.004"  # added to an amount in euro: less than half a cent, so rounding gives the true amount
SMALLEST: Final = 24  # faults are planted among so many of the smallest candidates
STRAY: Final = "payment_to_no_item"
NO_FAULTS: Final = pl.DataFrame(schema={"fault": pl.String, "item_id": pl.String})
NEW_DAYS: Final = 30  # so young an invoice is seldom paid yet


def planted_in_books(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """The faults that come from the company's history.

    These are the overpaid invoice, the cancelled pairs, and the receipt with cash on account that will be said to pay
    an invoice that does not exist.
    """
    ids = rows.select("line", "credit_number", "receipt", "item_id")
    over = books.lines.filter(pl.col("fate") == OVERPAID).select("line").join(ids, on="line")
    pairs = books.credits.filter(pl.col("fate") == CANCELLED).select("credit_number").join(ids, on="credit_number")
    on_account = books.receipts.filter((pl.col("too_much") > 0) & (pl.col("currency") == pl.col("base")))
    stray = on_account.sort("entity", "too_much", "receipt").head(1).select("receipt").join(ids, on="receipt")
    found = {"over_applied": over, "cancelled_pair": pairs, STRAY: stray}
    return pl.concat([_listed(fault, table["item_id"]) for fault, table in found.items()])


def with_faults(sample: Sample, *, seed: int) -> Sample:
    """The sample with faulty rows, each kind on other items, and the list of what was planted.

    The general ledger and the sales stay as they were: they are the truth that the faulty rows are compared with.
    """
    untouched, smallest, settled = _candidates(sample, Draws(seed, "faults"))
    changes = {
        "duplicate_item": smallest,
        "due_before_document": settled[:2],
        "missing_due_date": settled[2:5],
        "unknown_customer": untouched[:1],
        "too_many_decimals": untouched[1:2],
    }
    planted = [_listed(fault, ids) for fault, ids in changes.items()]
    return replace(
        sample,
        items=_changed(sample.items, {fault: ids.implode() for fault, ids in changes.items()}),
        applications=_with_stray_application(sample),
        faults=pl.concat([sample.faults, *planted]).sort("fault", "item_id"),
    )


def _listed(fault: str, ids: pl.Series) -> pl.DataFrame:
    return ids.to_frame("item_id").select(fault=pl.lit(fault), item_id="item_id")


def _candidates(sample: Sample, draws: Draws) -> tuple[pl.Series, pl.Series, pl.Series]:
    """New invoices that nothing happened to yet, the smallest settled one, and other settled ones, shuffled."""
    small = _small_plain_invoices(sample)
    ids = small["item_id"].implode()
    tables = (sample.applications, sample.entries)
    happened = pl.concat([table.filter(pl.col("item_id").is_in(ids))["item_id"] for table in tables])
    moved = small.with_columns(moved=pl.col("item_id").is_in(happened.implode()))
    smallest = moved.filter(~pl.col("new") & pl.col("moved"))["item_id"].head(1)
    shuffled = moved.filter(~pl.col("item_id").is_in(smallest.implode()))[draws.order(moved.height - smallest.len())]
    untouched = shuffled.filter(pl.col("new") & ~pl.col("moved"))
    settled = shuffled.filter(~pl.col("new") & pl.col("moved"))
    return untouched["item_id"], smallest, settled["item_id"]


def _small_plain_invoices(sample: Sample) -> pl.DataFrame:
    """The smallest new and the smallest older invoices of the first entity, in its own currency."""
    plain = (pl.col("item_type") == "invoice") & (pl.col("item_id") == pl.col("document_id"))
    plain &= pl.col("terms").str.starts_with("N") & pl.col("original_due_date").is_null()
    plain &= (pl.col("entity") == WORLD.entities[0].code) & (pl.col("currency") == pl.col("base_currency"))
    plain &= pl.col("recorded_on") == pl.col("document_date")
    plain &= ~pl.col("item_id").is_in(sample.faults["item_id"].implode())
    new = pl.col("document_date") > pl.col("document_date").max() - timedelta(days=NEW_DAYS)
    by_size = sample.items.with_columns(new=new).filter(plain).sort("amount", "item_id")
    return by_size.filter(pl.int_range(pl.len()).over("new") < SMALLEST)


def _changed(items: pl.DataFrame, chosen: dict[str, pl.Series]) -> pl.DataFrame:
    """The items with the faulty values in the chosen rows, and the duplicate at the end."""

    def hit(fault: str) -> pl.Expr:
        return pl.col("item_id").is_in(chosen[fault])

    early = pl.col("document_date").dt.offset_by("-3d")
    due = pl.when(hit("missing_due_date")).then(None).when(hit("due_before_document")).then(early).otherwise("due_date")
    finer = (pl.col("amount") + pl.lit(TOO_FINE).cast(MONEY)).cast(MONEY)
    changed = items.with_columns(
        due_date=due,
        customer_id=pl.when(hit("unknown_customer")).then(pl.lit(UNKNOWN_CUSTOMER)).otherwise("customer_id"),
        amount=pl.when(hit("too_many_decimals")).then(finer).otherwise("amount"),
    )
    return pl.concat([changed, changed.filter(hit("duplicate_item"))])


def _with_stray_application(sample: Sample) -> pl.DataFrame:
    """The applications and one more, of what a receipt has on account, to an item that does not exist."""
    receipt = sample.items.join(sample.faults.filter(fault=STRAY), on="item_id", how="semi")
    applied = sample.applications.filter(pl.col("counterpart_item_id").is_in(receipt["item_id"].implode()))
    left = -pl.col("amount") - applied["amount"].sum()
    stray = receipt.select(
        item_id=pl.lit(UNKNOWN_ITEM),
        counterpart_item_id="item_id",
        effective_on="document_date",
        recorded_on="recorded_on",
        amount=left,
        base_amount=left,
    )
    return pl.concat([sample.applications, stray.cast(sample.applications.schema)])
