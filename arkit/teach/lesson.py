"""A lesson: a learner's own ledger, and exercises that say what a wrong answer shows.

The words are in the catalogue (``lesson_1.toml`` and so on; what every lesson says in ``teach.toml``, the terms in
``glossary.toml``), the questions in the notebooks. A lesson speaks the language that it is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeVar

import pandas as pd

from arkit.errors import LessonError, unknown_name
from arkit.kpi.registry import KPIS
from arkit.model.ledger import Ledger
from arkit.present.html import Html, page_part, table
from arkit.sample.world import Draws
from arkit.teach.answers import Given, Value, is_unanswered, read_answer
from arkit.teach.exercise import Asked, Book
from arkit.teach.lessons import COURSES
from arkit.words.catalogue import in_own_language, language_name, languages, require_language, text
from arkit.words.columns import Column, Kind, shown

if TYPE_CHECKING:
    from arkit.present.charts import Figure

Thing = TypeVar("Thing")
State = Literal["right", "mistake", "other", "unread", "open", "solution"]
# The class sheet reads these records out of the saved notebooks.
RECORD: Final = "application/vnd.arkit.lesson+json"
OPTIONS: Final = 3
MOST_DRAWS: Final = 50
# The ledgers of lessons know their customers by name, and a learner sees words where a report has none.
COLUMNS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("customer_id", "option", "what", "planted"), "text"),
    **dict.fromkeys(("at_its_end", "a_month_later", "two_months_later"), "ratio"),
    **dict.fromkeys(("as_of", "billing_month"), "date"),
    "countback_dso": "days",
}


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer, and the record of it that stays in the notebook.

    ``head`` and ``text`` are in the language of the lesson; ``mistake`` is the name of the typical mistake that the
    answer shows, if it shows one.
    """

    number: str
    state: State
    head: str
    text: str
    student: str = ""
    answer: Given | None = None
    mistake: str = ""
    value: str = ""
    code: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == "right"

    def require(self) -> Self:
        """The verdict itself if the answer is right; a teacher's copy must not run through with a wrong one.

        Raises
        ------
        LessonError
            The answer is wrong, or missing.
        """
        if not self.right:
            raise LessonError(f"Exercise {self.number}: {self}")
        return self

    def __str__(self) -> str:
        return f"{self.head} {self.text}".strip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        part = page_part("verdict", state=self.state, head=self.head, text=self.text, value=self.value, code=self.code)
        return {"text/plain": str(self), "text/html": part.markup, RECORD: self.record()}

    def record(self) -> dict[str, Any]:
        """What the class sheet needs: the answer itself, so that it is judged again and not believed."""
        return {"exercise": self.number, "student": self.student, "state": self.state, "answer": _as_json(self.answer)}


def _as_json(answer: object) -> object:
    if isinstance(answer, frozenset | tuple):
        # A set has another order in every process, and the saved notebook would change by itself.
        return sorted(answer)
    return dict(answer) if isinstance(answer, Mapping) else answer


