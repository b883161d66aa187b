"""Parts of a ledger: of every table the rows that belong to some of its items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

_CONTROL_COLUMNS: Final = ("entity", "account", "currency")


def part_of(
    tables: Mapping[str, pl.DataFrame], items: pl.DataFrame, *, name: str, wanted: list[str]
) -> dict[str, pl.DataFrame]:
    """Return the tables of the items whose column ``name`` has one of the wanted values, all that changes."""

    def having(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col(name).cast(pl.String).is_in(wanted))

    findings, marks, sales = tables["findings"], tables["marks"], tables["sales"]
    by_item = pl.col("item_id").is_in(_known(items, marks, findings).implode())
    by_customer = pl.col("customer_id").is_in(items["customer_id"].unique().implode())
    entries = rows_of_items(tables["entries"], items)
    findings = having(findings) if name in findings.columns else findings.filter(by_item)
    whole_keys = name in _CONTROL_COLUMNS
    return {
        "items": items,
        "entries": entries,
        "customers": tables["customers"].filter(by_customer),
        "marks": marks.filter(by_item | (pl.col("item_id").is_null() & by_customer)),
        "gl": having(tables["gl"]) if whole_keys else tables["gl"].clear(),
        "sales": having(sales) if name in sales.columns else sales.clear(),
        "findings": findings,
        "control": having(tables["control"]) if whole_keys else _control_of(entries, items, findings),
    }


def rows_of_items(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose ``item`` is one of the items."""
    # Items are numbers: a mark for each of them is looked up several times faster than a join finds them.
    highest = max(table.select(pl.col("item").max()).item() or 0 for table in (rows, items))
    marked = pl.zeros(highest + 1, dtype=pl.Boolean, eager=True).scatter(items["item"], True)
    return rows.filter(marked.gather(rows["item"]))


def _known(items: pl.DataFrame, *tables: pl.DataFrame) -> pl.Series:
    """Return the items that tables name: few of many, and quickly told from them."""
    named = pl.concat([table["item_id"] for table in tables])
    return items["item_id"].filter(items["item_id"].is_in(named.drop_nulls().implode()))


def _control_of(entries: pl.DataFrame, items: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Return control totals of a part that the raw rows cannot tell: its entries and the rows of it set apart."""
    keys = [*_CONTROL_COLUMNS, "effective_on", "recorded_on"]
    used = entries.join(items.select("item", *_CONTROL_COLUMNS), on="item").select(*keys, "amount")
    apart = findings.filter(pl.col("action") == "set_apart").select(*keys, "amount")
    together = pl.concat([used, apart], how="vertical_relaxed")
    return together.lazy().group_by(keys).agg(pl.col("amount").sum(), amount_rest=pl.lit(0, dtype=pl.Int64)).collect()
