"""Which files make which table: as the layout names them, or named after the table.

Kinds of files, told from their first bytes: a name can say anything.

Headers: each name once, whatever kind of file it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, Literal

from arkit.errors import ArkitError, ReadingError, listed
from arkit.model.layout import Layout
from arkit.model.schema import TABLES

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


_PASSED_OVER: Final = (".", "~$")
"""What hidden files, and the locks that spreadsheet programs leave beside open workbooks, begin with."""

_PATTERN: Final = frozenset("*?[")
_KNOWN: Final = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

Places = dict[str, list[Path]]


def places_in(source: Path | Sequence[Path], layout: Layout) -> Places:
    """Return the files of each table, in the order of their names.

    A file belongs to the table whose ``file`` in the layout is its name or matches it (``AR_*.xlsx``), else to the
    table that its name begins with (``items.csv``, ``items_ES.csv``). Of files that are given one by one, those that
    fit neither are items.

    Raises
    ------
    ReadingError
        A file that the layout names is missing, or there is none for the items.
    """
    if isinstance(source, Path):
        places = _in_folder(source, layout) if source.is_dir() else _in_file(source, layout)
        where = str(source)
    else:
        places, where = _among(sorted(source, key=lambda path: (path.name, path)), layout), "The files given"
    if "items" not in places:
        known = source.iterdir() if isinstance(source, Path) and source.is_dir() else places
        present = listed(sorted(getattr(entry, "name", str(entry)) for entry in known))
        raise ReadingError(f"{where} has no items table (items.csv, items.xlsx or items.parquet). It has: {present}.")
    return places


def loose_files(source: Path | Sequence[Path]) -> list[Path]:
    """Return the files of one export that has no layout; none where a file is called like a table."""
    if isinstance(source, Path) and source.is_dir():
        files = [path for path in sorted(source.iterdir()) if path.suffix.lower() in _KNOWN and path.is_file()]
        files = [path for path in files if not path.name.startswith(_PASSED_OVER)]
    else:
        files = [source] if isinstance(source, Path) else sorted(source, key=lambda path: (path.name, path))
    several = len(files) > 1 or files[:1] != [source]
    return [] if several and any(_begins_with(path, name) for path in files for name in TABLES) else files


def _in_file(source: Path, layout: Layout) -> Places:
    """Return the tables of a single file, its sheets among them, and the files that the layout names beside it."""
    stated = layout.tables()
    beside = {
        name: _named(source.parent, table.file) for name, table in stated.items() if table.file and name != "items"
    }
    return beside | {name: [source] for name, table in stated.items() if table.sheet or name == "items"}


def _in_folder(folder: Path, layout: Layout) -> Places:
    places = {}
    for name in TABLES:
        stated = layout.tables().get(name)
        found = _named(folder, stated.file) if stated and stated.file else _called(folder, name)
        if found:
            places[name] = found
    if not places and any(folder.rglob("*.parquet")):
        places["items"] = [folder]
    return places


def _named(folder: Path, file: str) -> list[Path]:
    if not _PATTERN & {*file}:
        return [folder / file]
    found = [path for path in sorted(folder.glob(file)) if not path.name.startswith(_PASSED_OVER)]
    if not found:
        raise ReadingError(f"No file in {folder} matches {file}, which the layout names.")
    return found


def _called(folder: Path, name: str) -> list[Path]:
    """Return the files called like a table, each once: of several kinds the first that arkit knows counts."""
    by_stem: dict[str, Path] = {}
    for suffix in ("", *_KNOWN):
        for path in sorted(folder.glob(f"{name}*{suffix}")):
            usable = path.suffix.lower() == suffix and (path.is_file() or any(path.rglob("*.parquet")))
            if usable and _begins_with(path, name):
                by_stem.setdefault(path.stem, path)
    return [by_stem[stem] for stem in sorted(by_stem)]


def _begins_with(path: Path, name: str) -> bool:
    rest = path.stem.lower().removeprefix(name)
    return rest != path.stem.lower() and rest[:1] in ("", "_", "-", " ", ".")


def _among(paths: Sequence[Path], layout: Layout) -> Places:
    places: Places = {}
    for path in paths:
        places.setdefault(_table_of(path, layout), []).append(path)
    return places


def _table_of(path: Path, layout: Layout) -> str:
    for name, table in layout.tables().items():
        if table.file and fnmatch(path.name, table.file):
            return name
    return next((name for name in TABLES if _begins_with(path, name)), "items")


def refuse_repeated(header: Sequence[str], file: str) -> None:
    """Refuse a header that has a name twice.

    Raises
    ------
    ReadingError
        A name stands above two columns, so nobody can tell which one is meant.
    """
    twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
    if twice:
        raise ReadingError(f"{file} has a header twice: {listed(twice)}. Rename one of the columns.")


@contextmanager
def refusing(file: str) -> Iterator[None]:
    """Turn whatever goes wrong with the cells of a file into a sentence and a way out.

    Raises
    ------
    ReadingError
        Something else than an error of arkit was raised.
    """
    try:
        yield
    except ArkitError:
        raise
    except Exception as error:  # Nobody can foresee every file; a person gets a sentence, not a traceback.
        raise ReadingError(
            f"{file} could not be read ({type(error).__name__}: {first_line(error)}). "
            "Give a layout that names its columns, or export it again."
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of another library's message, to stand within one of ours."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
