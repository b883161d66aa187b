"""Changes of how an export is written: encoding, delimiter, days, marks, signs, the language of its header."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.read.exports.grids import Style
from tests.read.exports.mutants import Change, Mutant, has_letters, with_items
from tests.read.exports.words import HEADERS


def written(**style: str) -> Change:
    """Return the change of how cells are written."""

    def change(mutant: Mutant, draw: random.Random) -> Mutant | None:
        kind = style.get("kind") or ("csv" if mutant.style.kind == "xlsx" else mutant.style.kind)
        new = replace(mutant.style, **{"kind": kind, **style})
        if new == mutant.style or _unreadable(new):
            return None
        return _spelt(replace(mutant, style=new))

    return change


def _unreadable(style: Style) -> bool:
    """Tell whether a style writes what nobody could read: a decimal mark that groups thousands too."""
    return style.decimal == style.thousands


def _spelt(mutant: Mutant) -> Mutant | None:
    """Leave out the customers whose names an encoding has no letters for: a program of that country has none either."""
    kept = tuple(item for item in mutant.items if has_letters(item.customer.name, mutant.style.encoding))
    mutant = mutant if kept == mutant.items else with_items(mutant, kept)
    words = "".join(cell for row in mutant.grid.rows for cell in row if isinstance(cell, str))
    return mutant if has_letters(words, mutant.style.encoding) else None


def in_language(language: str) -> Change:
    """Return the change of the headers to another language."""

    def change(mutant: Mutant, draw: random.Random) -> Mutant | None:
        grid = mutant.grid
        if mutant.style.kind == "list" or grid.header[1] - grid.header[0] > 1:
            return None
        words = {header: HEADERS[language][name] for name, header in grid.columns.items() if name in HEADERS[language]}
        if "document_id" in grid.columns:
            # The key is a technical one then, and the same in every language.
            words[grid.columns["item_id"]] = grid.columns["item_id"]
        header = tuple(words.get(cell, cell) for cell in grid.names)  # type: ignore[call-overload]
        if not has_letters("".join(map(str, header)), mutant.style.encoding):
            mutant = replace(mutant, style=replace(mutant.style, encoding="utf-8"))
        place = grid.header[0]
        rows = (*grid.rows[:place], header, *grid.rows[place + 1 :])
        return replace(mutant, grid=replace(grid, rows=rows), renamed=True)

    return change
