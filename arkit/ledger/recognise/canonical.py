"""Files whose headers are the canonical names already: they need no recognition."""

from __future__ import annotations

from typing import Final

from arkit.ledger.grid import Grid
from arkit.ledger.schema import TABLES

SEARCHED: Final = 20
_USUAL: Final = ("utf-8", ",")


def has_canonical_header(grid: Grid) -> bool:
    """Tell whether the first row of a file that is not blank has the canonical names of an items table."""
    if grid.kind == "text" and (grid.encoding, grid.delimiter) != _USUAL:
        return False
    first = next((row for row in grid.top(SEARCHED) if any(row)), [])
    return {*TABLES["items"].required} <= {*first}
