"""Changes that lose something: rows, amounts, columns, the header, the order of days."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.read.exports.mutants import Change, Mutant, is_flat, is_table, with_items


def has_totals(mutant: Mutant) -> bool:
    return not is_flat(mutant.grid)


def row_lost(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Lose one item; the totals still tell of it."""
    if not has_totals(mutant):
        return None
    gone = draw.choice(mutant.grid.items)
    rows = tuple(row for place, row in enumerate(mutant.grid.rows) if place != gone)
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)


def row_twice(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Have one item twice; the totals tell of it once."""
    if not has_totals(mutant):
        return None
    twice = draw.choice(mutant.grid.items)
    rows = mutant.grid.rows
    return replace(mutant, grid=replace(mutant.grid, rows=(*rows[: twice + 1], *rows[twice:])), keeps=False)


def amount_changed(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Change the amounts of one item; the totals still tell the old one."""
    if not has_totals(mutant):
        return None
    place = draw.choice(mutant.grid.items)
    row = tuple(cell + 1000 if isinstance(cell, Decimal) and cell else cell for cell in mutant.grid.rows[place])
    rows = (*mutant.grid.rows[:place], row, *mutant.grid.rows[place + 1 :])
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)


def amount_unreadable(mutant: Mutant, draw: random.Random) -> Mutant:
    """Spoil the amounts of one item."""
    place = draw.choice(mutant.grid.items)
    row = tuple("#####" if isinstance(cell, Decimal) else cell for cell in mutant.grid.rows[place])
    rows = (*mutant.grid.rows[:place], row, *mutant.grid.rows[place + 1 :])
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)


def cut_off(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Lose the last third of the rows, and the grand total with them, where sums of groups are left to tell."""
    if not has_totals(mutant) or is_table(mutant.grid):
        return None
    return replace(mutant, grid=replace(mutant.grid, rows=mutant.grid.rows[: mutant.grid.items[-3] + 1]), keeps=False)


def without(*names: str) -> Change:
    """Return the loss of columns."""

    def change(mutant: Mutant, draw: random.Random) -> Mutant | None:
        grid = mutant.grid
        lost = {grid.columns[name] for name in names if name in grid.columns}
        gone = {place for place, header in enumerate(grid.names) if header in lost}
        if not gone or mutant.style.kind == "list":
            return None
        rows = tuple(tuple(cell for place, cell in enumerate(row) if place not in gone) for row in grid.rows)
        return replace(mutant, grid=replace(grid, rows=rows), keeps=False)

    return change


def without_amounts(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Lose every column of amounts."""
    if mutant.style.kind == "list":
        return None
    rows = mutant.grid.rows
    gone = {place for row in rows for place, cell in enumerate(row) if isinstance(cell, Decimal)}
    kept = tuple(tuple(cell for place, cell in enumerate(row) if place not in gone) for row in rows)
    return replace(mutant, grid=replace(mutant.grid, rows=kept), keeps=False)


def without_header(mutant: Mutant, draw: random.Random) -> Mutant:
    """Lose the header."""
    start, stop = mutant.grid.header
    gone = {*range(start, stop), *mutant.grid.repeated}
    rows = tuple(row for place, row in enumerate(mutant.grid.rows) if place not in gone)
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)


def ambiguous_marks(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Write whole amounts with a mark between thousands: 1,234 is a thousand or one, and nothing tells which."""
    if mutant.style.kind != "csv" or len(mutant.example.terms.currencies) > 1:
        return None
    items = tuple(
        replace(item, amount=Decimal(int(item.amount)), left=Decimal(int(item.left))) for item in mutant.items
    )
    style = replace(mutant.style, places=0, decimal=".", thousands=",", negative="minus")
    return replace(with_items(mutant, items), style=style, keeps=False)


def ambiguous_days(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Keep a few items whose days could be months, due after their document either way: nothing tells the order."""
    told = mutant.example.told
    if mutant.style.kind != "csv" or not told.due or not is_table(mutant.grid):
        return None
    days = (
        (date(2026, 2, 3), date(2026, 3, 4)),
        (date(2026, 4, 5), date(2026, 5, 6)),
        (date(2026, 6, 7), date(2026, 7, 8)),
    )
    invoices = [item for item in mutant.items if item.kind == "invoice" and item.of == 1 and item.is_open]
    kept = tuple(replace(item, dated=dated, due=due) for item, (dated, due) in zip(invoices, days, strict=False))
    style = replace(mutant.style, day="%d/%m/%Y")
    return replace(with_items(mutant, kept), style=style, keeps=False)
