"""The values of items that are not simply a cell: sums of columns, joined keys, days and currencies within texts.

Numbers of a workbook: as ids they lose their last digits, as amounts they have a point as decimal mark.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.build.parsing import bare_amounts, currencies_in, decimals_as_text, exact_amounts, with_decimal_comma
from arkit.errors import ReadingError
from arkit.model.layout import Layout, TableLayout
from arkit.model.money import EXACT
from arkit.model.schema import TABLES
from arkit.read.body.header import Header
from arkit.read.body.rows import DATE, Roles
from arkit.read.open_file import Grid, is_text_column

MADE: Final = "= {}"
_FLOAT: Final = r"^\d+\.0$"
_LONG: Final = r"^\d{16,}$"
_NUMBER: Final = r"^-?\d+\.\d+$"


def with_values(rows: pl.DataFrame, roles: Roles, layout: Layout) -> tuple[pl.DataFrame, TableLayout]:
    """The items with a column ``= name`` for each value that is made, and a layout that names these columns."""
    table, amounts = roles.table, roles.amounts
    made: dict[str, pl.Expr | pl.Series] = {
        name: pl.concat_str(headers, separator="/", ignore_nulls=True) for name, headers in table.joined.items()
    }
    made |= {name: pl.col(header).str.extract(f"({DATE})", 1) for name, header in table.dated_in.items()}
    made |= {name: _amount(rows, name, table, layout.decimal_mark) for name in dict.fromkeys(amounts.values())}
    if table.columns.get("currency") in amounts:
        made["currency"] = currencies_in(rows[table.columns["currency"]])
    texts = TABLES[roles.name].of_type("text", "category")
    for name, header in table.columns.items():
        if name not in made and name in texts and _is_float(rows[header]):
            made[name] = pl.col(header).str.strip_suffix(".0")
    rows = rows.with_columns(value.alias(MADE.format(name)) for name, value in made.items())
    simple = TableLayout(
        file=table.file,
        sheet=table.sheet,
        columns={**table.columns, **{name: MADE.format(name) for name in (*table.section_labels, *made)}},
        constants=table.constants,
        keep=table.keep,
        types=table.types,
    )
    return rows, simple


def _is_float(cells: pl.Series) -> bool:
    """Whether whole numbers of a column went through a program that has only floats: 1930571429.0."""
    return cells.null_count() < len(cells) and bool(cells.drop_nulls().str.contains(_FLOAT).all())


def _amount(rows: pl.DataFrame, name: str, table: TableLayout, mark: str) -> pl.Series:
    plus, minus = table.plus.get(name, ()), table.minus.get(name, ())
    if plus or minus:
        return _sum(rows, plus, minus, mark)
    cells = bare_amounts(rows[table.columns[name]])
    tests = [pl.col(header).is_in(values).fill_null(False) for header, values in table.minus_when.items()]
    if not tests:
        return cells
    unsigned = rows.select(pl.any_horizontal(tests)).to_series()
    amounts = exact_amounts(cells, decimal_mark=mark)
    _refuse_signed(rows, table, amounts, unsigned)
    # What cannot be read stays as it is, for a finding.
    return cells.zip_with(~unsigned | amounts.is_null(), decimals_as_text(-amounts, decimal_mark=mark))


def _sum(rows: pl.DataFrame, plus: tuple[str, ...], minus: tuple[str, ...], mark: str) -> pl.Series:
    """The sum of some columns minus others; a part that cannot be read makes the whole unreadable."""
    cells = {header: bare_amounts(rows[header]) for header in (*plus, *minus)}
    parts = {header: exact_amounts(cell, decimal_mark=mark) for header, cell in cells.items()}
    signed = pl.DataFrame([part if header in plus else -part for header, part in parts.items()])
    total = signed.select(pl.sum_horizontal(pl.all().fill_null(0)).cast(EXACT)).to_series()
    some = pl.DataFrame([*cells.values()]).select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    result = decimals_as_text(total.set(~some, None), decimal_mark=mark)
    for header, cell in cells.items():
        unread = cell.is_not_null() & parts[header].is_null()
        result = result.zip_with(~unread, cell)
    return result


def _refuse_signed(rows: pl.DataFrame, table: TableLayout, amounts: pl.Series, unsigned: pl.Series) -> None:
    """Refuse a file in which the rows that need a minus already have one: the export has changed its signs."""
    marked = unsigned & (amounts != 0).fill_null(False)
    negative = marked & (amounts < 0).fill_null(False)
    if negative.sum() * 2 > marked.sum():
        marks = " or ".join(f"{header} {', '.join(values)}" for header, values in table.minus_when.items())
        raise ReadingError(
            f"The layout says that amounts with {marks} are stated without their minus, but "
            f"{negative.sum()} of {marked.sum()} have one (row {rows.filter(negative)['source_row'][0]} is the first). "
            "If the export states signs now, take minus_when out of the layout."
        )


def refuse_long_numbers(grid: Grid, header: Header, roles: Roles) -> None:
    """Refuse ids of 16 digits and more that a workbook holds as numbers: it keeps only 15 of them.

    Raises
    ------
    ReadingError
        Which number, in which column and row.
    """
    if grid.kind != "workbook":
        return
    texts = TABLES[roles.name].of_type("text", "category")
    named = {header for name, header in roles.table.columns.items() if name in texts}
    for column, name in header.names.items():
        if name not in named:
            continue
        long = grid.cells.slice(header.below).filter(pl.col(column).str.contains(_LONG))
        if long.height and not is_text_column(grid, column, below=header.below):
            row, number = long.select("source_row", column).row(0)
            raise ReadingError(
                f"{grid.file} holds {number} in the column {name!r} (row {row}) as a number. A workbook keeps 15 "
                "digits of a number, so its last ones may be lost. Export the column as text, or as CSV."
            )


def numbers_with_comma(rows: pl.DataFrame, grid: Grid, roles: Roles, layout: Layout) -> pl.DataFrame:
    """The rows with the numbers of a workbook written with the decimal mark of its text."""
    if grid.kind == "text" or layout.decimal_mark == ".":
        return rows
    cells = [pl.col(header) for header in roles.amounts]
    return rows.with_columns(with_decimal_comma(cell, cell.str.contains(_NUMBER)) for cell in cells)
