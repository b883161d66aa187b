"""The values of items that are not simply a cell: sums of columns, marks, joined keys, days and currencies in texts.

Numbers of a workbook: as ids they lose their last digits, as amounts they have a point as decimal mark.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.build.parsing import EXACT, bare, currency_in, exact, written
from arkit.errors import ReadingError
from arkit.model.layout import Layout, TableLayout
from arkit.model.schema import TABLES
from arkit.read.body.header import Header
from arkit.read.body.rows import DATE, Roles
from arkit.read.grid import Grid, is_text_sheets

MADE: Final = "= {}"
_FLOAT: Final = r"^\d+\.0$"


def with_values(rows: pl.DataFrame, roles: Roles, layout: Layout) -> tuple[pl.DataFrame, TableLayout]:
    """Return the items with a column ``= name`` for each value that is made, and a layout that names these columns."""
    table = roles.table
    made = {name: MADE.format(name) for name in table.section_labels}
    expressions: dict[str, pl.Expr | pl.Series] = {}
    for name, headers in table.joined.items():
        expressions[name] = pl.concat_str(headers, separator="/", ignore_nulls=True)
    for name, header in table.dated_in.items():
        expressions[name] = pl.col(header).str.extract(f"({DATE})", 1)
    for name in dict.fromkeys(roles.amounts.values()):
        expressions[name] = _amount(rows, name, roles, layout)
    if table.columns.get("currency") in roles.amounts:
        expressions["currency"] = currency_in(rows[table.columns["currency"]])
    for name, header in table.columns.items():
        if name in expressions or TABLES[roles.name].columns[name] not in ("text", "category"):
            continue
        if _is_float(rows[header]):
            expressions[name] = pl.col(header).str.strip_suffix(".0")
    made |= {name: MADE.format(name) for name in expressions}
    rows = rows.with_columns(expression.alias(MADE.format(name)) for name, expression in expressions.items())
    simple = TableLayout(
        file=table.file,
        sheet=table.sheet,
        columns={**table.columns, **made},
        constants=table.constants,
        keep=table.keep,
        types=table.types,
    )
    return rows, simple


def _is_float(cells: pl.Series) -> bool:
    """Tell whether whole numbers of a column went through a program that knows none: 1930571429.0."""
    return cells.null_count() < len(cells) and bool(cells.drop_nulls().str.contains(_FLOAT).all())


def _amount(rows: pl.DataFrame, name: str, roles: Roles, layout: Layout) -> pl.Series:
    table, mark = roles.table, layout.decimal_mark
    plus, minus = table.plus.get(name, ()), table.minus.get(name, ())
    if plus or minus:
        return _sum(rows, plus, minus, mark)
    cells = bare(rows[table.columns[name]])
    lowering = _lowering(rows, table)
    if lowering is None:
        return cells
    amounts = exact(cells, decimal_mark=mark)
    _refuse_both(rows, table, amounts, lowering)
    # What cannot be read stays as it is, for a finding.
    return cells.zip_with(~lowering | amounts.is_null(), written(-amounts, decimal_mark=mark))


def _sum(rows: pl.DataFrame, plus: tuple[str, ...], minus: tuple[str, ...], mark: str) -> pl.Series:
    """Return the sum of some columns less others; a part that cannot be read makes the whole unreadable."""
    cells = {header: bare(rows[header]) for header in (*plus, *minus)}
    parts = {header: exact(cell, decimal_mark=mark) for header, cell in cells.items()}
    signed = pl.DataFrame([part if header in plus else -part for header, part in parts.items()])
    total = signed.select(pl.sum_horizontal(pl.all().fill_null(0)).cast(EXACT)).to_series()
    some = pl.DataFrame([*cells.values()]).select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    result = written(total.set(~some, None), decimal_mark=mark)
    for header, cell in cells.items():
        unread = cell.is_not_null() & parts[header].is_null()
        result = result.zip_with(~unread, cell)
    return result


def _lowering(rows: pl.DataFrame, table: TableLayout) -> pl.Series | None:
    """Return which rows are stated without their minus."""
    tests = [pl.col(header).is_in(values).fill_null(False) for header, values in table.minus_when.items()]
    return rows.select(pl.any_horizontal(tests)).to_series() if tests else None


def _refuse_both(rows: pl.DataFrame, table: TableLayout, amounts: pl.Series, lowering: pl.Series) -> None:
    """Refuse a file in which the rows that need a minus already have one: the export has changed its signs."""
    marked = lowering & (amounts != 0).fill_null(False)
    negative = marked & (amounts < 0).fill_null(False)
    if negative.sum() * 2 > marked.sum():
        raise ReadingError(
            f"The layout says that amounts with {_marks(table)} are stated without their minus, but "
            f"{negative.sum()} of {marked.sum()} have one (row {rows.filter(negative)['source_row'][0]} is the first). "
            "If the export states signs now, take minus_when out of the layout."
        )


def _marks(table: TableLayout) -> str:
    return " or ".join(f"{header} {', '.join(values)}" for header, values in table.minus_when.items())


_LONG: Final = r"^\d{16,}$"
_EITHER: Final = r"^-?[1-9]\d{0,2}\.\d{3}$"
_NUMBER: Final = r"^-?\d+\.\d+$"


def refuse_long_numbers(grid: Grid, header: Header, roles: Roles) -> None:
    """Refuse ids of 16 digits and more that a workbook holds as numbers: it keeps but 15 of them.

    Raises
    ------
    ReadingError
        Which number, in which column and row.
    """
    if grid.kind != "workbook":
        return
    texts = TABLES[roles.name].of_type("text", "category")
    named = {table: name for name, table in roles.table.columns.items() if name in texts}
    for column, name in header.names.items():
        if name not in named:
            continue
        long = grid.cells.slice(header.below).filter(pl.col(column).str.contains(_LONG))
        if long.height and not is_text_sheets(grid, column, below=header.below):
            row, number = long.select("source_row", column).row(0)
            raise ReadingError(
                f"{grid.file} holds {number} in the column {name!r} (row {row}) as a number. A workbook keeps 15 "
                "digits of a number, so its last ones may be lost. Export the column as text, or as CSV."
            )


def with_comma(rows: pl.DataFrame, grid: Grid, roles: Roles, layout: Layout) -> pl.DataFrame:
    """Return the rows with the numbers of a workbook written with the decimal mark of its text.

    What could be a number, or text with a thousands mark, becomes unreadable, for a finding.
    """
    if grid.kind == "text" or layout.decimal_mark == ".":
        return rows
    cells = pl.col([*roles.amounts])
    return rows.with_columns(
        pl.when(cells.str.contains(_EITHER))
        .then(cells + " (a number, or text with a thousands mark)")
        .when(cells.str.contains(_NUMBER))
        .then(cells.str.replace(".", ",", literal=True))
        .otherwise(cells)
    )
