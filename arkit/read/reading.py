"""Files and tables to a ledger."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import narwhals as nw
import polars as pl

from arkit.build.assembly import build
from arkit.build.parsing import as_text
from arkit.build.snapshots import history_of
from arkit.build.wanted import idle_keys
from arkit.errors import LedgerError, ReadingError, SeveralDaysError, UnknownDayError, listed, unknown_name
from arkit.files.body.documents import documents_once, payments_in
from arkit.files.body.reading import ReadTable, with_own_header
from arkit.files.databases import is_database, query_of, read_database
from arkit.files.open_file import Grid, open_grid
from arkit.files.places import Places, first_line, loose_files, places_in, refusing
from arkit.files.questions import DAYS, Hints, QuestionsError, as_hints
from arkit.files.several import TableSource, joined, read_source, with_files
from arkit.model.findings import combine
from arkit.model.layout import NEEDED_FOR_SHAPE, Layout, Reading, Shape, TableLayout
from arkit.model.ledger import Ledger, as_day
from arkit.model.schema import TABLES
from arkit.model.snapshot import MANIFEST, thaw
from arkit.read.answers import answers_of, refuse_idle, refuse_unheard
from arkit.recognise.recognising import Recognised, proof_decisions, recognise
from arkit.recognise.unnamed import WITH_MONEY, unnamed_columns
from arkit.resources import resource

Earlier = str | Path | Ledger
_CANONICAL: Final = Layout(name="canonical")


def read_ledger(
    path: str | Path | Sequence[str | Path],
    *,
    layout: str | Path | Layout | None = None,
    snapshot_on: date | str | None = None,
    hints: Mapping[str, Any] | str | Path | None = None,
    earlier_snapshots: Sequence[Earlier] = (),
) -> Ledger:
    """Read an export, or a frozen ledger, as a checked ledger.

    Without a layout the export is recognised: header, columns, dates, amounts, signs, totals. ``ledger.reading`` says
    what was decided on which evidence, and saves it as a layout. What matters and cannot be determined is asked, never
    guessed.

    Parameters
    ----------
    path
        A file, several files, or a folder with files for each table (``items.csv``, ``customers.xlsx``, ...). Several
        files of one table (``items_ES.csv``, ``items_PL.csv``, or a pattern in the layout) are read as one; lists of
        open items of several days become one ledger, as with ``earlier_snapshots``. Or a database: the
        URL that SQLAlchemy knows it by, a DuckDB file or a SQLite file.
    layout
        The layout of the export, or the path of its TOML file; reading is then strict. Not needed where the headers are
        the canonical names, for a frozen ledger, and for an export that can be recognised: of several files the first
        is, and the others must be like it.
    snapshot_on
        The day of a snapshot of open items, where neither the layout nor the file states it.
    hints
        What a file does not say by itself, as an error asks for it: ``{"currency": "EUR"}``; or the path of a file of
        answers (TOML). See :class:`arkit.files.questions.Hints`. With a layout only the days can be said:
        ``snapshot_on``, ``covers_from``, ``covers_until``.
    earlier_snapshots
        Lists of open items of other days, where ``path`` is one too: files that are read like it, each followed by its
        day where it does not say it (``"september.csv=2026-09-30"``), or ledgers. What is gone from one list to the
        next is taken as settled on the day of the later one (entries ``inferred_settlement``). The ledger answers for
        the days of the lists.

    Raises
    ------
    ReadingError, LayoutError, LedgerError
        The file as a whole cannot be used: what was found, where, and how to fix it. A fault of a single row is not
        an error but one of ``ledger.findings``.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.read_ledger(ar.resource("data/sample"), layout=ar.resource("templates/layouts/sample.toml"))
    >>> ledger.covers[1].isoformat()
    '2026-11-05'
    """
    said = as_hints(answers_of(hints) if isinstance(hints, str | Path) else hints)
    return _read(path, layout, as_day(snapshot_on) if snapshot_on else said.snapshot_on, said, earlier_snapshots)


def read_for_day(
    path: str | Path | Sequence[str | Path],
    *,
    layout: str | Path | Layout | None,
    as_of: date | str | None,
    hints: Mapping[str, Any] | None = None,
    earlier_snapshots: Sequence[Earlier] = (),
) -> Ledger:
    """A ledger that is asked of one day: that is the day of a snapshot of which nothing else says it.

    Raises
    ------
    ReadingError, LayoutError, LedgerError
        As :func:`read_ledger`.
    """
    said = as_hints(hints)
    return _read(path, layout, said.snapshot_on, said, earlier_snapshots, otherwise=as_day(as_of) if as_of else None)


def _read(
    path: str | Path | Sequence[str | Path],
    layout: str | Path | Layout | None,
    day: date | None,
    said: Hints,
    earlier: Sequence[Earlier],
    *,
    otherwise: date | None = None,
) -> Ledger:
    """The ledger of an export, or of the lists of open items of several days."""
    others = [_read_earlier(each, layout, said) for each in earlier]
    try:
        latest = [_read_one(path, layout, day, said, otherwise=otherwise)]
    except SeveralDaysError:
        if isinstance(path, str | Path):
            raise
        latest = [_read_earlier(each, layout, said) for each in path]
    return history_of([*latest, *others]) if len(latest) + len(others) > 1 else latest[0]


_DATED: Final = re.compile(r"(?P<file>.+)=(?P<day>\d{4}-\d{2}-\d{2})")


def file_and_day(named: str) -> tuple[str, date | None]:
    """The file of an earlier list, and the day that is said with it.

    >>> file_and_day("september.csv=2026-09-30")
    ('september.csv', datetime.date(2026, 9, 30))
    >>> file_and_day("september.csv")
    ('september.csv', None)
    """
    found = _DATED.fullmatch(named)
    return (found["file"], as_day(found["day"])) if found else (named, None)


def _read_earlier(named: Earlier, layout: str | Path | Layout | None, said: Hints) -> Ledger:
    """The list of an earlier day, read like the latest one: what is said of the latest day is not said of this one.

    Raises
    ------
    ReadingError
        Its day is not known.
    """
    if isinstance(named, Ledger):
        return named
    file, day = file_and_day(str(named))
    of_the_latest = dict.fromkeys(DAYS)
    stated = layout and msgspec.structs.replace(_stated(layout), **of_the_latest)
    own = msgspec.structs.replace(said, **of_the_latest)
    try:
        return _read_one(file, stated, day, own)
    except UnknownDayError as error:
        raise _without_day(file) from error
    except QuestionsError as asked:
        if all(question.key != ("snapshot_on",) for question in asked.questions):
            raise
        raise _without_day(file) from asked


def _without_day(file: str) -> ReadingError:
    return ReadingError(
        f"{Path(file).name} does not say of which day it is. Say it behind its name: {file}=YYYY-MM-DD."
    )


def _read_one(
    path: str | Path | Sequence[str | Path],
    layout: str | Path | Layout | None,
    day: date | None,
    said: Hints,
    *,
    otherwise: date | None = None,
) -> Ledger:
    if isinstance(path, str | Path) and is_database(path):
        stated = _covering(_stated(layout), said)
        day = day or _unsaid(stated, otherwise)
        return _built(_heard(said, _of_database(path, stated)), stated, day)
    given = _given(path)
    if isinstance(given, Path) and (given / MANIFEST).is_file():
        _covering(_CANONICAL, said)
        return thaw(given)
    if layout is None and (files := loose_files(given)):
        return _read_unknown(files, said, day, otherwise)
    stated = _covering(_stated(layout), said, opening=("statuses",) if layout is None else ())
    day = day or _unsaid(stated, otherwise)
    return _built(_heard(said, _sources(places_in(given, stated), stated, day)), stated, day, otherwise=otherwise)


def _unsaid(layout: Layout, day: date | None) -> date | None:
    """The day where it is that of a snapshot of which the layout does not say it."""
    return day if layout.shape == "open_items" and not layout.items.says_day else None


def _covering(layout: Layout, hints: Hints, *, opening: tuple[str, ...] = ()) -> Layout:
    """The layout with the days that a person says this file covers.

    Raises
    ------
    ReadingError
        Something else is said, which the layout has to say.
    """
    fields = msgspec.structs.fields(Hints)
    said = [each.name for each in fields if getattr(hints, each.name) not in (each.default, {})]
    if idle := [name for name in said if name not in (*DAYS, "ignored", *opening)]:
        raise ReadingError(
            "hints are for a file that is read without a layout and without canonical headers. Put what they say "
            f"({listed(idle)}) into the layout."
        )
    covers = {name: getattr(hints, name) for name in DAYS[1:] if getattr(hints, name)}
    if hints.ignored:
        covers["items"] = _ignoring(layout.items, hints.ignored)
    if hints.statuses and "statuses" in opening:
        covers["payments"] = msgspec.structs.replace(layout.payments or TableLayout(), statuses=hints.statuses)
    return msgspec.structs.replace(layout, **covers)


def _ignoring(table: TableLayout, headers: Sequence[str]) -> TableLayout:
    return msgspec.structs.replace(table, ignored=tuple(dict.fromkeys((*(table.ignored or ()), *headers))))


def _stated(layout: str | Path | Layout | None) -> Layout:
    if isinstance(layout, Layout):
        return layout
    return Layout.load(layout) if layout else _CANONICAL


def _heard(hints: Hints, sources: dict[str, TableSource]) -> dict[str, TableSource]:
    """The sources, if what a person says of them is about something that they have.

    Raises
    ------
    ReadingError
        A column, or a status of payments, is not there, so that the hint changes nothing.
    """
    items = sources["items"].whole.rows if "items" in sources else pl.DataFrame()
    payments = sources["payments"].whole if "payments" in sources else None
    status = (
        payments.rows.get_column(payments.layout.columns.get("status", "status"), default=None) if payments else None
    )
    words = [] if status is None else as_text(status).unique().to_list()
    idle = [*({*hints.ignored} - {*items.columns}), *({*hints.statuses} - {*words})]
    if idle:
        raise ReadingError(f"The source has no {listed(map(repr, sorted(idle)))}, so the hint for it changes nothing.")
    return sources


def _of_database(path: str | Path, layout: Layout) -> dict[str, TableSource]:
    sources = {}
    for name, rows in read_database(path, layout=layout).items():
        table = ReadTable(*with_own_header(rows, layout.tables().get(name) or TableLayout(), layout, name))
        # Numbers of a database are no text and have a point.
        sources[name] = joined({query_of(name): table}, mark=".")
    return sources


def _read_unknown(files: list[Path], hints: Hints, day: date | None, otherwise: date | None) -> Ledger:
    """The ledger of files without a layout: their headers are the canonical names, or they are recognised."""
    with refusing(files[0].name):
        grid = open_grid(files[0], encoding=hints.encoding, delimiter=hints.delimiter, sheet=hints.sheet)
    refuse_idle(hints, grid)
    if grid.is_canonical:
        stated = _covering(_CANONICAL, hints, opening=("encoding", "delimiter", "sheet", "name"))
        return _built(_heard(hints, _sources({"items": files}, stated, day, grid)), stated, day, otherwise=otherwise)
    known = recognise(grid, hints, snapshot_on=day, otherwise=otherwise)
    refuse_unheard(hints, known.layout, grid.file)
    day = day or _unsaid(known.layout, otherwise)
    return _built(_sources({"items": files}, known.layout, day, grid), known.layout, day, known)


def _given(path: str | Path | Sequence[str | Path]) -> Path | list[Path]:
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if not paths:
        raise ReadingError("No file is named. Give the file of an export, several, or their folder.")
    for one in paths:
        if not one.exists():
            raise ReadingError(f"There is no file or folder {one}.")
    return paths[0] if len(paths) == 1 else paths


def _sources(places: Places, layout: Layout, day: date | None, grid: Grid | None = None) -> dict[str, TableSource]:
    own = msgspec.structs.replace(layout, snapshot_on=layout.snapshot_on or day)
    return {name: read_source(paths, layout=own, name=name, grid=grid) for name, paths in places.items()}


def _built(
    sources: Mapping[str, TableSource],
    layout: Layout,
    day: date | None,
    known: Recognised | None = None,
    *,
    otherwise: date | None = None,
) -> Ledger:
    # Of a file that was recognised each column has been asked about.
    documents = _with_documents(sources, layout)
    told = [] if known else [*_unnamed(sources, layout), *_idle({**documents, **sources}, layout)]
    sources = documents
    whole = {name: source.whole for name, source in sources.items()}
    # What may be said of a file with canonical headers is left out of
    # the comparison: the shape of such a file follows from its columns.
    if _as_headers_say(layout) == _CANONICAL:
        layout = msgspec.structs.replace(layout, shape=_shape_of({name: table.rows for name, table in whole.items()}))
    ledger = build(
        {name: table.rows for name, table in whole.items()},
        layout=msgspec.structs.replace(layout, **{name: table.layout for name, table in whole.items()}),
        snapshot_on=day or whole["items"].day or _unsaid(layout, otherwise),
        sources={name: source.name for name, source in sources.items()},
        found=combine(*(table.findings for table in whole.values()), *told),
        beyond=whole["items"].beyond,
    )
    proven = [decision for source in sources.values() for table in source.each for decision in proof_decisions(table)]
    return replace(
        ledger,
        # Rows were numbered through all files so far; from here on a finding names its file and the row in it.
        frames=replace(ledger.frames, findings=with_files(ledger.frames.findings, sources)),
        reading=Reading(layout, (*(known.decisions if known else ()), *proven), known.columns if known else ()),
    )


def _unnamed(sources: Mapping[str, TableSource], layout: Layout) -> list[pl.DataFrame]:
    """The findings on columns that the layout does not name, of each table that has amounts."""
    return [
        unnamed_columns(source.whole.rows, layout, name, source.whole.layout, source.name)
        for name, source in sources.items()
        if name in WITH_MONEY
    ]


def _idle(sources: Mapping[str, TableSource], layout: Layout) -> list[pl.DataFrame]:
    """The findings on keys of the layout that meet no row."""
    stated = {name: table for name, table in layout.tables().items() if name in sources}
    whole = {name: sources[name].whole for name in stated}
    return [idle_keys(whole[name].rows, table, whole[name].layout, name) for name, table in stated.items()]


def _as_headers_say(layout: Layout) -> Layout:
    """The layout without what a person said of a file with canonical headers."""
    items = msgspec.structs.replace(layout.items, ignored=None)
    return msgspec.structs.replace(layout, covers_from=None, covers_until=None, payments=None, items=items)


def _with_documents(sources: Mapping[str, TableSource], layout: Layout) -> dict[str, TableSource]:
    """The sources with one row for each document, and with the payments that are in the rows of the documents."""
    items, own = sources["items"], layout.of_table("items")
    found = {**sources, "items": replace(items, whole=documents_once(items.whole, own))}
    if layout.payments and layout.payments.from_items:
        if "payments" in sources:
            raise ReadingError(
                "The layout has the payments in the rows of the items (from_items), and they are also in "
                f"{sources['payments'].name}. Take one of both away."
            )
        found["payments"] = replace(items, whole=payments_in(items.whole, own), each=())
    return found


def _shape_of(tables: Mapping[str, pl.DataFrame]) -> Shape:
    """The shape of tables with canonical names: what their items say of open amounts and days of settlement."""
    given = {*tables["items"].columns} if "items" in tables else set()
    if {"payments", "applications", "entries"} & {*tables}:
        return "applied"
    if {"amount", "settled_on"} <= given:
        return "settled"
    return "open_items" if "open_amount" in given else "applied"


def make_ledger(
    *,
    shape: Shape = "applied",
    snapshot_on: date | str | None = None,
    covers: tuple[date | str | None, date | str | None] | None = None,
    ignored: Sequence[str] = (),
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
    ignored
        Columns that cannot bear on the number, as in a layout. Another one that is not canonical and could change it
        is a finding, ``unexplained_column``.
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
    found = _unnamed_of_tables(cells, layout, ignored)
    return build(cells, layout=layout, snapshot_on=as_day(snapshot_on) if snapshot_on else None, found=found)


def _unnamed_of_tables(cells: Mapping[str, pl.DataFrame], layout: Layout, ignored: Sequence[str]) -> pl.DataFrame:
    """The findings on columns without a canonical name of tables that are handed over."""
    numbered = {name: rows.drop("source_row", strict=False) for name, rows in cells.items() if name in WITH_MONEY}
    return combine(
        *(
            unnamed_columns(
                rows.drop(ignored, strict=False).with_row_index("source_row", offset=1),
                layout,
                name,
                TableLayout(),
                name,
            )
            for name, rows in numbered.items()
        )
    )


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


@cache
def sample_ledger() -> Ledger:
    """The synthetic company that comes with arkit: three entities, 36 months, about 5,000 items.

    It is read once; a ledger never changes, and its tables are handed out as copies.

    Examples
    --------
    >>> import arkit as ar
    >>> ar.sample_ledger().covers[1].isoformat()
    '2026-11-05'
    """
    return read_ledger(resource("data/sample"), layout=resource("templates/layouts/sample.toml"))
