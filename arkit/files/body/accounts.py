"""The rows of an account: documents and payments one below the other, between balances brought forward.

What is no item in a list of open items is one here, and the other way round::

    Opening balance                  5000.00             5000.00     opening: an item, though no turnover has it
    10.01.2026   S-11   Invoice      1200.00             6200.00     item
    05.02.2026   R-4    Receipt                5000.00   1200.00     item
    Turnover                         1200.00   5000.00               total of the items without the opening
    Closing balance                  1200.00                         closing: the net of all
"""

from typing import Final

import polars as pl

from arkit.build import parsing
from arkit.build.nothing import without_nothing
from arkit.build.written_amounts import decimals_as_text, exact_amounts
from arkit.errors import ReadingError
from arkit.files.body.rows import BLANK, ITEM, OTHER, PERHAPS_TOTAL, SECTION, TOTAL, Roles
from arkit.files.body.totals import PROOF, proofs
from arkit.model.findings import find, no_findings, value_of
from arkit.model.layout import Layout, Proof, TableLayout
from arkit.words.vocabulary import words

OPENING: Final = "opening"
CLOSING: Final = "closing"
NET: Final = "= net"
IS_OPENING: Final = "= opening"
_SECTION_CUSTOMER: Final = "= customer_id"
_SOME: Final = r"[1-9]"


def running_of(table: TableLayout) -> Proof | None:
    """The running balance of an account, where its layout names one."""
    return next((proof for proof in table.proofs if proof.kind == "running"), None)


def begins_with(*kinds: str) -> str:
    """One pattern for the texts that begin with a word of some kinds of rows: opening, closing.

    >>> pl.Series(["Opening balance", "Reopening"]).str.contains(begins_with("opening")).to_list()
    [True, False]
    """
    found = [pattern for kind in kinds for pattern in words("rows", kind)]
    return rf"(?i)^[^\w(]*(?:{'|'.join(found)})"


def with_account_kinds(rows: pl.DataFrame, roles: Roles, layout: Layout) -> pl.DataFrame:
    """Rows with the balances brought forward and carried forward told from items by their words.

    A balance that stands in the column of the balance alone is written where the amounts are, and one without a day has
    the first day of the file. A balance of nothing is neither an item nor a total.
    """
    texts = roles.texts(rows)
    says = {
        kind: pl.any_horizontal(False, *(pl.col(text).str.contains(begins_with(kind)) for text in texts))
        for kind in ("opening", "closing", "turnover", "cumulative")
    }
    between = pl.col("kind").is_in([PERHAPS_TOTAL, TOTAL, OTHER])
    kind = (
        pl.when(says["opening"])
        .then(pl.lit(OPENING))
        .when(says["closing"])
        .then(pl.lit(CLOSING))
        # A sum since the beginning of the year has rows that the file lacks.
        .when(between & says["cumulative"])
        .then(pl.lit(OTHER))
        .when((pl.col("kind") == PERHAPS_TOTAL) & says["turnover"])
        .then(pl.lit(TOTAL))
        .otherwise("kind")
    )
    rows = _with_balance_as_amount(rows.with_columns(kind=kind), roles)
    nothing = pl.col("kind").is_in([OPENING, CLOSING]) & ~_has_amount(roles)
    return _dated(rows.with_columns(kind=pl.when(nothing).then(pl.lit(BLANK)).otherwise("kind")), roles, layout)


def _has_amount(roles: Roles) -> pl.Expr:
    return pl.any_horizontal(False, *(pl.col(name).str.contains(_SOME) for name in roles.amounts)).fill_null(False)


