"""Windows: the stretch of days, ending on a day, whose sales and receipts a key figure takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from arkit.days import months_before
from arkit.errors import unknown_name

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
LONGEST: Final = 36_525
Length = str | int


@dataclass(frozen=True)
class Window:
    """The days after ``start`` up to and including ``end``."""

    start: date
    end: date
    months: float

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.end - self.start).days


def window_ending(day: date, length: Length) -> Window:
    """Return the window of a length that ends on a day.

    A month that ends on the last day of a month is that calendar month; one that ends on the 15th begins after the 15th
    of the month before.

    >>> window_ending(date(2026, 2, 28), "month").days
    28
    >>> window_ending(date(2026, 3, 15), "month").start
    datetime.date(2026, 2, 15)
    >>> window_ending(date(2026, 3, 15), 90).days
    90
    """
    if isinstance(length, int):
        if not 1 <= length <= LONGEST:
            raise unknown_name("window", length, known=[*MONTHS, "a number of days"])
        return Window(day - timedelta(days=length), day, months=length / 30)
    if length not in MONTHS:
        raise unknown_name("window", length, known=[*MONTHS, "a number of days"])
    return Window(months_before(day, MONTHS[length]), day, months=MONTHS[length])
