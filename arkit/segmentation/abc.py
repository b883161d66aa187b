"""ABC: the few customers who make most of the receivables, and most of the sales."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.aging import trend_frame
from arkit.aging.grouping import with_customers
from arkit.kpi.balances import sales
from arkit.kpi.question import ask
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.segmentation.punctuality import KEYS

if TYPE_CHECKING:
    import pandas as pd

A_UP_TO: Final = 80  # percent of the total
B_UP_TO: Final = 95
AMOUNTS: Final = ("open_amount", "sales")
COLUMNS: Final = (
    *("customer_id", "name", "currency", "open_amount", "open_share", "class_of_exposure"),
    *("sales", "sales_share", "class_of_sales", "basis"),
)


def abc(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Which few customers make most of the receivables and most of a year's sales: classes A, B and C.

    Formula: customers of a currency are put in order, the largest first. The class is A while those before make up
    less than 80 % of the total, B while they make up less than 95 %, and C after; the largest is always A. A customer
    with nothing has no class.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day of the exposure (gross receivables), and the last of the year whose sales count.
    policy
        As in :func:`arkit.aging_table`.

    Returns
    -------
    DataFrame
        One row for each customer and currency, the largest exposure first: ``open_amount`` and ``sales`` in currency
        units, their shares of the currency's total (0-1), ``class_of_exposure`` and ``class_of_sales`` (A, B, C or
        none), and the ``basis`` of the sales.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> classes = ar.abc(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(classes.groupby("currency")["class_of_exposure"].first().eq("A").all())
    True

    References
    ----------
    Dickie (1951), ABC inventory analysis shoots for dollars, not pennies; the limits 80 and 95 % are the usual ones.
    """
    question = ask(ledger, as_of=as_of, by="customer_id", window="year", policy=policy)
    owed = trend_frame(ledger, question.days, by="customer_id", policy=question.policy)
    owed = owed.select(pl.col(KEYS).cast(pl.String), open_amount="gross")
    rows = owed.join(sales(question).select(*KEYS, "sales"), on=KEYS, how="full", coalesce=True)
    rows = rows.with_columns(pl.col("open_amount").fill_null(0), basis=pl.lit(question.basis))
    rows = _classed(rows, "open_amount", share="open_share", name="class_of_exposure")
    rows = _classed(rows, "sales", share="sales_share", name="class_of_sales")
    named = with_customers(rows, ledger, question.days[-1], ["name"])
    ordered = named.sort("currency", "open_amount", "customer_id", descending=[False, True, False])
    return to_units(ordered.select(COLUMNS), dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _classed(rows: pl.DataFrame, amount: str, *, share: str, name: str) -> pl.DataFrame:
    """Rows with their share of an amount, and the class that follows from what those before make up."""
    rows = rows.sort("currency", amount, "customer_id", descending=[False, True, False], nulls_last=True)
    # In whole numbers, so that a share of exactly 80 % does not depend on a last bit. Of 80, 15 and 5, those before
    # make up 0, 80 and 95 %: classes A, B and C.
    counted = pl.when(pl.col(amount) > 0).then(pl.col(amount)).cast(pl.Int128)
    total = counted.sum().over("currency")
    before = (counted.cum_sum().over("currency") - counted) * 100
    classes = pl.when(before < A_UP_TO * total).then(pl.lit("A")).when(before < B_UP_TO * total).then(pl.lit("B"))
    return rows.with_columns(
        (counted.cast(pl.Float64) / total.cast(pl.Float64)).alias(share),
        pl.when(counted.is_not_null()).then(classes.otherwise(pl.lit("C"))).alias(name),
    )
