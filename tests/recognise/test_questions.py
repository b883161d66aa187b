"""Questions and answers: each way to answer means the same, whatever is written in the file."""

import shlex
import tomllib
from typing import Any

import pytest

from arkit.errors import ReadingError
from arkit.files.questions import Candidate, Key, Question, QuestionsError, as_hints, merged, nested, parsed

HEADERS = (
    "Amount",
    "Amount Due",
    "Сумма, руб.",
    'the "net" sum',
    "a=b",
    "it's",
    "$1 `x` !y",
    "back\\slash",
    "two\nlines",
    "金额",
    "a.b.c",
)
KEYS: tuple[tuple[str, ...], ...] = (("columns", "open_amount"), ("ignored",), ("sheet",))


@pytest.mark.parametrize("text", HEADERS)
@pytest.mark.parametrize("key", [*KEYS, *[("keep", "{}"), ("statuses", "{}"), ("types", "{}")]])
def test_a_flag_python_and_toml_say_the_same(key: Key, text: str) -> None:
    value = {"statuses": "paid", "types": "not_receivable"}.get(key[0], text)
    asked = Question(tuple(part.replace("{}", text) for part in key), "?", (Candidate(value),))
    said = nested(*asked.answer())
    assert merged(as_of_shell(asked.as_flag())) == said
    assert as_hints(tomllib.loads(asked.as_toml())) == as_hints(said)
    assert eval(f"dict({asked.as_python()})")["hints"] == said


def as_of_shell(flags: str) -> list[dict[str, Any]]:
    words = shlex.split(flags)
    assert words[::2] == ["--hint"] * (len(words) // 2)
    return [hint for word in words[1::2] if (hint := parsed(word)) is not None]


def test_several_values_are_several_flags() -> None:
    asked = Question(("keep", "Doc type"), "?", (Candidate(("Sales invoice", "Memo")),))
    assert merged(as_of_shell(asked.as_flag())) == {"keep": {"Doc type": ["Sales invoice", "Memo"]}}


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        ({"statuses": {"Bezahlt": "paidd"}}, "no status 'paidd'. Is paid meant?"),
        ({"types": {"RV": "invoise"}}, "no item type 'invoise'. Is invoice meant?"),
        ({"columns": {"open_amout": "X"}}, "no column of items 'open_amout'. Is open_amount meant?"),
        ({"colour": "red"}, "colour"),
        ({"unit": "many"}, "unit"),
        ({"covers_from": "2026-02-01", "covers_until": "2026-01-01"}, "the first day is later"),
        ({"currency": "EURO"}, "ISO 4217"),
    ],
)
def test_a_hint_that_does_not_exist_is_refused(hints: dict[str, object], said: str) -> None:
    with pytest.raises(ReadingError, match=said):
        as_hints(hints)


def test_all_questions_are_told_at_once_with_their_candidates() -> None:
    candidates = (Candidate("Due", "1,150.00", "the total proves it"), Candidate("Amount", "1,600.00"))
    error = QuestionsError(
        (Question(("columns", "open_amount"), "What is open?", candidates), Question(("currency",), "In what?")),
        "x.csv",
    )
    assert [
        part
        for part in ("2 questions", "1,150.00", "1,600.00", "--hint currency=EUR", '"Due"')
        if part not in str(error)
    ] == []
