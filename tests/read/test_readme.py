"""What README says of a ledger of one's own works as it is written: commands and Python, on the files they name."""

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import xlsxwriter

import arkit as ar
from arkit.cli import main
from arkit.model.layout import Layout

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Your own ledger")[2].partition("\n## Dashboards")[0]
HEADER = ("Document No.", "Customer No.", "Customer Name", "Document Date", "Due Date", "Open amount")
ROWS = [
    ("1001", "10023", "Alfa GmbH", "2026-08-05", "2026-09-04", 1234.56),
    ("1002", "10047", "Beta AG", "2026-08-13", "2026-09-12", 2000.00),
    ("1003", "10047", "Beta AG", "2026-08-20", "2026-10-20", 100.10),
]
MONTH_END = """as_of = 2026-10-31
output = "month_end"
entities = ["all"]
[[sources]]
ledger = "export.xlsx"
layout = "my_layout.toml"
"""


def blocks(kind: str) -> list[str]:
    # Those of a numbered step are indented.
    return [dedent(text) for name, text in re.findall(r"(?ms)^ *```(\w*)\n(.*?)^ *```$", SECTION) if name == kind]


def commands() -> list[list[str]]:
    lines = [line for block in blocks("") for line in block.splitlines() if line.startswith("arkit ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples name, as the current one."""
    days = {"export": "2026-10-31", "november": "2026-11-30", "october": "2026-10-31", "september": "2026-09-30"}
    for name, day in days.items():
        with xlsxwriter.Workbook(str(tmp_path / f"{name}.xlsx")) as book:
            sheet = book.add_worksheet()
            rows = [(f"Open items as of {day}",), HEADER, *ROWS]
            if name not in ("export", "november"):
                rows = [rows[0], (*HEADER, "Currency"), *((*row, "EUR") for row in ROWS)]
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    august = [(*HEADER, "Currency"), *((*row, "EUR") for row in ROWS)]
    (tmp_path / "august.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in august))
    (tmp_path / "month_end.toml").write_text(MONTH_END)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answered(path: Path) -> None:
    """Take the # off the first answer to each question."""
    parts = path.read_text().split("\n\n")
    taken = "\n\n".join(re.sub(r"(?m)^#(?! )", "", part, count=1) for part in parts)
    path.write_text(taken.replace('currency = "..."', 'currency = "EUR"'))


def test_the_examples_are_found() -> None:
    assert [each[0] for each in commands()] == ["check", "check", "report", "report", "month-end"]
    assert len(blocks("python")) == 2


def test_the_checks_and_the_python_of_the_readme_run(folder: Path) -> None:
    first, second = (each for each in commands() if each[0] == "check")
    assert main(first) == 1
    answered(folder / "answers.toml")
    assert main(second) == 0
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)
    assert names["ledger"].size == len(ROWS)
    assert ar.Layout.load("my_layout.toml").items.constants == {"currency": "EUR"}


@pytest.mark.slow
def test_the_reports_of_the_readme_run(folder: Path) -> None:
    ar.read_ledger("export.xlsx", hints={"currency": "EUR"}).reading.save("my_layout.toml")
    for each in commands():
        if each[0] != "check":
            assert main(each) == 0, each
    assert len([*folder.rglob("report.html")]) == 3


def test_the_layout_of_the_readme_is_one(tmp_path: Path) -> None:
    for block in blocks("toml"):
        path = tmp_path / "layout.toml"
        path.write_text(block, encoding="utf-8")
        assert Layout.load(path).items.columns["item_id"] == "Invoice"
