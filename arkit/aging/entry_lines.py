"""What moved balances between two days, each movement under its line of the roll-forward."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import narwhals as nw
from msgspec.structs import replace

from arkit.aging.aging import bucketed, has_history, in_buckets
from arkit.calendar import day_of
from arkit.errors import LedgerError
from arkit.model.engine import Rows, collect
from arkit.model.ledger import Ledger, as_day
from arkit.policy import Policy
from arkit.words.columns import ITEM_TYPES


@dataclass(frozen=True)
class Line:
    """What counts under a line of the roll-forward: entries of these types on items of these types."""

    entry_types: tuple[str, ...]
    item_types: tuple[str, ...] = ITEM_TYPES


LINES: Final[dict[str, Line]] = {
    "billed": Line(("original",), ("invoice", "debit_note")),
    "credit_notes": Line(("original",), ("credit_note",)),
    "cash": Line(("original",), ("receipt",)),
    "settlements": Line(("settlement",)),
    "discounts": Line(("discount",)),
    "write_offs": Line(("write_off",)),
    "exchange": Line(("exchange",)),
    "transfers": Line(("transfer",)),
    "corrections": Line(("correction",)),
    "journals": Line(("original",), ("journal",)),
    "applied": Line(("application",)),
}
OPENING: Final = "opening"
CLOSING: Final = "closing"
BUCKET: Final = "bucket"
TRANSFERS: Final = "transfers"
CORRECTIONS: Final = "corrections"
EXCHANGE: Final = "exchange"
AGED: Final = ("aged_in", "aged_out")
REGROUPED: Final = "regrouped"
ENTRY_COLUMNS: Final = ("entry_type", "effective_day", "recorded_on", "amount", "base_amount", "counterpart_item_id")
# What a movement that no entry makes has in place of an entry's columns.
_NO_ENTRY: Final = (nw.lit(None, nw.Date).alias("recorded_on"), nw.lit(None, nw.String).alias("counterpart_item_id"))


@dataclass(frozen=True)
class Moves:
    """Movements, one a row: item, customer, ``line``, the entry, and the ``bucket`` they belong to where asked for.

    Attributes of their customers are those of the day ``on``.
    """

    rows: Rows
    lines: tuple[str, ...]
    on: date


def opening_day(ledger: Ledger, since: date | str, *, last: date) -> date:
    """The day on which a roll-forward opens.

    The day before the first that the ledger covers opens with nothing, unless there are entries before it.

    Raises
    ------
    CoverageError
        The ledger does not know what was open on the day.
    LedgerError
        The day is after the closing.
    """
    day = as_day(since)
    if day > last:
        raise LedgerError(f"A roll-forward cannot open on {day}, after its closing on {last}. Exchange the two days.")
    first = ledger.covers[0]
    if day == first - timedelta(days=1):
        earlier = ledger.scan("entries").filter(nw.col("effective_on") < first).select("item").head(1)
        if collect(earlier).is_empty():
            return day
    return ledger.require(day)


def flows(ledger: Ledger, first: date, last: date) -> Rows:
    """The entries that take effect after one day and by another, each with its ``line``.

    What an item that is settled in its own currency leaves over in the base currency is an exchange difference,
    whether the source posted it or not.
    """
    entries = ledger.scan("entries").filter(nw.col("effective_on") > first, nw.col("effective_on") <= last)
    items = ledger.scan("items").select("item", "customer_id", "item_type", "replaces")
    rows = nw.concat([_slim(entries), _left_over(ledger, first, last)]).join(items, on="item", how="left")
    return rows.with_columns(_line().alias("line")).select("item", "customer_id", "line", *ENTRY_COLUMNS)


def _line() -> nw.Expr:
    entry, item = nw.col("entry_type"), nw.col("item_type").cast(nw.String)
    line = nw.lit(CORRECTIONS)
    for name, taken in LINES.items():
        inside = entry.is_in(taken.entry_types) & item.is_in(taken.item_types)
        line = nw.when(inside).then(nw.lit(name)).otherwise(line)
    # An item that continues another one is neither billing nor cash.
    continues = (entry == "original") & ~nw.col("replaces").is_null()
    return nw.when(continues).then(nw.lit(TRANSFERS)).otherwise(line)


def _slim(entries: Rows) -> Rows:
    return entries.with_columns(nw.col("entry_type").cast(nw.String)).select("item", *ENTRY_COLUMNS)


def _left_over(ledger: Ledger, first: date, last: date) -> Rows:
    """What settled items leave over in base currency: off when they are settled, back should they reopen."""
    settled = ledger.scan("periods").filter(nw.col("open_amount") == 0)
    ends = [
        settled.select(
            "item", nw.col(day).alias("effective_day"), (nw.col("base_open_amount") * sign).alias("base_amount")
        )
        for day, sign in (("since", -1), ("until", 1))
    ]
    rows = nw.concat(ends).filter(nw.col("effective_day") > day_of(first), nw.col("effective_day") <= day_of(last))
    rows = rows.with_columns(nw.lit(EXCHANGE).alias("entry_type"), nw.lit(0, nw.Int64).alias("amount"), *_NO_ENTRY)
    return rows.select("item", *ENTRY_COLUMNS)


def open_in_buckets(ledger: Ledger, day: date, *, policy: Policy) -> Rows:
    """The open items of a day with their ``bucket``, and their balances as amounts."""
    rows = bucketed(ledger, [day], policy=policy)
    return rows.with_columns(nw.col("open_amount").alias("amount"), nw.col("base_open_amount").alias("base_amount"))


def moves(ledger: Ledger, first: date, last: date, *, policy: Policy, columns: list[str]) -> list[Moves]:
    """All movements between two days that matter to a cut by some columns.

    By ``bucket``, the flows of an item belong to the bucket in which it was at the opening, and what remains of it
    ages out of that bucket and into the one in which it closes. By an attribute of customers that changed, what was
    open moves from the old value to the new.
    """
    rows = flows(ledger, first, last)
    found = []
    if BUCKET in columns:
        apart = replace(policy, unapplied="apart")
        opened = open_in_buckets(ledger, first, policy=apart)
        closed = open_in_buckets(ledger, last, policy=apart)
        rows = _in_bucket_of_opening(rows, ledger, opened, closed, last, policy=apart)
        found = _aged(opened, closed, last)
    of_customers = [name for name in columns if name not in (*ledger.columns("items"), BUCKET)]
    if of_customers and has_history(ledger):
        found += _regrouped(open_in_buckets(ledger, first, policy=policy), first, last)
    return [Moves(rows, tuple(LINES), last), *found]


def _in_bucket_of_opening(
    rows: Rows, ledger: Ledger, opened: Rows, closed: Rows, last: date, *, policy: Policy
) -> Rows:
    """Flows with the bucket of their item at the opening; of a new item, the bucket at the closing.

    An item that is open at neither end closes with nothing; it belongs where it would be had it stayed open.
    """
    came_and_went = rows.select("item").unique().join(opened, on="item", how="anti").join(closed, on="item", how="anti")
    entries = ledger.scan("entries").filter(nw.col("entry_type") == "original")
    born = entries.join(came_and_went, on="item", how="semi").group_by("item").agg(nw.col("amount").sum())
    dates = ledger.scan("items").select("item", "due_day", "document_day")
    born = born.rename({"amount": "open_amount"}).join(dates, on="item", how="inner")
    passing = in_buckets(born, nw.lit(day_of(last)), policy=policy)
    for name, known in (("opened", opened), ("closed", closed), ("passing", passing)):
        rows = rows.join(known.select("item", nw.col("bucket").alias(name)), on="item", how="left")
    return rows.with_columns(nw.coalesce("opened", "closed", "passing").alias("bucket")).drop(
        "opened", "closed", "passing"
    )


def _aged(opened: Rows, closed: Rows, last: date) -> list[Moves]:
    """What remains of items that close in another bucket: into it, and out of the one of the opening."""
    was = opened.select("item", nw.col("bucket").alias("was"))
    aged = closed.join(was, on="item", how="inner").filter(nw.col("bucket") != nw.col("was"))
    out = aged.with_columns(nw.col("was").alias("bucket"), -nw.col("amount", "base_amount"))
    return [Moves(_derived(rows, line, last), (line,), last) for line, rows in zip(AGED, (aged, out), strict=True)]


def _regrouped(opened: Rows, first: date, last: date) -> list[Moves]:
    into = _derived(opened, REGROUPED, last)
    out_of = into.with_columns(-nw.col("amount", "base_amount"))
    return [Moves(into, (REGROUPED,), last), Moves(out_of, (REGROUPED,), first)]


def _derived(rows: Rows, line: str, day: date) -> Rows:
    """Movements that no entry makes, in the shape of flows."""
    rows = rows.with_columns(
        nw.lit(line).alias("line"),
        nw.lit(line).alias("entry_type"),
        nw.lit(day_of(day), nw.Int32).alias("effective_day"),
        *_NO_ENTRY,
    )
    return rows.select("item", "customer_id", "line", *ENTRY_COLUMNS, "bucket")
