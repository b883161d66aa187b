"""The survey of a workbook before a reader opens it: what could harm the reader is refused, the rest noticed.

What a sheet says beside its cells: what it hides, merges, leaves uncomputed, and how far it reaches.

The cells are read by a library. This looks at the same XML as bytes, piece by piece and without keeping it, because a
reader of whole elements would take longer than reading the cells does.

How far the sheets of an .ods file reach: a row or a cell of it may stand for a million.

What a reader of a sheet should know though no row is at fault: what it hides, merges, or never computed.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.model.findings import find, no_findings, together
from arkit.read.places import first_line, kind_of, misnamed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_RANGE: Final = 60_000_000
"""Cells between the first and the last with a value; a reader makes room for each of them, filled or not."""

LONGEST_ROW: Final = 16 * 2**20
"""Bytes that may stand between the ends of two rows; more of them are looked at without waiting for the end."""

_TRUE: Final = rb'="(?:1|true)"'
_PLACE: Final = rb'r="([A-Z]{1,3}\d+)"[^>]*>'
# For each fact: bytes without which it is not there, and the place of each cell, row or range that shows it.
_OF_ROWS: Final[dict[bytes, dict[str, re.Pattern[bytes]]]] = {
    b" hidden=": {
        "hidden_rows": re.compile(rb"<row\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? r="(\d+)"'),
        "hidden_columns": re.compile(rb"<col\b(?=[^>]* hidden" + _TRUE + rb')[^>]*? min="(\d+)"'),
    },
    b't="e"': {"errors": re.compile(rb'r="([A-Z]{1,3}\d+)"[^>]* t="e"[^>]*>')},
    b"<f": {
        "formulas": re.compile(rb"<f(?=[ >/])()"),
        "zeros": re.compile(_PLACE + rb"<f\b[^>]*>[^<]*</f><v>0</v>"),
        "uncomputed": re.compile(
            _PLACE + rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>",
        ),
    },
}
_BELOW_ROWS: Final = {
    "filters": re.compile(rb'<filterColumn\b[^>]*? colId="(\d+)"'),
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
class Seen:
    """How often something was seen in a sheet, and where first: a cell, a row, or a range."""

    count: int = 0
    first: str = ""

    def and_then(self, found: list[bytes]) -> Seen:
        """Return what was seen after another look."""
        return Seen(self.count + len(found), self.first or (found[0].decode() if found else ""))


@dataclass(frozen=True)
class SheetFacts:
    """The facts of a sheet: what was seen, and the last row and column that hold a value."""

    seen: dict[str, Seen] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    @property
    def too_far(self) -> bool:
        """Whether a reader would need more memory than it should."""
        return self.rows * self.columns > LARGEST_RANGE

    def get(self, fact: str) -> Seen:
        """Return how often a fact was seen."""
        return self.seen.get(fact, Seen())


def facts_of(chunks: Iterable[bytes]) -> SheetFacts:
    """Return the facts of a sheet from the pieces of its XML."""
    return reduce(_looked_at, whole_rows(chunks), SheetFacts())


def whole_rows(chunks: Iterable[bytes], *, prefixed: bool | None = None) -> Iterator[bytes]:
    """Yield the XML in pieces that end with the end of a row, then what stands below the rows.

    Names lose their prefixes where the sheet is written with them.
    """
    rest = b""
    for chunk in chunks:
        piece = rest + chunk
        prefixed = b":worksheet" in piece if prefixed is None else prefixed
        end = piece.rfind(b"row>") + len(b"row>")
        if end < len(b"<row>"):
            end = 0 if len(piece) < LONGEST_ROW else len(piece)
        yield _usual(piece[:end], prefixed)
        rest = piece[end:]
    yield _usual(rest, bool(prefixed))


def _usual(piece: bytes, prefixed: bool) -> bytes:
    """Return XML with double quotes and without prefixes of names, as most programs write it."""
    if b"='" in piece:
        piece = piece.replace(b"'", b'"')
    return _PREFIX.sub(rb"\1", piece) if prefixed else piece


def _looked_at(facts: SheetFacts, piece: bytes) -> SheetFacts:
    patterns = {} if piece.endswith(b"row>") else {**_BELOW_ROWS}
    for hint, of_rows in _OF_ROWS.items():
        if hint in piece:
            patterns |= of_rows
    if _LONG.search(piece):
        patterns["long_numbers"] = _LONG_NUMBER
    found = {
        name: facts.get(name).and_then([match[1] for match in pattern.finditer(piece)])
        for name, pattern in patterns.items()
    }
    return _reaching(SheetFacts({**facts.seen, **found}, facts.rows, facts.columns), piece)


def _reaching(facts: SheetFacts, piece: bytes) -> SheetFacts:
    if _ODD_CELL.search(piece) and _WITHOUT_PLACE.search(piece):
        # Cells without an address follow each other.
        across = max(map(methodcaller("count", b"<c"), piece.split(b"<row")))
        return SheetFacts(facts.seen, facts.rows + piece.count(b"<row"), max(facts.columns, across))
    rows, columns = _reach(piece)
    return SheetFacts(facts.seen, max(facts.rows, rows), max(facts.columns, columns))


def _reach(piece: bytes) -> tuple[int, int]:
    """Return the last row and column with a value; of a narrow table the last cell tells it well enough."""
    if not _WIDE.search(piece):
        last = _LAST.search(piece, max(piece.rfind(b"<c "), 0))
        return (int(last[1]), _NARROW) if last else (0, 0)
    filled = set(_FILLED.findall(piece))
    return max((int(row) for _, row in filled), default=0), max((_number(name) for name, _ in filled), default=0)


def _number(column: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)


_ROW: Final = b"<table-row"
_FILLED_ods_xml: Final = b"value-type="
_CELL: Final = re.compile(rb'<(?:covered-)?table-cell\b(?:[^>]*?number-columns-repeated="(\d+)")?')
_ROWS: Final = re.compile(rb'^[^>]*number-rows-repeated="(\d+)"')


def reach_of(chunks: Iterable[bytes]) -> SheetFacts:
    """Return the rows of all sheets together, up to the last with a value, and the columns of the widest row."""
    facts, _ = reduce(_further, whole_rows(chunks, prefixed=True), (SheetFacts(), 0))
    return facts


def _further(sofar: tuple[SheetFacts, int], piece: bytes) -> tuple[SheetFacts, int]:
    """Go on by one piece; rows without a value count only when one with a value follows."""
    facts, waiting = sofar
    for row in piece.split(_ROW)[1:]:
        repeated = _ROWS.match(row)
        waiting += int(repeated[1]) if repeated else 1
        if _FILLED_ods_xml in row:
            cells = _CELL.findall(row, 0, row.rfind(_FILLED_ods_xml))
            across = sum(int(times or 1) for times in cells)
            facts, waiting = SheetFacts({}, facts.rows + waiting, max(facts.columns, across)), 0
    return facts, waiting


LARGEST_EXPANDED: Final = 4 * 2**30
"""Bytes of all parts together; a full sheet of a million rows and thirty columns has about three."""
LARGEST_RATIO: Final = 200
RATIO_COUNTS_FROM: Final = 50 * 2**20
CHUNK: Final = 2**20

_MACROS: Final = ("vbaproject.bin", "xl/macrosheets/", "basic/script")


@dataclass(frozen=True)
class Survey:
    """What a workbook is made of: the facts of each sheet, the hidden ones, and whether opening it computes it anew."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    computed_on_load: bool = False


