"""Translation: open items of several currencies in one, at the closing rates of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from arkit.balances.aging import aging_frame
from arkit.balances.grouping import By
from arkit.balances.rates import MAX_AGE, Rate, rates_on
from arkit.currencies import decimals
from arkit.errors import AmountError, unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import LARGEST_SUM, to_units
from arkit.policy import Policy
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

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

    Formula: the aging of the day in document currency (or in the entities' base currencies), each amount times the
    closing rate of its currency: an exact product, summed over the currencies of a group, rounded once.

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
        Edges, basis, day 0 and the treatment of unapplied amounts; netting comes before translation.
    of
        What is translated: amounts in document currency, or in the entities' base currencies.
    max_rate_age
        The oldest rate that may be used, in days before the day.

    Returns
    -------
    DataFrame
        The columns of :func:`arkit.aging_table` with ``rounding`` (the net translated as a whole, less the net of the
        rounded columns) and ``reason``. Nothing is left out: what has no rate is a row in its own currency, and
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
    policy = policy or Policy()
    if of not in ("open_amount", "base_open_amount"):
        raise unknown_name("amount to translate", of, known=("open_amount", "base_open_amount"))
    day = ledger.require(as_of)
    aged = aging_frame(ledger, day, by=by, policy=policy, of=of)
    currency = "base_currency" if of == "base_open_amount" else "currency"
    rates = rates_on(ledger, day, to=to, currencies=aged[currency].unique(), max_age=max_rate_age)
    frame = _translated_aging(aged, Translation.at(to, rates), currency, by=by, labels=policy.labels)
    amounts = [*policy.labels, "gross", UNAPPLIED, "net", "rounding"]
    return to_units(frame, dict.fromkeys(amounts, "currency")).to_pandas()


def _translated_aging(
    aged: pl.DataFrame, translation: Translation, currency: str, *, by: By, labels: Sequence[str]
) -> pl.DataFrame:
    columns, keys = [*labels, UNAPPLIED], reporting_keys(by)
    exact = translation.beside(aged, currency, amounts=columns)
    sums = exact.group_by(*keys, "reason").agg((pl.col(columns) * pl.col("factor_0")).sum(), pl.col("items").sum())
    whole = translation.rounded(pl.sum_horizontal(columns))
    table = sums.with_columns(translation.rounded(pl.col(columns)), whole=whole)
    table = table.with_columns(gross=pl.sum_horizontal(labels)).with_columns(net=pl.col("gross") + pl.col(UNAPPLIED))
    table = table.with_columns(rounding=pl.col("whole") - pl.col("net")).sort(*keys, "reason")
    return table.select(*keys, *labels, "gross", UNAPPLIED, "net", "rounding", "items", "reason")


def reporting_keys(by: By) -> list[str]:
    """Return the group columns of a table in a reporting currency, which is ``currency``, the last of them."""
    names = [by] if isinstance(by, str) else list(by or [])
    own = ["document_currency" if name == "currency" else name for name in names]
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
        """Return the factors of one or several days, each with the rate of every currency."""
        reasons = {name: next((day[name].reason for day in days if day[name].reason), None) for name in days[0]}
        rates = [{name: _per_minor(day[name], name, to) for name in reasons if not reasons[name]} for day in days]
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
        """Return a frame with the factors of its currencies beside its amounts, and in which currency each row ends.

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

    def rounded(self, exact: pl.Expr) -> pl.Expr:
        """Return sums of products as minor units, half a unit away from zero."""
        scale, half = (pl.lit(number, dtype=pl.Int128) for number in (self.scale, self.scale // 2))
        return (((exact.abs() + half) // scale) * exact.sign()).cast(pl.Int64)


def _per_minor(rate: Rate, currency: str, to: str) -> Fraction:
    """Return minor units of the reporting currency for one minor unit."""
    return (rate.value or Fraction(0)) * Fraction(10) ** (decimals(to) - decimals(currency))
