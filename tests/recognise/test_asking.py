"""What a file leaves open is asked at once, each question with its candidates; the answers that are offered work."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.files.questions import QuestionsError, merged, nested
from tests.recognise.exports import DAY, items_of, read, write

# Neither currency nor day, two columns that could be open, days in either order.
OPEN = (
    "Document No.;Customer No.;Document Date;Due Date;Open amount;Balance\n"
    "1;K1;05.10.2026;05.11.2026;100,50;60,50\n2;K2;06.10.2026;06.11.2026;50,00;50,00\n"
)


def asked(folder: Path, text: str, *, day: str | None = None, **hints: object) -> QuestionsError:
    with pytest.raises(QuestionsError) as error:
        read(folder, text, day=day, **hints)
    return error.value


def test_all_that_is_missing_is_asked_in_one_round(tmp_path: Path) -> None:
    questions = asked(tmp_path, OPEN).questions
    assert {question.key for question in questions} == {
        ("currency",),
        ("snapshot_on",),
        ("columns", "open_amount"),
        ("date_order",),
    }
    amounts = next(question for question in questions if question.key[0] == "columns")
    sums = [(each.value, each.total) for each in amounts.candidates]
    assert sums == [("Open amount", "150.50"), ("Balance", "110.50")]


def test_the_first_answers_to_all_questions_make_a_ledger(tmp_path: Path) -> None:
    error = asked(tmp_path, OPEN)
    answers = merged(nested(*each.answer()) for each in error.questions)
    ledger = ar.read_ledger(write(tmp_path, OPEN), snapshot_on=DAY, hints=answers)
    assert sum(row[-1] for row in items_of(ledger)) == 150.50


def test_a_column_that_differs_in_each_row_of_a_document_makes_the_key(tmp_path: Path) -> None:
    parts = [(number, part) for number in (1001, 1002) for part in "NS"]
    rows = [f"{number};{part};K1;05.10.2026;04.11.2026;EUR;{number},{ord(part)}\n" for number, part in parts]
    ledger = read(
        tmp_path, "Document No.;Part;Customer No.;Document Date;Due Date;Currency;Open amount\n" + "".join(rows)
    )
    assert [row[0] for row in items_of(ledger)] == ["1001/N", "1001/S", "1002/N", "1002/S"]


UNKNOWN = """Statement: 7,,,,
Handled by: Nord AG,,,,
Nr,Aa,Bb,Recorded on,Open amount
1,x,2026-03-01,2026-02-01,10.00
2,y,2026-03-02,2026-02-02,20.00
3,x,,2026-02-03,30.00
"""


def test_columns_that_could_be_meant_are_offered_with_what_is_in_them(tmp_path: Path) -> None:
    questions = {each.key: each for each in asked(tmp_path, UNKNOWN, day=DAY, currency="EUR").questions}
    days = questions["columns", "document_date"].candidates
    assert [(each.value, each.evidence) for each in days] == [
        ("Recorded on", "2026-02-01, 2026-02-02, 2026-02-03"),
        ("Bb", "2026-03-01, 2026-03-02"),
    ]
    customers = questions["columns", "customer_id"].candidates
    assert [(each.key, each.value) for each in customers if each.key] == [(("customer",), "Nord AG")]
    assert {each.value for each in customers if not each.key} <= {"Aa", "Nr"}
