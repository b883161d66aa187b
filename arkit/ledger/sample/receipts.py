"""Receipts: what a customer pays on one day, applied to its invoices at once or later, sometimes with too much."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.sample.days import off_weekend
from arkit.ledger.sample.draws import Draws
from arkit.ledger.sample.payments import RECEIPT_KEYS
from arkit.ledger.sample.rates import Rates
from arkit.ledger.sample.recording import recorded_on
from arkit.ledger.sample.world import MIXED_FROM_RANK

TOO_MUCH_PER_THOUSAND: Final = 8
APPLIED_LATER_PER_THOUSAND: Final = 25


def draw_receipts(parts: pl.DataFrame, rates: Rates, *, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the receipts, and the parts with the receipt that each one belongs to and when it was applied."""
    new = pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in RECEIPT_KEYS).fill_null(False)
    parts = parts.with_columns(
        receipt=new.cum_sum(),
        base_paid=rates.to_base(parts["paid"], parts["currency"], parts["base"], parts["pay_day"]),
    )
    receipts = parts.group_by("receipt", maintain_order=True).agg(
        pl.col(*RECEIPT_KEYS, "base").first(), pl.col("paid", "base_paid").sum(), pl.col("returned").any()
    )
    receipts = _with_extras(receipts, rates, Draws(seed, "receipts"))
    of_receipt = receipts.select(pl.col("wait", "recorded").gather(parts["receipt"]))
    applied = parts["pay_day"] + of_receipt["wait"]
    booked = parts.with_columns(applied=applied, received=of_receipt["recorded"])
    recorded = pl.max_horizontal("applied", "received", "recorded")
    return receipts, booked.with_columns(applied=off_weekend(pl.col("applied"))).with_columns(recorded=recorded)


def _with_extras(receipts: pl.DataFrame, rates: Rates, draws: Draws) -> pl.DataFrame:
    """Add the day of recording, the days until the receipt is applied, and what was paid too much."""
    n = receipts.height
    luck, share = pl.Series(draws.below(n, 1000)), pl.Series(draws.between(n, 1, 5))
    plain = pl.col("returned")  # a payment that comes back is booked without delay, so that the reversal follows it
    wait = pl.Series(draws.between(n, 4, 35))
    too_much = pl.when(~plain & (luck < TOO_MUCH_PER_THOUSAND)).then(pl.col("paid") * share // 100).otherwise(0)
    large = pl.col("client") < MIXED_FROM_RANK
    later = ~plain & ~large & (luck >= 1000 - APPLIED_LATER_PER_THOUSAND)
    receipts = receipts.with_columns(
        recorded=pl.when(plain).then("pay_day").otherwise(recorded_on(receipts["pay_day"], draws)),
        wait=pl.when(later).then(wait).otherwise(0),
        too_much=too_much,
    )
    base = rates.to_base(receipts["too_much"], receipts["currency"], receipts["base"], receipts["pay_day"])
    return receipts.with_columns(amount=pl.col("paid") + pl.col("too_much"), base_amount=pl.col("base_paid") + base)
