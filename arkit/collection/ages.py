"""Ages: for how many days what is chased of a customer has been past due, without what is disputed."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from arkit.balances.open_items import open_frame
from arkit.ledger.model import Ledger
from arkit.policy import Policy

KEYS: Final = ("customer_id", "currency")


def chased_ages(ledger: Ledger, day: date, *, share: float, policy: Policy) -> pl.DataFrame:
    """Return by customer the ``oldest_days`` of what is chased, and ``stage_days``: the age that a share has reached.

    Formula: of the items past due and undisputed, the oldest first, ``stage_days`` is the age of the one with which
    their amounts reach ``share`` of the customer's total.
    """
    rows = open_frame(ledger, day, policy=policy)
    late = 1 if policy.has_not_due else 0
    chased = rows.filter((pl.col("open_amount") > 0) & (pl.col("bucket") >= late) & ~pl.col("disputed"))
    chased = chased.select(pl.col(KEYS).cast(pl.String), "open_amount", "days_past_due")
    so_far = pl.col("open_amount").cum_sum().over(KEYS)
    total = pl.col("open_amount").sum().over(KEYS)
    reached = chased.sort("days_past_due", descending=True).with_columns(
        counts=so_far.cast(pl.Float64) >= share * total
    )
    return reached.group_by(KEYS).agg(
        pl.col("days_past_due").max().cast(pl.Int64).alias("oldest_days"),
        pl.col("days_past_due").filter("counts").max().cast(pl.Int64).alias("stage_days"),
    )
