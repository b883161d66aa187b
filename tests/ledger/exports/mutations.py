"""Mutations of the examples: what people and programs do to an export, each labelled as keeping what it says or not."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import arkit as ar
from tests.ledger.exports.books import Item, canonical
from tests.ledger.exports.catalogue import EXAMPLES, Example
from tests.ledger.exports.grids import Grid, Row, Style, content
from tests.ledger.exports.words import HEADERS

Change = Callable[["Mutant", random.Random], "Mutant | None"]
ENGLISH_SIGNS: tuple[tuple[str, str], ...] = (
    (".", ""),
    (".", ","),
    (",", "."),
    (",", " "),
    (",", "\u00a0"),
    (".", "'"),
)


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


def mutants() -> Iterator[Mutant]:
    """Return all mutants, the same every time."""
    for example in EXAMPLES.values():
        whole = Mutant(example, "", example.items, example.grid, example.style)
        seen: set[tuple[Grid, Style]] = set()
        for name, change in CHANGES.items():
            changed = change(whole, random.Random(zlib.crc32(f"{example.name} {name}".encode())))
            if changed is not None and (changed.grid, changed.style) not in seen:
                seen.add((changed.grid, changed.style))
                yield replace(changed, change=name)


# How it is written


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
    kept = tuple(item for item in mutant.items if _has_letters(item.customer.name, mutant.style.encoding))
    mutant = mutant if kept == mutant.items else _with_items(mutant, kept)
    words = "".join(cell for row in mutant.grid.rows for cell in row if isinstance(cell, str))
    return mutant if _has_letters(words, mutant.style.encoding) else None


def _has_letters(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _with_items(mutant: Mutant, items: tuple[Item, ...]) -> Mutant:
    return replace(mutant, items=items, grid=mutant.example.write(items))


# What stands where


def shuffled(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put the columns of a table in another order; a first column with the words of groups stays where it is."""
    grid, wide = mutant.grid, len(mutant.grid.names)
    if grid.header[1] - grid.header[0] > 1 or mutant.style.kind == "list":
        return None
    first = 0 if _is_flat(grid) else 1
    if mutant.example.name == "sage":
        first = 4
    places = list(range(first, wide))
    draw.shuffle(places)
    order = [*range(first), *places]
    rows = tuple(tuple(row[place] for place in order) for row in grid.rows)
    return replace(mutant, grid=replace(grid, rows=rows))


def _is_flat(grid: Grid) -> bool:
    """Tell whether nothing but items stands below the header."""
    return grid.items == tuple(range(grid.header[1], len(grid.rows)))


def _is_table(grid: Grid) -> bool:
    """Tell whether the items stand in one piece, each with all it says."""
    return grid.items == tuple(range(grid.header[1], grid.header[1] + len(grid.items)))


def in_language(language: str) -> Change:
    """Return the change of the headers to another language."""

    def change(mutant: Mutant, draw: random.Random) -> Mutant | None:
        grid = mutant.grid
        if mutant.style.kind == "list" or grid.header[1] - grid.header[0] > 1:
            return None
        words = {header: HEADERS[language][name] for name, header in grid.columns.items() if name in HEADERS[language]}
        header = tuple(words.get(cell, cell) for cell in grid.names)  # type: ignore[call-overload]
        if not _has_letters("".join(map(str, header)), mutant.style.encoding):
            mutant = replace(mutant, style=replace(mutant.style, encoding="utf-8"))
        place = grid.header[0]
        rows = (*grid.rows[:place], header, *grid.rows[place + 1 :])
        return replace(mutant, grid=replace(grid, rows=rows), renamed=True)

    return change


def _inserted(grid: Grid, rows_before: dict[int, list[Row]]) -> Grid:
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


def _row(mutant: Mutant, *cells: str) -> Row:
    """Return a row of the width of the table, or one of words alone in a list."""
    if mutant.style.kind == "list":
        return (" ".join(cells),)
    return (*cells, *([None] * (len(mutant.grid.names) - len(cells))))


def junk_above(mutant: Mutant, draw: random.Random) -> Mutant:
    """Put a title, a printing note and a filter above everything."""
    words = (("CONFIDENTIAL",), ("Printed by", "J. Doe"), ("Filter:", "all customers"), ("",))
    return replace(mutant, grid=_inserted(mutant.grid, {0: [_row(mutant, *row) for row in words]}))


