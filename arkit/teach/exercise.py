"""Exercises: a question's right answer and the typical mistakes, each computed from the lesson's ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

from arkit.model.ledger import Ledger
from arkit.sample.draws import Draws

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.charts import Figure

Form = Literal["amount", "days", "count", "ratio", "names", "table", "choice"]
Value = float | str | frozenset[str] | Mapping[str, float] | Mapping[str, str]
# As a learner gives it; a tuple is the numbers of a table without their labels.
Given = Value | tuple[float, ...]
PER_CENT: Final = 100
LETTERS: Final = "ABCDE"
# What a rounding may take away: to the cent, to a tenth of a day, to a tenth of a per cent.
TOLERANCE: Final[dict[str, float]] = {"amount": 0.0051, "days": 0.0501, "count": 0.0001, "ratio": 0.000501}
# What looks like the right number, rounded more than that.
NEAR: Final[dict[str, float]] = {"amount": 0.51, "days": 0.51, "ratio": 0.0051}


@dataclass(frozen=True, eq=False)
class Book:
    """What a learner works on: a ledger of his own, and the order in which a case's options stand.

    A book equals itself alone, so that what is asked of it often can be kept.
    """

    ledger: Ledger
    order: tuple[int, ...]

    def letter(self, place: int) -> str:
        """Return the letter under which an option of a case is shown."""
        return LETTERS[self.order.index(place)]


Way = Callable[[Book], Value]


@dataclass(frozen=True)
class Exercise:
    """A question: its form, how its answer follows from the ledger, and what each typical mistake comes to.

    Parameters
    ----------
    number
        ``1.2`` is the second of lesson 1.
    form
        What an answer is. ``table`` is numbers or words by label, ``choice`` the letter of an option.
    answer, mistakes
        Functions of the book; a mistake's name is that of its hint.
    columns
        Columns in which a table given as the answer holds it.
    unit
        Of the numbers in a table.
    either_sign
        Whether -5 is as good as 5.
    figures
        Amounts that the options of a case name.
    """

    number: str
    form: Form
    answer: Way
    mistakes: Mapping[str, Way]
    columns: tuple[str, ...] = ()
    unit: Literal["amount", "days", "ratio"] = "amount"
    either_sign: bool = False
    figures: Callable[[Book], Mapping[str, float]] | None = None

    @property
    def tolerance(self) -> float:
        """How far a number may be from the right one."""
        return TOLERANCE.get(self.form, TOLERANCE[self.unit])


@dataclass(frozen=True)
class Course:
    """What makes a lesson: how a learner's ledger is drawn, its exercises, and tables and figures to read."""

    draw_ledger: Callable[[Draws], Ledger]
    exercises: Sequence[Exercise]
    tables: Mapping[str, Callable[[Ledger], pd.DataFrame]] = field(default_factory=dict)
    figures: Mapping[str, Callable[[Ledger], Figure]] = field(default_factory=dict)
    tells_its_story: Callable[[Book], bool] = lambda _: True


