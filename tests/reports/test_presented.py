"""The whole in one currency: what a group's report shows beside `translated`, and what it says of rates and drivers."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import UnknownNameError
from arkit.policy import Policy
from arkit.reports import CustomersPage, MonthlyReport
from arkit.reports.headline import drivers
from tests.literal import ledger_of

DAY, BEFORE = date(2026, 10, 31), date(2026, 9, 30)
COVERS = ("2026-01-01", "2026-03-31")
ITEMS = """
item_id entity customer_id salesperson document_date due_date   currency base_currency amount
A       ES     C1          Ann         2026-01-10    2026-02-09 USD      EUR           1000
B       US     C2          Bob         2026-02-10    2026-03-12 USD      USD           500
C       ES     C3          Ann         2026-01-10    2026-02-12 EUR      EUR           900
D       ES     C4          Bob         2026-02-20    2026-03-12 CHF      EUR           70
"""
RATES = """
currency base_currency date       rate
USD      EUR           2026-01-31 0.8
USD      EUR           2026-02-28 0.9
"""


@cache
def group() -> MonthlyReport:
    return MonthlyReport(ar.sample_ledger(), as_of=DAY.isoformat())


def small(**more: str) -> MonthlyReport:
    return MonthlyReport(ledger_of(ITEMS, covers=COVERS, **more), as_of="2026-02-28")


def said(report: MonthlyReport | CustomersPage) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", report.headline().markup).replace("\u00a0", " ")


def test_the_group_report_is_what_translated_gives() -> None:
    for day in (DAY, BEFORE):
        whole = ar.translated(ar.sample_ledger(), as_of=day, to="EUR")
        shown = group().facts.aging_on(day)
        pd.testing.assert_frame_equal(shown, whole[shown.columns])
        trend = group().facts.aging_over_time
        point = trend[trend["as_of"].dt.date == day].drop(columns="as_of").reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, point)


def test_the_first_page_of_the_group_describes_the_whole() -> None:
    assert "Receivables rose 15.6 % to EUR 1.81M; 26 % is past due" in said(group())
    # Of all receivables 25.9 % is past due; the KPI leaves what companies of the group owe each other apart.
    assert 1 - group().facts.aging["not due"].sum() / group().facts.aging["gross"].sum() == pytest.approx(
        0.259, abs=5e-4
    )
    whole = MonthlyReport(ar.sample_ledger(), as_of=DAY.isoformat(), policy=Policy(intercompany="included"))
    for report, share in ((group(), "26.3 %"), (whole, "25.9 %")):
        assert share in report.kpis().markup.replace("\u00a0", " ")
    # The largest debtor owes pounds, and was on no list.
    largest = group().facts.by_customer.iloc[0]
    assert (largest["name"], largest["currency"], largest["gross"]) == ("Alder Supplies Ltd", "EUR", 140225.96)
    booked = ar.open_items(ar.sample_ledger(), as_of=DAY)
    assert booked[booked["name"] == "Alder Supplies Ltd"]["currency"].unique().tolist() == ["GBP"]


def test_every_cut_of_the_whole_adds_up_to_it_to_the_cent() -> None:
    facts = group().facts
    whole = facts.aging["gross"].sum().round(2)
    for table in (facts.by_entity, facts.by_entity_and_currency, facts.by_currency, facts.by_customer):
        assert table["gross"].sum().round(2) == whole
    late = facts.items["open_amount"]
    assert late[late > 0].sum().round(2) == whole


def test_the_roll_forward_begins_and_ends_with_the_agings_and_holds_the_effect_of_rates_apart() -> None:
    forward = group().facts.forward
    assert forward is not None
    [row] = forward.to_dict("records")
    assert row["opening"] == group().facts.aging_on(BEFORE)["net"].sum()
    assert row["closing"] == group().facts.aging["net"].sum()
    lines = [row[name] for name in forward.columns if name not in ("currency", "closing")]
    assert round(sum(lines), 2) == row["closing"]
    assert row["translation"] == -936.11
    assert "Of the change, EUR −934.12 is the effect of exchange rates alone." in said(group())


def test_the_trend_of_each_month_end_is_at_its_own_rates() -> None:
    trend = group().facts.aging_over_time.set_index("as_of")
    [whole] = ar.translated(ar.sample_ledger(), as_of="2026-06-30", to="EUR").to_dict("records")
    assert trend.loc["2026-06-30", "gross"] == whole["gross"]


def test_the_rates_are_named_with_their_day_and_the_whole_by_currency_and_entity() -> None:
    page = said(group())
    assert "the base currency of the exchange rates, at closing rates of 31 Oct 2026: GBP 1.1282, JPY 0.006533" in page
    assert "Of which EUR 939K in EUR, EUR 481K in GBP" in page
    assert "EUR 822K of ES, EUR 550K of UK, EUR 441K of US" in page


def test_another_currency_can_be_asked_for() -> None:
    report = MonthlyReport(ar.sample_ledger(), as_of=DAY.isoformat(), currency="GBP")
    [whole] = ar.translated(ar.sample_ledger(), as_of=DAY, to="GBP").to_dict("records")
    assert report.facts.aging["gross"].sum() == whole["gross"]
    assert "Shown in GBP, as set" in said(report)
    by_policy = MonthlyReport(ar.sample_ledger(), as_of=DAY.isoformat(), policy=Policy(currency="USD"))
    assert by_policy.facts.main_currency == "USD"
    with pytest.raises(UnknownNameError):
        MonthlyReport(ar.sample_ledger(), as_of=DAY.isoformat(), currency="EURO").facts.aging  # noqa: B018


def test_an_amount_without_a_rate_is_named_and_shown() -> None:
    report = small(rates=RATES)
    # 1000 and 500 dollars at 0.9, and 900 euros; before: 1000 at 0.8 and 900.
    assert report.facts.aging.set_index("currency")["gross"].to_dict() == {"EUR": 2250.0, "CHF": 70.0}
    assert "Receivables rose 32.4 % to EUR 2.25K" in said(report)
    assert "Not in it, for want of a rate: CHF 70 (1 item)." in said(report)
    assert "CHF" in report.currencies().markup


def test_without_rates_the_headline_gives_each_currency_equal_weight() -> None:
    page = said(small())
    assert "Receivables in 3 currencies, which no exchange rates add up: CHF 70" in page
    assert "EUR 900" in page
    assert "USD 1.5K (up 50.0 %, 67 % is past due)" in page


def test_drivers_add_up_to_the_change_by_each_cut_and_keep_the_effect_of_rates_apart() -> None:
    table = drivers(small(rates=RATES).facts, date(2026, 1, 31))
    # C1: 1000 dollars at 0.9 after 0.8; C2: 500 dollars that are new.
    assert table[table["driver"] == "Customer"].set_index("name")["change"].to_dict() == {"C2": 450.0, "C1": 100.0}
    assert table.groupby("driver")["change"].sum().to_dict() == {
        "Customer": 550.0,
        "Entity": 550.0,
        "Salesperson": 550.0,
    }
    assert table.set_index("name").loc["C1", "translation"] == 100.0


def test_at_most_ten_drivers_of_a_cut_and_all_others_in_one_row() -> None:
    table = drivers(group().facts, BEFORE)
    customers = table[table["driver"] == "Customer"]
    assert len(customers) == 11
    assert customers["name"].iloc[-1].endswith("others")
    change = group().facts.aging["gross"].sum() - group().facts.aging_on(BEFORE)["gross"].sum()
    assert table.groupby("driver")["change"].sum().round(2).eq(round(change, 2)).all()


def test_the_headline_names_three_customers_with_amounts() -> None:
    late = group().facts.by_customer.assign(late=lambda rows: rows[["1-30", "31-60", "61-90", "over 90"]].sum(axis=1))
    for name in late.nlargest(3, "late")["name"]:
        assert f"{name} EUR" in said(group())


def test_the_call_list_ranks_all_currencies_in_one() -> None:
    ranked = CustomersPage(ar.sample_ledger(), day=DAY).ranked
    assert ranked["currency"].unique().tolist() == ["EUR"]
    assert ranked["rank"].is_unique
    owed = ar.open_items(ar.sample_ledger(), as_of=DAY)
    pounds = owed[owed["currency"] == "GBP"]["customer_id"]
    assert ranked.sort_values("rank").head(15)["customer_id"].isin(pounds).any()
