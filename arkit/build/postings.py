"""Entries out of what an export has: originals, settlements, applications, payments and all other movements.

Each function returns raw entries: one row for each dated signed amount, with the item it names (``item`` is missing
when there is no such item), and the attributes by which control totals are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from arkit.build.conform import Conformed
from arkit.build.parsing import proportion, read_amounts
from arkit.model.layout import Layout

KEYS: Final = ("entity", "account", "customer_id", "currency", "base_currency")
COLUMNS: Final = (
    "table",
    "source_row",
    "item",
    "item_id",
    *KEYS,
    "entry_type",
    "effective_on",
    "recorded_on",
    "amount",
    "amount_rest",
    "base_amount",
    "counterpart",
    "counterpart_item_id",
    "unread",
    "unread_amount",
    "misfit",
)
_CATEGORIES: Final = ("table", *KEYS, "entry_type")
_EMPTY: Final = {
    "counterpart": pl.Int32,
    "counterpart_item_id": pl.String,
    "recorded_on": pl.Date,
    "unread": pl.String,
    "unread_amount": pl.String,
    "misfit": pl.String,
    "amount_rest": pl.Int64,
    "base_amount": pl.Int64,
}


def raw(rows: pl.DataFrame, *, table: str, **stated: pl.Expr) -> pl.DataFrame:
    """Return rows as raw entries; columns that they lack are missing values."""
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in _EMPTY.items() if name not in rows.columns}
    frame = rows.with_columns(table=pl.lit(table), **{**absent, **stated})
    return frame.select(COLUMNS).with_columns(as_categories(_CATEGORIES))


def as_categories(columns: Sequence[str]) -> pl.Expr:
    """Return columns that repeat few values as categories: a quarter of the memory of text, and faster to group by."""
    return pl.col(columns).cast(pl.Categorical)


def originals(items: pl.DataFrame, *, table: str = "items") -> pl.DataFrame:
    """Return the original entry of each row of documents, unusable rows included."""
    return raw(items, table=table, entry_type=pl.lit("original"), effective_on=pl.col("document_date"))


def settlements(items: pl.DataFrame) -> pl.DataFrame:
    """Return the settlement of each item that the source says was settled on a day."""
    return raw(
        items.filter(pl.col("settled_on").is_not_null() & pl.col("fault").is_null()),
        table="items",
        entry_type=pl.lit("settlement"),
        effective_on=pl.col("settled_on"),
        recorded_on=pl.lit(None, dtype=pl.Date),
        amount=-pl.col("amount"),
        amount_rest=-pl.col("amount_rest"),
        base_amount=-pl.col("base_amount"),
    )


def undated_payments(items: pl.DataFrame, *, last_day: pl.Expr) -> pl.DataFrame:
    """Return the part paid of items paid on a day that the source does not tell, as a settlement on the last day."""
    part = pl.col("open_amount") - pl.col("amount")
    rows = items.filter(pl.col("settled_on").is_null() & pl.col("fault").is_null() & (part != 0))
    return raw(
        rows,
        table="items",
        entry_type=pl.lit("settlement"),
        effective_on=last_day,
        recorded_on=pl.lit(None, dtype=pl.Date),
        amount=part,
        amount_rest=pl.lit(0, dtype=pl.Int64),
        base_amount=proportion(pl.col("base_amount"), part=part, whole=pl.col("amount")),
    )


def other_entries(
    conformed: Conformed, items: pl.DataFrame, *, table: str, layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of an entries or applications table as raw entries, and the findings on their amounts."""
    rows = _named_items(conformed.rows, items)
    money = {"amount": "currency", "base_amount": "base_currency"}
    given = {name: currency for name, currency in money.items() if name in rows.columns}
    rows, findings = read_amounts(rows, given, table=table, layout=layout)
    rows = rows.with_columns(base_amount=_base_of_entry(rows))
    if table == "applications":
        return _two_legs(rows), findings
    known = layout.entries.types if layout.entries else {}
    return raw(rows, table=table, entry_type=pl.col("entry_type").replace(known)), findings


def _named_items(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Look up the items that entries name; where there is none, the counterpart tells entity, customer and currency."""
    rows = rows.join(items.select("item", "item_id"), on="item_id", how="left", maintain_order="left")
    # Items are numbered in their order, so what else is known of one is picked out by its number.
    told = items.select(*KEYS, item_amount="amount", item_base="base_amount")
    rows = rows.hstack(told.select(pl.all().gather(rows["item"])))
    if "counterpart_item_id" not in rows.columns:
        return rows
    others = items.select(counterpart="item", counterpart_item_id="item_id")
    rows = rows.join(others, on="counterpart_item_id", how="left", maintain_order="left")
    rows = rows.hstack(items.select(pl.col(KEYS).gather(rows["counterpart"]).name.suffix("_other")))
    return rows.with_columns(pl.coalesce(key, f"{key}_other").alias(key) for key in KEYS)


def _base_of_entry(rows: pl.DataFrame) -> pl.Expr:
    same = pl.col("currency") == pl.col("base_currency")
    at_item_rate = proportion(pl.col("item_base"), part=pl.col("amount"), whole=pl.col("item_amount"))
    derived = pl.when(same).then(pl.col("amount")).otherwise(at_item_rate)
    return pl.coalesce("base_amount", derived) if "base_amount" in rows.columns else derived


def _two_legs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return minus on the item and plus on its counterpart for each application."""
    # One amount cannot be of two currencies: it stays one of the first, and the row is set apart.
    differ = pl.col("currency") != pl.col("currency_other")
    if rows.select(differ.any()).item():
        misfit = pl.when(differ).then(pl.format("{} and {}", "currency", "currency_other"))
        rows = rows.with_columns(currency_other="currency", misfit=misfit)
    minus = raw(
        rows,
        table="applications",
        entry_type=pl.lit("application"),
        amount=-pl.col("amount"),
        amount_rest=-pl.col("amount_rest"),
        base_amount=-pl.col("base_amount"),
    )
    of_other = {key: pl.coalesce(f"{key}_other", key) for key in KEYS}
    plus = raw(
        rows,
        table="applications",
        entry_type=pl.lit("application"),
        item=pl.col("counterpart"),
        item_id=pl.col("counterpart_item_id"),
        counterpart=pl.col("item"),
        counterpart_item_id=pl.col("item_id"),
        **of_other,
    )
    return pl.concat([minus, plus])
