"""Closing rates of the currencies, and amounts in the base currency of an entity at the rate of their month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from arkit.currencies import decimals
from arkit.ledger.sample.days import Window, month_index
from arkit.ledger.sample.draws import Draws, Ints
from arkit.ledger.sample.world import CURRENCIES, RATE_AT_START

RATE_DECIMALS: Final = 6  # as published; kept as whole numbers, so that every translation is exact
ANCHOR: Final = "EUR"
_MOVE_PER_MONTH: Final = 0.03  # a rate moves by at most 1.5 % from one month-end to the next
_DECIMALS: Final = np.asarray([decimals(code) for code in CURRENCIES], dtype=np.int64)


@dataclass(frozen=True)
class Rates:
    """Closing rates against the euro, one row per currency, one column per month-end.

    ``closing[c, 0]`` is the rate at the end of the month before the books begin. Entries of a month are booked at the
    closing rate of the month before, as many companies do; so every base amount can be checked against rates.csv.
    """

    closing: Ints
    window: Window

    def to_base(self, amount: pl.Series, currency: pl.Series, base: pl.Series, day: pl.Series) -> pl.Series:
        """Return amounts in minor units of the base currency, half a unit rounded away from zero."""
        of, to = currency.to_numpy(), base.to_numpy()
        month = np.clip(month_index(day.to_numpy().astype(np.int64), start=self.window.start), 0, self.window.months)
        shift = _DECIMALS[to] - _DECIMALS[of]
        numerator = amount.to_numpy() * self.closing[of, month] * 10 ** np.maximum(shift, 0)
        denominator = self.closing[to, month] * 10 ** np.maximum(-shift, 0)
        size = (2 * np.abs(numerator) + denominator) // (2 * denominator)
        return pl.Series("base", np.sign(numerator) * size)

    def from_euro(self, cents: Ints, currency: Ints) -> Ints:
        """Return euro cents as minor units of other currencies, at the rates of the start."""
        units = 10 ** _DECIMALS[currency]
        return np.asarray(cents * 10**RATE_DECIMALS // self.closing[currency, 0] * units // 100, dtype=np.int64)

    def table(self) -> pl.DataFrame:
        """Return rates.csv: euro per unit of each currency at each month-end."""
        ends = np.concatenate([[self.window.start - 1], self.window.month_ends]).astype(np.int32)
        return pl.DataFrame(
            {
                "currency": np.repeat(CURRENCIES, len(ends)),
                "base_currency": ANCHOR,
                "date": pl.Series(np.tile(ends, len(CURRENCIES))).cast(pl.Date),
                "rate": pl.Series(self.closing.ravel()),
            }
        ).with_columns((pl.col("rate").cast(pl.Decimal(38, RATE_DECIMALS)) / 10**RATE_DECIMALS).alias("rate"))


def draw_rates(window: Window, *, seed: int) -> Rates:
    """Return rates that wander from month-end to month-end; the euro stays at 1."""
    draws = Draws(seed, "rates")
    shape = (len(CURRENCIES), window.months)
    moves = 1.0 + (draws.share(shape[0] * shape[1]).reshape(shape) - 0.5) * _MOVE_PER_MONTH
    moves[CURRENCIES.index(ANCHOR)] = 1.0
    start = np.asarray([float(RATE_AT_START[code]) for code in CURRENCIES])[:, None]
    wandering = np.concatenate([start, start * np.cumprod(moves, axis=1)], axis=1)
    return Rates(np.round(wandering * 10**RATE_DECIMALS).astype(np.int64), window)
