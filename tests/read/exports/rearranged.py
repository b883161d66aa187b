"""Changes of what stands where: columns, junk, blanks, pages, sums."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from tests.read.exports.grids import Row
from tests.read.exports.mutants import Mutant, inserted, is_flat, words_row


def shuffled(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put the columns of a table in another order; a first column with the words of groups stays where it is."""
    grid, wide = mutant.grid, len(mutant.grid.names)
    if grid.header[1] - grid.header[0] > 1 or mutant.style.kind == "list":
        return None
    first = 0 if is_flat(grid) else 1
    if mutant.example.name == "sage":
        first = 4
    places = list(range(first, wide))
    draw.shuffle(places)
    order = [*range(first), *places]
    rows = tuple(tuple(row[place] for place in order) for row in grid.rows)
    return replace(mutant, grid=replace(grid, rows=rows))


def junk_above(mutant: Mutant, draw: random.Random) -> Mutant:
    """Put a title, a printing note and a filter above everything."""
    words = (("CONFIDENTIAL",), ("Printed by", "J. Doe"), ("Filter:", "all customers"), ("",))
    return replace(mutant, grid=inserted(mutant.grid, {0: [words_row(mutant, *row) for row in words]}))


def blank_rows(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put a blank row before every seventh item."""
    if mutant.style.kind == "list":
        return None
    blank = {place: [words_row(mutant)] for place in mutant.grid.items[3::7]}
    return replace(mutant, grid=inserted(mutant.grid, blank))


def blank_columns(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put a blank column in after the second and at the end."""
    if mutant.style.kind == "list" or mutant.grid.header[1] - mutant.grid.header[0] > 1:
        return None
    rows = tuple((*row[:2], None, *row[2:], None) for row in mutant.grid.rows)
    return replace(mutant, grid=replace(mutant.grid, rows=rows))


def page_breaks(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Print the number of the page and the header again before every tenth item."""
    grid = mutant.grid
    if grid.repeated:
        return None
    header = list(grid.rows[grid.header[0] : grid.header[1]])
    pages = {
        place: [words_row(mutant, f"Page {number}"), *header]
        for number, place in enumerate(grid.items[10::10], start=2)
    }
    return replace(mutant, grid=inserted(grid, pages))


def subtotals(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put a subtotal below the items of each customer and a grand total at the end of a plain table."""
    grid = mutant.grid
    if not is_flat(grid) or len(mutant.example.terms.currencies) > 1:
        return None
    rows = [grid.rows[place] for place in grid.items]
    key = grid.names.index(grid.columns["customer_id"])
    before: dict[int, list[Row]] = {}
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or rows[number][key] != rows[start][key]:
            before.setdefault(grid.items[0] + number, []).append(
                _sum(f"Subtotal {rows[start][key]}", rows[start:number])
            )
            start = number
    before[grid.items[0] + len(rows)].append(_sum("Grand total", rows))
    return replace(mutant, grid=inserted(grid, before))


def _sum(title: str, rows: list[Row]) -> Row:
    sums = [
        sum((row[place] for row in rows if isinstance(row[place], Decimal)), Decimal("0.00"))  # type: ignore[misc]
        if any(isinstance(row[place], Decimal) for row in rows)
        else None
        for place in range(len(rows[0]))
    ]
    return (title, *sums[1:])


def grand_total(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put the sum of a plain table of one currency below it."""
    grid = mutant.grid
    if not is_flat(grid) or len(mutant.example.terms.currencies) > 1:
        return None
    total = _sum("Total", [grid.rows[place] for place in grid.items])
    return replace(mutant, grid=inserted(grid, {len(grid.rows): [total]}))
