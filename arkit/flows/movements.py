"""What became of each item between two days, and what was billed and received from month to month."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, first_late_bucket
from arkit.aging.entry_lines import flows
from arkit.aging.open_items import open_frame
from arkit.kpi.inputs import balances, window_sales
from arkit.kpi.panel import beside
from arkit.kpi.question import AS_OF, Question, ask_each, of_days
from arkit.model.engine import collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

MOVEMENTS: Final = (
    "new",
    "new and past due",
    "worsened",
    "partly paid",
    "increased",
    "unchanged",
    "paid",
    "cured",
    "written off",
    "renegotiated",
    "unapplied",
)
COLUMNS: Final = (
    *"""
    movement entity customer_id name item_id document_date due_date currency bucket_before bucket before
    open_amount change
    """.split(),
)
_KEYS: Final = ("entity", "customer_id", "name", "item_id", "document_date", "due_date", "currency")


def movements(ledger: Ledger, *, as_of: date | str, since: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Tell what became of each item that was open on either of two days.

    Formula: change = open amount on ``as_of`` - open amount on ``since``; the changes add up to the change of the
    receivables. An item is *new* (or *new and past due*), *worsened* (in an older bucket), *partly paid*, *increased*,
    *unchanged*, *paid* (was not due, now settled), *cured* (was past due, now settled), *written off* (settled,
    most of it by a write-off), *renegotiated* (continued by another item, or continuing one); credits and
    receipts kept apart are *unapplied*.

    Parameters
    ----------
    ledger
        The ledger.
    as_of, since
        The two days, the later one first.
    policy
        Edges, basis and day 0.

    Returns
    -------
    DataFrame
        One row for each item: ``movement``, its keys and dates, ``bucket_before``, ``bucket``, ``before``,
        ``open_amount`` and ``change`` in currency units.

    Raises
    ------
    CoverageError
        The ledger does not cover both days.

    Examples
    --------
    >>> import arkit as ar
    >>> moved = ar.movements(ar.sample_ledger(), as_of="2026-10-31", since="2026-09-30")
    >>> set(moved["movement"]) >= {"new", "worsened", "cured"}
    True

    References
    ----------
    Roll-rate analysis of receivables; roll-forward of open items.
    """
    policy = policy or DEFAULT_POLICY
    first, last = ledger.require(since), ledger.require(as_of)
    columns = [*_KEYS, "item", "bucket", "open_amount"]
    now = open_frame(ledger, last, policy=policy).select(columns)
    then = open_frame(ledger, first, policy=policy).select(columns)
    # An item has one row on a day, so there is one for each that was open on either.
    both = now.join(then, on="item", how="full", suffix="_then", coalesce=True)
    both = both.join(_given_up(ledger, first, last), on="item", how="left")
    both = both.join(_continuing(ledger), on="item", how="left").with_columns(
        *(pl.coalesce(name, f"{name}_then").alias(name) for name in _KEYS),
        before=pl.col("open_amount_then").fill_null(0),
        open_amount=pl.col("open_amount").fill_null(0),
        position=pl.col("bucket"),
        position_then=pl.col("bucket_then"),
    )
    # The position after the last bucket is that of what is kept apart.
    labels = dict(enumerate((*policy.labels, UNAPPLIED)))
    named = both.with_columns(
        movement=_movement(policy),
        change=pl.col("open_amount") - pl.col("before"),
        bucket=pl.col("position").replace_strict(labels, return_dtype=pl.String),
        bucket_before=pl.col("position_then").replace_strict(labels, return_dtype=pl.String),
    )
    rows = named.select(COLUMNS).sort("movement", "item_id")
    return to_units(rows, dict.fromkeys(("before", "open_amount", "change"), "currency")).to_pandas()


def _given_up(ledger: Ledger, first: date, last: date) -> pl.DataFrame:
    """What was written off of each item between two days, and what was transferred away."""
    kinds = {"written_off": "write_off", "transferred": "transfer"}
    entries = ledger.scan("entries").filter(nw.col("effective_on") > first, nw.col("effective_on") <= last)
    given_up = entries.filter(is_one_of("entry_type", *kinds.values())).select(
        "item",
        *(
            nw.when(nw.col("entry_type") == kind).then(-nw.col("amount")).otherwise(0).alias(name)
            for name, kind in kinds.items()
        ),
    )
    return collect(given_up.group_by("item").agg(nw.col(*kinds).sum()))


