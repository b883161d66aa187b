"""Translation: open items of several currencies in one, at the closing rates of a day.

Closing rates: what one unit of a currency is worth in another at the end of a day, as the rates table tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, aging_frame, counted, open_on, summed, with_columns_for, with_order
from arkit.calendar import currencies as all_currencies
from arkit.calendar import day_of
from arkit.errors import AmountError, unknown_name
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import LARGEST_SUM, per_minor, to_units
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED

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
    open_in = aging_frame(ledger, day, by="currency", policy=DEFAULT_POLICY).select("currency", "net", "items")
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
    """The rate of each currency in the reporting currency, or the reason why there is none."""
    if to not in all_currencies():
        raise unknown_name("currency", to, known=ledger.values("currency"))
    quotes = _quotes(ledger, day)
    return {currency: _rate(quotes, currency, to, day=day, max_age=max_age) for currency in sorted(currencies)}


def _quotes(ledger: Ledger, day: date) -> _Quotes:
    """The latest rate of each pair by a day; two rates of one day that contradict each other are none."""
    stated = _stated(ledger)
    usable = (pl.col("date") <= day) & (pl.col("rate") > 0) & pl.col("rate").is_finite() & pl.col("base").is_not_null()
    # In two steps: a rate of 0 on the latest day must not hide the good one before it.
    latest = stated.filter(usable).filter(pl.col("date") == pl.col("date").max().over("currency", "base"))
    pairs = latest.group_by("currency", "base").agg(pl.col("date").first(), pl.col("rate").unique())
    single = pairs.filter(pl.col("rate").list.len() == 1).with_columns(pl.col("rate").list.first())
    # The shortest text that gives the same float is what the source showed.
    return {
        (currency, base): _Quote(Fraction(repr(rate)), on)
        for currency, base, on, rate in single.select("currency", "base", "date", "rate").iter_rows()
    }


def _stated(ledger: Ledger) -> pl.DataFrame:
    """The rates as the source has them: ``date``, ``rate``, ``currency``, ``base``."""
    own = ledger.values("base_currency")
    # Rates that name no base currency are those of the only one that the ledger has.
    base = pl.col("base_currency").cast(pl.String).fill_null(pl.lit(own[0] if len(own) == 1 else None, pl.String))
    return ledger.frames.rates.select("date", "rate", currency=pl.col("currency").cast(pl.String), base=base)


def rate_bases(ledger: Ledger) -> list[str]:
    """The currencies in which the source states its rates."""
    return _stated(ledger)["base"].drop_nulls().unique().sort().to_list()


def _rate(quotes: _Quotes, currency: str, to: str, *, day: date, max_age: int) -> Rate:
    if currency == to:
        return Rate(Fraction(1), day, "same")
    known = list(_ways(quotes, currency, to))
    fresh = [rate for rate in known if rate.on and (day - rate.on).days <= max_age]
    if fresh:
        return fresh[0]
    if not known:
        return Rate(None, reason=text("aging.rate.none", currency=currency, to=to, day=day))
    latest = max(rate.on for rate in known if rate.on)
    reason = text("aging.rate.too_old", currency=currency, to=to, day=day, latest=latest, days=max_age)
    return Rate(None, reason=reason)


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
            # Of two rates the older one says how old their product is.
            through.append(Rate(value, min(first[0].on, second[0].on), f"through {third}"))
    yield from sorted(through, key=lambda rate: rate.on or date.min, reverse=True)


def _leg(quotes: _Quotes, currency: str, to: str) -> tuple[_Quote, str] | None:
    stated, opposite = quotes.get((currency, to)), quotes.get((to, currency))
    if stated:
        return stated, "stated"
    return (_Quote(_shown(1 / opposite.value), opposite.on), "inverse") if opposite else None


def _shown(value: Fraction) -> Fraction:
    return Fraction(_DIGITS.divide(value.numerator, value.denominator))


# The sum of products and half of the scale, added to round it, stay within 128 bits.
_LARGEST_PRODUCT: Final = 2**126


def translated(
    ledger: Ledger,
    *,
    as_of: date | str,
    to: str,
    by: By = None,
    policy: Policy | None = None,
    of: Literal["open_amount", "base_open_amount"] = "open_amount",
    max_rate_age: int = MAX_AGE,
) -> pd.DataFrame:
    """Age the receivables of several currencies in one reporting currency.

    Formula: each open item in document currency (or in its entity's base currency) times the closing rate of its
    currency, an exact product, rounded once; then the aging of the day. So items, customers, entities and the whole add
    up, and it is what a report in that currency shows. What rounding item by item makes is ``rounding``.

    Parameters
    ----------
    ledger
        The ledger with its rates.
    as_of
        The day of the aging and of the rates.
    to
        The reporting currency.
    by
        Column or columns of items or customers to group by. By ``currency``, what is open in each currency is shown in
        the reporting currency, and its own is ``document_currency``.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts.
    of
        What is translated: amounts in document currency, or in the entities' base currencies.
    max_rate_age
        The oldest rate that may be used, in days before the day.

    Returns
    -------
    DataFrame
        The columns of :func:`arkit.aging_table` with ``rounding`` (the net translated as a whole, less the net of the
        rounded items) and ``reason``. Nothing is left out: what has no rate is a row in its own currency, and
        ``reason`` says which rate is missing.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        There is no such column, amount or currency.
    AmountError
        An amount is too large to stay exact.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.translated(ar.sample_ledger(), as_of="2026-10-31", to="EUR", by="entity")
    >>> table["currency"].unique().tolist(), int(table["reason"].notna().sum())
    (['EUR'], 0)

    References
    ----------
    IAS 21.23, closing rate; :func:`arkit.closing_rates` shows the rates.
    """
    policy = policy or DEFAULT_POLICY
    if of not in ("open_amount", "base_open_amount"):
        raise unknown_name("amount to translate", of, known=("open_amount", "base_open_amount"))
    day = ledger.require(as_of)
    aged = aging_frame(ledger, day, by=by, policy=policy, of=of)
    currency = "base_currency" if of == "base_open_amount" else "currency"
    rates = rates_on(ledger, day, to=to, currencies=aged[currency].unique(), max_age=max_rate_age)
    translation, keys = Translation.at(to, rates), reporting_keys(by)
    frame = _as_a_whole(aged, translation, currency, keys=keys, columns=[*policy.labels, UNAPPLIED])
    items = aged_in(ledger, {day: translation}, by=by, policy=policy, of=of).drop("as_of", "items")
    frame = frame.join(items, on=keys, how="left", nulls_equal=True)
    frame = frame.with_columns(pl.exclude(*keys, "reason").fill_null(0))
    frame = frame.with_columns(rounding=pl.col("whole") - pl.col("net")).sort(*keys, "reason")
    amounts = [*policy.labels, "gross", UNAPPLIED, "net", "rounding"]
    return to_units(frame.select(*keys, *amounts, "items", "reason"), dict.fromkeys(amounts, "currency")).to_pandas()


def _as_a_whole(
    aged: pl.DataFrame, translation: Translation, currency: str, *, keys: list[str], columns: Sequence[str]
) -> pl.DataFrame:
    """The ``whole`` of each group in the reporting currency, exact products rounded once, with its items."""
    exact = translation.beside(aged, currency, amounts=columns)
    products = [pl.col(name) * pl.col("factor_0") for name in columns]
    sums = exact.group_by(*keys, "reason").agg(pl.sum_horizontal(products).sum().alias("whole"), pl.col("items").sum())
    return sums.with_columns(translation.rounded(pl.col("whole")))


def aged_in(
    ledger: Ledger,
    translations: Mapping[date, Translation],
    *,
    by: By,
    policy: Policy,
    of: Literal["open_amount", "base_open_amount"] = "open_amount",
) -> pl.DataFrame:
    """Agings of some days in a reporting currency, each day at its own rates, with amounts in minor units.

    Each open item is an exact product, rounded once; then items are netted, put into buckets and summed. A ledger that
    was translated as a whole (:func:`arkit.model.presented.in_currency`) has the same aging, to the cent.
    """
    currency = "base_currency" if of == "base_open_amount" else "currency"
    days, keys = [*translations], reporting_keys(by)
    # The open items of the days are few beside those ever posted: they are brought here, where products are exact.
    rows = with_order(open_on(ledger, days), ledger)
    rows = with_columns_for(rows, [name for name in keys if name != DOCUMENT_CURRENCY], ledger, days)
    items = collect(rows).drop(DOCUMENT_CURRENCY, strict=False)
    on = {day: items.filter(pl.col("day") == day_of(day)) for day in days}
    worth = [translation.of_items(on[day], currency, of) for day, translation in translations.items()]
    made = counted(nw.from_native(pl.concat(worth).lazy()), policy=policy, of=of)
    table = summed(made, [*keys, "day"], policy.labels, value=nw.col(of))
    return table.select(pl.from_epoch("day", time_unit="d").alias("as_of"), pl.exclude("day")).sort("as_of", *keys)


def reporting_keys(by: By) -> list[str]:
    """The group columns of a table in a reporting currency, which is ``currency``, the last of them."""
    names = [by] if isinstance(by, str) else list(by or [])
    own = [DOCUMENT_CURRENCY if name == "currency" else name for name in names]
    return list(dict.fromkeys([*own, "currency"]))


@dataclass(frozen=True)
class Translation:
    """Factors into a reporting currency, by currency and day: integers over one scale, so that products are exact.

    A currency without a rate keeps its amounts: it is translated into itself, with the reason beside it.
    """

    factors: pl.DataFrame
    scale: int

    @classmethod
    def at(cls, to: str, *days: Mapping[str, Rate]) -> Translation:
        """The factors of one or several days, each with the rate of every currency."""
        reasons = {name: next((day[name].reason for day in days if day[name].reason), None) for name in days[0]}
        rates = [
            {name: per_minor(day[name].value or Fraction(0), name, to=to) for name in reasons if not reasons[name]}
            for day in days
        ]
        # Over their common denominator all rates are whole numbers,
        # and sums of products stay exact until they are rounded.
        scale = lcm(*(value.denominator for rate in rates for value in rate.values()))
        factors = {
            f"factor_{number}": pl.Series([int(rate.get(name, 1) * scale) for name in reasons], dtype=pl.Int128)
            for number, rate in enumerate(rates)
        }
        texts = {
            "own": list(reasons),
            "into": [name if reason else to for name, reason in reasons.items()],
            "reason": list(reasons.values()),
        }
        return cls(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).with_columns(**factors), scale)

    def beside(self, frame: pl.DataFrame, currency: str, *, amounts: Sequence[str]) -> pl.DataFrame:
        """A frame with the factors of its currencies beside its amounts, and in which currency each row ends.

        Raises
        ------
        AmountError
            A sum of products could be too large to stay exact.
        """
        self._require_room(frame, amounts)
        named = frame.join(self.factors, left_on=currency, right_on="own", how="left", maintain_order="left")
        named = named.rename({"currency": "document_currency"}, strict=False).rename({"into": "currency"})
        return named.with_columns(pl.col(amounts).cast(pl.Int128))

    def _require_room(self, frame: pl.DataFrame, amounts: Sequence[str]) -> None:
        size = frame.select(pl.sum_horizontal(pl.col(amounts).cast(pl.Int128).abs()).sum()).item() or 0
        factor = self.factors.select(pl.max_horizontal(pl.col("^factor_.*$").max())).item() or 0
        if size * factor >= min(_LARGEST_PRODUCT, LARGEST_SUM * self.scale):
            raise AmountError(
                f"Amounts of {size:,} minor units in all are too large to be translated exactly; use a finer cut."
            )

    def of_items(self, items: pl.DataFrame, currency: str, amount: str) -> pl.DataFrame:
        """Open items with an amount in the reporting currency, which is their ``currency`` then."""
        exact = self.beside(items, currency, amounts=[amount])
        return exact.with_columns(self.rounded(pl.col(amount) * pl.col("factor_0")))

    def rounded(self, exact: pl.Expr) -> pl.Expr:
        """Sums of products as minor units, half a unit away from zero."""
        # No product is exactly half of an odd scale, so that its half may be rounded down.
        scale, half = (pl.lit(number, dtype=pl.Int128) for number in (self.scale, self.scale // 2))
        return (((exact.abs() + half) // scale) * exact.sign()).cast(pl.Int64)
