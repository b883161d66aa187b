"""A lesson: a learner's own ledger, and exercises that tell what a wrong answer shows.

A lesson's words out of templates/lessons: titles, hints, ways to solutions, options of a case, what was planted.

The terms of receivables in English, Russian and Chinese, out of templates/words/terms.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from arkit.errors import LessonError, unknown_name
from arkit.model.ledger import Ledger
from arkit.present.html import Html, page_part, table
from arkit.resources import resource
from arkit.sample.draws import Draws
from arkit.settings import read_settings
from arkit.teach.answers import Verdict, read_answer
from arkit.teach.exercise import Asked, Book, Course, Given, Value
from arkit.teach.how_fast import HOW_FAST
from arkit.teach.what_is_open import WHAT_IS_OPEN
from arkit.teach.who_pays_how import WHO_PAYS_HOW
from arkit.words.columns import Column
from arkit.words.formats import shown

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.charts import Figure


class ExerciseText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of an exercise.

    Parameters
    ----------
    title
        What it is about, for the class sheet.
    right
        What is said to the right answer.
    nudge
        What is said to an answer that no typical mistake explains.
    way, code
        How the solution is found, in words and with arkit.
    hints
        Name of a typical mistake to its hint.
    options
        What a case leaves to decide, by name.
    """

    title: str
    right: str
    nudge: str
    way: str
    code: str
    hints: dict[str, str]
    options: dict[str, str] = {}


