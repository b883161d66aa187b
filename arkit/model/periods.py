"""Balance periods: one row for each stretch of days in which an item's balance stood."""

from __future__ import annotations

from typing import Final

import polars as pl

FOREVER: Final = 2**31 - 1
# Room for every day that a ledger may have, counted from _EPOCH before 1970: the years 535 to 3405.
_DAYS: Final = 2**20
_EPOCH: Final = _DAYS // 2
ATTRIBUTES: Final = (
    "entity",
    "account",
    "customer_id",
    "item_type",
    "currency",
    "base_currency",
    "salesperson",
    "contract",
    "terms",
)


def day_number(column: str) -> pl.Expr:
    """Return a date column as days since 1970-01-01."""
    return pl.col(column).cast(pl.Int32)


def balance_periods(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each item and stretch of days with one non-zero balance.

    The entries of a day are summed; a running sum per item gives the balance, the next day with an entry its end:
    the balance stands on every day with ``since <= day < until``. For every day, the sum over the periods that contain
    it is the sum of the entries up to it.

    Returns
    -------
    DataFrame
        ``item``, ``since``, ``until`` (days since 1970-01-01), ``open_amount``, ``base_open_amount`` (minor units) and
        the attributes of the item, with ``document_day`` and ``due_day``.
    """
    running = _running_balances(entries)
    standing = running.filter((pl.col("open_amount") != 0) | (pl.col("base_open_amount") != 0))
    attributes = items.lazy().select(
        "item", *ATTRIBUTES, document_day=day_number("document_date"), due_day=day_number("due_date")
    )
    return standing.join(attributes, on="item", how="left", maintain_order="left").collect()


def _running_balances(entries: pl.DataFrame) -> pl.LazyFrame:
    """Return the balance of each item after each of its days with entries, in order of items and days."""
    # One number that orders by item, then day: sorting by it takes a fraction of sorting by two columns.
    place = pl.col("item").cast(pl.Int64) * _DAYS + day_number("effective_on") + _EPOCH
    ordered = entries.lazy().select("amount", "base_amount", place=place).sort("place")
    sums = ordered.with_columns(pl.col("amount", "base_amount").cum_sum())
    # The running sum after the last entry of a day holds all of them.
    last_of_day = pl.col("place") != pl.col("place").shift(-1, fill_value=-1)
    daily = sums.filter(last_of_day).with_columns(item=pl.col("place") // _DAYS, since=pl.col("place") % _DAYS - _EPOCH)
    goes_on = pl.col("item") == pl.col("item").shift(-1)
    until = pl.when(goes_on).then(pl.col("since").shift(-1)).otherwise(FOREVER)
    return daily.select(
        pl.col("item").cast(pl.Int32),
        pl.col("since").cast(pl.Int32),
        until.cast(pl.Int32).alias("until"),
        _since_item_began("amount").alias("open_amount"),
        _since_item_began("base_amount").alias("base_open_amount"),
    )


def _since_item_began(running_sum: str) -> pl.Expr:
    """Return a running sum over all items as one for each item: less what it was when the item began.

    A window for each item would say the same, but takes ten times as long. Integers make the difference exact.
    """
    begins = pl.col("item") != pl.col("item").shift(1, fill_value=-1)
    before = pl.when(begins).then(pl.col(running_sum).shift(1, fill_value=0)).forward_fill()
    return pl.col(running_sum) - before
