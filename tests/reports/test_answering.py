"""An export while a person answers what it leaves open: questions stay in their order, totals follow the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from arkit.errors import ReportError
from arkit.files.questions import Candidate, Question
from arkit.model.layout import Layout
from arkit.read.answers import hints_of
from arkit.reports.answering import Export, saved_layout
from tests.run.test_answers import DAY, UNCLEAR

OPEN, CURRENCY, SNAPSHOT = ("columns", "open_amount"), ("currency",), ("snapshot_on",)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    (tmp_path / "export.csv").write_text(UNCLEAR, encoding="utf-8")
    return Export(tmp_path / "export.csv")


def answered(export: Export, **said: str) -> Export:
    """The export with answers by the last part of the key, as the page gives them: one of the list, or a text."""
    for name, value in said.items():
        question = next(each for each in export.questions if each.key[-1] == name)
        answer = question.candidates[int(value) - 1] if value.isdecimal() else Candidate(value)
        export = export.answering(question, answer)
    return export


def keys(export: Export) -> list[tuple[str, ...]]:
    return [each.key for each in export.questions]


def test_answers_make_a_ledger_and_the_questions_stay_where_they_were(export: Export) -> None:
    before = keys(export)
    done = answered(export, currency="EUR", snapshot_on=DAY, open_amount="2")
    assert done.ledger is not None
    assert (keys(done), done.open, done.total) == (before, (), "550.00")
    assert keys(answered(export, currency="EUR")) == before == [OPEN, CURRENCY, SNAPSHOT]


def test_a_changed_answer_changes_the_total_and_one_taken_back_is_asked_again(export: Export) -> None:
    done = answered(export, open_amount="2", currency="EUR", snapshot_on=DAY)
    assert answered(done, open_amount="1").total == "600.00"
    assert done.answering(done.questions[0], None).open[0].key == OPEN


def test_an_answer_that_is_refused_can_be_corrected(export: Export) -> None:
    wrong = answered(export, open_amount="2", currency="Z")
    assert "'Z' is not an ISO 4217" in wrong.refused
    assert keys(wrong) == [OPEN, CURRENCY, SNAPSHOT]
    assert answered(wrong, currency="EUR", snapshot_on=DAY).ledger


def test_a_day_that_is_none_is_said_to_be_none(export: Export) -> None:
    assert "'soon' is no day" in answered(export, snapshot_on="soon").refused


def test_of_values_that_are_kept_several_are_one_answer() -> None:
    question = Question(("keep", "Type"), "Which?", (Candidate("AR"), Candidate(("XR",)), Candidate("AP")))
    chosen = question.chosen("1, 2")
    assert chosen
    assert chosen.value == ("AR", "XR")
    assert hints_of([(question, chosen)]) == {"keep": {"Type": ["AR", "XR"]}}


def test_a_saved_layout_reads_the_same_and_no_file_is_overwritten_unasked(export: Export, tmp_path: Path) -> None:
    done, target = answered(export, open_amount="2", currency="EUR", snapshot_on=DAY), tmp_path / "layout.toml"
    assert done.ledger
    assert done.ledger.reading
    assert Layout.load(saved_layout(done.ledger, target, overwrite=False)) == done.ledger.reading.layout
    with pytest.raises(ReportError, match="already"):
        saved_layout(done.ledger, target, overwrite=False)
    assert saved_layout(done.ledger, target, overwrite=True) == target
