"""The files of one table: each read, put below each other, and every row still traced to its file."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from arkit.build.parsing import as_cells, as_text
from arkit.build.wanted import refuse_undecided
from arkit.errors import ReadingError, SeveralDaysError, listed
from arkit.files.body.header import find_header
from arkit.files.body.proofs import held
from arkit.files.body.reading import ROW, ReadTable, read_body, with_own_header
from arkit.files.databases import is_database, query_of, read_database
from arkit.files.open_file import Grid, open_grid, read_table
from arkit.files.places import loose_files, places_in, refusing
from arkit.model.findings import combine, find, value_of
from arkit.model.layout import Layout, TableLayout

_STARTS: Final = {"source": pl.String, "start": pl.Int64}
_PLACE: Final = ("source", "source_row")


@dataclass(frozen=True)
class TableSource:
    """What a table is read from, one file or several.

    ``whole`` is all of it, ``each`` the part of every file. ``starts`` says after how many rows of earlier files one
    begins: rows are numbered through, so that each has a number of its own until its file is looked up.
    """

    whole: ReadTable
    each: tuple[ReadTable, ...]
    starts: pl.DataFrame

    @property
    def name(self) -> str:
        """What the table comes from, for an error message."""
        return listed(self.starts["source"])


def read_source(paths: Sequence[Path], *, layout: Layout, name: str, grid: Grid | None = None) -> TableSource:
    """The rows of all files of a table; ``grid`` is that of the first, where it has been opened already.

    Raises
    ------
    ReadingError
        A file cannot be read, or lacks a column that another one has.
    SeveralDaysError
        A file is of another day than the others.
    """
    own = layout.of_table(name)
    tables = [_read_file(path, own, name, grid if path == paths[0] else None) for path in paths]
    return joined({path.name: table for path, table in zip(paths, tables, strict=True)}, mark=own.decimal_mark)


def joined(each: Mapping[str, ReadTable], *, mark: str) -> TableSource:
    """Tables of the same columns below each other, their rows numbered through."""
    # Of files whose last rows are 10 and 7, row 3 of the second is row 13 until findings look it up again.
    heights = [_last_row(table) for table in each.values()]
    starts = [sum(heights[:place]) for place in range(len(heights))]
    tables = [*each.values()]
    if len(tables) > 1:
        tables = _with_own_constants(tables)
        columns = {source: table.rows.columns for source, table in zip(each, tables, strict=True)}
        _refuse_other_columns(columns, tables[0].layout.headers())
    rows = [_shift_rows(table.rows, start) for table, start in zip(tables, starts, strict=True)]
    found = [
        _shift_rows(table.findings, start).with_columns(source=pl.lit(source))
        for source, table, start in zip(each, tables, starts, strict=True)
    ]
    whole = replace(
        tables[0],
        rows=pl.concat(_of_same_types(rows, mark), how="diagonal") if len(rows) > 1 else rows[0],
        findings=combine(*found),
        beyond=pl.concat([table.beyond for table in tables]),
        day=_day({source: table.day for source, table in each.items() if table.day}),
        counts=dict(sum((Counter(table.counts) for table in tables), Counter())),
    )
    return TableSource(whole, tuple(each.values()), pl.DataFrame({"source": [*each], "start": starts}, schema=_STARTS))


def with_files(findings: pl.DataFrame, sources: Mapping[str, TableSource]) -> pl.DataFrame:
    """Findings with the file that each row is in, and the row's number within it."""
    parts = []
    for (table,), some in findings.group_by("table", maintain_order=True):
        source = sources.get(str(table))
        parts.append(some if source is None else _with_file(some, source.starts))
    return combine(*parts)


def _read_file(path: Path, layout: Layout, name: str, grid: Grid | None) -> ReadTable:
    """The rows of a file: under the header that its layout states, or under its first row."""
    table = layout.tables().get(name) or TableLayout()
    if table.header:
        with refusing(path.name):
            read = read_body(grid or _grid(path, layout, table), table, layout, name=name)
    else:
        rows, seen = read_table(path, layout=layout, table=table, name=name, grid=grid)
        with refusing(path.name):
            read = ReadTable(*with_own_header(rows, table, layout, name), seen)
    with refusing(path.name):
        # File by file: a running balance begins anew in each.
        proven = held(read.rows, table, layout, name=name, day=layout.snapshot_on or read.day)
    found = combine(read.findings, proven.findings, _numbered_by_row(read.rows, table, name))
    read = replace(read, findings=found, day=proven.day, held=proven.relations)
    refuse_undecided(read.rows, table, path.name)
    constants = {**read.layout.constants, **_in_file_name(path, table)}
    return replace(read, layout=msgspec.structs.replace(read.layout, constants=constants))


def _numbered_by_row(rows: pl.DataFrame, table: TableLayout, name: str) -> pl.DataFrame:
    """A finding where the rows give the documents their numbers."""
    by_row = ROW in (table.columns.get("item_id"), *table.joined.get("item_id", ()))
    first = rows.head(1).select("source_row", rows=pl.lit(rows.height))
    value = value_of("rows", count="rows")
    return find("numbered_by_row", first, table=name, value=value) if by_row else combine()


def _grid(path: Path, layout: Layout, table: TableLayout) -> Grid:
    return open_grid(path, encoding=layout.encoding, delimiter=layout.delimiter, sheet=table.sheet)


def _in_file_name(path: Path, table: TableLayout) -> dict[str, str]:
    found = {name: re.search(pattern, path.name) for name, pattern in table.in_file_name.items()}
    for name, match in found.items():
        if match is None:
            raise ReadingError(
                f"The name {path.name} does not give the {name}: the layout looks for {table.in_file_name[name]!r} in "
                "it. Rename the file, or change in_file_name in the layout."
            )
    return {name: match[1] for name, match in found.items() if match}


