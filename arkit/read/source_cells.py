"""The rows of the source that findings are about, with all their cells as the source has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from arkit.build.parsing import text
from arkit.model.layout import Layout, TableLayout
from arkit.read.body.header import find_header
from arkit.read.databases import is_database, query_of, read_database
from arkit.read.files import read_table
from arkit.read.grid import open_grid
from arkit.read.places import loose_files, places_in

_PLACE: Final = ("source", "source_row")


def cells_of(
    path: str | Path | Sequence[str | Path], layout: Layout, *, recognised: bool
) -> dict[str, dict[str, pl.DataFrame]]:
    """Return, for each table and file of an export, every row of the file under its headers, items or not."""
    if isinstance(path, str | Path) and is_database(path):
        return {name: {query_of(name): body.rows} for name, body in read_database(path, layout=layout).items()}
    given = Path(path) if isinstance(path, str | Path) else [Path(one) for one in path]
    loose = loose_files(given) if recognised else []
    places = {"items": loose} if loose else places_in(given, layout)
    return {
        name: {file.name: _rows(file, layout.of_table(name), name) for file in files} for name, files in places.items()
    }


def with_cells(findings: pl.DataFrame, cells: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return findings with the cells of their rows beside them, and the header of each column of cells.

    The columns are called ``cell 1``, ``cell 2``, ... because a header may be any text. A finding on no row has none.
    """
    parts = [_wanted(rows, findings, source) for source, rows in cells.items()]
    beside = pl.concat(parts, how="diagonal")
    headers = [name for name in beside.columns if name not in _PLACE]
    names = {f"cell {number}": header for number, header in enumerate(headers, start=1)}
    renamed = beside.rename({header: name for name, header in names.items()})
    return findings.join(renamed, on=_PLACE, how="left", maintain_order="left"), names


def _rows(path: Path, layout: Layout, name: str) -> pl.DataFrame:
    table = layout.tables().get(name) or TableLayout()
    if not table.header:
        return read_table(path, layout=layout, table=table, name=name).rows
    grid = open_grid(path, encoding=layout.encoding, delimiter=layout.delimiter, sheet=table.sheet)
    return grid.cells.rename(find_header(grid, table).names)


def _wanted(rows: pl.DataFrame, findings: pl.DataFrame, source: str) -> pl.DataFrame:
    numbers = findings.filter(pl.col("source") == source)["source_row"].drop_nulls()
    some = rows.filter(pl.col("source_row").is_in(numbers.implode()))
    cells = [text(some[name]) for name in some.columns if name not in _PLACE]
    return pl.DataFrame([some["source_row"], *cells]).with_columns(source=pl.lit(source))
