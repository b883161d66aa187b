"""The world of the synthetic sample, and its chance: entities, currencies, countries, trades, terms, ways to pay.

What is invented is in templates/sample/world.toml; here is what each of it means, and the numbers of the story.
``Draws`` is a stream of chance for a topic: the same seed gives the same company on every machine. ``Window`` says when
the books begin and were closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from arkit.errors import LedgerError
from arkit.resources import resource
from arkit.settings import read_settings


class Entity(NamedTuple):
    """A legal entity: its code, base currency, value-added or sales tax in percent, and home country."""

    code: str
    currency: str
    tax: int
    country: str


class Country(NamedTuple):
    """A country of customers: its code, its currency if the company invoices in it, and the language of its letters."""

    code: str
    currency: str
    language: str


class Term(NamedTuple):
    """A payment term as written on the invoice, its days, and its share among customers."""

    text: str
    days: int
    weight: int


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a kind of customer pays.

    ``per_hundred`` customers behave so; ``delay`` is the usual number of days after the due date, from one customer to
    the next, and ``spread`` the days by which one payment differs from another. ``starts`` is how many days before the
    day reported on the behaviour sets in (0: always). Regular customers order evenly and similar amounts, at least
    ``least_documents`` in all, so that a change in how they pay can be seen.
    """

    per_hundred: int
    delay: tuple[int, int]
    spread: int = 3
    starts: tuple[int, int] = (0, 0)
    least_documents: int = 5
    regular: bool = False


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What templates/sample/world.toml holds."""

    entities: tuple[Entity, ...]
    countries: tuple[Country, ...]
    terms: tuple[Term, ...]
    industries: tuple[str, ...]
    collectors: tuple[str, ...]
    salespersons: tuple[str, ...]
    dispute_reasons: tuple[str, ...]
    hold_reason: str
    group_company: str
    rate_at_start: dict[str, str]
    seasons: dict[str, tuple[int, ...]]
    behaviours: dict[str, Behaviour]
    fates_per_thousand: dict[str, int]


WORLD: Final = read_settings(resource("templates/sample/world.toml"), World, what="world", error=LedgerError)
CURRENCIES: Final = tuple(WORLD.rate_at_start)
SEASON_NAMES: Final = tuple(WORLD.seasons)


INSTALMENT_TERMS: Final = "N30/60/90"
DISCOUNT_TERM: Final = 4
DISCOUNT_DAYS: Final = 10
DISCOUNT_PERCENT: Final = 2


RECEIVABLES_ACCOUNT: Final = "120000"
ADVANCES_ACCOUNT: Final = "120900"

SHRINKING: Final = "shrinking"  # even, until it falls by so many percent between two days before the day reported on


SLID: Final = "slid last month"
SLID_DAYS: Final = 40
MIXED_FROM_RANK: Final = 10  # the ten largest pay well, two of them a little late: the company lives on them


@dataclass(frozen=True)
class Sample:
    """The tables of the synthetic company, in canonical columns; amounts are exact decimals in currency units.

    ``behaviours`` and ``faults`` are the answers: how each customer was made to pay, and what was planted where.
    """

    items: pl.DataFrame
    applications: pl.DataFrame
    entries: pl.DataFrame
    customers: pl.DataFrame
    marks: pl.DataFrame
    rates: pl.DataFrame
    gl: pl.DataFrame
    sales: pl.DataFrame
    behaviours: pl.DataFrame
    faults: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables of the ledger, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in ANSWERS}

    @property
    def answers(self) -> dict[str, pl.DataFrame]:
        """The answers, by name."""
        return {name: getattr(self, name) for name in ANSWERS}


ANSWERS = ("behaviours", "faults")


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Draws:
    """A stream of chance for one topic.

    Every topic has its own stream, so that one draw more about payments does not change the customers' names. Only
    uniform numbers are taken from the generator and everything else is made of them by plain arithmetic: numpy keeps
    the uniform numbers of a seed the same over versions and machines, and promises less for its distributions.

    Examples
    --------
    >>> Draws(7, "payments").below(3, 100).tolist() == Draws(7, "payments").below(3, 100).tolist()
    True
    """

    def __init__(self, seed: int, topic: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, *topic.encode()]))

    def share(self, n: int) -> Floats:
        """N numbers between 0 (included) and 1 (excluded)."""
        return self._generator.random(n)

    def below(self, n: int, high: int) -> Ints:
        """N whole numbers from 0 to high - 1, all equally likely."""
        return (self.share(n) * high).astype(np.int64)

    def between(self, n: int, low: int, high: int) -> Ints:
        """N whole numbers from low to high, both included, all equally likely."""
        return low + self.below(n, high - low + 1)

    def around(self, n: int, spread: int) -> Ints:
        """N whole numbers between -spread and +spread, those near 0 the likeliest."""
        triangle = self.share(n) + self.share(n) - 1.0
        return np.floor(triangle * (spread + 1)).astype(np.int64)

    def pick(self, n: int, weights: Sequence[int]) -> Ints:
        """N positions in a list, each as likely as its weight."""
        steps = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(steps, self.below(n, int(steps[-1])), side="right").astype(np.int64)

    def order(self, n: int) -> Ints:
        """The positions 0 to n - 1, shuffled."""
        return np.argsort(self.share(n), kind="stable").astype(np.int64)


EPOCH = date(1970, 1, 1)
CLOSING_DAYS = 5  # days after the month's end on which entries of the month may still be recorded
OPENING_DAYS = 75  # days before the start whose unpaid invoices are taken over as opening items
FUTURE_DAYS = 75  # days after closing that are drawn too, so that credits can wait for invoices still to come


def day_number(day: date) -> int:
    """A date as days since 1970-01-01.

    >>> day_number(date(1970, 1, 31))
    30
    """
    return (day - EPOCH).days


def month_start(day: date, *, months: int = 0) -> date:
    """The first day of the month that lies the given number of months from a day.

    >>> month_start(date(2026, 10, 31), months=-35)
    datetime.date(2023, 11, 1)
    """
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


@dataclass(frozen=True)
class Window:
    """The days of the books, as day numbers; ``first`` and ``end`` bound what is drawn, the rest what is kept."""

    start: int
    last: int
    months: int

    @classmethod
    def ending(cls, last_day: date, *, months: int) -> Window:
        """The window of so many calendar months, the last one being the month of ``last_day``."""
        return cls(day_number(month_start(last_day, months=1 - months)), day_number(last_day), months)

    @property
    def close(self) -> int:
        """The day on which the books were closed: nothing recorded later is in them."""
        return self.last + CLOSING_DAYS

    @property
    def first(self) -> int:
        """The first day that is drawn: earlier than the books, for the opening items."""
        return self.start - OPENING_DAYS

    @property
    def end(self) -> int:
        """The last day that is drawn."""
        return self.close + FUTURE_DAYS

    @property
    def never(self) -> int:
        """A day that does not come: the payment day of what is not paid."""
        return self.end + 100_000

    @property
    def month_ends(self) -> Ints:
        """The last day of each month of the books, and the day reported on."""
        start = EPOCH + timedelta(days=self.start)
        firsts = [day_number(month_start(start, months=month)) for month in range(1, self.months)]
        return np.asarray([*[day - 1 for day in firsts], self.last], dtype=np.int64)


def calendar_days(days: Ints) -> tuple[Ints, Ints, Ints]:
    """Month of the year (1-12), day of the month (1-31) and day of the week (Monday 0) of day numbers."""
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    day_of_month = (stamps - months).astype(np.int64) + 1
    return months.astype(np.int64) % 12 + 1, day_of_month, (days + 3) % 7


def month_index(days: Ints, *, start: int) -> Ints:
    """The number of calendar months from the month of ``start`` to each day's month."""
    months: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    origin = np.asarray([start]).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months - origin[0], dtype=np.int64)


def is_working_day(days: Ints) -> Flags:
    """Tell which days are working days: Monday to Friday, but not Christmas and New Year's Day."""
    month, day, weekday = calendar_days(days)
    holiday = ((month == 12) & (day == 25)) | ((month == 1) & (day == 1))
    return np.asarray((weekday < 5) & ~holiday, dtype=np.bool_)


def next_marked(marked: Flags) -> Ints:
    """For each position the nearest marked position not before it; the last position if none follows."""
    n = len(marked)
    positions = np.where(marked, np.arange(n), n - 1)
    return np.minimum.accumulate(positions[::-1])[::-1].astype(np.int64)


def off_weekend(day: pl.Expr) -> pl.Expr:
    """Day numbers with Saturdays and Sundays moved to the Monday.

    >>> days = pl.DataFrame({"day": [2, 3, 4]})  # Saturday 3 January 1970, Sunday, Monday
    >>> days.select(off_weekend(pl.col("day"))).to_series().to_list()
    [4, 4, 4]
    """
    weekday = (day + 3) % 7
    return pl.when(weekday >= 5).then(day + 7 - weekday).otherwise(day)
