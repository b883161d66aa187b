"""Every figure of the report holds for one customer, for none and for forty entities."""

from __future__ import annotations

import pandas as pd
import pytest

import arkit as ar
from arkit.present.charts import Figure, aging_chart
from arkit.present.html import Html
from arkit.present.theme import FONT, HOUSE, Panel, framed, in_panels
from arkit.reports import CustomersPage, MonthlyReport

FIGURES = (
    "aging_chart",
    "aging_over_time",
    "concentration",
    "roll_forward_chart",
    "kpis_over_time",
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
    assert drawn.layout.template.layout.font.family == FONT
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
    for figure in (page.categories_over_time(), page.deteriorating_chart()):
        assert {bar.xperiod for bar in figure.data if bar.type == "bar"} == {"M1"}
        assert figure.layout.xaxis.ticklabelmode == "period"


def test_decliners_are_drawn_with_both_levels() -> None:
    page = CustomersPage(ar.sample_ledger(), day=pd.Timestamp("2026-10-31").date())
    chart = page.deteriorating_chart()
    deteriorating = page.payers[page.payers["deteriorating"]]
    bars = [trace for trace in chart.data if trace.type == "bar"]
    assert len(bars) == min(len(deteriorating), 9)
    first = page.payers[page.payers["customer_id"] == page._deteriorating["customer_id"].iloc[0]].iloc[0]
    recent = int(first["recent_months"])
    assert bars[0].y[-recent:].mean() == pytest.approx(first["paid_recent"], abs=0.01)


def test_the_customers_page_agrees_with_the_aging() -> None:
    ledger = ar.sample_ledger()
    policy = ar.Policy(intercompany="included")
    page = CustomersPage(ledger, day=pd.Timestamp("2026-10-31").date(), policy=policy)
    aging = ar.aging_table(page.shown, as_of="2026-10-31").set_index("currency")
    open_amounts = page.categorised.groupby("currency")["open_amount"].sum()
    assert open_amounts.round(3).to_dict() == aging["gross"].round(3).to_dict()


def test_a_figure_says_what_it_has_beyond_the_house_style() -> None:
    line = {"type": "scatter", "x": [1, 2], "y": [3, 4]}
    drawn = framed([line], title="A line", yaxis={"title": "amount"}).to_plotly_json()
    house = {**HOUSE, "data": {"bar": [{**HOUSE["data"]["bar"][0], "type": "bar"}]}}
    assert drawn["layout"] == {
        "template": house,
        "title": {"text": "A line"},
        "height": 380,
        "separators": ".,",
        "yaxis": {"title": {"text": "amount"}},
    }


@pytest.mark.parametrize("wrong", [{"xaxis": {"tickfont_colour": "red"}}, {"bargap": 2}])
def test_a_figure_with_a_word_that_plotly_does_not_know_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"tickfont_colour|bargap"):
        framed([], title="Wrong", **wrong)


def test_panels_stand_row_by_row_each_on_axes_of_its_own() -> None:
    line = {"type": "scatter", "x": [1, 2], "y": [3, 4]}
    panels = [Panel(name, [line], {"nticks": 4}, {"tickformat": "~s"}) for name in "abcd"]
    drawn = in_panels(panels, title="Four", columns=3, row_height=100, gaps=(0.1, 0.2), font={"size": 12})
    assert [(trace.xaxis, trace.yaxis) for trace in drawn.data] == [(f"x{n}", f"y{n}") for n in ("", 2, 3, 4)]
    across = [drawn.layout[f"xaxis{n}"].domain for n in ("", 2, 3, 4)]
    down = [drawn.layout[f"yaxis{n}"].domain for n in ("", 2, 3, 4)]
    assert [left for left, _ in across] == pytest.approx([0, 1.1 / 3, 2.2 / 3, 0])
    assert [right - left for left, right in across] == pytest.approx([0.8 / 3] * 4)
    assert down[0] == down[1] == down[2] == pytest.approx((0.55, 1))
    assert down[3] == pytest.approx((0, 0.45))
    assert [(title.text, round(title.y, 2)) for title in drawn.layout.annotations] == [
        *((n, 1) for n in "abc"),
        ("d", 0.45),
    ]
    assert drawn.layout.height == 290


def test_without_anything_open_no_empty_axes_are_drawn() -> None:
    nothing = pd.DataFrame({"currency": [], "not due": [], "unapplied": []})
    drawn = aging_chart(nothing, labels=["not due"], title="Nothing")
    assert (drawn.layout.xaxis.visible, drawn.layout.yaxis.visible) == (False, False)
