"""The header of an unknown file: the row, or two rows, with the most known headers."""

from __future__ import annotations

from typing import Final

from arkit.errors import ReadingError, listed
from arkit.ledger.body.header import Header, header_at, texts_of
from arkit.ledger.grid import Grid
from arkit.ledger.recognise.meanings import meanings_of
from arkit.ledger.record import Decision

SEARCHED: Final = 200
_FEWEST: Final = 3


def recognise_header(grid: Grid, *, wanted: set[str]) -> tuple[Header, Decision]:
    """Return where the header stands; ``wanted`` are headers that a person named.

    Raises
    ------
    ReadingError
        No row has enough known headers.
    """
    rows = grid.top(SEARCHED)
    # Two lines only where they tell more than one; the first such row, since a header may be repeated.
    best, lines, first = max(
        (_score(rows[start : start + lines], wanted), -lines, -start)
        for start in range(len(rows))
        for lines in (1, 2)
        if start + lines <= len(rows)
    )
    if best < _FEWEST:
        filled = [row for row in rows if any(row)]
        shown = listed(cell for cell in max(filled[:20], key=lambda row: sum(map(bool, row)), default=[]) if cell)
        raise ReadingError(
            f"No row among the first {len(rows)} of {grid.file} looks like the header of open items or invoices: at "
            f"least {_FEWEST} known columns (document, date, amount, ...) are needed. The fullest row says: {shown}. "
            'Name columns with hints={"columns": {"amount": "..."}}, or give a layout.'
        )
    header = header_at(grid, -first, -lines)
    row = grid.cells["source_row"][header.first]
    evidence = f"{best} known headers" + (", two lines joined" if header.lines == 2 else "")
    return header, Decision("header", f"row {row}", evidence)


def _score(lines: list[list[str]], wanted: set[str]) -> int:
    if len(lines) == 2 and (_looks_like_item(lines[1]) or not any(lines[0]) or not any(lines[1])):
        return -1
    texts = texts_of(lines)
    found = {each.name for each in meanings_of(lines).values()}
    named = sum(text in wanted for text in texts)
    return len(found) + named


def _looks_like_item(cells: list[str]) -> bool:
    """Tell whether a row has cells of digits, as no line of a header has more than a few."""
    filled = [cell for cell in cells if cell]
    digits = [cell for cell in filled if sum(letter.isdigit() for letter in cell) * 2 > len(cell)]
    return len(digits) >= 2 and len(digits) * 3 >= len(filled)
