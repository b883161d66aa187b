"""Time to pay: days from an invoice's date to its settlement, with the open ones followed as far as they are known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, group_columns, with_columns_for
from arkit.aging.entry_lines import followed, require_history
from arkit.errors import unknown_name
from arkit.model.engine import Rows, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

Weights = Literal["items", "amount"]
_NUMBERS: Final = ("at_risk", "settled", "censored")
_EVENTS: Final = ("entered", "settled", "censored")
# A product that is exactly one half on paper may come out a hair above it.
_HALF: Final = 0.5 + 1e-12


def time_to_pay(ledger: Ledger, *, as_of: date | str, by: By = None, weights: Weights = "items") -> pd.DataFrame:
    """The share of invoices still unpaid on each day after their date.

    Formula (Kaplan and Meier): ``survival(day) = product of (1 - settled / at_risk)`` over the days up to it, over
    invoices and debit notes. One is settled on the last day on which its balance became zero. One that is open on
    ``as_of``, in part too, is censored: it counts for as long as it was followed. An item that carries another one on
    continues it. One most of which was written off was never paid: it stays at risk up to ``as_of``. One most of which
    was credited or transferred away is censored on that day. One dated before the ledger begins is at risk from the
    day after the ledger's first.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day up to which items are followed.
    by
        Column or columns of items or customers to group by, with the currency; attributes of customers are those valid
        on the day.
    weights
        Whether each item counts as one, or with its original ``amount``.

    Returns
    -------
    DataFrame
        One row for each day on which an item was settled or censored: the group columns, ``currency``, ``day`` (after
        the document date), ``at_risk`` (before what happened on the day), ``settled``, ``censored`` (items, or currency
        units) and ``survival`` (0-1).

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        There is no such column or weight.

    Examples
    --------
    >>> import arkit as ar
    >>> curve = ar.time_to_pay(ar.sample_ledger(), as_of="2026-10-31", by="entity")
    >>> bool(curve["survival"].between(0, 1).all())
    True

    References
    ----------
    Kaplan and Meier (1958), Nonparametric estimation from incomplete observations; Bewick, Cheek and Ball (2004),
    Statistics review 12: survival analysis.
    """
    keys, curve = _curve(ledger, as_of, by, weights)
    happened = curve.filter((pl.col("settled") > 0) | (pl.col("censored") > 0))
    return _shown(happened.select(*keys, "day", *_NUMBERS, "survival"), weights).to_pandas()


def median_days_to_pay(ledger: Ledger, *, as_of: date | str, by: By = None, weights: Weights = "items") -> pd.DataFrame:
    """The number of days after which half of the invoices are paid, the open ones included.

    Formula: the first day on which the ``survival`` of :func:`time_to_pay` is at most one half.

    Parameters
    ----------
    ledger, as_of, by, weights
        As in :func:`time_to_pay`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``items``, ``settled`` and ``censored`` (items, or currency units),
        ``median_days_to_pay`` (days) and ``reason`` where there is none.

    Raises
    ------
    CoverageError, UnknownNameError
        As in :func:`time_to_pay`.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.median_days_to_pay(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["median_days_to_pay"].gt(0).all())
    True

    References
    ----------
    Brookmeyer and Crowley (1982), A confidence interval for the median survival time.
    """
    keys, curve = _curve(ledger, as_of, by, weights)
    half = pl.col("day").filter(pl.col("survival") <= _HALF).min()
    table = curve.group_by(keys).agg(
        pl.col("items", "settled", "censored").sum(), half.cast(pl.Float64).alias("median_days_to_pay")
    )
    not_followed, above_half = (text(f"cash.no_median.{why}") for why in ("not_followed", "above_half"))
    why = pl.when(pl.col("items") == 0).then(pl.lit(not_followed)).otherwise(pl.lit(above_half))
    reason = pl.when(pl.col("median_days_to_pay").is_null()).then(why).alias("reason")
    columns = [*keys, "items", "settled", "censored", "median_days_to_pay", reason]
    return _shown(table.sort(keys).select(columns), weights).to_pandas()


def _curve(ledger: Ledger, as_of: date | str, by: By, weights: Weights) -> tuple[list[str], pl.DataFrame]:
    """The group columns, and what happened on each day after the document date, with the survival."""
    if weights not in ("items", "amount"):
        raise unknown_name("weight", weights, known=("items", "amount"))
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    rows = with_columns_for(followed(ledger, day), keys, ledger, [day])
    happened = collect(_events(rows, keys, weights)).with_columns(pl.col(keys).cast(pl.String)).sort(*keys, "day")
    # An item that enters on a day is at risk from the next one on.
    entered = pl.col("entered").cum_sum().over(keys) - pl.col("entered")
    gone = (pl.col("settled") + pl.col("censored")).cum_sum().over(keys) - pl.col("settled") - pl.col("censored")
    happened = happened.with_columns(at_risk=entered - gone)
    # Where nothing was settled there may be nobody at risk to divide by, and the curve does not move.
    stays = pl.when(pl.col("settled") > 0).then(1 - pl.col("settled") / pl.col("at_risk")).otherwise(1.0)
    return keys, happened.with_columns(survival=stays.cum_prod().over(keys))


def _events(rows: Rows, keys: list[str], weights: Weights) -> Rows:
    """What entered, was settled and was censored on each day after the document date, by group."""
    one, nothing = nw.lit(1, nw.Int64), nw.lit(0, nw.Int64)
    is_followed, paid = nw.col("leaves") > nw.col("enters"), nw.col("paid") == 1
    rows = rows.with_columns((one if weights == "items" else nw.col("billed").cast(nw.Int64)).alias("weight"))
    weight, none = nw.col("weight"), {name: nothing.alias(name) for name in ("items", *_EVENTS)}
    left = {
        "items": one.alias("items"),
        "settled": nw.when(paid).then(weight).otherwise(nothing).alias("settled"),
        "censored": nw.when(paid).then(nothing).otherwise(weight).alias("censored"),
    }
    # A group none of whose items was followed for a day is there too, with nothing.
    began = {"entered": nw.when(is_followed).then(weight).otherwise(nothing).alias("entered")}
    events = [
        rows.filter(is_followed).select(
            *keys, nw.col("leaves").cast(nw.Int32).alias("day"), *{**none, **left}.values()
        ),
        rows.select(*keys, nw.col("enters").cast(nw.Int32).alias("day"), *{**none, **began}.values()),
    ]
    return nw.concat(events).group_by(*keys, "day").agg(nw.col("items", *_EVENTS).sum())


def _shown(table: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    amounts = [name for name in _NUMBERS if name in table.columns] if weights == "amount" else []
    return to_units(table, dict.fromkeys(amounts, "currency")) if amounts else table
