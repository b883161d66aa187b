"""Statement of account: what happened on a customer's account, with a running balance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from arkit.errors import unknown_name
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "effective_on",
    "item_id",
    "document_id",
    "item_type",
    "entry_type",
    "due_date",
    "currency",
    "amount",
    "balance",
)


def statement(ledger: Ledger, *, as_of: date | str, customer_id: str, first: date | str | None = None) -> pd.DataFrame:
    """Show a customer's account up to a day: an opening balance, each movement, and the balance after it.

    Formula: balance = opening balance + running sum of the entries by effective day, per currency. Applications between
    the customer's own items are left out: they move nothing on the account.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        Last day of the statement.
    customer_id
        The customer.
    first
        First day of the statement; without it the statement starts with the first entry.

    Returns
    -------
    DataFrame
        ``effective_on``, ``item_id``, ``document_id``, ``item_type``, ``entry_type`` (*opening* in the first line of a
        currency), ``due_date``, ``currency``, ``amount`` and ``balance`` in currency units. The last balance of each
        currency is what is open on the day.

    Raises
    ------
    UnknownNameError
        The customer has no items.
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar, pandas as pd
    >>> items = pd.DataFrame(
    ...     {
    ...         "item_id": ["A"],
    ...         "customer_id": ["C1"],
    ...         "document_date": ["2026-01-01"],
    ...         "due_date": ["2026-01-31"],
    ...         "currency": ["EUR"],
    ...         "amount": [100.0],
    ...         "settled_on": ["2026-02-03"],
    ...     }
    ... )
    >>> ledger = ar.make_ledger(items=items, shape="settled")
    >>> ar.statement(ledger, as_of="2026-02-03", customer_id="C1")["balance"].tolist()
    [100.0, 0.0]

    References
    ----------
    Statement of account of type *open balance forward*; Odoo partner ledger.
    """
    day = ledger.require(as_of)
    start = ledger.require(first) if first is not None else None
    moves = _movements(ledger, day, customer_id)
    if start is not None:
        before = moves.filter(pl.col("effective_on") < start).group_by("currency").agg(pl.col("amount").sum())
        opening = before.select("currency", "amount", effective_on=pl.lit(start), entry_type=pl.lit("opening"))
        moves = pl.concat([opening, moves.filter(pl.col("effective_on") >= start)], how="diagonal_relaxed")
    moves = moves.sort("currency", "effective_on", "item_id", "entry_type", "amount", nulls_last=False)
    moves = moves.with_columns(balance=pl.col("amount").cum_sum().over("currency"))
    return to_units(moves.select(COLUMNS), {"amount": "currency", "balance": "currency"}).to_pandas()


def _movements(ledger: Ledger, day: date, customer_id: str) -> pl.DataFrame:
    items = ledger.scan("items").filter(nw.col("customer_id") == str(customer_id))
    items = items.select("item", "document_id", "item_type", "due_date", "currency")
    own = collect(ledger.scan("items").filter(nw.col("customer_id") == str(customer_id)).select("item_id"))
    if own.is_empty():
        raise unknown_name("customer", customer_id, known=ledger.values("customer_id"))
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day)
    moves = collect(entries.join(items, on="item", how="inner"))
    return moves.filter(~_is_internal(own["item_id"]))


def _is_internal(own: pl.Series) -> pl.Expr:
    """Whether an entry is a leg of an application between own items that moves nothing: both legs are there."""
    among_own = pl.col("counterpart_item_id").is_in(own.implode()).fill_null(False)
    application = (pl.col("entry_type") == "application") & among_own
    pair = [order("item_id", "counterpart_item_id") for order in (pl.min_horizontal, pl.max_horizontal)]
    moved = pl.when(application).then("amount").otherwise(0).sum().over(*pair, "effective_on", "currency")
    return application & (moved == 0)