def _with_own_constants(tables: Sequence[ReadTable]) -> list[ReadTable]:
    """Tables in which a constant that differs between files is a column."""
    names = sorted({name for table in tables for name in table.layout.constants})
    different = [name for name in names if len({table.layout.constants.get(name) for table in tables}) > 1]
    return [_with_columns(table, different) for table in tables]


def _with_columns(read: ReadTable, names: Sequence[str]) -> ReadTable:
    rows, columns, constants = read.rows, {**read.layout.columns}, {**read.layout.constants}
    for name in names:
        # A file that has the column too keeps its cells; the constant fills the blank ones.
        header = columns.get(name) or (f"= {name}" if columns else name)
        value = pl.lit(constants.pop(name, None), dtype=pl.String)
        given = [as_text(rows[header])] if header in rows.columns else []
        rows = rows.with_columns(pl.coalesce([*given, value]).alias(header))
        if columns:
            columns[name] = header
    return replace(read, rows=rows, layout=msgspec.structs.replace(read.layout, columns=columns, constants=constants))


def _last_row(read: ReadTable) -> int:
    # Totals and notes below the last item have findings, whose rows must not run into those of the next file.
    rows = pl.concat([read.rows.select("source_row"), read.findings.select("source_row")])
    return int(rows.select(pl.col("source_row").max().fill_null(0)).item())


def _shift_rows(rows: pl.DataFrame, start: int) -> pl.DataFrame:
    return rows.with_columns(pl.col("source_row") + start)


def _day(days: Mapping[str, date | None]) -> date | None:
    if len({*days.values()}) > 1:
        found = listed(f"{source} of {day}" for source, day in days.items())
        raise SeveralDaysError(
            f"Lists of several days cannot be read as one: {found}. Give them to read_ledger as a list of files, or "
            "the earlier ones with --earlier-snapshot."
        )
    return next(iter(days.values()), None)


def _with_file(findings: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """Look up the last file that begins before each row; a finding on no row is of the file that it names, if any."""
    # A file begins after its start, so a row equal to it is the last one of the file before.
    place = starts["start"].search_sorted(findings["source_row"], side="left").cast(pl.Int64) - 1
    at = place.clip(lower_bound=0).set(findings["source_row"].is_null(), 0 if starts.height == 1 else None)
    return findings.with_columns(
        source=pl.coalesce("source", starts["source"].gather(at)),
        source_row=findings["source_row"] - starts["start"].gather(at),
    )


def _refuse_other_columns(columns: Mapping[str, Sequence[str]], needed: set[str]) -> None:
    """Refuse a file that lacks a column of another one: its rows would be without a value that was never exported."""
    first, *others = columns
    for other in others:
        for one, two in ((first, other), (other, first)):
            lacking = [name for name in columns[one] if name not in columns[two] and (not needed or name in needed)]
            if lacking:
                raise ReadingError(
                    f"{two} has no column {lacking[0]!r}, which {one} has. Files of one table must have the same "
                    "columns: export them in the same way, or read them one by one."
                )


def _of_same_types(frames: Sequence[pl.DataFrame], mark: str) -> list[pl.DataFrame]:
    """Tables whose columns have one type each: where files differ, cells are written as text."""
    types = {(name, dtype) for frame in frames for name, dtype in frame.schema.items()}
    mixed = {name for name, count in Counter(name for name, _ in types).items() if count > 1}
    return [
        frame.with_columns(as_cells(cells, decimal_mark=mark) for cells in frame if cells.name in mixed)
        for frame in frames
    ]


def cells_of(
    path: str | Path | Sequence[str | Path], layout: Layout, *, recognised: bool
) -> dict[str, dict[str, pl.DataFrame]]:
    """For each table and file of an export, every row of the file under its headers, items or not."""
    if isinstance(path, str | Path) and is_database(path):
        return {name: {query_of(name): rows} for name, rows in read_database(path, layout=layout).items()}
    given = Path(path) if isinstance(path, str | Path) else [Path(one) for one in path]
    loose = loose_files(given) if recognised else []
    places = {"items": loose} if loose else places_in(given, layout)
    return {
        name: {file.name: _all_rows(file, layout.of_table(name), name) for file in files}
        for name, files in places.items()
    }


def _all_rows(path: Path, layout: Layout, name: str) -> pl.DataFrame:
    table = layout.tables().get(name) or TableLayout()
    if not table.header:
        return read_table(path, layout=layout, table=table, name=name)[0]
    grid = _grid(path, layout, table)
    return grid.cells.rename(find_header(grid, table).names)


def with_cells(findings: pl.DataFrame, cells: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Findings with the cells of their rows, and the header of each column of cells.

    The columns are called ``cell 1``, ``cell 2``, ... because a header may be any text. A finding on no row has none.
    """
    parts = pl.concat([_rows_found(rows, findings, source) for source, rows in cells.items()], how="diagonal")
    headers = [name for name in parts.columns if name not in _PLACE]
    names = {f"cell {number}": header for number, header in enumerate(headers, start=1)}
    renamed = parts.rename({header: name for name, header in names.items()})
    return findings.join(renamed, on=_PLACE, how="left", maintain_order="left"), names


def _rows_found(rows: pl.DataFrame, findings: pl.DataFrame, source: str) -> pl.DataFrame:
    numbers = findings.filter(pl.col("source") == source)["source_row"].drop_nulls()
    some = rows.filter(pl.col("source_row").is_in(numbers.implode()))
    cells = [as_text(some[name]) for name in some.columns if name not in _PLACE]
    return pl.DataFrame([some["source_row"], *cells]).with_columns(source=pl.lit(source))
