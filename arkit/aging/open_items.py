"""Open items of a day, the statement of a customer over a period, and the evidence behind one number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from arkit.aging.aging import bucketed, customers_on, open_on, with_columns_for
from arkit.aging.entry_lines import BUCKET, CLOSING, OPENING, Moves, moves, opening_day
from arkit.errors import LedgerError, unknown_name
from arkit.model.engine import beside, collect
from arkit.model.ledger import Ledger
from arkit.model.money import LARGEST_EXACT, SCALE, decimal_units, minor_per_unit, proportion, to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *"""
    entity account customer_id name item_id document_id item_type document_date due_date days_past_due
    days_outstanding bucket currency open_amount base_currency base_open_amount disputed reference salesperson
    """.split(),
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

    policy = policy or DEFAULT_POLICY
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
    """The open items of which anything is disputed on a day."""
    return held_amounts(ledger, day, "dispute")["item_id"]


def held_amounts(ledger: Ledger, day: date, *kinds: str) -> pl.DataFrame:
    """How much of each open item the running flags of some kinds hold back: ``item``, ``item_id``, ``held``.

    A flag without an amount holds the whole item, or all items of its customer; one with an amount holds no more than
    that, of a customer the oldest items first, in the currency of the oldest. Several flags add up, to what is open at
    most. ``held`` is in minor units.
    """
    rows = _flagged(ledger, _running(ledger.frames.marks.filter(pl.col("kind").is_in(kinds)), day), day)
    unit = minor_per_unit(pl.col("currency"), rows["currency"])
    wanted = {f"{of}_held": _wanted(of, unit) for of in ("item", "customer")}
    rows = rows.sort("customer_id", "due_day", "item_id").with_columns(**wanted)
    # What flags on items hold comes first; flags on their customer
    # hold of the rest alone, so that nothing is held twice.
    of_item = pl.min_horizontal("open_amount", "item_held")
    rows = rows.with_columns(held=of_item, rest=pl.col("open_amount") - of_item)
    before = (pl.col("rest").cum_sum() - pl.col("rest")).over("customer_id", "currency")
    covered = pl.col("customer_whole") | (pl.col("currency") == pl.col("currency").first().over("customer_id"))
    further = pl.min_horizontal("rest", (pl.col("customer_held") - before).clip(0))
    rows = rows.with_columns(held=pl.col("held") + pl.when(covered).then(further).otherwise(0))
    return rows.filter(pl.col("held") > 0).select("item", "item_id", "held")


def _running(marks: pl.DataFrame, day: date) -> pl.DataFrame:
    """The flags that hold on a day: from their first day until their last; a promise until the day promised."""
    promise = pl.col("kind") == "promise"
    # On its last day a flag does not hold any more, like a balance period; a promise may still be kept on its day.
    ended = pl.when(promise).then(pl.col("to") < day).otherwise(pl.col("to") <= day).fill_null(False)
    due = promise & (pl.col("promised_on") < day).fill_null(True)
    return marks.filter((pl.col("from") <= day) & ~ended & ~due)


def _flagged(ledger: Ledger, marks: pl.DataFrame, day: date) -> pl.DataFrame:
    """The open items that flags are about, on themselves or on their customers, with what is flagged of each."""
    items = ledger.scan("items").select("item", "item_id")
    rows = open_on(ledger, [day]).filter(nw.col("open_amount") > 0)
    rows = rows.select("item", "customer_id", "currency", "due_day", "open_amount").join(items, on="item", how="inner")
    own = marks["item_id"].is_not_null()
    for of, some in (("item", marks.filter(own)), ("customer", marks.filter(~own))):
        whole = pl.col("amount").is_null().any().alias(f"{of}_whole")
        sums = some.drop_nulls(f"{of}_id").group_by(f"{of}_id").agg(whole, pl.col("amount").sum().alias(f"{of}_amount"))
        rows = rows.join(beside(sums, rows), on=f"{of}_id", how="left")
    rows = rows.filter(~nw.col("item_whole").is_null() | ~nw.col("customer_whole").is_null())
    return collect(rows).with_columns(pl.col("item_whole", "customer_whole").fill_null(False))


def _wanted(of: str, unit: pl.Expr) -> pl.Expr:
    """What the flags of an item or customer hold in minor units; without an amount more than there is."""
    micro = decimal_units(pl.col(f"{of}_amount").fill_null(0.0).clip(0), decimals=SCALE)
    amount = proportion(micro, part=unit, whole=pl.lit(10**SCALE))
    return pl.when(f"{of}_whole").then(LARGEST_EXACT).otherwise(amount)


STATEMENT_COLUMNS = (*"effective_on item_id document_id item_type entry_type due_date currency amount balance".split(),)


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
    # The opening has no item, so it comes before the entries of its day.
    moves = moves.sort("currency", "effective_on", "item_id", "entry_type", "amount", nulls_last=False)
    moves = moves.with_columns(balance=pl.col("amount").cum_sum().over("currency"))
    return to_units(moves.select(STATEMENT_COLUMNS), {"amount": "currency", "balance": "currency"}).to_pandas()


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


EVIDENCE_COLUMNS = (
    *"""
    entity customer_id name item_id document_id due_date bucket currency open_amount entry_type effective_on
    recorded_on amount base_currency base_amount counterpart_item_id
    """.split(),
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
    columns = [name for name in (*EVIDENCE_COLUMNS, "line") if name in rows.columns]
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
    # A cell of the aging may be of those without a value, and missing must equal missing.
    matches = [pl.col(name).cast(pl.String).eq_missing(_as_text(value)) for name, value in keys.items()]
    return items.filter(pl.all_horizontal(pl.lit(True), *matches))


def _as_text(value: object) -> pl.Expr:
    """The value of a key as text; what pandas shows as missing is missing."""
    missing = value is None or value != value
    return pl.lit(None if missing else str(value), dtype=pl.String)