def _continuing(ledger: Ledger) -> pl.DataFrame:
    continuing = ledger.scan("items").filter(~nw.col("replaces").is_null())
    return collect(continuing.select("item")).with_columns(continues=pl.lit(True))


def _movement(policy: Policy) -> pl.Expr:
    """The name of a movement out of the positions of its buckets then and now."""
    apart = len(policy.labels)
    now, then = pl.col("position"), pl.col("position_then")
    first_late = first_late_bucket(policy)
    less = pl.col("open_amount").abs() < pl.col("before").abs()
    more = pl.col("open_amount").abs() > pl.col("before").abs()
    return (
        # What was written off or transferred is settled too, so these are asked before cured and paid.
        pl.when((now == apart) | (then == apart))
        .then(pl.lit("unapplied"))
        .when(now.is_null() & (pl.col("written_off") * 2 > pl.col("before")))
        .then(pl.lit("written off"))
        .when(now.is_null() & (pl.col("transferred") * 2 > pl.col("before")))
        .then(pl.lit("renegotiated"))
        .when(then.is_null() & pl.col("continues").fill_null(False))
        .then(pl.lit("renegotiated"))
        .when(now.is_null() & (then >= first_late))
        .then(pl.lit("cured"))
        .when(now.is_null())
        .then(pl.lit("paid"))
        .when(then.is_null() & (now >= first_late))
        .then(pl.lit("new and past due"))
        .when(then.is_null())
        .then(pl.lit("new"))
        .when(now > then)
        .then(pl.lit("worsened"))
        .when(less)
        .then(pl.lit("partly paid"))
        .when(more)
        .then(pl.lit("increased"))
        .otherwise(pl.lit("unchanged"))
    )


RECEIVED: Final = ("cash", "settlements")
AMOUNTS: Final = ("gross", "unapplied", "net", "sales", "receipts")


def activity_trend(
    ledger: Ledger, *, as_of: date | str, months: int = 12, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show what was sold and received in each month, and what was open at its end.

    Formula: ``sales`` and ``receipts`` are the sums over the days after the month-end before; ``net`` is that of the
    aging. Receipts are cash received and what the source says was settled, as a positive amount.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to show; one that the ledger does not cover from its first day on is left out.
    by, policy
        As in :func:`arkit.aging_table`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` (the end of the month), the group columns, ``currency``, ``gross``, ``unapplied``, ``net``, ``sales``,
        ``receipts`` in currency units, and the ``basis`` of the sales.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day.
    UnknownNameError
        There is no such column.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.activity_trend(ar.sample_ledger(), as_of="2026-10-31", months=3)
    >>> trend["as_of"].nunique()
    3

    References
    ----------
    The accounts receivable turnover schedule: opening balance, sales, receipts, closing balance by month.
    """
    ends = (policy or DEFAULT_POLICY).month_ends(ledger.require(as_of), months)
    days = [day for before, day in pairwise(ends) if before >= ledger.complete_from]
    # A question needs a day: where no month is covered, the rows of the last one are taken out again.
    questions = ask_each(ledger, days=days or ends[-1:], by=by, window="month", policy=policy)
    table = pl.concat([_activity(question) for question in questions]).filter(of_days(days)).sort(questions[0].keys)
    day = pl.from_epoch(pl.col(AS_OF), time_unit="d").alias("as_of")
    return to_units(table.with_columns(day), dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _activity(question: Question) -> pl.DataFrame:
    open_then = balances(question).select(*question.keys, "unapplied", "net", gross="receivables")
    table = beside([open_then, window_sales(question), _receipts(question)], question.keys)
    return table.select(*question.keys, *(pl.col(name).fill_null(0) for name in AMOUNTS), basis=pl.lit(question.basis))


def _receipts(question: Question) -> pl.DataFrame:
    """``receipts`` of the window."""
    rows = flows(question.ledger, question.windows[0].start, question.days[-1])
    received = rows.filter(nw.col("line").is_in(RECEIVED))
    daily = received.select(
        "item", "customer_id", nw.col("effective_day").alias("day"), (-nw.col("amount")).alias("receipts")
    )
    return question.sums(question.in_windows(daily), ["receipts"])
