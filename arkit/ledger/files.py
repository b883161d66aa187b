"""Files to tables of text: CSV, Excel workbooks and Parquet, without a guess at what the cells mean."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.layout import Layout, TableLayout

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
FIRST_DATA_ROW = 2


def read_table(path: Path, *, layout: Layout, table: TableLayout) -> pl.DataFrame:
    """Return a file's cells with ``source_row``, the row's number as a spreadsheet shows it.

    Raises
    ------
    ReadingError
        The file is missing, empty, of another kind than its name says, or has a header twice.
    """
    if not path.is_file():
        raise ReadingError(f"There is no file {path.name} in {path.parent}.")
    if path.stat().st_size == 0:
        raise ReadingError(f"{path.name} is empty (0 bytes). Export it again.")
    frame = _cells(path, layout=layout, sheet=table.sheet)
    twice = [name for name in frame.columns if frame.columns.count(name) > 1 or "_duplicated_" in name]
    if twice:
        raise ReadingError(f"{path.name} has a header twice: {listed(twice)}. Rename one of the columns.")
    return frame.with_row_index("source_row", offset=FIRST_DATA_ROW).with_columns(pl.col("source_row").cast(pl.Int64))


def _cells(path: Path, *, layout: Layout, sheet: str) -> pl.DataFrame:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _parquet(path)
    if kind in WORKBOOKS:
        return _workbook(path, sheet)
    return _delimited(path, layout)


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(f"{path.name} is no Parquet file: {_first_line(error)}.") from error


def _workbook(path: Path, sheet: str) -> pl.DataFrame:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        if sheet and sheet not in book.sheet_names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(book.sheet_names)}.")
        cells = book.load_sheet(sheet or 0, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {_first_line(error)}. Save it again as .xlsx without a password."
        ) from error
    return cells.to_polars()


def _delimited(path: Path, layout: Layout) -> pl.DataFrame:
    content = _decoded(path, layout.encoding)
    header = next(csv.reader(io.StringIO(content[:1_000_000].decode(errors="replace")), delimiter=layout.delimiter), [])
    twice = {name for name in header if name.strip() and header.count(name) > 1}
    if twice:
        raise ReadingError(f"{path.name} has a header twice: {listed(sorted(twice))}. Rename one of the columns.")
    try:
        return pl.read_csv(content, separator=layout.delimiter, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as text with the delimiter {layout.delimiter!r}: {_first_line(error)}. "
            "Check the delimiter in the layout, and that every row has as many cells as the header."
        ) from error


def _decoded(path: Path, encoding: str) -> bytes:
    content = path.read_bytes()
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        start = content[:4]
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:1000]:
            raise ReadingError(
                f'{path.name} is not UTF-8 text. If it is UTF-16, put encoding = "utf-16" in the layout.'
            )
        try:
            content.decode("utf-8")
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


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
