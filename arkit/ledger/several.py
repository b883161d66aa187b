"""Several files of one table: put below each other, each row still knowing its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.files import Cells, read_table
from arkit.ledger.findings import together
from arkit.ledger.layout import Layout, TableLayout
from arkit.ledger.parsing import text

_STARTS: Final = {"source": pl.String, "start": pl.Int64}


@dataclass(frozen=True)
class Source:
    """The cells of a table, from one file or several.

    ``starts`` tells after how many rows of earlier files each file begins: rows of several files are numbered through,
    so that every row has a number of its own until findings are told.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    starts: pl.DataFrame

    @property
    def name(self) -> str:
        """What the table comes from, for a message."""
        first, others = self.starts["source"][0], self.starts.height - 1
        return f"{first} and {others} more files" if others else str(first)


def read_source(paths: Sequence[Path], *, layout: Layout, name: str) -> Source:
    """Return the rows of all files of a table.

    Raises
    ------
    ReadingError
        A file cannot be read, or lacks a column that another one has.
    """
    table = layout.tables().get(name) or TableLayout()
    each = [_with_name(read_table(path, layout=layout, table=table, name=name), path, table) for path in paths]
    return joined(
        {path.name: cells for path, cells in zip(paths, each, strict=True)}, table=table, mark=layout.decimal_mark
    )


def joined(each: dict[str, Cells], *, table: TableLayout, mark: str) -> Source:
    """Return tables of one shape below each other, numbered through."""
    _refuse_other_columns({source: cells.rows.columns for source, cells in each.items()}, table)
    heights = [cells.rows.select(pl.col("source_row").max().fill_null(0)).item() for cells in each.values()]
    starts = [sum(heights[:place]) for place in range(len(heights))]
    rows = [
        cells.rows.with_columns(pl.col("source_row") + start)
        for cells, start in zip(each.values(), starts, strict=True)
    ]
    found = [cells.findings.with_columns(source=pl.lit(source)) for source, cells in each.items()]
    return Source(
        rows=pl.concat(_alike(rows, mark), how="diagonal") if len(rows) > 1 else rows[0],
        findings=together(*found),
        starts=pl.DataFrame({"source": [*each], "start": starts}, schema=_STARTS),
    )


def told(findings: pl.DataFrame, sources: dict[str, Source]) -> pl.DataFrame:
    """Return findings with the file that each row stands in, and the row's number within it, and those on files."""
    parts = []
    for (table,), some in findings.group_by("table", maintain_order=True):
        source = sources.get(str(table))
        parts.append(some if source is None else _located(some, source.starts))
    return together(*parts, *(source.findings for source in sources.values()))


def _located(findings: pl.DataFrame, starts: pl.DataFrame) -> pl.DataFrame:
    """Look up the last file that begins before each row; a finding on no row belongs to all files, or the only one."""
    place = starts["start"].search_sorted(findings["source_row"], side="left").cast(pl.Int64) - 1
    at = place.set(findings["source_row"].is_null(), 0 if starts.height == 1 else None)
    return findings.with_columns(
        source=starts["source"].gather(at),
        source_row=findings["source_row"] - starts["start"].gather(at),
    )


def _with_name(cells: Cells, path: Path, table: TableLayout) -> Cells:
    """Add what the file's name tells of each of its rows."""
    stated = {}
    for name, pattern in table.in_file_name.items():
        match = re.search(pattern, path.name)
        if match is None:
            raise ReadingError(
                f"The name {path.name} does not tell the {name}: the layout looks for {pattern!r} in it. Rename the "
                "file, or change in_file_name in the layout."
            )
        stated[table.header_of(name)] = pl.lit(match[1])
    return Cells(cells.rows.with_columns(**stated), cells.findings)


def _refuse_other_columns(columns: dict[str, Sequence[str]], table: TableLayout) -> None:
    """Refuse a file that lacks a column of another one: its rows would be without a value that was never exported."""
    needed = table.headers()
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
