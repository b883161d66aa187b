"""Made-up companies, and who of their customers was made to pay less or later."""

from dataclasses import dataclass
from datetime import date

import polars as pl

import arkit as ar
from arkit.ledger.sample import generate
from arkit.ledger.sample.attributes import with_attributes
from arkit.ledger.sample.customers import draw_clients, entity_list
from arkit.ledger.sample.days import Window
from arkit.ledger.sample.rates import draw_rates

AS_OF = date(2026, 10, 31)
ITEMS, ENTITIES, MONTHS = 5000, 3, 36
# Each of these pays less, more rarely or later than before, as does who no longer buys.
FALLING = ("declines", "slides slowly", "stops paying", "static debt", "slid last month")


@dataclass(frozen=True)
class Found:
    """The customers of one company: whether they were called declining, and whether they were made to."""

    customers: pl.DataFrame

    @classmethod
    def of_seed(cls, seed: int) -> "Found":
        tables = generate(items=ITEMS, seed=seed, entities=ENTITIES, months=MONTHS, last_day=AS_OF, faults=False).tables
        payers = pl.from_pandas(ar.declining_payers(ar.make_ledger(**tables), as_of=AS_OF))
        return cls(payers.join(made(seed), on="customer_id"))

    @property
    def recall(self) -> float:
        """The share found of those whose payments were halved over six months."""
        halved = self.customers.filter(pl.col("behaviour") == "declines")
        return halved["declining"].sum() / halved.height

    @property
    def false_share(self) -> float:
        """The share of those called declining who were not made to be."""
        called = self.customers.filter("declining")
        return called["falls"].not_().sum() / max(called.height, 1)


def made(seed: int) -> pl.DataFrame:
    """How the customers of a company were made to pay; who left is only known to the generator."""
    entities, window = entity_list(ENTITIES), Window.ending(AS_OF, months=MONTHS)
    rates = draw_rates(window, seed=seed)
    clients = draw_clients(entities, window, items=ITEMS, seed=seed)
    clients = with_attributes(clients, entities, rates, seed=seed, hostile=False)
    left = pl.col("active_to") < window.end
    behaviour = pl.col("behaviour").cast(pl.String)
    return clients.select("customer_id", behaviour=behaviour, falls=behaviour.is_in(FALLING) | left)
