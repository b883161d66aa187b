"""One document in several rows of a file: a row for each payment, for each line item, for each part of it.

With ``once = ["Amount"]`` and payments that are ``from_items`` a file with a row for each payment becomes a document
and its payments::

    Invoice   Amount   Paid    Paid on        document A   100.00
    A         100.00   30.00   2026-02-01     payment       30.00 on 2026-02-01
    A         100.00   20.00   2026-03-01     payment       20.00 on 2026-03-01
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import polars as pl

from arkit.build.nothing import without_nothing
from arkit.build.parsing import as_cells
from arkit.build.wanted import wanted_rows
from arkit.build.written_amounts import decimals_as_text, exact_amounts
from arkit.files.body.reading import MADE, ReadTable, canonical, with_values
from arkit.files.body.rows import Roles, later_rows
from arkit.model.layout import Layout, TableLayout


def documents_once(read: ReadTable, layout: Layout) -> ReadTable:
    """The rows of a table with one for each document: amounts of the whole document once, the others added up."""
    table = canonical(layout.items, read.rows.columns, "items")
    later = later_rows(read.rows, table)
    if not later.any():
        return read
    roles = Roles(table)
    # Blank in the later rows, so that adding up below counts them once.
    once = [pl.when(~later).then(pl.col(header)).alias(header) for header in table.once]
    values, simple = with_values(_as_texts(read.rows, roles.amounts, layout).with_columns(once), roles, layout)
    number = values.select(number=simple.columns["item_id"])["number"]
    several = pl.DataFrame({"number": number, "later": later}).select(pl.col("later").any().over("number"))["later"]
    names = [MADE.format(name) for name in dict.fromkeys(roles.amounts.values())]
    summed = values.with_columns(
        values[name].zip_with(~several, _added_up(values[name], number, layout.decimal_mark)) for name in names
    )
    own = msgspec.structs.replace(read.layout, columns=simple.columns)
    return replace(read, rows=summed.filter(~later), layout=own)


def _added_up(cells: pl.Series, number: pl.Series, mark: str) -> pl.Series:
    """The sum of a document in each of its rows; a part that cannot be read makes the whole unreadable."""
    parts = exact_amounts(cells, decimal_mark=mark)
    rows = pl.DataFrame({"cell": cells, "part": parts, "number": number})
    unread = pl.col("cell").filter(pl.col("part").is_null() & pl.col("cell").is_not_null()).first()
    some = pl.col("part").is_not_null().any()
    found = rows.select(
        sum=pl.when(some.over("number")).then(pl.col("part").sum().over("number")), unread=unread.over("number")
    )
    summed = decimals_as_text(found["sum"], decimal_mark=mark)
    return summed.zip_with(found["unread"].is_null(), found["unread"]).alias(cells.name)


def _as_texts(rows: pl.DataFrame, headers: Mapping[str, str] | Sequence[str], layout: Layout) -> pl.DataFrame:
    return rows.with_columns(as_cells(rows[header], decimal_mark=layout.decimal_mark) for header in headers)


def payments_in(read: ReadTable, layout: Layout) -> ReadTable:
    """The payments that are in the rows of the documents: a row without an amount and a day is none."""
    table = layout.payments or TableLayout()
    named = {"item_id": read.layout.columns.get("item_id", "item_id"), **table.columns}
    table = msgspec.structs.replace(table, columns=named, unit=layout.items.unit)
    rows, _ = wanted_rows(read.rows, layout, "items")
    roles = Roles(table, "payments")
    values, simple = with_values(_as_texts(rows, roles.amounts, layout), roles, layout)
    cell = values[MADE.format("amount")]
    paid = exact_amounts(cell, decimal_mark=layout.decimal_mark)
    day = without_nothing(values[simple.columns["effective_on"]])
    # An amount or day that cannot be read keeps its row, for a finding.
    made = values.filter((paid != 0).fill_null(cell.is_not_null() | day.is_not_null()))
    return ReadTable(made, simple)
