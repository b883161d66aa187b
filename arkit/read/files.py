"""Files to tables of text: CSV, workbooks and Parquet, told by their content, without a guess at what cells mean.

Workbooks to cells: text as text, numbers as numbers, and the row numbers of the sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.model.findings import no_findings, together
from arkit.model.layout import Layout, TableLayout
from arkit.read.body.reading import Body
from arkit.read.places import first_line, kind_of, misnamed, refuse_repeated
from arkit.read.workbook_facts import notices, of_name, refuse_unreadable, surveyed

_FRACTION: Final = r"^-?\d*\.\d"
"""What a number among text begins with if its mark matters; without one, a column is not read once more."""

Load = Callable[..., pl.DataFrame]


def read_sheet(path: Path, sheet: str, *, decimal_mark: str, table: str) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """Return the cells below the header, the number of the first row of them as the sheet shows it, and notices.

    The header is the first row that is not blank. The workbook is surveyed before it is opened.

    Raises
    ------
    ReadingError
        The file is no workbook, could harm its reader, or has no such sheet.
    """
    import fastexcel

    found = surveyed(path)
    try:
        book = fastexcel.read_excel(path.read_bytes() if misnamed(path) else path)
        if sheet and sheet not in book.sheet_names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(book.sheet_names)}.")
        name = sheet or book.sheet_names[0]
        refuse_unreadable(found, name, path)
        cells, first = _below_header(partial(_load, book, name), path, decimal_mark)
        return cells, first, notices(found, name, table=table)
    except (fastexcel.FastExcelError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {first_line(error)}. Save it again as .xlsx without a password."
        ) from error


def _load(book: Any, sheet: str | int, *, skip_rows: int = 0, **how: Any) -> pl.DataFrame:
    """Return the cells of a sheet from a row on, blank rows above them included."""
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, skip_rows=skip_rows, **how).to_polars()
    return cells


def _below_header(load: Load, path: Path, decimal_mark: str) -> tuple[pl.DataFrame, int]:
    cells = load(dtypes="string")
    filled = cells.select(pl.any_horizontal(pl.lit(False), pl.all().is_not_null())).to_series().arg_max()
    above = filled or 0
    header = ["" if name is None else str(name) for name in (cells.row(above) if cells.height else ())]
    refuse_repeated(header, path.name)
    rows = cells.slice(above + 1)
    if decimal_mark == ",":
        rows = _with_numbers(rows, partial(load, skip_rows=above + 1))
    names = [name if name.strip() else f"column {number}" for number, name in enumerate(header, start=1)]
    rows.columns = names
    return rows, above + 2


def _with_numbers(rows: pl.DataFrame, load: Load) -> pl.DataFrame:
    """Return the cells with numbers as numbers: what a sheet holds as a number has no decimal mark to be mistaken."""
    if rows.is_empty():
        return rows
    typed = load(schema_sample_rows=None)
    columns = []
    for name in rows.columns:
        if typed[name].dtype.is_numeric():
            columns.append(typed[name])
        elif rows[name].str.contains(_FRACTION).any() and _is_mixed(load, name):
            columns.append(_with_comma(rows[name], load(dtypes={name: "float"}, use_columns=[name]).to_series()))
        else:
            columns.append(rows[name])
    return pl.DataFrame(columns)


def _is_mixed(load: Load, name: str) -> bool:
    import fastexcel

    try:
        load(use_columns=[name], schema_sample_rows=None, dtype_coercion="strict")
    except fastexcel.FastExcelError:
        return True
    return False


def _with_comma(text: pl.Series, number: pl.Series) -> pl.Series:
    """Write the numbers among text with a comma; 1.234 may be either a number or text, so it stays for a finding."""
    frame = pl.DataFrame({"text": text, "number": number})
    either = pl.col("text").str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$")
    written = (
        pl.when(pl.col("number").is_null())
        .then("text")
        .when(either)
        .then(pl.format("{} (a number, or text with a thousands mark)", "text"))
        .otherwise(pl.col("text").str.replace(".", ",", literal=True))
    )
    return frame.select(written.alias(text.name)).to_series()


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
