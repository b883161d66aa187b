"""The check of an export: what a controller reads, the findings beside their rows, and the exit code."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from arkit.cli import main
from arkit.reports import check as findings_page
from arkit.run import check
from tests.read.files import GOOD, HEADER, Row, csv_of

LATE: Row = ("L", "0020", "Beta", "2026-03-31", "2026-02-06", "EUR", "50.00")
WORDS: Row = ("W", "0020", "=cmd()", "2026-01-06", "2026-02-06", "EUR", "fifty")
TWICE: Row = ("A", "0010", "Alfa", "2026-01-05", "2026-02-04", "EUR", "100.00")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return


def export(folder: Path, *rows: Row) -> str:
    path = folder / "items.csv"
    path.write_text(csv_of([*GOOD, *rows]), encoding="utf-8")
    return str(path)


def sheet(path: Path, name: str) -> list[tuple[object, ...]]:
    """Return the rows of a sheet below its heading."""
    page = openpyxl.load_workbook(path)[name]
    return [row for row in page.iter_rows(min_row=5, values_only=True) if any(row)]


def test_an_export_without_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "items.csv: 2 rows, 2 items",
        "answers 5 Jan 2026 to 6 Jan 2026",
        "",
        "Totals of 6 Jan 2026",
        "  Entity  Currency   Gross  Unapplied  Excluded  Control total  Status",
        "  main    EUR       300.10          –         –         300.10  reconciled",
        "",
        "Findings",
        "  none",
        "",
        "A report can be run.",
    ]
    assert not any(Path.cwd().iterdir())


def test_findings_that_a_report_can_live_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export(tmp_path, LATE)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == ["Findings beside their rows: findings_items.xlsx", "A report can be run."]
    assert said[9].split("  ")[1:2] == ["due_before_document"]


def test_an_amount_in_words_stops_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export(tmp_path, WORDS)]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("No report can be run. The balances of 2026-01-06 do not tie out")


def test_more_faults_than_the_policy_allows_stop_a_report(tmp_path: Path) -> None:
    path = export(tmp_path, TWICE)
    checked = check([path])
    assert not checked.can_report
    assert "33.3% of 3 rows had to be excluded; the policy 'default' allows 2.0%" in checked.lines[-1]
    policy = tmp_path / "policy.toml"
    policy.write_text("stop_share_of_rows = 1.0\nstop_share_of_amount = 1.0\n")
    assert check([path], policy=policy).can_report


def test_every_finding_stands_beside_its_row_as_text(tmp_path: Path) -> None:
    target = tmp_path / "found.xlsx"
    check([export(tmp_path, WORDS, TWICE)], findings=target)
    header, *rows = sheet(target, "Items")
    assert header == ("Row", "Finding", "Done", "Value", "Amount", "Currency", "Why", *HEADER)
    assert [row[:6] for row in rows] == [
        (5, "duplicate_item", "excluded", "A", 100, "EUR"),
        (4, "unreadable_amount", "excluded", "fifty", None, "EUR"),
    ]
    assert [row[7:] for row in rows] == [TWICE, WORDS]
    page = openpyxl.load_workbook(target)["Items"]
    assert {cell.data_type for row in page.iter_rows(min_row=6, min_col=8) for cell in row if cell.value} == {"s"}
    assert page.freeze_panes == "B6"
    assert page.auto_filter.ref == "A5:N7"


def test_the_kinds_of_findings_begin_with_the_gravest(tmp_path: Path) -> None:
    target = tmp_path / "found.xlsx"
    check([export(tmp_path, LATE, TWICE, TWICE)], findings=target)
    _, *rows = sheet(target, "Findings")
    assert [row[:4] for row in rows] == [
        ("duplicate_item", "excluded", 2, "EUR 200.00"),
        ("due_before_document", "kept", 1, "EUR 50.00"),
    ]


def test_rows_of_several_files_keep_their_file(tmp_path: Path) -> None:
    (tmp_path / "items_1.csv").write_text(csv_of(GOOD))
    (tmp_path / "items_2.csv").write_text(csv_of([TWICE]))
    target = tmp_path / "found.xlsx"
    main(["check", str(tmp_path / "items_1.csv"), str(tmp_path / "items_2.csv"), "--findings", str(target)])
    _, row = sheet(target, "Items")
    assert (row[0], row[-7:]) == (2, TWICE)


def test_a_kind_with_very_many_rows_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_page, "MOST_ROWS", 1)
    target = tmp_path / "found.xlsx"
    check([export(tmp_path, TWICE, TWICE, LATE)], findings=target)
    assert len(sheet(target, "Items")) == 1 + 2
    subtitle = openpyxl.load_workbook(target)["Items"]["A2"].value
    assert subtitle == "3 findings on the table items. The first 1 of each code are shown."


def test_a_check_of_another_day_and_of_a_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", export(tmp_path), "--as-of", "2026-01-05"]) == 0
    assert "  main    EUR       100.00" in capsys.readouterr().out
    assert main(["check", export(tmp_path), "--as-of", "2026-02-05"]) == 1
    assert "2026-02-05 is after the last day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv"], 1, "There is no file or folder nowhere.csv"),
        (["EXPORT", "--findings", "no such folder/x.xlsx"], 1, "cannot be written to"),
        (["EXPORT", "--as-of", "31.1.2026"], 1, "is no day"),
    ],
)
def test_what_cannot_be_checked_is_a_sentence(
    arguments: Sequence[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path, LATE)
    assert main(["check", *(path if word == "EXPORT" else word for word in arguments)]) == code
    assert said in capsys.readouterr().err


def test_a_frozen_ledger_is_checked_without_its_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import arkit as ar

    ar.freeze(ar.read_ledger(export(tmp_path, LATE)), tmp_path / "frozen")
    assert main(["check", str(tmp_path / "frozen"), "--findings", str(tmp_path / "found.xlsx")]) == 0
    assert len(sheet(tmp_path / "found.xlsx", "Items")) == 2


def test_what_was_decided_is_told_the_less_certain_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "export.csv"
    rows = ["Open items", "", "Customer;Invoice;Invoice date;Due date;Currency;Open amount"]
    rows += [f"C{number};R{number};{number}.03.2026;{number + 1}.04.2026;EUR;1.000,5{number}" for number in range(1, 9)]
    rows += ["C9;R9;31.03.2026;30.04.2026;EUR;1.000,59", "Total;;;;;9.004,95"]
    path.write_text("\n".join(rows))
    saved = tmp_path / "saved.toml"
    assert main(["check", str(path), "--as-of", "2026-03-31", "--save-layout", str(saved)]) == 0
    said = capsys.readouterr().out.splitlines()
    start = said.index("How it was read")
    assert said[start + 1].split() == ["What", "Decided", "How", "sure", "Evidence"]
    sure = [line for line in said[start + 2 : said.index("", start)] if "  likely  " in line]
    assert said[start + 2 : start + 2 + len(sure)] == sure
    assert any(line.split() == ["Customer", "customer_id", "header"] for line in said)
    assert any("all 1 proven" in line for line in said)
    assert f"Layout for next month: {saved}" in said
    assert main(["check", str(path), "--as-of", "2026-03-31", "--layout", str(saved)]) == 0
    assert "  main    EUR       9,004.95" in capsys.readouterr().out


def test_the_findings_of_a_recognised_export_stand_beside_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = ["Open items at 31.03.2026", "Customer;Invoice;Invoice date;Due date;Currency;Open amount"]
    rows += [f"C{number};R{number};{number}.03.2026;20.04.2026;EUR;1.000,5{number}" for number in range(1, 10)]
    rows += ["C9;R10;31.03.2026;30.04.2026;EUR;ten"]
    path.write_text("\n".join(rows))
    found = tmp_path / "found.xlsx"
    assert not check([path], as_of="2026-03-31", findings=found).can_report
    header, *below = sheet(found, "Items")
    assert header[7:] == ("Customer", "Invoice", "Invoice date", "Due date", "Currency", "Open amount")
    assert [(row[0], row[1], row[7:]) for row in below] == [
        (12, "unreadable_amount", ("C9", "R10", "31.03.2026", "30.04.2026", "EUR", "ten"))
    ]


def test_the_gravest_findings_stand_first(tmp_path: Path) -> None:
    target = tmp_path / "found.xlsx"
    check([export(tmp_path, LATE, WORDS)], findings=target)
    _, *rows = sheet(target, "Items")
    assert [row[1] for row in rows] == ["unreadable_amount", "due_before_document"]
