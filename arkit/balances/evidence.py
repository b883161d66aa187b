"""Evidence: the items and entries behind a number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from arkit.balances.grouping import customers_on
from arkit.balances.open_items import open_frame
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.policy import Policy
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "entity",
    "customer_id",
    "name",
    "item_id",
    "document_id",
    "due_date",
    "bucket",
    "currency",
    "open_amount",
    "entry_type",
    "effective_on",
    "recorded_on",
    "amount",
    "counterpart_item_id",
)


def evidence(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None, **keys: object) -> pd.DataFrame:
    """Open a cell of an aging to the items and entries behind it.

    Formula: the items open on the day that match every key, and all their entries effective up to the day; where the
    policy keeps unapplied amounts apart, the sum of ``amount`` is the cell.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day of the aging.
    policy
        The policy of the aging.
    **keys
        Columns of items or customers, and ``bucket``, with the value that the cell stands for.

    Returns
    -------
    DataFrame
        One row for each entry: the item, its ``bucket`` and ``open_amount``, and the entry's ``entry_type``,
        ``effective_on``, ``recorded_on``, ``amount``, ``counterpart_item_id``; amounts in currency units.

    Raises
    ------
    UnknownNameError
        A key is no column, or ``bucket`` no label of the policy.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> behind = ar.evidence(ledger, as_of="2026-10-31", entity="ES", currency="EUR", bucket="over 90")
    >>> aging = ar.aging_table(ledger, as_of="2026-10-31", by="entity").set_index(["entity", "currency"])
    >>> round(behind["amount"].sum(), 2) == aging.loc[("ES", "EUR"), "over 90"]
    True

    References
    ----------
    The audit step *tracing*: from a total to the entries of which it is made.
    """
    policy = policy or Policy()
    day = ledger.require(as_of)
    labels = [*policy.labels, UNAPPLIED]
    items = open_frame(ledger, day, policy=policy).with_columns(
        bucket=pl.col("bucket").replace_strict(dict(enumerate(labels)), return_dtype=pl.String)
    )
    items = _matching(items, ledger, day, keys, labels)
    entries = ledger.frames.entries.filter(pl.col("effective_on") <= day).drop("item_id")
    rows = items.join(entries, on="item").sort("entity", "customer_id", "item_id", "effective_on", "entry_type")
    rows = rows.with_columns(pl.col(pl.Categorical).cast(pl.String)).select(COLUMNS)
    return to_units(rows, {"open_amount": "currency", "amount": "currency"}).to_pandas()


def _matching(
    items: pl.DataFrame, ledger: Ledger, day: date, keys: dict[str, object], labels: list[str]
) -> pl.DataFrame:
    of_customer = [name for name in keys if name not in items.columns]
    known = [*items.columns, *ledger.frames.customers.columns]
    for name in of_customer:
        if name not in known:
            raise unknown_name("column", name, known=known)
    if of_customer:
        items = items.join(customers_on(ledger, day, of_customer), on="customer_id", how="left")
    if "bucket" in keys and keys["bucket"] not in labels:
        raise unknown_name("bucket", keys["bucket"], known=labels)
    matches = [pl.col(name).cast(pl.String).eq_missing(_as_text(value)) for name, value in keys.items()]
    return items.filter(pl.all_horizontal(pl.lit(True), *matches))


def _as_text(value: object) -> pl.Expr:
    """Return the value of a key as text; what pandas shows as missing is missing."""
    missing = value is None or value != value
    return pl.lit(None if missing else str(value), dtype=pl.String)
