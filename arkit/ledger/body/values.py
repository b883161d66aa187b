"""The values of items that are not simply a cell: sums of columns, marks, joined keys, days and currencies in texts."""

from __future__ import annotations

from typing import Final

import msgspec
import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.body.amount_cells import bare, currency_in, exact, written
from arkit.ledger.body.rows import DATE, Roles
from arkit.ledger.layout import Layout, TableLayout
from arkit.ledger.schema import TABLES

MADE: Final = "= {}"
_FLOAT: Final = r"^\d+\.0$"


def with_values(rows: pl.DataFrame, roles: Roles, layout: Layout) -> tuple[pl.DataFrame, TableLayout]:
    """Return the items with a column ``= name`` for each value that is made, and a layout that names these columns."""
    table = roles.table
    made = {name: MADE.format(name) for name in table.section_labels}
    expressions: dict[str, pl.Expr] = {}
    for name, headers in table.joined.items():
        expressions[name] = pl.concat_str(headers, separator="/", ignore_nulls=True)
    for name, header in table.dated_in.items():
        expressions[name] = pl.col(header).str.extract(f"({DATE})", 1)
    for name in dict.fromkeys(roles.amounts.values()):
        expressions[name] = _amount(rows, name, roles, layout)
    if (header := table.columns.get("currency")) in roles.amounts:
        expressions["currency"] = currency_in(pl.col(header), rows[header])
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


def _amount(rows: pl.DataFrame, name: str, roles: Roles, layout: Layout) -> pl.Expr:
    table, mark = roles.table, layout.decimal_mark
    plus, minus = table.plus.get(name, ()), table.minus.get(name, ())
    if not plus and not minus:
        cell = bare(pl.col(table.columns[name]))
        reversed_ = _is_minus(table)
        if reversed_ is None:
            return cell
        _refuse_both(rows, table, cell, reversed_, mark)
        return pl.when(reversed_).then(_negated(cell, mark)).otherwise(cell)
    parts = [pl.col(header) for header in (*plus, *minus)]
    unread = [pl.when(bare(part).is_not_null() & exact(part, decimal_mark=mark).is_null()).then(part) for part in parts]
    total = pl.sum_horizontal(
        *(exact(pl.col(header), decimal_mark=mark).fill_null(0) for header in plus),
        *(-exact(pl.col(header), decimal_mark=mark).fill_null(0) for header in minus),
    )
    some = pl.any_horizontal(bare(part).is_not_null() for part in parts)
    return pl.coalesce(*unread, pl.when(some).then(written(total, decimal_mark=mark)))


def _negated(cell: pl.Expr, mark: str) -> pl.Expr:
    """Return an amount with the opposite sign; what cannot be read stays as it is, for a finding."""
    return pl.coalesce(written(-exact(cell, decimal_mark=mark), decimal_mark=mark), cell)


def _is_minus(table: TableLayout) -> pl.Expr | None:
    tests = [pl.col(header).is_in(values).fill_null(False) for header, values in table.minus_when.items()]
    return pl.any_horizontal(tests) if tests else None


def _refuse_both(rows: pl.DataFrame, table: TableLayout, cell: pl.Expr, reversed_: pl.Expr, mark: str) -> None:
    """Refuse a file in which the rows that need a minus already have one: the export has changed its signs."""
    amount = exact(cell, decimal_mark=mark)
    signed = rows.filter(reversed_).select("source_row", amount=amount).filter(pl.col("amount") != 0)
    negative = signed.filter(pl.col("amount") < 0)
    if negative.height * 2 > signed.height:
        raise ReadingError(
            f"The layout says that amounts with {_marks(table)} are stated without their minus, but "
            f"{negative.height} of {signed.height} have one (row {negative['source_row'][0]} is the first). "
            "If the export states signs now, take minus_when out of the layout."
        )


def _marks(table: TableLayout) -> str:
    return " or ".join(f"{header} {', '.join(values)}" for header, values in table.minus_when.items())


def without_values(layout: Layout, **tables: TableLayout) -> Layout:
    """Return a layout whose tables are simple: every value is a cell by now."""
    return msgspec.structs.replace(layout, **tables)
