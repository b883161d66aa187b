"""Cells to canonical tables: columns renamed and typed, faults of single cells found, nothing dropped.

What happens to a column, by the example of ``Fällig`` in a layout with ``due_date = "Fällig"`` and days as dmy::

    cells         named         typed         finding
    05.11.2026    05.11.2026    2026-11-05
    00.00.0000    (missing)     (missing)
    soon          soon          (missing)     unreadable_optional: due_date = soon
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.build import parsing
from arkit.build.nothing import without_nothing
from arkit.build.wanted import paid_rows, refuse_undecided, wanted_rows
from arkit.errors import LedgerError, ReadingError, listed, missing_columns
from arkit.model.findings import combine, find, value_of
from arkit.model.layout import Layout, TableLayout
from arkit.model.schema import TABLES

LEDGER_TABLES: Final = ("items", "entries", "applications", "payments")
_WITHOUT_FIRST_DAYS: Final = (*LEDGER_TABLES, "marks")
_COUNTED_FROM: Final = ("document_date", "effective_on")
_UNREAD: Final = {**dict.fromkeys(_COUNTED_FROM, "unread"), "settled_on": "unread_settled_on"}


@dataclass(frozen=True)
class Conformed:
    """A table with canonical columns, and the findings on its cells.

    Amounts are still as in the source, because their currency decides on the decimals. ``unread`` holds the text of
    a date from which the row should count and that cannot be read, ``unread_settled_on`` that of a settlement; ``paid``
    is whether the source says that the row is paid.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame


def conform(cells: pl.DataFrame, *, table: str, layout: Layout, source: str = "") -> Conformed:
    """The canonical columns of a table with their types, and the faults of its cells.

    Raises
    ------
    LedgerError
        A required column is missing, or a column looks like a misspelt canonical one.
    ReadingError
        A required column is in the layout but not in the file.
    """
    stated = getattr(layout, table) or TableLayout()
    # Numbered before anything is left out, so that a finding names the row of the file.
    filled, blank = _filled_rows(_numbered(cells), table=table)
    _refuse_absent([*stated.keep, *stated.leave_out, *stated.paid_when], filled, source)
    # Before rows are left out: each value of the file must have been decided, also in a row that another column drops.
    refuse_undecided(filled, stated, source)
    kept, left_out = wanted_rows(filled, layout, table)
    named = _with_canonical_names(kept, stated, table=table, source=source)
    # One column is read on one core: several at a time use them all. Each is kept in one piece, because every later
    # step would otherwise put the pieces of the file together again.
    with ThreadPoolExecutor() as cores:
        cells_of = [named[name] for name in named.columns if name != "source_row"]
        typed = named.with_columns(cores.map(lambda column: _typed(column, table, layout, source).rechunk(), cells_of))
    judged = [name for name in _judged_with_the_row(table, layout) if name in TABLES[table].columns]
    findings = combine(blank, left_out, _unreadable(named, typed, table, judged))
    if table in LEDGER_TABLES:
        unread = {_UNREAD[name]: _unread(named, typed, name) for name in judged}
        paid = {"paid": paid_rows(kept, stated)} if stated.paid_when else {}
        return Conformed(typed.with_columns(**unread, **paid), findings)
    required = [name for name in TABLES[table].required if TABLES[table].columns[name] != "money"]
    return Conformed(typed.drop_nulls(required), combine(findings, _lacking(typed, required, findings, table)))


def _judged_with_the_row(table: str, layout: Layout) -> list[str]:
    """The days without which a row is rejected with its amount, so that they are no findings of their own."""
    if table not in LEDGER_TABLES:
        return []
    return [*_COUNTED_FROM, "settled_on"] if layout.shape == "settled" else [*_COUNTED_FROM]


