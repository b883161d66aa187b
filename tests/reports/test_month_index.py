"""The index of a month-end: made of what the reports say of themselves, failures first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from arkit.reports.month_index import Entry, MonthIndex
from arkit.run.manifest import write_manifest
from arkit.run.month import Outcome, write_index

DAY = date(2026, 10, 31)


def record(*nets: tuple[str, float]) -> dict[str, object]:
    aging = [{"currency": code, "gross": net, "unapplied": 0.0, "net": net} for code, net in nets]
    return {"aging": aging, "reconciliation": [{"status": "reconciled"}], "findings": {}, "kpis": []}


ES, UK = record(("EUR", 0.1), ("JPY", 5.0)), record(("EUR", 0.2))
WHOLE = record(("EUR", 0.1), ("EUR", 0.2), ("JPY", 5.0))


def index(**records: dict[str, object] | None) -> MonthIndex:
    entries = [Entry(name, "published" if found else "failed", record=found) for name, found in records.items()]
    return MonthIndex(DAY, entries)


def test_balances_are_in_the_presentation_currency_and_the_group_is_compared_in_document_currency() -> None:
    in_euros = {"currency": "EUR", "gross": 0.13, "unapplied": 0.0, "net": 0.13}
    rate = {"document_currency": "JPY", "rate": 0.006, "rate_on": "2026-10-30", "currency": "EUR"}
    shown = {"currency": "EUR", "why": "rates", "aging": [in_euros], "currencies": [rate]}
    made = index(all={**ES, "presentation": shown}, ES={**ES, "presentation": shown})
    assert made.kpis()[["entity", "currency", "gross"]].to_dict("records")[0]["gross"] == 0.13
    assert made.group_check()["currency"].tolist() == ["EUR", "JPY"]
    markup = made.headline().markup
    assert "Shown in EUR, the base currency of the exchange rates, at closing rates of 30 Oct 2026: JPY 0.006" in markup


def test_the_window_is_in_the_title_of_a_kpi_and_in_a_column_where_an_earlier_report_has_another() -> None:
    one = index(all={**ES, "window": "month"}, ES={**ES, "window": "month"})
    assert "Days sales outstanding, month" in one.sheets()[1].columns["dso"].title
    assert "window" not in one.kpis()
    two = index(all={**ES, "window": 90}, ES={**ES, "window": "month"})
    assert two.kpis().drop_duplicates("entity")["window"].tolist() == ["90 days", "month"]
    assert two.sheets()[1].columns["dso"].title == "Days sales outstanding"


def test_the_group_is_compared_to_the_cent_in_each_currency() -> None:
    check = index(all=WHOLE, ES=ES, UK=UK).group_check()
    assert check.to_dict("records") == [
        {"currency": "EUR", "sum_of_entities": 0.3, "group": 0.3, "difference": 0.0},
        {"currency": "JPY", "sum_of_entities": 5.0, "group": 5.0, "difference": 0.0},
    ]


def test_a_currency_that_only_one_side_has_is_a_difference() -> None:
    check = index(all=record(("EUR", 0.3)), ES=ES, UK=UK).group_check()
    assert dict(zip(check["currency"], check["difference"], strict=True)) == {"EUR": 0.0, "JPY": -5.0}


def test_without_the_report_of_an_entity_there_is_no_comparison() -> None:
    assert index(all=WHOLE, ES=ES, UK=None).group_check().empty


def test_the_headline_names_what_failed() -> None:
    markup = index(all=WHOLE, ES=ES, UK=None).headline().markup
    assert "2 of 3 reports are published." in markup
    assert "Failed: UK." in markup


def written(folder: Path, *outcomes: Outcome, **records: dict[str, object]) -> list[Outcome]:
    """Write the index over reports with these records."""
    for name, found in records.items():
        (folder / name).mkdir(parents=True)
        write_manifest(folder / name / "run.json", found)
    hidden = folder / ".hidden"
    hidden.mkdir(parents=True, exist_ok=True)
    return write_index(folder, outcomes, hidden=hidden)


def test_a_group_that_is_not_the_sum_of_its_entities_fails(tmp_path: Path) -> None:
    done = [Outcome(name, "published", name, name) for name in ("ES", "UK", "all")]
    outcomes = written(tmp_path / "2026-10-31", *done, ES=ES, UK=UK, all=record(("EUR", 0.31), ("JPY", 5.0)))
    assert (outcomes[0].entity, outcomes[0].status) == ("all", "failed")
    assert outcomes[0].reason == "The group is not the sum of its entities: EUR 0.01."


def test_failures_come_first_then_the_group(tmp_path: Path) -> None:
    done = [Outcome("ES", "published", "ES", "ES"), Outcome("UK", "failed", "UK", reason="It is broken.")]
    outcomes = written(tmp_path / "2026-10-31", *done, Outcome("all", "unchanged", "all", "all"), ES=ES, all=WHOLE)
    assert [outcome.entity for outcome in outcomes] == ["UK", "all", "ES"]


def test_what_an_earlier_run_said_of_others_stands(tmp_path: Path) -> None:
    folder = tmp_path / "2026-10-31"
    written(
        folder, Outcome("UK", "failed", "UK", reason="It is broken."), Outcome("ES", "published", "ES", "ES"), ES=ES
    )
    again = written(folder, Outcome("ES", "unchanged", "ES", "ES"))
    assert [(outcome.entity, outcome.status) for outcome in again] == [("ES", "unchanged")]
    assert "It is broken." in (folder / "index.html").read_text(encoding="utf-8")


def test_after_a_run_of_the_whole_group_a_failure_of_nobody_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "2026-10-31"
    written(folder, Outcome("DE", "failed", "DE", reason="There is no DE."), Outcome("ES", "published", "ES"), ES=ES)
    (folder / ".hidden").mkdir(exist_ok=True)
    write_index(folder, [Outcome("ES", "unchanged", "ES")], hidden=folder / ".hidden", whole=True)
    assert "There is no DE." not in (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["A & B", "50%25", "<b>"])
def test_a_name_out_of_a_file_is_neither_markup_nor_another_address(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "2026-10-31"
    written(folder, Outcome(name, "failed", name, reason=f"{name} is broken."))
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<b>" not in page.partition("<main>")[2].partition("</main>")[0]
