"""Which files make which table, and of what kind a file is.

A file makes the table for which the layout names it, or the one that it is named after. Its kind is in its first bytes:
a name can say anything.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, Literal

from arkit.errors import ArkitError, ReadingError, listed
from arkit.model.layout import Layout
from arkit.model.schema import TABLES

Kind = Literal["workbook", "xls", "parquet", "duckdb", "sqlite", "text"]

SUFFIXES: Final[dict[Kind, tuple[str, ...]]] = {
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".ods"),
    "xls": (".xls",),
    "parquet": (".parquet",),
    "duckdb": (".duckdb",),
    "sqlite": (".sqlite", ".db"),
    "text": (".csv", ".txt", ".tsv"),
}
_STARTS: Final[dict[bytes, Kind]] = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "xls",
    b"PAR1": "parquet",
    b"SQLite format 3\x00": "sqlite",
}
_OTHERS: Final = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"{\\rtf": "RTF",
}
_PAGES: Final = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body")
_DUCKDB: Final = slice(8, 12)
"""A DuckDB file begins with a checksum; its name comes after it."""
_LOOKED_AT: Final = 4096


def kind_of(path: Path) -> Kind:
    """What a file holds.

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
            raise ReadingError(f"{path.name} is a file of the kind {what}, not a table. Export it as .xlsx or .csv.")
    _refuse_markup(start.removeprefix(b"\xef\xbb\xbf").lstrip().lower(), path)
    if path.suffix.lower() in SUFFIXES["parquet"]:
        raise ReadingError(f"{path.name} is no Parquet file. If it is delimited text, name it .csv.")
    return "text"


def misnamed(path: Path) -> bool:
    """Whether a file has a name that is usual for another kind than its own."""
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
    page = start.startswith(_PAGES)
    if page or start.startswith(b"<?xml"):
        raise ReadingError(
            f"{path.name} is {'a web page' if page else 'an XML file'}, not a workbook and not delimited text. Open it "
            "in a spreadsheet program and Save it again as .xlsx."
        )


_PASSED_OVER: Final = (".", "~$")
"""What hidden files, and the locks that spreadsheet programs keep for open workbooks, begin with."""

_PATTERN: Final = frozenset("*?[")
_KNOWN: Final = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

Places = dict[str, list[Path]]


def places_in(source: Path | Sequence[Path], layout: Layout) -> Places:
    """The files of each table, in the order of their names.

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
    else:
        places = {}
        # By name and not as they were given, so that the same files always have the same row numbers.
        for path in sorted(source, key=lambda path: (path.name, path)):
            places.setdefault(_table_of(path, layout), []).append(path)
    if "items" not in places:
        known = source.iterdir() if isinstance(source, Path) and source.is_dir() else places
        present = listed(sorted(getattr(entry, "name", str(entry)) for entry in known))
        raise ReadingError(
            f"{source if isinstance(source, Path) else 'The list of files'} has no items table (items.csv, items.xlsx "
            f"or items.parquet). It has: {present}."
        )
    return places


def loose_files(source: Path | Sequence[Path]) -> list[Path]:
    """The files of one export that has no layout; none where a file is called like a table."""
    if isinstance(source, Path) and source.is_dir():
        files = [path for path in sorted(source.iterdir()) if path.suffix.lower() in _KNOWN and path.is_file()]
        files = [path for path in files if not path.name.startswith(_PASSED_OVER)]
    else:
        files = [source] if isinstance(source, Path) else sorted(source, key=lambda path: (path.name, path))
    # A file that is given by itself is the export whatever its name;
    # in a folder or list, one called like a table makes tables of all.
    several = len(files) > 1 or files[:1] != [source]
    return [] if several and any(_begins_with(path, name) for path in files for name in TABLES) else files


def _in_file(source: Path, layout: Layout) -> Places:
    """The tables of a single file, its sheets among them, and the files that the layout names in the same folder."""
    stated = layout.tables()
    # The file that was given is the items, whatever name the
    # layout has for them: that of last month's export is another.
    others = {
        name: _matching(source.parent, table.file) for name, table in stated.items() if table.file and name != "items"
    }
    return others | {name: [source] for name, table in stated.items() if table.sheet or name == "items"}


def _in_folder(folder: Path, layout: Layout) -> Places:
    places = {}
    for name in TABLES:
        stated = layout.tables().get(name)
        found = _matching(folder, stated.file) if stated and stated.file else _files_named_after(folder, name)
        if found:
            places[name] = found
    # A folder that is one table itself has parts with the names that an engine gave them.
    if not places and any(folder.rglob("*.parquet")):
        places["items"] = [folder]
    return places


def _matching(folder: Path, file: str) -> list[Path]:
    if not _PATTERN & {*file}:
        return [folder / file]
    found = [path for path in sorted(folder.glob(file)) if not path.name.startswith(_PASSED_OVER)]
    if not found:
        raise ReadingError(f"No file in {folder} matches {file}, which the layout names.")
    return found


def _files_named_after(folder: Path, name: str) -> list[Path]:
    """The files called like a table, each once: of several kinds the first that arkit knows counts."""
    by_stem: dict[str, Path] = {}
    # Without a suffix it is a folder of Parquet parts, as engines write one table.
    for suffix in ("", *_KNOWN):
        for path in sorted(folder.glob(f"{name}*{suffix}")):
            usable = path.suffix.lower() == suffix and (path.is_file() or any(path.rglob("*.parquet")))
            if usable and _begins_with(path, name):
                by_stem.setdefault(path.stem, path)
    return [by_stem[stem] for stem in sorted(by_stem)]


def _begins_with(path: Path, name: str) -> bool:
    # A letter or digit right after the name makes another word: items_ES is a part of the items, itemset is none.
    rest = path.stem.lower().removeprefix(name)
    return rest != path.stem.lower() and rest[:1] in ("", "_", "-", " ", ".")


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
        A name is above two columns, so it is not known which one is meant.
    """
    twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
    if twice:
        raise ReadingError(f"{file} has a header twice: {listed(twice)}. Rename one of the columns.")


@contextmanager
def refusing(file: str) -> Iterator[None]:
    """Turn any failure with the cells of a file into a sentence that says how to fix it.

    Raises
    ------
    ReadingError
        Something other than an error of arkit was raised.
    """
    try:
        yield
    except ArkitError:
        raise
    except Exception as error:  # Not every file can be foreseen; a person gets a sentence, not a traceback.
        raise ReadingError(
            f"{file} could not be read, and the fault is arkit's, not the file's ({type(error).__name__}: "
            f"{first_line(error)}). Please report it. A layout that names its columns may still read the file."
        ) from error


def first_line(text: BaseException | str) -> str:
    """The first line of another library's message, or of a long text, to be used within a message of arkit."""
    return (str(text).strip().splitlines() or [type(text).__name__])[0].rstrip(".")
