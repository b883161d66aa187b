"""What exports call things: headers, statuses, types, sides, marks and units, out of templates/words/headers.

Each language has one file; headers.toml has what is shared: patterns of rows and days, currencies, codes of systems.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from arkit.calendar import currencies
from arkit.resources import bundled, resource

_CURRENCY_AT_END: Final = re.compile(
    r"(?i)[\s,_(\[/]+(?:in |im |в |без )?[(\[]?([^\W\d_]{2,12}\.?|[€£₽₴₸₹]|\w+\$)[)\]]?\.?$"
)

# The words of the vocabulary whose columns hold amounts.
MONEY: Final = (
    *("amount", "open_amount", "base_amount", "base_open_amount"),
    *("debit", "credit", "open_debit", "open_credit", "balance", "paid", "tax", "net_amount"),
)

# What an addition to the header of an amount makes of it.
_QUALIFIED: Final = {
    "base": {"amount": "base_amount", "open_amount": "base_open_amount"},
    "document": {name: name for name in MONEY if not name.startswith("base")},
    "with_tax": {"amount": "amount", "open_amount": "open_amount"},
    "without_tax": {"amount": "net_amount", "net_amount": "net_amount"},
}

# Letters that have no accent to take off, and the sign in "N°".
_LIKE: Final = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "°": "o", "%": "pct"})
# The same for plain ASCII in one step, which nearly every header and cell is.
_ASCII: Final = str.maketrans({chr(code): "" for code in range(128) if not chr(code).isalnum()} | {"%": "pct"})
# What people write who have no umlauts.
_TRANSCRIBED: Final = str.maketrans({umlaut: f"{plain}e" for umlaut, plain in zip("äöü", "aou", strict=True)})

# The cells of a file repeat, and the same ones are looked at by several questions.
REMEMBERED: Final = 8192


def key(text: str) -> str:
    """A text as it is compared: letters and digits alone, in lower case and without accents.

    >>> key("Due date"), key("DueDate"), key("№ документа"), key("Date d'échéance")
    ('duedate', 'duedate', 'noдокумента', 'datedecheance')
    """
    if text.isascii():
        return text.lower().translate(_ASCII)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold().translate(_LIKE)))


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
    found = _headers().get(key(header))
    if found:
        return Meaning(*found)
    stripped, currency = without_currency(header)
    found = _headers().get(key(stripped)) if currency else None
    return Meaning(*found, currency) if found else _qualified(header) or _abbreviated(header)


_AROUND_MARKS: Final = re.compile(r"\s*([:/])\s*")
_ABBREVIATED: Final = re.compile(r"[^\W\d_]{3,}\.?")
_LONGEST: Final = 60


def _abbreviated(header: str) -> Meaning | None:
    """The one meaning of all known words that a header with points abbreviates: ``Ausgl.bel.``, ``Nettofäll.``."""
    words = [word for word in re.split(r"[\s/-]+|(?<=\.)", header.strip()) if word]
    if len(header) > _LONGEST or "." not in header or not all(map(_ABBREVIATED.fullmatch, words)):
        return None
    parts = [part for part in re.split(r"([.\s/-]+)", header.strip()) if part]
    pattern = "".join(r"\w*" if "." in part else re.escape(key(part)) for part in parts)
    start = key(parts[0])
    found = [each for word, each in _headers().items() if word.startswith(start) and re.fullmatch(pattern, word)]
    return Meaning(*min(found)) if len({name for name, _ in found}) == 1 else None


def _qualified(header: str) -> Meaning | None:
    """The meaning of an amount with an addition that says in which currency it is, or whether tax is in it."""
    plain = _plain(header)
    for kind, words in _qualifiers().items():
        # Cells are asked for too, and nearly none has such a word: to look for all of them at once is much faster.
        if not _some_qualifier(kind).search(plain):
            continue
        rest = re.sub("|".join(map(_as_word, words)), " ", plain, count=1)
        found = _headers().get(key(rest)) if rest != plain else None
        name = _QUALIFIED[kind].get(found[0], "") if found else ""
        if found and name:
            return Meaning(name, found[1])
    return None


def without_currency(header: str) -> tuple[str, str]:
    """A header without the currency named at its end, and the currency.

    >>> without_currency("Amount (EUR)")
    ('Amount', 'EUR')
    """
    match = _CURRENCY_AT_END.search(unicodedata.normalize("NFKC", header).strip())
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
    return _by_word("types").get(key(value), "")


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


def is_made(status: str) -> bool | None:
    """Whether a status says that a payment was made; nothing where the word is not known.

    >>> is_made("succeeded"), is_made("Bounced"), is_made("Zone 3")
    (True, False, None)
    """
    words = _payment_words()
    if key(status) in words:
        return words[key(status)]
    found = status_of(status)
    return None if found in ("", "open", "overdue", "partly_paid", "disputed") else found == "paid"


@cache
def _payment_words() -> dict[str, bool]:
    stated = bundled("templates/words/payments.toml")
    return {key(word): name == "made" for name in ("made", "not_made") for word in stated[name]}


def side_of(value: str, *, named: bool = False) -> str:
    """Whose debt a value says a row is: ``receivable``, ``payable``, or nothing.

    Parameters
    ----------
    value
        The text of a cell.
    named
        The header says that the column is a side. A letter counts only then: D and K are debtors and
        creditors in one system, debit and credit in another.

    Examples
    --------
    >>> side_of("AR"), side_of("Vendor"), side_of("K"), side_of("K", named=True)
    ('receivable', 'payable', '', 'payable')
    """
    return _by_word("sides").get(key(value), "") or (_by_word("sides_named").get(key(value), "") if named else "")


def mark_of(value: str, *, named: bool = False) -> str:
    """The mark that a value is: ``debit``, ``credit``, or nothing.

    Parameters
    ----------
    value
        The text of a cell.
    named
        The header says that the column is a mark: letters that elsewhere are classes (A, B) count only then.

    Examples
    --------
    >>> mark_of("Soll"), mark_of("H"), mark_of("A"), mark_of("A", named=True)
    ('debit', 'credit', '', 'credit')
    """
    return _by_word("marks").get(key(value), "") or (_by_word("marks_named").get(key(value), "") if named else "")


def unit_of(text: str) -> int:
    """What an amount of 1 means by a line above the items or a header: 1000 for thousands, 1 where it says nothing.

    >>> unit_of("All amounts in thousands of EUR"), unit_of("Betrag (TEUR)"), unit_of("单位：万元"), unit_of("Amount")
    (1000, 1000, 10000, 1)
    """
    plain = _plain(text)
    # A pattern costs more to compile than to look for its word: only those whose word is there are tried.
    return next((unit for word, unit in _units() if word in plain and re.search(_as_word(word), plain)), 1)


def _plain(text: str) -> str:
    """A text in lower case without accents, with one space between words and none around marks."""
    plain = text.lower().replace("%", "pct") if text.isascii() else _unaccented(text)
    return _AROUND_MARKS.sub(r"\1", " ".join(plain.replace("_", " ").split()))


def _unaccented(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LIKE)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _ways(word: str) -> tuple[str, ...]:
    """The ways of writing a word as they are compared: with umlauts and without."""
    if word.isascii():
        return (key(word),)
    return tuple(dict.fromkeys((key(word), key(word.casefold().translate(_TRANSCRIBED)))))


@cache
def _by_word(table: str) -> dict[str, str]:
    """The meaning of each word of a table, in either way of writing it."""
    found: dict[str, str] = {}
    for each in (_vocabulary(), *languages().values()):
        for meant, listed in each.get(table, {}).items():
            for word in (meant, *listed):
                # What is there already stays: the common words come before those of a language.
                found.update(dict.fromkeys(_ways(word), meant) | found)
    return found


@cache
def _units() -> tuple[tuple[str, int], ...]:
    """Each word of a unit, the longest first, with the unit."""
    named = [
        (_plain(word), int(unit))
        for each in languages().values()
        for unit, all_ in each["units"].items()
        for word in all_
    ]
    return tuple(sorted(named, key=lambda one: -len(one[0])))


def _as_word(word: str) -> str:
    """A pattern of a word that is not part of another; Chinese and Japanese have no space between words."""
    before, after = (r"(?<!\w)" if word[0].isascii() else r"(?<![百千万亿億])", "")
    if word[0].isalnum() and not _is_ideograph(word[0]):
        before = r"(?<![^\W\d_])"
    if word[-1].isalnum() and not _is_ideograph(word[-1]):
        after = r"(?!\w)"
    return before + re.escape(word) + after


def _is_ideograph(letter: str) -> bool:
    return "\u2e80" <= letter


@cache
def _qualifiers() -> dict[str, list[str]]:
    """For each kind of addition to the header of an amount, those of all languages, the longest first."""
    found: dict[str, set[str]] = {kind: set() for kind in _QUALIFIED}
    for each in languages().values():
        for kind, listed in each["qualifiers"].items():
            found[kind] |= {_plain(word) for word in listed}
    return {kind: sorted(listed, key=lambda word: (-len(word), word)) for kind, listed in found.items()}


@cache
def _some_qualifier(kind: str) -> re.Pattern[str]:
    """A pattern that finds any addition of a kind."""
    return re.compile("|".join(map(re.escape, _qualifiers()[kind])))


@cache
def header_words(language: str = "") -> frozenset[str]:
    """Every known header word as it is compared, of one language alone where it is named."""
    if language:
        listed = languages()[language]["columns"].values()
        return frozenset(way for words in listed for word in words for way in _ways(word))
    return frozenset(_headers())


@cache
def _headers() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for each in languages().values():
        for name, listed in each["columns"].items():
            found.setdefault(key(name), (name, 0))
            for rank, word in enumerate(listed):
                for way in _ways(word):
                    # The first language that has a word decides what it means: English, then by the code.
                    found.setdefault(way, (name, rank))
    return found


@cache
def _currency_names() -> dict[str, str]:
    return {name: code for code, names in _vocabulary()["currencies"].items() for name in names}


def currency_names() -> frozenset[str]:
    """Every name and sign of a currency that the vocabulary knows, in small letters."""
    return frozenset(_currency_names())


@cache
def languages() -> dict[str, dict[str, Any]]:
    """The words of each language by its code: columns, statuses, types, sides, marks, units, qualifiers."""
    # English first, and then by code: which language has a word first must not depend on the file system.
    files = sorted(resource("templates/words/headers").glob("*.toml"), key=lambda file: (file.stem != "en", file.stem))
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


@cache
def _vocabulary() -> dict[str, Any]:
    return bundled("templates/words/headers.toml")
