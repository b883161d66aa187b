"""Days: as numbers inside, and the month-ends before a day.

Currencies: which there are, and how many decimals each has.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Final

from babel.core import get_global
from babel.numbers import get_currency_precision

from arkit.errors import CoverageError, unknown_name

EPOCH: Final = date(1970, 1, 1)


def day_of(day: date) -> int:
    """Return a day as days since 1970-01-01.

    >>> day_of(date(1970, 2, 1))
    31
    """
    return (day - EPOCH).days


def months_before(day: date, months: int) -> date:
    """Return the same day some months before; the last day of a month stays the last day.

    >>> months_before(date(2026, 2, 28), 1)
    datetime.date(2026, 1, 31)
    >>> months_before(date(2026, 3, 30), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def month_ends_back(day: date, months: int) -> list[date]:
    """Return a day and the same day of the months before, the earliest first.

    >>> [str(end) for end in month_ends_back(date(2026, 3, 31), 2)]
    ['2026-01-31', '2026-02-28', '2026-03-31']

    Raises
    ------
    CoverageError
        The months are fewer than none.
    """
    if months < 0:
        raise CoverageError(f"{months} months back is no stretch of time. Ask for 0 or more.")
    # Dates begin in the year 1: further back there is no month to show.
    first_of_calendar = (day.year - 1) * 12 + day.month - 1
    return [months_before(day, back) for back in range(min(months, first_of_calendar), -1, -1)]


def last_month_end(day: date) -> date:
    """Return the last day up to a day that is the last of a month.

    >>> last_month_end(date(2026, 3, 30)), last_month_end(date(2026, 3, 31))
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31))
    """
    return (day + timedelta(days=1)).replace(day=1) - timedelta(days=1)


UNKNOWN_DECIMALS: Final = 2


@cache
def currencies() -> frozenset[str]:
    """Return the ISO 4217 codes that babel knows."""
    return frozenset(get_global("all_currencies"))


def require_currency(code: str) -> str:
    """A currency code itself, if ISO 4217 has it; an empty one stands for no choice.

    Raises
    ------
    UnknownNameError
        There is no such currency.
    """
    if code and code not in currencies():
        raise unknown_name("currency", code, known=("EUR", "GBP", "USD"))
    return code


@cache
def decimals(currency: str) -> int:
    """Return the number of decimals of a currency.

    >>> decimals("EUR"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    return get_currency_precision(currency) if currency in currencies() else UNKNOWN_DECIMALS
