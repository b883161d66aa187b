"""Files to tables of text: CSV, workbooks and Parquet, told by their content, without a guess at what cells mean."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body import Body
from arkit.ledger.findings import no_findings, together
from arkit.ledger.headers import first_line, refuse_repeated
from arkit.ledger.kinds import kind_of
from arkit.ledger.layout import Layout, TableLayout
from arkit.ledger.notices import of_name
from arkit.ledger.workbooks import read_sheet

FIRST_DATA_ROW = 2
HEADER_SEARCHED = 1_000_000


def read_table(path: Path, *, layout: Layout, table: TableLayout, name: str) -> Body:
    """Return a file's cells with ``source_row``, the row's number as a spreadsheet shows it.

    What the file holds decides how it is read, not what it is called.

    Raises
    ------
    ReadingError
        The file is missing, empty, no table, could harm its reader, or has a header twice.
    """
    if path.is_dir():
        return Body(_numbered(_parquet(path / "**/*.parquet"), FIRST_DATA_ROW), table)
    kind, seen = kind_of(path), no_findings()
    if kind in ("workbook", "old workbook"):
        frame, first_row, seen = read_sheet(path, table.sheet, decimal_mark=layout.decimal_mark, table=name)
    elif kind == "parquet":
        frame, first_row = _parquet(path), FIRST_DATA_ROW
    else:
        frame, first_row = _delimited(path, layout)
    return Body(_numbered(frame, first_row), table, together(seen, of_name(path, table=name)))


def _numbered(frame: pl.DataFrame, first_row: int) -> pl.DataFrame:
    rows = frame.drop("source_row", strict=False).with_row_index("source_row", offset=first_row)
    return rows.with_columns(pl.col("source_row").cast(pl.Int64))


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=True, hive_partitioning=True, try_parse_hive_dates=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(f"{path.name} is no Parquet file: {first_line(error)}.") from error


def _delimited(path: Path, layout: Layout) -> tuple[pl.DataFrame, int]:
    content = _decoded(path, layout.encoding)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    try:
        header, blank = _header(content, layout.delimiter)
        refuse_repeated(header, path.name)
        return pl.read_csv(content, separator=layout.delimiter, infer_schema=False), FIRST_DATA_ROW + blank
    except (pl.exceptions.PolarsError, csv.Error) as error:
        raise ReadingError(
            f"{path.name} cannot be read as text with the delimiter {layout.delimiter!r}: {first_line(error)}. "
            "Check the delimiter in the layout, that every row has as many cells as the header, and that a quotation "
            'mark within a cell is doubled ("").'
        ) from error


def _header(content: bytes, delimiter: str) -> tuple[list[str], int]:
    """Return the cells of the header, as far as they can be told, and the number of blank lines above it."""
    lines = io.StringIO(content[:HEADER_SEARCHED].decode(errors="replace"), newline="")
    for number, row in enumerate(csv.reader(lines, delimiter=delimiter, strict=True)):
        if row:
            return row, number
    return [], 0


def _decoded(path: Path, encoding: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        start = content[:4]
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:1000]:
            raise ReadingError(
                f'{path.name} is not UTF-8 text. If it is UTF-16, put encoding = "utf-16" in the layout.'
            )
        try:
            # Plain ASCII, the usual export, is seen at a glance; anything else is decoded to find a broken byte.
            _ = content.isascii() or content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ReadingError(
                f"{path.name} is not UTF-8 text (byte {error.start}). Put its encoding in the layout, "
                'for example encoding = "cp1252".'
            ) from error
        return content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode(encoding).encode("utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise ReadingError(f"{path.name} is not text in the encoding {encoding!r}: {error}.") from error
