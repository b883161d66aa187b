"""One way in, one way out: on every engine the same rows, and the same tables to the cent."""

from collections.abc import Callable
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar
from arkit.errors import UnknownNameError
from arkit.model.engine import DUCKDB, SCANNED, beside, collect, touching
from tests.model.books import Case, cases, examples
from tests.random_ledgers import DAYS, LAST, ledgers

NET = ar.Policy(unapplied="net")
SINCE = date(2026, 2, 15)
# Measures of the rooms aging, kpi and flows, with the ways of asking that take a path of their own. `explain_changes`
# is made of two of them.
MEASURES: dict[str, Callable[[ar.Ledger, date], pd.DataFrame]] = {
    "aging": lambda ledger, day: ar.aging_table(ledger, as_of=day, by=["entity", "collector", "document_id"]),
    "aging, netted": lambda ledger, day: ar.aging_table(ledger, as_of=day, policy=NET, of="base_open_amount"),
    "trend": lambda ledger, day: ar.aging_trend(ledger, as_of=day, months=3, by="collector", of="items"),
    "open items": lambda ledger, day: ar.open_items(ledger, as_of=day),
    "evidence": lambda ledger, day: ar.evidence(ledger, as_of=day, collector="Ann"),
    "evidence of a line": lambda ledger, day: ar.evidence(ledger, as_of=LAST, since=day, entity="A"),
    "statement": lambda ledger, day: ar.statement(
        ledger, as_of=LAST, first=day, customer_id=ledger.values("customer_id")[0]
    ),
    "reconcile": lambda ledger, day: ar.reconcile(ledger, as_of=day),
    "tie-out": lambda ledger, day: ar.tie_out(ledger, as_of=day),
    "late entries": lambda ledger, day: ar.late_entries(ledger, as_of=day),
    "credit balances": lambda ledger, day: ar.credit_balances(ledger, as_of=day),
    "translated": lambda ledger, day: ar.translated(ledger, as_of=day, to="EUR"),
    "KPIs": lambda ledger, day: ar.kpis(ledger, as_of=day, by="collector", window="quarter"),
    "KPI trend": lambda ledger, day: ar.kpi_trend(ledger, as_of=day, months=2, names=["dso", "discount_uptake", "hhi"]),
    "activity": lambda ledger, day: ar.activity_trend(ledger, as_of=day, months=2, by="collector"),
    "explained DSO": lambda ledger, day: ar.explain_dso(ledger, as_of=LAST, since=day),
    "movements": lambda ledger, day: ar.movements(ledger, as_of=LAST, since=day),
    "roll-forward": lambda ledger, day: ar.roll_forward(ledger, as_of=LAST, since=day, by=["bucket", "collector"]),
    "roll-forward, netted": lambda ledger, day: ar.roll_forward(
        ledger, as_of=LAST, since=day, policy=NET, of="base_amount"
    ),
    "roll rates": lambda ledger, day: ar.roll_rates(ledger, as_of=LAST, months=3, by="collector"),
    "cure rates": lambda ledger, day: ar.cure_rates(ledger, as_of=LAST, months=2, monthly=True),
    "vintage": lambda ledger, day: ar.vintage(ledger, as_of=LAST, months=3, by="entity"),
}


@pytest.mark.parametrize("measure", MEASURES)
@given(ledger=ledgers(), day=DAYS)
@settings(max_examples=max(1, settings.default.max_examples // 50), deadline=None)
def test_a_measure_is_the_same_on_every_engine(measure: str, ledger: ar.Ledger, day: date) -> None:
    compute = MEASURES[measure]
    pd.testing.assert_frame_equal(compute(ledger, day), compute(ledger.on(DUCKDB), day), rtol=1e-12, atol=0)


def test_a_table_that_differs_is_found() -> None:
    """The comparison above can fail."""
    ledger = ar.sample_ledger()
    aging = MEASURES["aging"]
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(aging(ledger, SINCE), aging(ledger.where(entity="ES"), SINCE))


def in_order(rows: nw.LazyFrame[Any]) -> pl.DataFrame:
    table = collect(rows)
    return table.select(sorted(table.columns)).sort(sorted(table.columns))


@given(case=cases(faults=True))
@examples(0.1)
def test_the_rows_are_the_same_on_every_engine(case: Case) -> None:
    """The running sums of all rows in order, and the windows of each item."""
    ledger = case[0].ledger()
    for table in SCANNED:
        one, other = (in_order(each.scan(table)) for each in (ledger, ledger.on(DUCKDB)))
        assert one.schema == other.schema
        assert one.equals(other), table


@given(case=cases(), spans=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 15)), min_size=1, max_size=4))
@examples(0.1)
def test_spans_are_touched_alike(case: Case, spans: list[tuple[int, int]]) -> None:
    """The places found in sorted days, and the join with all of them."""
    firsts = sorted({first for first, _ in spans})
    lengths = [0, *(length for _, length in spans)]
    days = [(date(2026, 1, 1 + first), date(2026, 1, 1 + first + max(lengths) % 9)) for first in firsts]
    ledger = case[0].ledger()
    one, other = (in_order(touching(each, days)) for each in (ledger, ledger.on(DUCKDB)))
    assert one.equals(other)


def test_a_part_and_what_was_known_stay_on_their_engine() -> None:
    ledger = ar.sample_ledger().on(DUCKDB)
    part = ledger.where(entity="ES").known_on("2026-10-31")
    assert part.engine == DUCKDB
    assert part.scan("periods").implementation.is_duckdb()
    assert not ar.sample_ledger().scan("periods").implementation.is_duckdb()


def test_a_small_table_is_taken_to_the_rows() -> None:
    for ledger in (ar.sample_ledger(), ar.sample_ledger().on(DUCKDB)):
        rows = ledger.scan("entries")
        small = pl.DataFrame({"item": pl.Series([1, 2], dtype=pl.Int32)})
        found = collect(rows.join(beside(small, rows), on="item", how="inner").group_by("item").agg(nw.len()))
        assert sorted(found["item"]) == [1, 2]
        assert found["len"].dtype == pl.Int64


@pytest.mark.parametrize("ask", [lambda: ar.sample_ledger().on("abacus"), lambda: ar.sample_ledger().scan("findings")])
def test_what_is_not_there_is_named(ask: Callable[[], object]) -> None:
    with pytest.raises(UnknownNameError, match=r"abacus|findings"):
        ask()
