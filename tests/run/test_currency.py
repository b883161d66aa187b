"""A report in the currency and with the window that are asked for: on the command line, in a run file, in a policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arkit.cli import main
from arkit.errors import RunError, UnknownNameError
from arkit.reports import monthly_report
from arkit.run import report
from arkit.run.run_file import Export, RunFile
from tests.run.toys import PARAMETERS, PROOF, READ, one_sheet, write_ledger, write_notebook

ASKS = f'{PARAMETERS}\ncurrency: str = ""  # of the page\nwindow: str = ""  # of the KPIs'
RATES = "currency,base_currency,date,rate\nGBP,EUR,2026-10-31,1.2\n"


def recorded(tmp_path: Path, *, name: str = "made", parameters: str = ASKS, **asked: str) -> dict[str, object]:
    """The record of a report of three invoices, two of them in euros and one in pounds."""
    ledger = tmp_path / "ledger"
    if not ledger.exists():
        write_ledger(ledger)
        (ledger / "rates.csv").write_text(RATES, encoding="utf-8")
    notebook = write_notebook(tmp_path / f"{name}.ipynb", READ, PROOF, "report = None", parameters=parameters)
    made = report(
        ledger=ledger, layout=ledger / "layout.toml", as_of="2026-10-31", output=tmp_path / name, notebook=notebook,
        sheets=one_sheet, **asked,
    )  # fmt: skip
    found: dict[str, object] = json.loads((made.folder / "run.json").read_text())
    return found


def test_a_record_keeps_what_was_booked_and_what_is_shown(tmp_path: Path) -> None:
    found = recorded(tmp_path)
    assert {row["currency"] for row in found["aging"]} == {"EUR", "GBP"}  # type: ignore[attr-defined, index]
    shown = found["presentation"]
    # 40 and 250.20 euros, and 80 pounds at 1.2.
    assert sum(row["gross"] for row in shown["aging"]) == pytest.approx(386.2)  # type: ignore[index]
    assert (shown["currency"], shown["why"]) == ("EUR", "rates")  # type: ignore[index]


def test_the_currency_that_is_asked_for_goes_to_a_notebook_that_asks_and_makes_another_version(tmp_path: Path) -> None:
    found = recorded(tmp_path, currency="GBP")
    assert found["parameters"]["currency"] == found["identity"]["currency"] == "GBP"  # type: ignore[index]
    assert found["presentation"]["currency"] == "GBP"  # type: ignore[index]
    silent = recorded(tmp_path, name="silent", parameters=PARAMETERS, currency="GBP")
    assert "currency" not in silent["parameters"]  # type: ignore[operator]


def test_a_currency_that_does_not_exist_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError, match="EURO"):
        recorded(tmp_path, currency="EURO")
    with pytest.raises(RunError, match="EURO"):
        RunFile(sources=(Export(ledger="x"),), output="y", currency="EURO")
    ledger = str(tmp_path / "ledger")
    assert main(["report", "--ledger", ledger, "--as-of", "2026-10-31", "--output", "z", "--currency", "EURO"]) == 1
    assert "EURO" in capsys.readouterr().err


def test_the_window_that_is_asked_for_goes_to_a_notebook_that_asks_and_into_the_record(tmp_path: Path) -> None:
    usual, found = recorded(tmp_path), recorded(tmp_path, name="asked", window="90")
    assert (usual["window"], found["window"]) == ("quarter", 90)
    assert "window" not in usual["parameters"]  # type: ignore[operator]
    assert found["parameters"]["window"] == "90"  # type: ignore[index]
    assert found["identity"]["policy"] != usual["identity"]["policy"]  # type: ignore[index]


def test_a_run_file_and_a_command_state_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run.toml"
    run.write_text('output = "out"\nwindow = 90\n[[sources]]\nledger = "x"\n', encoding="utf-8")
    assert RunFile.load(run).window == 90
    assert main(["month-end", str(run), "--as-of", "2026-10-31", "--window", "week"]) == 1
    assert "window" in capsys.readouterr().err
    with pytest.raises(RunError, match="'week'"):
        RunFile(sources=(Export(ledger="x"),), output="y", window="week")


def test_the_titles_of_a_report_have_the_window_that_is_asked_for() -> None:
    made = monthly_report(as_of="2026-10-31", entity="UK", window="year")
    assert "Days sales outstanding, year" in made.kpis().markup
    assert "Days sales outstanding, year" in made.sheets()[0].table["title"].tolist()
