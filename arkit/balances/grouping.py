"""Group columns: attributes of the item are in the periods; those of the customer are mapped as of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import narwhals as nw
import polars as pl

from arkit.errors import unknown_name
from arkit.ledger.model import Ledger

By = str | Sequence[str] | None


def group_columns(by: By, ledger: Ledger) -> list[str]:
    """Return the group columns asked for, and the currency, which is always one of them.

    Raises
    ------
    UnknownNameError
        Neither items nor customers have such a column.
    """
    names = [by] if isinstance(by, str) else list(by or [])
    known = [*ledger.frames.items.columns, *ledger.frames.customers.columns]
    for name in names:
        if name not in known or name == "item":
            raise unknown_name("column to group by", name, known=sorted({*known} - {"item"}))
    return [*names, *(["currency"] if "currency" not in names else [])]


def with_columns_for(frame: nw.LazyFrame, columns: Sequence[str], ledger: Ledger, day: date) -> nw.LazyFrame:
    """Return rows that have ``item`` and ``customer_id`` with the named columns beside them."""
    have = frame.collect_schema().names()
    of_item = [name for name in columns if name not in have and name in ledger.frames.items.columns]
    if of_item:
        items = nw.from_native(ledger.frames.items.lazy().select("item", *of_item))
        frame = frame.join(items, on="item", how="left")
    of_customer = [name for name in columns if name not in have and name not in of_item]
    if of_customer:
        frame = frame.join(nw.from_native(customers_on(ledger, day, of_customer).lazy()), on="customer_id", how="left")
    return frame


def customers_on(ledger: Ledger, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """Return one row for each customer with the attributes that were valid on a day."""
    customers = ledger.frames.customers
    valid = customers.filter(pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
    latest = valid.sort("valid_from", nulls_last=False, maintain_order=True).unique("customer_id", keep="last")
    return latest.select("customer_id", *columns)
