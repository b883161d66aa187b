"""What 0.1.0 wrote works unchanged: layouts, policies, run files, frozen ledgers, reports, scripts, notebooks."""

from __future__ import annotations

import json
import runpy
import shutil
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.calendar import decimals
from arkit.reports.closing import Earlier
from arkit.reports.published import record_of
from arkit.run import report
from arkit.run.month import MonthEnd, Outcome, month_end, write_index
from arkit.run.run_file import RunFile
from arkit.serve.pages.home import finished_reports

KEPT = Path(__file__).parent / "kept"
OCTOBER = KEPT / "published" / "2026-10-31"
FOLDERS = [OCTOBER / name for name in ("ES", "ES+v2", "ES+customers")]
DAY = "2026-10-31"


def stored(folder: Path) -> dict[str, Any]:
    """The record as 0.1.0 wrote it."""
    return dict(json.loads((folder / "run.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted((KEPT / "layouts").glob("*.toml")), ids=lambda path: path.stem)
def test_a_layout_loads(path: Path) -> None:
    assert ar.Layout.load(path).name


def test_policies_load() -> None:
    assert ar.Policy.load(KEPT / "policies" / "default.toml") == ar.Policy()
    assert ar.Policy.load(KEPT / "policy.toml").edges == (30, 60, 90)


def test_policies_on_customers_judge_as_those_that_come_with_arkit() -> None:
    ledger = ar.sample_ledger().where(entity="ES")
    behaviour = ar.payment_behaviour(ledger, as_of=DAY)
    with pytest.warns(FutureWarning, match="is now called measure"):
        rules = ar.CategoryPolicy.load(KEPT / "policies" / "categories.toml")
    stages = ar.CollectionPolicy.load(KEPT / "policies" / "collection.toml")
    judged = ar.categorise(behaviour, policy=rules)
    # Since then what is past due counts where it is material, "pays very late" has a limit more, "much is past due"
    # counts from a quarter of the balance on, and silence is that of today: only rules that ask for less differ.
    moved = ar.migration(judged, ar.categorise(behaviour))
    assert set(moved["moved"]) <= {"same", "worse"}
    assert set(moved["began"][moved["moved"] == "worse"]) <= {"much is past due", "payments have stopped"}
    ranked = ar.worklist(ledger, judged, as_of=DAY, stages=stages)
    assert ranked.equals(ar.worklist(ledger, judged, as_of=DAY))


def test_run_files_load() -> None:
    shipped, own = RunFile.load(KEPT / "run_file.toml"), RunFile.load(KEPT / "month_end.toml")
    assert (shipped.as_of, shipped.entities, shipped.reports) == (date(2026, 10, 31), ("all",), ("monthly_report",))
    assert (own.entities, own.reports) == (("ES",), ("monthly_report", "customers"))
    assert own.policy == str(KEPT / "policy.toml")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_frozen_ledger_gives_the_same_aging(folder: Path) -> None:
    ledger = ar.read_ledger(folder / "ledger")
    policy = ar.Policy.load(folder / "policy.toml")
    aging = ar.aging_table(ledger, as_of=DAY, by=["entity", "currency"], policy=policy)
    for row in stored(folder)["aging"]:
        [now] = aging[(aging["entity"] == row["entity"]) & (aging["currency"] == row["currency"])].to_dict("records")
        assert {name: round(now[name], decimals("EUR")) for name in row if name not in ("entity", "currency")} == {
            name: value for name, value in row.items() if name not in ("entity", "currency")
        }


def test_what_a_frozen_ledger_excluded_is_still_excluded() -> None:
    ledger = ar.read_ledger(OCTOBER / "ES" / "ledger")
    assert set(ledger.findings["action"]) == {"excluded"}
    [row] = ar.reconcile(ledger, as_of=DAY).to_dict("records")
    [then] = stored(OCTOBER / "ES")["reconciliation"]
    assert (row["excluded"], row["posted_after_cut_off"]) == (then["set_apart"], then["late_recorded"])
    assert row["control_total"] == then["control_total"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_record_is_read_in_the_names_of_today(folder: Path) -> None:
    then, now = stored(folder), record_of(folder)
    assert now is not None
    values = {(row["currency"], row["kpi"]): row["value"] for row in now["kpis"]}
    assert values == {(row["currency"], row["figure"]): row["value"] for row in then["key_figures"]}
    assert {found["action"] for found in now["findings"].values()} == {"excluded"}
    assert (now["identity"], now["parameters"]) == (then["identity"], then["parameters"])
    old = {"key_figures", "figure", "set_apart", "late_recorded"}
    assert not old & words_of({name: now[name] for name in now if name not in ("identity", "parameters")})


def words_of(record: Any) -> set[str]:
    """Every key and text of a record."""
    if isinstance(record, dict):
        return set(record) | set().union(*map(words_of, record.values()), set())
    if isinstance(record, list):
        return set().union(*map(words_of, record), set())
    return {record} if isinstance(record, str) else set()


def test_what_was_published_before_is_read() -> None:
    version = Earlier.load(OCTOBER / "ES+v2" / "earlier.json").version
    assert version is not None
    net = version.table.set_index("kpi").loc["net"]
    assert (net["published"], net["now"], net["from_late"]) == (323.5, 1323.5, 1000.0)


def test_home_shows_the_finished_reports() -> None:
    found = {one.folder: one for one in finished_reports(KEPT / "published") if one.day == date(2026, 10, 31)}
    assert set(found) == {"ES+v2", "ES+customers"}
    assert found["ES+v2"].rate("past_due_ratio", "EUR") == pytest.approx(0.2192670948)


def test_the_index_is_written_anew(tmp_path: Path) -> None:
    day = tmp_path / DAY
    shutil.copytree(OCTOBER, day)
    (tmp_path / "hidden").mkdir()
    known = [Outcome("ES", "unchanged", "ES", "ES+v2")]
    write_index(day, known, hidden=tmp_path / "hidden")
    page = (day / "index.html").read_text(encoding="utf-8")
    assert "ES%2Bv2/report.html" in page
    assert "ES%2Bcustomers/report.html" in page  # as the index of 0.1.0 says
    assert "21.9" in page  # its past due ratio


@pytest.fixture(scope="module")
def run_of_today(tmp_path_factory: pytest.TempPathFactory) -> MonthEnd:
    """The run file of 0.1.0, run again over the reports that it published."""
    folder = tmp_path_factory.mktemp("upgraded")
    for name in ("books", "month_end.toml", "policy.toml"):
        copy = shutil.copytree if (KEPT / name).is_dir() else shutil.copy
        copy(KEPT / name, folder / name)
    shutil.copytree(KEPT / "published", folder / "reports")
    return month_end(RunFile.load(folder / "month_end.toml"))


@pytest.mark.slow
def test_a_run_publishes_the_next_version_and_compares(run_of_today: MonthEnd) -> None:
    assert run_of_today.failed == []
    assert {outcome.folder for outcome in run_of_today.outcomes} == {"ES+v3", "ES+customers+v2"}
    day = run_of_today.index.parent
    before = Earlier.load(day / "ES+v3" / "earlier.json")
    assert before.version is not None
    assert before.month is not None
    assert (before.version.version, before.version.changes) == (2, ())
    assert "notebook" in before.version.differs
    assert not {"ledger", "policy", "parameters", "language"} & set(before.version.differs)
    assert before.month.balances[0]["net"] == 350.3
    assert (day / "ES+v2" / "run.json").read_bytes() == (OCTOBER / "ES+v2" / "run.json").read_bytes()


@pytest.mark.slow
def test_its_numbers_are_those_of_the_version_before(run_of_today: MonthEnd) -> None:
    now, then = record_of(run_of_today.index.parent / "ES+v3"), record_of(OCTOBER / "ES+v2")
    assert now is not None
    assert then is not None
    for name in ("aging", "control_totals", "reconciliation", "tie_out", "relations", "findings"):
        assert now[name] == then[name], name
    # KPIs have other definitions now (CHANGELOG: window, tax basis, intercompany); the same ones are there.
    assert {row["kpi"] for row in now["kpis"]} >= {row["kpi"] for row in then["kpis"]}


def test_a_script_runs_with_warnings_alone() -> None:
    with pytest.warns(FutureWarning) as caught:
        made = runpy.run_path(str(KEPT / "script.py"), run_name="__main__")
    named = {str(warning.message).partition(" is ")[0] for warning in caught}
    assert named >= {"arkit.key_figures", "arkit.KEY_FIGURES", "arkit.static_debtors", "arkit.pages", "key_figures()"}
    assert {warning.category for warning in caught} == {FutureWarning}
    assert set(made["panel"]["kpi"]) == {"dso", "past_due_ratio"}
    assert "DSO" in made["sections"][1].markup


@pytest.mark.slow
@pytest.mark.parametrize("name", ["monthly_report", "customers"])
def test_a_notebook_is_published(name: str, tmp_path: Path) -> None:
    notebook = shutil.copy(KEPT / "notebooks" / f"{name}.ipynb", tmp_path / "my own.ipynb")
    books = KEPT / "books"
    made = report(
        ledger=books, layout=books / "layout.toml", as_of=DAY, entity="UK", output=tmp_path, notebook=notebook
    )
    page = (made.folder / "report.html").read_text(encoding="utf-8")
    assert "Reconciliation on 31 Oct 2026" in page
    assert "arkit.pages is arkit.reports now" in page
    assert "Traceback" not in page


@pytest.mark.parametrize("name", ["receivables", "customers", "worklist"])
def test_a_dashboard_is_shown(name: str) -> None:
    with pytest.warns(FutureWarning, match=r"arkit.pages.dashboard is arkit.serve.pages.show now"):
        from arkit.pages import dashboard
    assert getattr(dashboard, name)(KEPT / "books", layout=KEPT / "books" / "layout.toml", as_of=DAY).children


def test_home_is_shown() -> None:
    with pytest.warns(FutureWarning):
        from arkit.pages import dashboard
    assert dashboard.home(KEPT / "published", ledger="", layout="").children


@pytest.mark.parametrize("name", ["explore_aging", "explore_key_figures"])
def test_a_page_to_explore_is_shown(name: str) -> None:
    with pytest.warns(FutureWarning):
        from arkit.pages import explore
    ledger = explore.open_ledger("", layout="", as_of=DAY)
    assert getattr(explore, name)(ledger, as_of=DAY).children


def test_an_unknown_old_name_is_an_error() -> None:
    from arkit import pages

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pages.nothing  # noqa: B018
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        page = pages.customers_page(as_of=DAY, entity="ES")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        page.nothing  # noqa: B018
