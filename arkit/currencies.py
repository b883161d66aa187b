"""Currencies: which there are, and how many decimals each has."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel.core import get_global
from babel.numbers import get_currency_precision

UNKNOWN_DECIMALS: Final = 2


@cache
def currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that babel knows."""
    return frozenset(get_global("all_currencies"))


@cache
def decimals(currency: str) -> int:
    """Return the number of decimals of a currency.

    >>> decimals("EUR"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    return get_currency_precision(currency) if currency in currencies() else UNKNOWN_DECIMALS
