"""The grid of a file.

The encoding of a text: a mark at its start, the bytes that it allows, and the letters that it would give.

Text files to grids: decoded, the delimiter found, rows of any number of cells.

Workbooks to grids: the sheet that holds the items, its numbers and days as text that cannot be mistaken.

A file of any kind as a grid; the kind is told by the content, since exports are often named otherwise.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from arkit.build import parsing
from arkit.errors import ReadingError, listed
from arkit.model.findings import no_findings, together
from arkit.read.places import first_line, kind_of, misnamed
from arkit.read.workbook_facts import notices, of_name, refuse_unreadable, surveyed
from arkit.words.vocabulary import header_words, key, meaning

CELL: Final = "cell {}"
WIDEST: Final = 500


@dataclass(frozen=True)
class Grid:
    """The cells of a file or sheet as trimmed text, blank ones missing, with ``source_row`` as a spreadsheet shows it.

    ``kind`` tells where the cells come from: ``text``, ``workbook`` (numbers are written with a point, days as ISO
    dates) or ``table`` (Parquet, likewise). ``findings`` is what was noticed about the file as a whole.
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
        """Return the first rows as lists of text, blank cells as nothing."""
        return [
            ["" if cell is None else cell for cell in row] for row in self.cells.head(rows).select(self.columns).rows()
        ]


def tidy(cells: pl.DataFrame, *, first_row: int = 1) -> pl.DataFrame:
    """Return cells trimmed, blank ones missing, columns named by place, rows numbered."""
    named = cells.rename({name: CELL.format(place) for place, name in enumerate(cells.columns, start=1)})
    trimmed = named.with_columns(pl.all().cast(pl.String, strict=False).str.strip_chars())
    blanked = trimmed.with_columns(pl.when(pl.all() != "").then(pl.all()))
    numbered = blanked.with_row_index("source_row", offset=first_row)
    return numbered.with_columns(pl.col("source_row").cast(pl.Int64))


MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
CANDIDATES: Final = ("gb18030", "cp1251", "cp1252")
SEARCHED: Final = 200_000
_OF_A_WORD: Final = 2.0
_PLAUSIBLE: Final = 0.6
_CLEARLY: Final = 0.1
_CYRILLIC: Final = r"[а-яА-ЯёЁіїєґІЇЄҐ№«»–—\u00a0]"
_WESTERN: Final = r"[äöüßÄÖÜéèêëàâáçñíîïóôúûùåæøÅÆØ€£§°´’“”„–—\u00a0]"
_FOREIGN: Final = r"[^\x00-\x7f]"


def detected(content: bytes, file: str) -> str:
    """Return the encoding of a text.

    Raises
    ------
    ReadingError
        The bytes are no text, or could be several.
    """
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    if marked:
        return marked[0]
    if b"\x00" in content[:SEARCHED]:
        return _by_zeros(content, file)
    if is_text(content, "utf-8"):
        return "utf-8"
    found = sorted(((_score(content, name), name) for name in CANDIDATES if is_text(content, name)), reverse=True)
    best = found[0] if found else (0.0, "")
    second = found[1][0] if len(found) > 1 else 0.0
    if best[0] < _PLAUSIBLE or best[0] - second < _CLEARLY:
        raise ReadingError(
            f"{file} is not UTF-8 text, and its encoding cannot be told from its letters. Say it: "
            'hints={"encoding": "cp1252"}, or cp1251, gb18030 or another.'
        )
    return best[1]


