"""The order of day, month and year: by days above 12 in any column, else by what falls due after it is issued."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger import parsing
from arkit.ledger.parsing import DateOrder
from arkit.ledger.record import Decision

_OTHER: Final[dict[DateOrder, DateOrder]] = {"dmy": "mdy", "mdy": "dmy"}
_MOST_ASTRAY: Final = 0.01


def recognise_date_order(
    rows: pl.DataFrame, headers: dict[str, str], *, stated: DateOrder | None, file: str
) -> tuple[DateOrder, Decision]:
    """Return the order in which a file writes its days.

    Raises
    ------
    ReadingError
        The days can be read in two ways, and nothing tells which; or some are written in one way, some in the other.
    """
    if stated:
        return stated, Decision("date_order", stated, "hint", "stated")
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers.values()]).drop_nulls("cell")
    tested = cells.with_columns(
        parsing.dates(cells["cell"], order=order).alias(order) for order in ("ymd", "dmy", "mdy")
    )
    open_ = tested.filter(pl.col("ymd").is_null() & (pl.col("dmy").is_not_null() | pl.col("mdy").is_not_null()))
    if open_.is_empty():
        return "ymd", Decision("date_order", "ymd", f"{tested.height} days begin with the year")
    only = {
        order: open_.filter(pl.col(order).is_not_null() & pl.col(other).is_null()) for order, other in _OTHER.items()
    }
    return _by_evidence(rows, headers, open_, only, file)


def _by_evidence(
    rows: pl.DataFrame, headers: dict[str, str], cells: pl.DataFrame, only: dict[DateOrder, pl.DataFrame], file: str
) -> tuple[DateOrder, Decision]:
    more, fewer = sorted(only, key=lambda order: only[order].height, reverse=True)
    if only[fewer].height > _MOST_ASTRAY * only[more].height:
        raise ReadingError(
            f"{file} writes days in two ways: {_example(only[more])} and {_example(only[fewer])}. Days such as "
            "01/02/2026 cannot be told then. Export it again with one way, or say the order of the others: "
            f'hints={{"date_order": "{more}"}}.'
        )
    if only[more].height:
        evidence = (
            f"{only[more].height} of {cells.height} days can be read in no other way, such as {_example(only[more])}"
        )
        return more, Decision("date_order", more, evidence)
    if (cells["dmy"] == cells["mdy"]).all():
        return "dmy", Decision("date_order", "dmy", "every day is the same in either order")
    early = {order: _due_before_document(rows, headers, order) for order in _OTHER}
    better, worse = sorted(early, key=lambda order: early[order])
    if early[better] == 0 and early[worse] > 0:
        evidence = f"in the other order {early[worse]} items would be due or settled before their document"
        return better, Decision("date_order", better, evidence, "likely")
    raise ReadingError(
        f"The days of {file} can be read as day/month or as month/day, such as {_example(cells)}, and nothing tells "
        'which. Say it: hints={"date_order": "dmy"} or "mdy"; in a layout the line is date_order = "dmy".'
    )


def _example(cells: pl.DataFrame) -> str:
    row, cell = cells.select("source_row", "cell").row(0)
    return f"{cell} (row {row})"


def _due_before_document(rows: pl.DataFrame, headers: dict[str, str], order: DateOrder) -> int:
    """Count the items that would be due, or settled, before the day of their document."""
    if "document_date" not in headers:
        return 0
    issued = parsing.dates(rows[headers["document_date"]], order=order)
    later = [parsing.dates(rows[headers[name]], order=order) for name in ("due_date", "settled_on") if name in headers]
    return sum(int((day < issued).sum()) for day in later)
