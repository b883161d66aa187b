"""Days of several columns and days as the numbers of a spreadsheet; a saved layout reads them as well."""

from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.errors import ReadingError
from tests.recognise.exports import write

DAY = "2026-03-31"
DUE = ["2026-02-04,EUR,100", "2026-03-19,EUR,50"]
REST = "Due Date,Currency,Open Amount"


def days(folder: Path, lines: list[str], **how: Any) -> list[str]:
    """The days of the documents, which are those of the saved layout."""
    path = write(folder, "\n".join(lines))
    ledger = ar.read_ledger(path, **{"snapshot_on": DAY, **how})
    again = ar.read_ledger(path, layout=ledger.reading.save(folder / "layout.toml"), snapshot_on=DAY)
    found = [[str(day.date()) for day in each.items["document_date"]] for each in (ledger, again)]
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    "lines",
    [
        [f"Invoice,Customer,Year,Month,Day,{REST}", f"1,A,2026,1,5,{DUE[0]}", f"2,B,2026,2,17,{DUE[1]}"],
        ["Open items 2026", f"Invoice,Customer,Month,Day,{REST}", f"1,A,Jan,5,{DUE[0]}", f"2,B,Feb.,17,{DUE[1]}"],
        [f"2026年,,单据号,客户,{REST}", "月,日,,,,,", f"1,5,F1,甲,{DUE[0]}", f"2,17,F2,乙,{DUE[1]}"],
        [f"Invoice,Customer,Invoice Date,{REST}", f"1,A,46027,{DUE[0]}", f"2,B,46070.0,{DUE[1]}"],
    ],
    ids=["three columns", "year in the title", "year above month and day", "numbers of a spreadsheet"],
)
def test_days_are_made(tmp_path: Path, lines: list[str]) -> None:
    assert days(tmp_path, lines) == ["2026-01-05", "2026-02-17"]


def test_a_blank_month_is_that_of_the_row_above(tmp_path: Path) -> None:
    lines = [
        "2026年,,凭证号,客户,摘要,借方,贷方,余额",
        "月,日,,,,,,",
        "1,5,记-1,甲,销售,100,,100",
        ",17,记-2,甲,销售,50,,150",
        "2,3,记-3,甲,收款,,60,90",
    ]
    ledger = ar.read_ledger(write(tmp_path, "\n".join(lines)), snapshot_on=DAY, hints={"currency": "CNY"})
    assert [str(day.date()) for day in ledger.items["document_date"]] == ["2026-01-05", "2026-01-17", "2026-02-03"]


def test_months_of_two_years_under_one_title_are_not_taken(tmp_path: Path) -> None:
    lines = ["Open items 2026", f"Invoice,Customer,Month,Day,{REST}", f"1,A,12,5,{DUE[0]}", f"2,B,2,17,{DUE[1]}"]
    with pytest.raises(ReadingError, match="day of the document"):
        days(tmp_path, lines)


@pytest.mark.parametrize("number", ["38070", "46058"], ids=["many years from the others", "after it is due"])
def test_numbers_that_other_days_contradict_are_no_days(tmp_path: Path, number: str) -> None:
    lines = ["Invoice,Customer,Invoice Date,Due Date,Currency,Open Amount", f"1,A,{number},46057,EUR,100"]
    with pytest.raises(ReadingError, match="day of the document"):
        days(tmp_path, [*lines, "2,B,46070,46100,EUR,50"])