def _with_balance_as_amount(rows: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    running = running_of(roles.table)
    if running is None:
        return rows
    first, balance = next(iter(roles.amounts)), running.of("balance")[0]
    alone = pl.col("kind").is_in([OPENING, CLOSING]) & ~_has_amount(roles)
    return rows.with_columns(pl.when(alone).then(pl.col(balance)).otherwise(pl.col(first)).alias(first))


def _dated(rows: pl.DataFrame, roles: Roles, layout: Layout) -> pl.DataFrame:
    days = [name for name in roles.days if name not in roles.table.dated_in.values()]
    undated = rows.select((pl.col("kind") == OPENING) & ~pl.col(days[:1]).str.contains(r"\d").fill_null(False))
    if not days or not undated.to_series().any():
        return rows
    first = parsing.dates(rows.filter(pl.col("kind") == ITEM)[days[0]], order=layout.date_order).min()
    day = pl.lit(None if first is None else str(first), dtype=pl.String)
    return rows.with_columns(pl.when(undated.to_series()).then(day).otherwise(pl.col(days[0])).alias(days[0]))


def account_proofs(parts: pl.DataFrame, roles: Roles) -> pl.DataFrame:
    """The totals of an account: each is held against the items in several ways, and the first that proves it counts.

    A turnover leaves the opening out, other sums have it, and those of a ledger closed on both sides have the closing
    balance too. A closing balance is the net of all.
    """
    minus = {header for headers in roles.table.minus.values() for header in headers}
    net = pl.sum_horizontal(pl.col(name).fill_null(0) * (-1 if name in minus else 1) for name in roles.amounts)
    parts = parts.with_columns(net.alias(NET))
    ways: list[dict[str, str]] = [
        {OPENING: SECTION, CLOSING: OTHER},
        {OPENING: ITEM, CLOSING: OTHER},
        {OPENING: ITEM, CLOSING: ITEM},
    ]
    of_amounts = [proofs(_as(parts, way), tuple(roles.amounts)) for way in ways]
    found = pl.concat([*of_amounts, *_closings(parts)]).with_columns(differs=pl.col("difference") != 0)
    # The first way that proves a total; where none does, the first of all says how far it is off.
    best = found.sort("differs", maintain_order=True).unique(
        ["source_row", "column"], keep="first", maintain_order=True
    )
    return best.sort("source_row").select([*PROOF])


def _as(parts: pl.DataFrame, kinds: dict[str, str]) -> pl.DataFrame:
    return parts.with_columns(pl.col("kind").replace(kinds))


def _closings(parts: pl.DataFrame) -> list[pl.DataFrame]:
    """Closing balances against the net of the items; some systems write them on the other side, to make both equal."""
    named = _as(parts, {OPENING: ITEM, TOTAL: OTHER, PERHAPS_TOTAL: OTHER}).with_columns(
        pl.col("kind").replace({CLOSING: TOTAL})
    )
    turned = named.with_columns(pl.when(pl.col("kind") == TOTAL).then(0 - pl.col(NET)).otherwise(NET).alias(NET))
    return [proofs(each, (NET,)) for each in (named, turned)]


def decided_edges(kinds: pl.Series) -> pl.Series:
    """The kinds of rows with balances brought forward as items, and those carried forward as totals."""
    return kinds.replace({OPENING: ITEM, CLOSING: TOTAL})


def with_openings(items: pl.DataFrame, roles: Roles, layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    """The items of an account with ``= opening``, and one more where the first balance is more than its own row.

    ``rows`` are all rows of the account as they were classified.

    Raises
    ------
    ReadingError
        The balance before the first row is of all customers together.
    """
    opening = rows.filter(pl.col("kind") == OPENING)["source_row"]
    items = items.with_columns(pl.col("source_row").is_in(opening.implode()).alias(IS_OPENING))
    running = running_of(roles.table)
    if running is None:
        return items
    owners = [*running.of("by"), *([_SECTION_CUSTOMER] if _SECTION_CUSTOMER in items.columns else [])]
    before = balance_before(items, running, layout.decimal_mark)
    given = items.with_columns(before.alias("before")).drop_nulls("before")
    # With the newest row on top, the first row of a customer is the last in the file.
    given = given.reverse() if running.value == "up" else given
    firsts = given.unique(owners, keep="first", maintain_order=True) if owners else given.head(1)
    firsts = firsts.filter((pl.col("before") != 0) & ~pl.col(IS_OPENING))
    if firsts.is_empty():
        return items
    customers = _customers(roles.table, items)
    if not owners and items.select(customers).n_unique() > 1:
        row, amount = firsts.select("source_row", "before").row(0)
        raise ReadingError(
            f"The balance before row {row} is {amount:f}, of all customers together: whose it is, the file does not "
            "say. Export the account from its beginning, or customer by customer."
        )
    return pl.concat([items, _implied(firsts, items, roles, [*owners, *customers], layout)], how="diagonal")


def _customers(table: TableLayout, items: pl.DataFrame) -> list[str]:
    named = [table.columns[name] for name in ("customer_id", "name", "currency", "entity") if name in table.columns]
    return [*named, *(name for name in items.columns if name.startswith("= ") and name != IS_OPENING)]


def balance_before(items: pl.DataFrame, running: Proof, mark: str) -> pl.Series:
    """The balance of each row without its own amounts; missing where no balance is stated."""
    amounts = {
        role: [exact_amounts(items[header], decimal_mark=mark) for header in running.of(role)]
        for role in ("balance", "debit", "credit")
    }
    step = pl.DataFrame({f"{n}": part for n, part in enumerate(amounts["debit"])})
    less = pl.DataFrame({f"{n}": part for n, part in enumerate(amounts["credit"])})
    sums = [frame.select(pl.sum_horizontal(pl.all().fill_null(0))).to_series() for frame in (step, less) if frame.width]
    before = amounts["balance"][0] - sums[0]
    return before + sums[1] if len(sums) > 1 else before


def _implied(firsts: pl.DataFrame, items: pl.DataFrame, roles: Roles, kept: list[str], layout: Layout) -> pl.DataFrame:
    """Items for balances that no row brings forward: of the customer, on the day of the first row."""
    amount = next(iter(roles.amounts))
    written = decimals_as_text(firsts["before"], decimal_mark=layout.decimal_mark)
    names = [name for name in dict.fromkeys([*kept, *roles.days[:1]]) if name != IS_OPENING]
    rows = firsts.select("source_row", "kind", *names).with_columns(
        written.alias(amount), pl.lit(True).alias(IS_OPENING)
    )
    return rows.with_columns(pl.col(name).cast(items.schema[name]) for name in rows.columns)


def account_ids(items: pl.DataFrame, roles: Roles) -> pl.Series:
    """A number for each row of an account: its document's, or that of its row where none is given or it comes again."""
    items = items.with_columns(without_nothing(items[name]) for name in roles.ids)
    given = pl.coalesce(*roles.ids, pl.lit(None, dtype=pl.String))
    row = value_of("opening_row", row="source_row") if IS_OPENING in items.columns else pl.lit(None)
    row = pl.when(pl.col(IS_OPENING)).then(row).otherwise(value_of("row", row="source_row"))
    # Of a journal only some rows are kept: those of other accounts must not take the number of the invoice.
    kept = pl.all_horizontal(True, *(pl.col(header).is_in(values) for header, values in roles.table.keep.items()))
    named = items.select("source_row", base=pl.when(kept).then(pl.coalesce(given, row)).otherwise(row))
    again = ~pl.col("base").is_first_distinct()
    return named.select(pl.when(again).then(pl.format("{}/{}", "base", "source_row")).otherwise("base")).to_series()


def opening_findings(items: pl.DataFrame, roles: Roles, name: str) -> pl.DataFrame:
    """A finding for each balance brought forward, whose documents and age are not in the file."""
    if IS_OPENING not in items.columns:
        return no_findings()
    shown = pl.concat_str(list(roles.amounts), separator=" ", ignore_nulls=True)
    return find("opening_balance", items.filter(IS_OPENING).drop("amount", strict=False), table=name, value=shown)
