"""What is asked of a ledger: the day, the window that ends on it, the groups and the policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import Any, TypeVar

from arkit.balances.grouping import By, group_columns
from arkit.ledger.model import Ledger
from arkit.measures.windows import Length, Window, window_ending
from arkit.policy import Policy

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question:
    """What is asked of a ledger: the day, the window that ends on it, the groups and the policy.

    Attributes
    ----------
    answers
        What was computed for this question already (see :func:`once`).
    """

    ledger: Ledger
    day: date
    window: Window
    by: tuple[str, ...]
    policy: Policy
    answers: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def keys(self) -> list[str]:
        """Group columns with the currency."""
        return group_columns(self.by, self.ledger)

    @property
    def knows_window(self) -> bool:
        """Whether the ledger covers every day of the window."""
        return self.ledger.covers[0] <= self.window.start + timedelta(days=1)


def ask(ledger: Ledger, *, as_of: date | str, by: By, window: Length, policy: Policy | None) -> Question:
    """Return a question about a day that the ledger covers.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        There is no such window.
    """
    day = ledger.require(as_of)
    names = (by,) if isinstance(by, str) else tuple(by or ())
    return Question(ledger, day, window_ending(day, window), names, policy or Policy())


def once(compute: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
    """Return a function of a question that computes once for each question, however many figures need it."""

    @wraps(compute)
    def answer(question: Question) -> Answer:
        if compute not in question.answers:
            question.answers[compute] = compute(question)
        found: Answer = question.answers[compute]
        return found

    return answer
