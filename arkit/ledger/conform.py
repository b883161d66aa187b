"""Cells to canonical tables: columns renamed and typed, faults of single cells found, nothing dropped."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.errors import LedgerError, ReadingError, listed, missing_columns
from arkit.ledger import parsing
from arkit.ledger.findings import find, together
from arkit.ledger.layout import Layout, TableLayout
from arkit.ledger.schema import TABLES

LEDGER_TABLES: Final = ("items", "entries", "applications", "payments")
_COUNTED_FROM: Final = ("document_date", "effective_on")


@dataclass(frozen=True)
class Conformed:
    """A table with canonical columns, and what was wrong with its cells.

    Amounts are still as in the source, because their currency decides on the decimals. ``unread`` holds the text of
    a date from which the row should count and that cannot be read.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame


def conform(cells: pl.DataFrame, *, table: str, layout: Layout, source: str = "") -> Conformed:
    """Return the canonical columns of a table with their types, and the faults of its cells.

    Raises
    ------
    LedgerError
        A required column is missing, or a column looks like a misspelt canonical one.
    ReadingError
        A required column is in the layout but not in the file.
    """
    stated = getattr(layout, table) or TableLayout()
    kept, left_out = _wanted_rows(cells, stated, table=table, source=source)
    named = _named(kept, stated, table=table, source=source)
    typed = named.with_columns(_typed(named[name], table, layout) for name in named.columns if name != "source_row")
    findings = together(left_out, _unreadable(named, typed, table))
    if table in LEDGER_TABLES:
        dated_by = "document_date" if table == "items" else "effective_on"
        return Conformed(typed.with_columns(unread=_unread(named, typed, dated_by)), findings)
    required = [name for name in TABLES[table].required if TABLES[table].columns[name] != "money"]
    return Conformed(typed.drop_nulls(required), findings)


def _wanted_rows(
    cells: pl.DataFrame, stated: TableLayout, *, table: str, source: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    absent = [header for header in stated.keep if header not in cells.columns]
    if absent:
        raise _absent(absent, cells, source)
    wanted = pl.all_horizontal(pl.lit(True), *(pl.col(name).is_in(values) for name, values in stated.keep.items()))
    kept = cells.filter(wanted) if stated.keep else cells
    number = cells.height - kept.height
    rows = pl.DataFrame({"source_row": [None]}, schema={"source_row": pl.Int64}).head(min(number, 1))
    return kept, find("left_out_by_layout", rows, table=table, value=pl.lit(f"{number} rows"))


def _named(cells: pl.DataFrame, stated: TableLayout, *, table: str, source: str) -> pl.DataFrame:
    known = TABLES[table].columns
    names = stated.columns or {name: name for name in cells.columns if name in known}
    absent = [header for header in names.values() if header not in cells.columns]
    if absent:
        raise _absent(absent, cells, source)
    if not stated.columns:
        _refuse_misspelt(table, found=cells.columns, known=list(known), source=source)
    missing = [name for name in TABLES[table].required if name not in names and name not in stated.constants]
    if missing:
        raise missing_columns(table, missing=missing, found=cells.columns, source=source)
    if "source_row" not in cells.columns:
        cells = cells.with_row_index("source_row", offset=1).with_columns(pl.col("source_row").cast(pl.Int64))
    return cells.select(
        "source_row",
        *(pl.col(header).alias(name) for name, header in names.items() if name not in stated.constants),
        *(pl.lit(value).alias(name) for name, value in stated.constants.items()),
    )


def _absent(absent: list[str], cells: pl.DataFrame, source: str) -> ReadingError:
    found = [name for name in cells.columns if name != "source_row"]
    return ReadingError(
        f"{source or 'The table'} has no column {listed(absent)}, which the layout names. It has: {listed(found)}. "
        "If the export changed, change the layout."
    )


def _refuse_misspelt(table: str, *, found: list[str], known: list[str], source: str) -> None:
    missing = [name for name in known if name not in found]
    for name in found:
        near = difflib.get_close_matches(name.strip().lower(), missing, n=1, cutoff=0.85) if name not in known else []
        if near:
            raise LedgerError(
                f"The {table} table{f' of {source}' if source else ''} has a column {name!r}; is it {near[0]!r}? "
                "Rename it, or map it in the layout."
            )


def _typed(column: pl.Series, table: str, layout: Layout) -> pl.Series:
    kind = TABLES[table].columns[column.name]
    if kind == "date":
        return parsing.dates(column, order=layout.date_order)
    if kind == "flag":
        return parsing.flags(column)
    if kind == "number":
        return parsing.numbers(column, decimal_mark=layout.decimal_mark)
    if kind == "money":
        return column if column.dtype.is_numeric() or column.dtype.is_decimal() else parsing.text(column)
    return parsing.text(column)


def _unreadable(named: pl.DataFrame, typed: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return findings for cells that cannot be read, but those whose whole row is set apart with its amount."""
    found = []
    for name in TABLES[table].of_type("date", "number"):
        if name in _COUNTED_FROM and table in LEDGER_TABLES:
            continue
        rows = typed.with_columns(given=_unread(named, typed, name)).filter(pl.col("given").is_not_null())
        code = "unreadable_row" if name in TABLES[table].required else "unreadable_optional"
        found.append(find(code, rows.drop("amount", strict=False), table=table, value="given"))
    return together(*found)


def _unread(named: pl.DataFrame, typed: pl.DataFrame, name: str) -> pl.Series:
    if name not in named.columns or named[name].null_count() == typed[name].null_count():
        return pl.Series("unread", [None], dtype=pl.String).new_from_index(0, typed.height)
    given = parsing.text(named[name])
    unread = given.is_not_null() & typed[name].is_null()
    return (f"{name} = " + given).set(~unread, None).alias("unread")
