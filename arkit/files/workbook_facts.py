"""A workbook before a reader opens it: what could harm the reader is refused, and what it hides is noticed.

The cells are read by a library. This looks at the same XML as bytes, piece by piece and without keeping it, because a
reader of whole elements would take longer than reading the cells does. In this order: the facts of one sheet, those of
an .ods file, the survey of a whole workbook, and what becomes of the facts: a refusal or a finding.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.files.places import first_line, kind_of, misnamed
from arkit.model.findings import combine, find, no_findings
from arkit.words.catalogue import ENGLISH, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_RANGE: Final = 60_000_000
"""Cells between the first and the last with a value; a reader makes room for each of them, filled or not."""

LONGEST_ROW: Final = 16 * 2**20
"""Bytes that may lie between the ends of two rows; more of them are looked at without waiting for the end."""

_TRUE: Final = rb'="(?:1|true)"'
_PLACE: Final = rb'r="([A-Z]{1,3}\d+)"[^>]*>'
# For each fact: bytes without which it is not there, and the place of each cell, row or range that shows it. Looking
# for the bytes first is what makes this cheap: a search for a fixed text runs ten times as fast as a pattern.
_OF_ROWS: Final[dict[bytes, dict[str, re.Pattern[bytes]]]] = {
    b" hidden=": {
        # <row r="7" hidden="1">: the attributes may come in either order, so the flag is looked for ahead.
        "hidden_rows": re.compile(rb"<row\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? r="(\d+)"'),
        "hidden_columns": re.compile(rb"<col\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? min="(\d+)"'),
    },
    b't="e"': {"errors": re.compile(rb'r="([A-Z]{1,3}\d+)"[^>]* t="e"[^>]*>')},
    b"<f": {
        "formulas": re.compile(rb"<f(?=[ >/])()"),
        # <c r="G3"><f>SUM(G1:G2)</f><v>0</v></c>, and the same without a value.
        "zeros": re.compile(_PLACE + rb"<f\b[^>]*>[^<]*</f><v>0</v>"),
        "uncomputed": re.compile(_PLACE + rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>"),
    },
}
_BELOW_ROWS: Final = {
    "filters": re.compile(rb'<filterColumn\b[^>]*? colId="(\d+)"'),
    # A range whose second row is not the first: titles merged within a row are harmless.
    "merged_rows": re.compile(rb'<mergeCell\b[^>]*? ref="([A-Z]+(\d+):[A-Z]+(?!\2")\d+)"'),
}
# A number of more than 15 digits, which a spreadsheet cannot keep; text has t="s", "str" or "inlineStr".
_LONG: Final = re.compile(rb"<v>-?(?:\d{16}|\d\.\d+E\+?(?:1[5-9]|[2-9]\d))")
_LONG_NUMBER: Final = re.compile(
    rb'r="([A-Z]{1,3}\d+)"(?![^>]* t="[^n])[^>]*>(?:<f\b[^<]*</f>)?<v>-?(?:\d{16,}|\d\.\d+E\+?(?:1[5-9]|[2-9]\d))</v>'
)
_WIDE: Final = re.compile(rb'r="(?:[A-Z]{3}|[B-Z][A-Z])\d')
_FILLED: Final = re.compile(rb'r="([A-Z]{1,3})(\d+)(?:"|"[^>]*[^/>])>')
_LAST: Final = re.compile(rb'r="[A-Z]{1,3}(\d+)"')
_ODD_CELL: Final = re.compile(rb'<c(?! r="|ol)')
_WITHOUT_PLACE: Final = re.compile(rb'<c(?:>| (?![^>]*r="))')
_PREFIX: Final = re.compile(rb"(</?)[A-Za-z][\w-]*:")
_NARROW: Final = 52
"""Columns up to AZ: however far down such a sheet reaches, it can be read."""


@dataclass(frozen=True)
class Sightings:
    """How often a fact was seen in a sheet, and where first: a cell, a row, or a range."""

    count: int = 0
    first: str = ""

    def plus(self, found: list[bytes]) -> Sightings:
        """These and the ones of another piece."""
        return Sightings(self.count + len(found), self.first or (found[0].decode() if found else ""))


@dataclass(frozen=True)
class SheetFacts:
    """The facts of a sheet: what was seen, and the last row and column that hold a value."""

    seen: dict[str, Sightings] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    def get(self, fact: str) -> Sightings:
        """How often a fact was seen."""
        return self.seen.get(fact, Sightings())

    def refuse_reach(self, what: str) -> None:
        """Refuse a sheet so wide and long that a reader would need all memory."""
        if self.rows * self.columns > LARGEST_RANGE:
            raise ReadingError(
                f"{what} reaches over {self.rows:,} rows and {self.columns:,} columns: {self.rows * self.columns:,} "
                "cells, more than can be read. Delete the rows below and the columns right of the table, or copy the "
                "table into a new workbook."
            )


def facts_of(chunks: Iterable[bytes]) -> SheetFacts:
    """The facts of a sheet from the pieces of its XML."""
    return reduce(_with_piece, _whole_rows(chunks), SheetFacts())


def _whole_rows(chunks: Iterable[bytes], *, prefixed: bool | None = None) -> Iterator[bytes]:
    """The XML in pieces that end with the end of a row, then what is below the rows.

    So no pattern has to match across two pieces. Names lose their prefixes where the sheet is written with them.
    """
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        prefixed = b":worksheet" in piece if prefixed is None else prefixed
        end = piece.rfind(b"row>") + len(b"row>")
        if end < len(b"<row>"):
            # No row ends here: wait for more, but not for ever.
            end = 0 if len(piece) < LONGEST_ROW else len(piece)
        yield _usual(piece[:end], prefixed)
        rest = piece[end:]
    yield _usual(rest, bool(prefixed))


def _usual(piece: bytes, prefixed: bool) -> bytes:
    """XML with double quotes and without prefixes of names, as most programs write it."""
    if b"='" in piece:
        piece = piece.replace(b"'", b'"')
    return _PREFIX.sub(rb"\1", piece) if prefixed else piece


def _with_piece(facts: SheetFacts, piece: bytes) -> SheetFacts:
    patterns = {} if piece.endswith(b"row>") else {**_BELOW_ROWS}
    for hint, of_rows in _OF_ROWS.items():
        if hint in piece:
            patterns |= of_rows
    if _LONG.search(piece):
        patterns["long_numbers"] = _LONG_NUMBER
    found = {
        name: facts.get(name).plus([match[1] for match in pattern.finditer(piece)])
        for name, pattern in patterns.items()
    }
    rows, columns = _reach(piece)
    if _ODD_CELL.search(piece) and _WITHOUT_PLACE.search(piece):
        # Cells without an address follow each other, so rows and cells are counted.
        rows = facts.rows + piece.count(b"<row")
        columns = max(row.count(b"<c") for row in piece.split(b"<row"))
    return SheetFacts({**facts.seen, **found}, max(facts.rows, rows), max(facts.columns, columns))


def _reach(piece: bytes) -> tuple[int, int]:
    """The last row and column with a value; in a narrow table the last cell is close enough."""
    if not _WIDE.search(piece):
        last = _LAST.search(piece, max(piece.rfind(b"<c "), 0))
        return (int(last[1]), _NARROW) if last else (0, 0)
    filled = set(_FILLED.findall(piece))
    return max((int(row) for _, row in filled), default=0), max((_number(name) for name, _ in filled), default=0)


def _number(column: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)


_ODS_ROW: Final = b"<table-row"
_ODS_VALUE: Final = b"value-type="
_ODS_CELL: Final = re.compile(rb'<(?:covered-)?table-cell\b(?:[^>]*?number-columns-repeated="(\d+)")?')
_ODS_REPEATED: Final = re.compile(rb'^[^>]*number-rows-repeated="(\d+)"')


def reach_of_ods(chunks: Iterable[bytes]) -> SheetFacts:
    """The rows of all sheets of an .ods together, up to the last with a value, and the columns of the widest row.

    One row or cell of such a file may stand for a million: a blank sheet usually ends with a row repeated 1,048,000
    times. Rows without a value therefore wait, and count only when one with a value follows.
    """
    facts, waiting = SheetFacts(), 0
    for piece in _whole_rows(chunks, prefixed=True):
        for row in piece.split(_ODS_ROW)[1:]:
            repeated = _ODS_REPEATED.match(row)
            waiting += int(repeated[1]) if repeated else 1
            if _ODS_VALUE in row:
                cells = _ODS_CELL.findall(row, 0, row.rfind(_ODS_VALUE))
                across = sum(int(times or 1) for times in cells)
                facts, waiting = replace(facts, rows=facts.rows + waiting, columns=max(facts.columns, across)), 0
    return facts


LARGEST_EXPANDED: Final = 4 * 2**30
"""Bytes of all parts together; a full sheet of a million rows and thirty columns has about three."""
LARGEST_RATIO: Final = 200
RATIO_COUNTS_FROM: Final = 50 * 2**20
CHUNK: Final = 2**20

_MACROS: Final = ("vbaproject.bin", "xl/macrosheets/", "basic/script")


@dataclass(frozen=True)
class Survey:
    """What a workbook is made of: the facts of each sheet, the hidden ones, and whether opening it computes it again.

    Sheets of .xlsb, .ods and .xls have no facts: they are looked at for harm only.
    """

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    computed_on_load: bool = False


def surveyed(path: Path) -> Survey:
    """What is in a workbook of any kind, before a reader opens it.

    Every part of the zipped kinds (.xlsx, .xlsb, .ods) is expanded once. Expanding is bounded and nothing is kept, so
    this costs a fraction of reading the cells.

    Raises
    ------
    ReadingError
        The file is damaged, expands beyond all measure, holds macros, has a password, or is not a workbook.
    """
    if kind_of(path) != "workbook":
        _refuse_old(path)
        return Survey()
    try:
        with ZipFile(path) as archive:
            _refuse_bomb(archive, path)
            _refuse_macros(archive, path)
            return _survey(archive, path)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, KeyError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: it is damaged or cut off ({first_line(error)}). "
            "Save it again as .xlsx."
        ) from error


def _refuse_bomb(archive: ZipFile, path: Path) -> None:
    """Refuse sizes beyond measure, as the file states them; what lies about them fails when it is expanded."""
    for part in (parts := archive.infolist()):
        if part.file_size > RATIO_COUNTS_FROM and part.file_size > LARGEST_RATIO * part.compress_size:
            raise _too_large(path, f"{part.filename} expands {part.file_size // max(part.compress_size, 1):,} times")
    if (size := sum(part.file_size for part in parts)) > LARGEST_EXPANDED:
        raise _too_large(path, f"it expands to {size / 2**30:,.1f} GB")


def _too_large(path: Path, found: str) -> ReadingError:
    return ReadingError(
        f"{path.name} is refused as a workbook: {found}, as no export does. "
        "If it is one, export it as .csv or .parquet."
    )


def _refuse_macros(archive: ZipFile, path: Path) -> None:
    found = [name for name in archive.namelist() if any(mark in name.lower() for mark in _MACROS)]
    if found:
        raise _has_macros(path, found[0])


def _has_macros(path: Path, where: str) -> ReadingError:
    return ReadingError(
        f"{path.name} contains macros ({where}), and a workbook with macros is not opened. "
        "Save it again as .xlsx, without them."
    )


def _survey(archive: ZipFile, path: Path) -> Survey:
    names, survey = archive.namelist(), Survey()
    parts: dict[str, str] = {}
    if "xl/workbook.xml" in names:
        parts, survey = _contents(archive)
    elif "content.xml" in names:
        reach_of_ods(_chunks(archive, "content.xml")).refuse_reach(path.name)
    elif "xl/workbook.bin" not in names:
        raise ReadingError(
            f"{path.name} is an archive, but not a workbook: it holds {listed(names)}. Unpack it. "
            "Save it again as .xlsx if it was one."
        )
    sheets = {}
    for part in names:
        if part in parts:
            sheets[parts[part]] = facts_of(_chunks(archive, part))
        else:
            # Expanded to its end, which finds a broken one.
            deque(_chunks(archive, part), maxlen=0)
    return replace(survey, sheets=sheets)


def _contents(archive: ZipFile) -> tuple[dict[str, str], Survey]:
    """What the workbook's own part says: the name of each sheet by the part that holds its cells, and what it hides."""
    from defusedxml.ElementTree import fromstring  # A part may be made to expand without end; this one refuses it.

    book = fromstring(archive.read("xl/workbook.xml"))
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    parts = {link.get("Id"): _part(link.get("Target", "")) for link in links}
    sheets, calculation = _elements(book, "sheet"), _elements(book, "calcPr")
    return {parts.get(sheet["id"], ""): sheet["name"] for sheet in sheets}, Survey(
        hidden=tuple(sheet["name"] for sheet in sheets if sheet.get("state", "visible") != "visible"),
        computed_on_load=any(each.get("fullCalcOnLoad") in ("1", "true") for each in calculation),
    )


