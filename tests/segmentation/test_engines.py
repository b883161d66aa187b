"""Payment behaviour, decline, inactive balances, groups, time to pay and loss rates are the same on every engine."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import arkit as ar
from arkit.sample import generate

DAY = "2026-10-31"
MEASURES: dict[str, Callable[[ar.Ledger], pd.DataFrame]] = {
    "behaviour": lambda ledger: ar.payment_behaviour(ledger, as_of=DAY, policy=ar.Policy(unapplied="net")),
    "deteriorating": lambda ledger: ar.deteriorating_payers(ledger, as_of=DAY),
    "inactive": lambda ledger: ar.inactive_past_due(ledger, as_of=DAY),
    "groups": lambda ledger: ar.group_behaviour(ledger, as_of=DAY, by="industry", months=12),
    "ABC": lambda ledger: ar.abc(ledger, as_of=DAY),
    "time to pay": lambda ledger: ar.time_to_pay(ledger, as_of=DAY, by="entity"),
    "time to pay, by amount": lambda ledger: ar.time_to_pay(ledger, as_of=DAY, by="industry", weights="amount"),
    "loss rates": lambda ledger: ar.loss_rates(ledger, as_of=DAY, by="entity"),
}


@pytest.fixture(scope="module")
def ledger() -> ar.Ledger:
    made = generate(items=1500, seed=7, entities=2, months=30, last_day=pd.Timestamp(DAY).date(), faults=False)
    return ar.make_ledger(**made.tables)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_engine_gives_the_same(ledger: ar.Ledger, measure: str) -> None:
    pytest.importorskip("duckdb")
    expected, found = (MEASURES[measure](ledger.on(engine)) for engine in ("polars", "duckdb"))
    assert len(expected) > 0
    pd.testing.assert_frame_equal(found, expected)
