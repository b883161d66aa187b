"""A changed example, and what every change of one needs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import arkit as ar
from tests.read.exports.books import Item, canonical
from tests.read.exports.catalogue import Example
from tests.read.exports.grids import Grid, Row, Style, content


@dataclass(frozen=True)
class Mutant:
    """A changed example: its rows and how they are written, and the books it must still come to."""

    example: Example
    change: str
    items: tuple[Item, ...]
    grid: Grid
    style: Style
    keeps: bool = True
    renamed: bool = False

    @property
    def name(self) -> str:
        """The name of the mutant, for messages."""
        return f"{self.example.name}: {self.change}"

    @property
    def file(self) -> str:
        """A name for its file."""
        return f"export{self.style.suffix}"

    @cached_property
    def content(self) -> bytes:
        """Its bytes."""
        return content(self.grid, self.style)

    @property
    def answers(self) -> dict[str, Any]:
        """What its reader is told; a column that is called otherwise now is not named."""
        hints = {name: said for name, said in self.example.hints.items() if name != "columns" or not self.renamed}
        return {**self.example.answers, "hints": hints}

    @property
    def wanted(self) -> ar.Ledger:
        """The ledger that it must come to, if it keeps what the export says."""
        if self.items is self.example.items:
            return self.example.canonical
        return canonical(self.items, self.example.told)


Change = Callable[["Mutant", random.Random], "Mutant | None"]


def is_flat(grid: Grid) -> bool:
    """Tell whether nothing but items stands below the header."""
    return grid.items == tuple(range(grid.header[1], len(grid.rows)))


def is_table(grid: Grid) -> bool:
    """Tell whether the items stand in one piece, each with all it says."""
    return grid.items == tuple(range(grid.header[1], grid.header[1] + len(grid.items)))


def with_items(mutant: Mutant, items: tuple[Item, ...]) -> Mutant:
    return replace(mutant, items=items, grid=mutant.example.write(items))


def has_letters(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def inserted(grid: Grid, rows_before: dict[int, list[Row]]) -> Grid:
    """Return a grid with rows put in before others."""
    rows: list[Row] = []
    moved: dict[int, int] = {}
    for place, row in enumerate(grid.rows):
        rows += rows_before.get(place, [])
        moved[place] = len(rows)
        rows.append(row)
    rows += rows_before.get(len(grid.rows), [])
    start, stop = moved[grid.header[0]], moved[grid.header[1] - 1] + 1
    return replace(grid, rows=tuple(rows), header=(start, stop), items=tuple(moved[place] for place in grid.items))


def words_row(mutant: Mutant, *cells: str) -> Row:
    """Return a row of the width of the table, or one of words alone in a list."""
    if mutant.style.kind == "list":
        return (" ".join(cells),)
    return (*cells, *([None] * (len(mutant.grid.names) - len(cells))))
