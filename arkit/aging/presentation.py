"""Presentation: a ledger of several currencies as one of a single currency, at the closing rates of a day.

The ledger is translated once, and every measure runs on what comes out: agings, KPIs, behaviour, the call list. What
has no rate stays in its own currency, and the reason is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Self

import narwhals as nw
import polars as pl

from arkit.aging.aging import aging_frame
from arkit.aging.translate import Rate, Translation, aged_in, rate_bases, rates_on
from arkit.calendar import decimals
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.model.presented import DOCUMENT_CURRENCY, in_currency
from arkit.policy import Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

PRESENTED: Final = "presented"
KEPT: Final = 3
"""Translated ledgers that are kept with a ledger: those of the day, of the month before, and of one more day."""

ASKED: Final = "asked"
BASE_OF_RATES: Final = "rates"
LARGEST: Final = "largest"
MOST_ITEMS: Final = "items"
_OWN: Final = ("gross", UNAPPLIED, "net")


@dataclass(frozen=True)
class Presentation:
    """The currency in which a ledger is shown, why it is that one, and the ledger in it.

    Attributes
    ----------
    ledger
        The ledger with its rates.
    day
        The day that is reported on.
    currency
        The presentation currency.
    why
        ``asked``, ``rates`` (the base currency of the exchange rates), ``largest`` (the functional currency with the
        largest gross receivables) or ``items`` (the currency with most open items, where nothing can be translated).
    policy
        The oldest rate that may be used, and how the ledger is aged.
    """

    ledger: Ledger
    day: date
    currency: str
    why: str
    policy: Policy

    @classmethod
    def of(cls, ledger: Ledger, day: date, policy: Policy, *, currency: str = "") -> Self:
        """The presentation of a ledger: in the currency asked for, else that of the policy, else the default.

        By default it is the base currency of the rates, else the functional currency with the largest gross at closing
        rates, of two that are equal the first by name.

        >>> import arkit as ar
        >>> shown = Presentation.of(ar.sample_ledger(), date(2026, 10, 31), Policy())
        >>> shown.currency, shown.why
        ('EUR', 'rates')
        """
        asked = currency or policy.currency
        made = cls(ledger, day, asked, ASKED, policy) if asked else cls(ledger, day, "", LARGEST, policy)._default()
        return made if asked or made.translates or made.currency in made.items else made._most_items()

    def _default(self) -> Self:
        bases = rate_bases(self.ledger)
        if len(bases) == 1:
            return replace(self, currency=bases[0], why=BASE_OF_RATES)
        # Any currency will do for comparing, if all others have a rate in it.
        for code in self.ledger.values("base_currency"):
            worth = self._worth_of_functional(code)
            if worth and None not in worth.values():  # all of them can be compared
                return replace(self, currency=max(sorted(worth), key=lambda name: worth[name] or 0))
        return self._most_items()

    def _worth_of_functional(self, to: str) -> dict[str, Fraction | None]:
        """The gross of each functional currency in one of them, at closing rates."""
        aged = aging_frame(self.ledger, self.day, by="base_currency", policy=self.policy)
        age = self.policy.max_rate_age
        found = rates_on(self.ledger, self.day, to=to, currencies=aged["currency"].unique(), max_age=age)
        worth: dict[str, Fraction | None] = dict.fromkeys(aged["base_currency"], Fraction(0))
        for functional, code, gross in aged.select("base_currency", "currency", "gross").iter_rows():
            so_far, rate = worth[functional], found[code].value
            worth[functional] = None if so_far is None or rate is None else so_far + gross * rate / 10 ** decimals(code)
        return worth

    def _most_items(self) -> Self:
        codes = sorted(self.items, key=lambda code: (-self.items[code], code)) or self._by_all_items()
        return replace(self, currency=codes[0], why=MOST_ITEMS)

    def _by_all_items(self) -> list[str]:
        counts = collect(self.ledger.scan("items").group_by("currency").agg(nw.len().alias("items")))
        return counts.sort("items", "currency", descending=[True, False])["currency"].to_list()

    @cached_property
    def items(self) -> dict[str, int]:
        """The number of open items of each document currency."""
        return dict(self._aged.select("currency", "items").iter_rows())

    @cached_property
    def _aged(self) -> pl.DataFrame:
        return aging_frame(self.ledger, self.day, by=None, policy=self.policy)

    @cached_property
    def translates(self) -> bool:
        """Whether anything is translated: another currency has a rate."""
        return any(rate.value is not None for code, rate in self.rates(self.day).items() if code != self.currency)

    @cached_property
    def missing(self) -> dict[str, str]:
        """The document currencies with open items that have no rate, each with the reason."""
        return {
            code: str(rate.reason) for code, rate in self.rates(self.day).items() if rate.reason and code in self.items
        }

    def rates(self, day: date) -> dict[str, Rate]:
        """The closing rate of each currency on a day; where an earlier day has none, that of the day reported on.

        What has no rate on the day reported on has none on other days either: it is in its own currency throughout.
        """
        found, own = self._rates(day), self._rates(self.day)
        known = {code for code in own if own[code].value is not None and found[code].value is not None}
        return {code: found[code] if code in known else own[code] for code in own}

    @cached_property
    def _rates(self) -> Callable[[date], dict[str, Rate]]:
        tables = self.ledger.frames
        others = [tables.sales["currency"], tables.customers["limit_currency"]]
        stated = pl.concat([column.cast(pl.String) for column in others]).drop_nulls().unique().to_list()
        codes = {*self.ledger.values("currency"), *stated}

        def found(day: date) -> dict[str, Rate]:
            return rates_on(self.ledger, day, to=self.currency, currencies=codes, max_age=self.policy.max_rate_age)

        return lru_cache(maxsize=None)(found)

    def at(self, day: date) -> Ledger:
        """The whole ledger in the presentation currency, at the closing rates of one day; amounts are exact products.

        Each balance of an item is rounded once, so a settled item stays settled, and items, customers, entities and
        the whole add up to the cent.
        """
        if not self.translates:
            return self.ledger
        rates = {code: rate.value for code, rate in self.rates(day).items() if rate.value is not None}
        made: dict[object, Ledger] = self.ledger.prepared.setdefault(PRESENTED, {})
        # By the rates and not by the day: two days with the same rates are one ledger.
        key = self.currency, tuple(rates.items())
        found = made.pop(key, None) or in_currency(self.ledger, rates, to=self.currency)
        made[key] = found  # the one that was asked for last is the last
        for oldest in list(made)[:-KEPT]:
            del made[oldest]
        return found

    def trend(self, months: int) -> pd.DataFrame:
        """The columns of :func:`arkit.aging_trend` in the presentation currency, each month-end at its own rates."""
        days = self.ledger.looked_back(self.policy.month_ends(self.day, months))
        translations = {day: Translation.at(self.currency, self.rates(day)) for day in days}
        trend = aged_in(self.ledger, translations, by=None, policy=self.policy)
        return to_units(trend, dict.fromkeys((*self.policy.labels, *_OWN), "currency")).to_pandas()

    def by_currency(self) -> pd.DataFrame:
        """What is open in each document currency beside what it is worth, with the rate and its day.

        ``document_currency``, ``items``, ``document_amount`` (gross in it), ``rate``, ``rate_on``, ``currency`` with
        ``gross``, ``unapplied`` and ``net`` in it, and ``reason`` where there is no rate.
        """
        shown, by = self.at(self.day), DOCUMENT_CURRENCY if self.translates else "currency"
        aged = aging_frame(shown, self.day, by=by, policy=self.policy)
        aged = aged.with_columns(pl.col(by).alias(DOCUMENT_CURRENCY)).join(
            self._stated, on=DOCUMENT_CURRENCY, how="left"
        )
        table = aged.sort(pl.col("currency") != self.currency, -pl.col("gross"), DOCUMENT_CURRENCY)
        units = {"document_amount": DOCUMENT_CURRENCY, **dict.fromkeys(_OWN, "currency")}
        columns = (DOCUMENT_CURRENCY, "items", "document_amount", "rate", "rate_on", "currency", *_OWN, "reason")
        return to_units(table.select(columns), units).to_pandas()

    @property
    def _stated(self) -> pl.DataFrame:
        """What is open in each document currency, and its rate."""
        rates = [
            (code, rate.value and float(rate.value), rate.on, rate.reason)
            for code, rate in self.rates(self.day).items()
        ]
        names = {DOCUMENT_CURRENCY: pl.String, "rate": pl.Float64, "rate_on": pl.Date, "reason": pl.String}
        own = self._aged.select(pl.col("currency").alias(DOCUMENT_CURRENCY), document_amount="gross")
        return own.join(pl.DataFrame(rates, schema=names, orient="row"), on=DOCUMENT_CURRENCY, how="left")
