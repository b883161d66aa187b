"""The world of the sample: its entities, currencies, countries, trades, terms and kinds of customers.

The sample: the tables of a made-up company, named after their files.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import polars as pl


class Entity(NamedTuple):
    """A legal entity: its code, base currency, value-added or sales tax in percent, and home country."""

    code: str
    currency: str
    tax: int
    country: str


ENTITIES: Final = (
    Entity("ES", "EUR", 21, "ES"),
    Entity("UK", "GBP", 20, "GB"),
    Entity("US", "USD", 0, "US"),
    Entity("DE", "EUR", 19, "DE"),
    Entity("FR", "EUR", 20, "FR"),
    Entity("KZ", "EUR", 12, "KZ"),
    Entity("CN", "USD", 13, "CN"),
    Entity("JP", "JPY", 10, "JP"),
    Entity("IT", "EUR", 22, "IT"),
    Entity("MX", "USD", 16, "MX"),
)

# Euro for one unit, as in October 2023; the rates of the sample start here.
RATE_AT_START: Final = {"EUR": "1", "GBP": "1.15", "USD": "0.945", "JPY": "0.00625", "KWD": "3.06"}
CURRENCIES: Final = tuple(RATE_AT_START)


class Country(NamedTuple):
    """A country of customers: its code, its currency if the company invoices in it, and the language of its letters."""

    code: str
    currency: str
    language: str


COUNTRIES: Final = (
    Country("ES", "EUR", "es"),
    Country("GB", "GBP", "en"),
    Country("US", "USD", "en"),
    Country("DE", "EUR", "de"),
    Country("FR", "EUR", "en"),
    Country("IT", "EUR", "en"),
    Country("MX", "USD", "es"),
    Country("KZ", "EUR", "ru"),
    Country("CN", "USD", "zh"),
    Country("JP", "JPY", "en"),
    Country("KW", "KWD", "en"),
)
HOME_PER_HUNDRED: Final = 72  # customers of an entity's own country
ABROAD_WEIGHTS: Final = (10, 10, 10, 18, 14, 8, 8, 10, 12, 3, 3)  # the others, by country; home again is possible
RARE: Final = {"JP": 37, "KW": 61}  # one customer in so many, counted from the middle: there is always one


class Term(NamedTuple):
    """A payment term as written on the invoice, its days, and its share among customers."""

    text: str
    days: int
    weight: int


TERMS: Final = (
    Term("N14", 14, 12),
    Term("N30", 30, 46),
    Term("N45", 45, 15),
    Term("N60", 60, 11),
    Term("2/10 N30", 30, 16),
)
INSTALMENT_TERMS: Final = "N30/60/90"
DISCOUNT_TERM: Final = 4
DISCOUNT_DAYS: Final = 10
DISCOUNT_PERCENT: Final = 2

INDUSTRIES: Final = (
    "Construction",
    "Food and drink",
    "Machinery",
    "Retail",
    "Automotive",
    "Health care",
    "Energy",
    "Hospitality",
    "Public sector",
)
COLLECTORS: Final = ("Okafor", "Lindqvist", "Moreno", "Wei")
SALESPERSONS: Final = ("Alba Ruiz", "Ben Carter", "Chiara Neri", "Dana Novak", "Elif Kaya", "Felix Braun", "Grace Hill")

RECEIVABLES_ACCOUNT: Final = "120000"
ADVANCES_ACCOUNT: Final = "120900"

# Demand in each month from January on; 100 is an average month.
SEASONS: Final = {
    "distributor": (94, 97, 105, 100, 103, 104, 92, 74, 106, 110, 112, 103),
    "even": (100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100),
    "summer": (30, 40, 80, 120, 170, 210, 210, 150, 80, 40, 35, 35),
    "winter": (150, 90, 50, 40, 35, 35, 40, 60, 110, 160, 210, 220),
    "shrinking": (100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100),
}
SHRINKING: Final = "shrinking"  # even, until it falls by so many percent between two days before the day reported on
SHRINKS: Final = 42
SHRINKS_BETWEEN: Final = (280, 100)
SEASON_NAMES: Final = tuple(SEASONS)
GROWTH_PER_MONTH: Final = 4  # thousandths: about 5 % more invoices a year
INFLATION_PER_YEAR: Final = 3  # percent on the amount of an invoice


@dataclass(frozen=True)
class Behaviour:
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


BEHAVIOURS: Final = {
    "punctual": Behaviour(51, (-8, -2)),
    "habitually late": Behaviour(24, (1, 8), spread=6),
    "slides slowly": Behaviour(5, (-4, 1), starts=(540, 720), least_documents=36),
    "stops paying": Behaviour(2, (-3, 2), starts=(100, 230), least_documents=36),
    "seasonal": Behaviour(8, (-8, -2), least_documents=48),
    "declines": Behaviour(5, (-4, 0), spread=1, starts=(240, 255), least_documents=108, regular=True),
    "static debt": Behaviour(2, (0, 4), starts=(280, 420), least_documents=30),
    "one late invoice": Behaviour(3, (-8, -2), starts=(110, 150), least_documents=40),
}
SLID: Final = "slid last month"
SLID_RANKS: Final = (2, 4, 7)  # the customers of the last month's story, by size
SLID_DAYS: Final = 40
STORY_TERM: Final = 1  # who has a story to tell in the last months is on 30 days, so that it shows in time
MIXED_FROM_RANK: Final = 10  # the ten largest pay well, two of them a little late: the company lives on them
LATE_RANKS: Final = (1, 5)


@dataclass(frozen=True)
class Sample:
    """The tables of a made-up company, in canonical columns; amounts are exact decimals in currency units.

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
