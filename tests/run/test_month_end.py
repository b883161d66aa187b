"""A month-end run: what is published stays, what fails is named and stops no other, and every change has a reason."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from arkit.errors import PolicyError, RunError
from arkit.run import report
from arkit.run.manifest import current, locked
from arkit.run.month import MonthEnd, month_end
from arkit.run.run_file import RunFile
from tests.run.companies import GL, ITEMS, LATE, of_entity, write_companies, write_run

DAY = "2026-10-31"
ALL = ["ES", "UK", "US", "all"]


def run(folder: Path, **settings: str) -> MonthEnd:
    return month_end(RunFile.load(write_run(folder, **settings)))


def record(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text()))


def seen(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def by_entity(made: MonthEnd) -> dict[str, str]:
    return {outcome.entity: outcome.status for outcome in made.outcomes}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the books of three companies and their reports of October."""
    folder = tmp_path_factory.mktemp("group")
    write_companies(folder / "books")
    made = run(folder)
    assert by_entity(made) == dict.fromkeys(ALL, "published"), [outcome.reason for outcome in made.failed]
    return folder / "reports" / DAY


@pytest.fixture
def again(first: Path, tmp_path: Path) -> Path:
    """Return a folder of one's own with the same books and reports."""
    subprocess.run(["cp", "-r", f"{first.parents[1]}/.", str(tmp_path)], check=True)
    return tmp_path


def test_every_entity_and_the_group_are_published(first: Path) -> None:
    assert seen(first) == ["ES", "UK", "US", "all", "index.html", "index.json", "index.xlsx"]


def test_a_policy_that_is_not_there_is_told_before_anything_is_read(again: Path) -> None:
    told: list[str] = []
    with pytest.raises(PolicyError, match=r"policy .*none\.toml cannot be used"):
        month_end(RunFile.load(write_run(again, policy='"none.toml"')), tell=told.append)
    assert told == []


def test_what_is_not_asked_for_any_more_fails_no_run(again: Path) -> None:
    made = run(again, entities='["ES", "DE"]')
    assert by_entity(made) == {"DE": "failed", "ES": "unchanged"}
    assert by_entity(run(again, entities='["ES"]')) == {"ES": "unchanged"}
    page = (again / "reports" / DAY / "index.html").read_text(encoding="utf-8")
    assert "DE" in page.partition("<main>")[2]  # a run of one entity says nothing of the others
    assert run(again).failed == []
    page = (again / "reports" / DAY / "index.html").read_text(encoding="utf-8")
    assert "Failed:" not in page


def test_a_failed_rerun_says_that_the_earlier_version_stands(again: Path) -> None:
    write_companies(again / "books", gl=GL.replace("USD,70.00", "USD,71.00"))
    made = run(again)
    assert {outcome.entity for outcome in made.failed} == {"US", "all"}
    page = unescape((again / "reports" / DAY / "index.html").read_text(encoding="utf-8"))
    assert "An earlier version stays published, made from other input: Group, US." in page
    assert "the items hold 90.00, the general ledger 71.00" in page
    assert "Version 1 stays published." in page
    assert "Intercompany and other customers: nothing. Not known of Group, US: the report failed." in page
    assert "2 of 3 entities tie out to the general ledger." in page


def test_a_run_makes_several_reports_of_each_if_it_is_asked_to(again: Path) -> None:
    made = run(again, reports='["monthly_report", "customers"]', entities='["ES", "UK"]')
    assert [(outcome.entity, outcome.report, outcome.status) for outcome in made.outcomes] == [
        ("ES", "monthly_report", "unchanged"),
        ("ES", "customers", "published"),
        ("UK", "monthly_report", "unchanged"),
        ("UK", "customers", "published"),
    ]
    day = again / "reports" / DAY
    assert {"ES+customers", "UK+customers"} <= {*seen(day)}
    assert record(day / "ES+customers")["kpis"] == record(day / "ES")["kpis"]
    rows = list(load_workbook(day / "index.xlsx")["Status"].iter_rows(min_row=5, values_only=True))
    about, link = rows[0].index("About"), rows[0].index("Report")
    assert ("ES", "Customers", "ES+customers/report.html") in [(row[0], row[about], row[link]) for row in rows]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks no folders")
