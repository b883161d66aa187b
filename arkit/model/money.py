"""Money: exact integers in minor units inside, currency units at the door."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, TypeVar

import narwhals as nw
import polars as pl

from arkit.calendar import UNKNOWN_DECIMALS, decimals
from arkit.errors import AmountError

# No currency has more than four decimals, so what rounding leaves over is kept exactly.
SCALE: Final = 6
EXACT: Final = pl.Decimal(38, SCALE)
# Up to here a float has every whole number, so an amount is shown to its last unit.
LARGEST_EXACT: Final = 2**53
# Half of what 64 bits hold.
LARGEST_SUM: Final = 2**62

# 9 times this is below 2**53, so that a rate has a nearest whole number as a float.
RATE_DECIMALS: Final = 15
_EXCHANGE_DECIMALS: Final = 12
_LARGEST_RATE: Final = 10**15
_SHORT: Final = 6


def minor_per_unit(currency: pl.Expr, codes: pl.Series) -> pl.Expr:
    """How many minor units make one unit of each row's currency, as an expression."""
    known = [code for code in codes.unique().cast(pl.String).to_list() if code is not None]
    units = {code: 10 ** decimals(code) for code in known}
    others = {code: unit for code, unit in units.items() if unit != 10**UNKNOWN_DECIMALS}
    if not others:
        # The usual ledger: nothing to look up row by row.
        return pl.lit(10**UNKNOWN_DECIMALS, dtype=pl.Int64)
    return currency.cast(pl.String).replace_strict(others, default=10**UNKNOWN_DECIMALS, return_dtype=pl.Int64)


