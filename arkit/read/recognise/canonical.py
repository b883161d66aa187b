"""Files whose headers are the canonical names already: they need no recognition."""

from __future__ import annotations

import polars as pl

from arkit.model.schema import TABLES
from arkit.read.grid import Grid
from arkit.read.places import refuse_repeated

_SEARCHED = 20
_USUAL = ("utf-8", ",")


def is_canonical(grid: Grid) -> bool:
    """Tell whether the first row of a file that is not blank has the canonical names of an items table."""
    if grid.kind == "text" and (grid.encoding, grid.delimiter) != _USUAL:
        return False
    return {*TABLES["items"].required} <= {*_header(grid)}


def canonical_rows(grid: Grid) -> pl.DataFrame:
    """Return the cells of a grid below its first row that is not blank, under the names that stand there.

    Raises
    ------
    ReadingError
        A name stands above two columns.
    """
    header = _header(grid)
    refuse_repeated(header, grid.file)
    names = [name or f"column {place}" for place, name in enumerate(header, start=1)]
    return grid.cells.slice(grid.top(_SEARCHED).index(header) + 1).rename(dict(zip(grid.columns, names, strict=True)))


def _header(grid: Grid) -> list[str]:
    return next((row for row in grid.top(_SEARCHED) if any(row)), [])
