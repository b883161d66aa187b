"""Months: what each customer paid, how often and how late, month by month up to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from arkit.credit.rank_trend import Flags, Ints
from arkit.days import day_of, month_ends_back
from arkit.ledger.model import Ledger
from arkit.measures.debts import billings
from arkit.measures.habits import payment_days
from arkit.measures.lateness import lateness

KEYS: Final = ("customer_id", "currency")
_DAILY: Final = ("key", "day")


@dataclass(frozen=True)
class Months:
    """Customers by months, the latest month last; amounts in minor units.

    ``customers`` has a row for each row of the tables, ``history`` the number of whole months since the month of the
    first payment, as far as the ledger covers them, ``has_paid`` whether there was one. ``due`` is what fell due in a
    month and was paid or is past due, ``late`` its amounts times days late.
    """

    customers: pl.DataFrame
    history: Ints
    has_paid: Flags
    paid: Ints
    payments: Ints
    billed: Ints
    due: Ints
    late: Ints

    @property
    def counted(self) -> Flags:
        """Which months are part of each customer's history."""
        months = self.paid.shape[1]
        return np.asarray(np.arange(months) >= months - self.history[:, None])


def monthly(ledger: Ledger, day: date, months: int) -> Months:
    """Return the months up to a day of every customer who was billed or paid by then."""
    ends = np.array([day_of(end) for end in month_ends_back(day, months)])
    paid = payment_days(ledger, day).to_native().collect()
    items = ledger.frames.items.select("item", "currency")
    billed = billings(ledger, day).to_native().collect().join(items, on="item")
    due = lateness(ledger, day).to_native().collect().filter(pl.col("due_day") <= day_of(day))
    rows = {
        "paid": paid.select(*KEYS, "day", "paid", payments=1),
        "billed": billed.select(*KEYS, "billed", day="document_day"),
        "due": due.select(*KEYS, day="due_day", due="billed", late=pl.col("billed") * pl.col("days_late")),
    }
    customers = pl.concat([frame.select(KEYS) for frame in rows.values()]).unique()
    customers = customers.with_columns(pl.col(KEYS).cast(pl.String).name.suffix("_text"))
    customers = customers.sort([f"{key}_text" for key in KEYS]).with_row_index("key")
    keyed = {name: frame.join(customers.select("key", *KEYS), on=KEYS) for name, frame in rows.items()}
    tables = {name: table for frame in keyed.values() for name, table in _tables(frame, ends, customers.height).items()}
    history = _history(keyed["paid"], ends, customers.height, covered_from=day_of(ledger.covers[0]))
    has_paid = customers["key"].is_in(keyed["paid"]["key"].unique().implode()).to_numpy()
    named = customers.select(pl.col(f"{key}_text").alias(key) for key in KEYS)
    return Months(customers=named, history=history, has_paid=has_paid, **tables)


def _tables(frame: pl.DataFrame, ends: Ints, customers: int) -> dict[str, Ints]:
    """Return a table of customers by months for each of the numbers of dated rows."""
    month = np.searchsorted(ends, frame["day"].to_numpy(), side="left") - 1
    names = [name for name in frame.columns if name not in (*KEYS, *_DAILY)]
    sums = (
        frame.with_columns(month=month).filter(pl.col("month") >= 0).group_by("key", "month").agg(pl.col(names).sum())
    )
    tables = {name: np.zeros((customers, len(ends) - 1), dtype=np.int64) for name in names}
    place = sums["key"].to_numpy(), sums["month"].to_numpy()
    for name, table in tables.items():
        table[place] = sums[name].to_numpy()
    return tables


def _history(paid: pl.DataFrame, ends: Ints, customers: int, *, covered_from: int) -> Ints:
    """Return how many whole months of each customer count: after that of the first payment, and all covered.

    The month of the first payment has one by choice; it would look like a high from which payments fall.
    """
    first = paid.group_by("key").agg(pl.col("day").min())
    begins = np.full(customers, ends[-1] + 1)
    begins[first["key"].to_numpy()] = first["day"].to_numpy()
    after_first = np.searchsorted(ends, begins, side="left")
    covered = np.searchsorted(ends, covered_from - 1, side="left")
    return np.asarray(np.maximum(len(ends) - 1 - np.maximum(after_first, covered), 0), dtype=np.int64)
