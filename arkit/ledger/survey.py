"""The survey of a workbook before a reader opens it: what could harm the reader is refused, the rest noticed."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from arkit.errors import ReadingError, listed
from arkit.ledger.headers import first_line
from arkit.ledger.kinds import kind_of
from arkit.ledger.ods_xml import reach_of
from arkit.ledger.sheet_xml import SheetFacts, facts_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

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
