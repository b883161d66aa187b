"""Real payments in another order: what decline is found where there is none."""

from datetime import date, timedelta

import numpy as np
import polars as pl

import arkit as ar

FIRST = date(2012, 1, 1)


def payments_of(ledger: ar.Ledger) -> pl.DataFrame:
    """Each customer's payments in order: days since the one before, amount, days late, days to settle."""
    items = pl.from_pandas(ledger.items)
    settled = pl.from_pandas(ledger.entries).filter(pl.col("entry_type") == "settlement")
    rows = settled.select("item_id", paid_on=pl.col("effective_on").cast(pl.Date)).join(items, on="item_id")
    rows = rows.sort("customer_id", "paid_on", "item_id")
    before = pl.col("paid_on").shift(1).over("customer_id").fill_null(FIRST)
    return rows.select(
        "customer_id",
        gap=(pl.col("paid_on") - before).dt.total_days(),
        amount="original_amount",
        late=(pl.col("paid_on") - pl.col("due_date").cast(pl.Date)).dt.total_days(),
        took=(pl.col("paid_on") - pl.col("document_date").cast(pl.Date)).dt.total_days(),
    )


def shuffled(payments: pl.DataFrame, *, times: int, seed: int) -> ar.Ledger:
    """A ledger in which each customer is there many times, each time with the payments in an order by chance.

    A payment keeps the days since the one before, its amount and how late it was; only their order is another.
    """
    copies = pl.DataFrame({"copy": np.arange(times)}).join(payments, how="cross")
    chance = pl.Series("chance", np.random.default_rng(seed).random(copies.height))
    who = pl.format("{}/{}", "copy", "customer_id")
    ordered = copies.with_columns(chance, customer_id=who).sort("customer_id", "chance")
    paid_on = pl.lit(FIRST) + pl.duration(days=pl.col("gap").cum_sum().over("customer_id"))
    rows = ordered.with_columns(paid_on=paid_on).with_row_index("item_id")
    items = rows.select(
        "customer_id",
        "amount",
        item_id=pl.col("item_id").cast(pl.String),
        currency=pl.lit("USD"),
        document_date=pl.col("paid_on") - pl.duration(days=pl.col("took")),
        due_date=pl.col("paid_on") - pl.duration(days=pl.col("late")),
        settled_on="paid_on",
    )
    return ar.make_ledger(items=items, shape="settled", covers=(FIRST - timedelta(days=100), None))
