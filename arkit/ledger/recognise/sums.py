"""Columns of amounts that are made of others: a running balance, the sum of an aging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import polars as pl

from arkit.ledger.body.amount_cells import exact
from arkit.ledger.recognise.columns import Columns
from arkit.ledger.record import Decision

_MARKS: Final = (".", ",")
_MOSTLY: Final = 0.7


def with_sums(columns: Columns, rows: pl.DataFrame) -> Columns:
    """Return the columns without a running balance, and with the sum of an aging as what is open."""
    return _with_sum_of_aging(_without_running_balance(columns, rows), rows)


def _without_running_balance(columns: Columns, rows: pl.DataFrame) -> Columns:
    """Leave out a balance that debit and credit carry on from row to row: it is the customer's, not the item's."""
    of = columns.of
    if not {"debit", "credit", "open_amount"} <= {*of} or not _any_mark(rows, of, _carries_on):
        return columns
    left = {name: header for name, header in of.items() if name != "open_amount"}
    decision = Decision("not read", of["open_amount"], "a running balance: each row adds its debit less its credit")
    kept = tuple(each for each in columns.decisions if each.what != "open_amount")
    return replace(columns, of=left, decisions=(*kept, decision))


def _carries_on(rows: pl.DataFrame, of: dict[str, str], mark: str) -> bool:
    debit, credit, balance = (exact(rows[of[name]], decimal_mark=mark) for name in ("debit", "credit", "open_amount"))
    step = debit.fill_null(0) - credit.fill_null(0)
    same = (balance - balance.shift(1) == step).drop_nulls()
    return len(same) > 0 and int(same.sum()) >= _MOSTLY * len(same)


def _with_sum_of_aging(columns: Columns, rows: pl.DataFrame) -> Columns:
    """Take the amount that is the sum of the columns of an aging as what is open."""
    of = columns.of
    if not columns.buckets or "open_amount" in of or "amount" not in of:
        return columns
    named = {**of, **{f"bucket {place}": header for place, header in enumerate(columns.buckets)}}
    if not _any_mark(rows, named, _is_sum):
        return columns
    changed = {**{name: header for name, header in of.items() if name != "amount"}, "open_amount": of["amount"]}
    decision = Decision("open_amount", of["amount"], "the columns of the aging add up to it in every row")
    kept = tuple(each for each in columns.decisions if each.what != "amount")
    currencies = {("open_amount" if name == "amount" else name): code for name, code in columns.currencies.items()}
    return replace(columns, of=changed, decisions=(*kept, decision), currencies=currencies)


def _is_sum(rows: pl.DataFrame, of: dict[str, str], mark: str) -> bool:
    parts = [exact(rows[header], decimal_mark=mark) for name, header in of.items() if name.startswith("bucket ")]
    total = pl.DataFrame([part.alias(f"{place}") for place, part in enumerate(parts)]).select(
        pl.sum_horizontal(pl.all().fill_null(0))
    )
    stated = exact(rows[of["amount"]], decimal_mark=mark)
    return bool((total.to_series() == stated).all()) and stated.null_count() == 0


def _any_mark(rows: pl.DataFrame, of: dict[str, str], holds: Callable[..., bool]) -> bool:
    return any(holds(rows, of, mark) for mark in _MARKS)
