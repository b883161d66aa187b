"""Every kind of input gives the same tables: one test over all measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import arkit as ar
from arkit.sample import generate

DAY, MONTH_BEFORE = "2026-10-31", "2026-09-30"
MEASURES: dict[str, Callable[[ar.Ledger], pd.DataFrame]] = {
    "activity_trend": lambda ledger: ar.activity_trend(ledger, as_of=DAY, by="entity"),
    "aging_table": lambda ledger: ar.aging_table(ledger, as_of=DAY, by=["entity", "customer_id", "industry"]),
    "aging_trend": lambda ledger: ar.aging_trend(ledger, as_of=DAY, by="entity"),
    "evidence": lambda ledger: ar.evidence(ledger, as_of=DAY, bucket="31-60"),
    "explain_dso": lambda ledger: ar.explain_dso(ledger, as_of=DAY, since=MONTH_BEFORE),
    "kpi_trend": lambda ledger: ar.kpi_trend(ledger, as_of=DAY, months=2, by="industry"),
    "kpis": lambda ledger: ar.kpis(ledger, as_of=DAY, by="entity"),
    "loss_rates": lambda ledger: ar.loss_rates(ledger, as_of=DAY),
    "median_days_to_pay": lambda ledger: ar.median_days_to_pay(ledger, as_of=DAY, by="entity"),
    "movements": lambda ledger: ar.movements(ledger, as_of=DAY, since=MONTH_BEFORE),
    "open_items": lambda ledger: ar.open_items(ledger, as_of=DAY),
    "plausibility": lambda ledger: ar.plausibility(ledger, as_of=DAY),
    "reconcile": lambda ledger: ar.reconcile(ledger, as_of=DAY),
    "roll_forward": lambda ledger: ar.roll_forward(ledger, as_of=DAY, since=MONTH_BEFORE, by="entity"),
    "roll_rates": lambda ledger: ar.roll_rates(ledger, as_of=DAY),
    "time_to_pay": lambda ledger: ar.time_to_pay(ledger, as_of=DAY),
    "translated": lambda ledger: ar.translated(ledger, as_of=DAY, to="EUR", by="entity"),
    "vintage": lambda ledger: ar.vintage(ledger, as_of=DAY),
    "abc": lambda ledger: ar.abc(ledger, as_of=DAY),
    "behaviour_trend": lambda ledger: ar.behaviour_trend(ledger, as_of=DAY, months=2),
    "deteriorating_payers": lambda ledger: ar.deteriorating_payers(ledger, as_of=DAY),
    "group_behaviour": lambda ledger: ar.group_behaviour(ledger, as_of=DAY, by="country"),
    "payment_behaviour": lambda ledger: ar.payment_behaviour(ledger, as_of=DAY),
    "inactive_past_due": lambda ledger: ar.inactive_past_due(ledger, as_of=DAY),
    "credit_balances": lambda ledger: ar.credit_balances(ledger, as_of=DAY),
    "explain_changes": lambda ledger: ar.explain_changes(ledger, as_of=DAY, published=ledger.known_on(DAY)),
    "late_entries": lambda ledger: ar.late_entries(ledger, as_of=DAY),
    "tie_out": lambda ledger: ar.tie_out(ledger, as_of=DAY),
    "worklist": lambda ledger: ar.worklist(ledger, judged(ledger), as_of=DAY),
}
Tables = dict[str, pl.DataFrame]


def judged(ledger: ar.Ledger) -> pd.DataFrame:
    return ar.categorise(ar.payment_behaviour(ledger, as_of=DAY))


def as_polars(tables: Tables) -> dict[str, Any]:
    return dict(tables)


def as_lazy(tables: Tables) -> dict[str, Any]:
    return {name: table.lazy() for name, table in tables.items()}


def as_pandas(tables: Tables) -> dict[str, Any]:
    return {name: table.to_pandas() for name, table in tables.items()}


def as_arrow(tables: Tables) -> dict[str, Any]:
    return {name: table.to_arrow() for name, table in tables.items()}


def as_duckdb(tables: Tables) -> dict[str, Any]:
    return {name: duckdb.from_arrow(table.to_arrow()) for name, table in tables.items()}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return dict(generate(items=800, entities=2).tables)


@pytest.fixture(scope="module")
def expected(tables: Tables) -> dict[str, pd.DataFrame]:
    ledger = ar.make_ledger(**as_polars(tables))
    return {name: measure(ledger) for name, measure in MEASURES.items()}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [as_lazy, as_pandas, as_arrow, as_duckdb])
def test_every_measure_is_the_same_whatever_the_tables_were(
    kind: Callable[[Tables], dict[str, Any]], tables: Tables, expected: dict[str, pd.DataFrame]
) -> None:
    ledger = ar.make_ledger(**kind(tables))
    for name, measure in MEASURES.items():
        pd.testing.assert_frame_equal(measure(ledger), expected[name], obj=name)


def test_no_measure_is_left_out() -> None:
    measures = {name for name in ar.__all__ if {"ledger"} <= set(getattr(getattr(ar, name), "__annotations__", {}))}
    single = {"average_days_delinquent", "best_possible_dso", "collection_effectiveness_index", "countback_dso"}
    single |= {"days_beyond_terms", "dso", "hhi", "past_due_ratio", "top_10_share"}  # all of them are in kpis
    others = {"freeze", "require_reconciled", "statement", "closing_rates", "cure_rates"}
    assert measures - single - others <= set(MEASURES)
