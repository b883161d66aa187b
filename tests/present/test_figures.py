"""Every figure of the report holds for one customer, for none and for forty entities."""

from __future__ import annotations

import pandas as pd
import pytest

import arkit as ar
from arkit.pages import CustomersPage, MonthlyReport
from arkit.present.figures import Figure
from arkit.present.html import Html

FIGURES = (
    "aging_chart",
    "aging_over_time",
    "concentration",
    "roll_forward_chart",
    "key_figures_over_time",
    "roll_rates",
    "vintages",
)
CUSTOMER_FIGURES = ("segment_map", "categories_over_time", "classes", "migration")


def ledger_of(customers: int, *, settled: bool = False) -> ar.Ledger:
    rows = [
        (f"I{n}-{month}", f"C{n}", f"E{n:02}", f"2026-{month:02}-10", f"2026-{month + 1:02}-09", 100.0 + n)
        for n in range(customers)
        for month in range(1, 7)
    ]
    names = ["item_id", "customer_id", "entity", "document_date", "due_date", "amount"]
    items = pd.DataFrame(rows, columns=names).assign(currency="EUR")
    items["settled_on"] = items["due_date"] if settled else None
    return ar.make_ledger(items=items, shape="settled", covers=("2025-12-31", "2026-12-31"))


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize(
    "ledger",
    [ledger_of(1), ledger_of(1, settled=True), ledger_of(40)],
    ids=["one customer", "nothing open", "forty entities"],
)
def test_a_figure_of_the_report_can_be_drawn(figure: str, ledger: ar.Ledger) -> None:
    drawn = getattr(MonthlyReport(ledger, as_of="2026-08-31"), figure)()
    if isinstance(drawn, Html):
        assert "Nothing in EUR was open or moved" in drawn.markup
        return
    assert isinstance(drawn, Figure)
    assert drawn.layout.title.text
    assert drawn.to_json()


@pytest.mark.parametrize("figure", CUSTOMER_FIGURES)
@pytest.mark.parametrize("customers", [1, 40])
def test_a_figure_of_the_customers_page_can_be_drawn(figure: str, customers: int) -> None:
    page = CustomersPage(ledger_of(customers), day=pd.Timestamp("2026-08-31").date())
    assert isinstance(getattr(page, figure)(), Figure)


@pytest.mark.parametrize("customers", [1, 40])
def test_the_timeline_of_a_customer_can_be_drawn(customers: int) -> None:
    page = CustomersPage(ledger_of(customers), day=pd.Timestamp("2026-08-31").date())
    assert page.one.timeline().layout.title.text == f"{page.one.name}: balance and payments"


def test_bars_stand_on_the_month_that_they_end() -> None:
    """A month-end is one of its own month, not of the next, at whose first day the tick would be."""
    page = CustomersPage(ar.sample_ledger(), day=pd.Timestamp("2026-10-31").date())
    for figure in (page.categories_over_time(), page.decliners_chart()):
        assert {bar.xperiod for bar in figure.data if bar.type == "bar"} == {"M1"}
        assert figure.layout.xaxis.ticklabelmode == "period"


def test_decliners_are_drawn_with_both_levels() -> None:
    page = CustomersPage(ar.sample_ledger(), day=pd.Timestamp("2026-10-31").date())
    chart = page.decliners_chart()
    declining = page.payers[page.payers["declining"]]
    bars = [trace for trace in chart.data if trace.type == "bar"]
    assert len(bars) == min(len(declining), 9)
    first = page.payers[page.payers["customer_id"] == page._declining["customer_id"].iloc[0]].iloc[0]
    recent = int(first["recent_months"])
    assert bars[0].y[-recent:].mean() == pytest.approx(first["paid_recent"], abs=0.01)


def test_the_customers_page_agrees_with_the_aging() -> None:
    ledger = ar.sample_ledger()
    page = CustomersPage(ledger, day=pd.Timestamp("2026-10-31").date())
    aging = ar.aging_table(ledger, as_of="2026-10-31").set_index("currency")
    open_amounts = page.categorised.groupby("currency")["open_amount"].sum()
    assert open_amounts.round(3).to_dict() == aging["gross"].round(3).to_dict()