def to_minor(amounts: pl.Series, *, unit: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Exact decimals as integers in minor units, and what rounding left over in millionths of a unit.

    An amount too large to stay exact is missing in the result. Half a minor unit is rounded away from zero: 0.125 EUR
    is 125,000 millionths, a cent 10,000 of them, and (125,000 + 5,000) // 10,000 = 13 cents, with -5,000 left over.
    """
    step = pl.lit((10**SCALE // unit).cast(pl.Int128))
    # By size, with the sign given back: // rounds down, so a negative half would go the other way.
    size = pl.col("exact").abs()
    rounded = ((size + step // 2) // step) * pl.col("exact").sign()
    parts = (
        amounts.to_physical()
        .to_frame("exact")
        .select(
            minor=pl.when(rounded.abs() <= LARGEST_EXACT).then(rounded).cast(pl.Int64),
            rest=(pl.col("exact") - rounded * step).cast(pl.Int64, strict=False),
        )
    )
    return parts["minor"], parts["rest"]


def per_minor(rate: Fraction, currency: str, *, to: str) -> Fraction:
    """Minor units of one currency for one minor unit of another, at a rate for whole units.

    >>> per_minor(Fraction(1, 100), "JPY", to="EUR")
    Fraction(1, 1)
    """
    return rate * Fraction(10) ** (decimals(to) - decimals(currency))


Expr = TypeVar("Expr", nw.Expr, pl.Expr)
"""An expression on rows of any engine (narwhals), or on a small table (Polars)."""


def proportion(amount: Expr, *, part: Expr, whole: Expr) -> Expr:
    """``amount * part / whole`` in minor units: the exact product in integers of 128 bits, a half away from zero.

    Missing where one of the three is, and where the whole is nothing. A source may state any amounts: in its tables,
    the share is missing too where it is too large to be shown exactly.

    >>> frame = pl.DataFrame({"amount": [1, 5, -5, 7], "part": 1, "whole": [2, 2, 2, 3]})
    >>> frame.select(proportion(pl.col("amount"), part=pl.col("part"), whole=pl.col("whole"))).to_series().to_list()
    [1, 3, -3, 2]
    """
    words = _words(amount)
    if words is pl:
        # The float is only asked how large the result is; the result itself is made of integers.
        about = amount.cast(words.Float64) * part.cast(words.Float64) / whole.cast(words.Float64)
        amount = words.when(about.abs() <= LARGEST_EXACT).then(amount)
    product, size = (amount.cast(words.Int128) * part).abs(), whole.cast(words.Int128).abs()
    return _rounded(product, size, negative=((amount < 0) != (part < 0)) != (whole < 0))


def at_rate(amount: Expr, rate: Expr, *, over: int = 1) -> Expr:
    """``amount * rate / over`` in minor units, half a unit away from zero: a discount, a loss rate, a cost of capital.

    The rate is a float from 0 to 9; it is taken as the decimal that it stands for, to 15 decimals, so that 2 % of 125
    is 2.5 and becomes 3.

    >>> frame = pl.DataFrame({"amount": [125, -125, 1_000], "rate": [0.02, 0.02, 0.0225]})
    >>> frame.select(at_rate(pl.col("amount"), pl.col("rate"))).to_series().to_list()
    [3, -3, 23]
    """
    product = (amount.cast(_words(amount).Int128) * decimal_units(rate, decimals=RATE_DECIMALS)).abs()
    return _rounded(product, over * 10**RATE_DECIMALS, negative=amount < 0)


def _rounded(product: Expr, whole: Expr | int, *, negative: Expr) -> Expr:
    """The one place where a share of an amount is rounded: ``(2 * product + whole) // (2 * whole)``, and its sign.

    Of 5 * 1 / 2 it is (10 + 2) // 4 = 3, and of -5 * 1 / 2 it is -3. What is given is mentioned as seldom as can be:
    each mention of an expression is built, and may be computed, once more.
    """
    words = _words(product)
    sign: Expr = words.when(negative).then(-1).otherwise(1)
    # Two factors of 63 bits make a product of 126, and twice that still fits. Not `round`: engines disagree on halves.
    return ((product * 2 + whole) // (whole * 2)).cast(words.Int64) * sign


def _words(expression: nw.Expr | pl.Expr) -> Any:
    """The library of an expression: both have the same words for what is done here."""
    return nw if isinstance(expression, nw.Expr) else pl


def at_exchange_rate(amount: pl.Expr, rate: pl.Expr, *, unit: pl.Expr, base_unit: pl.Expr, inverse: bool) -> pl.Expr:
    """An amount in minor units of the base currency, half a unit away from zero.

    The rate says base units for one unit of the currency, or the inverse; it is taken as the decimal that it stands
    for, to 12 decimals. Missing where the rate is no number, or the result too large to be exact.

    >>> one, rate = pl.lit(100), pl.lit(0.125)
    >>> pl.select(at_exchange_rate(pl.lit(100), rate, unit=one, base_unit=one, inverse=False)).item()
    13
    """
    usable = pl.when(rate.is_finite() & (rate.abs() < _LARGEST_RATE)).then(rate)
    # The inverse is a quotient of integers: a float of 1 / rate would not be the rate that was stated.
    units, one = decimal_units(usable, decimals=_EXCHANGE_DECIMALS), 10**_EXCHANGE_DECIMALS
    part, whole = (base_unit * one, units * unit) if inverse else (units * base_unit, unit * one)
    return proportion(amount, part=part, whole=whole)


def decimal_units(rate: Expr, *, decimals: int) -> Expr:
    """A rate of zero or more as the integer of ``10**-decimals`` that it stands for.

    A float is the nearest one to the decimal that was written. One of at most 6 decimals is found again by dividing:
    the quotient is the same float. Of any other the nearest integer is right while it has at most 15 digits.

    >>> pl.select(decimal_units(pl.lit(17_000.53), decimals=12)).item()
    17000530000000000
    """
    words = _words(rate)
    # Not `round`, which sends a half to different sides on different engines; a rate is never negative.
    short, near = ((rate * 10**places + 0.5).floor() for places in (_SHORT, decimals))
    is_short = short / 10**_SHORT == rate
    whole = short.cast(words.Int128) * 10 ** (decimals - _SHORT)
    units: Expr = words.when(is_short).then(whole).otherwise(near.cast(words.Int128))
    return units


def check_sums(amounts: pl.Series, *, table: str) -> None:
    """Refuse amounts whose sums could overflow."""
    largest = amounts.abs().max()
    if not isinstance(largest, int) or largest * len(amounts) <= LARGEST_SUM:
        return
    # Of sizes, not of signed amounts: debits and credits may add up to little and overflow on the way, in another
    # order.
    size = amounts.cast(pl.Int128).abs().sum()
    if int(size) > LARGEST_SUM:
        raise AmountError(
            f"The amounts of the {table} table add up to {int(size):,} minor units in size; sums could overflow. "
            "Look for a wrong amount, or analyse the entities one by one."
        )


def to_units(frame: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """The frame with integer amounts as currency units in floating point: the door of the package.

    ``columns`` has for each amount the column of its currency.

    Raises
    ------
    AmountError
        An amount is too large for a floating-point number, or a cell of Excel, to show it to the last minor unit.
    """
    names = [*columns]
    ends = frame.select(pl.col(names).min().name.prefix("least "), pl.col(names).max().name.prefix("most "))
    for largest in (abs(end) for end in ends.row(0) if isinstance(end, int)):
        if largest > LARGEST_EXACT:
            raise AmountError(
                f"An amount of {largest:,} minor units cannot be shown to the last unit; use a finer cut."
            )
    units = {
        currency: frame.select(minor_per_unit(pl.col(currency), frame[currency])).to_series().to_numpy()
        for currency in {*columns.values()}
    }
    # By numpy: Polars multiplies by 0.01 instead, and shows 14868688.700000001 for 14868688.70.
    return frame.with_columns(
        pl.Series(name, frame[name].to_numpy() / units[currency], dtype=pl.Float64, nan_to_null=True)
        for name, currency in columns.items()
    )
