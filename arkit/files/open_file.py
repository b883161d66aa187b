"""A file of any kind to its cells. The content decides how it is opened, since exports are often named otherwise.

There are two ways to ask. :func:`open_grid` gives every cell as text, so that the header can be looked for;
:func:`read_table` gives the rows below the first row that is not blank, under the names in it. Both open a file in the
same way: a text is decoded and cut at its delimiter, a workbook is surveyed before its sheet is loaded.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from arkit.build.parsing import as_text
from arkit.build.written_amounts import with_decimal_comma
from arkit.errors import ReadingError, listed
from arkit.files.encodings import UTF8_MARK, detected
from arkit.files.places import first_line, kind_of, misnamed, refuse_repeated
from arkit.files.workbook_facts import notices, of_name, refuse_unreadable, surveyed
from arkit.model.findings import combine, no_findings
from arkit.model.layout import Layout, TableLayout
from arkit.model.schema import TABLES
from arkit.words.vocabulary import meaning

CELL: Final = "cell {}"
WIDEST: Final = 500
WORKBOOKS: Final = ("workbook", "xls")
_UTF8: Final = ("utf-8", "utf8")
_TOP: Final = 20
_USUAL: Final = ("utf-8", ",")

Load = Callable[..., pl.DataFrame]


@dataclass(frozen=True)
class Grid:
    """The cells of a file or sheet as trimmed text, blank ones missing, with ``source_row`` as a spreadsheet shows it.

    ``kind`` is where the cells come from: ``text``, ``workbook`` (numbers are written with a point, days as ISO dates)
    or ``table`` (Parquet, likewise). ``findings`` is what was noticed about the file as a whole.
    """

    cells: pl.DataFrame
    file: str
    kind: Literal["text", "workbook", "table"]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    path: Path | None = None
    findings: pl.DataFrame = field(default_factory=no_findings)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, by their place."""
        return [name for name in self.cells.columns if name != "source_row"]

    def top(self, rows: int) -> list[list[str]]:
        """The first rows as lists of text, blank cells as empty text."""
        return [
            ["" if cell is None else cell for cell in row] for row in self.cells.head(rows).select(self.columns).rows()
        ]

    @property
    def is_canonical(self) -> bool:
        """Whether the first row that is not blank has the canonical names of an items table: nothing to recognise."""
        # Without a layout the canonical way reads UTF-8 with commas alone.
        if self.kind == "text" and (self.encoding, self.delimiter) != _USUAL:
            return False
        return {*TABLES["items"].required} <= {*next((row for row in self.top(_TOP) if any(row)), [])}


