"""The world of the synthetic sample: entities, currencies, countries, trades, terms, ways to pay; and its tables.

What is invented is in templates/sample/world.toml; here is what each of it means, and the numbers of the story.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import msgspec
import polars as pl

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
