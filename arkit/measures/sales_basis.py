"""What sales are taken from: the sales table where it can tell them, else what was billed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from arkit.ledger.model import Ledger
from arkit.measures.windows import Window

SALES: Final = "sales, net of tax"
BILLINGS: Final = "billings, tax included"
# Sales on so many days, all of them the last of a month, are sales by month.
_A_HABIT: Final = 3


def bases(ledger: Ledger, groups: Sequence[str], windows: Sequence[Window]) -> list[str]:
    """Return what the sales of each window are taken from.

    The sales table cannot tell by a column that neither it nor the customers have; nor, where it has one day a month,
    the sales of a part of a month.
    """
    dates = ledger.frames.sales["date"]
    if dates.is_empty() or of_customers(ledger, groups) - {*ledger.frames.customers.columns}:
        return [BILLINGS] * len(windows)
    if not by_month(dates):
        return [SALES] * len(windows)
    edges = pl.DataFrame({"start": [w.start for w in windows], "end": [w.end for w in windows]})
    whole = [(pl.col(edge) == pl.col(edge).dt.month_end()) | (pl.col(edge) == dates.max()) for edge in edges.columns]
    return edges.select(pl.when(*whole).then(pl.lit(SALES)).otherwise(pl.lit(BILLINGS))).to_series().to_list()


def of_customers(ledger: Ledger, groups: Sequence[str]) -> set[str]:
    """Return the group columns that the sales table does not have, so that they must be those of the customer."""
    return {*groups} - {*ledger.frames.sales.columns}


def by_month(dates: pl.Series) -> bool:
    """Return whether sales are given by month: all on last days of months, but for a month that is not over."""
    days = dates.unique().sort()
    return len(days) >= _A_HABIT and bool((days == days.dt.month_end()).head(-1).all())
