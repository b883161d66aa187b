"""What exports call things: headers, totals, currencies, types and marks, out of templates/words/headers.toml."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from arkit.calendar import currencies
from arkit.resources import resource

_CURRENCY_AT_END: Final = r"(?i)[\s,_(\[/]+(?:in |im |в |без )?[(\[]?([^\W\d_]{2,12}\.?|[€£₽₴₸₹]|\w+\$)[)\]]?\.?$"

# The words of the vocabulary whose columns hold amounts.
MONEY: Final = (
    *("amount", "open_amount", "base_amount", "base_open_amount"),
    *("debit", "credit", "open_debit", "open_credit", "balance", "paid", "tax", "net_amount"),
)

# The cells of a file repeat, and the same ones are looked at by several questions.
REMEMBERED: Final = 8192


def key(text: str) -> str:
    """A text as it is compared: letters and digits alone, in lower case.

    >>> key("Due date"), key("DueDate"), key("№ документа")
    ('duedate', 'duedate', 'noдокумента')
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return "".join(letter for letter in plain if letter.isalnum())


@dataclass(frozen=True)
class Meaning:
    """What a header means: the canonical name or word, its place in the list, and a currency that it names."""

    name: str
    rank: int
    currency: str = ""


@lru_cache(maxsize=REMEMBERED)
def meaning(header: str) -> Meaning | None:
    """The meaning of a header, or nothing when the vocabulary does not know it.

    >>> meaning("Due date").name, meaning("Сумма, руб.").currency
    ('due_date', 'RUB')
    """
    words = _headers()
    found = words.get(key(header))
    if found:
        return Meaning(*found)
    stripped, currency = without_currency(header)
    found = words.get(key(stripped)) if currency else None
    return Meaning(*found, currency) if found else None


def without_currency(header: str) -> tuple[str, str]:
    """A header without the currency named at its end, and the currency.

    >>> without_currency("Amount (EUR)")
    ('Amount', 'EUR')
    """
    match = re.search(_CURRENCY_AT_END, unicodedata.normalize("NFKC", header).strip())
    code = currency_of(match.group(1)) if match else ""
    return (header.strip()[: match.start()].strip(), code) if match and code else (header, "")


def currency_of(text: str) -> str:
    """The ISO code of a currency by its code, sign or name; nothing where it could be several, or is not a currency.

    >>> currency_of("EUR"), currency_of("руб."), currency_of("$")
    ('EUR', 'RUB', '')
    """
    plain = unicodedata.normalize("NFKC", text).strip(" .:;,()[]").casefold()
    if plain.upper() in currencies() and len(plain) == 3:
        return plain.upper()
    return _currency_names().get(plain, "")


def item_type_of(value: str) -> str:
    """The item type that a value of a type column means, or nothing.

    >>> item_type_of("Credit Memo"), item_type_of("Rechnung")
    ('credit_note', 'invoice')
    """
    return _types().get(key(value), "")


def item_types_of(values: Iterable[str]) -> dict[str, str]:
    """The item type of each value that means one; codes are those of the one system that has them all.

    >>> item_types_of(["SI", "SA"]), item_types_of(["RV", "SA"])
    ({'SI': 'invoice', 'SA': 'receipt'}, {'RV': 'invoice', 'SA': 'journal'})
    """
    given = list(values)
    for codes in _vocabulary()["type_codes"].values():
        if given and all(value.upper() in codes for value in given):
            return {value: codes[value.upper()] for value in given}
    return {value: kind for value in given if (kind := item_type_of(value))}


def words(*path: str) -> list[str]:
    """A list of the vocabulary by its place, for example ``words("rows", "total")``."""
    found: Any = _vocabulary()
    for name in path:
        found = found[name]
    return list(found)


def any_of(*path: str) -> str:
    """One pattern that matches what any pattern of a list does."""
    return "(?i)" + "|".join(f"(?:{pattern})" for pattern in words(*path))


def status_of(value: str) -> str:
    """The status of payment that a value means, or nothing.

    >>> status_of("Paid"), status_of("Teilweise bezahlt"), status_of("Zone 3")
    ('paid', 'partly_paid', '')
    """
    return _by_word("statuses").get(key(value), "")


def side_of(value: str) -> str:
    """Whose debt a value says a row is: ``receivable``, ``payable``, or nothing.

    >>> side_of("AR"), side_of("Vendor")
    ('receivable', 'payable')
    """
    return _by_word("sides").get(key(value), "")


def mark_of(value: str) -> str:
    """The mark that a value is: ``debit``, ``credit``, or nothing.

    >>> mark_of("Soll"), mark_of("H")
    ('debit', 'credit')
    """
    return _by_word("marks").get(key(value), "")


@cache
def _by_word(table: str) -> dict[str, str]:
    """The meaning of each word of a table, in either way of writing it."""
    return {key(word): meant for meant, listed in _vocabulary()[table].items() for word in (meant, *listed)}


@cache
def header_words() -> frozenset[str]:
    """Every known header word as it is compared."""
    return frozenset(_headers())


@cache
def _headers() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for name, languages in _vocabulary()["columns"].items():
        found.setdefault(key(name), (name, 0))
        for listed in languages.values():
            for rank, word in enumerate(listed):
                found.setdefault(key(word), (name, rank))
    return found


@cache
def _currency_names() -> dict[str, str]:
    return {name: code for code, names in _vocabulary()["currencies"].items() for name in names}


@cache
def _types() -> dict[str, str]:
    return {key(value): kind for kind, values in _vocabulary()["types"].items() for value in (kind, *values)}


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(resource("templates/words/headers.toml").read_text(encoding="utf-8"))