def is_text(content: bytes, encoding: str) -> bool:
    """Tell whether bytes are text in an encoding."""
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _by_zeros(content: bytes, file: str) -> str:
    """Tell UTF-16 without a mark by which bytes of its pairs are zero."""
    even, odd = content[:SEARCHED:2].count(0), content[1:SEARCHED:2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    pairs = min(len(content), SEARCHED) // 2
    if max(even, odd) > pairs * 0.3 and min(even, odd) < pairs * 0.02 and is_text(content, name):
        return name
    raise ReadingError(f"{file} is no text: it has bytes of zero. Export it again as CSV or .xlsx.")


def _score(content: bytes, encoding: str) -> float:
    """Return how plausible the letters of a text are, with two points for each known word beyond ASCII."""
    text = content[:SEARCHED].decode(encoding, errors="ignore")
    foreign = re.findall(_FOREIGN, text)
    if not foreign:
        return 0.0
    known = {key(cell) for line in text.splitlines()[:60] for cell in re.split(r"[;,\t|]", line)} & header_words()
    score = _OF_A_WORD * sum(not word.isascii() for word in known)
    if encoding == "gb18030":
        return score + sum(_is_common_hanzi(letter) for letter in foreign) / len(foreign)
    words = re.findall(r"[^\W\d_]+", text)
    mixed = [word for word in words if not word.isascii() and re.search(r"[A-Za-z]", word)]
    whole = [word for word in words if not word.isascii() and not re.search(r"[A-Za-z]", word)]
    fitting, letters = (whole, _CYRILLIC) if encoding == "cp1251" else (mixed, _WESTERN)
    fit = sum(len(word) for word in fitting) / max(sum(len(word) for word in (*mixed, *whole)), 1)
    usual = len(re.findall(letters, text)) / len(foreign)
    return score + usual * (fit if mixed or whole else 1.0)


def _is_common_hanzi(letter: str) -> bool:
    """Tell whether a letter is one of the 3,755 most frequent of GB 2312, or one of its signs and other letters."""
    try:
        first = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= first <= 0xA9 or 0xB0 <= first <= 0xD7


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


SAMPLED_sheets: Final = 100
_MIDNIGHT: Final = r" 00:00:00(\.0+)?$"


def sheet_grid(path: Path, *, sheet: str = "") -> Grid:
    """Return the grid of a sheet: the one named, or the one with the most known headers.

    Raises
    ------
    ReadingError
        The file is no workbook, has no such sheet, or two sheets could be meant.
    """
    import fastexcel

    try:
        found = surveyed(path)
        book = fastexcel.read_excel(path.read_bytes() if misnamed(path) else path)
        if sheet and sheet not in book.sheet_names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(book.sheet_names)}.")
        chosen = sheet or _chosen(book, path.name)
        refuse_unreadable(found, chosen, path)
        cells = _load(book, chosen)
    except (fastexcel.FastExcelError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {first_line(error)}. Save it again as .xlsx without a password."
        ) from error
    if cells.width > WIDEST:
        raise ReadingError(f"{path.name} has {cells.width:,} columns; no export of receivables has that many.")
    seen = notices(found, chosen, table="items")
    return Grid(tidy(cells), path.name, "workbook", sheet=chosen, path=path, findings=seen)


def _load(book: Any, sheet: str, **how: Any) -> pl.DataFrame:
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string", **how).to_polars()
    return cells.with_columns(pl.col(pl.String).str.replace(_MIDNIGHT, ""))


def _chosen(book: Any, file: str) -> str:
    names: list[str] = book.sheet_names
    if len(names) == 1:
        return names[0]
    known = {name: _known_headers(_load(book, name, n_rows=SAMPLED_sheets)) for name in names}
    most = max(known.values())
    best = [name for name in names if known[name] == most]
    if len(best) > 1 and most > 0:
        raise ReadingError(
            f"{file} has the sheets {listed(best)}, and each could hold the items. Say which: "
            f'hints={{"sheet": "{best[0]}"}}.'
        )
    return best[0]


def _known_headers(cells: pl.DataFrame) -> int:
    rows = ({found.name for cell in row if cell and (found := meaning(cell))} for row in cells.iter_rows())
    return max((len(names) for names in rows), default=0)


def is_text_sheets(grid: Grid, column: str, *, below: int) -> bool:
    """Tell whether every cell of a column of a workbook is text, below some rows; numbers only look like it.

    The sheet is read once more, so this is asked only where it matters: of long numbers, and of 1.234.
    """
    import fastexcel

    place = grid.columns.index(column)
    try:
        sheet = fastexcel.read_excel(str(grid.path)).load_sheet(
            grid.sheet,
            header_row=None,
            skip_rows=below,
            use_columns=[place],
            schema_sample_rows=None,
            dtype_coercion="strict",
        )
    except fastexcel.FastExcelError:
        return False
    return bool(sheet.to_polars().dtypes == [pl.String])


def open_grid(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Grid:
    """Return the grid of a file; encoding, delimiter and sheet are found where they are not stated.

    Raises
    ------
    ReadingError
        The file is missing, empty, or of a kind that cannot be read.
    """
    try:
        grid = _of_kind(path, encoding=encoding, delimiter=delimiter, sheet=sheet)
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if grid.cells.is_empty() or not grid.columns:
        raise ReadingError(f"{path.name} has no cells with anything in them. Export it again.")
    return replace(grid, findings=together(grid.findings, of_name(path)))


def _of_kind(path: Path, *, encoding: str, delimiter: str, sheet: str) -> Grid:
    kind = kind_of(path)
    if kind in ("workbook", "old workbook"):
        return sheet_grid(path, sheet=sheet)
    if kind == "parquet":
        return _table_grid(path)
    return text_grid(path, encoding=encoding, delimiter=delimiter)


def _table_grid(path: Path) -> Grid:
    try:
        table = pl.read_parquet(path)
        rows = tidy(table.select(_as_text(column) for column in table), first_row=2)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadingError(f"{path.name} is no Parquet file that can be read: {first_line(error)}.") from error
    if len(table.columns) > WIDEST:
        raise ReadingError(f"{path.name} has {len(table.columns):,} columns; no export of receivables has that many.")
    names = pl.DataFrame([table.columns], orient="row", schema=[name for name in rows.columns if name != "source_row"])
    return Grid(pl.concat([tidy(names), rows]), path.name, "table")


def _as_text(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        column = column.dt.replace_time_zone(None)
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.replace(" 00:00:00$", "").alias(column.name)
    return parsing.text(column)
