"""Vintage: what is still open of the billings of each month, one, two, three months later."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, group_columns, open_on, with_columns_for
from arkit.aging.debts import billings, require_history, with_debt
from arkit.calendar import day_of, month_ends_back, months_before
from arkit.errors import unknown_name
from arkit.model.engine import Rows, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units

if TYPE_CHECKING:
    import pandas as pd


def vintage(ledger: Ledger, *, as_of: date | str, months: int = 12, by: By = None) -> pd.DataFrame:
    """Show the share of each month's billings that is still open after 0, 1, 2, ... month-ends.

    Formula: ``share = what is open on a month-end of the debts billed in a month / billings of that month``. Billings
    are the invoices and debit notes at their original amounts; a debt stays open while an item that carries it on is.
    Unlike days sales outstanding, the shares do not move when sales rise or fall while customers pay as before.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day up to which month-ends are taken: a month-end after it is not known yet and has no row.
    months
        How many billing months, counted back from the last whole month; fewer where the ledger begins later. Of the
        month in which it begins, only what was billed from its first day on is taken.
    by
        Column or columns of items or customers to group by, with the currency; attributes of customers are those valid
        on the day.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``billing_month`` (its last day), ``age_months`` (0 at the end of the billing
        month), ``as_of`` (the month-end), ``billed`` and ``open_amount`` in currency units, and ``share`` (0-1).

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        There is no such column, or no month at all was asked for.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.vintage(ar.sample_ledger(), as_of="2026-10-31", months=3)
    >>> euros = table[table["currency"] == "EUR"]
    >>> euros["age_months"].tolist()
    [0, 1, 2, 0, 1, 0]

    References
    ----------
    Brigham and Ehrhardt, Financial Management, uncollected balances schedule.
    """
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    ends = _whole_months(ledger, day, months)
    first = max(day_of(ledger.covers[0]), day_of(months_before(ends[0], 1)) + 1) if ends else day_of(day)
    debts = billings(ledger, day).filter(nw.col("document_day") >= first, nw.col("document_day") <= _last(ends))
    debts = with_columns_for(debts, keys, ledger, [day]).with_columns(_month_of(ends).alias("month"))
    billed = collect(debts.group_by(*keys, "month").agg(nw.col("billed").sum()), as_text=keys)
    owed = collect(_owed(ledger, ends, debts, keys), as_text=keys)
    table = _cells(billed, ends).join(owed, on=[*keys, "month", "day"], how="left", nulls_equal=True)
    table = table.with_columns(pl.col("open_amount").fill_null(0)).sort(*keys, "month", "day")
    return to_units(_shown(table, keys), {"billed": "currency", "open_amount": "currency"}).to_pandas()


def _whole_months(ledger: Ledger, day: date, months: int) -> list[date]:
    """The last ends of calendar months that the ledger covers up to a day, the earliest first."""
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    end = date(day.year, day.month, monthrange(day.year, day.month)[1])
    last = end if end <= day else months_before(end, 1)
    return [each for each in month_ends_back(last, months - 1) if each >= ledger.covers[0]]


def _last(ends: list[date]) -> int:
    return day_of(ends[-1]) if ends else -1


def _month_of(ends: list[date]) -> nw.Expr:
    """The last day of the month of ``document_day``."""
    month = nw.lit(_last(ends), nw.Int32)
    for end in reversed(ends[:-1]):
        number = day_of(end)
        month = nw.when(nw.col("document_day") <= number).then(nw.lit(number, nw.Int32)).otherwise(month)
    return month


def _owed(ledger: Ledger, ends: list[date], debts: Rows, keys: list[str]) -> Rows:
    """What is open on each month-end of the debts of each billing month."""
    owed = open_on(ledger, ends).filter(nw.col("open_amount") > 0)
    rows = with_debt(owed.select("item", "day", "open_amount"), ledger)
    of_debt = debts.select(*keys, "month", nw.col("item").alias("debt"))
    rows = rows.join(of_debt, on="debt", how="inner")
    return rows.group_by(*keys, "month", "day").agg(nw.col("open_amount").sum())


def _cells(billed: pl.DataFrame, ends: list[date]) -> pl.DataFrame:
    """A row for each billing month and each month-end from its own on."""
    numbers = [day_of(end) for end in ends]
    places = pl.DataFrame({"day": numbers, "place": range(len(ends))}, schema={"day": pl.Int32, "place": pl.Int64})
    begun = billed.join(places.rename({"day": "month", "place": "begin"}), on="month")
    cells = begun.join(places, how="cross").filter(pl.col("place") >= pl.col("begin"))
    return cells.with_columns(age_months=pl.col("place") - pl.col("begin"))


def _shown(table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return table.select(
        *keys,
        pl.from_epoch("month", time_unit="d").alias("billing_month"),
        "age_months",
        pl.from_epoch("day", time_unit="d").alias("as_of"),
        "billed",
        "open_amount",
        share=pl.col("open_amount") / pl.col("billed"),
    )
