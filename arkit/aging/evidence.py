"""Evidence: the items and entries behind a number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from arkit.aging.aging import customers_on, open_on, with_columns_for
from arkit.aging.entry_lines import BUCKET, CLOSING, OPENING, Moves, moves, opening_day
from arkit.aging.open_items import open_frame
from arkit.errors import LedgerError, unknown_name
from arkit.model.engine import beside, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.columns import UNAPPLIED

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
    "base_currency",
    "base_amount",
    "counterpart_item_id",
)


def evidence(
    ledger: Ledger,
    *,
    as_of: date | str,
    since: date | str | None = None,
    line: str | None = None,
    policy: Policy | None = None,
    **keys: object,
) -> pd.DataFrame:
    """Open a cell of an aging, or of a roll-forward, to the items and entries behind it.

    Formula: the items open on the day that match every key, and all their entries effective up to the day; where the
    policy keeps unapplied amounts apart, the sum of ``amount`` is the cell. Given ``since``: the entries that make the
    line of the roll-forward from that day.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day of the aging, or the closing of the roll-forward.
    since
        The opening of the roll-forward.
    line
        A column of the roll-forward: ``opening``, ``billed``, ``cash``, ..., ``closing``; without one, all entries
        between the two days.
    policy
        The policy of the aging.
    **keys
        Columns of items or customers, and ``bucket``, with the value that the cell stands for.

    Returns
    -------
    DataFrame
        One row for each entry: the item, its ``bucket`` and ``open_amount``, and the entry's ``entry_type``,
        ``effective_on``, ``recorded_on``, ``amount``, ``base_amount``, ``counterpart_item_id``; amounts in currency
        units. Of a roll-forward also ``line``; ``bucket`` is then the one that the entry belongs to, and ``aged_in``,
        ``aged_out`` and ``regrouped``, which no entry makes, are one row for each item.

    Raises
    ------
    UnknownNameError
        A key is no column, ``bucket`` no label of the policy, or ``line`` none of the roll-forward.
    LedgerError
        A line is asked for, but not since when.

    Examples
    --------
    >>> import arkit as ar, pandas as pd
    >>> ledger = ar.sample_ledger()
    >>> behind = ar.evidence(ledger, as_of="2026-10-31", entity="ES", currency="EUR", bucket="over 90")
    >>> aging = ar.aging_table(ledger, as_of="2026-10-31", by="entity").set_index(["entity", "currency"])
    >>> bool(round(behind["amount"].sum(), 2) == aging.loc[("ES", "EUR"), "over 90"])
    True
    >>> cash = ar.evidence(ledger, as_of="2026-10-31", since="2026-09-30", line="cash", entity="ES")
    >>> cash["entry_type"].unique().tolist(), cash["effective_on"].min() > pd.Timestamp("2026-09-30")
    (['original'], True)

    References
    ----------
    The audit step *tracing*: from a total to the entries of which it is made.
    """
    policy = policy or DEFAULT_POLICY
    last = ledger.require(as_of)
    if since is not None:
        rows = _behind_line(ledger, opening_day(ledger, since, last=last), last, line, policy, keys)
    elif line is None:
        rows = _behind_balance(ledger, last, policy, keys)
    else:
        raise LedgerError(f"The line {line!r} belongs to a roll-forward. Say since which day.")
    rows = rows.sort("entity", "customer_id", "item_id", "effective_on", "entry_type", "recorded_on", "amount")
    columns = [name for name in (*COLUMNS, "line") if name in rows.columns]
    amounts = {"open_amount": "currency", "amount": "currency", "base_amount": "base_currency"}
    return to_units(rows.select(columns), amounts).to_pandas()


def _behind_balance(ledger: Ledger, day: date, policy: Policy, keys: dict[str, object]) -> pl.DataFrame:
    items = _matching(open_frame(ledger, day, policy=policy), ledger, day, keys, policy)
    entries = ledger.scan("entries").filter(nw.col("effective_on") <= day).drop("item_id")
    return items.join(collect(entries.join(beside(items.select("item"), entries), on="item", how="semi")), on="item")


def _behind_line(
    ledger: Ledger, first: date, last: date, line: str | None, policy: Policy, keys: dict[str, object]
) -> pl.DataFrame:
    ends = {OPENING: first, CLOSING: last}
    if line in ends:
        return _behind_balance(ledger, ends[line], policy, keys).with_columns(line=pl.lit(line))
    parts = moves(ledger, first, last, policy=policy, columns=[*keys, BUCKET])
    if line is None:
        return _behind_moves(ledger, parts[0], last, policy, keys)
    known = [name for part in parts for name in part.lines]
    if line not in known:
        raise unknown_name("line of a roll-forward", line, known=[*known, *ends])
    found = [_behind_moves(ledger, part, last, policy, keys) for part in parts if line in part.lines]
    return pl.concat(found).filter(pl.col("line") == line)


def _behind_moves(ledger: Ledger, part: Moves, last: date, policy: Policy, keys: dict[str, object]) -> pl.DataFrame:
    """Movements with their items and what is open of them at the closing."""
    rows = with_columns_for(part.rows, [*ledger.columns("items"), "name"], ledger, [last])
    rows = rows.join(open_on(ledger, [last]).select("item", "open_amount"), on="item", how="left")
    found = collect(rows.with_columns(nw.col("open_amount").fill_null(0)))
    found = found.with_columns(pl.from_epoch("effective_day", "d").alias("effective_on"))
    return _matching(found, ledger, part.on, keys, policy)


def _matching(items: pl.DataFrame, ledger: Ledger, day: date, keys: dict[str, object], policy: Policy) -> pl.DataFrame:
    """The rows that match every key, with the label of their bucket."""
    labels = [*policy.labels, UNAPPLIED]
    items = items.with_columns(pl.col(BUCKET).replace_strict(dict(enumerate(labels)), return_dtype=pl.String))
    of_customer = [name for name in keys if name not in items.columns]
    known = [*items.columns, *ledger.columns("customers")]
    for name in of_customer:
        if name not in known:
            raise unknown_name("column", name, known=known)
    if of_customer:
        customers = customers_on(ledger, day, of_customer).cast({pl.Categorical: pl.String})
        items = items.join(customers, on="customer_id", how="left")
    if BUCKET in keys and keys[BUCKET] not in labels:
        raise unknown_name("bucket", keys[BUCKET], known=labels)
    matches = [pl.col(name).cast(pl.String).eq_missing(_as_text(value)) for name, value in keys.items()]
    return items.filter(pl.all_horizontal(pl.lit(True), *matches))


def _as_text(value: object) -> pl.Expr:
    """The value of a key as text; what pandas shows as missing is missing."""
    missing = value is None or value != value
    return pl.lit(None if missing else str(value), dtype=pl.String)
