"""The cells of a file to the rows of a table, strictly by a layout.

Values that are not simply a cell are made here: sums of columns, joined keys, days and currencies within texts. Numbers
of a workbook are checked: as ids they lose their last digits, as amounts they have a point as decimal mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec
import polars as pl

from arkit.build.nothing import without_nothing
from arkit.build.parsing import as_cells
from arkit.build.written_amounts import bare_amounts, currencies_in, decimals_as_text, exact_amounts, with_decimal_comma
from arkit.errors import ReadingError, listed
from arkit.files.body.accounts import (
    NET,
    account_ids,
    account_proofs,
    decided_edges,
    opening_findings,
    with_account_kinds,
    with_openings,
)
from arkit.files.body.days import with_days
from arkit.files.body.header import DAY, Header, find_header, header_on_top, stated_above
from arkit.files.body.proofs import DUE, MADE_DUE, Relation, amount_headers, due_days
from arkit.files.body.rows import (
    DATE,
    ITEM,
    OTHER,
    PERHAPS_TOTAL,
    SECTION,
    TOTAL,
    Roles,
    kinds_of,
    later_rows,
    refuse_nameless,
    with_sections,
)
from arkit.files.body.totals import PROOF, in_proven_totals, proofs, unproven
from arkit.files.open_file import Grid, is_text_column
from arkit.model.findings import combine, find, no_findings, value_of
from arkit.model.layout import Layout, TableLayout
from arkit.model.money import EXACT, SCALE, minor_per_unit
from arkit.model.schema import TABLES
from arkit.words.vocabulary import MONEY, any_of, meaning

MADE: Final = "= {}"
ROW: Final = "source_row"
_FLOAT: Final = r"^\d+\.0$"
_LONG: Final = r"^\d{16,}$"
_NUMBER: Final = r"^-?\d+\.\d+$"


def with_values(rows: pl.DataFrame, roles: Roles, layout: Layout) -> tuple[pl.DataFrame, TableLayout]:
    """The items with a column ``= name`` for each value that is made, and a layout that names these columns."""
    table, amounts = roles.table, roles.amounts
    made: dict[str, pl.Expr | pl.Series] = {
        name: pl.concat_str(headers, separator="/", ignore_nulls=True) for name, headers in table.joined.items()
    }
    if table.columns.get("item_id") == ROW:
        made["item_id"] = pl.format("row {}", ROW)
    made |= {name: pl.col(header).str.extract(f"({DATE})", 1) for name, header in table.dated_in.items()}
    if table.allocate:
        made["item_id"] = account_ids(rows, roles)
    made |= {name: _amount(rows, name, table, layout.decimal_mark) for name in dict.fromkeys(amounts.values())}
    for proof in table.proofs:
        if proof.of("day") == (MADE_DUE,):
            made[DUE] = due_days(rows, proof, layout)
    if table.columns.get("currency") in amounts:
        made["currency"] = currencies_in(rows[table.columns["currency"]])
    texts = TABLES[roles.name].of_type("text", "category")
    for name, header in table.columns.items():
        if name not in made and name in texts and _is_float(rows[header]):
            made[name] = pl.col(header).str.strip_suffix(".0")
    rows = rows.with_columns(value.alias(MADE.format(name)) for name, value in made.items())
    # Named one by one: what has been done here, such as sums and signs, must not be in it, or it would be done again.
    simple = TableLayout(
        file=table.file,
        sheet=table.sheet,
        columns={**table.columns, **{name: MADE.format(name) for name in (*table.section_labels, *made)}},
        constants=table.constants,
        keep=table.keep,
        leave_out=table.leave_out,
        paid_when=table.paid_when,
        unit=table.unit,
        types=table.types,
        statuses=table.statuses,
        allocate=table.allocate,
        once=table.once,
        from_items=table.from_items,
    )
    return rows, simple


def with_own_header(
    rows: pl.DataFrame, table: TableLayout, layout: Layout, name: str
) -> tuple[pl.DataFrame, TableLayout]:
    """Rows that have their names already, as a query or a first row gives them, with the values that a layout makes."""
    by_row = ROW in table.columns.values()
    if not (table.joined or table.plus or table.minus or table.minus_when or table.dated_in or by_row):
        return rows, table
    named = canonical(table, rows.columns, name)
    absent = sorted(named.headers() - {*rows.columns})
    if absent:
        raise ReadingError(f"The layout reads {listed(absent)}, which the {name} do not have. Correct the layout.")
    roles = Roles(named, name)
    parts = {*roles.amounts, *named.minus_when, *named.dated_in.values()}.union(*named.joined.values())
    cells = rows.with_columns(as_cells(rows[part], decimal_mark=layout.decimal_mark) for part in parts)
    return with_values(cells, roles, layout)


def canonical(table: TableLayout, headers: Sequence[str], name: str) -> TableLayout:
    """A layout that names no columns with those that bear canonical names."""
    if table.columns:
        return table
    own = {header: header for header in headers if header in TABLES[name].columns}
    return msgspec.structs.replace(table, columns=own)


def _is_float(cells: pl.Series) -> bool:
    """Whether whole numbers of a column went through a program that has only floats: 1930571429.0."""
    return cells.null_count() < len(cells) and bool(cells.drop_nulls().str.contains(_FLOAT).all())


def _amount(rows: pl.DataFrame, name: str, table: TableLayout, mark: str) -> pl.Series:
    plus, minus = table.plus.get(name, ()), table.minus.get(name, ())
    if plus or minus:
        total = _sum(rows, plus, minus, mark)
        # A document with nothing on either side of what is open is settled; of an original amount it would be missing.
        return total.fill_null("0") if name == "open_amount" and plus and minus else total
    cells = bare_amounts(without_nothing(rows[table.columns[name]]))
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
    cells = {header: bare_amounts(without_nothing(rows[header])) for header in (*plus, *minus)}
    parts = {header: exact_amounts(cell, decimal_mark=mark) for header, cell in cells.items()}
    total = signed_sum(parts, plus)
    some = pl.DataFrame([*cells.values()]).select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    result = decimals_as_text(total.set(~some, None), decimal_mark=mark)
    for header, cell in cells.items():
        unread = cell.is_not_null() & parts[header].is_null()
        # The text that cannot be read takes the place of the sum, so that a finding shows it.
        result = result.zip_with(~unread, cell)
    return result


def signed_sum(parts: Mapping[str, pl.Series], plus: Sequence[str]) -> pl.Series:
    """Exact amounts by their headers added up for each row, those that are not in ``plus`` deducted."""
    signed = pl.DataFrame([part if header in plus else -part for header, part in parts.items()])
    return signed.select(pl.sum_horizontal(pl.all().fill_null(0)).cast(EXACT)).to_series()


def _refuse_signed(rows: pl.DataFrame, table: TableLayout, amounts: pl.Series, unsigned: pl.Series) -> None:
    """Refuse a file in which the rows that need a minus already have one: the export has changed its signs."""
    marked = unsigned & (amounts != 0).fill_null(False)
    negative = marked & (amounts < 0).fill_null(False)
    # A few may have a minus of their own, as reversals do; only most of them show that the export has changed.
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
    cells = [pl.col(header) for header in dict.fromkeys([*roles.amounts, *amount_headers(roles.table.proofs)])]
    return rows.with_columns(with_decimal_comma(cell, cell.str.contains(_NUMBER)) for cell in cells)


_ABOVE = 200
_BEYOND = {"currency": pl.String, "amount": pl.Int64}


@dataclass(frozen=True)
class ReadTable:
    """The items of a file as cells, the simple layout of these cells, and what else was between them.

    ``proofs`` has a row for each total and amount column; ``proven_items`` is how many items are in a proven total;
    ``beyond`` is what the totals state beyond the items, by currency, in minor units; ``day`` is the day of
    a snapshot that is above the header; ``counts`` has the number of rows of each kind; ``held`` are the proofs of the
    layout held against the rows.
    """

    rows: pl.DataFrame
    layout: TableLayout
    findings: pl.DataFrame = field(default_factory=no_findings)
    proofs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROOF))
    proven_items: int = 0
    beyond: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_BEYOND))
    day: date | None = None
    counts: dict[str, int] = field(default_factory=dict)
    held: tuple[Relation, ...] = ()


def read_body(grid: Grid, table: TableLayout, layout: Layout, *, name: str = "items") -> ReadTable:
    """The items of a grid by the layout of its table.

    Raises
    ------
    ReadingError
        The header is not the one of the layout, or there is no item below it.
    """
    grid, header = with_days(*header_on_top(grid, find_header(grid, table)), table)
    _refuse_absent(table, header, grid.file)
    roles = Roles(canonical(table, [*header.names.values()], name), name)
    refuse_long_numbers(grid, header, roles)
    classified = numbers_with_comma(_classified(grid, header, roles), grid, roles, layout)
    classified = with_account_kinds(classified, roles, layout) if table.allocate else classified
    found = _proofs(_counted_once(classified, roles), roles, layout)
    rows = classified.with_columns(_decided(classified, found, roles))
    _refuse_opening_balances(rows, table, grid.file)
    # Customers are looked for last: which rows are sections and totals is known only when the sums have decided.
    number = int(grid.cells["source_row"][header.first])
    rows = with_sections(rows, roles, below=number)
    items = _items_of(rows, roles, grid.file, number)
    items = with_openings(items, roles, layout, classified) if table.allocate else items
    above = stated_above(grid, header, table, layout)
    day = above.pop(DAY, None)
    own = msgspec.structs.replace(layout, snapshot_on=layout.snapshot_on or (date.fromisoformat(day) if day else None))
    values, simple = with_values(items, roles, own)
    simple = msgspec.structs.replace(simple, constants={**simple.constants, **above})
    kinds = rows["kind"]
    # What the sums have shown to be an item states no total.
    found = found.join(rows.filter(kinds != ITEM).select("source_row"), on="source_row", how="semi")
    proven = in_proven_totals(found, kinds)
    return ReadTable(
        rows=values.drop("kind"),
        layout=simple,
        findings=combine(
            grid.findings.with_columns(table=pl.lit(name)),
            _unrecognised(rows, name),
            _differing(found, name, simple),
            _outside(rows, found, proven, name),
            opening_findings(items, roles, name),
            _inferred_due(values, table, name),
        ),
        proofs=found,
        proven_items=int(proven.sum()),
        beyond=_beyond(found, roles, layout, simple),
        day=date.fromisoformat(day) if day else None,
        counts={str(kind): count for kind, count in kinds.value_counts().iter_rows()},
    )


def _items_of(rows: pl.DataFrame, roles: Roles, file: str, number: int) -> pl.DataFrame:
    """The rows of items, each of a customer."""
    items = rows.filter(pl.col("kind") == ITEM)
    if items.is_empty():
        raise ReadingError(f"{file} has a header (row {number}) but no rows. Export it again.")
    refuse_nameless(items, roles, file)
    return items


def _refuse_absent(table: TableLayout, header: Header, file: str) -> None:
    absent = sorted(table.headers() - {*header.names.values()})
    if absent:
        raise ReadingError(
            f"The layout reads {', '.join(map(repr, absent))}, which its own header does not have ({file}). "
            "Correct the header or the columns of the layout."
        )


def _classified(grid: Grid, header: Header, roles: Roles) -> pl.DataFrame:
    """The rows below a header with their columns named, and ``kind``; a total above the header is among them."""
    named = grid.cells.rename(header.names)
    above, lines = named.slice(0, header.first), named.slice(header.first, header.lines)
    below = named.slice(header.below)
    kinds = kinds_of(below, roles, pl.concat([above.tail(_ABOVE), lines]))
    amounts = [pl.col(name).str.contains(r"\d") for name in roles.amounts]
    words = [pl.col(name).str.contains(any_of("rows", "total")) for name in roles.texts(named)]
    is_total = pl.any_horizontal(False, *amounts) & pl.any_horizontal(False, *words)
    # The section of the first items may be above the header, which is repeated for the next one.
    repeated = roles.table.sections == "above" and any(roles.table.section_labels.values())
    others = pl.lit(SECTION if repeated else None, dtype=pl.String)
    kind = pl.when(is_total).then(pl.lit(TOTAL)).otherwise(others)
    return pl.concat([above.with_columns(kind=kind).drop_nulls("kind"), below.with_columns(kinds)])


def _counted_once(rows: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    """The rows with the amounts of whole documents in their first row alone, as a total has them."""
    later = later_rows(rows, roles.table) & (rows["kind"] == ITEM)
    return rows.with_columns(pl.when(~later).then(pl.col(header)).alias(header) for header in roles.table.once)


def _proofs(rows: pl.DataFrame, roles: Roles, layout: Layout) -> pl.DataFrame:
    if (rows["kind"] == ITEM).all():
        return pl.DataFrame(schema=PROOF)
    currency = roles.table.columns.get("currency")
    given = pl.col(currency) if currency and currency not in roles.amounts else pl.lit(None, dtype=pl.String)
    mark = layout.decimal_mark
    amounts = [
        exact_amounts(rows[name], decimal_mark=mark, unit=roles.table.unit).to_physical().alias(name)
        for name in roles.amounts
    ]
    label = pl.coalesce([*roles.texts(rows), pl.lit(None, dtype=pl.String)])
    parts = rows.select("source_row", "kind", label.alias("label"), given.alias("currency"), *amounts)
    return account_proofs(parts, roles) if roles.table.allocate else proofs(parts, tuple(roles.amounts))


def _decided(rows: pl.DataFrame, found: pl.DataFrame, roles: Roles) -> pl.Series:
    """What each row is, now that the sums are known: an unnamed total that proves nothing is an item."""
    named = SECTION if roles.table.sections == "above" else TOTAL
    proven = found.filter(pl.col("difference") == 0)["source_row"].unique()
    perhaps = rows["kind"] == PERHAPS_TOTAL
    is_total = rows["source_row"].is_in(proven.implode())
    kinds = rows["kind"].set(perhaps & is_total, named)
    return decided_edges(kinds.set(perhaps & ~is_total, ITEM))


def _refuse_opening_balances(rows: pl.DataFrame, table: TableLayout, file: str) -> None:
    """Refuse a file, unless it is an account, that begins with balances of items that are not in it.

    Raises
    ------
    ReadingError
        The first row of an opening balance that is not zero.
    """
    between = rows.filter(pl.col("kind") != ITEM)
    texts = [name for name in rows.columns if name not in ("source_row", "kind")]
    amounts = [name for name in texts if (known := meaning(name)) and known.name in MONEY]
    if between.is_empty() or not amounts or table.allocate:
        return
    opening = between.filter(pl.any_horizontal(pl.col(texts).str.contains(any_of("rows", "opening"))))
    carried = opening.filter(pl.any_horizontal(pl.col(amounts).str.contains("[1-9]")))
    if carried.height:
        text = " ".join(cell for cell in carried.select(texts).row(0) if cell)
        raise ReadingError(
            f"Row {carried['source_row'][0]} of {file} is an opening balance ({text}): the items that it is made of "
            "are not in the file. Export from the beginning, or the open items of a day."
        )


def _unrecognised(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    others = rows.filter(pl.col("kind") == OTHER)
    texts = [column for column in rows.columns if column not in ("source_row", "kind") and not column.startswith("= ")]
    value = pl.concat_str(texts, separator=" | ", ignore_nulls=True)
    return find("unrecognised_row", others.select("source_row", text=value), table=name, value="text")


def _differing(found: pl.DataFrame, name: str, table: TableLayout) -> pl.DataFrame:
    differing = found.filter(pl.col("difference") != 0).unique("source_row", keep="first", maintain_order=True)
    if differing.is_empty():
        return no_findings()
    rows = _with_currency(differing, table)
    rows = rows.with_columns(amount=_minor(rows, "difference"), units=pl.col("stated") / 10**SCALE)
    value = pl.format("{}: {} {}", pl.col("label").fill_null("total"), "column", "units")
    return find("total_differs", rows, table=name, value=value)


def _with_currency(rows: pl.DataFrame, table: TableLayout) -> pl.DataFrame:
    constant = pl.lit(table.constants.get("currency"), dtype=pl.String)
    return rows.with_columns(pl.col("currency").fill_null(constant))


def _outside(rows: pl.DataFrame, found: pl.DataFrame, proven: pl.Series, name: str) -> pl.DataFrame:
    """One finding for the items in no proven total of a file that has totals: it may have been cut off."""
    if found.is_empty() or (found["difference"] != 0).any():
        return no_findings()
    outside = rows.filter((rows["kind"] == ITEM) & ~proven)
    first = outside.select("source_row").head(1)
    return find("not_in_a_total", first, table=name, value=value_of("rows", count=pl.lit(outside.height)))


def _inferred_due(rows: pl.DataFrame, table: TableLayout, name: str) -> pl.DataFrame:
    """One finding for the items whose due day is that of a column of the aging."""
    if not any(proof.of("day") == (MADE_DUE,) for proof in table.proofs):
        return no_findings()
    inferred = rows.filter(pl.col(MADE_DUE).is_not_null())
    first = inferred.select("source_row").head(1)
    return find("inferred_due_date", first, table=name, value=value_of("rows", count=pl.lit(inferred.height)))


def _minor(rows: pl.DataFrame, column: str) -> pl.Expr:
    step = 10**SCALE // minor_per_unit(pl.col("currency"), rows["currency"])
    return (pl.col(column) // step.cast(pl.Int128)).cast(pl.Int64, strict=False)


def _beyond(found: pl.DataFrame, roles: Roles, layout: Layout, table: TableLayout) -> pl.DataFrame:
    """What the totals state beyond the items in the amount that is read, by currency."""
    name = "open_amount" if layout.shape == "open_items" else "amount"
    signs = {header: 1 for header, canonical in roles.amounts.items() if canonical == name}
    signs |= dict.fromkeys(roles.table.minus.get(name, ()), -1)
    signs |= (
        {NET: 1} if roles.table.allocate and (found.filter(pl.col("column") != NET)["difference"] == 0).all() else {}
    )
    parts = [unproven(found, column=header).with_columns(pl.col("difference") * sign) for header, sign in signs.items()]
    parts = [part for part in parts if part.height]
    if not parts:
        return pl.DataFrame(schema=_BEYOND)
    sums = pl.concat(parts).group_by("currency", maintain_order=True).agg(pl.col("difference").sum())
    sums = _with_currency(sums, table)
    return sums.select("currency", amount=_minor(sums, "difference"))
