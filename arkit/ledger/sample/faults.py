"""Planted faults: a few rows as they come out of real systems, so that every check has something to find."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from arkit.ledger.sample.company import Books
from arkit.ledger.sample.draws import Draws
from arkit.ledger.sample.fates import CANCELLED, OVERPAID
from arkit.ledger.sample.model import Sample

UNKNOWN_CUSTOMER: Final = "000099"
UNKNOWN_ITEM: Final = "ESI-404"
TOO_FINE: Final = "0.004"  # added to an amount in euro: less than half a cent, so rounding gives the true amount
SMALLEST: Final = 12  # faults are planted among so many of the smallest candidates
_FAULTS: Final = {"fault": pl.String, "table": pl.String, "item_id": pl.String}


def planted_in_books(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the faults that are part of the company's history: the overpaid invoice and the cancelled pairs."""
    ids = rows.select("line", "credit_number", "item_id")
    over = books.lines.filter(pl.col("fate") == OVERPAID).select("line").join(ids, on="line")
    pairs = books.credits.filter(pl.col("fate") == CANCELLED).select("credit_number").join(ids, on="credit_number")
    return pl.concat(
        [
            _listed("over_applied", "items", over["item_id"]),
            _listed("cancelled_pair", "items", pairs["item_id"]),
        ]
    )


def with_faults(sample: Sample, *, seed: int) -> Sample:
    """Return the sample with faulty rows, each kind on other items, and the list of what was planted.

    The general ledger and the sales stay as they were: they are the truth that the faulty rows are compared with.
    """
    candidates = _candidates(sample, Draws(seed, "faults"))
    untouched, settled = candidates.filter(~pl.col("moved")), candidates.filter("moved")
    changes = {
        "due_before_document": settled["item_id"][:2],
        "missing_due_date": settled["item_id"][2:5],
        "duplicate_item": settled["item_id"][5:6],
        "unknown_customer": untouched["item_id"][:1],
        "too_many_decimals": untouched["item_id"][1:2],
    }
    applications, stray = _with_stray_application(sample)
    planted = [_listed(name, "items", ids) for name, ids in changes.items()]
    planted.append(_listed("payment_to_no_item", "applications", stray))
    return replace(
        sample,
        items=_changed(sample.items, {name: ids.implode() for name, ids in changes.items()}),
        applications=applications,
        faults=pl.concat([sample.faults, *planted]).sort("fault", "item_id"),
    )


def _listed(fault: str, table: str, ids: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"fault": [fault] * ids.len(), "table": [table] * ids.len(), "item_id": ids}, schema=_FAULTS)


def _candidates(sample: Sample, draws: Draws) -> pl.DataFrame:
    """Return small, plain invoices of the first entity, shuffled, and whether anything happened to them since."""
    home = sample.items["entity"][0]
    plain = (pl.col("item_type") == "invoice") & (pl.col("item_id") == pl.col("document_id"))
    plain &= pl.col("terms").str.starts_with("N") & pl.col("original_due_date").is_null()
    plain &= (pl.col("entity") == home) & (pl.col("currency") == pl.col("base_currency"))
    planted = sample.faults["item_id"].implode()
    moved = pl.concat([sample.applications["item_id"], sample.entries["item_id"]]).unique().implode()
    found = sample.items.filter(plain & ~pl.col("item_id").is_in(planted)).sort("amount", "item_id")
    found = found.with_columns(moved=pl.col("item_id").is_in(moved))
    smallest = found.filter(pl.int_range(pl.len()).over("moved") < SMALLEST)
    return smallest[draws.order(smallest.height)]


def _changed(items: pl.DataFrame, chosen: dict[str, pl.Series]) -> pl.DataFrame:
    """Return the items with the faulty values in the chosen rows, and the duplicate at the end."""

    def hit(fault: str) -> pl.Expr:
        return pl.col("item_id").is_in(chosen[fault])

    early = pl.col("document_date").dt.offset_by("-3d")
    due = pl.when(hit("missing_due_date")).then(None).when(hit("due_before_document")).then(early).otherwise("due_date")
    finer = (pl.col("amount") + pl.lit(TOO_FINE).cast(items.schema["amount"])).cast(items.schema["amount"])
    changed = items.with_columns(
        due_date=due,
        customer_id=pl.when(hit("unknown_customer")).then(pl.lit(UNKNOWN_CUSTOMER)).otherwise("customer_id"),
        amount=pl.when(hit("too_many_decimals")).then(finer).otherwise("amount"),
    )
    return pl.concat([changed, changed.filter(hit("duplicate_item"))])


def _with_stray_application(sample: Sample) -> tuple[pl.DataFrame, pl.Series]:
    """Add an application to an item that does not exist, of cash that is on account."""
    receipts = sample.items.filter((pl.col("item_type") == "receipt") & (pl.col("currency") == pl.col("base_currency")))
    applied = sample.applications.group_by(item_id="counterpart_item_id").agg(applied=pl.col("amount").sum())
    left = receipts.join(applied, on="item_id").with_columns(left=-pl.col("amount") - pl.col("applied"))
    one = left.filter(pl.col("left") > 0).sort("left", "item_id").head(1)
    stray = one.select(
        item_id=pl.lit(UNKNOWN_ITEM),
        counterpart_item_id="item_id",
        effective_on="document_date",
        recorded_on="recorded_on",
        amount="left",
        base_amount="left",
    ).cast(sample.applications.schema)
    return pl.concat([sample.applications, stray]), stray["item_id"]
