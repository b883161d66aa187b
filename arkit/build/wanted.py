"""Which rows of a source a layout wants: those it keeps, those it leaves out, and what it says of neither.

What becomes of a row, with ``keep = {"Kind": ("AR",)}`` and ``leave_out = {"Kind": ("AP",)}``::

    Kind    amount
    AR      100.00    is read
    AP      200.00    is left out, and named: Kind AP, 1 row, sum 200.00
    ZZ      300.00    the file is refused: nobody has said what ZZ is

A key that could act and meets no row is told, and nothing stops. The values of a key under one header, or its columns
for one amount, are a list of what may come: where one of them is met, the others wait for another month. So the lists
of all words of a system stay quiet, and one that meets nothing, because a word is spelt otherwise now, is told::

    types = { Invoice = "invoice", Refund = "journal" }    no refund this month    nothing is told
    paid_when = { Status = ["Settled"] }                   no row is Settled       paid_when Status: Settled
    minus = { open_amount = ["Credit"] }                   no credit this month    minus open_amount: Credit
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.build import parsing
from arkit.build.written_amounts import exact_amounts
from arkit.errors import ReadingError, listed
from arkit.model.findings import combine, find, value_of
from arkit.model.layout import Layout, TableLayout
from arkit.model.money import minor_per_unit, to_minor

_SUM: Final = "= sum"
_ROWS: Final = "= rows"


def wanted_rows(cells: pl.DataFrame, layout: Layout, table: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that a layout wants, and a finding for each group of the others."""
    stated = layout.tables().get(table) or TableLayout()
    rows, found = cells, []
    for header, values in stated.leave_out.items():
        # One header after the other, so that a row that two of them leave out is counted in one finding.
        named = has_value(rows, header, values)
        found.append(_left_out("left_out", rows.filter(named), [header], layout, table))
        rows = rows.filter(~named)
    if stated.keep:
        kept = pl.all_horizontal(*(has_value(rows, header, values) for header, values in stated.keep.items()))
        found.append(_left_out("left_out_by_layout", rows.filter(~kept), [*stated.keep], layout, table))
        rows = rows.filter(kept)
    return rows, combine(*found)


def refuse_undecided(cells: pl.DataFrame, stated: TableLayout, source: str) -> None:
    """Refuse a value that a layout neither keeps nor leaves out, under a header of which it says both.

    Raises
    ------
    ReadingError
        The values with the rows that have them.
    """
    for header in stated.keep.keys() & stated.leave_out.keys() & {*cells.columns}:
        known = (*stated.keep[header], *stated.leave_out[header])
        rows = cells.filter(~has_value(cells, header, known))
        if rows.height:
            named = rows.select("source_row", value=_shown(rows, header))
            places = named.group_by("value", maintain_order=True).agg("source_row")
            shown = listed(f"{value} (row {listed(numbers)})" for value, numbers in places.iter_rows())
            raise ReadingError(
                f"In the column {header!r} of {source or 'the table'} the layout keeps {listed(stated.keep[header])} "
                f"and leaves out {listed(stated.leave_out[header])}. It says nothing of: {shown}. Add each value to "
                "keep or to leave_out in the layout."
            )


def paid_rows(cells: pl.DataFrame, stated: TableLayout) -> pl.Series:
    """Which rows are paid, by the values that a layout names."""
    marks = [has_value(cells, header, values).alias(header) for header, values in stated.paid_when.items()]
    return pl.DataFrame(marks).select(paid=pl.any_horizontal(pl.all()))["paid"]


def has_value(cells: pl.DataFrame, header: str, values: Iterable[str]) -> pl.Series:
    """Which rows have one of the values under a header; a blank cell is the empty text."""
    return parsing.as_text(cells[header]).fill_null("").is_in(list(values))


def _shown(cells: pl.DataFrame, header: str) -> pl.Series:
    return parsing.as_text(cells[header]).fill_null("blank")


