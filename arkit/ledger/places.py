"""Which files make which table: as the layout names them, or named after the table."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from arkit.errors import ReadingError, listed
from arkit.ledger.kinds import SUFFIXES
from arkit.ledger.layout import Layout
from arkit.ledger.schema import TABLES

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
