"""Exercises: a question's right answer and the typical mistakes, each computed from the lesson's ledger.

The small ledgers of the lessons are made here too: from rows of invoices and payments in cents, or from a table
written as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pandas as pd
import polars as pl

from arkit.model.ledger import Ledger
from arkit.read.reading import make_ledger
from arkit.sample.world import Draws
from arkit.teach.answers import Given, Value, agree, canonical, from_per_cent
from arkit.words.catalogue import text

if TYPE_CHECKING:
    from arkit.present.charts import Figure

Form = Literal["amount", "days", "count", "ratio", "names", "table", "choice"]
LETTERS: Final = "ABCDE"
# What a rounding may take away: to the cent, to a tenth of a day, to a tenth of a per cent. The hair beyond half a unit
# is for floats: 0.005 away, computed, may be 0.00500000000002.
TOLERANCE: Final[dict[str, float]] = {"amount": 0.0051, "days": 0.0501, "count": 0.0001, "ratio": 0.000501}
# What looks like the right number, rounded more than that.
NEAR: Final[dict[str, float]] = {"amount": 0.51, "days": 0.51, "ratio": 0.0051}


@dataclass(frozen=True, eq=False)
class Book:
    """What a learner works on: a ledger of their own, and the order in which a case's options are listed.

    A book equals itself alone, so that what is asked of it often can be kept.
    """

    ledger: Ledger
    order: tuple[int, ...]

    def letter(self, place: int) -> str:
        """The letter under which an option of a case is shown."""
        return LETTERS[self.order.index(place)]


Way = Callable[[Book], Value]


@dataclass(frozen=True)
class Exercise:
    """A question: its form, how its answer follows from the ledger, and what each typical mistake comes to.

    Parameters
    ----------
    form
        What an answer is. ``table`` is numbers or words by label, ``choice`` the letter of an option.
    answer, mistakes
        Functions of the book; a mistake's name is that of its hint in the catalogue.
    columns
        Columns in which a table given as the answer holds it.
    unit
        Of the numbers in a table, or in the options of a case.
    either_sign
        Whether -5 is as good as 5.
    options
        What a case leaves to decide, the right option first; the names are those of the sentences in the catalogue.
    amounts
        Amounts that the options of a case name.
    """

    form: Form
    answer: Way
    mistakes: Mapping[str, Way]
    columns: tuple[str, ...] = ()
    unit: Literal["amount", "days", "ratio"] = "amount"
    either_sign: bool = False
    options: tuple[str, ...] = ()
    amounts: Callable[[Book], Mapping[str, float]] | None = None

    @property
    def tolerance(self) -> float:
        """How far a number may be from the right one."""
        return TOLERANCE.get(self.form, TOLERANCE[self.unit])


def case(
    *options: str, amounts: Callable[[Book], Mapping[str, float]], unit: Literal["amount", "days", "ratio"] = "amount"
) -> Exercise:
    """A case to decide: the letter of the first option is right, each other one is a mistake with a hint."""
    right, *wrong = (_letter_of(place) for place in range(len(options)))
    mistakes = dict(zip(options[1:], wrong, strict=True))
    return Exercise("choice", right, mistakes, unit=unit, options=options, amounts=amounts)


def _letter_of(place: int) -> Way:
    return lambda book: book.letter(place)


@dataclass(frozen=True)
class Course:
    """All that makes a lesson but its words: how a learner's ledger is drawn, exercises, tables and charts to read.

    Parameters
    ----------
    draw_ledger
        The ledger of a learner, of the chance that their name gives.
    exercises
        In the order of the notebook: the second one of lesson 1 is 1.2.
    terms
        Names of the glossary's terms that the lesson brings.
    planted
        Traps in the ledger, by the names of their sentences.
    tables, charts
        What the lesson shows, by name.
    tells_its_story
        Whether a drawn ledger is one that the lesson's sentences are true of.
    """

    draw_ledger: Callable[[Draws], Ledger]
    exercises: Sequence[Exercise]
    terms: tuple[str, ...]
    planted: tuple[str, ...]
    tables: Mapping[str, Callable[[Ledger], pd.DataFrame]] = field(default_factory=dict)
    charts: Mapping[str, Callable[[Ledger], Figure]] = field(default_factory=dict)
    tells_its_story: Callable[[Book], bool] = lambda _: True


@dataclass(frozen=True)
class Asked:
    """An exercise on a book: what is right, and what each typical mistake comes to there."""

    number: str
    exercise: Exercise
    book: Book

    def text(self, name: str, **values: str) -> str:
        """A sentence of the exercise: its ``title``, what is said to the ``right`` answer, ``hints.original``, ..."""
        lesson, _, place = self.number.partition(".")
        return text(f"lesson_{lesson}.exercise.{place}.{name}", **values)  # type: ignore[arg-type]

    @property
    def code(self) -> str:
        """How the answer is computed with arkit; a case is not computed."""
        is_case = self.exercise.form == "choice"
        return f'answer = lesson.asked["{self.number}"].right' if is_case else self.text("code").strip()

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
        tables = [value for value in (self.right, *self.mistakes.values()) if isinstance(value, Mapping)]
        return frozenset(label for table in tables for label in table)

    def comes_to(self, given: Given, value: Value) -> bool:
        """Whether an answer is a value; a ratio may be given in per cent."""
        if self.agree(given, value):
            return True
        exercise = self.exercise
        is_ratio = exercise.form == "ratio" or (exercise.form == "table" and exercise.unit == "ratio")
        return is_ratio and self.agree(from_per_cent(given), value)

    def what_differs(self, given: Given) -> str:
        """Where a list or table differs from the right one, without saying how."""
        if isinstance(given, frozenset) and isinstance(self.right, frozenset):
            return text("teach.answer.missing", missing=len(self.right - given), extra=len(given - self.right))
        if isinstance(given, Mapping) and isinstance(self.right, Mapping):
            wrong = [label for label, cell in self.right.items() if not self.comes_to(given.get(label, 0.0), cell)]
            return text("teach.answer.again", labels=", ".join(wrong)) if wrong else ""
        return ""

    def is_near(self, given: Given) -> bool:
        """Whether an answer is the right one, rounded more than is allowed."""
        near = NEAR.get(self.exercise.form)
        return near is not None and isinstance(given, float) and agree(given, self.right, tolerance=near)

    def agree(self, one: Given, other: Value) -> bool:
        """Whether two answers are the same, but for rounding, order and labels that hold nothing."""
        return agree(one, other, tolerance=self.exercise.tolerance, either_sign=self.exercise.either_sign)

    @property
    def is_clear(self) -> bool:
        """Whether no mistake comes to the right answer, or to another mistake's."""
        return not any(self.agree(one, other) for one, other in combinations([self.right, *self.mistakes.values()], 2))