def _left_out(code: str, rows: pl.DataFrame, headers: Sequence[str], layout: Layout, table: str) -> pl.DataFrame:
    """A finding for each group of rows that are left out: the values and the currency, how many, and their sum."""
    stated = layout.tables().get(table) or TableLayout()
    of = {name: stated.columns.get(name, name) for name in ("open_amount", "amount", "balance", "currency")}
    # The sum is of the amount that the row would have brought into the ledger.
    order = ("open_amount", "amount") if layout.shape == "open_items" else ("amount", "open_amount")
    amounts = [of[name] for name in (*order, "balance") if of[name] in rows.columns]
    texts = parsing.as_text(rows[amounts[0]]) if amounts else pl.repeat("0", rows.height, eager=True)
    sums = exact_amounts(texts, decimal_mark=layout.decimal_mark, unit=stated.unit)
    keys = [header for header in dict.fromkeys([*headers, of["currency"]]) if header in rows.columns]
    shown = rows.select("source_row", *(_shown(rows, key).alias(key) for key in keys)).with_columns(sums.alias(_SUM))
    groups = shown.group_by(keys, maintain_order=True).agg(
        pl.col("source_row").min(), pl.len().alias(_ROWS), pl.col(_SUM).sum()
    )
    named = pl.concat_str([pl.concat_str(pl.lit(f"{key} "), pl.col(key)) for key in keys], separator=", ")
    value = value_of("left_out", count=_ROWS, rows=named, sum=units_of(_SUM))
    given = pl.col(of["currency"]) if of["currency"] in keys else pl.lit(None, dtype=pl.String)
    constant = pl.lit(stated.constants.get("currency"), dtype=pl.String)
    found = groups.select(
        "source_row", _SUM, value.alias("= value"), currency=given.replace("blank", None).fill_null(constant)
    )
    found = found.with_columns(parsing.currency_codes(found["currency"]))
    return find(code, found.with_columns(minor_of(found, _SUM)), table=table, value="= value")


def units_of(sums: str) -> pl.Expr:
    """A column of exact sums as text, without the zeros behind their last decimal."""
    return pl.col(sums).cast(pl.String).str.replace(r"\.?0+$", "")


def minor_of(groups: pl.DataFrame, sums: str) -> pl.Series:
    """The exact sums of groups, each in its ``currency``, as ``amount`` in minor units."""
    unit = groups.select(pl.col(sums), unit=minor_per_unit(pl.col("currency"), groups["currency"]))["unit"]
    return to_minor(groups[sums], unit=unit)[0].alias("amount")


_WORDS_OF: Final = {"items": "item_type", "entries": "entry_type", "payments": "status"}


@dataclass(frozen=True)
class Acting:
    """One key of a layout as it acts: on the rows with its values under a header, or with an amount in its columns."""

    key: str
    of: str
    values: tuple[str, ...]
    header: str = ""

    def meets(self, rows: pl.DataFrame) -> bool:
        """Whether it changes any of the rows."""
        if self.header:
            return self.header not in rows.columns or bool(has_value(rows, self.header, self.values).any())
        return any(parsing.as_text(rows[column]).str.contains("[1-9]").any() for column in self.values)


def idle_keys(rows: pl.DataFrame, table: TableLayout, made: TableLayout, name: str) -> pl.DataFrame:
    """The findings on the keys of a table's layout that meet none of its rows; ``made`` is the layout of its cells."""
    idle = [each for each in _acting(table, made, name) if not each.meets(rows)]
    return combine(*(_found(each, name) for each in idle))


def _acting(table: TableLayout, made: TableLayout, name: str) -> Iterator[Acting]:
    by_value = ("keep", "leave_out", "paid_when", "minus_when")
    for key in by_value:
        for header, values in getattr(table, key).items():
            yield Acting(key, header, values, header)
    words = {"types": table.types, "statuses": table.statuses}
    column = _WORDS_OF.get(name, "")
    for key, known in words.items():
        if known and column:
            yield Acting(key, column, tuple(known), made.columns.get(column, column))
    for key in ("plus", "minus"):
        for amount, headers in getattr(table, key).items():
            yield Acting(key, amount, headers)


def _found(idle: Acting, name: str) -> pl.DataFrame:
    shown = {"key": idle.key, "column": idle.of, "values": listed(idle.values)}
    row = pl.DataFrame({field: [text] for field, text in shown.items()})
    return find("idle_key", row, table=name, value=value_of("key", key="key", column="column", values="values"))
