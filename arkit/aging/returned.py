"""Payments that came back: a returned cheque, a failed direct debit, a receipt taken off again.

From the day on which it came back, a payment did not happen: nothing was paid on time by it, and nothing was paid at
all. Before that day it counts, since nobody knew better. What takes it back is the opposite entry on the same item with
the same counterpart; of several payments the last one comes back first::

    2026-02-10   A   -300   counterpart P
    2026-02-20   A   +300   counterpart P     as of 02-10 300 were paid, as of 02-20 nothing ever was

Balances are those of the books on each day: they need none of this.
"""

from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from arkit.aging.entry_lines import BILLED
from arkit.calendar import day_of
from arkit.model.engine import Rows, beside, collect, is_one_of
from arkit.model.ledger import Ledger

PAID: Final = ("application", "settlement")
MOVED: Final = ("item", "entry_type", "amount", "counterpart_item_id", "day")
_PAIR: Final = ["item", "entry_type", "counterpart_item_id"]
_RETURNED: Final = "returned"


def movements(ledger: Ledger, day: date) -> Rows:
    """The entries up to a day as they count on it or later: what came back by then was not paid.

    ``known_day`` is the day from which an entry counts: of those that take a payment out of its own day, that on which
    it came back. Sums over ``known_day <= D`` are those that were known on D.
    """
    rows = ledger.scan("entries").with_columns(nw.col("effective_day").alias("day")).select(*MOVED)
    rows = rows.filter(nw.col("day") <= day_of(day)).with_columns(nw.col("day").alias("known_day"))
    back = returned_payments(ledger).filter(pl.col("returned_day") <= day_of(day))
    if back.is_empty():
        return rows
    # Each pair once more with the opposite signs, so that any sum by day is that of books without the two.
    opposite = [
        back.select(*_PAIR, day=on, known_day="returned_day", amount=pl.col("amount") * sign)
        for on, sign in (("paid_day", 1), ("returned_day", -1))
    ]
    columns = (*MOVED, "known_day")
    return nw.concat([rows, beside(pl.concat(opposite).select(columns), rows).select(columns)])


def returned_payments(ledger: Ledger) -> pl.DataFrame:
    """``item``, ``entry_type``, ``counterpart_item_id``, ``paid_day``, ``returned_day`` and ``amount`` that came back.

    Of invoices and debit notes; a credit note that is applied and taken off again is no payment.
    """
    if _RETURNED not in ledger.prepared:
        ledger.prepared[_RETURNED] = _pairs(_moves_of_returns(ledger))
    found: pl.DataFrame = ledger.prepared[_RETURNED]
    return found


def _moves_of_returns(ledger: Ledger) -> pl.DataFrame:
    """What was ``paid`` by ``day`` on the items that anything came back of."""
    items = ledger.scan("items")
    entries = ledger.scan("entries").filter(is_one_of("entry_type", *PAID))
    debts = items.filter(is_one_of("item_type", *BILLED)).select("item")
    raised = collect(entries.filter(nw.col("amount") > 0).select("item").join(debts, on="item", how="semi").unique())
    entries = entries.join(beside(raised, entries), on="item", how="semi")
    credits = items.filter(nw.col("item_type") == "credit_note").select("item_id")
    entries = entries.join(credits, left_on="counterpart_item_id", right_on="item_id", how="anti")
    daily = entries.group_by(*_PAIR, nw.col("effective_day").alias("day")).agg((-nw.col("amount").sum()).alias("paid"))
    return collect(daily.filter(nw.col("paid") != 0)).sort(*_PAIR, "day")


def _pairs(moves: pl.DataFrame) -> pl.DataFrame:
    """Each payment with what took it back, the last payment first.

    What is paid of a pair of items goes up and down a line; the line is cut at every level that it ever stops at. Each
    piece is crossed upwards by a payment and, next, downwards by what takes it back: 100 paid, 200 paid, 250 back are
    the levels 100, 300 and 50, and the pieces of 50 to 100 and 100 to 300 come back.
    """
    level = pl.col("paid").cum_sum().over(_PAIR)
    steps = moves.with_columns(low=pl.min_horizontal(level, level - pl.col("paid")), size=pl.col("paid").abs())
    steps = steps.with_columns(high=pl.col("low") + pl.col("size"))
    ends = pl.concat([steps.select(*_PAIR, cut=end) for end in ("low", "high")]).unique().sort(*_PAIR, "cut")
    pieces = ends.with_columns(upto=pl.col("cut").shift(-1).over(_PAIR)).drop_nulls("upto")
    crossed = steps.join(pieces, on=_PAIR, nulls_equal=True)
    crossed = crossed.filter((pl.col("low") <= pl.col("cut")) & (pl.col("high") >= pl.col("upto"))).sort("day")
    crossed = crossed.with_columns(returned_day=pl.col("day").shift(-1).over(*_PAIR, "cut"))
    back = crossed.filter((pl.col("paid") > 0) & pl.col("returned_day").is_not_null())
    sums = back.group_by(*_PAIR, "returned_day", paid_day="day").agg(amount=(pl.col("upto") - pl.col("cut")).sum())
    return sums.sort(*_PAIR, "paid_day", "returned_day")


def paid_by_day(entries: Rows) -> Rows:
    """By item, counterpart and day the ``amount`` of those :func:`movements` that make it less."""
    daily = entries.group_by("item", "counterpart_item_id", "day").agg(nw.col("amount").sum().cast(nw.Int64))
    return daily.filter(nw.col("amount") < 0)


def receipts_taken_back(ledger: Ledger, day: date) -> Rows:
    """By ``item``, a receipt, the ``amount`` that other receipts, those below zero, took back of it by a day."""
    receipts = ledger.scan("items").filter(nw.col("item_type") == "receipt").select("item", "item_id")
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day)
    raised = entries.filter(nw.col("entry_type") == "original", nw.col("amount") > 0).select("item")
    back = receipts.join(raised, on="item", how="semi").select("item_id")
    applied = entries.filter(nw.col("entry_type") == "application").join(receipts.select("item"), on="item", how="semi")
    applied = applied.join(back, left_on="counterpart_item_id", right_on="item_id", how="semi")
    return applied.group_by("item").agg(nw.col("amount").sum().cast(nw.Int64)).filter(nw.col("amount") > 0)
