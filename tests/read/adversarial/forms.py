"""How an export is made: what it is a list of, in which words, and how it is written; drawn by chance."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

LANGUAGES = ("en", "de", "ru", "zh", "fr", "es", "pt", "it", "pl", "tr", "ja", "nl")
UNKNOWN = "xx"
# What a file is of: its main trait. The others are drawn beside it.
KINDS = (
    *("open alone", "original beside open", "original, paid and open", "original less paid", "paid by status"),
    *("paid and status", "aging beside total", "aging alone", "debit and credit", "side of an entry", "unsigned types"),
    *("with tax", "document and base currency", "in thousands", "days overdue", "day in each row", "payables too"),
    *("settled on a day", "settled on a day or never", "row per payment", "row per line", "row per instalment"),
    *("matching marks", "account with references", "account", "general journal", "sections", "sorted", "long preamble"),
    *("currency in cells", "currency in header", "failed payments", "partly settled", "contracts", "bucket of a row"),
)
DAYS = ("iso", "iso with time", "dots", "slashes", "american", "compact", "short month", "in words", "short year")
AMOUNTS = ("plain", "comma", "english", "german", "french", "swiss", "lakh")
MINUS = ("before", "before", "before", "behind", "brackets", "long", "credit behind")
BLANKS = ("", "", "", "-", "n/a")
CURRENCIES = ("EUR", "USD", "GBP", "PLN", "CNY", "RUB", "BRL", "CHF", "INR")


@dataclass(frozen=True)
class Form:
    """The parameters of one export."""

    kind: str
    language: str
    days: str
    amounts: str
    minus: str
    blank: str
    file: str
    delimiter: str
    encoding: str
    customer: str
    currency: str
    extras: tuple[str, ...]
    lines_above: int
    total_below: bool
    shuffled: bool
    types_shown: bool
    status_shown: bool
    due_shown: bool
    day_given: bool
    headers: str
    misleading: bool

    def word(self, role: str, place: int = 0) -> str:
        """The word of a role in the language of the form."""
        found = words()[self.language][role]
        return str(found[place % len(found)]) if isinstance(found, list) else str(found)

    def texts(self, group: str) -> Mapping[str, str]:
        """Statuses, types, sides or marks in the language of the form."""
        return words()[self.language][group]  # type: ignore[no-any-return]


@cache
def words() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


HAVE_NO_SNAPSHOT_DAY = (
    *("settled on a day", "settled on a day or never", "row per payment", "matching marks"),
    *("account with references", "account", "general journal", "failed payments", "partly settled"),
)


def draw(rng: Random, kind: str) -> Form:
    """A form of a kind."""
    language = UNKNOWN if rng.random() < 0.12 else rng.choice(LANGUAGES)
    file = rng.choice(("csv", "csv", "csv", "xlsx", "parquet"))
    amounts = "plain" if rng.random() < 0.35 else rng.choice(AMOUNTS)
    extras = [name for name in ("text", "mail", "user", "address", "quantity", "limit", "zone") if rng.random() < 0.14]
    history = kind in HAVE_NO_SNAPSHOT_DAY
    return Form(
        kind=kind,
        language=language,
        days="iso" if rng.random() < 0.3 else rng.choice(DAYS),
        amounts=amounts,
        minus=rng.choice(MINUS),
        blank=rng.choice(BLANKS),
        file=file,
        delimiter=rng.choice((",", ";", "\t", "|")),
        encoding=rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "local")),
        customer=rng.choice(("both", "both", "number", "name")),
        currency=rng.choice(("column", "column", "column", "line above", "not said")),
        extras=tuple(extras),
        lines_above=rng.choice((0, 0, 0, 1, 3)),
        total_below=rng.random() < 0.2,
        shuffled=rng.random() < 0.4,
        types_shown=rng.random() < 0.4,
        status_shown=rng.random() < 0.2,
        due_shown=rng.random() < 0.93,
        day_given=history or rng.random() < 0.8,
        headers=rng.choice(("as words", "as words", "as words", "snake", "upper")),
        misleading=rng.random() < 0.15,
    )
