"""What is asked of a ledger: the days, the window that ends on each, the groups and the policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import Any, Final, TypeVar

import polars as pl

from arkit.balances.grouping import By, group_columns
from arkit.days import day_of
from arkit.ledger.model import Ledger
from arkit.measures.sales_basis import bases
from arkit.measures.windows import Length, Window, window_ending
from arkit.policy import Policy

Answer = TypeVar("Answer")

AS_OF: Final = "as_of"
"""The column of answers that tells which of the days asked for a row is of, as days since 1970-01-01."""


@dataclass(frozen=True)
class Question:
    """What is asked of a ledger: the days, the window that ends on each, the groups and the policy.

    Several days are asked for together, so that one pass over the ledger answers for all of them.

    Attributes
    ----------
    windows
        One for each day, the earliest first.
    groups
        Group columns with the currency.
    basis
        What sales are taken from; the same for all windows.
    answers
        What was computed for this question already (see :func:`once`).
    """

    ledger: Ledger
    windows: tuple[Window, ...]
    by: tuple[str, ...]
    groups: tuple[str, ...]
    policy: Policy
    basis: str
    answers: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def keys(self) -> list[str]:
        """The columns that tell one row of an answer from the others."""
        return [AS_OF, *self.groups]

    @cached_property
    def days(self) -> list[date]:
        """The days asked for."""
        return [window.end for window in self.windows]

    @property
    def knows_window(self) -> pl.Expr:
        """Whether the ledger covers every day of the window of a row."""
        first = self.ledger.covers[0]
        return of_days([window.end for window in self.windows if first <= window.start + timedelta(days=1)])

    @cached_property
    def calendar(self) -> pl.DataFrame:
        """Each ``day`` of each window, with the day that the window ends on."""
        numbers = [(day_of(window.start), day_of(window.end)) for window in self.windows]
        days = [
            pl.DataFrame({"day": pl.int_range(start + 1, end + 1, dtype=pl.Int32, eager=True)}).with_columns(
                pl.lit(end, pl.Int32).alias(AS_OF)
            )
            for start, end in numbers
        ]
        return pl.concat(days)


def ask(ledger: Ledger, *, as_of: date | str, by: By, window: Length, policy: Policy | None) -> Question:
    """Return a question about a day that the ledger covers.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        There is no such window or column.
    """
    [question] = ask_each(ledger, days=[ledger.require(as_of)], by=by, window=window, policy=policy)
    return question


def ask_each(ledger: Ledger, *, days: Sequence[date], by: By, window: Length, policy: Policy | None) -> list[Question]:
    """Return a question about several days; where sales are taken from two sources, one for each of the two."""
    names = (by,) if isinstance(by, str) else tuple(by or ())
    groups = tuple(group_columns(names, ledger))
    windows = [window_ending(day, window) for day in days]
    of_basis: dict[str, list[Window]] = {}
    for stretch, basis in zip(windows, bases(ledger, groups, windows), strict=True):
        of_basis.setdefault(basis, []).append(stretch)
    return [
        Question(ledger, tuple(found), names, groups, policy or Policy(), basis) for basis, found in of_basis.items()
    ]


def of_days(days: Sequence[date]) -> pl.Expr:
    """Return whether a row of an answer is of one of some days."""
    return pl.col(AS_OF).is_in(pl.Series([day_of(day) for day in days], dtype=pl.Int32).implode())


def once(compute: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
    """Return a function of a question that computes once for each question, however many figures need it."""

    @wraps(compute)
    def answer(question: Question) -> Answer:
        if compute not in question.answers:
            question.answers[compute] = compute(question)
        found: Answer = question.answers[compute]
        return found

    return answer
