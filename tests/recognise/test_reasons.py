"""A reason is the real reason: which cells are no days, what is a summary, which header is not in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from arkit.errors import ReadingError
from arkit.files.questions import QuestionsError
from arkit.model.layout import Layout
from arkit.read.reading import read_ledger

DAY = "2026-03-31"
ROWS = """\
Invoice,Customer,Invoice Date,Due Date,Amount,Currency,Zone
R-1,Alfa,2026-01-05,2026-02-04,60.00,EUR,N
R-2,Beta,2026-01-20,2026-02-19,200.00,EUR,S
R-3,Beta,2026-02-20,2026-03-22,290.00,EUR,N
"""
DUE = {"2026-02-04": "Frimaire 12", "2026-02-19": "Nivose 3", "2026-03-22": "Pluviose 5"}
DOCUMENTS = {"2026-01-05": "Frimaire 12", "2026-01-20": "Nivose 3", "2026-02-20": "Pluviose 5"}


def export(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return path


def written(days: dict[str, str]) -> str:
    """The rows with days that nobody knows."""
    text = ROWS
    for day, said in days.items():
        text = text.replace(day, said)
    return text


def test_due_days_that_cannot_be_read_are_asked_with_their_cells(tmp_path: Path) -> None:
    path = export(tmp_path, written(DUE))
    with pytest.raises(QuestionsError, match=r"'Due Date' of export\.csv are no days that are known") as asked:
        read_ledger(path, snapshot_on=DAY)
    [question] = asked.value.questions
    [left] = question.candidates
    assert question.answer(left) == (("ignored",), "Due Date")
    assert read_ledger(path, snapshot_on=DAY, hints={"ignored": ["Due Date"]}).size == 3


def test_a_day_of_the_document_that_cannot_be_read_names_its_cells(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"'Invoice Date' of export\.csv are no days that are known: 'Frimaire 12'"):
        read_ledger(export(tmp_path, written(DOCUMENTS)), snapshot_on=DAY)


def test_a_summary_is_called_one(tmp_path: Path) -> None:
    text = "Customer,Current,1-30,31-60,Total\nAlfa,10.00,20.00,0.00,30.00\nBeta,0.00,0.00,5.00,5.00\n"
    with pytest.raises(ReadingError, match=r"is a summary: sums by bucket \(Current, 1-30, 31-60\)"):
        read_ledger(export(tmp_path, text), snapshot_on=DAY)


def test_what_a_person_ignores_is_in_the_layout_that_is_saved(tmp_path: Path) -> None:
    ledger = read_ledger(export(tmp_path, ROWS), snapshot_on=DAY, hints={"ignored": ["Zone"]})
    assert ledger.reading
    assert Layout.load(ledger.reading.save(tmp_path / "layout.toml")).items.ignored == ("Zone",)


def test_a_hint_for_a_header_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="no column Region, which the hints name"):
        read_ledger(export(tmp_path, ROWS), snapshot_on=DAY, hints={"ignored": ["Region"]})


def test_credits_without_a_minus_are_refused_where_no_column_says_what_a_row_is(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="credits changes nothing"):
        read_ledger(export(tmp_path, ROWS), snapshot_on=DAY, hints={"credits": "minus"})
