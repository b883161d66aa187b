"""A report of open items with the lists of earlier days: what lies between them, and every source in the record."""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

import arkit as ar
from arkit.cli import main
from arkit.run.report import Report, report
from arkit.run.run_file import RunFile, read_ledgers

HEADER = "item_id,customer_id,document_date,due_date,currency,open_amount\n"
ROWS = {
    "2026-09-30": "1,C1,2026-09-01,2026-09-20,EUR,100.00\n2,C2,2026-09-02,2026-10-16,EUR,50.00\n",
    "2026-10-31": "2,C2,2026-09-02,2026-10-16,EUR,20.00\n3,C3,2026-10-20,2026-11-20,EUR,70.00\n",
}
SEPTEMBER, OCTOBER = ROWS


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    for day, rows in ROWS.items():
        (folder / f"{day}.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(lists: Path) -> Report:
    named = [f"{lists / SEPTEMBER}.csv={SEPTEMBER}"]
    return report(ledger=lists / f"{OCTOBER}.csv", earlier_snapshots=named, as_of=OCTOBER, output=lists / "out")


def test_the_page_shows_what_lies_between_the_lists(made: Report) -> None:
    page = (made.folder / "report.html").read_text(encoding="utf-8")
    for shown in (
        "Inferred from the open items of 30 Sep 2026, 31 Oct 2026",
        "Items since 30 Sep 2026",
        "Roll-forward",
    ):
        assert shown in page, shown
    assert "snapshot of one day" not in page


def test_the_record_has_the_sources_of_every_list(made: Report, lists: Path) -> None:
    record = json.loads((made.folder / "run.json").read_text(encoding="utf-8"))
    found = {one["role"]: (one["file"], one["sha256"]) for one in record["inputs"]}
    for role, day in (("ledger", OCTOBER), ("earlier_snapshot", SEPTEMBER)):
        assert found[role] == (f"{day}.csv", sha256((lists / f"{day}.csv").read_bytes()).hexdigest())
    assert record["findings"]["inferred_settlement"]["amounts"] == {"EUR": -130.0}
    assert ar.read_ledger(made.folder / "ledger").snapshots == (date(2026, 9, 30), date(2026, 10, 31))


def test_a_run_file_names_earlier_lists(lists: Path) -> None:
    source = f'{{ ledger = "{OCTOBER}.csv", earlier_snapshots = ["{SEPTEMBER}.csv={SEPTEMBER}"] }}'
    (lists / "run.toml").write_text(f'sources = [{source}]\noutput = "out"\n', encoding="utf-8")
    run = RunFile.load(lists / "run.toml")
    [(_, ledger)] = read_ledgers(run.sources, as_of=date(2026, 10, 31), say=lambda _: None).read
    assert len(ledger.snapshots) == 2


def test_a_check_reads_them_too(
    lists: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lists)
    command = ["check", f"{OCTOBER}.csv", "--as-of", OCTOBER, "--earlier-snapshot"]
    assert main([*command, f"{SEPTEMBER}.csv={SEPTEMBER}"]) == 0
    said = capsys.readouterr().out
    for part in (f"{OCTOBER}.csv, {SEPTEMBER}.csv: 4 rows, 3 items", "30 Sep 2026, 31 Oct 2026", "inferred_settlement"):
        assert part in said, part
    assert main([*command, f"{SEPTEMBER}.csv"]) == 1
    assert "does not say of which day it is" in capsys.readouterr().err
