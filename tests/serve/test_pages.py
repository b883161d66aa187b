"""The dashboards' numbers are the report's, and each state has its words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd
import polars as pl
import pytest

import arkit as ar
from arkit.policy import Policy
from arkit.present import live
from arkit.present.live import as_output
from arkit.reports import MonthlyReport
from arkit.resources import resource
from arkit.serve import pages
from arkit.serve.pages import PAGES, Entry, page_class, read_address
from arkit.serve.pages.home import finished_reports
from arkit.serve.pages.parts import Chosen, first_day, served_ledger, written_address
from arkit.words.catalogue import current_language, text
from tests.present.test_live import texts

DAY = date(2026, 10, 31)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def sample() -> ar.Ledger:
    return ar.sample_ledger()


def page_of(name: str, ledger: ar.Ledger, folder: Path | None = None) -> Any:
    """A page on a day of a ledger, by the name of its entry."""
    return page_class(PAGES[name])(PAGES[name], ledger, DAY, Policy(), folder)


def snapshot(**more: Any) -> ar.Ledger:
    items = {"item_id": ["A"], "customer_id": ["C1"], "document_date": ["2026-03-01"], "due_date": ["2026-03-20"]}
    frame = pd.DataFrame({**items, "currency": ["EUR"], "open_amount": [12.34]})
    return ar.make_ledger(items=frame, shape="open_items", snapshot_on="2026-03-31", **more)


@pytest.mark.parametrize("entity", ["", "ES"])
def test_the_page_and_the_report_agree(entity: str, sample: ar.Ledger) -> None:
    part = sample.where(entity=entity) if entity else sample
    report = MonthlyReport(part, as_of="2026-10-31", entity=entity or "all")
    currency = report.facts.main_currency
    page, chosen = page_of("receivables", sample), Chosen(day=DAY, entity=entity)
    [sheet, customers, items] = page.sheets(chosen)
    own = report.facts.aging[report.facts.aging["currency"] == currency].reset_index(drop=True)
    pd.testing.assert_frame_equal(sheet.table, own)
    assert customers.table["net"].sum() == pytest.approx(float(own["net"].iloc[0]))
    assert items.table["open_amount"].sum() == pytest.approx(float(own["net"].iloc[0]))
    [tiles, *_] = page.kpis(chosen)
    for name, shown in (("past_due_ratio", "{:.1%}"), ("dso", "{:.1f} days")):
        value = report.facts.kpi(name, currency=currency, day=DAY)
        assert shown.format(value).replace("%", " %") in tiles.markup.replace("\u00a0", " ")


def test_a_bucket_and_a_customer_open_to_their_items(sample: ar.Ledger) -> None:
    chosen = Chosen(day=DAY, entity="ES", currency="EUR", bucket="over 90", customer="000198")
    [_, customers, items] = page_of("receivables", sample).sheets(chosen)
    row = customers.table.set_index("customer_id").loc["000198"]
    assert items.table["open_amount"].sum() == pytest.approx(row["over 90"])
    assert set(items.table["bucket"]) == {"over 90"}


def test_filters_that_leave_nothing_have_their_words(sample: ar.Ledger) -> None:
    page, chosen = page_of("receivables", sample), Chosen(day=DAY, entity="ES", currency="JPY")
    [said] = page.kpis(chosen)
    assert "Nothing is open with these filters on 31 Oct 2026" in said.markup
    assert page.aging(chosen) == []
    assert page.part(Chosen(day=DAY, entity="ES", segment="country:XX")) is None


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_one_item_of_one_customer(page: str) -> None:
    customers = pd.DataFrame({"customer_id": ["C1"], "name": [HOSTILE]})
    shown = pages.show(page, snapshot(customers=customers))
    said = "".join(texts(shown))
    assert "cannot be shown" not in said
    assert "<img" not in said
    assert ("only in a ledger with history" in said) == (page in ("customers", "worklist"))


def test_a_ledger_that_cannot_be_read_is_a_sentence_without_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ARKIT_LEDGER", str(tmp_path / "gone"))
    said = "".join(texts(pages.show("receivables")))
    assert "The ledger cannot be opened at the moment" in said
    assert str(tmp_path) not in said


def test_a_served_ledger_is_the_one_that_was_shared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample: ar.Ledger
) -> None:
    from arkit.model.snapshot import share

    monkeypatch.setenv("ARKIT_LEDGER", str(share(sample, tmp_path)))
    again = served_ledger()
    pd.testing.assert_frame_equal(
        ar.aging_table(again.where(industry="Energy"), as_of=DAY, by="customer_id"),
        ar.aging_table(sample.where(industry="Energy"), as_of=DAY, by="customer_id"),
    )
    pd.testing.assert_frame_equal(ar.reconcile(again, as_of=DAY), ar.reconcile(sample, as_of=DAY))


def test_a_page_opens_on_the_last_month_end(sample: ar.Ledger) -> None:
    assert first_day(sample) == DAY
    assert first_day(snapshot()) == date(2026, 3, 31)
    assert first_day(sample, "2026-10-15") == date(2026, 10, 15)


def test_an_address_carries_the_filters_and_nothing_else() -> None:
    stated = {"entity": "ES", "segment": "industry:Food and drink", "customer": "A&B=<c>"}
    markup = written_address(stated).markup
    assert "<c>" not in markup
    query = markup.split('data-query="?')[1].split('"')[0].replace("&amp;", "&")
    assert read_address(query) == stated
    assert read_address("token=x&entity=" + "x" * 500 + "&day=1%0A2&search=ok") == {"search": "ok"}


def test_a_value_of_an_address_that_no_control_offers_is_left_out(
    monkeypatch: pytest.MonkeyPatch, sample: ar.Ledger
) -> None:
    monkeypatch.setenv("QUERY_STRING", "entity=XX&currency=USD&day=2031-01-01&bucket=over+90&customer=nobody")
    controls = page_of("receivables", sample).board().controls
    values = {name: control.value for name, control in controls.items()}
    assert values == {
        **{"entity": "", "currency": "USD", "segment": "", "collector": ""},
        **{"day": DAY, "bucket": "over 90", "customer": ""},
    }


def test_a_search_finds_parts_of_names_and_numbers(sample: ar.Ledger) -> None:
    page = page_of("customers", sample)
    for words in ("westmere FOODS", "000195"):
        found = page.customer_options(Chosen(day=DAY, currency="EUR", search=words))
        assert [number for _, number in found] == ["", "000195"]
    assert page.customer_options(Chosen(day=DAY, currency="EUR", search=".*")) == [("0 customers", "")]


def test_the_worklist_is_that_of_the_package(sample: ar.Ledger) -> None:
    rows = page_of("worklist", sample).worklist(Chosen(day=DAY, currency="EUR"))
    judged = ar.categorise(ar.payment_behaviour(sample, as_of=DAY))
    expected = ar.worklist(sample, judged, as_of=DAY)
    expected = expected[expected["currency"] == "EUR"].sort_values("rank")
    assert rows["customer_id"].tolist() == expected["customer_id"].tolist()
    assert rows["priority_amount"].tolist() == expected["priority_amount"].tolist()


def finished(folder: Path, name: str, record: object) -> None:
    place = folder / "2026-10-31" / name
    place.mkdir(parents=True)
    (place / "report.html").write_text("<p>report</p>", encoding="utf-8")
    (place / "run.json").write_text(record if isinstance(record, str) else json.dumps(record), encoding="utf-8")


def test_home_lists_finished_reports_and_passes_over_what_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sample: ar.Ledger
) -> None:
    balance = {"currency": "EUR", "gross": 1500.0, "more": 1}
    rate = {"currency": "EUR", "kpi": "past_due_ratio", "value": 0.25, "unit": "ratio"}
    finished(tmp_path, "ES", {"parameters": {"entity": HOSTILE}, "aging": [balance], "kpis": [rate]})
    finished(tmp_path, ".ES-making-1", {"parameters": {"entity": "hidden"}})
    finished(tmp_path, "UK", "no json")
    monkeypatch.setenv("VOILA_BASE_URL", "/money/")
    [html] = page_of("home", sample, tmp_path).months(Chosen(day=DAY))
    assert html.markup.count("<tr>") == 2
    assert "<img" not in html.markup
    assert 'href="/money/reports/2026-10-31/ES/report.html"' in html.markup
    assert "EUR 1.5K" in html.markup
    assert "25.0" in html.markup


def test_home_reads_a_record_of_the_names_before(tmp_path: Path) -> None:
    rate = {"currency": "EUR", "figure": "dso", "value": 41.5, "unit": "days"}
    finished(tmp_path, "ES", {"parameters": {"entity": "ES"}, "key_figures": [rate]})
    assert finished_reports(tmp_path)[0].rate("dso", "EUR") == 41.5


def test_home_shows_the_latest_version_of_a_report_and_its_main_currency_first(tmp_path: Path) -> None:
    aging = [{"currency": "EUR", "gross": 9000.0, "items": 1}, {"currency": "USD", "gross": 10.0, "items": 40}]
    for name in ("US", "US+v2", "US+v10", "US+customers"):
        finished(tmp_path, name, {"parameters": {"entity": "US"}, "aging": aging})
    found = {report.folder: (report.kind, report.version) for report in finished_reports(tmp_path)}
    assert found == {"US+v10": ("receivables", 10), "US+customers": ("customers", 1)}
    assert list(finished_reports(tmp_path)[0].gross) == ["USD", "EUR"]


def test_home_without_reports_says_how_to_serve_them(sample: ar.Ledger) -> None:
    [html] = page_of("home", sample).months(Chosen(day=DAY))
    assert "arkit serve --reports" in html.markup


@pytest.mark.parametrize("entry", PAGES.values(), ids=PAGES)
def test_an_entry_has_all_that_it_names(entry: Entry) -> None:
    made = page_class(entry)
    options = {f"{name}_options" for name in entry.filters if name != "search"}
    named = {*entry.sections, *options, *(f"{name}_sheet" for name in entry.sheets)}
    assert [name for name in named if not callable(getattr(made, name, None))] == []
    asked = {name for by in (*entry.sections.values(), *entry.follows.values()) for name in by}
    assert asked <= set(entry.filters)
    [prose, parameters, _] = json.loads(resource(f"notebooks/{entry.notebook}.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
    assert "".join(prose["source"]) == "# {title}\n\n{about}".format(
        **{part: text(f"serve.{entry.name}.{part}") for part in ("title", "about")}
    )
    assert 'language: str = ""' in "".join(parameters["source"])


def test_every_notebook_of_a_page_has_an_entry() -> None:
    folders = (resource(f"notebooks/{name}") for name in ("dashboards", "explore"))
    notebooks = {f"{folder.name}/{path.stem}" for folder in folders for path in folder.glob("*.ipynb")}
    # The page for an export opens any file of the machine: it is for JupyterLab, and never served.
    assert notebooks - {"explore/open_export"} == {entry.notebook for entry in PAGES.values()}


@pytest.mark.parametrize(("language", "said"), [("ru", "Валюта"), ("zh", "币种"), ("en", "Currency")])
@pytest.mark.parametrize("page", sorted(set(PAGES) - {"home"}))
def test_a_page_speaks_its_language_after_a_change_too(
    page: str, language: str, said: str, sample: ar.Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []
    monkeypatch.setattr(live, "as_output", lambda piece: spoken.append(current_language()) or as_output(piece))
    shown = pages.show(page, sample, language=language)
    controls = {control.description: control for control in shown.children[0].children}
    assert said in controls
    spoken.clear()
    controls[said].index = 1
    for button in shown.children[0].children:
        if isinstance(button, ipywidgets.Button):
            button.click()
    assert spoken
    assert set(spoken) == {language}
    assert "cannot be shown" not in "".join(texts(shown))


@pytest.mark.parametrize(
    ("parameter", "query", "served", "spoken"),
    [
        ("", "", "", "en"),
        ("", "", "ru", "ru"),
        ("", "language=zh", "ru", "zh"),
        ("zh", "language=ru", "en", "zh"),
        ("", "language=../../etc", "ru", "ru"),
        ("", "language=RU&language=ru", "zh", "zh"),
    ],
)
def test_the_language_is_the_parameters_else_the_addresss_else_the_servers(
    parameter: str, query: str, served: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_STRING", query)
    monkeypatch.setenv("ARKIT_LANGUAGE", served)
    shown = pages.show("receivables", snapshot(), language=parameter)
    assert shown.children[0].children[0].description == text("serve.filter.entity", language=spoken)
    assert ("language=" in texts(shown)[1]) == (spoken != (served or "en"))


def test_a_language_that_is_not_there_is_a_sentence() -> None:
    assert "There is no language" in "".join(texts(pages.show("home", snapshot(), language="xx")))


def test_all_currencies_are_first_and_the_default_and_one_rank_and_one_search_go_over_all(sample: ar.Ledger) -> None:
    page = page_of("worklist", sample)
    assert page.currency_options(Chosen(day=DAY))[0] == ("All currencies", "")
    rows = page.worklist(Chosen(day=DAY))
    assert rows["currency"].unique().tolist() == ["EUR"]
    assert rows["rank"].is_unique
    # This customer owes pounds alone.
    assert page.worklist(Chosen(day=DAY, search="alder supplies"))["customer_id"].tolist() == ["000176"]
    assert page.worklist(Chosen(day=DAY, search="alder supplies", currency="EUR")).empty


def test_all_currencies_are_those_of_the_group_report_with_their_rates_named(sample: ar.Ledger) -> None:
    page = page_of("receivables", sample)
    [tiles, rates] = page.kpis(Chosen(day=DAY))
    assert "EUR 1.81M" in tiles.markup
    assert "GBP 1.1282" in rates.markup
    [over_time] = page.over_time(Chosen(day=DAY))
    assert "EUR" in over_time.layout.title.text
    [by_currency] = page_of("explore_aging", sample).grouped(Chosen(day=DAY, by="currency"))
    assert "JPY" in by_currency.markup


def test_a_currency_of_its_own_is_in_document_currency_and_the_proof_always_is(sample: ar.Ledger) -> None:
    page, pounds = page_of("receivables", sample), Chosen(day=DAY, currency="GBP")
    [sheet, _, items] = page.sheets(pounds)
    assert sheet.table["gross"].tolist() == [426658.18]
    assert items.table["currency"].unique().tolist() == ["GBP"]
    [proof] = page.proof(Chosen(day=DAY))
    assert "everything adds up" in proof.markup


def test_what_has_no_rate_is_named_on_the_dashboard(sample: ar.Ledger) -> None:
    frames = replace(sample.frames, rates=sample.frames.rates.filter(pl.col("currency").cast(pl.String) != "JPY"))
    page = page_of("receivables", replace(sample, frames=frames))
    said = " ".join(part.markup for part in page.kpis(Chosen(day=DAY)))
    assert "Not in it, for want of a rate: JPY 6.17M (2 items)." in said
