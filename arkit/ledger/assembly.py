"""Raw entries to a checked ledger: what can be used becomes entries, the rest findings; control totals cover both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from arkit.errors import LedgerError
from arkit.ledger.findings import find, find_faults, together, with_first_fault
from arkit.ledger.items import Items
from arkit.terms import ENTRY_TYPES

CONTROL_KEYS: Final = ("entity", "account", "currency", "effective_on", "recorded_on")
_UNKNOWN_ENTITY: Final = "(unknown)"


@dataclass(frozen=True)
class Entries:
    """The usable entries, the control totals over all raw rows, and what was found."""

    rows: pl.DataFrame
    control: pl.DataFrame
    findings: pl.DataFrame


def make_entries(raw: pl.DataFrame, items: Items) -> Entries:
    """Return the usable entries of a ledger; every raw row with an amount counts in the control totals."""
    raw = _with_known_entity(raw, items)
    raw, moved = _not_before_its_items(raw, items.usable)
    raw = _with_fault(raw)
    good = raw.filter(pl.col("fault").is_null() & pl.col("item").is_not_null())
    of_document = (pl.col("table") == "items") | (pl.col("entry_type") == "original")
    astray = raw.filter(pl.col("fault").is_not_null() & ~(of_document & (pl.col("table") != "entries")))
    findings = [find_faults(rows, table=str(table)) for (table,), rows in astray.group_by("table")]
    no_base = find("missing_base_amount", good.filter(pl.col("base_amount").is_null()), table="items", value="item_id")
    good = good.with_columns(pl.col("base_amount").fill_null(0))
    return Entries(_slim(good), control_totals(raw), together(moved, no_base, *findings))


def control_totals(raw: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of the raw amounts by entity, account, currency and day, whatever became of the rows."""
    sums = raw.lazy().group_by(CONTROL_KEYS).agg(pl.col("amount").sum(), pl.col("amount_rest").sum()).sort(CONTROL_KEYS)
    return sums.with_columns(pl.col(pl.Categorical).cast(pl.String)).collect()


def with_totals_beyond(control: pl.DataFrame, beyond: pl.DataFrame) -> pl.DataFrame:
    """Return control totals with what the totals of the file state beyond its items: a row of no day counts on each.

    It goes to the entity and account of the file where there is but one.
    """
    only = {name: control[name].unique() for name in ("entity", "account", "currency")}
    keys = {name: pl.lit(values[0] if len(values) == 1 else None) for name, values in only.items()}
    currency = pl.coalesce("currency", keys.pop("currency"))
    rows = beyond.select(currency=currency, amount="amount", **keys, amount_rest=pl.lit(0))
    absent = [pl.lit(None).alias(name) for name in control.columns if name not in rows.columns]
    return pl.concat([control, rows.with_columns(absent).select(control.columns).cast(control.schema)])


def _slim(good: pl.DataFrame) -> pl.DataFrame:
    return good.select(
        "item",
        "item_id",
        pl.col("entry_type").cast(pl.Categorical),
        "effective_on",
        "recorded_on",
        "amount",
        "base_amount",
        "counterpart_item_id",
    )


def _with_known_entity(raw: pl.DataFrame, items: Items) -> pl.DataFrame:
    entities = items.rows["entity"].unique()
    entity = entities[0] if len(entities) == 1 else _UNKNOWN_ENTITY
    missing = {"entity": entity, "account": ""}
    return raw.with_columns(pl.col(name).fill_null(missing[name]) for name in missing if raw[name].has_nulls())


def _not_before_its_items(raw: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let an application count not before either of its items exists."""
    if not (raw["entry_type"] == "application").any():
        return raw, together()
    born = items["document_date"]  # In the order of the items' numbers.
    of_both = pl.DataFrame({"own": born.gather(raw["item"]), "other": born.gather(raw["counterpart"])})
    raw = raw.with_columns(of_both.select(first=pl.max_horizontal("own", "other")))
    early = raw.select((pl.col("entry_type") == "application") & (pl.col("effective_on") < pl.col("first"))).to_series()
    given = pl.col("effective_on").cast(pl.String)
    moved = find("before_its_items", raw.filter(early), table="applications", value=given)
    return raw.with_columns(effective_on=pl.when(early).then("first").otherwise("effective_on")).drop("first"), moved


def _with_fault(raw: pl.DataFrame) -> pl.DataFrame:
    lost_counterpart = pl.col("counterpart_item_id").is_not_null() & pl.col("counterpart").is_null()
    unreadable = pl.col("effective_on").is_null() & pl.col("unread").is_not_null()
    no_counterpart = (pl.col("entry_type") == "application") & lost_counterpart
    half = (pl.col("table") == "applications") & pl.col("counterpart_item_id").is_null()
    return with_first_fault(
        raw,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("item_id").is_null() | half, "missing_id", None),
            (pl.col("item").is_null(), "payment_to_no_item", pl.col("item_id")),
            (no_counterpart, "payment_to_no_item", pl.col("counterpart_item_id")),
            (unreadable, "unreadable_date", pl.col("unread")),
            (pl.col("effective_on").is_null(), "missing_date", None),
            (pl.col("misfit").is_not_null(), "two_currencies", pl.col("misfit")),
            (~pl.col("entry_type").is_in(ENTRY_TYPES).fill_null(False), "unknown_entry_type", pl.col("entry_type")),
        ],
    )


def covered_days(entries: pl.DataFrame, *, first: date | None, last: date | None) -> tuple[date, date]:
    """Return the days that a ledger can answer: as stated, or from the first entry to the last day it knows of."""
    found = entries.select(
        first=pl.col("effective_on").min(),
        last=pl.max_horizontal(pl.col("effective_on").max(), pl.col("recorded_on").max()),
    ).row(0)
    covers = first or found[0], last or found[1]
    if covers[0] > covers[1]:
        raise LedgerError(
            f"A ledger cannot cover the days from {covers[0]} to {covers[1]}. Give the earlier one first."
        )
    return covers
