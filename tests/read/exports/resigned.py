"""Changes of the sign: two columns, a mark beside the amount, or none at all."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from tests.read.exports.grids import Grid, Row
from tests.read.exports.mutants import Mutant, is_table


def _amount_place(mutant: Mutant) -> int | None:
    """Return the place of the one amount of a plain table that tells what is open."""
    names = mutant.grid.columns
    if "debit" in names or "base_open_amount" in names or mutant.style.kind == "list":
        return None
    if mutant.example.told.shape != "open_items" or mutant.grid.header[1] - mutant.grid.header[0] > 1:
        return None
    return mutant.grid.names.index(names["open_amount"])


def debit_and_credit(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Write the open amount in two columns, debit and credit, instead of one with a sign; sums likewise."""
    place = _amount_place(mutant)
    if place is None or not is_table(mutant.grid):
        return None
    grid = mutant.grid
    rows = []
    for number, row in enumerate(grid.rows):
        cell = row[place]
        split: Row = (cell, None)
        if number == grid.header[0]:
            split = ("Debit", "Credit")
        elif isinstance(cell, Decimal):
            split = (max(cell, Decimal(0)), max(-cell, Decimal(0)))
        rows.append((*row[:place], *split, *row[place + 1 :]))
    kept = tuple(row for number, row in enumerate(rows) if number <= grid.items[-1])
    kept = tuple(_without_aging(row, grid, place) for row in kept)
    return replace(mutant, grid=replace(grid, rows=kept))


def _without_aging(row: Row, grid: Grid, place: int) -> Row:
    """Leave out the columns that would tell the sign again: the amounts beside the one that was split."""
    first = grid.rows[grid.items[0]]
    spare = [number for number, cell in enumerate(first) if isinstance(cell, Decimal) and number != place]
    spare = [number + (number > place) for number in spare]
    return tuple(cell for number, cell in enumerate(row) if number not in spare)


def marked(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Write the open amount without a sign, and a mark beside it: S for debit, H for credit."""
    place = _amount_place(mutant)
    if place is None or not is_table(mutant.grid):
        return None
    grid = mutant.grid
    rows = []
    for number, row in enumerate(grid.rows[: grid.items[-1] + 1]):
        cell = row[place]
        pair: Row = (cell, None)
        if number == grid.header[0]:
            pair = (cell, "S/H")
        elif isinstance(cell, Decimal):
            pair = (abs(cell), "H" if cell < 0 else "S")
        rows.append(_without_aging((*row[:place], *pair, *row[place + 1 :]), grid, place))
    return replace(mutant, grid=replace(grid, rows=tuple(rows)))


def unsigned(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Write every amount without a sign: only the types would tell, and they must not be guessed from."""
    place = _amount_place(mutant)
    if place is None or not is_table(mutant.grid):
        return None
    grid = mutant.grid
    rows = tuple(
        _without_aging(
            tuple(
                abs(cell) if isinstance(cell, Decimal) else cell
                for cell in (*row[: place + 1], None, *row[place + 1 :])
            ),
            grid,
            place,
        )
        for row in grid.rows[: grid.items[-1] + 1]
    )
    return replace(mutant, grid=replace(grid, rows=rows), keeps=False)


def reversed_signs(mutant: Mutant, draw: random.Random) -> Mutant:
    """Write every amount with the opposite sign, as a ledger that shows what is owed as a credit."""
    rows = tuple(tuple(-cell if isinstance(cell, Decimal) else cell for cell in row) for row in mutant.grid.rows)
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)