def surveyed(path: Path) -> Survey:
    """Return what is in a workbook of any kind, before a reader opens it."""
    return survey(path) if kind_of(path) == "workbook" else survey_old(path)


def survey(path: Path) -> Survey:
    """Return what is in a workbook of the zipped kinds (.xlsx, .xlsb, .ods), after every part was expanded once.

    Expanding is bounded and nothing is kept, so this costs a fraction of reading the cells. Sheets of .xlsb and .ods
    have no facts: their parts are looked at for harm only.

    Raises
    ------
    ReadingError
        The file is damaged, expands beyond all measure, holds macros, or is no workbook.
    """
    try:
        with ZipFile(path) as archive:
            _refuse_bomb(archive, path)
            _refuse_macros(archive, path)
            return _contents_of(archive, path)
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


def _contents_of(archive: ZipFile, path: Path) -> Survey:
    names = archive.namelist()
    if "xl/workbook.xml" in names:
        contents = _contents(archive)
    elif "xl/workbook.bin" in names or "content.xml" in names:
        contents = _Contents()
        if "content.xml" in names and (facts := reach_of(_chunks(archive, "content.xml"))).too_far:
            raise reaches_too_far(facts, path.name)
    else:
        raise ReadingError(
            f"{path.name} is an archive, but no workbook: it holds {listed(names)}. Unpack it. "
            "Save it again as .xlsx if it was one."
        )
    sheets = {}
    for part in names:
        if part in contents.sheets:
            sheets[contents.sheets[part]] = facts_of(_chunks(archive, part))
        else:
            _exhaust(_chunks(archive, part))
    return Survey(sheets, contents.hidden, contents.computed_on_load)


def reaches_too_far(facts: SheetFacts, what: str) -> ReadingError:
    """A sheet so wide and long that a reader would need all memory."""
    return ReadingError(
        f"{what} reaches over {facts.rows:,} rows and {facts.columns:,} columns: {facts.rows * facts.columns:,} cells, "
        "more than can be read. Delete the rows below and the columns beside the table, or copy the table into a new "
        "workbook."
    )


