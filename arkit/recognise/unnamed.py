"""The columns of a source that its layout does not name and that could change the number.

They are judged as those of a file without a layout. A layout that states ``ignored``, even as an empty list, has said
something of every column that it knows: another one is a question. Without it each of them is a finding::

    Invoice   Amount   Fee     Zone           columns = { item_id = "Invoice", amount = "Amount" }
    A         100.00   10.00   north          Fee:  sum 15.00 in 2 rows      (a finding for each currency)
    B         200.00    5.00   north          Zone: north
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import polars as pl

from arkit.build.nothing import without_nothing
from arkit.build.parsing import as_cells, as_text, currency_codes
from arkit.build.wanted import minor_of, units_of
from arkit.build.written_amounts import exact_amounts
from arkit.errors import listed
from arkit.files.questions import Candidate, Question, QuestionsError
from arkit.model.findings import combine, find, value_of
from arkit.model.layout import Layout, TableLayout
from arkit.model.schema import TABLES
from arkit.recognise.arithmetic import measured
from arkit.recognise.columns import HARMLESS, Columns, meanings_of
from arkit.recognise.draft import Draft
from arkit.recognise.unexplained import Seen, may_change

WITH_MONEY: Final = ("items", "entries", "applications", "payments")


def unnamed_columns(rows: pl.DataFrame, layout: Layout, name: str, made: TableLayout, source: str) -> pl.DataFrame:
    """The findings on the columns of a table that its layout does not name and that could change the number.

    ``rows`` are as the source has them, with the columns that the layout ``made`` of them.

    Raises
    ------
    QuestionsError
        There is one, and the layout says which columns are ignored.
    """
    table = layout.tables().get(name) or TableLayout()
    named = named_headers(layout, name)
    left = [header for header in rows.columns if header not in named and not header.startswith("= ")]
    if not left or rows.is_empty():
        return combine()
    seen = _seen(rows, left, layout, name, source)
    said = {header for header, known in seen.meanings.items() if known.name == HARMLESS}
    kinds = {header: kind for header in left if header not in said and (kind := may_change(seen, header, set()))}
    if kinds and table.ignored is not None:
        raise QuestionsError([_question(seen, header) for header in kinds], source)
    currencies = _currencies(rows, made)
    return combine(*(_found(seen, header, kind, currencies, name) for header, kind in kinds.items()))


def named_headers(layout: Layout, name: str) -> set[str]:
    """The headers of which a layout says what they are, those that it ignores included."""
    table = layout.tables().get(name) or TableLayout()
    from_rows = layout.payments.headers() if name == "items" and layout.payments and layout.payments.from_items else ()
    canonical = () if table.columns else TABLES[name].columns
    return {*table.headers(), *(table.ignored or ()), *from_rows, *canonical, "source_row"}


def _seen(rows: pl.DataFrame, left: Sequence[str], layout: Layout, name: str, source: str) -> Seen:
    """The rows of a table as those of a file without a layout are seen: what is left, and what it is compared with."""
    table, own = layout.tables().get(name) or TableLayout(), layout.of_table(name)
    columns = table.columns or {header: header for header in rows.columns if header in TABLES[name].columns}
    columns = {key: header for key, header in columns.items() if header in rows.columns and header != "source_row"}
    headers = [header for header in rows.columns if header in {*columns.values(), *left}]
    texts = [without_nothing(as_cells(rows[header], decimal_mark=own.decimal_mark)) for header in headers]
    cells = rows.select("source_row").with_columns(texts)
    draft = Draft(msgspec.structs.replace(table, columns=columns), columns)
    measures = measured(cells, mark=own.decimal_mark, order=own.date_order)
    return Seen(cells, measures, Columns(columns, (), {}, frozenset(), ()), meanings_of([headers]), draft, source)


def _question(seen: Seen, header: str) -> Question:
    shown = listed(seen.rows[header].drop_nulls().unique(maintain_order=True))
    text = (
        f"What is {header!r} of {seen.file} ({shown})? It could change the number, and the layout does not name it. "
        "If it cannot, add it to ignored; if it is something, map it in the layout."
    )
    return Question(("ignored",), text, (Candidate(header, evidence="it cannot change the number"),))


def _currencies(rows: pl.DataFrame, made: TableLayout) -> pl.Series:
    """The currency of each row, as far as it is known before the rows are conformed."""
    header = made.columns.get("currency", "currency")
    given = (
        as_text(rows[header]) if header in rows.columns else pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    )
    return currency_codes(given.fill_null(made.constants["currency"]) if "currency" in made.constants else given)


def _found(seen: Seen, header: str, kind: str, currencies: pl.Series, name: str) -> pl.DataFrame:
    """The finding on a column: its sum in each currency, or some of its values where they are no amounts."""
    table = seen.table
    rows = seen.rows.select("source_row", cell=header).with_columns(currency=currencies).drop_nulls("cell")
    sums = exact_amounts(rows["cell"], decimal_mark=seen.mark, unit=table.unit)
    if kind != "amounts" or not sums.is_not_null().any():
        values = listed(rows["cell"].unique(maintain_order=True))
        value = value_of("column", column=pl.lit(header), values=pl.lit(values))
        return find("unexplained_column", rows.head(1).drop("currency"), table=name, value=value)
    groups = (
        rows.with_columns(sum=sums)
        .group_by("currency", maintain_order=True)
        .agg(pl.col("source_row").min(), pl.len().alias("count"), pl.col("sum").sum())
    )
    value = value_of("column_sum", column=pl.lit(header), count="count", sum=units_of("sum"))
    return find("unexplained_column", groups.with_columns(minor_of(groups, "sum")), table=name, value=value)
