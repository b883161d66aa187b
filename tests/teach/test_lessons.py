"""Lessons: every typical mistake gets its own hint, and a right answer is accepted by any route."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import arkit as ar
from arkit.errors import LessonError, UnknownNameError
from arkit.resources import resource
from arkit.teach import Lesson, lesson
from arkit.teach.lesson import answer_shown
from arkit.teach.lessons import COURSES

STUDENTS = ("", "Ann", "林小明", "4711")
NUMBERED = [
    (course, f"{course}.{place}", exercise)
    for course, made in COURSES.items()
    for place, exercise in enumerate(made.exercises, start=1)
]
EXERCISES = [(course, number) for course, number, _ in NUMBERED]
MISTAKES = [(course, number, name) for course, number, exercise in NUMBERED for name in exercise.mistakes]
made = cache(lesson)


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("course", "number", "name"), MISTAKES)
def test_a_typical_mistake_gets_its_own_hint(course: int, number: str, name: str, student: str) -> None:
    taught = made(course, student=student)
    said = taught.check(number, taught.asked[number].mistakes[name])
    assert (said.state, said.mistake, said.text) == ("mistake", name, taught.asked[number].text(f"hints.{name}"))


@pytest.mark.parametrize(("course", "number"), EXERCISES)
def test_no_two_mistakes_share_a_hint(course: int, number: str) -> None:
    asked = made(course, student="").asked[number]
    hints = [asked.text(f"hints.{name}") for name in asked.mistakes]
    assert len(set(hints)) == len(hints)


@pytest.mark.parametrize("course", COURSES)
def test_each_mistake_has_words_and_each_word_a_mistake(course: int) -> None:
    words = tomllib.loads(resource(f"templates/words/locale/en/lesson_{course}.toml").read_text(encoding="utf-8"))
    exercises = {str(place): exercise for place, exercise in enumerate(COURSES[course].exercises, start=1)}
    of_exercises = words["exercise"]
    assert {place: list(said["hints"]) for place, said in of_exercises.items()} == {
        place: list(exercise.mistakes) for place, exercise in exercises.items()
    }
    assert {place: tuple(said.get("options", ())) for place, said in of_exercises.items()} == {
        place: exercise.options for place, exercise in exercises.items()
    }
    assert tuple(words["planted"]) == COURSES[course].planted


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize(("course", "number"), EXERCISES)
def test_the_way_that_is_shown_leads_to_the_right_answer(course: int, number: str, student: str) -> None:
    taught = made(course, student=student)
    names: dict[str, Any] = {"ar": ar, "ledger": taught.ledger, "lesson": taught}
    exec(taught.asked[number].code, names)
    assert taught.check(number, names["answer"]).right


@pytest.mark.parametrize(("course", "number"), EXERCISES)
def test_an_answer_that_no_mistake_explains_gets_a_nudge(course: int, number: str) -> None:
    taught = made(course, student="")
    wrong: dict[str, object] = {
        "names": ["nobody"],
        "choice": "E",
        "table": dict.fromkeys(taught.asked[number].labels, 7),
    }
    said = taught.check(number, wrong.get(taught.asked[number].exercise.form, -987654.0))
    assert said.state == "other"
    assert said.text.endswith(taught.asked[number].text("nudge"))


def test_a_wrong_list_or_table_is_told_where_it_differs() -> None:
    taught = made(1, student="Ann")
    assert taught.check("1.3", ["101", "102", "103", "104", "109"]).text.startswith("Missing: 2, too many: 1.")
    aging = taught.asked["1.5"].right
    assert isinstance(aging, dict)
    assert taught.check("1.5", {**aging, "31-60": 5.0}).text.startswith("To look at again: 31-60. ")


def amount(taught: Lesson, number: str) -> float:
    right = taught.asked[number].right
    assert isinstance(right, float)
    return right


@pytest.mark.parametrize(
    "given",
    {
        "rounded to cents": lambda right: round(right, 2),
        "text": lambda right: f"{right:,.2f}",
        "decimal": lambda right: Decimal(f"{right:.2f}"),
        "numpy": np.float64,
        "series": lambda right: pd.Series([right]),
        "polars": lambda right: pl.Series([right]),
        "list": lambda right: [right],
        "table with its column": lambda right: pd.DataFrame({"items": [3], "gross": [right], "net": [0.0]}),
        "table of one column": lambda right: pd.DataFrame({"anything": [right]}),
    }.values(),
)
def test_a_right_amount_is_accepted_as(given: Callable[[float], object]) -> None:
    taught = made(1, student="Ann")
    assert taught.check("1.4", given(amount(taught, "1.4"))).right


@pytest.mark.parametrize("off", [0.01, -0.01, 1.0])
def test_a_cent_more_or_less_is_not_right(off: float) -> None:
    taught = made(1, student="Ann")
    assert not taught.check("1.4", amount(taught, "1.4") + off).right


def test_an_aging_is_accepted_in_any_form() -> None:
    taught = made(1, student="Ann")
    table = ar.aging_table(taught.ledger, as_of="2026-10-31")
    buckets = table[["not due", "1-30", "31-60", "61-90", "over 90"]].iloc[0]
    items = ar.open_items(taught.ledger, as_of="2026-10-31")
    tall = items[items["open_amount"] > 0].groupby("bucket", observed=True)["open_amount"].sum()
    for given in (
        table,
        buckets,
        buckets[::-1].to_dict(),
        buckets.tolist()[::-1],
        tall,
        tall.reset_index(),
        pl.from_pandas(tall.reset_index()),
        {label.upper(): round(value, 2) for label, value in buckets.items() if value},
    ):
        assert taught.check("1.5", given).right, given


@pytest.mark.parametrize(
    "given",
    [
        ["106", "101", "104", "103", "102", "105"],
        {101, 102, 103, 104, 105, 106},
        "101, 102, 103, 104, 105, 106",
        pd.DataFrame({"item_id": ["101", "102", "103", "104", "105", "106"], "open_amount": 1.0}),
        pl.Series(["101", "102", "103", "104", "105", "106"]),
    ],
    ids=["list in other order", "set of numbers", "text", "table", "polars"],
)
def test_names_are_accepted_as(given: object) -> None:
    assert made(1, student="Ann").check("1.3", given).right


def test_per_cent_is_as_good_as_a_ratio() -> None:
    taught = made(2, student="Ann")
    assert taught.check("2.4", round(100 * amount(taught, "2.4"), 1)).right
    parts = taught.asked["2.2"].right
    assert isinstance(parts, dict)
    assert taught.check("2.2", {month: 100 * part for month, part in parts.items()}).right


def test_a_letter_is_accepted_in_small() -> None:
    taught = made(1, student="Ann")
    right = str(taught.asked["1.8"].right)
    assert taught.check("1.8", f" {right.upper()} ").right
    assert taught.check("1.8", right.lower()).right


def test_a_reversed_sign_is_told() -> None:
    taught = made(1, student="Ann")
    assert "its sign is not" in taught.check("1.4", -amount(taught, "1.4")).text
    assert taught.check("1.6", abs(amount(taught, "1.6"))).right


def test_an_answer_rounded_too_much_is_told() -> None:
    taught = made(2, student="Ann")
    days = amount(taught, "2.1")
    assert "Is it rounded?" in taught.check("2.1", days + 0.3).text
    assert "Is it rounded?" in made(1, student="Ann").check("1.4", round(amount(made(1, student="Ann"), "1.4"))).text
    assert "Is it rounded?" not in taught.check("2.1", days + 3).text


@pytest.mark.parametrize("dots", [..., [...], {"not due": 1.0, "1-30": ...}])
def test_three_dots_are_no_answer_yet(dots: object) -> None:
    assert made(1, student="").check("1.5", dots).state == "open"


@pytest.mark.parametrize(
    ("number", "given", "said"),
    [
        ("1.1", "a lot", "asks for one number"),
        ("1.1", None, "asks for one number"),
        ("1.1", True, "asks for one number"),
        ("1.1", [1.0, 2.0], "2 values were given"),
        ("1.1", pd.DataFrame({"a": [1.0], "b": [2.0]}), "not clear which column"),
        ("1.3", 3.5, "asks for a list of names"),
        ("1.5", 3.5, "a value for each of"),
        ("1.5", {"1-30": 1.0, "2 months": 2.0}, "'2 months' is not among"),
        ("1.5", [1.0, "much"], "something is not a number"),
    ],
)
def test_what_cannot_be_read_is_told(number: str, given: object, said: str) -> None:
    verdict = made(1, student="").check(number, given)
    assert verdict.state == "unread"
    assert said in verdict.text


def test_students_have_numbers_of_their_own_and_always_the_same() -> None:
    ann, bo, again = (lesson(1, student=name) for name in ("Ann", "Bo", " ann "))
    assert ann.asked["1.4"].right != bo.asked["1.4"].right
    assert ann.asked["1.4"].right == again.asked["1.4"].right


def test_a_lesson_or_exercise_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="no lesson 9"):
        lesson(9)
    with pytest.raises(UnknownNameError, match=r"no exercise of lesson 1 '2\.1'"):
        made(1, student="").check("2.1", 1)


def test_require_stops_at_a_wrong_answer() -> None:
    taught = made(1, student="")
    assert taught.check("1.1", taught.asked["1.1"].right).require().right
    with pytest.raises(LessonError, match=r"Exercise 1\.1: Not yet\."):
        taught.check("1.1", -1).require()


def test_no_answer_is_in_a_notebook_or_in_the_words() -> None:
    files = [
        *resource("notebooks/lessons").glob("*.ipynb"),
        *resource("templates/words/locale").glob("*/lesson_*.toml"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for course in COURSES:
        for asked in made(course, student="").asked.values():
            if asked.exercise.form in ("amount", "ratio"):
                assert answer_shown(asked, asked.right) not in text


def test_what_is_shown_is_escaped() -> None:
    said = made(1, student="").check("1.1", "<script>")
    assert "<script>" not in said._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("language", "right", "sign"),
    [("ru", "Верно.", "Число верное, а знак нет."), ("zh", "正确。", "数值正确，但正负号不对。")],
)
def test_a_lesson_speaks_the_language_that_it_is_asked_for(language: str, right: str, sign: str) -> None:
    taught = lesson(1, student="Ann", language=language)
    assert str(taught.check("1.4", amount(taught, "1.4"))).startswith(right)
    assert taught.check("1.4", -amount(taught, "1.4")).text == sign
    assert amount(taught, "1.4") == amount(made(1, student="Ann"), "1.4")


def test_the_old_name_of_a_chart_still_works() -> None:
    with pytest.warns(DeprecationWarning, match=r"Lesson\.chart"):
        assert lesson(1).figure("balance").data