def blank_rows(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put a blank row before every seventh item."""
    if mutant.style.kind == "list":
        return None
    blank = {place: [_row(mutant)] for place in mutant.grid.items[3::7]}
    return replace(mutant, grid=_inserted(mutant.grid, blank))


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
        place: [_row(mutant, f"Page {number}"), *header] for number, place in enumerate(grid.items[10::10], start=2)
    }
    return replace(mutant, grid=_inserted(grid, pages))


def _customer(item: Item) -> str:
    return item.customer.number


def subtotals(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Put a subtotal below the items of each customer and a grand total at the end of a plain table."""
    grid = mutant.grid
    if not _is_flat(grid) or len(mutant.example.terms.currencies) > 1:
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
    return replace(mutant, grid=_inserted(grid, before))


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
    if not _is_flat(grid) or len(mutant.example.terms.currencies) > 1:
        return None
    total = _sum("Total", [grid.rows[place] for place in grid.items])
    return replace(mutant, grid=_inserted(grid, {len(grid.rows): [total]}))


# Signs


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
    if place is None or not _is_table(mutant.grid):
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
    if place is None or not _is_table(mutant.grid):
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
    if place is None or not _is_table(mutant.grid):
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


# What is lost


def _has_totals(mutant: Mutant) -> bool:
    return not _is_flat(mutant.grid)


def row_lost(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Lose one item; the totals still tell of it."""
    if not _has_totals(mutant):
        return None
    gone = draw.choice(mutant.grid.items)
    rows = tuple(row for place, row in enumerate(mutant.grid.rows) if place != gone)
    return replace(mutant, grid=replace(mutant.grid, rows=rows), keeps=False)


def row_twice(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Have one item twice; the totals tell of it once."""
    if not _has_totals(mutant):
        return None
    twice = draw.choice(mutant.grid.items)
    rows = mutant.grid.rows
    return replace(mutant, grid=replace(mutant.grid, rows=(*rows[: twice + 1], *rows[twice:])), keeps=False)


def amount_changed(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Change the amounts of one item; the totals still tell the old one."""
    if not _has_totals(mutant):
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
    if not _has_totals(mutant) or _is_table(mutant.grid):
        return None
    return replace(mutant, grid=replace(mutant.grid, rows=mutant.grid.rows[: mutant.grid.items[-3] + 1]), keeps=False)


def without(name: str) -> Change:
    """Return the loss of a column."""

    def change(mutant: Mutant, draw: random.Random) -> Mutant | None:
        grid = mutant.grid
        header = grid.columns.get(name)
        if header is None or header not in grid.names or mutant.style.kind == "list":
            return None
        place = grid.names.index(header)
        rows = tuple((*row[:place], *row[place + 1 :]) for row in grid.rows)
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


def ambiguous_days(mutant: Mutant, draw: random.Random) -> Mutant | None:
    """Keep only items whose days could be months, in a text with dates by strokes: nothing tells the order."""
    kept = tuple(item for item in mutant.items if item.dated.day <= 12 and item.due.day <= 12)
    kept = tuple(item for item in kept if item.settled is None)
    if mutant.style.kind != "csv" or len(kept) < 2 or not mutant.example.told.due:
        return None
    changed = _with_items(mutant, kept)
    cells = tuple(tuple(_same_day(cell) for cell in row) for row in changed.grid.rows)
    style = replace(mutant.style, day="%d/%m/%Y")
    return replace(changed, grid=replace(changed.grid, rows=cells), style=style, keeps=False)


def _same_day(cell: object) -> object:
    return None if isinstance(cell, date) and cell.day > 12 else cell


CHANGES: dict[str, Change] = {
    "as it is": lambda mutant, draw: mutant,
    "UTF-8": written(encoding="utf-8"),
    "UTF-8 with a mark": written(encoding="utf-8-sig"),
    "UTF-16": written(encoding="utf-16"),
    "GB18030": written(encoding="gb18030"),
    "cp1251": written(encoding="cp1251"),
    "cp1252": written(encoding="cp1252"),
    "semicolons": written(kind="csv", delimiter=";"),
    "tabs": written(kind="csv", delimiter="\t"),
    "bars": written(kind="csv", delimiter="|"),
    "workbook": written(kind="xlsx"),
    "plain CSV": written(kind="csv", delimiter=",", encoding="utf-8"),
    "day first, dots": written(day="%d.%m.%Y"),
    "day first, strokes": written(day="%d/%m/%Y"),
    "month first": written(day="%m/%d/%Y"),
    "year first": written(day="%Y-%m-%d"),
    "year first, strokes": written(day="%Y/%m/%d"),
    "months by name": written(day="%d-%b-%Y"),
    **{
        f"marks {decimal!r} and {thousands!r}": written(decimal=decimal, thousands=thousands)
        for decimal, thousands in ENGLISH_SIGNS
    },
    **{f"credits by {sign}": written(negative=sign) for sign in ("minus", "trailing", "brackets")},
    "columns shuffled": shuffled,
    "columns shuffled again": shuffled,
    **{f"headers in {language}": in_language(language) for language in HEADERS},
    "junk above": junk_above,
    "blank rows": blank_rows,
    "blank columns": blank_columns,
    "page breaks": page_breaks,
    "subtotals": subtotals,
    "grand total": grand_total,
    "debit and credit": debit_and_credit,
    "marks for credits": marked,
    "unsigned": unsigned,
    "a row lost": row_lost,
    "a row twice": row_twice,
    "an amount changed": amount_changed,
    "an amount unreadable": amount_unreadable,
    "cut off": cut_off,
    "no amounts": without_amounts,
    "no dates": without("document_date"),
    "no customers": without("customer_id"),
    "no header": without_header,
    "days that could be months": ambiguous_days,
}