@dataclass(frozen=True)
class _Contents:
    """What the workbook's own part says: its sheets by the part that holds the cells."""

    sheets: dict[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    computed_on_load: bool = False


def _contents(archive: ZipFile) -> _Contents:
    from defusedxml.ElementTree import fromstring  # A part may be made to expand without end; this one refuses it.

    book = fromstring(archive.read("xl/workbook.xml"))
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    parts = {link.get("Id"): _part(link.get("Target", "")) for link in links}
    sheets = [_local(element) for element in book.iter() if _kind(element) == "sheet"]
    calculation = [_local(element) for element in book.iter() if _kind(element) == "calcPr"]
    return _Contents(
        sheets={parts.get(sheet["id"], ""): sheet["name"] for sheet in sheets},
        hidden=tuple(sheet["name"] for sheet in sheets if sheet.get("state", "visible") != "visible"),
        computed_on_load=any(each.get("fullCalcOnLoad") in ("1", "true") for each in calculation),
    )


def _kind(element: Element) -> str:
    return element.tag.rsplit("}")[-1]


def _local(element: Element) -> dict[str, str]:
    """Return attributes by their local names: files of other programs use other namespaces."""
    return {name.rsplit("}")[-1]: value for name, value in element.attrib.items()}


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


def _chunks(archive: ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            yield chunk


def _exhaust(chunks: Iterator[bytes]) -> None:
    """Expand a part to its end, which finds a broken one."""
    deque(chunks, maxlen=0)


def survey_old(path: Path) -> Survey:
    """Return the survey of a workbook of the old kind (.xls), which has no facts of sheets, or refuse it.

    Raises
    ------
    ReadingError
        It has a password, holds macros, is damaged, or is another document.
    """
    found = _streams(path)
    if "encryptedpackage" in found:
        raise ReadingError(f"{path.name} is a workbook with a password. Save it again as .xlsx without a password.")
    if "_vba_project_cur" in found:
        raise _has_macros(path, "_VBA_PROJECT_CUR")
    if not found & {"workbook", "book"}:
        raise ReadingError(f"{path.name} is an Office document, but no workbook. Save the table as .xlsx or .csv.")
    return Survey()


def _streams(path: Path) -> set[str]:
    """Return what stands at the top of a file of the old kind."""
    import olefile

    try:
        with olefile.OleFileIO(path) as file:
            return {entry[0].lower() for entry in file.listdir(streams=True, storages=True)}
    except Exception as error:  # A damaged file makes the library fail in many ways.
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: it is damaged ({first_line(error)}). Save it again as .xlsx "
            "without a password."
        ) from error


_SEEN: Final = {
    "hidden_rows": "{count} rows, the first is row {first}",
    "hidden_columns": "{count} groups of columns, the first begins at column {first}",
    "filters": "in {count} columns",
    "merged_rows": "{count} ranges, the first is {first}",
    "uncomputed": "{count} cells, the first is {first}",
    "errors": "{count} cells, the first is {first}",
    "long_numbers": "{count} cells, the first is {first}",
}


def refuse_unreadable(found: Survey, sheet: str, path: Path) -> None:
    """Refuse a sheet that no reader should open.

    Raises
    ------
    ReadingError
        It reaches so far that a reader would need all memory, or its formulas were never computed.
    """
    facts = found.sheets.get(sheet, SheetFacts())
    if facts.too_far:
        raise reaches_too_far(facts, f"The sheet {sheet!r} of {path.name}")
    formulas, zeros = facts.get("formulas").count, facts.get("zeros")
    if found.computed_on_load and formulas and zeros.count == formulas:
        raise ReadingError(
            f"The {formulas:,} formulas of the sheet {sheet!r} of {path.name} were never computed: each holds 0 (the "
            f"first is {zeros.first}). Open the workbook in a spreadsheet program and save it, or export values."
        )


def notices(found: Survey, sheet: str, *, table: str) -> pl.DataFrame:
    """Return findings on a sheet as a whole."""
    facts = found.sheets.get(sheet, SheetFacts())
    seen = [_notice(code, facts.get(code), table) for code in _SEEN]
    others = [name for name in found.hidden if name != sheet]
    hidden = [("read", sheet)] if sheet in found.hidden else []
    hidden += [("not read", listed(others))] if others else []
    return together(*seen, *(notice("hidden_sheets", f"{which}: {names}", table=table) for which, names in hidden))


def of_name(path: Path, *, table: str = "items") -> pl.DataFrame:
    """Return a finding on a file that is of another kind than its name says."""
    if not misnamed(path):
        return no_findings()
    kind = kind_of(path)
    held = "delimited text" if kind == "text" else f"a {kind}"
    return notice("named_otherwise", f"{path.name} holds {held}", table=table)


def notice(code: str, value: str, *, table: str, row: int | None = None) -> pl.DataFrame:
    """Return one finding that is about a file or a sheet."""
    return find(
        code, pl.DataFrame({"source_row": [row]}, schema={"source_row": pl.Int64}), table=table, value=pl.lit(value)
    )


def _notice(code: str, seen: Seen, table: str) -> pl.DataFrame:
    if not seen.count:
        return together()
    row = int("".join(filter(str.isdigit, seen.first.split(":")[0])) or 0)
    about_rows = code not in ("hidden_columns", "filters")
    value = _SEEN[code].format(count=f"{seen.count:,}", first=seen.first)
    return notice(code, value, table=table, row=row if about_rows else None)
