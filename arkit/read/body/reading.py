"""A grid to the rows of a table, strictly by a layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import msgspec
import polars as pl

from arkit.build.parsing import exact
from arkit.errors import ReadingError
from arkit.model.findings import find, no_findings, together
from arkit.model.layout import Layout, TableLayout
from arkit.model.money import SCALE, minor_per_unit
from arkit.read.body.header import DAY, Header, find_header, stated_above
from arkit.read.body.rows import ITEM, OTHER, PERHAPS_TOTAL, SECTION, TOTAL, Roles, kinds_of
from arkit.read.body.sections import refuse_nameless, with_sections
from arkit.read.body.totals import PROOF, Tally, covered, proofs, unproven
from arkit.read.body.values import refuse_long_numbers, with_comma, with_values
from arkit.read.grid import Grid
from arkit.words.vocabulary import MONEY, any_of, meaning

_ABOVE = 200


@dataclass(frozen=True)
class Body:
    """The items of a file as cells, the simple layout of these cells, and what else stood between them.

    ``proofs`` has a row for each total and amount column; ``proven_items`` is how many items stand in a proven total;
    ``beyond`` is what the totals state beyond the items, by currency, in minor units; ``day`` is the day of
    a snapshot that stands above the header; ``counts`` how many rows are what.
    """

    rows: pl.DataFrame
    table: TableLayout
    findings: pl.DataFrame = field(default_factory=no_findings)
    proofs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROOF))
    proven_items: int = 0
    beyond: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"currency": pl.String, "amount": pl.Int64})
    )
    day: date | None = None
    counts: dict[str, int] = field(default_factory=dict)


def read_body(grid: Grid, table: TableLayout, layout: Layout, *, name: str = "items") -> Body:
    """Return the items of a grid by the layout of its table.

    Raises
    ------
    ReadingError
        The header is not the one of the layout, or there is no item below it.
    """
    header = find_header(grid, table)
    roles = Roles(_complete(table, header, grid.file), name)
    refuse_long_numbers(grid, header, roles)
    rows = with_comma(classified(grid, header, roles), grid, roles, layout)
    tally = _tally(rows, roles, layout)
    found = proofs(tally)
    rows = rows.with_columns(_settled(rows, found, roles))
    refuse_opening_balances(rows, grid.file)
    rows = with_sections(rows, roles, below=_row(grid, header))
    items = rows.filter(pl.col("kind") == ITEM)
    if items.is_empty():
        raise ReadingError(f"{grid.file} has a header (row {_row(grid, header)}) but no rows. Export it again.")
    refuse_nameless(items, roles, grid.file)
    values, simple = with_values(items, roles, layout)
    above = stated_above(grid, header, table, layout)
    day = above.pop(DAY, None)
    simple = msgspec.structs.replace(simple, constants={**simple.constants, **above})
    kinds = rows["kind"]
    found = found.join(rows.filter(kinds != ITEM).select("source_row"), on="source_row", how="semi")
    proven = covered(found, kinds)
    return Body(
        rows=values.drop("kind"),
        table=simple,
        findings=together(
            _of_file(grid, name),
            _passed_over(rows, name),
            _differing(found, name, simple),
            _outside(rows, found, proven, name),
        ),
        proofs=found,
        proven_items=int(proven.sum()),
        beyond=_beyond(found, roles, layout, simple),
        day=date.fromisoformat(day) if day else None,
        counts={str(kind): count for kind, count in kinds.value_counts().iter_rows()},
    )


def refuse_opening_balances(rows: pl.DataFrame, file: str) -> None:
    """Refuse a file that begins with balances of items that are not in it.

    Raises
    ------
    ReadingError
        The first row of an opening balance that is not zero.
    """
    between = rows.filter(pl.col("kind") != ITEM)
    texts = [name for name in rows.columns if name not in ("source_row", "kind")]
    amounts = [name for name in texts if (known := meaning(name)) and known.name in MONEY]
    if between.is_empty() or not amounts:
        return
    opening = between.filter(pl.any_horizontal(pl.col(texts).str.contains(any_of("rows", "opening"))))
    carried = opening.filter(pl.any_horizontal(pl.col(amounts).str.contains("[1-9]")))
    if carried.height:
        text = " ".join(cell for cell in carried.select(texts).row(0) if cell)
        raise ReadingError(
            f"Row {carried['source_row'][0]} of {file} is an opening balance ({text}): the items that it is made of "
            "are not in the file. Export from the beginning, or the open items of a day."
        )


def _of_file(grid: Grid, name: str) -> pl.DataFrame:
    return grid.findings.with_columns(table=pl.lit(name))


def _row(grid: Grid, header: Header) -> int:
    return int(grid.cells["source_row"][header.first])


def _complete(table: TableLayout, header: Header, file: str) -> TableLayout:
    absent = sorted(table.headers() - {*header.names.values()})
    if absent:
        raise ReadingError(
            f"The layout reads {', '.join(map(repr, absent))}, which its own header does not have ({file}). "
            "Correct the header or the columns of the layout."
        )
    return table


def classified(grid: Grid, header: Header, roles: Roles) -> pl.DataFrame:
    """Return the rows below a header with their columns named, and ``kind``; a total above the header is among them."""
    named = grid.cells.rename(header.names)
    above, lines = named.slice(0, header.first), named.slice(header.first, header.lines)
    below = named.slice(header.below)
    kinds = kinds_of(below, roles, pl.concat([above.tail(_ABOVE), lines]))
    rows = below.with_columns(kinds)
    texts = [name for name in named.columns if name not in (*roles.amounts, "source_row")]
    amounts = [pl.col(name).str.contains(r"\d") for name in roles.amounts]
    words = [pl.col(name).str.contains(any_of("rows", "total")) for name in texts]
    is_total = pl.any_horizontal(False, *amounts) & pl.any_horizontal(False, *words)
    others = None
    if roles.table.sections == "above" and any(roles.table.section_labels.values()):
        # The section of the first items may stand above the header, which is repeated for the next one.
        others = SECTION
    kind = pl.when(is_total).then(pl.lit(TOTAL)).otherwise(pl.lit(others, dtype=pl.String))
    return pl.concat([above.with_columns(kind=kind).drop_nulls("kind"), rows])


def _tally(rows: pl.DataFrame, roles: Roles, layout: Layout) -> Tally:
    texts = [name for name in rows.columns if name not in (*roles.amounts, "source_row", "kind")]
    currency = roles.table.columns.get("currency")
    given = pl.col(currency) if currency and currency not in roles.amounts else pl.lit(None, dtype=pl.String)
    amounts = [exact(rows[name], decimal_mark=layout.decimal_mark).to_physical().alias(name) for name in roles.amounts]
    if (rows["kind"] == ITEM).all():
        return Tally(pl.DataFrame(schema={"source_row": pl.Int64, "kind": pl.String, "currency": pl.String}), ())
    told = rows.select(
        "source_row",
        "kind",
        pl.coalesce([*texts, pl.lit(None, dtype=pl.String)]).alias("label"),
        given.alias("currency"),
        *amounts,
    )
    return Tally(told, tuple(roles.amounts))


def _settled(rows: pl.DataFrame, found: pl.DataFrame, roles: Roles) -> pl.Series:
    """Return what each row is, now that the sums are known: an unnamed total that proves nothing is an item."""
    named = SECTION if roles.table.sections == "above" else TOTAL
    proven = found.filter(pl.col("difference") == 0)["source_row"].unique()
    perhaps = rows["kind"] == PERHAPS_TOTAL
    is_total = rows["source_row"].is_in(proven.implode())
    kinds = rows["kind"].set(perhaps & is_total, named)
    return kinds.set(perhaps & ~is_total, ITEM)


def _passed_over(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    others = rows.filter(pl.col("kind") == OTHER)
    texts = [column for column in rows.columns if column not in ("source_row", "kind") and not column.startswith("= ")]
    value = pl.concat_str(texts, separator=" | ", ignore_nulls=True)
    return find(
        "unrecognised_row", others.with_columns(text=value).select("source_row", "text"), table=name, value="text"
    )


def _differing(found: pl.DataFrame, name: str, table: TableLayout) -> pl.DataFrame:
    differing = found.filter(pl.col("difference") != 0).unique("source_row", keep="first", maintain_order=True)
    if differing.is_empty():
        return no_findings()
    constant = table.constants.get("currency")
    rows = differing.with_columns(pl.col("currency").fill_null(pl.lit(constant, dtype=pl.String)))
    rows = rows.with_columns(amount=_minor(rows, "difference"), units=pl.col("stated") / 10**SCALE)
    value = pl.format("{}: {} {}", pl.col("label").fill_null("total"), "column", "units")
    return find("total_differs", rows.with_columns(told=value), table=name, value="told")


def _outside(rows: pl.DataFrame, found: pl.DataFrame, proven: pl.Series, name: str) -> pl.DataFrame:
    """Return one finding for the items in no proven total of a file that has totals: it may have been cut off."""
    if found.is_empty() or (found["difference"] != 0).any():
        return no_findings()
    outside = rows.filter((rows["kind"] == ITEM) & ~proven)
    first = outside.select("source_row").head(1)
    return find("not_in_a_total", first, table=name, value=pl.lit(f"{outside.height} rows"))


def _minor(rows: pl.DataFrame, column: str) -> pl.Expr:
    step = 10**SCALE // minor_per_unit(pl.col("currency"), rows["currency"])
    return (pl.col(column) // step.cast(pl.Int128)).cast(pl.Int64, strict=False)


def _beyond(found: pl.DataFrame, roles: Roles, layout: Layout, table: TableLayout) -> pl.DataFrame:
    """Return what the totals state beyond the items in the amount that is read, by currency."""
    name = "open_amount" if layout.shape == "open_items" else "amount"
    signs = {header: 1 for header, canonical in roles.amounts.items() if canonical == name}
    signs |= dict.fromkeys(roles.table.minus.get(name, ()), -1)
    parts = [unproven(found, column=header).with_columns(pl.col("difference") * sign) for header, sign in signs.items()]
    parts = [part for part in parts if part.height]
    if not parts:
        return pl.DataFrame(schema={"currency": pl.String, "amount": pl.Int64})
    sums = pl.concat(parts).group_by("currency", maintain_order=True).agg(pl.col("difference").sum())
    sums = sums.with_columns(pl.col("currency").fill_null(pl.lit(table.constants.get("currency"), dtype=pl.String)))
    return sums.select("currency", amount=_minor(sums, "difference"))
