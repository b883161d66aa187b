"""What a sheet says beside its cells: what it hides, merges, leaves uncomputed, and how far it reaches.

The cells are read by a library. This looks at the same XML as bytes, piece by piece and without keeping it, because a
reader of whole elements would take longer than reading the cells does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import methodcaller
from typing import Final

LARGEST_RANGE: Final = 60_000_000
"""Cells between the first and the last with a value; a reader makes room for each of them, filled or not."""

LONGEST_ROW: Final = 16 * 2**20
"""Bytes that may stand between the ends of two rows; more of them are looked at without waiting for the end."""

_TRUE: Final = rb'="(?:1|true)"'
_PLACE: Final = rb'r="([A-Z]{1,3}\d+)"[^>]*>'
# For each fact: bytes without which it is not there, and the place of each cell, row or range that shows it.
_OF_ROWS: Final[dict[bytes, dict[str, re.Pattern[bytes]]]] = {
    b" hidden=": {
        "hidden_rows": re.compile(rb"<row\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? r="(\d+)"'),
        "hidden_columns": re.compile(rb"<col\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? min="(\d+)"'),
    },
    b't="e"': {"errors": re.compile(rb'r="([A-Z]{1,3}\d+)"[^>]* t="e"[^>]*>')},
    b"<f": {
        "formulas": re.compile(rb"<f(?=[ >/])()"),
        "zeros": re.compile(_PLACE + rb"<f\b[^>]*>[^<]*</f><v>0</v>"),
        "uncomputed": re.compile(
            _PLACE + rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>",
        ),
    },
}
_BELOW_ROWS: Final = {
    "filters": re.compile(rb'<filterColumn\b[^>]*? colId="(\d+)"'),
    "merged_rows": re.compile(rb'<mergeCell\b[^>]*? ref="([A-Z]+(\d+):[A-Z]+(?!\2")\d+)"'),
}
# A number of more than 15 digits, which a spreadsheet cannot keep; text has t="s", "str" or "inlineStr".
_LONG: Final = re.compile(rb"<v>-?(?:\d{16}|\d\.\d+E\+?(?:1[5-9]|[2-9]\d))")
_LONG_NUMBER: Final = re.compile(
    rb'r="([A-Z]{1,3}\d+)"(?![^>]* t="[^n])[^>]*>(?:<f\b[^<]*</f>)?<v>-?(?:\d{16,}|\d\.\d+E\+?(?:1[5-9]|[2-9]\d))</v>'
)
_WIDE: Final = re.compile(rb'r="(?:[A-Z]{3}|[B-Z][A-Z])\d')
_FILLED: Final = re.compile(rb'r="([A-Z]{1,3})(\d+)(?:"|"[^>]*[^/>])>')
_LAST: Final = re.compile(rb'r="[A-Z]{1,3}(\d+)"')
_ODD_CELL: Final = re.compile(rb'<c(?! r="|ol)')
_WITHOUT_PLACE: Final = re.compile(rb'<c(?:>| (?![^>]*r="))')
_PREFIX: Final = re.compile(rb"(</?)[A-Za-z][\w-]*:")
_NARROW: Final = 52
"""Columns up to AZ: however far down such a sheet reaches, it can be read."""


@dataclass(frozen=True)
class Seen:
    """How often something was seen in a sheet, and where first: a cell, a row, or a range."""

    count: int = 0
    first: str = ""

    def and_then(self, found: list[bytes]) -> Seen:
        """Return what was seen after another look."""
        return Seen(self.count + len(found), self.first or (found[0].decode() if found else ""))


@dataclass(frozen=True)
class SheetFacts:
    """The facts of a sheet: what was seen, and the last row and column that hold a value."""

    seen: dict[str, Seen] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    @property
    def too_far(self) -> bool:
        """Whether a reader would need more memory than it should."""
        return self.rows * self.columns > LARGEST_RANGE

    def get(self, fact: str) -> Seen:
        """Return how often a fact was seen."""
        return self.seen.get(fact, Seen())


def facts_of(chunks: Iterable[bytes]) -> SheetFacts:
    """Return the facts of a sheet from the pieces of its XML."""
    return reduce(_looked_at, whole_rows(chunks), SheetFacts())


def whole_rows(chunks: Iterable[bytes], *, prefixed: bool | None = None) -> Iterator[bytes]:
    """Yield the XML in pieces that end with the end of a row, then what stands below the rows.

    Names lose their prefixes where the sheet is written with them.
    """
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        prefixed = b":worksheet" in piece if prefixed is None else prefixed
        end = piece.rfind(b"row>") + len(b"row>")
        if end < len(b"<row>"):
            end = 0 if len(piece) < LONGEST_ROW else len(piece)
        yield _usual(piece[:end], prefixed)
        rest = piece[end:]
    yield _usual(rest, bool(prefixed))


def _usual(piece: bytes, prefixed: bool) -> bytes:
    """Return XML with double quotes and without prefixes of names, as most programs write it."""
    if b"='" in piece:
        piece = piece.replace(b"'", b'"')
    return _PREFIX.sub(rb"\1", piece) if prefixed else piece


def _looked_at(facts: SheetFacts, piece: bytes) -> SheetFacts:
    patterns = {} if piece.endswith(b"row>") else {**_BELOW_ROWS}
    for hint, of_rows in _OF_ROWS.items():
        if hint in piece:
            patterns |= of_rows
    if _LONG.search(piece):
        patterns["long_numbers"] = _LONG_NUMBER
    found = {
        name: facts.get(name).and_then([match[1] for match in pattern.finditer(piece)])
        for name, pattern in patterns.items()
    }
    return _reaching(SheetFacts({**facts.seen, **found}, facts.rows, facts.columns), piece)


def _reaching(facts: SheetFacts, piece: bytes) -> SheetFacts:
    if _ODD_CELL.search(piece) and _WITHOUT_PLACE.search(piece):
        # Cells without an address follow each other.
        across = max(map(methodcaller("count", b"<c"), piece.split(b"<row")))
        return SheetFacts(facts.seen, facts.rows + piece.count(b"<row"), max(facts.columns, across))
    rows, columns = _reach(piece)
    return SheetFacts(facts.seen, max(facts.rows, rows), max(facts.columns, columns))


def _reach(piece: bytes) -> tuple[int, int]:
    """Return the last row and column with a value; of a narrow table the last cell tells it well enough."""
    if not _WIDE.search(piece):
        last = _LAST.search(piece, max(piece.rfind(b"<c "), 0))
        return (int(last[1]), _NARROW) if last else (0, 0)
    filled = set(_FILLED.findall(piece))
    return max((int(row) for _, row in filled), default=0), max((_number(name) for name, _ in filled), default=0)


def _number(column: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)