def open_grid(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Grid:
    """The cells of a file; encoding, delimiter and sheet are found where they are not stated.

    Raises
    ------
    ReadingError
        The file is missing, empty, or of a kind that cannot be read.
    """
    kind = kind_of(path)
    if kind in WORKBOOKS:
        grid = _grid_of_sheet(path, sheet)
    elif kind == "parquet":
        grid = _grid_of_parquet(path)
    else:
        grid = _grid_of_text(path, encoding, delimiter)
    if grid.cells.is_empty() or not grid.columns:
        raise ReadingError(f"{path.name} has no cells with anything in them. Export it again.")
    if len(grid.columns) > WIDEST:
        raise _too_wide(path, len(grid.columns))
    return replace(grid, findings=combine(grid.findings, of_name(path)))


def read_table(
    path: Path, *, layout: Layout, table: TableLayout, name: str, grid: Grid | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a file below its first row, under the names in it, and what was noticed about the file.

    ``source_row`` is the number of a row as a spreadsheet shows it. Of a workbook, ``grid`` spares opening it again.

    Raises
    ------
    ReadingError
        The file is missing, empty, no table, could harm its reader, or has a header twice.
    """
    if path.is_dir():
        return numbered(_parquet(path / "**/*.parquet"), 2), no_findings()
    kind = kind_of(path)
    if kind in WORKBOOKS and grid is not None:
        rows, above = _below_header(grid.cells.select(grid.columns), path.name)
        return numbered(rows, above + 1), grid.findings
    seen = no_findings()
    if kind in WORKBOOKS:
        rows, above, seen = _rows_of_sheet(path, table.sheet, decimal_mark=layout.decimal_mark, table=name)
    elif kind == "parquet":
        rows, above = _parquet(path), 1
    else:
        rows, above = _rows_of_text(path, layout)
    return numbered(rows, above + 1), combine(seen, of_name(path, table=name))


def numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    """Rows with ``source_row``, counted from the number of the first."""
    counted = rows.drop("source_row", strict=False).with_row_index("source_row", offset=first)
    return counted.with_columns(pl.col("source_row").cast(pl.Int64))


def _tidy(cells: pl.DataFrame, *, first: int = 1) -> pl.DataFrame:
    """Cells trimmed, blank ones missing, columns named by place, rows numbered."""
    named = cells.rename({name: CELL.format(place) for place, name in enumerate(cells.columns, start=1)})
    trimmed = named.with_columns(pl.all().cast(pl.String, strict=False).str.strip_chars())
    return numbered(trimmed.with_columns(pl.when(pl.all() != "").then(pl.all())), first)


def _below_header(cells: pl.DataFrame, file: str) -> tuple[pl.DataFrame, int]:
    """The cells below the first row that is not blank, under its texts, and how many rows they are below."""
    filled = cells.select(pl.any_horizontal(pl.lit(False), pl.all().is_not_null())).to_series().arg_max()
    above = (filled or 0) + 1
    header = ["" if name is None else str(name) for name in (cells.row(above - 1) if cells.height else ())]
    refuse_repeated(header, file)
    rows = cells.slice(above)
    rows.columns = [name if name.strip() else f"column {place}" for place, name in enumerate(header, start=1)]
    return rows, above


def _too_wide(path: Path, columns: int) -> ReadingError:
    return ReadingError(f"{path.name} has {columns:,} columns; no export of receivables has that many.")


def _grid_of_text(path: Path, encoding: str, delimiter: str) -> Grid:
    content, encoding = _decoded(path, encoding)
    delimiter = delimiter or _delimiter(content)
    lines, content = _above_quoted_badly(content, delimiter)
    # The widest line has at most as many cells as delimiters and one; those within quotation marks only widen it.
    width = max(map(methodcaller("count", delimiter.encode()), content.split(b"\n"))) + 1
    if width > WIDEST:
        raise _too_wide(path, width)
    schema = {f"{place}": pl.String for place in range(width)}
    with _refusing_text(path, delimiter):
        cells = pl.read_csv(
            content, separator=delimiter, has_header=False, schema=schema, infer_schema=False, missing_columns="insert"
        )
    filled = [name for name in cells.columns if cells[name].null_count() < cells.height] or cells.columns[:1]
    # Blank columns are cut on the right alone: in between, each keeps its place under the header.
    used = cells.select(cells.columns[: cells.columns.index(filled[-1]) + 1])
    above = [pl.DataFrame({f"{place}": [cell] for place, cell in enumerate(line or [""])}) for line in lines]
    used = pl.concat([*above, used], how="diagonal")
    return Grid(_tidy(used), path.name, "text", encoding=encoding, delimiter=delimiter)


def _above_quoted_badly(content: bytes, delimiter: str) -> tuple[list[list[str]], bytes]:
    """The lines above the header cut by themselves, and the rest, where their quotation marks are not a table's."""
    start = [*io.StringIO(content[:_OF_TOP].decode(errors="replace"), newline="")][:SAMPLED]
    # A quotation mark in a title, never closed, would take the table below it for one cell.
    if not any('"' in line for line in start):
        return [], content
    known = [_known_headers([row]) for row in _cut(start, delimiter)]
    above = start[: known.index(max(known))] if known else []
    if _quoted_well(above, delimiter):
        return [], content
    return _cut(above, delimiter), content[len("".join(above).encode()) :]


def _quoted_well(lines: list[str], delimiter: str) -> bool:
    try:
        _ = [*csv.reader(lines, delimiter=delimiter, strict=True)]
    except csv.Error:
        return False
    return "".join(lines).count('"') % 2 == 0


def _cut(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Each line by itself as cells: a quotation mark that is never closed ends with its line."""
    return [next(csv.reader([line], delimiter=delimiter), []) for line in lines]


def _rows_of_text(path: Path, layout: Layout) -> tuple[pl.DataFrame, int]:
    content, _ = _decoded(path, layout.encoding)
    with _refusing_text(path, layout.delimiter):
        header, blank = _first_filled(content, layout.delimiter)
        refuse_repeated(header, path.name)
        # All as text: a document number 0010 would be the number 10.
        return pl.read_csv(content, separator=layout.delimiter, infer_schema=False), blank + 1


@contextmanager
def _refusing_text(path: Path, delimiter: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, csv.Error) as error:
        raise ReadingError(
            f"{path.name} cannot be read as text with the delimiter {delimiter!r}: {first_line(error)}. Check the "
            'delimiter in the layout, or state it with hints={"delimiter": ";"}; check that every row has as many '
            'cells as the header, and that a quotation mark within a cell is doubled ("").'
        ) from error


def _first_filled(content: bytes, delimiter: str) -> tuple[list[str], int]:
    """The cells of the first line that is not blank, and the number of blank lines above it."""
    lines = io.StringIO(content[:1_000_000].decode(errors="replace"), newline="")
    rows = enumerate(csv.reader(lines, delimiter=delimiter, strict=True))
    return next(((row, number) for number, row in rows if row), ([], 0))


DELIMITERS: Final = (";", "\t", ",", "|")
SAMPLED: Final = 300
_OF_TOP: Final = 100_000


def _delimiter(content: bytes) -> str:
    """The delimiter that gives the row of most known headers; without any, the most even rows."""
    # What comes after the last split is the rest of the file, however large, and is left out.
    lines = [line.decode(errors="ignore") for line in content.split(b"\n", SAMPLED)[:SAMPLED]]
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> tuple[int, int]:
    try:
        rows = [row for row in _cut(lines, delimiter) if row]
    except csv.Error:
        return 0, 0
    widths = [len(row) for row in rows if len(row) > 1]
    # Rows count with the cells they have: many lines with one comma in a name are no table.
    usual = max(set(widths), key=widths.count) if widths else 1
    return _known_headers(rows), widths.count(usual) * (usual - 1)


def _known_headers(rows: Sequence[Sequence[str | None]]) -> int:
    """How many known headers the row with the most of them has."""
    return max((len({found.name for cell in row if cell and (found := meaning(cell))}) for row in rows), default=0)


def _decoded(path: Path, encoding: str) -> tuple[bytes, str]:
    """A text as UTF-8 without a byte-order mark, and its encoding: the one that is stated, or else found."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    encoding = encoding or detected(content, path.name)
    if encoding.lower().replace("_", "-") in _UTF8:
        _refuse_other_encoding(content, path)
    else:
        try:
            content = content.decode(encoding).encode("utf-8")
        except (UnicodeDecodeError, LookupError) as error:
            raise ReadingError(f"{path.name} is not text in the encoding {encoding!r}: {error}.") from error
    # Systems before the year 2001 end their lines with a carriage return alone.
    lines = content if b"\n" in content else content.replace(b"\r", b"\n")
    return lines.removeprefix(UTF8_MARK), encoding


def _refuse_other_encoding(content: bytes, path: Path) -> None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:1000]:
        raise ReadingError(f'{path.name} is not UTF-8 text. If it is UTF-16, put encoding = "utf-16" in the layout.')
    try:
        # Plain ASCII, the usual export, is seen at a glance; anything else is decoded to find a broken byte.
        _ = content.isascii() or content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"{path.name} is not UTF-8 text (byte {error.start}). Put its encoding in the layout, "
            'for example encoding = "cp1252".'
        ) from error


_MIDNIGHT: Final = r" 00:00:00(\.0+)?$"
_FRACTION: Final = r"^-?\d*\.\d"
"""What a number among text begins with if its mark matters; without one, a column is not read once more."""


@contextmanager
def _sheet(path: Path, sheet: str, *, table: str, first: bool) -> Iterator[tuple[Load, str, pl.DataFrame]]:
    """What loads a sheet of a workbook, its name, and what was noticed; the workbook is surveyed before it is opened.

    Without a name it is the ``first`` sheet, or the one with the most known headers.

    Raises
    ------
    ReadingError
        The file is no workbook, could harm its reader, has no such sheet, or two sheets could be meant.
    """
    import fastexcel

    try:
        found = surveyed(path)
        book = _book(path)
        names = book.sheet_names
        if sheet and sheet not in names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(names)}.")
        name = sheet or (names[0] if first or len(names) == 1 else _sheet_of_items(book, path.name))
        refuse_unreadable(found, name, path)
        yield partial(_load, book, name), name, notices(found, name, table=table)
    except (fastexcel.FastExcelError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {first_line(error)}. Save it again as .xlsx without a password."
        ) from error


