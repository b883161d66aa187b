"""What moved balances between two days: debts followed from document to document, and each movement under its line."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import narwhals as nw
import polars as pl
from msgspec.structs import replace

from arkit.aging.aging import bucketed, exchange_of_netting, has_history, in_buckets
from arkit.calendar import day_of
from arkit.errors import LedgerError, no_payments
from arkit.model.engine import Rows, beside, collect, is_one_of
from arkit.model.ledger import Ledger, as_day
from arkit.policy import Policy
from arkit.words.columns import ITEM_TYPES

BILLED: Final = ("invoice", "debit_note")
# Each pass doubles the length of the chains that are followed: enough for a million renewals of one debt.
_PASSES: Final = 20


def require_history(ledger: Ledger, as_of: date | str) -> date:
    """A day as a date, if the ledger covers it and is more than a snapshot of it.

    Raises
    ------
    CoverageError
        It does not, or is.
    """
    day = ledger.require(as_of)
    if ledger.snapshots:
        raise no_payments(ledger.snapshots)
    if ledger.is_snapshot:
        ledger.require(day - timedelta(days=1))
    return day


def billings(ledger: Ledger, day: date) -> Rows:
    """The invoices and debit notes up to a day: ``debt``, ``customer_id``, ``document_day`` and ``billed``.

    An item that carries on another one was not billed anew; it belongs to the debt with which it began.
    """
    items = ledger.scan("items").filter(is_one_of("item_type", *BILLED), nw.col("replaces").is_null())
    entries = ledger.scan("entries").filter(nw.col("entry_type") == "original", nw.col("effective_on") <= day)
    originals = entries.group_by("item").agg(nw.col("amount").sum().alias("billed"))
    rows = items.select("item", "customer_id", "document_day").join(originals, on="item", how="inner")
    return rows.filter(nw.col("billed") > 0)


def with_debt(rows: Rows, ledger: Ledger) -> Rows:
    """Rows that have ``item`` with ``debt``: the item with which the debt began that the item carries on."""
    links = carried_on(ledger)
    if links.is_empty():
        return rows.with_columns(nw.col("item").alias("debt"))
    rows = rows.join(beside(links, rows), on="item", how="left")
    return rows.with_columns(nw.coalesce("debt", "item").alias("debt"))


def carried_on(ledger: Ledger) -> pl.DataFrame:
    """``item`` and ``debt`` of the items that carry on another one, over any number of renewals.

    An item in another currency carries nothing on: amounts of two currencies are never added.
    """
    items = ledger.scan("items")
    later = items.filter(~nw.col("replaces").is_null()).select("item", "currency", nw.col("replaces").alias("item_id"))
    first = items.select("item_id", "currency", nw.col("item").alias("debt"))
    links = collect(later.join(first, on=["item_id", "currency"], how="inner").select("item", "debt"))
    # An item carries on one other at most, so no link is multiplied.
    # The passes end, even if items carry on each other in a circle.
    for _ in range(_PASSES):
        further = links.join(links.select(debt="item", first="debt"), on="debt", how="left")
        if further["first"].null_count() == further.height:
            break
        links = further.select("item", debt=pl.coalesce("first", "debt"))
    return links


def first_due_days(ledger: Ledger) -> Rows:
    """``item`` and ``first_due_day``, the day on which it was to be paid before any new agreement.

    An item that carries on another one was first due when that one was: a renewal makes nobody punctual.
    """
    items = ledger.scan("items")
    first = items.select(
        nw.col("item").alias("debt"), nw.coalesce("original_due_day", "due_day").alias("first_due_day")
    )
    debts = with_debt(items.select("item"), ledger)
    return debts.join(first, on="debt", how="inner").select("item", "first_due_day")


def unpaid_until(ledger: Ledger, day: date) -> Rows:
    """``debt`` and ``until``, the first day on which nothing of it was owed any more, as it is seen on a day.

    A debt that is open on the day has a later ``until``; one that was settled as it was billed is not there.
    """
    owed = ledger.scan("periods").filter(nw.col("open_amount") > 0, nw.col("since") <= day_of(day))
    return with_debt(owed.select("item", "until"), ledger).group_by("debt").agg(nw.col("until").max())


def followed(ledger: Ledger, day: date) -> Rows:
    """Each billing with the days after which and up to which it was at risk, and whether it was paid then.

    ``owed`` is 1 where it is still unpaid; what was credited or transferred away is neither paid nor owed.
    """
    number, first = day_of(day), day_of(ledger.complete_from)
    rows = billings(ledger, day).with_columns(nw.col("item").alias("debt"))
    rows = rows.join(unpaid_until(ledger, day), on="debt", how="left")
    rows = rows.join(_not_paid(ledger, day), on="debt", how="left")
    lost = nw.col("off").fill_null(0) * 2 > nw.col("billed")
    void = nw.col("void").fill_null(0) * 2 > nw.col("billed")
    until = nw.coalesce("until", "document_day")
    still = (until > number) | lost
    began = nw.col("document_day")
    rows = rows.with_columns(
        (nw.when(still).then(nw.lit(number)).otherwise(until) - began).alias("leaves"),
        # Day -1: at risk on the day of the document itself.
        nw.when(began >= first).then(nw.lit(-1)).otherwise(nw.lit(first) - began).alias("enters"),
        nw.when(still | void).then(0).otherwise(1).alias("paid"),
        nw.when(still).then(1).otherwise(0).alias("owed"),
    )
    return rows.filter(nw.col("leaves") >= 0)


def _not_paid(ledger: Ledger, day: date) -> Rows:
    """How much of each debt was written off (``off``), or credited, corrected or transferred away (``void``)."""
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day)
    credits = ledger.scan("items").filter(nw.col("item_type") == "credit_note").select("item_id")
    credited = entries.filter(nw.col("entry_type") == "application").join(
        credits, left_on="counterpart_item_id", right_on="item_id", how="semi"
    )
    # What was transferred to the item that carries the debt on comes back as that item's original.
    renewals = beside(carried_on(ledger), entries)
    renewed = entries.filter(nw.col("entry_type") == "original").join(renewals, on="item", how="semi")
    moved = entries.filter(is_one_of("entry_type", "correction", "transfer"))
    lost, nothing = (-nw.col("amount")), nw.lit(0, nw.Int64)
    off = entries.filter(nw.col("entry_type") == "write_off").select("item", lost.alias("off"), nothing.alias("void"))
    void = [part.select("item", nothing.alias("off"), lost.alias("void")) for part in (credited, renewed, moved)]
    return with_debt(nw.concat([off, *void]), ledger).group_by("debt").agg(nw.col("off", "void").sum())


@dataclass(frozen=True)
class Line:
    """What counts under a line of the roll-forward: entries of these types on items of these types."""

    entry_types: tuple[str, ...]
    item_types: tuple[str, ...] = ITEM_TYPES


LINES: Final[dict[str, Line]] = {
    "billed": Line(("original",), ("invoice", "debit_note")),
    "credit_notes": Line(("original",), ("credit_note",)),
    "cash": Line(("original",), ("receipt",)),
    "settlements": Line(("settlement", "inferred_settlement")),
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
    # After the opening and up to the closing: roll-forwards that follow each other share no entry and leave none out.
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
    """The open items of a day with their ``bucket``, and their balances as amounts; netting leaves exchange."""
    rows = bucketed(ledger, [day], policy=policy)
    if policy.unapplied == "net":
        over = exchange_of_netting(ledger, [day], policy=policy)
        rows = nw.concat([rows, over.select(*rows.collect_schema().names())])
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
        # Movements are of items as they are booked; what netting hides of them is a line of its own.
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
    born = entries.group_by("item").agg(nw.col("amount").sum().alias("open_amount"))
    dates = ledger.scan("items").select("item", "due_day", "document_day")
    # Of an item that is not known yet, only its entries are there.
    passing = came_and_went.join(born, on="item", how="left").join(dates, on="item", how="inner")
    passing = passing.with_columns(nw.col("open_amount").fill_null(0))
    passing = in_buckets(passing, nw.lit(day_of(last)), policy=policy)
    # An item is open once on a day, so no flow is multiplied.
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
