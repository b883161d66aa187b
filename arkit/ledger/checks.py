"""Checks on a whole ledger: over-applied items, cancelled pairs, customers unknown or spelt in several ways."""

from __future__ import annotations

import polars as pl

from arkit.ledger.findings import find, together
from arkit.ledger.postings import raw


def over_applied(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return findings on items to which more was applied than their amount: their balance changed its sign."""
    amount = pl.col("amount").sum()
    balances = entries.lazy().group_by("item").agg(balance=amount).filter(pl.col("balance") != 0).collect()
    originals = entries.lazy().filter(pl.col("entry_type") == "original").join(balances.lazy(), on="item")
    sums = originals.group_by("item").agg(amount.alias("original"), pl.col("balance").first())
    crossed = sums.filter(pl.col("original").sign() * pl.col("balance").sign() < 0).collect()
    some = items.filter(pl.col("item").is_in(crossed["item"].implode())).drop("amount", strict=False)
    return find(
        "over_applied", some.join(crossed, on="item").with_columns(amount="balance"), table="items", value="item_id"
    )


def cancelled_pairs(items: pl.DataFrame, entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pair off each invoice with the credit note that refers to it, has its whole amount, and is not yet applied.

    Returns the raw entries that apply the two to each other, and the findings.
    """
    credits = items.filter((pl.col("item_type") == "credit_note") & pl.col("reference").is_not_null())
    if credits.is_empty():
        return entries.clear(), together()
    alone = items.join(entries.filter(pl.col("entry_type") != "original"), on="item", how="anti")
    invoices = alone.filter(pl.col("amount") > 0).with_columns(opposite=-pl.col("amount"))
    pairs = credits.join(alone.select("item"), on="item", how="semi").join(
        invoices,
        left_on=["reference", "amount", "entity", "account", "customer_id", "currency"],
        right_on=["document_id", "opposite", "entity", "account", "customer_id", "currency"],
        suffix="_invoice",
    )
    pairs = pairs.unique("item", keep="first", maintain_order=True).unique(
        "item_invoice", keep="first", maintain_order=True
    )
    pairs = pairs.with_columns(
        effective_on=pl.max_horizontal("document_date", "document_date_invoice"),
        recorded_on=pl.max_horizontal("recorded_on", "recorded_on_invoice"),
    )
    return _legs(pairs), find("cancelled_pair", pairs, table="items", value="reference")


def _legs(pairs: pl.DataFrame) -> pl.DataFrame:
    stated = {"table": "items", "entry_type": pl.lit("application"), "amount_rest": pl.lit(0, dtype=pl.Int64)}
    credit = raw(
        pairs,
        **stated,
        amount=-pl.col("amount"),
        base_amount=-pl.col("base_amount"),
        counterpart=pl.col("item_invoice"),
        counterpart_item_id=pl.col("item_id_invoice"),
    )
    invoice = raw(
        pairs,
        **stated,
        item=pl.col("item_invoice"),
        item_id=pl.col("item_id_invoice"),
        base_currency=pl.col("base_currency_invoice"),
        base_amount=pl.col("base_amount"),
        counterpart=pl.col("item"),
        counterpart_item_id=pl.col("item_id"),
    )
    return pl.concat([credit, invoice])


def customers_of(items: pl.DataFrame, given: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the customers of a ledger and what was found about them.

    Without a customers table they are taken from the items, each under its most frequent name.
    """
    nameless = find("no_customer", items.filter(pl.col("customer_id") == ""), table="items")
    if given is not None:
        unknown = items.join(given, on="customer_id", how="anti").filter(pl.col("customer_id") != "")
        first = unknown.unique("customer_id", keep="first", maintain_order=True).select(
            "source_row", "entity", "customer_id"
        )
        dated = ["valid_from"] if "valid_from" in given.columns else []
        again = given.filter(~pl.struct("customer_id", *dated).is_first_distinct())
        rows = given.unique(["customer_id", *dated], keep="first", maintain_order=True)
        unlisted = first.select("customer_id")
        return pl.concat([rows, unlisted], how="diagonal_relaxed"), together(
            nameless,
            find("unknown_customer", first, table="items", value="customer_id"),
            find("repeated_customer", again, table="customers", value="customer_id"),
        )
    if "name" not in items.columns:
        return items.select("customer_id").unique(maintain_order=True), nameless
    spellings = (
        items.group_by("customer_id", "name")
        .agg(pl.len(), pl.col("source_row").min())
        .sort("len", "name", descending=[True, False])
    )
    counted = spellings.group_by("customer_id", maintain_order=True).agg(
        pl.col("name").first(), pl.len().alias("spellings"), pl.col("source_row").min()
    )
    several = counted.filter(pl.col("spellings") > 1)
    value = pl.format("{} and {} other spellings", "name", pl.col("spellings") - 1)
    return counted.select("customer_id", "name").sort("customer_id"), together(
        nameless, find("several_names", several, table="items", value=value)
    )
