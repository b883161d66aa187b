"""The vocabulary: names and kinds of columns, what a reader sees of a stored code, and formats of numbers and days."""

import math
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from typing import Any, Final, Literal

from babel.dates import format_date
from babel.numbers import NumberPattern, format_compact_decimal, format_decimal, format_percent, parse_pattern

from arkit.calendar import decimals
from arkit.resources import bundled
from arkit.words.catalogue import current_locale, has_text, text

Kind = Literal[
    "text",
    "code",
    "date",
    "amount",
    "ratio",
    "days",
    "months",
    "seconds",
    "count",
    "number",
    "times",
    "rate",
    "exchange_rate",
    "deviations",
    "link",
]
"""What a column holds. A code is stored as it is and shown in words; a link is a file beside the page or workbook."""
TEXT_KINDS: Final = ("text", "code", "date", "link")
"""Kinds that are set like text, to the left."""

ITEM_TYPES: Final = ("invoice", "debit_note", "credit_note", "receipt", "journal")
BILLING_TYPES: Final = ("invoice", "debit_note", "credit_note")
ENTRY_TYPES: Final = (
    "original",
    "application",
    "settlement",
    "inferred_settlement",
    "discount",
    "write_off",
    "exchange",
    "transfer",
    "correction",
)
MARK_KINDS: Final = ("dispute", "promise", "hold", "plan")

NOT_DUE: Final = "not due"
UNAPPLIED: Final = "unapplied"
ALL_ENTITIES: Final = "all"
DEFAULT_ENTITY: Final = "main"


@dataclass(frozen=True)
class Column:
    """What a reader sees of a column: its title, and the kind that decides format and alignment."""

    title: str
    kind: Kind = "text"


_NAMES: Final[dict[Any, str]] = bundled("templates/words/kinds.toml")
KINDS: Final[dict[str, Kind]] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""The kind of each column of the vocabulary, by its name. Titles are in ``columns.toml`` of each language."""


def column(name: str) -> Column:
    """What a reader sees of a column; a name outside the vocabulary (a bucket label) is an amount.

    >>> column("due_date")
    Column(title='Due date', kind='date')
    >>> column("31-60").kind
    'amount'
    """
    return Column(text(f"columns.{name}"), KINDS[name]) if name in KINDS else Column(shown_value(name), "amount")


def currency_column(name: str) -> str:
    """The column that has the currency of an amount.

    >>> currency_column("base_open_amount"), currency_column("document_amount"), currency_column("gross")
    ('base_currency', 'document_currency', 'currency')
    """
    kind, _, rest = name.partition("_")
    return f"{kind}_currency" if kind in ("base", "document") and rest else "currency"


def shown_value(value: str, name: str = "") -> str:
    """What a reader sees of a stored code; what is not a code, such as a category of one's own, is shown as it is.

    Parameters
    ----------
    value
        A bucket label, an item type, a status, a movement, a category, a unit ...
    name
        The column that holds it: a few codes mean something else in another column.

    Examples
    --------
    >>> from arkit.words.catalogue import speaking
    >>> with speaking("ru"):
    ...     shown_value("not due"), shown_value("over 90"), shown_value("new"), shown_value("new", "category")
    ('срок не наступил', 'свыше 90', 'новая', 'новый')
    """
    key = next((key for key in (f"values.{name}.{value}", f"values.{value}") if has_text(key)), "")
    if key:
        return text(key)
    start, _, days = value.partition(" ")
    return text("values.over", days=days) if start == "over" and days.isdigit() else value


NOTHING: Final = "–"
MINUS: Final = "\u2212"


DECIMALS: Final = {"count": 0, "rate": 4, "exchange_rate": 6, "times": 2, "deviations": 2}
"""Decimals of the kinds that have not one."""
_ALWAYS_WITH_DECIMALS: Final = ("times", "deviations")


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing (none, not a number, not a date).

    >>> is_missing(float("nan")), is_missing(0)
    (True, False)
    """
    # Not a number and not a date are the only values that differ from themselves; asking pandas would load it.
    return value is None or value != value


