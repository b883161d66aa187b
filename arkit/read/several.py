"""Several files of one table: put below each other, each row still knowing its file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from arkit.build.parsing import text
from arkit.errors import ReadingError, listed
from arkit.model.findings import together
from arkit.model.layout import Layout, TableLayout
from arkit.read.body.reading import Body, read_body
from arkit.read.files import read_table
from arkit.read.grid import Grid, open_grid
from arkit.read.places import refusing
from arkit.read.recognise.canonical import canonical_rows

_STARTS: Final = {"source": pl.String, "start": pl.Int64}


@dataclass(frozen=True)
class Source:
    """What a table is read from, one file or several.

    ``body`` is all of it, ``each`` the part of every file, ``starts`` after how many rows of earlier files one begins:
    rows of several files are numbered through, so that every row has a number of its own until findings are told.
    """

    body: Body
    each: tuple[Body, ...]
    starts: pl.DataFrame

    @property
    def name(self) -> str:
        """What the table comes from, for a message."""
        first, others = self.starts["source"][0], self.starts.height - 1
        return f"{first} and {others} more files" if others else str(first)


def read_source(paths: Sequence[Path], *, layout: Layout, name: str, grid: Grid | None = None) -> Source:
    """Return the rows of all files of a table; ``grid`` is that of the first, where it has been opened already.

    Raises
    ------
    ReadingError
        A file cannot be read, lacks a column that another one has, or is of another day than the others.
    """
    own = layout.of_table(name)
    bodies = [_body(path, own, name, grid if path == paths[0] else None) for path in paths]
    return joined({path.name: body for path, body in zip(paths, bodies, strict=True)}, mark=own.decimal_mark)


def joined(each: Mapping[str, Body], *, mark: str) -> Source:
    """Return bodies of one shape below each other, their rows numbered through."""
    heights = [_last_row(body) for body in each.values()]
    starts = [sum(heights[:place]) for place in range(len(heights))]
    bodies = [*each.values()]
    if len(bodies) > 1:
        bodies = _with_own_constants(bodies)
        _refuse_other_columns({source: body.rows.columns for source, body in zip(each, bodies, strict=True)}, bodies[0])
    rows = [_moved(body.rows, start) for body, start in zip(bodies, starts, strict=True)]
    found = [_moved(body.findings, start) for body, start in zip(bodies, starts, strict=True)]
    whole = replace(
        bodies[0],
        rows=pl.concat(_alike(rows, mark), how="diagonal") if len(rows) > 1 else rows[0],
        findings=together(
            *(some.with_columns(source=pl.lit(source)) for source, some in zip(each, found, strict=True))
        ),
        beyond=pl.concat([body.beyond for body in bodies]),
        day=_day({source: body for source, body in each.items() if body.day}),
        counts=dict(sum((Counter(body.counts) for body in bodies), Counter())),
    )
    return Source(whole, tuple(each.values()), pl.DataFrame({"source": [*each], "start": starts}, schema=_STARTS))


def told(findings: pl.DataFrame, sources: Mapping[str, Source]) -> pl.DataFrame:
    """Return findings with the file that each row stands in, and the row's number within it."""
    parts = []
    for (table,), some in findings.group_by("table", maintain_order=True):
        source = sources.get(str(table))
        parts.append(some if source is None else _located(some, source.starts))
    return together(*parts)


def _body(path: Path, layout: Layout, name: str, grid: Grid | None) -> Body:
    """Return the rows of a file: under the header that its layout states, or under its first row."""
    table = layout.tables().get(name) or TableLayout()
    if table.header:
        with refusing(path.name):
            opened = grid or open_grid(path, encoding=layout.encoding, delimiter=layout.delimiter, sheet=table.sheet)
            body = read_body(opened, table, layout, name=name)
    elif grid is not None and grid.kind == "workbook":
        body = Body(canonical_rows(grid), table, grid.findings)
    else:
        body = read_table(path, layout=layout, table=table, name=name)
    constants = {**body.table.constants, **_in_file_name(path, table)}
    return replace(body, table=msgspec.structs.replace(body.table, constants=constants))


