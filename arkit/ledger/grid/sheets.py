"""Workbooks to grids: the sheet that holds the items, its numbers and days as text that cannot be mistaken."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.grid.model import WIDEST, Grid, tidy
from arkit.ledger.headers import first_line
from arkit.ledger.kinds import misnamed
from arkit.ledger.notices import notices, refuse_unreadable
from arkit.ledger.survey import surveyed
from arkit.ledger.vocabulary import meaning

SAMPLED: Final = 100
_MIDNIGHT: Final = r" 00:00:00(\.0+)?$"


def sheet_grid(path: Path, *, sheet: str = "") -> Grid:
    """Return the grid of a sheet: the one named, or the one with the most known headers.

    Raises
    ------
    ReadingError
        The file is no workbook, has no such sheet, or two sheets could be meant.
    """
    import fastexcel

    try:
        found = surveyed(path)
        book = fastexcel.read_excel(path.read_bytes() if misnamed(path) else path)
        if sheet and sheet not in book.sheet_names:
            raise ReadingError(f"{path.name} has no sheet {sheet!r}. It has: {listed(book.sheet_names)}.")
        chosen = sheet or _chosen(book, path.name)
        refuse_unreadable(found, chosen, path)
        cells = _load(book, chosen)
    except (fastexcel.FastExcelError, OSError) as error:
        raise ReadingError(
            f"{path.name} cannot be read as a workbook: {first_line(error)}. Save it again as .xlsx without a password."
        ) from error
    if cells.width > WIDEST:
        raise ReadingError(f"{path.name} has {cells.width:,} columns; no export of receivables has that many.")
    seen = notices(found, chosen, table="items")
    return Grid(tidy(cells), path.name, "workbook", sheet=chosen, path=path, findings=seen)


def _load(book: Any, sheet: str, **how: Any) -> pl.DataFrame:
    cells: pl.DataFrame = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string", **how).to_polars()
    return cells.with_columns(pl.col(pl.String).str.replace(_MIDNIGHT, ""))


def _chosen(book: Any, file: str) -> str:
    names: list[str] = book.sheet_names
    if len(names) == 1:
        return names[0]
    known = {name: _known_headers(_load(book, name, n_rows=SAMPLED)) for name in names}
    most = max(known.values())
    best = [name for name in names if known[name] == most]
    if len(best) > 1 and most > 0:
        raise ReadingError(
            f"{file} has the sheets {listed(best)}, and each could hold the items. Say which: "
            f'hints={{"sheet": "{best[0]}"}}.'
        )
    return best[0]


def _known_headers(cells: pl.DataFrame) -> int:
    rows = ({found.name for cell in row if cell and (found := meaning(cell))} for row in cells.iter_rows())
    return max((len(names) for names in rows), default=0)


def is_text(grid: Grid, column: str, *, below: int) -> bool:
    """Tell whether every cell of a column of a workbook is text, below some rows; numbers only look like it.

    The sheet is read once more, so this is asked only where it matters: of long numbers, and of 1.234.
    """
    import fastexcel

    place = grid.columns.index(column)
    try:
        sheet = fastexcel.read_excel(str(grid.path)).load_sheet(
            grid.sheet,
            header_row=None,
            skip_rows=below,
            use_columns=[place],
            schema_sample_rows=None,
            dtype_coercion="strict",
        )
    except fastexcel.FastExcelError:
        return False
    return bool(sheet.to_polars().dtypes == [pl.String])