def shown(value: object, kind: Kind, *, currency: str = "", name: str = "") -> str:
    """A value as a reader sees it in the language of the page; ``name`` is the column that holds a code.

    >>> shown(1234.5, "amount", currency="EUR"), shown(1234, "amount", currency="JPY")
    ('1,234.50', '1,234')
    >>> shown(0.234, "ratio"), shown(-3.25, "days"), shown(8, "times"), shown(None, "amount")
    ('23.4 %', '−3.2', '8.00', '')
    """
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return shown_value("yes") if value else ""
    if kind == "date" and isinstance(value, date):
        return day_shown(value)
    if kind == "code":
        return shown_value(str(value), name)
    if kind in TEXT_KINDS or not isinstance(value, int | float):
        return str(value)
    return _number(float(value), kind, currency).replace("-", MINUS)


def _number(value: float, kind: Kind, currency: str) -> str:
    locale = current_locale()
    if kind == "ratio":
        return format_percent(value, format=_parsed(text("formats.percent")), locale=locale)
    if kind == "amount" and value == 0:
        return NOTHING
    places = decimals(currency or "EUR") if kind == "amount" else DECIMALS.get(kind, 1)
    if value.is_integer() and kind not in ("amount", *_ALWAYS_WITH_DECIMALS):
        places = 0
    return format_decimal(value, format=_pattern(places), locale=locale)


@cache
def _parsed(pattern: str) -> NumberPattern:
    return parse_pattern(pattern)


@cache
def _pattern(places: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * places if places else ""))


def day_shown(day: date) -> str:
    """A day in words.

    >>> day_shown(date(2026, 10, 31))
    '31 Oct 2026'
    """
    return format_date(day, format=text("formats.day"), locale=current_locale())


def period_shown(end: date) -> str:
    """The month that ends on a day; a period of another calendar goes by its last day, for two may end in a month.

    >>> period_shown(date(2026, 9, 30)), period_shown(date(2026, 9, 26))
    ('Sep 2026', '26 Sep 2026')
    """
    whole = end.day == monthrange(end.year, end.month)[1]
    return format_date(end, format=text("formats.month"), locale=current_locale()) if whole else day_shown(end)


def short_amount(value: float, currency: str) -> str:
    """An amount in a few characters.

    >>> short_amount(12_345_678.9, "EUR")
    'EUR 12.3M'
    >>> short_amount(257.34000000000015, "EUR")
    'EUR 257.34'
    """
    # What is not shortened is not rounded either, so a float's last places would show.
    size = format_compact_decimal(
        round(abs(value), 2), format_type="short", locale=current_locale(), fraction_digits=_short_places(value)
    )
    return text("formats.amount", currency=currency, size=f"{MINUS if value < 0 else ''}{size}")


def _short_places(value: float) -> int:
    # So many decimals that three digits count: 1.23K, 12.3K, 123K.
    digits = int(math.log10(abs(value))) % 3 if abs(value) >= 1 else 0
    return max(2 - digits, 0) if abs(value) >= 1000 else 0


def number_shown(value: float, *, places: int = 0) -> str:
    """A number within a sentence, with the marks of the page's language.

    >>> number_shown(12345), number_shown(0.26, places=1)
    ('12,345', '0.3')
    """
    return format_decimal(value, format=_pattern(places), locale=current_locale())


def share_shown(share: float, *, places: int = 0) -> str:
    r"""A share within a sentence, as percent.

    >>> share_shown(0.234), share_shown(0.2345, places=1)
    ('23\xa0%', '23.4\xa0%')
    """
    locale = current_locale()
    digits = "#,##0" + ("." + "0" * places if places else "")
    # Chinese writes the sign without a space; English as ISO 31-0 has it, like the tables.
    pattern = digits + ("%" if locale.language == "zh" else "\u00a0%")
    return format_percent(share, format=parse_pattern(pattern), locale=locale)


def rate_shown(rate: float) -> str:
    """An exchange rate within a sentence, with four digits that count.

    >>> rate_shown(1.128242), rate_shown(0.00653345)
    ('1.1282', '0.006533')
    """
    places = 4 if rate >= 1 else 3 - math.floor(math.log10(rate))
    return number_shown(rate, places=places)


def month_name(day: date) -> str:
    """The name of a day's month by itself, without the year.

    >>> month_name(date(2026, 9, 30))
    'September'
    """
    return format_date(day, format="LLLL", locale=current_locale())


def joined(texts: Iterable[str]) -> str:
    """Texts as a list with the commas of the page's language.

    >>> joined(["EUR 5", "JPY 7"])
    'EUR 5, JPY 7'
    """
    comma = current_locale().list_patterns["standard"]["start"]
    return reduce(comma.format, texts) if (texts := list(texts)) else ""
