"""The vocabulary: names and kinds of columns, item and entry types, and what a reader sees of a stored code."""

import tomllib
from dataclasses import dataclass
from typing import Any, Final, Literal

from arkit.resources import resource
from arkit.words.catalogue import has_text, text

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


_NAMES: Final[dict[Any, str]] = tomllib.loads(resource("templates/words/kinds.toml").read_text(encoding="utf-8"))
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
    >>> from arkit.resources import resource
    from arkit.words.catalogue import speaking
    >>> with speaking("ru"):
    ...     shown_value("not due"), shown_value("over 90"), shown_value("new"), shown_value("new", "category")
    ('срок не наступил', 'свыше 90', 'новая', 'новый')
    """
    key = next((key for key in (f"values.{name}.{value}", f"values.{value}") if has_text(key)), "")
    if key:
        return text(key)
    start, _, days = value.partition(" ")
    return text("values.over", days=days) if start == "over" and days.isdigit() else value
