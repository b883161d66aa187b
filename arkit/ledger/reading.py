"""Files and tables to a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import narwhals as nw
import polars as pl

from arkit.errors import LedgerError, ReadingError, listed, unknown_name
from arkit.ledger.body import Body, read_body
from arkit.ledger.building import build
from arkit.ledger.files import read_table
from arkit.ledger.findings import together
from arkit.ledger.frozen import MANIFEST, thaw
from arkit.ledger.grid import Grid, open_grid
from arkit.ledger.headers import first_line, refusing
from arkit.ledger.layout import NEEDED_FOR_SHAPE, Layout, Shape, TableLayout
from arkit.ledger.model import Ledger, as_day
from arkit.ledger.recognise import as_hints, has_canonical_header, proof_decisions, recognise
from arkit.ledger.record import Decision, Reading
from arkit.ledger.schema import TABLES
from arkit.ledger.workbooks import WORKBOOKS
from arkit.resources import resource

_SUFFIXES = (".csv", ".txt", ".tsv", ".parquet", *WORKBOOKS)


def read_ledger(
    path: str | Path,
    *,
    layout: str | Path | Layout | None = None,
    snapshot_on: date | str | None = None,
    hints: Mapping[str, Any] | None = None,
) -> Ledger:
    """Read an export, or a frozen ledger, as a checked ledger.

    Without a layout the export is recognised: header, columns, dates, amounts, signs, totals. ``ledger.reading`` tells
    what was decided on which evidence, and saves it as a layout. What matters and cannot be told is asked, never
    guessed.

    Parameters
    ----------
    path
        A file, or a folder with one file for each table (``items.csv``, ``customers.xlsx``, ...).
    layout
        The layout of the export, or the path of its TOML file; reading is then strict. Not needed where the headers are
        the canonical names, for a frozen ledger, and for an export that can be recognised.
    snapshot_on
        The day of a snapshot of open items, where neither the layout nor the file states it.
    hints
        What a file without a layout does not tell by itself, as an error asks for it: ``{"currency": "EUR"}``. See
        :class:`arkit.ledger.recognise.Hints`.

    Raises
    ------
    ReadingError, LayoutError, LedgerError
        The file as a whole cannot be used: what was found, where, and the way out. A fault of a single row is no
        error but one of ``ledger.findings``.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.read_ledger(ar.resource("data/sample"), layout=ar.resource("templates/layouts/sample.toml"))
    >>> ledger.covers[1].isoformat()
    '2026-11-05'
    """
    source = Path(path)
    if not source.exists():
        raise ReadingError(f"There is no file or folder {path}.")
    if (source / MANIFEST).is_file():
        return thaw(source)
    day = as_day(snapshot_on) if snapshot_on else None
    if layout is None and source.is_file():
        told = as_hints(hints)
        with refusing(source.name):
            grid = open_grid(source, encoding=told.encoding, delimiter=told.delimiter, sheet=told.sheet)
        if not has_canonical_header(grid):
            known = recognise(grid, told, snapshot_on=day)
            return _built({"items": source}, known.layout, day, decisions=known.decisions, grid=grid)
    if hints:
        raise ReadingError("hints are for a file that is read without a layout. Put what they say into the layout.")
    stated = layout if isinstance(layout, Layout) else Layout.load(layout) if layout else Layout(name="canonical")
    return _built(_files(source, stated), stated, day)


def _built(
    files: Mapping[str, Path],
    layout: Layout,
    day: date | None,
    *,
    decisions: tuple[Decision, ...] = (),
    grid: Grid | None = None,
) -> Ledger:
    bodies = {name: _body(file, name, layout, grid) for name, file in files.items()}
    items = bodies.get("items")
    ledger = build(
        {name: body.rows for name, body in bodies.items()},
        layout=msgspec.structs.replace(layout, **{name: body.table for name, body in bodies.items()}),
        snapshot_on=day or (items.day if items else None),
        sources={name: file.name for name, file in files.items()},
        found=together(*(body.findings for body in bodies.values())),
        beyond=items.beyond if items else None,
    )
    proven = tuple(decision for body in bodies.values() for decision in proof_decisions(body))
    return replace(ledger, reading=Reading(layout, (*decisions, *proven)))


def _body(file: Path, name: str, layout: Layout, grid: Grid | None) -> Body:
    """Return the rows of a file: under the header that its layout states, or under its first row."""
    table = getattr(layout, name) or TableLayout()
    if not table.header:
        return Body(read_table(file, layout=layout, table=table), table)
    with refusing(file.name):
        if grid is None:
            grid = open_grid(file, encoding=layout.encoding, delimiter=layout.delimiter, sheet=table.sheet)
        return read_body(grid, table, layout, name=name)


def _files(source: Path, layout: Layout) -> dict[str, Path]:
    """Find the file of each table: as the layout names it, or named after the table."""
    if source.is_file():
        extra = {name: source for name, stated in layout.tables().items() if stated.sheet or name == "items"}
        beside = {name: source.parent / stated.file for name, stated in layout.tables().items() if stated.file}
        return {**beside, **extra}
    files = {}
    for name in TABLES:
        stated = getattr(layout, name)
        if stated is not None and stated.file:
            files[name] = source / stated.file
            continue
        found = [source / f"{name}{suffix}" for suffix in _SUFFIXES if (source / f"{name}{suffix}").is_file()]
        if found:
            files[name] = found[0]
    if "items" not in files:
        present = listed(sorted(entry.name for entry in source.iterdir()))
        raise ReadingError(f"{source} has no items table (items.csv, items.xlsx or items.parquet). It has: {present}.")
    return files


def make_ledger(
    *,
    shape: Shape = "applied",
    snapshot_on: date | str | None = None,
    covers: tuple[date | str | None, date | str | None] | None = None,
    **tables: Any,
) -> Ledger:
    """Make a checked ledger of tables with canonical columns: pandas, Polars, Arrow or DuckDB, lazy or not.

    Parameters
    ----------
    shape
        ``open_items``, ``settled`` or ``applied``, as in a layout.
    snapshot_on
        The day of a snapshot of open items.
    covers
        First and last day for which the tables are complete; by default the first and last day they mention.
    **tables
        ``items`` and, as far as there are any, ``entries``, ``applications``, ``payments``, ``customers``, ``marks``,
        ``rates``, ``gl``, ``sales``.

    Raises
    ------
    LedgerError
        The tables as a whole do not make a ledger.

    Examples
    --------
    >>> import arkit as ar, pandas as pd
    >>> items = pd.DataFrame(
    ...     {
    ...         "item_id": ["A"],
    ...         "customer_id": ["C1"],
    ...         "document_date": ["2026-01-01"],
    ...         "due_date": ["2026-01-31"],
    ...         "currency": ["EUR"],
    ...         "amount": [100.0],
    ...         "settled_on": [None],
    ...     }
    ... )
    >>> ar.make_ledger(items=items, shape="settled").covers
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 1))
    """
    first, last = covers or (None, None)
    if shape not in NEEDED_FOR_SHAPE:
        raise unknown_name("shape", shape, known=NEEDED_FOR_SHAPE)
    layout = Layout(
        name="tables",
        shape=shape,
        covers_from=as_day(first) if first else None,
        covers_until=as_day(last) if last else None,
    )
    cells = {name: _polars(table, name) for name, table in tables.items() if table is not None}
    return build(cells, layout=layout, snapshot_on=as_day(snapshot_on) if snapshot_on else None)


def _polars(table: Any, name: str) -> pl.DataFrame:
    if name not in TABLES:
        raise ReadingError(f"There is no table {name!r}; a ledger has {listed(TABLES)}.")
    try:
        frame = nw.from_native(table)
        polars: pl.DataFrame = (frame.collect("polars") if isinstance(frame, nw.LazyFrame) else frame).to_polars()
    except Exception as error:  # Each kind of table has errors of its own.
        raise LedgerError(
            f"The {name} table cannot be read as a table: {first_line(error)}. Give a pandas, Polars, Arrow or DuckDB "
            "table, each of its columns with one type of value."
        ) from error
    return polars


def sample_ledger() -> Ledger:
    """Read the made-up company that comes with arkit: three entities, 36 months, about 5,000 items.

    Examples
    --------
    >>> import arkit as ar
    >>> ar.sample_ledger().covers[1].isoformat()
    '2026-11-05'
    """
    return read_ledger(resource("data/sample"), layout=resource("templates/layouts/sample.toml"))