def _elements(book: Element, kind: str) -> list[dict[str, str]]:
    """The attributes of elements by their local names: files of other programs use other namespaces."""
    found = [element for element in book.iter() if element.tag.rsplit("}")[-1] == kind]
    return [{name.rsplit("}")[-1]: value for name, value in element.attrib.items()} for element in found]


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


def _chunks(archive: ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            yield chunk


def _refuse_old(path: Path) -> None:
    """Refuse an old workbook (.xls) with macros, a new one with a password, which looks like it, or another document.

    Which of them it is, the names at the top of the file say. A password of an .xls itself is found by its reader.
    """
    import olefile

    try:
        with olefile.OleFileIO(path) as file:
            found = {entry[0].lower() for entry in file.listdir(streams=True, storages=True)}
    except Exception as error:  # A damaged file makes the library fail in many ways.
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: it is damaged ({first_line(error)}). Save it again as .xlsx "
            "without a password."
        ) from error
    if "encryptedpackage" in found:
        raise ReadingError(f"{path.name} is a workbook with a password. Save it again as .xlsx without a password.")
    if "_vba_project_cur" in found:
        raise _has_macros(path, "_VBA_PROJECT_CUR")
    if not found & {"workbook", "book"}:
        raise ReadingError(f"{path.name} is an Office document, but no workbook. Save the table as .xlsx or .csv.")


