"""Files that nobody should export: examples with bytes, cells and lengths changed at random, within bounds."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.read.exports.catalogue import EXAMPLES, Example
from tests.read.exports.grids import Cell, Grid, Row, content

CELLS: tuple[Cell, ...] = (
    "",
    " ",
    "\x00",
    "\ufeff",
    '"',
    '""""',
    "'",
    "\r",
    "\n\n",
    "-",
    "--5",
    "5-",
    "(5",
    "1.2.3,4",
    "1,2,3",
    "NaN",
    "inf",
    "1e400",
    "9" * 40,
    "0" * 30,
    "31.02.2026",
    "00.00.0000",
    "99/99/9999",
    "2026-13-45",
    "Total",
    "Итого",
    "合计",
    "***",
    "Customer",
    "Amount",
    "Due date",
    "=1+1",
    "#REF!",
    "A" * 5000,
    "\u202e",
    "👍",
    "Ω" * 300,
    10**17,
)


@dataclass(frozen=True)
class Spoilt:
    """A spoilt export."""

    example: Example
    how: str
    content: bytes

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return f"{self.example.name} {self.how}"


def files(rounds: int) -> Iterator[Spoilt]:
    """Return spoilt files, the same every time."""
    for number in range(rounds):
        for example in EXAMPLES.values():
            draw = random.Random(f"{example.name} {number}")
            spoil = (bytes_changed, cells_changed, cut, pieces_moved, inside_changed)[number % 5]
            yield Spoilt(example, f"{spoil.__name__} {number}", spoil(example, draw))


def bytes_changed(example: Example, draw: random.Random) -> bytes:
    """Change a few bytes."""
    spoilt = bytearray(example.content)
    for _ in range(draw.choice((1, 3, 30))):
        spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
    return bytes(spoilt)


def cells_changed(example: Example, draw: random.Random) -> bytes:
    """Put cells that nobody expects into rows, the header among them."""
    rows: list[Row] = [tuple(row) for row in example.grid.rows]
    for _ in range(draw.choice((1, 5, 60))):
        place = draw.randrange(len(rows))
        row = list(rows[place])
        row[draw.randrange(len(row))] = draw.choice(CELLS)
        rows[place] = tuple(row)
    style = example.style
    text = (
        content(Grid(tuple(_encodable(row, style.encoding) for row in rows), (0, 1), {}, ()), style)
        if style.kind != "list"
        else b""
    )
    return text or bytes_changed(example, draw)


def _encodable(row: Row, encoding: str) -> Row:
    return tuple(cell.encode(encoding, "ignore").decode(encoding) if isinstance(cell, str) else cell for cell in row)


def cut(example: Example, draw: random.Random) -> bytes:
    """Cut a file off, or cut something out of it."""
    whole = example.content
    first, second = sorted((draw.randrange(len(whole)), draw.randrange(len(whole))))
    return whole[:first] if draw.random() < 0.5 else whole[:first] + whole[second:]


def pieces_moved(example: Example, draw: random.Random) -> bytes:
    """Repeat a piece, or move it elsewhere."""
    whole = example.content
    first, second = sorted((draw.randrange(len(whole)), draw.randrange(len(whole))))
    place = draw.randrange(len(whole))
    return whole[:place] + whole[first:second] + whole[place:]


def inside_changed(example: Example, draw: random.Random) -> bytes:
    """Change bytes of the sheet within a workbook, so that the archive is whole; of a text, some lines."""
    if example.style.kind != "xlsx":
        lines = example.content.split(b"\n")
        draw.shuffle(lines)
        return b"\n".join(lines)
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(example.content)) as given, zipfile.ZipFile(memory, "w") as spoilt:
        for name in given.namelist():
            part = bytearray(given.read(name))
            if name.endswith(("sheet1.xml", "sharedStrings.xml", "workbook.xml")):
                for _ in range(draw.choice((0, 1, 4))):
                    part[draw.randrange(len(part))] = draw.choice(b'0123456789<>/"="rs')
            spoilt.writestr(name, bytes(part))
    return memory.getvalue()