def _in_file_name(path: Path, table: TableLayout) -> dict[str, str]:
    found = {name: re.search(pattern, path.name) for name, pattern in table.in_file_name.items()}
    for name, match in found.items():
        if match is None:
            raise ReadingError(
                f"The name {path.name} does not tell the {name}: the layout looks for {table.in_file_name[name]!r} in "
                "it. Rename the file, or change in_file_name in the layout."
            )
    return {name: match[1] for name, match in found.items() if match}


def _with_own_constants(bodies: Sequence[Body]) -> list[Body]:
    """Return bodies in which a constant that is another in another file is a column."""
    names = {name for body in bodies for name in body.table.constants}
    stated = {name: {body.table.constants.get(name) for body in bodies} for name in sorted(names)}
    return [_with_columns(body, [name for name, values in stated.items() if len(values) > 1]) for body in bodies]


def _with_columns(body: Body, names: Sequence[str]) -> Body:
    rows, table = body.rows, body.table
    columns, constants = {**table.columns}, {**table.constants}
    for name in names:
        header = columns.get(name) or (f"{name} of the file" if columns else name)
        value = pl.lit(constants.pop(name, None), dtype=pl.String)
        given = text(rows[header]) if header in rows.columns else None
        rows = rows.with_columns((value if given is None else pl.coalesce(given, value)).alias(header))
        if columns:
            columns[name] = header
    return replace(body, rows=rows, table=msgspec.structs.replace(table, columns=columns, constants=constants))


def _last_row(body: Body) -> int:
    rows = pl.concat([body.rows.select("source_row"), body.findings.select("source_row")])
    return int(rows.select(pl.col("source_row").max().fill_null(0)).item())


def _moved(rows: pl.DataFrame, start: int) -> pl.DataFrame:
    return rows.with_columns(pl.col("source_row") + start)


def _day(bodies: Mapping[str, Body]) -> date | None:
    days = {body.day for body in bodies.values()}
    if len(days) > 1:
        told = listed(f"{source} of {body.day}" for source, body in bodies.items())
        raise ReadingError(
            f"Snapshots of several days cannot be read as one: {told}. Read them one by one, or export the items with "
            "their history."
        )
    return next(iter(days), None)


def _located(findings: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """Look up the last file that begins before each row; a finding on no row is of the file that it names, if any."""
    place = starts["start"].search_sorted(findings["source_row"], side="left").cast(pl.Int64) - 1
    at = place.clip(lower_bound=0).set(findings["source_row"].is_null(), 0 if starts.height == 1 else None)
    return findings.with_columns(
        source=pl.coalesce("source", starts["source"].gather(at)),
        source_row=findings["source_row"] - starts["start"].gather(at),
    )


def _refuse_other_columns(columns: Mapping[str, Sequence[str]], body: Body) -> None:
    """Refuse a file that lacks a column of another one: its rows would be without a value that was never exported."""
    needed = body.table.headers()
    first, *others = columns
    for other in others:
        for one, two in ((first, other), (other, first)):
            lacking = [name for name in columns[one] if name not in columns[two] and (not needed or name in needed)]
            if lacking:
                raise ReadingError(
                    f"{two} has no column {lacking[0]!r}, which {one} has. Files of one table must have the same "
                    "columns: export them in the same way, or read them one by one."
                )


def _alike(frames: Iterable[pl.DataFrame], mark: str) -> list[pl.DataFrame]:
    """Return tables whose columns have one type each: where files differ, cells are written as text."""
    frames = [*frames]
    types: dict[str, set[pl.DataType]] = {}
    for frame in frames:
        for name, dtype in frame.schema.items():
            types.setdefault(name, set()).add(dtype)
    mixed = [name for name, found in types.items() if len(found) > 1]
    return [
        frame.with_columns(_written(frame[name], mark) for name in mixed if name in frame.columns) for frame in frames
    ]


def _written(column: pl.Series, mark: str) -> pl.Series:
    written = text(column)
    fractions = column.dtype.is_float() or column.dtype.is_decimal()
    return written.str.replace(".", mark, literal=True) if fractions else written
