"""Several ledgers as one: the exports of several systems, for the report of the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import polars as pl

from arkit.errors import LedgerError, listed
from arkit.ledger.model import Frames, Ledger

_ONCE = ("customers", "rates", "gl")
"""Tables in which a row that two ledgers have counts once."""


def joined(ledgers: Sequence[Ledger]) -> Ledger:
    """Return one ledger of the rows of several; it covers the days that all of them cover.

    Customer numbers are taken to be those of the group: one number is one customer in all ledgers.

    Raises
    ------
    LedgerError
        Two ledgers have an item of the same number, or no day is covered by all.
    """
    if len(ledgers) == 1:
        return ledgers[0]
    _refuse_same_items(ledgers)
    first, last = (choose(ledger.covers[end] for ledger in ledgers) for end, choose in enumerate((max, min)))
    if first > last:
        raise LedgerError(
            f"No day is covered by all the ledgers of the group: one begins on {first}, one ends on {last}."
        )
    parts = _with_own_numbers(ledgers)
    tables = {table.name: pl.concat([getattr(part, table.name) for part in parts]) for table in fields(Frames)}
    once = {name: tables[name].unique(maintain_order=True) for name in _ONCE}
    rows = sum(ledger.source_rows for ledger in ledgers)
    return Ledger(Frames(**{**tables, **once}), covers=(first, last), source_rows=rows)


def _refuse_same_items(ledgers: Sequence[Ledger]) -> None:
    numbers = pl.concat([ledger.frames.items["item_id"] for ledger in ledgers])
    twice = numbers.filter(numbers.is_duplicated()).unique(maintain_order=True)
    if len(twice):
        raise LedgerError(
            f"The ledgers of the group share the item numbers {listed(twice)}. Give each export numbers of its own, "
            "for example with the entity before them."
        )


def _with_own_numbers(ledgers: Sequence[Ledger]) -> list[Frames]:
    """Return the tables with items counted on from ledger to ledger."""
    parts: list[Frames] = []
    start = 0
    for ledger in ledgers:
        step = pl.lit(start, dtype=ledger.frames.items["item"].dtype)
        tables = {
            name: rows.with_columns(pl.col("item") + step) if "item" in rows.columns else rows
            for name, rows in vars(ledger.frames).items()
        }
        parts.append(Frames(**tables))
        start += int(ledger.frames.items.select(pl.col("item").max()).item() or 0) + 1
    return parts
