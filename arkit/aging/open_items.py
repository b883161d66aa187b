"""Open items: each item with a balance on a day, and how long it has been due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from arkit.aging.aging import bucketed, with_columns_for
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "entity",
    "account",
    "customer_id",
    "name",
    "item_id",
    "document_id",
    "item_type",
    "document_date",
    "due_date",
    "days_past_due",
    "days_outstanding",
    "bucket",
    "currency",
    "open_amount",
    "base_currency",
    "base_open_amount",
    "disputed",
    "reference",
    "salesperson",
)


def open_items(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """List the items that are open on a day.

    Formula: the balance periods that contain the day; ``days_past_due = as_of - due_date``,
    ``days_outstanding = as_of - document_date``.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day, as a date or ISO text.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts.

    Returns
    -------
    DataFrame
        One row for each open item: its keys and dates, ``bucket`` (an ordered category that ends with *unapplied*),
        ``open_amount`` and ``base_open_amount`` in currency units, ``disputed``.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> items = ar.open_items(ar.sample_ledger(), as_of="2026-10-31")
    >>> items["bucket"].cat.categories.tolist()
    ['not due', '1-30', '31-60', '61-90', 'over 90', 'unapplied']

    References
    ----------
    SAP FBL5N customer line items, open at a key date.
    """
    import pandas as pd

    policy = policy or Policy()
    day = ledger.require(as_of)
    labels = [*policy.labels, UNAPPLIED]
    frame = open_frame(ledger, day, policy=policy)
    frame = to_units(frame, {"open_amount": "currency", "base_open_amount": "base_currency"})
    table = frame.select(COLUMNS).to_pandas()
    positions = table["bucket"].to_numpy()
    table["bucket"] = pd.Categorical.from_codes(positions, categories=pd.Index(labels), ordered=True)
    return table


def open_frame(ledger: Ledger, day: date, *, policy: Policy) -> pl.DataFrame:
    """The open items with amounts in minor units and ``bucket`` as the position of its label."""
    columns = [*ledger.columns("items"), "name"]
    rows = collect(with_columns_for(bucketed(ledger, [day], policy=policy), columns, ledger, [day]))
    return rows.with_columns(
        days_past_due=pl.col("day") - pl.col("due_day"),
        days_outstanding=pl.col("day") - pl.col("document_day"),
        disputed=pl.col("item_id").is_in(disputed_items(ledger, day).implode()),
    ).sort("entity", "customer_id", "due_day", "item_id")


def disputed_items(ledger: Ledger, day: date) -> pl.Series:
    """The items that are disputed on a day."""
    marks = ledger.frames.marks
    begun = (pl.col("kind") == "dispute") & (pl.col("from") <= day)
    disputed = marks.filter(begun & (pl.col("to").is_null() | (pl.col("to") > day)))
    return disputed["item_id"].drop_nulls().unique()