def _book(path: Path) -> Any:
    import fastexcel

    # A path is opened by its ending, bytes by what they are.
    return fastexcel.read_excel(path.read_bytes() if misnamed(path) else path)


def _load(book: Any, sheet: str, *, skip_rows: int = 0, **how: Any) -> pl.DataFrame:
    """The cells of a sheet from a row on, blank rows above them included."""
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, skip_rows=skip_rows, **how).to_polars()
    return cells


def _sheet_of_items(book: Any, file: str) -> str:
    names: list[str] = book.sheet_names
    known = {name: _known_headers(_load(book, name, dtypes="string", n_rows=100).rows()) for name in names}
    most = max(known.values())
    best = [name for name in names if known[name] == most]
    if len(best) > 1 and most > 0:
        raise ReadingError(
            f"{file} has the sheets {listed(best)}, and each could hold the items. Name one: "
            f'hints={{"sheet": "{best[0]}"}}.'
        )
    return best[0]


def _grid_of_sheet(path: Path, sheet: str) -> Grid:
    with _sheet(path, sheet, table="items", first=False) as (load, name, seen):
        cells = load(dtypes="string").with_columns(pl.col(pl.String).str.replace(_MIDNIGHT, ""))
    return Grid(_tidy(cells), path.name, "workbook", sheet=name, path=path, findings=seen)


