"""Group columns: attributes of the item are in the periods; those of the customer are mapped as of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import Rows, beside
from arkit.model.ledger import Ledger

By = str | Sequence[str] | None


def group_columns(by: By, ledger: Ledger, *, currency: str = "currency") -> list[str]:
    """The group columns asked for, each once, and the currency, which is always one of them.

    Raises
    ------
    UnknownNameError
        Neither items nor customers have such a column.
    """
    names = [by] if isinstance(by, str) else list(by or [])
    known = [*ledger.columns("items"), *ledger.columns("customers")]
    for name in names:
        if name not in known or name == "item":
            raise unknown_name("column to group by", name, known=sorted({*known} - {"item"}))
    return list(dict.fromkeys([*names, currency]))


def with_columns_for(
    rows: Rows, columns: Sequence[str], ledger: Ledger, days: Sequence[date], *, on: str = "day"
) -> Rows:
    """Rows that have ``item`` and ``customer_id`` with the named columns beside them.

    Attributes of customers are those valid on the day; rows of several days have theirs in the column ``on``.
    """
    have = rows.collect_schema().names()
    of_item = [name for name in columns if name not in have and name in ledger.columns("items")]
    if of_item:
        rows = rows.join(ledger.scan("items").select("item", *of_item), on="item", how="left")
    of_customer = [name for name in columns if name not in have and name not in of_item]
    if not of_customer:
        return rows
    if len(days) == 1 or not has_history(ledger):
        return rows.join(beside(customers_on(ledger, days[-1], of_customer), rows), on="customer_id", how="left")
    daily = [
        customers_on(ledger, day, of_customer).with_columns(pl.lit(day_of(day), pl.Int32).alias(on)) for day in days
    ]
    return rows.join(beside(pl.concat(daily), rows), on=["customer_id", on], how="left")


def has_history(ledger: Ledger) -> bool:
    """Whether attributes of customers changed over time."""
    dated = ledger.frames.customers["valid_from"]
    return dated.null_count() < len(dated)


def customers_on(ledger: Ledger, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """One row for each customer with the attributes that were valid on a day."""
    customers = ledger.frames.customers
    valid = customers.filter(pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
    latest = valid.sort("valid_from", nulls_last=False, maintain_order=True).unique("customer_id", keep="last")
    return latest.select("customer_id", *columns)


def with_customers(table: pl.DataFrame, ledger: Ledger, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """A finished table with attributes of its customers that were valid on a day beside them."""
    customers = customers_on(ledger, day, columns).with_columns(pl.col(pl.Categorical).cast(pl.String))
    return table.join(customers, on="customer_id", how="left", maintain_order="left")