_NOTICED: Final = ("hidden_rows", "hidden_columns", "filters", "merged_rows", "uncomputed", "errors", "long_numbers")


def refuse_unreadable(found: Survey, sheet: str, path: Path) -> None:
    """Refuse a sheet that no reader should open.

    Raises
    ------
    ReadingError
        It reaches so far that a reader would need all memory, or its formulas were never computed.
    """
    facts = found.sheets.get(sheet, SheetFacts())
    facts.refuse_reach(f"The sheet {sheet!r} of {path.name}")
    formulas, zeros = facts.get("formulas").count, facts.get("zeros")
    if found.computed_on_load and formulas and zeros.count == formulas:
        raise ReadingError(
            f"The {formulas:,} formulas of the sheet {sheet!r} of {path.name} were never computed: each holds 0 (the "
            f"first is {zeros.first}). Open the workbook in a spreadsheet program and save it, or export values."
        )


def notices(found: Survey, sheet: str, *, table: str) -> pl.DataFrame:
    """Findings on a sheet as a whole: no row is at fault, but its reader should know."""
    facts = found.sheets.get(sheet, SheetFacts())
    seen = [_notice(code, facts.get(code), table) for code in _NOTICED if facts.get(code).count]
    others = [name for name in found.hidden if name != sheet]
    hidden = {"hidden_read": [sheet] if sheet in found.hidden else [], "hidden_not_read": others}
    for key, names in hidden.items():
        if names:
            seen.append(notice("hidden_sheets", _value(key, sheets=listed(names)), table=table))
    return combine(*seen)


def of_name(path: Path, *, table: str = "items") -> pl.DataFrame:
    """A finding on a file that is of another kind than its name says."""
    if not misnamed(path):
        return no_findings()
    return notice("named_otherwise", _value(kind_of(path), file=path.name), table=table)


def notice(code: str, value: str, *, table: str, row: int | None = None) -> pl.DataFrame:
    """One finding that is about a file or a sheet."""
    rows = pl.DataFrame({"source_row": [row]}, schema={"source_row": pl.Int64})
    return find(code, rows, table=table, value=pl.lit(value))


def _notice(code: str, seen: Sightings, table: str) -> pl.DataFrame:
    # The row of G3, of I1:I3, or of a hidden row itself.
    row = int("".join(filter(str.isdigit, seen.first.split(":")[0])) or 0)
    value = _value(code, number=f"{seen.count:,}", first=seen.first)
    return notice(code, value, table=table, row=None if code in ("hidden_columns", "filters") else row)


def _value(key: str, **values: object) -> str:
    return text(f"read.file.{key}", count=None, language=ENGLISH, **values)
