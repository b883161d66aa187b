"""What names an item: one column whose texts are unique, or several together."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.recognise.columns import Columns
from arkit.ledger.record import Decision

_BESIDE: Final = ("line", "due_date", "item_type", "entity", "customer_id", "document_date")
_REPEATED: Final = 0.02


def recognise_key(
    rows: pl.DataFrame, columns: dict[str, str], file: str
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], Decision]:
    """Return the columns with ``item_id``, the keys that are joined, and the decision.

    A number that few rows repeat is a fault of these rows and stays the key: they become findings.

    Raises
    ------
    ReadingError
        No column names the document.
    """
    chosen = {name: header for name, header in columns.items() if name in ("item_id", "document_id")}
    if not chosen:
        raise ReadingError(
            f"No column of {file} is known to name the document. Say which: "
            'hints={"columns": {"item_id": "..."}}. It has: ' + ", ".join(rows.columns[1:]) + "."
        )
    for name in ("item_id", "document_id"):
        if name in chosen and _is_unique(rows, chosen[name]):
            return {"item_id": chosen[name]}, {}, Decision("item_id", chosen[name], "every row has its own")
    base = chosen.get("document_id", chosen.get("item_id", ""))
    for name in _BESIDE:
        if name in columns and _is_unique(rows, base, columns[name]):
            joined = (base, columns[name])
            return {}, {"item_id": joined}, Decision("item_id", " / ".join(joined), "unique only together")
    number = rows.filter(pl.col(base).is_duplicated() & pl.col(base).is_not_null()).height
    if _few(rows, base):
        decision = Decision("item_id", base, f"{number} rows share a number; the first of each counts", "likely")
        return {"item_id": base}, {}, decision
    several = tuple(dict.fromkeys([base, *(columns[name] for name in _BESIDE if name in columns)]))
    if len(several) > 1 and _few(rows, *several):
        return {}, {"item_id": several}, Decision("item_id", " / ".join(several), "unique only together", "likely")
    raise ReadingError(
        f"{number} of {rows.height} rows of {file} share their {base!r} with another, and no other column tells "
        "them apart, so an item has no name of its own. Export the line number too, or say "
        'hints={"columns": {"item_id": "..."}}.'
    )


def with_unnamed_key(columns: Columns, rows: pl.DataFrame) -> Columns:
    """Return the columns with a key: where no header names one, the one without a header whose texts are unique."""
    if {"item_id", "document_id"} & {*columns.of}:
        return columns
    unnamed = [name for name in rows.columns if re.fullmatch(r"column \d+", name) and _is_unique(rows, name)]
    if len(unnamed) != 1:
        return columns
    decision = Decision("document_id", unnamed[0], "without a header, but every row has its own text", "likely")
    return replace(columns, of={**columns.of, "document_id": unnamed[0]}, decisions=(*columns.decisions, decision))


def _is_unique(rows: pl.DataFrame, *headers: str) -> bool:
    cells = rows.select(headers)
    return cells.null_count().row(0)[0] == 0 and not cells.is_duplicated().any()


def _few(rows: pl.DataFrame, *headers: str) -> bool:
    """Tell whether few rows repeat another, or all that do repeat it wholly."""
    cells = rows.select(headers)
    return cells.height - cells.n_unique() <= max(1, _REPEATED * rows.height)
