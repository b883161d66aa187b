"""Text files to grids: decoded, the delimiter found, rows of any number of cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.grid.encodings import detected
from arkit.ledger.grid.model import WIDEST, Grid, tidy
from arkit.ledger.headers import first_line
from arkit.ledger.vocabulary import meaning

DELIMITERS: Final = (";", "\t", ",", "|")
SAMPLED: Final = 300


def text_grid(path: Path, *, encoding: str = "", delimiter: str = "") -> Grid:
    """Return the grid of a text file; what is not stated is found.

    Raises
    ------
    ReadingError
        The file is no text, or cannot be cut into cells.
    """
    content = path.read_bytes()
    encoding = encoding or detected(content, path.name)
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        raise ReadingError(f"{path.name} is not text in the encoding {encoding!r}: {error}.") from error
    if "\n" not in text:
        text = text.replace("\r", "\n")
    delimiter = delimiter or _delimiter(text)
    return Grid(_cells(text, delimiter, path.name), path.name, "text", encoding=encoding, delimiter=delimiter)


def _cells(text: str, delimiter: str, file: str) -> pl.DataFrame:
    # The widest line has at most as many cells as delimiters and one; those within quotation marks only widen it.
    width = max((line.count(delimiter) for line in text.split("\n")), default=0) + 1
    if width > WIDEST:
        raise ReadingError(f"{file} has a line of {width:,} cells; no export of receivables has that many.")
    schema = {f"{place}": pl.String for place in range(width)}
    try:
        cells = pl.read_csv(
            text.encode(),
            separator=delimiter,
            has_header=False,
            schema=schema,
            infer_schema=False,
            missing_columns="insert",
        )
    except (pl.exceptions.PolarsError, csv.Error) as error:
        raise ReadingError(
            f"{file} cannot be read as text with the delimiter {delimiter!r}: {first_line(error)}. Check that a "
            'quotation mark within a cell is doubled (""), or say the delimiter: hints={"delimiter": ";"}.'
        ) from error
    filled = [name for name in cells.columns if cells[name].null_count() < cells.height] or cells.columns[:1]
    return tidy(cells.select(cells.columns[: cells.columns.index(filled[-1]) + 1]))


def _delimiter(text: str) -> str:
    """Return the delimiter that gives the row of most known headers; without any, the most even rows."""
    lines = text.split("\n")[:SAMPLED]
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        rows = [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0
    known = max((len({found.name for cell in row if (found := meaning(cell))}) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    usual = max(set(widths), key=widths.count) if widths else 1
    return known, widths.count(usual) * (usual - 1)