def test_a_second_run_of_the_same_day_is_refused_while_the_first_is_at_work(again: Path) -> None:
    with locked(again / "reports" / DAY):
        with pytest.raises(RunError, match=r"is already being made in .* Wait until that run has ended"):
            run(again)
        assert seen(again / "reports" / DAY) == ["ES", "UK", "US", "all", "index.html", "index.json", "index.xlsx"]
    assert by_entity(run(again)) == dict.fromkeys(ALL, "unchanged")


def test_a_report_of_a_run_is_the_report_of_the_entity_alone(first: Path, tmp_path: Path) -> None:
    books = first.parents[1] / "books"
    alone = report(ledger=books, layout=books / "layout.toml", as_of=DAY, entity="ES", output=tmp_path)
    for name in ("report.html", "report.xlsx", "report.ipynb", "earlier.json"):
        assert (alone.folder / name).read_bytes() == (first / "ES" / name).read_bytes(), name
    mine, its = record(alone.folder), record(first / "ES")
    different = {name for name in mine if mine[name] != its[name]}
    assert different <= {"started", "finished", "seconds"}


def test_the_group_is_the_sum_of_its_entities_in_each_currency(first: Path) -> None:
    rows = load_workbook(first / "index.xlsx", data_only=True)["Group"].iter_rows(min_row=6, values_only=True)
    assert {row[0]: row[1:4] for row in rows if row[0] in ("EUR", "GBP", "USD")} == {
        "EUR": (335.5, 335.5, 0),
        "GBP": (75, 75, 0),
        "USD": (90, 90, 0),
    }


def test_companies_of_the_group_stand_apart(first: Path) -> None:
    rows = record(first / "all")["relations"]
    assert {(row["currency"], row["customers_are"]): row["net"] for row in rows if row["currency"] == "EUR"} == {
        ("EUR", "intercompany"): 33.3,
        ("EUR", "other customers"): 302.2,
    }


def test_a_rerun_with_nothing_changed_publishes_nothing(again: Path) -> None:
    before = seen(again / "reports" / DAY)
    made = run(again)
    assert by_entity(made) == dict.fromkeys(ALL, "unchanged")
    assert seen(again / "reports" / DAY) == before


def test_an_export_written_again_with_other_rows_first_changes_nothing(again: Path) -> None:
    header, *rows = ITEMS.splitlines(keepends=True)
    write_companies(again / "books", items=header + "".join(reversed(rows)))
    assert by_entity(run(again)) == dict.fromkeys(ALL, "unchanged")


def test_a_late_entry_is_a_new_version_of_its_entity_that_says_so(again: Path) -> None:
    write_companies(again / "books", items=ITEMS + LATE.replace("2026-11-04", "2026-11-06"))
    made = run(again)
    assert by_entity(made) == {"ES": "published", "all": "published", "UK": "unchanged", "US": "unchanged"}
    month = again / "reports" / DAY
    assert (month / "ES" / "report.html").read_bytes() != (month / "ES+v2" / "report.html").read_bytes()
    changes = {row["kpi"]: row for row in record(month / "ES+v2")["changes"]}
    net = changes["net"]
    assert (net["published"], net["now"], net["change"], net["from_late"]) == (323.5, 1323.5, 1000.0, 1000.0)
    assert (net["from_policy"], net["from_input"], net["from_corrections"]) == (0.0, 0.0, 0.0)
    assert changes["not due"]["from_late"] == 1000.0
    assert "Since version 1" in (month / "ES+v2" / "report.html").read_text(encoding="utf-8")
    assert "ES+v2/report.html" not in (month / "ES" / "report.html").read_text(encoding="utf-8")
    assert "ES%2Bv2/report.html" in made.index.read_text(encoding="utf-8")


def test_a_changed_policy_is_the_reason_of_what_it_changes(again: Path) -> None:
    (again / "policy.toml").write_text('name = "strict"\nedges = [10, 90]\n')
    made = run(again, policy='"policy.toml"')
    assert by_entity(made) == dict.fromkeys(ALL, "published")
    (bucket,) = [row for row in record(again / "reports" / DAY / "ES+v2")["changes"] if row["kpi"] == "11-90"]
    assert (bucket["published"], bucket["now"], bucket["from_policy"]) == (0.0, 290.2, 290.2)


