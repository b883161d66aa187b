"""Files whose headers are the canonical names already: they need no recognition."""

from __future__ import annotations

from pathlib import Path

from arkit.errors import ReadingError
from arkit.ledger.grid import open_grid
from arkit.ledger.schema import TABLES


def has_canonical_header(path: Path) -> bool:
    """Tell whether the first row of a file that is not blank has the canonical names of an items table."""
    try:
        rows = open_grid(path).top(20)
    except ReadingError:
        return False
    first = next((row for row in rows if any(row)), [])
    return {*TABLES["items"].required} <= {*first}