CURRENCY: Final = "EUR"


class Item(NamedTuple):
    """A document; credit notes and receipts on account have a minus."""

    item_id: str
    customer_id: str
    item_type: str
    document_date: date
    due_date: date
    cents: int


class Payment(NamedTuple):
    """What was paid on an invoice on a day."""

    item_id: str
    customer_id: str
    effective_on: date
    cents: int


class Application(NamedTuple):
    """What of a credit note or advance was matched to an invoice on a day."""

    item_id: str
    counterpart_item_id: str
    effective_on: date
    cents: int


def books(
    items: Sequence[Item], payments: Sequence[Payment], applications: Sequence[Application], *, until: date
) -> Ledger:
    """The ledger of some rows up to a day: what was paid or matched after it is not known yet."""
    first = min(item.document_date for item in items)
    paid = [row for row in payments if row.effective_on <= until]
    return make_ledger(
        items=_table(items, Item).with_columns(currency=pl.lit(CURRENCY)),
        payments=_table(paid, Payment).with_columns(currency=pl.lit(CURRENCY)),
        applications=_table(applications, Application) if applications else None,
        covers=(first, until),
    )


def _table(rows: Sequence[NamedTuple], kind: type[NamedTuple]) -> pl.DataFrame:
    """Rows as a table with their cents as an exact ``amount``."""
    frame = pl.DataFrame(rows, schema=kind._fields, orient="row")
    return frame.select(
        pl.exclude("cents"), amount=pl.col("cents").cast(pl.Decimal(18, 0)) * pl.lit("0.01").cast(pl.Decimal(18, 2))
    )


def written(text: str, **same: str) -> pl.DataFrame:
    r"""A header and its rows as a table of text: cells apart by spaces, ``-`` empty, ``~`` a space within a cell.

    ``same`` are columns that every row shares, unless the header has them.

    >>> written("item_id amount\n101 5.00", currency="EUR").row(0)
    ('101', '5.00', 'EUR')
    """
    header, *rows = (line.split() for line in text.strip().splitlines())
    cells = [[None if cell == "-" else cell.replace("~", " ") for cell in row] for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.lit(value).alias(name) for name, value in same.items() if name not in header)