@dataclass(frozen=True)
class Asked:
    """An exercise on a book: what is right, and what each typical mistake comes to there."""

    exercise: Exercise
    book: Book

    @cached_property
    def right(self) -> Value:
        """The right answer."""
        return canonical(self.exercise.answer(self.book))

    @cached_property
    def mistakes(self) -> dict[str, Value]:
        """What each typical mistake comes to."""
        return {name: canonical(way(self.book)) for name, way in self.exercise.mistakes.items()}

    @property
    def labels(self) -> frozenset[str]:
        """The labels of a table, right or mistaken; for a choice or names those that occur."""
        values = [self.right, *self.mistakes.values()]
        tables = [value for value in values if isinstance(value, Mapping)]
        return frozenset(label for table in tables for label in table)

    def comes_to(self, given: Given, value: Value) -> bool:
        """Return whether an answer is a value; a ratio may be given in per cent."""
        if self.agree(given, value):
            return True
        exercise = self.exercise
        is_ratio = exercise.form == "ratio" or (exercise.form == "table" and exercise.unit == "ratio")
        return is_ratio and self.agree(from_per_cent(given), value)

    def what_differs(self, given: Given) -> str:
        """Return where a list or table differs from the right one, without saying how."""
        if isinstance(given, frozenset) and isinstance(self.right, frozenset):
            return f"Missing: {len(self.right - given)}, too many: {len(given - self.right)}."
        if isinstance(given, Mapping) and isinstance(self.right, Mapping):
            wrong = [label for label, cell in self.right.items() if not self.comes_to(given.get(label, 0.0), cell)]
            return f"To look at again: {', '.join(wrong)}." if wrong else ""
        return ""

    def is_near(self, given: Given) -> bool:
        """Return whether an answer is the right one, rounded more than is allowed."""
        near = NEAR.get(self.exercise.form)
        return near is not None and isinstance(given, float) and agree(given, self.right, tolerance=near)

    def agree(self, one: Given, other: Value) -> bool:
        """Return whether two answers are the same, but for rounding, order and labels that hold nothing."""
        return agree(one, other, tolerance=self.exercise.tolerance, either_sign=self.exercise.either_sign)

    @property
    def is_clear(self) -> bool:
        """Whether no mistake comes to the right answer, or to another mistake's."""
        return not any(self.agree(one, other) for one, other in combinations([self.right, *self.mistakes.values()], 2))


def canonical(value: Value) -> Value:
    """Return a value with its names and labels in the one spelling that is compared.

    >>> canonical({"0-30": 5.0})
    {'1-30': 5.0}
    """
    if isinstance(value, str):
        return spelling(value)
    if isinstance(value, frozenset):
        return frozenset(map(spelling, value))
    if isinstance(value, Mapping):
        return {spelling(label): spelling(cell) if isinstance(cell, str) else cell for label, cell in value.items()}  # type: ignore[return-value]
    return float(value)


def spelling(name: object) -> str:
    """Return the one spelling of a name or label: no case, no outer space, and a first bucket is one by any name.

    >>> spelling(" Not due "), spelling("0-30"), spelling(101)
    ('not due', '1-30', '101')
    """
    text = " ".join(str(name).split()).casefold()
    return "1-30" if text == "0-30" else text


def from_per_cent(given: Given) -> Given:
    """Return a ratio, or ratios, given in per cent.

    >>> from_per_cent({"july": 20.0})
    {'july': 0.2}
    """
    if isinstance(given, Mapping):
        return {label: cell if isinstance(cell, str) else cell / PER_CENT for label, cell in given.items()}  # type: ignore[return-value]
    if isinstance(given, tuple):
        return tuple(cell / PER_CENT for cell in given)
    return given / PER_CENT if isinstance(given, float) else given


def agree(one: Given, other: Value, *, tolerance: float, either_sign: bool = False) -> bool:
    """Return whether an answer is another.

    >>> agree((2.0, 1.0), {"a": 1.0, "b": 2.0, "c": 0.0}, tolerance=0.1)
    True
    """
    if isinstance(other, str | frozenset) or isinstance(one, str | frozenset):
        return one == other
    if isinstance(other, Mapping):
        return _tables_agree(one, other, tolerance) if isinstance(one, Mapping | tuple) else False
    if not isinstance(one, float | int):
        return False
    return abs(one - other) <= tolerance or (either_sign and abs(one + other) <= tolerance)


def _tables_agree(one: object, other: Mapping[str, float] | Mapping[str, str], tolerance: float) -> bool:
    if isinstance(one, tuple):
        values = sorted(cell for cell in other.values() if isinstance(cell, float | int) and abs(cell) > tolerance)
        given = sorted(cell for cell in one if abs(cell) > tolerance)
        return len(given) == len(values) and _all_near(given, values, tolerance)
    assert isinstance(one, Mapping)
    if any(isinstance(cell, str) for cell in [*one.values(), *other.values()]):
        return dict(one) == dict(other)
    labels = {*one, *other}
    return _all_near([one.get(name, 0.0) for name in labels], [other.get(name, 0.0) for name in labels], tolerance)  # type: ignore[misc]


def _all_near(ones: list[float], others: list[float], tolerance: float) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(ones, others, strict=True))