@in_own_language
@dataclass(frozen=True)
class Lesson:
    """A lesson of one learner: their ledger, and the exercises on it.

    Attributes
    ----------
    number, student
        Which lesson, and whose.
    ledger
        The ledger that the exercises are about.
    asked
        The exercises on this ledger.
    language
        Of verdicts, hints and titles, as far as they are translated; else English.
    """

    number: int
    student: str
    ledger: Ledger
    asked: Mapping[str, Asked]
    language: str = "en"

    def check(self, number: str, answer: object) -> Verdict:
        """Whether an answer is right, or which typical mistake it shows.

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
        asked = self._exercise(number)
        if is_unanswered(answer):
            return self._verdict(asked, "open", text("teach.answer.unanswered"))
        try:
            exercise = asked.exercise
            given = read_answer(answer, form=exercise.form, columns=exercise.columns, labels=asked.labels)
        except LessonError as unread:
            return self._verdict(asked, "unread", str(unread))
        return self._judged(asked, given)

    def _judged(self, asked: Asked, given: Given) -> Verdict:
        if asked.comes_to(given, asked.right):
            return self._verdict(asked, "right", asked.text("right"), answer=given)
        mistake = next((name for name, value in asked.mistakes.items() if asked.comes_to(given, value)), "")
        if mistake:
            return self._verdict(asked, "mistake", asked.text(f"hints.{mistake}"), answer=given, mistake=mistake)
        return self._verdict(asked, "other", _unexplained(asked, given), answer=given)

    def _verdict(self, asked: Asked, state: State, said: str, **more: Any) -> Verdict:
        return Verdict(asked.number, state, text(f"teach.verdict.{state}"), said, self.student, **more)

    def solution(self, number: str) -> Verdict:
        """The solution of an exercise: how it is found, and what it comes to."""
        asked = self._exercise(number)
        code = "" if asked.exercise.form == "choice" else asked.code
        return self._verdict(asked, "solution", asked.text("way"), value=answer_shown(asked, asked.right), code=code)

    def options(self, number: str) -> Html:
        """What a case leaves to decide, by letter."""
        asked = self._exercise(number)
        exercise, book = asked.exercise, asked.book
        amounts = exercise.amounts(book).items() if exercise.amounts else ()
        values = {name: shown(value, exercise.unit) for name, value in amounts}
        said = {
            book.letter(place): asked.text(f"options.{name}", **values) for place, name in enumerate(exercise.options)
        }
        return lesson_table(_frame(option=sorted(said), what=[said[letter] for letter in sorted(said)]))

    def show(self, frame: pd.DataFrame, *columns: str) -> Html:
        """A table, or some of its columns, with the titles, days and amounts of a report."""
        return lesson_table(frame[list(columns)] if columns else frame)

    def table(self, name: str) -> Html:
        """One of the tables that the lesson gives to read.

        Raises
        ------
        UnknownNameError
            The lesson has no such table.
        """
        return lesson_table(_named(name, COURSES[self.number].tables, "table", self.number)(self.ledger))

    def chart(self, name: str) -> Figure:
        """One of the charts of the lesson.

        Raises
        ------
        UnknownNameError
            The lesson has no such chart.
        """
        return _named(name, COURSES[self.number].charts, "chart", self.number)(self.ledger)

    def figure(self, name: str) -> Figure:
        """The old name of :meth:`chart`, for notebooks that learners have saved."""
        warnings.warn("Lesson.figure is now called Lesson.chart.", DeprecationWarning, stacklevel=2)
        return self.chart(name)

    def terms(self) -> Html:
        """The terms of the lesson in every language that there is."""
        return lesson_table(terms_table(COURSES[self.number].terms))

    def planted(self) -> Html:
        """Which traps were planted in the ledger of the lesson."""
        names = COURSES[self.number].planted
        return lesson_table(_frame(planted=[text(f"lesson_{self.number}.planted.{name}") for name in names]))

    def _exercise(self, number: str) -> Asked:
        return _named(number, self.asked, "exercise", self.number)


def lesson(number: int, *, student: str = "", language: str = "en") -> Lesson:
    """A lesson with the ledger of a learner.

    Parameters
    ----------
    number
        1, 2 or 3.
    student
        A name or number: each has amounts of their own, and the same ones every time. Case and spaces do not matter.
    language
        ``en``, ``ru`` or ``zh``: of verdicts and titles. What is not translated is said in English.

    Raises
    ------
    UnknownNameError
        There is no such lesson, or no such language.

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
        # Chance may make a mistake come to the right answer: every hint must be true, so another ledger is drawn.
        if COURSES[number].tells_its_story(book) and all(each.is_clear for each in asked.values()):
            return Lesson(number, whose, book.ledger, asked, require_language(language))
    raise LessonError(f"Lesson {number} has no clear amounts for {student!r}; choose another name.")


def _drawn(number: int, whose: str, attempt: int) -> tuple[Book, dict[str, Asked]]:
    course, topic = COURSES[number], f"{whose} {attempt}"
    ledger = course.draw_ledger(Draws(number, f"ledger {topic}"))
    book = Book(ledger, tuple(Draws(number, f"options {topic}").order(OPTIONS).tolist()))
    numbered = {f"{number}.{place}": exercise for place, exercise in enumerate(course.exercises, start=1)}
    return book, {key: Asked(key, exercise, book) for key, exercise in numbered.items()}


def _unexplained(asked: Asked, given: Given) -> str:
    """What is said to a wrong answer that no typical mistake explains."""
    if isinstance(given, float) and asked.agree(-given, asked.right):
        return text("teach.answer.sign")
    if asked.is_near(given):
        return text(f"teach.answer.rounded.{asked.exercise.form}")
    return " ".join(filter(None, (asked.what_differs(given), asked.text("nudge"))))


def answer_shown(asked: Asked, value: Value) -> str:
    """An answer, right or mistaken, as a reader sees it.

    >>> asked = lesson(1).asked["1.5"]
    >>> answer_shown(asked, {"1-30": 5.0, "31-60": 0.0})
    '1-30: 5.00'
    """
    return _shown(value, asked.exercise.form, asked.exercise.unit)


def _shown(value: Value, form: str, unit: str) -> str:
    if isinstance(value, str):
        return value.upper() if form == "choice" else value
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {_shown(cell, unit, unit)}" for label, cell in value.items() if cell)
    return f"{value:.3f}" if form == "ratio" else shown(value, form)  # type: ignore[arg-type]


def terms_table(names: Iterable[str]) -> pd.DataFrame:
    """Some terms of the glossary or KPIs by their names, one row each, a column for each language.

    Raises
    ------
    UnknownNameError
        There is no such term.

    Examples
    --------
    >>> terms_table(["unapplied"]).loc[0, "中文"]
    '未核销'
    """
    keys = [f"kpi.{name}.title" if name in KPIS else f"glossary.{name}" for name in names]
    return pd.DataFrame([{language_name(code): text(key, language=code) for code in languages()} for key in keys])


def lesson_table(frame: pd.DataFrame) -> Html:
    """A table as a lesson shows it."""
    titles = {name: Column(text(f"teach.column.{name}"), kind) for name, kind in COLUMNS.items()}
    titles |= {name: Column(name) for name in map(language_name, languages())}
    return page_part("lesson", content=table(frame, columns=titles).markup)


def _named(name: str, things: Mapping[str, Thing], kind: str, lesson: int) -> Thing:
    if name not in things:
        raise unknown_name(f"{kind} of lesson {lesson}", name, known=things)
    return things[name]


def _frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns)
