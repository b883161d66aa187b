"""What the items are compared with: the general ledger at each month-end, and the sales of each month."""

from __future__ import annotations

import numpy as np
import polars as pl

from arkit.ledger.sample.company import Books
from arkit.ledger.sample.days import month_index
from arkit.ledger.sample.tables import ACCOUNTS, as_date, in_units
from arkit.ledger.sample.world import CURRENCIES, Entity

_GL_KEYS = ["entity", "account", "currency"]


def gl_table(books: Books, rows: pl.DataFrame, entities: tuple[Entity, ...]) -> pl.DataFrame:
    """Return gl.csv: per entity, account and currency, the entries effective and recorded by each month-end.

    An entry that counts in October and was recorded in November is in the items of 31 October and not in this
    balance: it is the late-recorded part of the difference that a reconciliation explains.
    """
    ends = books.window.month_ends
    legs = _legs(books, rows)
    seen = pl.Series("end", np.searchsorted(ends, legs["seen"].to_numpy(), side="left"))
    in_time = legs.with_columns(seen).filter(pl.col("end") < len(ends))
    moved = in_time.group_by(*_GL_KEYS, "end").agg(pl.col("amount").sum())
    grid = moved.select(_GL_KEYS).unique().join(pl.DataFrame({"end": np.arange(len(ends))}), how="cross")
    grid = grid.join(moved, on=[*_GL_KEYS, "end"], how="left").sort(*_GL_KEYS, "end")
    balance = pl.col("amount").fill_null(0).cum_sum().over(_GL_KEYS)
    begun = pl.col("amount").is_not_null().cum_sum().over(_GL_KEYS) > 0
    grid = grid.with_columns(balance=balance, begun=begun, day=pl.Series(ends).gather(grid["end"])).filter("begun")
    return grid.select(
        entity=pl.Series([entity.code for entity in entities]).gather(grid["entity"]),
        account=pl.Series(ACCOUNTS).gather(grid["account"]),
        date=as_date("day"),
        currency=pl.Series(CURRENCIES).gather(grid["currency"]),
        balance=in_units(pl.col("balance"), grid["currency"]),
    )


def _legs(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the amounts on each account, with the first day on which each is in the general ledger.

    Applications are left out where both legs are on one account, which is all of them but those of advances.
    """
    columns = [*_GL_KEYS, "amount", "seen"]
    receivables, advances = pl.lit(0, dtype=pl.Int64), pl.lit(1, dtype=pl.Int64)
    seen = pl.max_horizontal("effective", "recorded")
    used = books.used_credits.filter(pl.col("kind") == "receipt")
    used = used.with_columns(amount="credit", seen=pl.max_horizontal("applied", "applied_recorded"))
    of_line = books.lines.select("line", "entity", "currency")
    movements = books.movements.join(of_line, on="line", how="left", maintain_order="left")
    legs = [
        rows.with_columns(seen=pl.max_horizontal("day", "recorded")),
        used.with_columns(account=receivables, amount=-pl.col("amount")),
        used.with_columns(account=advances),
        movements.with_columns(account=receivables, seen=seen),
    ]
    return pl.concat([leg.select(columns) for leg in legs])


def sales_table(books: Books, rows: pl.DataFrame, clients: pl.DataFrame, entities: tuple[Entity, ...]) -> pl.DataFrame:
    """Return sales.csv: invoices and debit notes less credit notes, without tax, per customer and month."""
    sold = rows.filter(pl.col("net") != 0)
    month = month_index(sold["day"].to_numpy(), start=books.window.start)
    ends = np.append(books.window.month_ends, books.window.close)
    keys = ["day", "entity", "client", "currency"]
    sold = sold.with_columns(day=pl.Series(ends[month])).group_by(keys).agg(pl.col("net").sum()).sort(keys)
    return sold.select(
        entity=pl.Series([entity.code for entity in entities]).gather(sold["entity"]),
        customer_id=clients["customer_id"].gather(sold["client"]),
        date=as_date("day"),
        currency=pl.Series(CURRENCIES).gather(sold["currency"]),
        amount=in_units(pl.col("net"), sold["currency"]),
    )
