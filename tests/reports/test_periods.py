"""A company whose months are 4, 4 and 5 weeks: every day and window of its pages is one of its own periods."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import accumulate, cycle, islice
from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import PolicyError
from arkit.policy import Policy
from arkit.reports import CustomersPage, MonthlyReport
from arkit.reports.tiles import dashboard_tiles
from arkit.run.draft import Draft
from arkit.run.request import MONTHLY, Request
from arkit.segmentation.decline import monthly_panel
from arkit.serve.pages.parts import first_day
from tests.literal import ledger_of

WEEKS = accumulate(islice(cycle((4, 4, 5)), 36))
ENDS = tuple(date(2023, 12, 30) + timedelta(weeks=weeks) for weeks in WEEKS)
DAY, BEFORE, HALF_A_YEAR = date(2026, 10, 24), date(2026, 9, 26), date(2026, 4, 25)
WEEKLY = Policy(window="month", period_ends=ENDS)
CALENDAR = Policy(window="month")


@cache
def ledger() -> ar.Ledger:
    """An invoice of 100 each Wednesday, paid five days late; more of entity DE from 25 September on, never paid."""
    billed = [date(2024, 1, 3) + timedelta(weeks=week) for week in range(147)]
    rows = [
        (f"A{day}", f"C{day.day % 3}", "ES", day, day + timedelta(30), 100.0, day + timedelta(35)) for day in billed
    ]
    rows += [("B", "C9", "DE", date(2026, 9, 25), date(2026, 10, 25), 7000.0, None)]
    rows += [("D", "C2", "ES", date(2026, 3, 26), HALF_A_YEAR, 50.0, None)]
    names = ["item_id", "customer_id", "entity", "document_date", "due_date", "amount", "settled_on"]
    items = pd.DataFrame(rows, columns=names).assign(currency="EUR", industry="food")
    return ar.make_ledger(items=items, shape="settled", covers=("2024-01-01", DAY.isoformat()))


def days_of(table: pd.DataFrame, *names: str) -> list[date]:
    return sorted({day.date() for name in names or ("as_of",) for day in pd.to_datetime(table[name])})


def test_every_point_of_a_report_is_the_end_of_a_period() -> None:
    report = MonthlyReport(ledger(), as_of=DAY.isoformat(), policy=WEEKLY)
    facts = report.facts
    year, three_years = list(ENDS[21:34]), list(ENDS[:34])
    assert (year[-1], facts.month_before, facts.year_before) == (DAY, BEFORE, year[0])
    assert days_of(facts.trend) == year
    assert days_of(facts.aging_over_time) == three_years
    assert days_of(ar.roll_rates(ledger(), as_of=DAY, monthly=True, policy=WEEKLY)) == year[1:]
    assert days_of(ar.vintage(ledger(), as_of=DAY, policy=WEEKLY), "billing_month", "as_of") == year[1:]
    assert days_of(ar.activity_trend(ledger(), as_of=DAY, policy=WEEKLY)) == year[1:]
    assert days_of(ar.behaviour_trend(ledger(), as_of=DAY, policy=WEEKLY)) == year
    assert "as on 26 Sep 2026" in report.headline().markup
    assert facts.forward is not None
    assert facts.forward["opening"].sum() == ar.aging_table(ledger(), as_of=BEFORE)["net"].sum()


def test_the_report_of_the_month_before_is_that_of_the_period_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[tuple[str, date]] = []
    monkeypatch.setattr(Draft, "_compared", lambda _, folder, __, day: looked_at.append((str(folder), day)))
    monkeypatch.setattr("arkit.run.draft.current", lambda place: place)
    notebook = MONTHLY.notebook
    request = Request(ledger="x", as_of=DAY, entity="ES", layout=None, policy=None, notebook=notebook)
    place = request.place(tmp_path)
    Draft(request=request, folder=tmp_path, place=place, inputs=[], identity={}, policy=WEEKLY).with_earlier(ledger())
    assert looked_at == [(str(place), DAY), (str(tmp_path / "2026-09-26" / "ES"), BEFORE)]


def test_every_window_is_of_weeks() -> None:
    """Sales of 400 or 500 in a period of 28 or 35 days; on 24 October 7,550 are open."""
    trend = ar.kpi_trend(ledger(), as_of=DAY, names=["dso"], policy=WEEKLY).set_index("as_of")["value"]
    assert trend.iloc[-1] == 7550 / 400 * 28
    sold = ar.activity_trend(ledger(), as_of=DAY, policy=WEEKLY)["sales"].tolist()
    assert sold == [400, 500, 400, 400, 550, 400, 400, 500, 400, 400, 7500, 400]
    billed = ar.vintage(ledger(), as_of=DAY, policy=WEEKLY).drop_duplicates("billing_month")["billed"].tolist()
    assert billed == sold
    panel = monthly_panel(ledger(), DAY, 12, policy=WEEKLY)
    assert panel.billed.sum(axis=0).tolist() == [amount * 100 for amount in sold]


def test_a_period_that_is_not_over_is_no_decline() -> None:
    panel = monthly_panel(ledger(), DAY - timedelta(7), 3, policy=WEEKLY)
    assert panel.billed.sum(axis=0).tolist() == [40000, 40000, 750000]


def test_a_change_is_since_the_period_before() -> None:
    """What was billed on 25 September was there when the period ended on the 26th, and not a calendar month ago."""
    [row] = (row for _, row in ar.aging_table(ledger(), as_of=DAY).iterrows())
    for policy, is_new in ((WEEKLY, False), (CALENDAR, True)):
        shown = dashboard_tiles(ledger(), row, currency="EUR", day=DAY, policy=policy).markup
        assert ("▲ EUR 7K" in shown) is is_new
        checks = ar.plausibility(ledger(), as_of=DAY, policy=policy)
        assert ("entity_or_currency" in set(checks.loc[checks["result"] == "warn", "check"])) is is_new


def test_customers_are_judged_by_periods() -> None:
    """Six periods before 24 October is 25 April, the due day of an item that nobody paid."""
    assert ar.inactive_past_due(ledger(), as_of=DAY, policy=WEEKLY)["oldest_item"].tolist() == ["D"]
    assert ar.inactive_past_due(ledger(), as_of=DAY, policy=CALENDAR).empty
    groups = ar.group_behaviour(ledger(), as_of=DAY, by="entity", least=1, policy=WEEKLY).set_index("entity")
    assert groups.loc["ES", ["items", "windows"]].tolist() == [26, 4]  # those due in 26 weeks
    for policy, is_new in ((WEEKLY, False), (CALENDAR, True)):
        moves = CustomersPage(ledger(), day=DAY, policy=policy).moves
        assert moves is not None
        assert bool(moves.set_index("customer_id")["category_before"].isna()["C9"]) is is_new


def test_a_dashboard_opens_on_the_last_end_of_a_period() -> None:
    later = ledger_of("item_id document_date amount\nA 2026-01-10 10", covers=("2024-01-01", "2026-10-30"))
    assert first_day(later, policy=WEEKLY) == DAY
    assert first_day(later, policy=CALENDAR) == date(2026, 9, 30)


def test_trends_go_back_as_far_as_the_periods_and_no_day_is_after_them() -> None:
    short = Policy(window="quarter", period_ends=ENDS[28:34])
    assert days_of(ar.kpi_trend(ledger(), as_of=DAY, names=["dso"], policy=short)) == list(ENDS[31:34])
    assert days_of(ar.aging_trend(ledger(), as_of=DAY, policy=short)) == list(ENDS[28:34])
    with pytest.raises(PolicyError, match="go up to 2026-09-26"):
        ar.kpis(ledger(), as_of=DAY, policy=Policy(period_ends=ENDS[:33]))