class LessonText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of a lesson: its title, the terms it brings, the faults planted in its ledger, its exercises."""

    title: str
    terms: tuple[str, ...]
    planted: tuple[str, ...]
    exercises: dict[str, ExerciseText]


@cache
def lesson_text(number: int) -> LessonText:
    """Return the words of a lesson."""
    return read_settings(resource(f"templates/lessons/{number}.toml"), LessonText, what="lesson", error=LessonError)


@cache
def terms() -> dict[str, dict[str, str]]:
    """Return every term of the glossary with what it is called in Russian (``ru``) and Chinese (``zh``).

    >>> terms()["unapplied"]["zh"]
    '未核销'
    """
    return tomllib.loads(resource("templates/words/terms.toml").read_text(encoding="utf-8"))


def terms_table(names: Iterable[str]) -> pd.DataFrame:
    """Return some terms, one row each, a column for each language.

    Raises
    ------
    UnknownNameError
        There is no such term.
    """
    import pandas as pd

    rows = []
    for name in names:
        if name not in terms():
            raise unknown_name("term", name, known=terms())
        rows.append({"English": name, "Русский": terms()[name]["ru"], "中文": terms()[name]["zh"]})
    return pd.DataFrame(rows)


Thing = TypeVar("Thing")
COURSES: Final[dict[int, Course]] = {1: WHAT_IS_OPEN, 2: HOW_FAST, 3: WHO_PAYS_HOW}
OPTIONS: Final = 3
MOST_DRAWS: Final = 50
# The ledgers of lessons know their customers by name, and a learner sees words where a report has none.
TITLES: Final = {
    "customer_id": Column("Customer"),
    "option": Column("Option"),
    "what": Column("What it says"),
    "planted": Column("Traps in this ledger"),
    "at_its_end": Column("Open at its end", "ratio"),
    "a_month_later": Column("A month later", "ratio"),
    "two_months_later": Column("Two months later", "ratio"),
    "countback_dso": Column("Count-back DSO", "days"),
    "as_of": Column("Month to", "date"),
    "billing_month": Column("Sales of the month to", "date"),
    **{name: Column(name) for name in ("English", "Русский", "中文")},
}
SIGN: Final = "The number is right, its sign is not."
ROUNDED: Final = "Nearly. Is it rounded? It is asked for {}."
EXACTLY: Final = {"amount": "to the cent", "days": "with one decimal", "ratio": "with three decimals"}
UNANSWERED: Final = "Put your answer in the place of the three dots and run the cell again."


@dataclass(frozen=True)
class Lesson:
    """A lesson of one learner: his ledger, and the exercises on it.

    Attributes
    ----------
    number, student
        Which lesson, and whose.
    ledger
        The ledger that the exercises are about.
    asked
        The exercises on this ledger.
    """

    number: int
    student: str
    ledger: Ledger
    asked: Mapping[str, Asked]

    @property
    def text(self) -> LessonText:
        """The words of the lesson."""
        return lesson_text(self.number)

    def check(self, number: str, answer: object) -> Verdict:
        """Say whether an answer is right, or which typical mistake it shows.

        Parameters
        ----------
        number
            Of the exercise, such as ``1.2``.
        answer
            A number, name, list, dict, Series or table, in any order, rounded or not; three dots for none yet.

        Raises
        ------
        UnknownNameError
            The lesson has no such exercise.
        """
        asked, text = self._exercise(number), self.text.exercises[number]
        if unanswered(answer):
            return Verdict(number, "open", UNANSWERED, self.student)
        try:
            given = read_answer(answer, asked)
        except LessonError as unread:
            return Verdict(number, "unread", str(unread), self.student)
        return self._judged(number, given, asked, text)

    def _judged(self, number: str, given: Given, asked: Asked, text: ExerciseText) -> Verdict:
        if asked.comes_to(given, asked.right):
            return Verdict(number, "right", text.right, self.student, given)
        shows = [name for name, value in asked.mistakes.items() if asked.comes_to(given, value)]
        if shows:
            return Verdict(number, "mistake", text.hints[shows[0]], self.student, given, mistake=shows[0])
        if isinstance(given, float) and asked.agree(-given, asked.right):
            return Verdict(number, "other", SIGN, self.student, given)
        if asked.is_near(given):
            return Verdict(number, "other", ROUNDED.format(EXACTLY[asked.exercise.form]), self.student, given)
        said = " ".join(filter(None, (asked.what_differs(given), text.nudge)))
        return Verdict(number, "other", said, self.student, given)

    def solution(self, number: str) -> Verdict:
        """Show the solution of an exercise: how it is found, and what it comes to."""
        asked, text = self._exercise(number), self.text.exercises[number]
        value = in_words(asked.right, asked.exercise.form, asked.exercise.unit)
        return Verdict(
            number,
            "solution",
            text.way,
            self.student,
            value=value,
            code="" if asked.exercise.form == "choice" else text.code,
        )

    def options(self, number: str) -> Html:
        """Show what a case leaves to decide, by letter."""
        asked, text = self._exercise(number), self.text.exercises[number]
        figures = asked.exercise.figures(asked.book) if asked.exercise.figures else {}
        amounts = {name: shown(value, asked.exercise.unit) for name, value in figures.items()}
        lines = {asked.book.letter(place): words.format(**amounts) for place, words in enumerate(text.options.values())}
        rows = _frame(option=sorted(lines), what=[lines[letter] for letter in sorted(lines)])
        return lesson_table(rows)

    def show(self, frame: pd.DataFrame, *columns: str) -> Html:
        """Show a table, or some of its columns, with the titles, days and amounts of a report."""
        return lesson_table(frame[list(columns)] if columns else frame)

    def table(self, name: str) -> Html:
        """Show one of the tables that the lesson gives to read.

        Raises
        ------
        UnknownNameError
            The lesson has no such table.
        """
        return lesson_table(_named(name, COURSES[self.number].tables, f"table of lesson {self.number}")(self.ledger))

    def figure(self, name: str) -> Figure:
        """Show one of the figures of the lesson.

        Raises
        ------
        UnknownNameError
            The lesson has no such figure.
        """
        return _named(name, COURSES[self.number].figures, f"figure of lesson {self.number}")(self.ledger)

    def terms(self) -> Html:
        """Show the terms of the lesson in English, Russian and Chinese."""
        return lesson_table(terms_table(self.text.terms))

    def planted(self) -> Html:
        """Tell which faults were planted in the ledger of the lesson."""
        return lesson_table(_frame(planted=list(self.text.planted)))

    def _exercise(self, number: str) -> Asked:
        return _named(number, self.asked, f"exercise of lesson {self.number}")


def lesson(number: int, *, student: str = "") -> Lesson:
    """Return a lesson with the ledger of a learner.

    Parameters
    ----------
    number
        1, 2 or 3.
    student
        A name or number: each has figures of its own, and the same ones every time. Case and spaces do not matter.

    Raises
    ------
    UnknownNameError
        There is no such lesson.

    Examples
    --------
    >>> from arkit import teach
    >>> first = teach.lesson(1, student="Ann")
    >>> first.check("1.1", ...).text
    'Put your answer in the place of the three dots and run the cell again.'
    >>> first.check("1.1", first.asked["1.1"].right).right
    True
    """
    if number not in COURSES:
        raise unknown_name("lesson", number, known=COURSES)
    whose = " ".join(student.split())
    for attempt in range(MOST_DRAWS):
        book, asked = _drawn(number, whose.casefold(), attempt)
        # Chance may make a mistake come to the right answer; such figures teach nothing and are drawn anew.
        if COURSES[number].tells_its_story(book) and all(each.is_clear for each in asked.values()):
            return Lesson(number, whose, book.ledger, asked)
    raise LessonError(f"Lesson {number} has no clear figures for {student!r}; choose another name.")


def _drawn(number: int, whose: str, attempt: int) -> tuple[Book, dict[str, Asked]]:
    course, topic = COURSES[number], f"{whose} {attempt}"
    ledger = course.draw_ledger(Draws(number, f"ledger {topic}"))
    book = Book(ledger, tuple(Draws(number, f"options {topic}").order(OPTIONS).tolist()))
    return book, {exercise.number: Asked(exercise, book) for exercise in course.exercises}


def unanswered(answer: object) -> bool:
    """Return whether an answer, or a part of it, is still the three dots.

    >>> unanswered(...), unanswered({"1-30": ...}), unanswered(0)
    (True, True, False)
    """
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list | tuple) else [answer]
    return any(part is ... for part in parts)


def in_words(value: Value, form: str, unit: str) -> str:
    """Return an answer as a reader sees it.

    >>> in_words({"1-30": 5.0, "31-60": 0.0}, "table", "amount")
    '1-30: 5.00'
    """
    if isinstance(value, str):
        return value.upper() if form == "choice" else value
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {in_words(cell, unit, unit)}" for label, cell in value.items() if cell)
    return f"{value:.3f}" if form == "ratio" else shown(value, form)  # type: ignore[arg-type]


def lesson_table(frame: pd.DataFrame) -> Html:
    """Return a table as a lesson shows it."""
    return page_part("lesson", content=table(frame, columns=TITLES).markup)


def _named(name: str, things: Mapping[str, Thing], kind: str) -> Thing:
    if name not in things:
        raise unknown_name(kind, name, known=things)
    return things[name]


def _frame(**columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns)
