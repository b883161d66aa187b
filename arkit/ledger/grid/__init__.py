"""A file as a grid: every cell as text with its place, before anything is known of what the cells mean."""

from arkit.ledger.grid.model import Grid
from arkit.ledger.grid.opening import open_grid
from arkit.ledger.grid.sheets import is_text

__all__ = ["Grid", "is_text", "open_grid"]