def test_last_month_as_published_and_as_known_now(tmp_path: Path) -> None:
    """An invoice of September is recorded in October: the report of October shows both balances of September."""
    write_companies(tmp_path / "books")
    september = write_run(tmp_path, as_of="2026-09-30", entities='["ES"]')
    month_end(RunFile.load(september))
    late = "ES-6,ES,4300,008,invoice,2026-09-25,2026-11-06,2026-10-25,EUR,40.00\n"
    write_companies(tmp_path / "books", items=ITEMS + late, gl=GL.replace("323.50", "363.50"))
    made = run(tmp_path, entities='["ES"]')
    assert by_entity(made) == {"ES": "published"}
    rows = load_workbook(made.index.parent / "ES" / "report.xlsx", data_only=True)["Last month"]
    net = next(row for row in rows.iter_rows(min_row=6, values_only=True) if row[1] == "net")
    assert net[2:5] == (350.3, 390.3, 40)


def test_a_missing_account_is_named(again: Path) -> None:
    lines = [line for line in GL.splitlines(keepends=True) if "4390" not in line]
    write_companies(again / "books", gl="".join(lines), items=ITEMS)
    made = run(again)
    reasons = {outcome.entity: outcome.reason for outcome in made.failed}
    assert set(reasons) == {"UK", "all"}
    assert "UK 4390 GBP: the general ledger of the day lacks this account, the items hold -5.00" in reasons["UK"]
    assert by_entity(made)["ES"] == "unchanged"


def test_an_accepted_difference_is_published_and_shown(tmp_path: Path) -> None:
    write_companies(tmp_path / "books", gl=GL.replace("USD,70.00", "USD,71.00"))
    accepted = '[{ name = "A. Weber", reason = "bank charge posted by hand", amount = -1.0, entity = "US" }]'
    made = run(tmp_path, accepted=accepted, entities='["US"]')
    assert by_entity(made) == {"US": "published"}, [outcome.reason for outcome in made.failed]
    folder = tmp_path / "reports" / DAY / "US"
    assert [row["status"] for row in record(folder)["reconciliation"]] == ["difference accepted"]
    shown = unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert "-1.00 (A. Weber: bank charge posted by hand)" in shown
    assert "difference accepted" in unescape((tmp_path / "reports" / DAY / "index.html").read_text(encoding="utf-8"))


def test_a_wrong_balance_is_named_and_changes_no_other(tmp_path: Path, first: Path) -> None:
    write_companies(tmp_path / "books", gl=GL.replace("USD,70.00", "USD,71.00"))
    made = run(tmp_path)
    assert [outcome.entity for outcome in made.failed] == ["all", "US"]
    assert "US 4300 USD: -1.00 unexplained difference to the general ledger" in made.failed[1].reason
    for name in ("ES", "UK"):
        mine = (made.index.parent / name / "report.xlsx").read_bytes()
        assert mine == (first / name / "report.xlsx").read_bytes()
    assert seen(made.index.parent) == ["ES", "UK", "US+draft", "all+draft", "index.html", "index.json", "index.xlsx"]
    page = made.index.read_text(encoding="utf-8")
    assert page.index("unexplained difference") < page.index("ES/report.html")


def test_a_broken_file_fails_its_own_entity_and_the_group(tmp_path: Path, first: Path) -> None:
    for name in ("ES", "UK", "US"):
        tables = {"items": of_entity(ITEMS, name), "gl": of_entity(GL, name)}
        others = (
            {} if name == "ES" else {"applications": "item_id,counterpart_item_id,effective_on,recorded_on,amount\n"}
        )
        write_companies(tmp_path / name, **tables, **others)
    (tmp_path / "UK" / "items.csv").write_text("this is no ledger\n")
    one = '{{ ledger = "{0}", layout = "{0}/layout.toml", entities = ["{0}"] }}'
    made = run(tmp_path, sources=f"[{', '.join(one.format(name) for name in ('ES', 'UK', 'US'))}]")
    reasons = {outcome.entity: outcome.reason for outcome in made.failed}
    assert set(reasons) == {"UK", "all"}
    assert "items table" in reasons["UK"]
    assert reasons["all"] == "The group is not whole: UK could not be read."
    assert (made.index.parent / "ES" / "report.xlsx").read_bytes() == (first / "ES" / "report.xlsx").read_bytes()


