"""The grid of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import polars as pl

from arkit.ledger.findings import no_findings

CELL: Final = "cell {}"
WIDEST: Final = 500


@dataclass(frozen=True)
class Grid:
    """The cells of a file or sheet as trimmed text, blank ones missing, with ``source_row`` as a spreadsheet shows it.

    ``kind`` tells where the cells come from: ``text``, ``workbook`` (numbers are written with a point, days as ISO
    dates) or ``table`` (Parquet, likewise). ``findings`` is what was noticed about the file as a whole.
    """

    cells: pl.DataFrame
    file: str
    kind: Literal["text", "workbook", "table"]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    path: Path | None = None
    findings: pl.DataFrame = field(default_factory=no_findings)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, by their place."""
        return [name for name in self.cells.columns if name != "source_row"]

    def top(self, rows: int) -> list[list[str]]:
        """Return the first rows as lists of text, blank cells as nothing."""
        return [
            ["" if cell is None else cell for cell in row] for row in self.cells.head(rows).select(self.columns).rows()
        ]


def tidy(cells: pl.DataFrame, *, first_row: int = 1) -> pl.DataFrame:
    """Return cells trimmed, blank ones missing, columns named by place, rows numbered."""
    named = cells.rename({name: CELL.format(place) for place, name in enumerate(cells.columns, start=1)})
    trimmed = named.with_columns(pl.all().cast(pl.String, strict=False).str.strip_chars())
    blanked = trimmed.with_columns(pl.when(pl.all() != "").then(pl.all()))
    numbered = blanked.with_row_index("source_row", offset=first_row)
    return numbered.with_columns(pl.col("source_row").cast(pl.Int64))
