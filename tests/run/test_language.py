"""A report, a run and its index in another language; what is stored stays English."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from arkit.cli import main
from arkit.errors import RunError, UnknownNameError
from arkit.run import Report, report
from arkit.run.month import month_end
from arkit.run.request import REPORTS
from arkit.run.run_file import RunFile
from arkit.words.catalogue import has_text
from tests.run.companies import write_companies, write_run
from tests.run.toys import PARAMETERS, PROOF, READ, TABLE, one_sheet, write_notebook

ASKS = f'{PARAMETERS}\nlanguage: str = "en"  # of the page'


def record(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text(encoding="utf-8")))


def language_of(page: Path) -> str:
    found = re.search(r'<html lang="(\w+)">', page.read_text(encoding="utf-8"))
    return found[1] if found else ""


def made_in(language: str, ledger: Path, folder: Path, *, parameters: str = ASKS) -> Report:
    notebook = folder / "toy.ipynb"
    if not notebook.exists():  # written again it would have other ids of cells
        folder.mkdir(exist_ok=True)
        write_notebook(notebook, READ, TABLE, PROOF, parameters=parameters)
    layout = ledger / "layout.toml"
    return report(
        ledger=ledger, layout=layout, as_of="2026-10-31", output=folder, notebook=notebook, language=language,
        sheets=one_sheet,
    )  # fmt: skip


def test_a_report_in_another_language_is_a_version_of_its_own(three_invoices: Path, tmp_path: Path) -> None:
    english = made_in("en", three_invoices, tmp_path)
    russian = made_in("ru", three_invoices, tmp_path)
    assert (english.folder.name, russian.folder.name) == ("all", "all+v2")
    assert [language_of(made.folder / "report.html") for made in (english, russian)] == ["en", "ru"]
    assert "Сделано в arkit" in (russian.folder / "report.html").read_text(encoding="utf-8")
    assert json.loads((russian.folder / "earlier.json").read_text())["version"]["differs"] == ["language"]
    assert not made_in("ru", three_invoices, tmp_path).is_new


def test_english_is_no_part_of_the_identity(three_invoices: Path, tmp_path: Path) -> None:
    made = record(made_in("en", three_invoices, tmp_path).folder)
    assert made["language"] == "en"
    assert "language" not in made["identity"]
    assert "language" not in made["parameters"]


def test_a_notebook_gets_the_language_if_it_asks(three_invoices: Path, tmp_path: Path) -> None:
    asks = made_in("ru", three_invoices, tmp_path)
    assert record(asks.folder)["parameters"]["language"] == "ru"
    does_not = made_in("ru", three_invoices, tmp_path / "other", parameters=PARAMETERS)
    assert "language" not in record(does_not.folder)["parameters"]
    assert language_of(does_not.folder / "report.html") == "ru"


def test_a_run_has_a_language_and_an_entity_may_have_another(tmp_path: Path) -> None:
    write_companies(tmp_path / "books")
    asked = {"entities": '["ES", "UK"]', "languages": '{ UK = "ru" }'}
    english = month_end(RunFile.load(write_run(tmp_path, **asked | {"languages": "{}"})))
    stated = RunFile.load(write_run(tmp_path, name="zh.toml", **asked, language='"zh"'))
    made = month_end(stated)
    assert made.failed == english.failed == []
    day = made.index.parent
    pages = ("ES/report.html", "ES+v2/report.html", "UK+v2/report.html", "index.html")
    assert [language_of(day / name) for name in pages] == ["en", "zh", "ru", "zh"]
    for name in ("ES", "UK"):
        first, second = record(day / name), record(day / f"{name}+v2")
        for table in ("aging", "kpis", "reconciliation", "tie_out", "relations", "findings"):
            assert first[table] == second[table], table
    english_names, chinese_names = (load_workbook(day / name / "report.xlsx").sheetnames for name in ("ES", "ES+v2"))
    assert len(english_names) <= len(chinese_names)
    assert "Aging" not in chinese_names
    other = month_end(stated, language="ru")
    assert {outcome.entity: outcome.status for outcome in other.outcomes} == {"ES": "published", "UK": "unchanged"}


def test_a_kernel_for_each_notebook_gives_the_same_page(tmp_path: Path) -> None:
    for name in ("in_process", "kernel"):
        write_companies(tmp_path / name / "books")
        asked = {"entities": '["ES"]', "in_process": str(name == "in_process").lower()}
        assert month_end(RunFile.load(write_run(tmp_path / name, **asked))).failed == []
    mine, its = (tmp_path / name / "reports" / "2026-10-31" / "ES" for name in ("in_process", "kernel"))
    for name in ("report.html", "report.xlsx", "report.ipynb"):
        assert (mine / name).read_bytes() == (its / name).read_bytes(), name


def test_an_unknown_language_is_refused(
    three_invoices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnknownNameError, match=r"no language 'xx'. Known: en, ru, zh"):
        made_in("xx", three_invoices, tmp_path)
    with pytest.raises(RunError, match="no language 'xx'"):
        RunFile.load(write_run(tmp_path, languages='{ ES = "xx" }'))
    assert main(["month-end", "x.toml", "--language", "xx"]) == 2
    assert "'en', 'ru', 'zh'" in capsys.readouterr().err


def test_an_unknown_kind_of_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no report 'weekly'. Known: customers, monthly_report"):
        RunFile.load(write_run(tmp_path, reports='["weekly"]'))


@pytest.mark.parametrize("name", REPORTS)
def test_a_kind_of_report_has_what_it_needs(name: str) -> None:
    kind = REPORTS[name]
    assert kind.notebook.is_file()
    assert has_text(f"reports.index.about.{name}")
    assert has_text(f"reports.title.{name}.all")
    assert has_text(f"reports.title.{name}.entity")
