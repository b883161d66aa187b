"""What is known of each customer: the rows of customers.csv, the name in the customer's own language among them."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
import numpy as np
import polars as pl

from arkit.calendar import decimals
from arkit.errors import LedgerError
from arkit.resources import resource
from arkit.sample.draws import Draws
from arkit.sample.movements import Rates
from arkit.sample.world import COUNTRIES, CURRENCIES, TERMS, WORLD, Entity
from arkit.settings import read_settings


class Naming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How companies are called in one language: names of their own and trades, apart by spaces; legal forms."""

    pattern: str
    own: str
    trade: str
    forms: tuple[str, ...]


class Namings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What templates/sample/names.toml holds: how companies are called, by language."""

    languages: dict[str, Naming]


@cache
def _namings() -> dict[str, Naming]:
    return read_settings(resource("templates/sample/names.toml"), Namings, what="names", error=LedgerError).languages


def customer_names(languages: pl.Series) -> pl.Series:
    """A name for each customer, by language; a pair that comes up again gets a number.

    >>> customer_names(pl.Series(["en", "en", "de"])).to_list()
    ['Alder Supplies Ltd', 'Brookside Engineering Group', 'Ahrens Maschinenbau GmbH']
    """
    frame = pl.DataFrame({"language": languages}).with_row_index("position")
    frame = frame.with_columns(number=pl.int_range(pl.len()).over("language"))
    named = [_named(frame.filter(language=language), naming) for language, naming in _namings().items()]
    return pl.concat(named).sort("position")["name"]


def _named(frame: pl.DataFrame, naming: Naming) -> pl.DataFrame:
    number, owns, trades = frame["number"], naming.own.split(), naming.trade.split()
    words = pl.DataFrame(
        {
            "position": frame["position"],
            "again": number // (len(owns) * len(trades)) + 1,
            "own": pl.Series(owns).gather(number % len(owns)),
            "trade": pl.Series(trades).gather(number % len(trades)),
            "form": pl.Series(naming.forms).gather(number % len(naming.forms)),
        }
    )
    template = naming.pattern.format(own="{}", trade="{}", form="{}")
    order = sorted(("own", "trade", "form"), key=lambda part: naming.pattern.index("{" + part))
    ordinal = pl.when(pl.col("again") > 1).then(pl.format(" {}", "again")).otherwise(pl.lit(""))
    return words.select("position", name=pl.format(template, *order) + ordinal)


CUSTOMER_COLUMNS: Final = (
    "customer_id",
    "name",
    "valid_from",
    "parent",
    "industry",
    "size",
    "country",
    "credit_limit",
    "limit_currency",
    "insured_amount",
    "terms_days",
    "collector",
    "language",
    "intercompany",
    "supplier_id",
)
LARGE, MEDIUM = 0.1, 0.4  # ranks up to which a customer is large or medium
CHANCES: Final = ("parent", "insured", "supplier", "contract", "limit")
LIMIT_STEP: Final = 1000
DAYS_OF_LIMIT: Final = 25  # the limit allows for so many days after the due date
HOSTILE_NAMES: Final = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://evil.example","click")')
CHANGED_CUSTOMERS: Final = 3


def with_attributes(
    clients: pl.DataFrame, entities: tuple[Entity, ...], rates: Rates, *, seed: int, hostile: bool
) -> pl.DataFrame:
    """The customers with number, name, trade, size, limit and the people who look after them."""
    n = clients.height
    draws = Draws(seed, "attributes")
    chance = {name: pl.Series(draws.below(n, 100)) for name in CHANCES}
    countries = pl.DataFrame(COUNTRIES, schema=list(COUNTRIES[0]._fields), orient="row")[clients["country"]]
    numbers = pl.Series(draws.order(n) + 101)
    own = pl.Series([one.code for one in entities])[((clients["entity"] + 1) % len(entities)).to_list()]
    names = customer_names(countries["language"])
    size = pl.col("rank") / clients["intercompany"].not_().sum()
    clients = clients.with_columns(
        customer_id=pl.when("intercompany").then(pl.lit("IC-") + own).otherwise(numbers.cast(pl.String).str.zfill(6)),
        name=pl.when("intercompany").then(pl.lit(f"{WORLD.group_company} ") + own).otherwise(names),
        industry=pl.Series(WORLD.industries).gather(draws.below(n, len(WORLD.industries))),
        size=pl.when(size < LARGE).then(pl.lit("L")).when(size < MEDIUM).then(pl.lit("M")).otherwise(pl.lit("S")),
        country=countries["code"],
        language=countries["language"],
        terms_days=pl.Series([term.days for term in TERMS]).gather(clients["terms"]),
        collector=pl.Series(WORLD.collectors).gather(draws.below(n, len(WORLD.collectors))),
        salesperson=pl.Series(WORLD.salespersons).gather(draws.below(n, len(WORLD.salespersons))),
        contract=pl.when(chance["contract"] < 20).then(pl.lit("K") + numbers.cast(pl.String)),
        supplier_id=pl.when(chance["supplier"] < 5).then(pl.lit("V") + numbers.cast(pl.String)),
    )
    clients = _with_parent(clients, chance["parent"])
    return _with_names(_with_limit(clients, rates, chance["limit"], chance["insured"]), hostile=hostile)


def _with_parent(clients: pl.DataFrame, luck: pl.Series) -> pl.DataFrame:
    """Let some of the smaller customers belong to one of the eight largest."""
    belongs = (luck < 7) & (clients["rank"] >= 10) & ~clients["intercompany"]
    return clients.with_columns(parent=pl.when(belongs).then(clients["customer_id"].gather(luck.clip(0, 7))))


def _with_limit(clients: pl.DataFrame, rates: Rates, luck: pl.Series, insured: pl.Series) -> pl.DataFrame:
    """Add credit limit and insured amount in whole thousands of the entity's base currency."""
    active_days = pl.col("active_to") - pl.col("active_from")
    days = pl.col("terms_days") + DAYS_OF_LIMIT
    cents = clients.select(pl.col("usual_cents") * pl.col("documents") * days // active_days).to_series()
    base = clients["base"].to_numpy()
    units = 10 ** np.asarray([decimals(code) for code in CURRENCIES])[base]
    exposure = pl.Series(rates.from_euro(cents.to_numpy(), base) // units)
    limit = (exposure * (130 + luck) // 100 // LIMIT_STEP + 1) * LIMIT_STEP
    outside = ~clients["intercompany"]
    return clients.with_columns(
        credit_limit=pl.when(outside).then(limit),
        insured_amount=pl.when(outside & (insured < 35)).then(limit * 8 // 10),
        limit_currency=pl.when(outside).then(pl.Series(CURRENCIES).gather(clients["base"])),
    )


def _with_names(clients: pl.DataFrame, *, hostile: bool) -> pl.DataFrame:
    """Call the two largest customers what an attacker would call them, if asked to."""
    if not hostile:
        return clients
    return clients.with_columns(name=clients["name"].scatter(list(range(len(HOSTILE_NAMES))), list(HOSTILE_NAMES)))


def customers_table(clients: pl.DataFrame, *, changed_on: int) -> pl.DataFrame:
    """Customers.csv: one row per customer, and a second one for a few who changed collector and limit."""
    first = clients.with_columns(valid_from=pl.lit(None, dtype=pl.Date))
    middle = clients.height // 3
    changed = first[middle : middle + CHANGED_CUSTOMERS].with_columns(
        valid_from=pl.lit(changed_on).cast(pl.Date),
        credit_limit=pl.col("credit_limit") * 3 // 2,
        collector=pl.lit(WORLD.collectors[0]),
    )
    return pl.concat([first, changed]).sort("customer_id", "valid_from").select(CUSTOMER_COLUMNS)


def behaviours_table(clients: pl.DataFrame) -> pl.DataFrame:
    """The answers: how each customer was made to pay, and since when."""
    return clients.select(
        "customer_id", behaviour=pl.col("behaviour").cast(pl.String), since=pl.col("since").cast(pl.Int32).cast(pl.Date)
    ).sort("customer_id")