def _numbered(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with ``source_row``: as the file's reader numbered them, or counted from one."""
    if cells.schema.get("source_row") == pl.Int64:
        return cells
    counted = cells.drop("source_row", strict=False).with_row_index("source_row", offset=1)
    return counted.with_columns(pl.col("source_row").cast(pl.Int64))


def _filled_rows(cells: pl.DataFrame, *, table: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that are not blank, and a finding with the number of the others."""
    names = [name for name in cells.columns if name != "source_row"]
    if not names:
        return cells, combine()
    # Few rows have a blank first cell, so only those are looked at as a whole.
    suspects = cells.filter(_is_blank(cells, names[0]))
    blank = suspects.filter(pl.all_horizontal(_is_blank(cells, name) for name in names))
    if blank.is_empty():
        return cells, combine()
    value = value_of("rows", count=pl.lit(blank.height))
    found = find("blank_row", blank.select("source_row").head(1), table=table, value=value)
    return cells.join(blank.select("source_row"), on="source_row", how="anti", maintain_order="left"), found


def _is_blank(cells: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    text = cells.schema[name] == pl.String
    return column.is_null() | (column.str.strip_chars() == "") if text else column.is_null()


def _lacking(typed: pl.DataFrame, required: list[str], findings: pl.DataFrame, table: str) -> pl.DataFrame:
    """Findings on the rows that cannot be used because a required cell is empty."""
    lacking = typed.filter(pl.any_horizontal(pl.col(required).is_null()))
    found = findings.filter(pl.col("code") == "unreadable_row").select("source_row")
    empty = [pl.when(pl.col(name).is_null()).then(pl.lit(f"no {name}")) for name in required]
    rows = lacking.join(found, on="source_row", how="anti").drop("amount", strict=False)
    return find("unreadable_row", rows, table=table, value=pl.concat_str(empty, separator=", ", ignore_nulls=True))


def _with_canonical_names(cells: pl.DataFrame, stated: TableLayout, *, table: str, source: str) -> pl.DataFrame:
    known = TABLES[table].columns
    names = stated.columns or {name: name for name in cells.columns if name in known}
    _refuse_absent(names.values(), cells, source)
    # Without a mapping a column of another name is merely unread: with "due_dat" every item would be due at once.
    if not stated.columns:
        _refuse_misspelt(table, found=cells.columns, known=list(known), source=source)
    missing = [name for name in TABLES[table].required if name not in names and name not in stated.constants]
    if missing:
        found = [name for name in cells.columns if name != "source_row"]
        raise missing_columns(table, missing=missing, found=found, source=source)
    cells = _without_nothing(cells, names, table)
    return cells.select(
        "source_row",
        *(_with_constant(cells, header, stated.constants.get(name)).alias(name) for name, header in names.items()),
        *(pl.lit(value).alias(name) for name, value in stated.constants.items() if name not in names),
    )


def _without_nothing(cells: pl.DataFrame, names: Mapping[str, str], table: str) -> pl.DataFrame:
    """The cells without those that say that there is nothing; of amounts, a dash is told when they are read."""
    kinds = {header: TABLES[table].columns[name] for name, header in names.items()}
    # The first day of a table about customers or rates is a day like any other: it was always so.
    days = table in _WITHOUT_FIRST_DAYS
    return cells.with_columns(
        without_nothing(cells[header], days=days and kind == "date")
        for header, kind in kinds.items()
        if kind != "money"
    )


def _with_constant(cells: pl.DataFrame, header: str, constant: str | None) -> pl.Expr:
    if constant is None:
        return pl.col(header)
    return pl.when(_is_blank(cells, header)).then(pl.lit(constant)).otherwise(pl.col(header))


def _refuse_absent(headers: Iterable[str], cells: pl.DataFrame, source: str) -> None:
    absent = [header for header in headers if header not in cells.columns]
    if absent:
        found = [name for name in cells.columns if name != "source_row"]
        raise ReadingError(
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


def _typed(column: pl.Series, table: str, layout: Layout, source: str) -> pl.Series:
    try:
        return _of_kind(column, table, layout)
    except pl.exceptions.PolarsError as error:
        raise LedgerError(
            f"The column {column.name!r} of the {table} table{f' of {source}' if source else ''} holds {column.dtype}, "
            f"which cannot be read as a {TABLES[table].columns[column.name]}. Write it as text."
        ) from error


def _of_kind(column: pl.Series, table: str, layout: Layout) -> pl.Series:
    kind = TABLES[table].columns[column.name]
    if kind == "date":
        return parsing.dates(column, order=layout.date_order, zone=layout.time_zone)
    if kind == "flag":
        return parsing.flags(column)
    if kind == "number":
        return parsing.numbers(column, decimal_mark=layout.decimal_mark)
    if kind == "money":
        return column if column.dtype.is_numeric() or column.dtype.is_decimal() else parsing.as_text(column)
    text = parsing.as_text(column)
    return parsing.currency_codes(text) if column.name.endswith("currency") else text


def _unreadable(named: pl.DataFrame, typed: pl.DataFrame, table: str, judged: Sequence[str]) -> pl.DataFrame:
    """Findings on cells that cannot be read, except for those whose whole row is rejected with its amount."""
    found = []
    for name in TABLES[table].of_type("date", "number"):
        if name in judged:
            continue
        given = _unread(named, typed, name)
        if given.null_count() == typed.height:
            continue
        rows = typed.with_columns(given=given).filter(pl.col("given").is_not_null())
        code = "unreadable_row" if name in TABLES[table].required else "unreadable_optional"
        found.append(find(code, rows.drop("amount", strict=False), table=table, value="given"))
    return combine(*found)


def _unread(named: pl.DataFrame, typed: pl.DataFrame, name: str) -> pl.Series:
    """The text of cells that had something in them and have no value now, with the name of their column."""
    # Reading only ever empties cells, so as many empty ones as before means that all could be read.
    if name not in named.columns or named[name].null_count() == typed[name].null_count():
        return pl.Series("unread", [None], dtype=pl.String).new_from_index(0, typed.height)
    given = parsing.as_text(named[name])
    unread = given.is_not_null() & typed[name].is_null()
    return (f"{name} = " + given).set(~unread, None).alias("unread")
