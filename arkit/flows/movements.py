"""Movements: what became of each open item between two days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.open_items import open_frame
from arkit.model.engine import collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
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
    "movement",
    "entity",
    "customer_id",
    "name",
    "item_id",
    "document_date",
    "due_date",
    "currency",
    "bucket_before",
    "bucket",
    "before",
    "open_amount",
    "change",
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
    policy = policy or Policy()
    first, last = ledger.require(since), ledger.require(as_of)
    columns = [*_KEYS, "item", "bucket", "open_amount"]
    now = open_frame(ledger, last, policy=policy).select(columns)
    then = open_frame(ledger, first, policy=policy).select(columns)
    both = now.join(then, on="item", how="full", suffix="_then", coalesce=True)
    both = both.join(_given_up(ledger, first, last), on="item", how="left")
    both = both.join(_continuing(ledger), on="item", how="left").with_columns(
        *(pl.coalesce(name, f"{name}_then").alias(name) for name in _KEYS),
        before=pl.col("open_amount_then").fill_null(0),
        open_amount=pl.col("open_amount").fill_null(0),
        position=pl.col("bucket"),
        position_then=pl.col("bucket_then"),
    )
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
    first_late = 1 if policy.has_not_due else 0
    less = pl.col("open_amount").abs() < pl.col("before").abs()
    more = pl.col("open_amount").abs() > pl.col("before").abs()
    return (
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
