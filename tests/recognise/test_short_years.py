"""Years of two digits: 26/01/05 is of 2026 or of 2005, and only the century that something proves is taken."""

from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.files.questions import QuestionsError
from tests.recognise.exports import write

HEADER = "Invoice,Customer,Invoice Date,Due Date,Currency,Open Amount"
SHORT = ["26/01/05,26/02/04", "26/02/17,26/03/19", "26/03/09,26/04/08"]
AMBIGUOUS = ["26/01/26,26/02/26", "26/02/25,26/03/27"]


def read(folder: Path, days: list[str], header: str = HEADER, **how: Any) -> ar.Ledger:
    rows = [f"{number},Lido,{both},EUR,{number}00" for number, both in enumerate(days, start=1)]
    return ar.read_ledger(write(folder, "\n".join([header, *rows])), **{"snapshot_on": "2026-03-31", **how})


def days(ledger: ar.Ledger) -> list[str]:
    return [str(day.date()) for day in ledger.items["document_date"]]


def test_the_day_of_the_file_proves_the_century(tmp_path: Path) -> None:
    ledger = read(tmp_path, SHORT)
    assert days(ledger) == ["2026-01-05", "2026-02-17", "2026-03-09"]
    assert ledger.reading.layout.date_order == "yymmdd"


def test_days_that_begin_with_the_day_stay_so(tmp_path: Path) -> None:
    assert days(read(tmp_path, ["05.01.26,04.02.26"])) == ["2026-01-05"]


def test_a_day_above_with_two_digits_is_read_in_the_order_of_the_rows(tmp_path: Path) -> None:
    ledger = read(tmp_path, SHORT, f"As of 26/03/31,,,,,\n{HEADER}", snapshot_on=None)
    assert (str(ledger.covers[1]), days(ledger)[0]) == ("2026-03-31", "2026-01-05")


def test_days_overdue_prove_the_century(tmp_path: Path) -> None:
    ledger = read(
        tmp_path, ["26/01/26,26/02/26,33", "26/02/25,26/03/27,4"], HEADER.replace("Due Date", "Due Date,Days Overdue")
    )
    assert days(ledger) == ["2026-01-26", "2026-02-25"]


def test_two_readings_are_asked_with_what_each_comes_to(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as asked:
        read(tmp_path, AMBIGUOUS)
    [question] = asked.value.questions
    assert [(each.value, each.total) for each in question.candidates] == [("dmy", "100.00"), ("yymmdd", "300.00")]


@pytest.mark.parametrize(("order", "first"), [("dmy", "2025-02-26"), ("yymmdd", "2026-02-25")])
def test_an_answer_is_taken(tmp_path: Path, order: str, first: str) -> None:
    assert days(read(tmp_path, AMBIGUOUS, hints={"date_order": order}))[1] == first
