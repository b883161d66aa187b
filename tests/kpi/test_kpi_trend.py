"""KPIs of many month-ends at once are those of each month-end by itself."""

from datetime import date

import pandas as pd
import polars as pl
import pytest
from hypothesis import given

import arkit as ar
from arkit.calendar import month_ends_back
from arkit.errors import CoverageError
from arkit.sample import generate
from tests.drawn import AS_OF, drawn_items, few, ledger_of_drawn

DAY = date(2026, 10, 31)
INSIDE = date(2026, 10, 15)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return dict(generate(items=800, entities=2).tables)


def day_by_day(ledger: ar.Ledger, day: date, months: int, **how: object) -> pd.DataFrame:
    days = [end for end in month_ends_back(day, months) if end >= ledger.covers[0]]
    panels = [ar.kpis(ledger, as_of=end, **how).assign(as_of=pd.Timestamp(end)) for end in days]
    return pd.concat(panels, ignore_index=True)


def assert_same(ledger: ar.Ledger, day: date, months: int, **how: object) -> None:
    trend = ar.kpi_trend(ledger, as_of=day, months=months, **how)
    expected = day_by_day(ledger, day, months, **how)[trend.columns]
    expected["as_of"] = expected["as_of"].astype(trend["as_of"].dtype)
    for text in ("basis", "reason"):  # a panel without any has another type for it
        trend[text], expected[text] = trend[text].astype(object), expected[text].astype(object)
    pd.testing.assert_frame_equal(trend, expected, rtol=1e-12, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("window", ["month", "quarter", "year", 45])
@pytest.mark.parametrize("by", [None, "industry"])
def test_windows_may_overlap(tables: dict[str, pl.DataFrame], window: str | int, by: str | None) -> None:
    assert_same(ar.make_ledger(**tables), DAY, 5, window=window, by=by)


@pytest.mark.parametrize("policy", [ar.Policy(unapplied="net"), ar.Policy(basis="document_date")])
def test_the_policy_holds_on_every_day(tables: dict[str, pl.DataFrame], policy: ar.Policy) -> None:
    assert_same(ar.make_ledger(**tables), DAY, 3, by=["entity", "customer_id"], policy=policy)


@pytest.mark.slow
def test_months_before_the_ledger_begins_are_left_out_and_the_first_are_told_as_unknown(
    tables: dict[str, pl.DataFrame],
) -> None:
    ledger = ar.make_ledger(**tables)
    trend = ar.kpi_trend(ledger, as_of=DAY, months=60, names=["dso"])
    assert trend["as_of"].min() == pd.Timestamp("2023-11-30")
    assert_same(ledger, INSIDE, 60)


@pytest.mark.slow
def test_sales_by_month_are_taken_where_they_can_tell_the_window(tables: dict[str, pl.DataFrame]) -> None:
    """Sales end on 15 October: they tell the window of no other 15th."""
    sales = tables["sales"].filter(pl.col("date") <= INSIDE)
    monthly = sales.with_columns(pl.col("date").dt.month_end().clip(upper_bound=INSIDE))
    ledger = ar.make_ledger(**{**tables, "sales": monthly})
    assert_same(ledger, INSIDE, 4)
    assert_same(ledger, date(2026, 9, 30), 4)
    march = date(2026, 3, 30)  # its window begins on the last of February; that of 30 January within a month
    until_march = monthly.filter(pl.col("date") <= date(2026, 2, 28))
    last = monthly.filter(pl.col("date") == date(2026, 3, 31)).with_columns(date=pl.lit(march))
    ledger = ar.make_ledger(**{**tables, "sales": pl.concat([until_march, last])})
    trend = ar.kpi_trend(ledger, as_of=march, months=2, names=["dso"], window="month", policy=ar.Policy(sales_tax=0))
    taken_from = trend.groupby("as_of")["basis"].first().tolist()
    assert taken_from == ["billings, tax included", "sales, tax included", "sales, tax included"]
    assert_same(ledger, march, 3)


def test_months_that_there_are_not(tables: dict[str, pl.DataFrame]) -> None:
    ledger = ar.make_ledger(**tables)
    for trend in (ar.kpi_trend, ar.activity_trend, ar.aging_trend):
        with pytest.raises(CoverageError, match="-1 months back is no stretch of time"):
            trend(ledger, as_of=DAY, months=-1)
        assert trend(ledger, as_of=DAY, months=30_000)["as_of"].min() >= pd.Timestamp("2023-11-30")
    assert ar.activity_trend(ledger, as_of=DAY, months=0).empty


def test_a_figure_that_is_named_twice_is_shown_once(tables: dict[str, pl.DataFrame]) -> None:
    panel = ar.kpis(ar.make_ledger(**tables), as_of=DAY, names=["dso", "dso"])
    assert not panel.duplicated(["currency", "kpi"]).any()


@few(15)
@given(items=drawn_items)
def test_any_ledger(items: list[dict]) -> None:
    assert_same(ledger_of_drawn(items), AS_OF, 6, by="customer_id", window="quarter")


@pytest.mark.parametrize("by", [None, "customer_id", "entity", "salesperson"])
def test_a_payment_that_came_back_has_a_trend_by_any_column(by: str | None) -> None:
    items = pd.DataFrame(
        {
            "item_id": ["A", "R"],
            "item_type": ["invoice", "receipt"],
            "customer_id": ["K", "K"],
            "salesperson": ["S", "S"],
            "document_date": ["2026-01-05", "2026-01-20"],
            "currency": ["EUR", "EUR"],
            "amount": [100.0, -100.0],
        }
    )
    pairs = {"item_id": ["A", "A"], "counterpart_item_id": ["R", "R"]}
    moved = pd.DataFrame({**pairs, "effective_on": ["2026-01-20", "2026-02-10"], "amount": [100.0, -100.0]})
    ledger = ar.make_ledger(items=items, applications=moved, covers=("2026-01-01", "2026-03-31"))
    trend = ar.kpi_trend(ledger, as_of="2026-03-31", months=2, by=by, window="month")
    assert len(trend) > 0
