"""Where a difference to the general ledger may come from: items and entries whose amounts would explain it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.reconcile import KEYS, reconciliation_frame, ways_to_explain
from arkit.calendar import day_of
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    import pandas as pd

NEAR: Final = 5
"""Days on either side of the day in which an entry may have been booked into the other month."""
MOST: Final = 10
"""Candidates of one kind that are shown of an account; more explain nothing."""
_SHOWN: Final = ("item_id", "customer_id", "document_date", "amount", "other_item_id")


def difference_candidates(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Items and entries that may explain what does not tie out to the general ledger.

    Formula: of each account with an unexplained difference *d*: entries of *d* (*booked on one side only*), of
    *d* / 2 (*booked on the wrong side*), *two items together* of one customer that add up to *d*, items of 10/9 or 1/9
    of *d* (*decimal point moved*), items in which two neighbouring *digits swapped* give *d*, and entries of *d* within
    five days of the day (*booked in the other month*).

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day.
    policy
        The tolerance.

    Returns
    -------
    DataFrame
        ``entity``, ``account``, ``currency``, ``difference``, ``likely_error`` (the words above in
        italics), ``item_id``, ``customer_id``, ``document_date``, ``amount`` and
        ``other_item_id`` of a pair; amounts in currency units; at most ten rows of a reason and account.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> difference_candidates(ar.sample_ledger(), as_of="2026-10-31").empty
    True

    References
    ----------
    Error finding in trial balances: differences halved, divided by nine, transposed.
    """
    day = ledger.require(as_of)
    lines = reconciliation_frame(ledger, day, policy=policy or DEFAULT_POLICY)
    booked = _booked(ledger, day, _wanted(lines.filter(pl.col("unexplained").fill_null(0) != 0)))
    return to_units(_found(booked, day), {"difference": "currency", "amount": "currency"}).to_pandas()


def _wanted(lines: pl.DataFrame) -> pl.DataFrame:
    """The differences of each account that may be looked for: each way to explain it leaves another."""
    ways = pl.concat_list([rest for rest, *_ in ways_to_explain()])
    each = lines.select(*KEYS, difference=ways).explode("difference").filter(pl.col("difference") != 0)
    return each.unique(maintain_order=True).with_columns(size=pl.col("difference").abs())


def bridge(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """From the balance of each account to that of the general ledger, line by line.

    Formula: balance - posted after cut-off + excluded - unexplained = balance of the general ledger. Whether the
    general ledger has what was posted after the cut-off, and the excluded rows, is taken as it explains more; a line
    that does not explain is zero.

    Parameters
    ----------
    ledger, as_of, policy
        As in :func:`arkit.reconcile`.

    Returns
    -------
    DataFrame
        ``entity``, ``account``, ``currency``, ``balance``, ``posted_after_cut_off``, ``excluded``, ``unexplained``
        and ``gl_balance`` in currency units, of the accounts with a balance in the general ledger, or without one
        where others of the entity have one.

    Examples
    --------
    >>> import arkit as ar
    >>> table = bridge(ar.sample_ledger(), as_of="2026-10-31")
    >>> steps = table["balance"] - table["posted_after_cut_off"] + table["excluded"] - table["unexplained"]
    >>> bool((steps.round(4) == table["gl_balance"].round(4)).all())
    True

    References
    ----------
    Account reconciliation statement: balance per subledger to balance per general ledger.
    """
    lines = reconciliation_frame(ledger, ledger.require(as_of), policy=policy or DEFAULT_POLICY)
    known = lines.filter(pl.col("gl_difference").is_not_null()).sort(
        pl.col("unexplained").abs(), *KEYS, descending=[True, False, False, False]
    )
    table = known.select(
        *KEYS,
        balance=pl.col("gross") + pl.col("unapplied"),
        posted_after_cut_off="late_taken",
        excluded="excluded_taken",
        unexplained="unexplained",
        gl_balance=pl.col("gl_balance").fill_null(0),
    )
    amounts = ("balance", "posted_after_cut_off", "excluded", "unexplained", "gl_balance")
    return to_units(table, dict.fromkeys(amounts, "currency")).to_pandas()


def _booked(ledger: Ledger, day: date, wanted: pl.DataFrame) -> pl.DataFrame:
    """The entries up to a few days after the day on the accounts that differ, with their items."""
    entries = ledger.scan("entries").filter(nw.col("effective_day") <= day_of(day) + NEAR)
    items = ledger.scan("items").select("item", "item_id", *KEYS, "customer_id", "document_date")
    rows = entries.select("item", "entry_type", "effective_day", "amount").join(items, on="item", how="inner")
    found = collect(rows, as_text=[*KEYS, "customer_id"])
    return found.join(wanted, on=KEYS, how="inner", nulls_equal=True).with_columns(of=pl.col("amount").abs())


def _found(booked: pl.DataFrame, day: date) -> pl.DataFrame:
    until = booked.filter(pl.col("effective_day") <= day_of(day))
    items = until.filter(pl.col("entry_type") == "original")
    near = booked.filter((pl.col("effective_day") - day_of(day)).abs() <= NEAR)
    size, of = pl.col("size"), pl.col("of")
    alone = {
        "booked in the other month": near.filter(of == size),
        "booked on one side only": until.filter(of == size),
        # Multiplied, not halved: half of an odd difference is no amount.
        "booked on the wrong side": until.filter(2 * of == size),
        # 100.00 booked as 1,000.00 differs by 900.00, and as 10.00 by 90.00.
        "decimal point moved": items.filter((9 * of == size) | (9 * of == 10 * size)),
        "digits swapped": items.filter(_swapped(of, size)),
    }
    parts = [_first(rows.with_columns(other_item_id=pl.lit(None, pl.String)), reason) for reason, rows in alone.items()]
    return pl.concat([*parts, _first(_pairs(items), "two items together")]).sort(*KEYS, maintain_order=True)


def _first(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    """The latest rows of each account, with the reason why each may explain its difference."""
    latest = rows.sort("effective_day", "item_id", descending=[True, False])
    named = latest.unique([*KEYS, "item_id", "other_item_id"], keep="first", maintain_order=True)
    few = named.group_by(KEYS, maintain_order=True).head(MOST)
    return few.select(*KEYS, "difference", pl.lit(reason).alias("likely_error"), *_SHOWN)


def _pairs(items: pl.DataFrame) -> pl.DataFrame:
    """Two items of one customer that add up to the difference."""
    keys = [*KEYS, "customer_id"]
    other = items.select(*keys, rest="amount", other_item_id="item_id")
    # Looked up by what is missing: to compare each item of a customer
    # with each other one would take the square of their number.
    sums = items.with_columns(rest=pl.col("size") - pl.col("amount"))
    both = pl.concat([sums, items.with_columns(rest=-pl.col("size") - pl.col("amount"))])
    paired = both.join(other, on=[*keys, "rest"], how="inner", nulls_equal=True)
    return paired.filter(pl.col("item_id") < pl.col("other_item_id"))


def _swapped(of: pl.Expr, size: pl.Expr) -> pl.Expr:
    """Whether two neighbouring digits of an amount, swapped, change it by the difference."""
    swaps = []
    # Swapped neighbours change a number by nine times their
    # difference at that place. A zero before the number is no digit.
    for place in range(12):
        low, high = of // 10**place % 10, of // 10 ** (place + 1) % 10
        swaps.append(((high - low).abs() * 9 * 10**place == size) & (high != low) & (of >= 10 ** (place + 1)))
    return pl.any_horizontal(swaps)
