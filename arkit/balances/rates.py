"""Closing rates: what one unit of a currency is worth in another at the end of a day, as the rates table tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Context
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from arkit.balances.aging import aging_frame
from arkit.currencies import currencies as all_currencies
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

MAX_AGE: Final = 10
# A rate that is not stated but follows from others is taken to as many digits as a number in a table can show.
_DIGITS: Final = Context(prec=15)

_COLUMNS: Final = {
    "currency": pl.String,
    "reporting_currency": pl.String,
    "rate": pl.Float64,
    "rate_on": pl.Date,
    "rate_way": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class Rate:
    """Units of the reporting currency for one unit; without a value, the reason why there is none."""

    value: Fraction | None
    on: date | None = None
    way: str | None = None
    reason: str | None = None


class _Quote(NamedTuple):
    value: Fraction
    on: date


_Quotes = dict[tuple[str, str], _Quote]


def closing_rates(ledger: Ledger, *, as_of: date | str, to: str, max_rate_age: int = MAX_AGE) -> pd.DataFrame:
    """Show the closing rates of a day, how each was found, and what is open without one.

    Formula: the latest rate on or before the day, at most ``max_rate_age`` days before it: as stated, or else the
    inverse of the opposite rate, or else by way of a third currency (to 15 digits). A currency is worth 1 in itself
    and in no other.

    Parameters
    ----------
    ledger
        The ledger with its rates.
    as_of
        The day.
    to
        The reporting currency.
    max_rate_age
        The oldest rate that may be used, in days before the day.

    Returns
    -------
    DataFrame
        One row for each currency with open items: ``currency``, ``reporting_currency``, ``rate`` (reporting units for
        one unit), ``rate_on``, ``rate_way`` (*same*, *stated*, *inverse*, *through ...*), ``net`` open in the currency
        and ``items``; where there is no rate, ``reason`` says why.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        The reporting currency is not of ISO 4217.

    Examples
    --------
    >>> import arkit as ar
    >>> rates = ar.closing_rates(ar.sample_ledger(), as_of="2026-10-31", to="GBP").set_index("currency")
    >>> rates.loc["USD", "rate_way"]
    'through EUR'

    References
    ----------
    IAS 21.23: foreign currency monetary items are translated using the closing rate.
    """
    day = ledger.require(as_of)
    open_in = aging_frame(ledger, day, by="currency", policy=Policy()).select("currency", "net", "items")
    found = rates_on(ledger, day, to=to, currencies=open_in["currency"], max_age=max_rate_age)
    rates = pl.DataFrame(
        {
            "currency": list(found),
            "reporting_currency": [to] * len(found),
            "rate": [None if rate.value is None else float(rate.value) for rate in found.values()],
            "rate_on": [rate.on for rate in found.values()],
            "rate_way": [rate.way for rate in found.values()],
            "reason": [rate.reason for rate in found.values()],
        },
        schema=_COLUMNS,
    )
    table = rates.join(open_in, on="currency", maintain_order="left").select(pl.exclude("reason"), "reason")
    return to_units(table, {"net": "currency"}).to_pandas()


def rates_on(
    ledger: Ledger, day: date, *, to: str, currencies: Iterable[str], max_age: int = MAX_AGE
) -> dict[str, Rate]:
    """Return the rate of each currency in the reporting currency, or the reason why there is none."""
    if to not in all_currencies():
        raise unknown_name("currency", to, known=ledger.frames.items["currency"].cast(pl.String).unique())
    quotes = _quotes(ledger, day)
    return {currency: _rate(quotes, currency, to, day=day, max_age=max_age) for currency in sorted(currencies)}


def _quotes(ledger: Ledger, day: date) -> _Quotes:
    """Return the latest rate of each pair by a day; two rates of one day that contradict each other are none."""
    own = ledger.frames.items["base_currency"].cast(pl.String).unique().drop_nulls()
    # Rates that name no base currency are those of the only one that the ledger has.
    base = pl.col("base_currency").cast(pl.String).fill_null(pl.lit(own[0] if len(own) == 1 else None, pl.String))
    stated = ledger.frames.rates.select("date", "rate", currency=pl.col("currency").cast(pl.String), base=base)
    usable = (pl.col("date") <= day) & (pl.col("rate") > 0) & pl.col("rate").is_finite() & pl.col("base").is_not_null()
    latest = stated.filter(usable).filter(pl.col("date") == pl.col("date").max().over("currency", "base"))
    pairs = latest.group_by("currency", "base").agg(pl.col("date").first(), pl.col("rate").unique())
    single = pairs.filter(pl.col("rate").list.len() == 1).with_columns(pl.col("rate").list.first())
    # The shortest text that gives the same float is what the source showed.
    return {
        (currency, base): _Quote(Fraction(repr(rate)), on)
        for currency, base, on, rate in single.select("currency", "base", "date", "rate").iter_rows()
    }


def _rate(quotes: _Quotes, currency: str, to: str, *, day: date, max_age: int) -> Rate:
    if currency == to:
        return Rate(Fraction(1), day, "same")
    known = list(_ways(quotes, currency, to))
    fresh = [rate for rate in known if rate.on and (day - rate.on).days <= max_age]
    if fresh:
        return fresh[0]
    pair = f"rate of {currency} in {to}"
    if not known:
        return Rate(None, reason=f"There is no {pair} by {day}.")
    latest = max(rate.on for rate in known if rate.on)
    return Rate(None, reason=f"The latest {pair} is of {latest}, more than {max_age} days before {day}.")


def _ways(quotes: _Quotes, currency: str, to: str) -> Iterator[Rate]:
    """Find every way from a currency to another, the plainest first; through a third one, the freshest first."""
    direct = _leg(quotes, currency, to)
    if direct:
        quote, way = direct
        yield Rate(quote.value, quote.on, way)
    through = []
    for third in sorted({name for pair in quotes for name in pair} - {currency, to}):
        first, second = _leg(quotes, currency, third), _leg(quotes, third, to)
        if first and second:
            value = _shown(first[0].value * second[0].value)
            through.append(Rate(value, min(first[0].on, second[0].on), f"through {third}"))
    yield from sorted(through, key=lambda rate: rate.on or date.min, reverse=True)


def _leg(quotes: _Quotes, currency: str, to: str) -> tuple[_Quote, str] | None:
    stated, opposite = quotes.get((currency, to)), quotes.get((to, currency))
    if stated:
        return stated, "stated"
    return (_Quote(_shown(1 / opposite.value), opposite.on), "inverse") if opposite else None


def _shown(value: Fraction) -> Fraction:
    return Fraction(_DIGITS.divide(value.numerator, value.denominator))