def _rows_of_sheet(path: Path, sheet: str, *, decimal_mark: str, table: str) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    with _sheet(path, sheet, table=table, first=True) as (load, _, seen):
        rows, above = _below_header(load(dtypes="string"), path.name)
        if decimal_mark == "," and rows.height:
            rows = _with_numbers(rows, partial(load, skip_rows=above))
    return rows, above, seen


def _with_numbers(rows: pl.DataFrame, load: Load) -> pl.DataFrame:
    """Cells with numbers as numbers: what a sheet holds as a number has no decimal mark to be mistaken."""
    typed = load(schema_sample_rows=None)
    columns = []
    for text, found in zip(rows, typed, strict=True):
        if found.dtype.is_numeric():
            columns.append(found.alias(text.name))
        elif text.str.contains(_FRACTION).any() and _type_of(load, found.name) is None:
            # Text and numbers in one column: only the numbers are there when it is read as a column of numbers.
            number = load(dtypes={found.name: "float"}, use_columns=[found.name]).to_series()
            written = with_decimal_comma(pl.col(text.name), pl.lit(number).is_not_null())
            columns.append(text.to_frame().select(written).to_series())
        else:
            columns.append(text)
    return pl.DataFrame(columns)


def _type_of(load: Load, column: str) -> pl.DataType | None:
    """The one type that all cells of a column have; none where they have several.

    The column is named as it was loaded: a number would be its place in the sheet, whose first columns may be empty.
    """
    import fastexcel

    try:
        return load(use_columns=[column], schema_sample_rows=None, dtype_coercion="strict").dtypes[0]
    except fastexcel.FastExcelError:
        return None


def is_text_column(grid: Grid, column: str, *, below: int) -> bool:
    """Whether every cell of a column of a workbook is text, below some rows; numbers only look like it.

    The sheet is read once more, so this is asked only where it matters: of long numbers.
    """
    if grid.path is None:
        return True
    load = partial(_load, _book(grid.path), grid.sheet, skip_rows=below)
    names = load(dtypes="string", n_rows=1).columns
    return _type_of(load, names[grid.columns.index(column)]) == pl.String


def _parquet(path: Path) -> pl.DataFrame:
    try:
        # Folders such as entity=ES are a column.
        return pl.read_parquet(path, glob=True, hive_partitioning=True, try_parse_hive_dates=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(f"{path.name} is no Parquet file that can be read: {first_line(error)}.") from error


def _grid_of_parquet(path: Path) -> Grid:
    table = _parquet(path)
    # The names are row 1, as a spreadsheet would show the table.
    rows = _tidy(table.select(_without_midnight(column) for column in table), first=2)
    names = pl.DataFrame([table.columns], orient="row", schema=[name for name in rows.columns if name != "source_row"])
    return Grid(pl.concat([_tidy(names), rows]), path.name, "table")


def _without_midnight(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        days = column.dt.replace_time_zone(None).dt.to_string("%Y-%m-%d %H:%M:%S")
        return days.str.replace(_MIDNIGHT, "").alias(column.name)
    return as_text(column)
