"""Kinds of files, told from their first bytes: a name can say anything."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from arkit.errors import ReadingError

Kind = Literal["workbook", "old workbook", "parquet", "duckdb", "sqlite", "text"]

SUFFIXES: Final[dict[Kind, tuple[str, ...]]] = {
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".ods"),
    "old workbook": (".xls",),
    "parquet": (".parquet",),
    "duckdb": (".duckdb",),
    "sqlite": (".sqlite", ".db"),
    "text": (".csv", ".txt", ".tsv"),
}
_STARTS: Final[dict[bytes, Kind]] = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "old workbook",
    b"PAR1": "parquet",
    b"SQLite format 3\x00": "sqlite",
}
_OTHERS: Final = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"Rar!": "an archive (RAR)",
    b"7z\xbc\xaf": "an archive (7-Zip)",
    b"{\\rtf": "a text document (RTF)",
}
_PAGES: Final = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")
_DUCKDB: Final = slice(8, 12)
"""A DuckDB file begins with a checksum; its name stands behind it."""
_LOOKED_AT: Final = 4096


def kind_of(path: Path) -> Kind:
    """Return what a file holds.

    Raises
    ------
    ReadingError
        There is no such file, it is empty, or it is something that no table can be read from.
    """
    start = _start(path)
    if start[_DUCKDB] == b"DUCK":
        return "duckdb"
    for mark, kind in _STARTS.items():
        if start.startswith(mark):
            return kind
    for mark, what in _OTHERS.items():
        if start.startswith(mark):
            raise ReadingError(f"{path.name} is {what}, not a table. Export it as .xlsx or .csv.")
    _refuse_markup(start.removeprefix(b"\xef\xbb\xbf").lstrip().lower(), path)
    if path.suffix.lower() in SUFFIXES["parquet"]:
        raise ReadingError(f"{path.name} is no Parquet file. If it is delimited text, name it .csv.")
    return "text"


def misnamed(path: Path) -> bool:
    """Return whether a file has a name that is usual for another kind than its own."""
    suffix = path.suffix.lower()
    return suffix not in SUFFIXES[kind_of(path)] and any(suffix in others for others in SUFFIXES.values())


def _start(path: Path) -> bytes:
    if not path.is_file():
        raise ReadingError(f"There is no file {path.name} in {path.parent}.")
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError as error:
        raise ReadingError(f"{path.name} cannot be opened: {error.strerror or error}.") from error
    if not start:
        raise ReadingError(f"{path.name} is empty (0 bytes). Export it again.")
    return start


def _refuse_markup(start: bytes, path: Path) -> None:
    """Refuse what some systems export as .xls: a web page, or the XML that spreadsheets wrote in 2003."""
    if start.startswith(_PAGES):
        what = "a web page"
    elif start.startswith(b"<?xml"):
        what = "an XML file"
    else:
        return
    raise ReadingError(
        f"{path.name} is {what}, no workbook and no delimited text. Open it in a spreadsheet program and "
        "Save it again as .xlsx."
    )
