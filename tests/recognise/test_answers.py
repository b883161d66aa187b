"""The file of answers: questions as comments, answers read as hints, and nothing that a person wrote is lost."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.files.questions import Candidate, Question, QuestionsError, as_hints
from arkit.read.answers import add_questions, answers_of
from tests.recognise.exports import PLAIN, write

AMOUNT = Question(
    ("columns", "open_amount"), "Which column is open?", (Candidate("Due", "1,150.00", "proven"), Candidate("Sum", "9"))
)
ZONE = Question(("ignored",), "What is Zone?", (Candidate("Zone"), Candidate("Zone", key=("columns", "status"))))
KIND = Question(("ignored",), "What is Kind?", (Candidate("Kind"),))


def test_questions_are_written_as_comments_and_each_line_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    assert add_questions(path, QuestionsError((AMOUNT, ZONE, KIND), "x.csv")) == 3
    assert answers_of(path) == {}
    text = path.read_text(encoding="utf-8")
    assert '#columns.open_amount = "Due"  # 1,150.00  proven' in text
    path.write_text(
        text.replace('#columns.open_amount = "Due', 'columns.open_amount = "Due').replace("#ignored", "ignored")
    )
    hints = as_hints(answers_of(path))
    assert (hints.columns, hints.ignored) == ({"open_amount": "Due"}, ("Zone", "Kind"))


def test_what_a_person_wrote_stays_and_new_questions_are_added(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('# mine\ncolumns.open_amount = "Sum"\n')
    assert add_questions(path, QuestionsError((AMOUNT, ZONE))) == 1
    assert add_questions(path, QuestionsError((AMOUNT, ZONE))) == 0
    text = path.read_text()
    assert text.startswith('# mine\ncolumns.open_amount = "Sum"\n')
    assert text.count("What is Zone?") == 1


def test_questions_go_above_a_table_that_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('[columns]\nopen_amount = "Sum"\n')
    add_questions(path, QuestionsError((ZONE,)))
    path.write_text(path.read_text().replace("#ignored", "ignored"))
    assert tomllib.loads(path.read_text()) == {"ignored": {"Zone": True}, "columns": {"open_amount": "Sum"}}


def test_a_ledger_is_read_with_a_file_of_answers(tmp_path: Path) -> None:
    export = write(tmp_path, PLAIN.replace("Currency;", "").replace("EUR;", ""))
    answers = tmp_path / "answers.toml"
    answers.write_text('currency = "EUR"\nsnapshot_on = 2026-10-31\n')
    ledger = ar.read_ledger(export, hints=answers)
    assert ledger.covers == (date(2026, 10, 31), date(2026, 10, 31))


def test_covered_days_are_said_of_a_file_with_a_layout_too(tmp_path: Path) -> None:
    rows = "item_id,customer_id,document_date,due_date,currency,amount,settled_on\nA,1,2026-01-05,2026-02-04,EUR,100,\n"
    path = write(tmp_path, rows)
    layout = ar.Layout(name="ours", shape="settled")
    ledger = ar.read_ledger(path, layout=layout, hints={"covers_from": "2026-01-01", "covers_until": date(2026, 3, 31)})
    assert ledger.covers == (date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        ({"statuses": {"Opened": "open"}}, "no column of statuses.*Opened"),
        ({"types": {"invoise": "invoice"}}, "no column of types.*invoise"),
        ({"keep": {"Currency": ("EUR", "UER")}}, "'UER'.*Is 'EUR' meant?"),
    ],
)
def test_a_hint_for_a_value_that_no_cell_has_is_refused(hints: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=said):
        ar.read_ledger(write(tmp_path, PLAIN), snapshot_on="2026-10-31", hints=hints)


@pytest.mark.parametrize("text", ["columns.", "currency = EUR"])
def test_a_file_of_answers_that_is_no_toml_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    with pytest.raises(ReadingError, match=r"file of answers .*answers.toml cannot be used"):
        ar.read_ledger(write(tmp_path, PLAIN), hints=path)
