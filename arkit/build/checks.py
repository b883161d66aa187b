"""Checks on a whole ledger: over-applied items, cancelled pairs, customers unknown or spelt in several ways."""

from __future__ import annotations

import polars as pl

from arkit.build.postings import as_categories, raw
from arkit.model.findings import find, together


def over_applied(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return findings on items to which more was applied than their amount: their balance changed its sign."""
    originals = entries.lazy().filter(pl.col("entry_type") == "original").join(_unsettled(entries), on="item")
    sums = originals.group_by("item").agg(pl.col("amount").sum(), pl.col("balance").first())
    crossed = sums.filter(pl.col("amount").sign() * pl.col("balance").sign() < 0).collect()
    rows = items.filter(pl.col("item").is_in(crossed["item"].implode())).drop("amount", strict=False)
    rows = rows.join(crossed.select("item", amount="balance"), on="item")
    return find("over_applied", rows, table="items", value="item_id")


def _unsettled(entries: pl.DataFrame) -> pl.LazyFrame:
    """Return the items whose entries do not add up to zero, with their balance."""
    # A running sum in order of items, less what it was at the item before: faster than a group for each item.
    sums = entries.lazy().select("item", total="amount").sort("item").with_columns(pl.col("total").cum_sum())
    ends = sums.filter(pl.col("item") != pl.col("item").shift(-1, fill_value=-1))
    balances = ends.select("item", balance=pl.col("total") - pl.col("total").shift(1, fill_value=0))
    return balances.filter(pl.col("balance") != 0)


def cancelled_pairs(items: pl.DataFrame, entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pair off each invoice with the credit note that refers to it, has its whole amount, and is not yet applied.

    Where the source moves one of the two later, the pair is taken back on that day: what is applied later does not
    change what was open before. Returns the raw entries of the pairs, and the findings.
    """
    credits = items.filter((pl.col("item_type") == "credit_note") & pl.col("reference").is_not_null())
    if credits.is_empty():
        return entries.clear(), together()
    pairs = _with_next_move(_opposite(credits, items), entries)
    pairs = pairs.filter(pl.col("moved_on").is_null() | (pl.col("moved_on") > pl.col("effective_on")))
    for one in ("item", "item_invoice"):
        pairs = pairs.unique(one, keep="first", maintain_order=True)
    stay = pairs.filter(pl.col("moved_on").is_null())
    taken_back = pairs.filter(pl.col("moved_on").is_not_null()).with_columns(
        -pl.col("amount", "base_amount"), effective_on="moved_on", recorded_on="moved_recorded"
    )
    return _legs(pl.concat([pairs, taken_back])), find("cancelled_pair", stay, table="items", value="reference")


def _opposite(credits: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return every invoice beside every credit note that could cancel it, with the day on which both are there."""
    invoices = items.filter(pl.col("amount") > 0).with_columns(opposite=-pl.col("amount"))
    same = ["entity", "account", "customer_id", "currency"]
    pairs = credits.join(
        invoices,
        left_on=["reference", "amount", *same],
        right_on=["document_id", "opposite", *same],
        suffix="_invoice",
    )
    return pairs.sort("document_date", "item_id", "document_date_invoice", "item_id_invoice").with_columns(
        effective_on=pl.max_horizontal("document_date", "document_date_invoice"),
        recorded_on=pl.max_horizontal("recorded_on", "recorded_on_invoice"),
    )


def _with_next_move(pairs: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs with the day of the first entry that the source has on either item, but the originals."""
    moves = entries.filter((pl.col("entry_type") != "original") & pl.col("effective_on").is_not_null())
    moves = moves.select(mover="item", moved_on="effective_on", moved_recorded="recorded_on")
    pair = ["item", "item_invoice"]
    movers = pl.concat([pairs.select(*pair, mover=one) for one in pair])
    first = movers.join(moves, on="mover").drop("mover").sort("moved_on", "moved_recorded", nulls_last=True)
    first = first.unique(pair, keep="first", maintain_order=True)
    return pairs.join(first, on=pair, how="left", maintain_order="left")


def _legs(pairs: pl.DataFrame) -> pl.DataFrame:
    stated = {"entry_type": pl.lit("application"), "amount_rest": pl.lit(0, dtype=pl.Int64)}
    credit = raw(
        pairs,
        table="items",
        **stated,
        amount=-pl.col("amount"),
        base_amount=-pl.col("base_amount"),
        counterpart=pl.col("item_invoice"),
        counterpart_item_id=pl.col("item_id_invoice"),
    )
    invoice = raw(
        pairs,
        table="items",
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
        given = given.with_columns(as_categories(["customer_id"]))
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
        return items["customer_id"].unique(maintain_order=True).to_frame(), nameless
    spellings = (
        items.group_by("customer_id", "name")
        .agg(pl.len(), pl.col("source_row").min())
        .sort("len", "name", descending=[True, False])
    )
    counted = spellings.group_by("customer_id", maintain_order=True).agg(
        # Payments name no customer in words; that is no spelling.
        pl.col("name").drop_nulls().first(),
        pl.col("name").drop_nulls().len().alias("spellings"),
        pl.col("source_row").min(),
    )
    several = counted.filter(pl.col("spellings") > 1)
    value = pl.format("{} and {} other spellings", "name", pl.col("spellings") - 1)
    return counted.select("customer_id", "name").sort("customer_id"), together(
        nameless, find("several_names", several, table="items", value=value)
    )
