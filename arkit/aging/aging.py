"""Aging: what is open on a day, or on many month-ends in one pass, by how long it has been due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import polars as pl

from arkit.aging.buckets import bucketed
from arkit.aging.grouping import By, group_columns, with_columns_for
from arkit.calendar import month_ends_back
from arkit.errors import unknown_name
from arkit.model.engine import ATTRIBUTES, Rows, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["open_amount", "base_open_amount", "items"]


def aging_table(
    ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None, of: Measure = "open_amount"
) -> pd.DataFrame:
    """Age the receivables that are open on a day.

    Formula: an item is open on a day if one of its balance periods contains the day (``since <= day < until``). Its
    days are ``as_of - due_date`` (or ``- document_date``); its bucket is the half-open range of days that holds them.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day, as a date or ISO text.
    by
        Column or columns of items or customers to group by; the currency is always one of them.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts.
    of
        ``open_amount`` in the item's currency, ``base_open_amount`` in the entity's, or the number of ``items``.

    Returns
    -------
    DataFrame
        The group columns, ``currency`` (``base_currency``), one column for each bucket, ``gross`` (their sum),
        ``unapplied``, ``net`` (gross + unapplied) in currency units, and ``items``, the number of open items.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        There is no such column.

    Examples
    --------
    >>> import arkit as ar, pandas as pd
    >>> items = pd.DataFrame(
    ...     {
    ...         "item_id": ["A", "B", "C"],
    ...         "customer_id": ["C1", "C1", "C2"],
    ...         "currency": "EUR",
    ...         "document_date": ["2026-01-01", "2026-01-20", "2026-01-25"],
    ...         "due_date": ["2026-01-31", "2026-02-19", "2026-01-25"],
    ...         "amount": [100.0, 50.0, -30.0],
    ...     }
    ... )
    >>> ledger = ar.make_ledger(items=items, covers=("2026-01-01", "2026-02-28"))
    >>> ar.aging_table(ledger, as_of="2026-02-15").to_dict("records")[0]["1-30"]
    100.0

    References
    ----------
    OCA account-financial-reporting, aged partner balance; Microsoft Dynamics 365, aged accounts receivable.
    """
    policy = policy or Policy()
    day = ledger.require(as_of)
    frame = aging_frame(ledger, day, by=by, policy=policy, of=of)
    return _in_units(frame, policy, of)


def aging_trend(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    policy: Policy | None = None,
    of: Measure = "open_amount",
) -> pd.DataFrame:
    """Age the receivables of many month-ends at once.

    Formula: that of :func:`arkit.aging_table` on ``as_of`` and on the same day of each month before; each balance
    period is counted on the month-ends it contains.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to go back; days that the ledger does not cover are left out.
    by, policy, of
        As in :func:`arkit.aging_table`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`arkit.aging_table`, one row for each day and group with open items.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day.
    UnknownNameError
        There is no such column.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.aging_trend(ar.sample_ledger(), as_of="2026-10-31", months=2, by="entity")
    >>> sorted(trend["as_of"].dt.date.astype(str).unique())
    ['2026-08-31', '2026-09-30', '2026-10-31']

    References
    ----------
    The aged trial balance of consecutive month-ends, the basis of roll rates.
    """
    policy = policy or Policy()
    last = ledger.require(as_of)
    days = [day for day in month_ends_back(last, months) if day >= ledger.covers[0]]
    frame = trend_frame(ledger, days, by=by, policy=policy, of=of)
    return _in_units(frame, policy, of)


def aging_frame(ledger: Ledger, day: date, *, by: By, policy: Policy, of: Measure = "open_amount") -> pl.DataFrame:
    """The aging with amounts as integers in minor units, sorted by its group columns."""
    keys, value = keys_and_value(ledger, by, of)
    return _summed(_with_keys(ledger, [day], keys, policy), keys, policy.labels, value=value).sort(keys)


def trend_frame(
    ledger: Ledger, days: Sequence[date], *, by: By, policy: Policy, of: Measure = "open_amount"
) -> pl.DataFrame:
    """The agings of several days with amounts in minor units, sorted by day and group."""
    keys, value = keys_and_value(ledger, by, of)
    table = _summed(_with_keys(ledger, days, keys, policy), [*keys, "day"], policy.labels, value=value)
    as_of = pl.from_epoch("day", time_unit="d").alias("as_of")
    return table.select(as_of, pl.exclude("day")).sort("as_of", *keys)


def _with_keys(ledger: Ledger, days: Sequence[date], keys: list[str], policy: Policy) -> Rows:
    rows = bucketed(ledger, days, policy=policy)
    # Most groups are attributes that the periods carry.
    return rows if {*keys} <= {*ATTRIBUTES} else with_columns_for(rows, keys, ledger, days)


def keys_and_value(ledger: Ledger, by: By, of: Measure) -> tuple[list[str], nw.Expr]:
    """The group columns, with the currency that belongs to a measure, and the value to sum."""
    if of == "items":
        return group_columns(by, ledger), nw.lit(1, nw.Int64)
    if of == "open_amount":
        return group_columns(by, ledger), nw.col(of)
    if of == "base_open_amount":
        return group_columns(by, ledger, currency="base_currency"), nw.col(of)
    raise unknown_name("measure of aging", of, known=("open_amount", "base_open_amount", "items"))


def _summed(rows: Rows, keys: list[str], labels: tuple[str, ...], *, value: nw.Expr) -> pl.DataFrame:
    """One row for each group, with a column for each bucket."""
    columns = [*labels, UNAPPLIED]
    # Spread first, then group: one group-by instead of one by bucket and another over the buckets. An item of 100 in
    # the second bucket is 0, 100, 0, 0, 0 in the columns of its group.
    spread = rows.with_columns(
        nw.when(nw.col("bucket") == position).then(value).otherwise(0).alias(label)
        for position, label in enumerate(columns)
    )
    wide = spread.group_by(*keys).agg(nw.col(*columns).sum(), nw.len().alias("items"))
    named = (pl.col(key) if key == "day" else pl.col(key).cast(pl.String) for key in keys)
    gross, net = pl.sum_horizontal(labels).alias("gross"), pl.sum_horizontal(columns).alias("net")
    return collect(wide).select(*named, *labels, gross, UNAPPLIED, net, "items")


def _in_units(frame: pl.DataFrame, policy: Policy, of: Measure) -> pd.DataFrame:
    if of != "items":
        currency = "base_currency" if of == "base_open_amount" else "currency"
        frame = to_units(frame, dict.fromkeys([*policy.labels, "gross", UNAPPLIED, "net"], currency))
    return frame.to_pandas()
