"""Synthetic companies, and which of their customers were made to pay less or later."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

import arkit as ar
from arkit.calendar import month_ends_back
from arkit.sample import generate
from arkit.sample.customers import draw_clients, entity_list, with_attributes
from arkit.sample.movements import draw_rates
from arkit.sample.world import Window
from arkit.segmentation.decline import TRENDS, Split, monthly_panel, trends_by_aspect
from arkit.segmentation.rank_trend import q_values, simes

AS_OF = date(2026, 10, 31)
ITEMS, ENTITIES, MONTHS = 5000, 3, 36
# Each of these pays less, more rarely or later than before, as do customers who no longer buy.
FALLING = ("declines", "slides slowly", "stops paying", "static debt", "slid last month")


@dataclass(frozen=True)
class Found:
    """The customers of one company: whether they were called deteriorating, and whether they were made to.

    ``by_payments`` is who would be called so if nothing were known of delays.
    """

    customers: pl.DataFrame

    @classmethod
    def of_seed(cls, seed: int) -> "Found":
        tables = generate(items=ITEMS, seed=seed, entities=ENTITIES, months=MONTHS, last_day=AS_OF, faults=False).tables
        ledger = ar.make_ledger(**tables)
        payers = pl.from_pandas(ar.deteriorating_payers(ledger, as_of=AS_OF))
        found = payers.join(made(seed), on="customer_id").join(by_payments(ledger), on=["customer_id", "currency"])
        return cls(found)

    def recall(self, column: str) -> float:
        """The share found of those whose payments were halved over six months."""
        halved = self.customers.filter(pl.col("behaviour") == "declines")
        return halved[column].sum() / halved.height

    @property
    def false_share(self) -> float:
        """The share of those called deteriorating who were not made to be."""
        called = self.customers.filter("deteriorating")
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


def by_payments(ledger: ar.Ledger) -> pl.DataFrame:
    """Who is called deteriorating by amount and frequency alone."""
    panel = monthly_panel(ledger, AS_OF, 36)
    trends = trends_by_aspect(panel, Split.of(panel, 12))
    both = np.stack([trends[name][1] for name in TRENDS if name != "delay"], axis=1)
    found = q_values(simes(both))
    return panel.customers.with_columns(by_payments=pl.Series(found <= 0.1))


@dataclass(frozen=True)
class Year:
    """The twelve month-ends of a year of one company: who was called deteriorating, and when first.

    ``waits_since`` is the day on which the first invoice fell due that a customer who stopped paying left unpaid: until
    then there is nothing to see. Those who had bought nothing more have none.
    """

    customers: pl.DataFrame

    @classmethod
    def of_seed(cls, seed: int) -> "Year":
        tables = generate(items=ITEMS, seed=seed, entities=ENTITIES, months=MONTHS, last_day=AS_OF, faults=False).tables
        ledger = ar.make_ledger(**tables)
        looks = [_look(ledger, day) for day in month_ends_back(AS_OF, 12)[1:]]
        called = pl.concat(looks).filter("deteriorating").group_by("customer_id").agg(called=pl.col("look").min())
        silent = looks[-1].filter(pl.col("silent_items") > 0).group_by("customer_id").agg(pl.col("waits_since").min())
        return cls(made(seed).join(called, on="customer_id", how="left").join(silent, on="customer_id", how="left"))

    @property
    def stopped(self) -> pl.DataFrame:
        """Those who stopped paying and left an invoice unpaid, with the days until they were called deteriorating."""
        rows = self.customers.filter(pl.col("behaviour") == "stops paying", pl.col("waits_since").is_not_null())
        return rows.with_columns(days=(pl.col("called") - pl.col("waits_since")).dt.total_days())

    @property
    def false_share(self) -> float:
        """The share of those called deteriorating on any of the twelve days who were not made to be."""
        called = self.customers.filter(pl.col("called").is_not_null())
        return called["falls"].not_().sum() / max(called.height, 1)


def _look(ledger: ar.Ledger, day: date) -> pl.DataFrame:
    """Who is called deteriorating on a day, and since when invoices wait without a payment."""
    payers = pl.from_pandas(ar.deteriorating_payers(ledger, as_of=day))
    since = pl.lit(day) - pl.duration(days=pl.col("silent_days").cast(pl.Int64))
    return payers.select("customer_id", "deteriorating", "silent_items", look=pl.lit(day), waits_since=since)