def test_several_exports_make_one_group(tmp_path: Path, first: Path) -> None:
    for name in ("ES", "UK", "US"):
        tables = {"items": of_entity(ITEMS, name), "gl": of_entity(GL, name)}
        others = (
            {} if name == "ES" else {"applications": "item_id,counterpart_item_id,effective_on,recorded_on,amount\n"}
        )
        write_companies(tmp_path / name, **tables, **others)
    one = '{{ ledger = "{0}", layout = "{0}/layout.toml" }}'
    made = run(tmp_path, sources=f"[{', '.join(one.format(name) for name in ('ES', 'UK', 'US'))}]")
    assert by_entity(made) == dict.fromkeys(ALL, "published")
    for name in ("aging", "reconciliation"):
        assert record(made.index.parent / "all")[name] == record(first / "all")[name]


def test_a_killed_worker_is_a_failure_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_companies(tmp_path / "books")
    monkeypatch.setattr("arkit.run.month.make_report", killed_in_uk)
    made = run(tmp_path)
    assert {outcome.entity: outcome.reason for outcome in made.failed} == {
        "UK": "Its worker was killed (SIGKILL); most often memory ran out."
    }
    assert by_entity(made)["ES"] == "published"


def killed_in_uk(job: Any) -> Any:
    from arkit.run.report import make_report

    if job.draft.request.entity == "UK":
        os.kill(os.getpid(), signal.SIGKILL)
    return make_report(job)


def test_each_report_is_printed_if_the_run_asks_for_it(again: Path, chromium: Path) -> None:
    made = run(again, pdf="true", entities='["US"]')
    assert by_entity(made)["US"] == "unchanged"
    assert (made.index.parent / "US" / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_run_without_a_day_is_refused(tmp_path: Path) -> None:
    stated = RunFile.load(write_run(tmp_path))
    with pytest.raises(RunError, match="names no day"):
        month_end(RunFile(sources=stated.sources, output=stated.output))


@pytest.mark.parametrize(
    ("line", "said"),
    [("entity = 'ES'", "unknown field `entity`"), ("workers = -1", "workers"), ("sources = []", "sources")],
)
def test_a_run_file_is_checked(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "month_end.toml"
    stated = {"output": "output = 'reports'", "sources": "sources = [{ ledger = 'x' }]"}
    stated[line.split(" ")[0]] = line
    path.write_text("\n".join(stated.values()))
    with pytest.raises(RunError, match=said):
        RunFile.load(path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("times", [3, pytest.param(10, marks=pytest.mark.prove)])
def test_killed_at_random_moments_it_completes_with_the_same_numbers(
    times: int, tmp_path: Path, first: Path, root: Path
) -> None:
    write_companies(tmp_path / "books")
    command = [sys.executable, "-m", "arkit", "month-end", str(write_run(tmp_path)), "--quiet"]
    month, moments = tmp_path / "reports" / DAY, random.Random(6)
    for _ in range(times):
        started = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.5, 6.0))
        started.kill()
        started.wait()
        assert_whole(month)
    time.sleep(1)  # workers of the last one end with it
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    assert seen(month) == ["ES", "UK", "US", "all", "index.html", "index.json", "index.xlsx"]
    for name in ALL:
        assert (month / name / "report.xlsx").read_bytes() == (first / name / "report.xlsx").read_bytes()


def assert_whole(month: Path) -> None:
    """Whatever can be seen is a whole report."""
    for folder in month.glob("[!.]*/"):
        files = {"earlier.json", "ledger", "report.html", "report.ipynb", "report.xlsx", "run.json"}
        assert set(seen(folder)) == files
        assert current(folder) == folder
