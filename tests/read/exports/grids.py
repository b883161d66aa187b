"""Grids and how they are written: typed cells to CSV, list or workbook, as a program of a country writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import xlsxwriter

Cell = str | int | Decimal | date | None
Row = tuple[Cell, ...]
Negative = Literal["minus", "trailing", "brackets", "angles"]

CREATED = datetime(2026, 11, 2, 9, 0, 0)


@dataclass(frozen=True)
class Style:
    """How cells are written as text, and what kind of file holds them."""

    kind: Literal["csv", "xlsx", "list"] = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    day: str = "%Y-%m-%d"
    decimal: str = "."
    thousands: str = ""
    negative: Negative = "minus"
    places: int = 2
    sheet: str = "Sheet1"

    @property
    def suffix(self) -> str:
        """The ending of the file's name."""
        return {"csv": ".csv", "list": ".txt", "xlsx": ".xlsx"}[self.kind]


@dataclass(frozen=True)
class Grid:
    """An export: its rows, where its header and its items stand, and what the columns are canonically."""

    rows: tuple[Row, ...]
    header: tuple[int, int]
    columns: dict[str, str]
    items: tuple[int, ...]
    repeated: tuple[int, ...] = field(default=())

    @property
    def names(self) -> Row:
        """The last row of the header."""
        return self.rows[self.header[1] - 1]


def row_of(width: int, **cells: Cell) -> Row:
    """Return a row with cells at some places: ``c0``, ``c1``, ..."""
    return tuple(cells.get(f"c{place}") for place in range(width))


def amount(value: Decimal, style: Style) -> str:
    """Return an amount as a style writes it."""
    whole, _, rest = f"{abs(value):.{style.places}f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", style.thousands)
    text = f"{grouped}{style.decimal}{rest}" if rest else grouped
    if value >= 0:
        return text
    return {"minus": f"-{text}", "trailing": f"{text}-", "brackets": f"({text})", "angles": f"<{text}>"}[style.negative]


def text(cell: Cell, style: Style) -> str:
    """Return a cell as a style writes it."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return amount(cell, style)
    if isinstance(cell, date):
        return cell.strftime(style.day).upper() if "%b" in style.day else cell.strftime(style.day)
    return str(cell)


def content(grid: Grid, style: Style) -> bytes:
    """Return a grid as the bytes of a file."""
    writers: dict[str, Callable[[Grid, Style], bytes]] = {"csv": _csv, "list": _list, "xlsx": _xlsx}
    return writers[style.kind](grid, style)


def _csv(grid: Grid, style: Style) -> bytes:
    written = io.StringIO(newline="")
    rows = [[text(cell, style) for cell in row] for row in grid.rows]
    csv.writer(written, delimiter=style.delimiter, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode(style.encoding)


def _list(grid: Grid, style: Style) -> bytes:
    """Write a list as a screen shows it: columns of one width between bars, and dashes above and below."""
    wide = len(grid.names)
    rows = [[text(cell, style) for cell in row] for row in grid.rows]
    table = [row for row in rows if len(row) == wide]
    widths = [max(len(row[place]) for row in table) for place in range(wide)]
    dashes = "-" * (sum(widths) + wide + 1)
    lines, before = [], 0
    for given, row in zip(grid.rows, rows, strict=True):
        if len(row) != wide:
            lines += ([dashes] if before == wide else []) + ["".join(row)]
        else:
            kinds = zip(given, row, widths, strict=True)
            cells = [
                shown.rjust(size) if isinstance(cell, Decimal) else shown.ljust(size) for cell, shown, size in kinds
            ]
            edge = given == grid.names or str(given[0] or "").startswith("*")
            lines += ([dashes] if edge else []) + ["|" + "|".join(cells) + "|"] + ([dashes] if edge else [])
        before = len(row)
    once = [line for line, above in zip(lines, ["", *lines], strict=False) if not line == above == dashes]
    return ("\r\n".join(once) + "\r\n").encode(style.encoding)


def _xlsx(grid: Grid, style: Style) -> bytes:
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    page = book.add_worksheet(style.sheet)
    days = book.add_format({"num_format": "dd.mm.yyyy"})
    money = book.add_format({"num_format": "#,##0.00"})
    for number, row in enumerate(grid.rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), days)
            elif isinstance(cell, Decimal):
                page.write_number(number, place, float(cell), money)
            elif isinstance(cell, int):
                page.write_number(number, place, cell)
            elif cell:
                page.write_string(number, place, cell)
    book.close()
    return memory.getvalue()


def table(
    rows: Sequence[Row], *, header: Row, above: Sequence[Row] = (), below: Sequence[Row] = (), columns: dict[str, str]
) -> Grid:
    """Return a plain table: title rows, one header, items, totals."""
    start = len(above)
    first = start + 1
    every = (*above, header, *rows, *below)
    return Grid(tuple(every), (start, first), columns, tuple(range(first, first + len(rows))))
