"""What was given up in the window: write-offs and discounts."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from arkit.measures.inputs.rows import (
    DEBITS,
    INVOICES,
    entries_of,
    group_sums,
    in_windows,
    items_of,
    of_known_window,
    with_what_they_paid,
)
from arkit.measures.question import AS_OF, Question


def write_offs(question: Question) -> pl.DataFrame:
    """Return ``written_off`` in the window, of everything but credits and receipts."""
    entries = in_windows(question, entries_of(question, "write_off"))
    rows = entries.join(items_of(question, DEBITS), on="item", how="inner")
    rows = rows.with_columns((-nw.col("amount")).alias("written_off"))
    return of_known_window(question, group_sums(question, rows, ["written_off"]))


def discounts(question: Question) -> pl.DataFrame:
    """Return discounts ``taken`` and ``offered`` on the items with discount terms that were settled in the window.

    Offered is the discount rate on what was paid or discounted: a part that was credited earns no discount.
    """
    offers = items_of(question, INVOICES, "discount_date", "discount_rate")
    offers = offers.filter(nw.col("discount_rate") > 0, ~nw.col("discount_date").is_null())
    entries = entries_of(question).join(offers.select("item"), on="item", how="inner")
    # Settled in the window is what was changed in it and has nothing open on its last day.
    changed = in_windows(question, entries.filter(nw.col("amount") != 0)).select("item", AS_OF).unique()
    rows = with_what_they_paid(question, entries).join(changed, on="item", how="inner")
    discount = nw.when(nw.col("entry_type") == "discount").then(-nw.col("amount")).otherwise(0)
    rows = rows.filter(nw.col("day") <= nw.col(AS_OF)).with_columns(discount.alias("taken"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid", "taken").sum())
    settled = items.filter(nw.col("amount") == 0).join(offers, on="item", how="inner")
    offered = ((nw.col("paid") + nw.col("taken")) * nw.col("discount_rate")).round(0).cast(nw.Int64)
    sums = group_sums(question, settled.with_columns(offered.alias("offered")), ["taken", "offered"])
    return of_known_window(question, sums)
