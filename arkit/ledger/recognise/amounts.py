"""The decimal mark: by amounts that can be read in no other way."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body.amount_cells import bare
from arkit.ledger.record import Decision

Mark = Literal[".", ","]

# What only a comma, only a point, and either could be the decimal mark of. Spaces and apostrophes are taken out before.
_COMMA: Final = r"\.\d{3},|\d,\d{1,2}(\D|$)|\d,\d{4,}|^\D*,\d|\.\d{3}\.\d{3}|\b0,\d{3}\b"
_POINT: Final = r",\d{3}\.|\d\.\d{1,2}(\D|$)|\d\.\d{4,}|^\D*\.\d|,\d{3},\d{3}|\b0\.\d{3}\b"
_EITHER: Final = r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$"
_SPACES: Final = r"[\s\u00a0\u202f'’]"


def recognise_decimal_mark(
    rows: pl.DataFrame, headers: list[str], *, stated: Mark | None, from_workbook: bool, file: str
) -> tuple[Mark, Decision]:
    """Return the decimal mark of a file.

    Raises
    ------
    ReadingError
        Amounts such as 1.234 could be thousands or decimals, and nothing tells which; or both marks are used.
    """
    if stated:
        return stated, Decision("decimal_mark", stated, "hint", "stated")
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers]).drop_nulls("cell")
    cells = cells.with_columns(plain=bare(cells["cell"]).str.replace_all(_SPACES, ""))
    comma, point = (cells.filter(pl.col("plain").str.contains(pattern)) for pattern in (_COMMA, _POINT))
    either = cells.filter(pl.col("plain").str.contains(_EITHER))
    if comma.height and point.height and not from_workbook:
        raise ReadingError(
            f"{file} writes amounts in two ways: {_example(comma)} and {_example(point)}. Export it again with one "
            'decimal mark, or say it: hints={"decimal_mark": ","}.'
        )
    if comma.height:
        return ",", Decision("decimal_mark", ",", f"{comma.height} amounts such as {_example(comma)}")
    if point.height:
        return ".", Decision("decimal_mark", ".", f"{point.height} amounts such as {_example(point)}")
    if either.height:
        raise ReadingError(
            f"The amounts of {file} can be read in two ways, such as {_example(either)}: thousands or decimals. Say "
            'the decimal mark: hints={"decimal_mark": ","} or "."; in a layout the line is decimal_mark = ",".'
        )
    return ".", Decision("decimal_mark", ".", "all amounts are whole numbers")


def _example(cells: pl.DataFrame) -> str:
    row, cell = cells.select("source_row", "cell").row(0)
    return f"{cell} (row {row})"
