"""How far the sheets of an .ods file reach: a row or a cell of it may stand for a million."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from typing import Final

from arkit.ledger.sheet_xml import SheetFacts, whole_rows

_ROW: Final = b"<table-row"
_FILLED: Final = b"value-type="
_CELL: Final = re.compile(rb'<(?:covered-)?table-cell\b(?:[^>]*?number-columns-repeated="(\d+)")?')
_ROWS: Final = re.compile(rb'^[^>]*number-rows-repeated="(\d+)"')


def reach_of(chunks: Iterable[bytes]) -> SheetFacts:
    """Return the rows of all sheets together, up to the last with a value, and the columns of the widest row."""
    facts, _ = reduce(_further, whole_rows(chunks, prefixed=True), (SheetFacts(), 0))
    return facts


def _further(sofar: tuple[SheetFacts, int], piece: bytes) -> tuple[SheetFacts, int]:
    """Go on by one piece; rows without a value count only when one with a value follows."""
    facts, waiting = sofar
    for row in piece.split(_ROW)[1:]:
        repeated = _ROWS.match(row)
        waiting += int(repeated[1]) if repeated else 1
        if _FILLED in row:
            cells = _CELL.findall(row, 0, row.rfind(_FILLED))
            across = sum(int(times or 1) for times in cells)
            facts, waiting = SheetFacts({}, facts.rows + waiting, max(facts.columns, across)), 0
    return facts, waiting
