"""Aging: what is open on a day or on many month-ends in one pass, in which bucket, by which columns.

Buckets are half-open ranges of days, so that no amount can fall between two. Groups by attributes of items come with
the balance periods; those of customers are looked up as they were on the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import narwhals as nw
import polars as pl
from msgspec import UNSET

from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import ATTRIBUTES, Rows, beside, collect, is_one_of, touching
from arkit.model.ledger import Ledger
from arkit.model.money import proportion, to_units
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

By = str | Sequence[str] | None
Measure = Literal["open_amount", "base_open_amount", "items"]
TRADE: Final = "without_intercompany"
# Credits of a customer are netted with debts on the same account, those on an account of advances with all.
_OF_CUSTOMER: Final = ("entity", "customer_id", "currency", "day")
_NETTED: Final = ("account", *_OF_CUSTOMER)


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
    policy = policy or DEFAULT_POLICY
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
    policy = policy or DEFAULT_POLICY
    days = ledger.looked_back(policy.month_ends(ledger.require(as_of), months))
    frame = trend_frame(ledger, days, by=by, policy=policy, of=of)
    return _in_units(frame, policy, of)


def aging_frame(ledger: Ledger, day: date, *, by: By, policy: Policy, of: Measure = "open_amount") -> pl.DataFrame:
    """The aging with amounts as integers in minor units, sorted by its group columns."""
    keys, value = keys_and_value(ledger, by, of)
    return summed(_with_keys(ledger, [day], keys, policy, of), keys, policy.labels, value=value).sort(keys)


def trend_frame(
    ledger: Ledger, days: Sequence[date], *, by: By, policy: Policy, of: Measure = "open_amount"
) -> pl.DataFrame:
    """The agings of several days with amounts in minor units, sorted by day and group."""
    keys, value = keys_and_value(ledger, by, of)
    table = summed(_with_keys(ledger, days, keys, policy, of), [*keys, "day"], policy.labels, value=value)
    as_of = pl.from_epoch("day", time_unit="d").alias("as_of")
    return table.select(as_of, pl.exclude("day")).sort("as_of", *keys)


def _with_keys(ledger: Ledger, days: Sequence[date], keys: list[str], policy: Policy, of: Measure) -> Rows:
    rows = open_on(ledger, days)
    rows = counted(rows if policy.unapplied == "apart" else with_order(rows, ledger), policy=policy, of=of)
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


def summed(rows: Rows, keys: list[str], labels: tuple[str, ...], *, value: nw.Expr) -> pl.DataFrame:
    """One row for each group, with a column for each bucket."""
    columns = [*labels, UNAPPLIED]
    # Spread first, then group: one group-by instead of one by bucket and another over the buckets. An item of 100 in
    # the second bucket is 0, 100, 0, 0, 0 in the columns of its group.
    spread = rows.with_columns(
        nw.when(nw.col("bucket") == position).then(value).otherwise(0).alias(label)
        for position, label in enumerate(columns)
    )
    spread = spread.with_columns(
        # The rows of what netting leaves over in base currency are no items.
        nw.when(nw.col("open_amount") != 0).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).alias("items")
    )
    wide = spread.group_by(*keys).agg(nw.col(*columns, "items").sum())
    gross, net = pl.sum_horizontal(labels).alias("gross"), pl.sum_horizontal(columns).alias("net")
    table = collect(wide, as_text=[key for key in keys if key != "day"])
    return table.select(*keys, *labels, gross, UNAPPLIED, net, "items")


def _in_units(frame: pl.DataFrame, policy: Policy, of: Measure) -> pd.DataFrame:
    if of != "items":
        currency = "base_currency" if of == "base_open_amount" else "currency"
        frame = to_units(frame, dict.fromkeys([*policy.labels, "gross", UNAPPLIED, "net"], currency))
    return frame.to_pandas()


# Open on a day, and in which bucket


def open_on(ledger: Ledger, days: Sequence[date], *, policy: Policy | None = None) -> Rows:
    """What is open on each of some days, in one pass: the balance periods that contain the ``day``.

    With a policy that nets, the unapplied of a customer first reduces that customer's oldest open items.
    """
    # A period may hold nothing but an exchange difference: that is not open.
    rows = touching(ledger, [(day, day) for day in sorted({*days})]).filter(nw.col("open_amount") != 0)
    if policy is None or policy.unapplied == "apart":
        return rows
    kept = rows.collect_schema().names()
    return _netted(with_order(rows, ledger), policy).select(*kept)


def bucketed(ledger: Ledger, days: Sequence[date], *, policy: Policy) -> Rows:
    """What is open on each ``day`` as the policy counts it, with the position of its ``bucket``."""
    return in_buckets(open_on(ledger, days, policy=policy), nw.col("day"), policy=policy)


def counted(apart: Rows, *, policy: Policy, of: Measure = "open_amount") -> Rows:
    """Open items as the policy counts them, with ``bucket``; netting needs them as :func:`with_order` gives them."""
    if policy.unapplied == "apart":
        return in_buckets(apart, nw.col("day"), policy=policy)
    netted = _netted(apart, policy)
    rows = in_buckets(netted, nw.col("day"), policy=policy)
    if of != "base_open_amount":
        return rows
    return nw.concat([rows, _left_in_base(apart, netted, policy).select(*rows.collect_schema().names())])


def in_buckets(rows: Rows, day: nw.Expr, *, policy: Policy) -> Rows:
    """Open items with ``bucket``, the position of the label of their days on a day.

    One past the last label is *unapplied*: a negative balance (credit notes and receipts not yet applied, over-applied
    invoices) has no bucket.
    """
    dated = nw.col("due_day" if policy.basis == "due_date" else "document_day")
    last = len(policy.labels) - 1
    # Counted from the oldest: an item is in the last bucket unless a younger one claims it. Of buckets that start with
    # 1, 31, 61 and 91 days, an item of 40 days is claimed by the third last, then the second; none younger takes it.
    position = nw.lit(last)
    for bucket, start in reversed(list(enumerate(_starts_after_first(policy)))):
        # The days, day - dated, are fewer than the bucket after this one starts with.
        position = nw.when(dated > day - start).then(nw.lit(bucket)).otherwise(position)
    unapplied = nw.col("open_amount") < 0
    return rows.with_columns(nw.when(unapplied).then(nw.lit(last + 1)).otherwise(position).alias("bucket"))


def first_late_bucket(policy: Policy) -> int:
    """The position of the first bucket that is past due.

    >>> first_late_bucket(Policy()), first_late_bucket(Policy(basis="document_date"))
    (1, 0)
    """
    return 1 if policy.has_not_due else 0


def _starts_after_first(policy: Policy) -> tuple[int, ...]:
    """First day of each bucket but the youngest, which is unbounded below."""
    return policy.starts if policy.has_not_due else policy.starts[1:]


def exchange_of_netting(ledger: Ledger, days: Sequence[date], *, policy: Policy) -> Rows:
    """What netting leaves over in base currency (see :func:`_left_in_base`) of a ledger on some days."""
    apart = with_order(open_on(ledger, days), ledger)
    return _left_in_base(apart, _netted(apart, policy), policy)


def _left_in_base(apart: Rows, netted: Rows, policy: Policy) -> Rows:
    """What netting leaves over in base currency, as rows with an open amount of 0, on one item of each account.

    A debt of 100 at 1.10 and a credit of 100 at 1.20 leave nothing but a base amount of -10: an exchange difference,
    as it would be if the credit were applied. It is unapplied, so that the net stays what it is without netting.
    """
    left = netted.select("item", "day", nw.col("base_open_amount").alias("left"))
    rows = apart.join(left, on=["item", "day"], how="left")
    over = rows.with_columns((nw.col("base_open_amount") - nw.col("left").fill_null(0)).alias("over"))
    # An advance and the debts on other accounts that it reduces leave their difference together.
    within = _NETTED if not _advances(policy) else _OF_CUSTOMER
    over = over.with_columns(
        nw.col("over").sum().over(*within).cast(nw.Int64).alias("base_open_amount"),
        # Any item of the account may carry it; the least is the same one on every engine.
        nw.col("item").min().over(*within).alias("one"),
        nw.lit(0, nw.Int64).alias("open_amount"),
        nw.lit(len(policy.labels)).alias("bucket"),
    )
    one = over.filter(nw.col("item") == nw.col("one"), nw.col("base_open_amount") != 0)
    return one.drop("left", "over", "one")


def _advances(policy: Policy) -> tuple[str, ...]:
    """The accounts from which netting reaches the customer's other accounts: those that the policy names.

    Accounts that are only found to hold nothing but receipts do not count here: what is found in a part of a ledger may
    differ from what is found in the whole, and the parts would not add up.
    """
    return () if policy.advances_accounts is UNSET else tuple(policy.advances_accounts)


def with_order(rows: Rows, ledger: Ledger) -> Rows:
    """Open items with what netting orders them by, and the currency of their documents in a translated ledger."""
    own = [name for name in (DOCUMENT_CURRENCY,) if name in ledger.columns("items")]
    return rows.join(ledger.scan("items").select("item", "item_id", *own), on="item", how="left")


def _netted(rows: Rows, policy: Policy) -> Rows:
    """Open items after the credits of each customer have reduced the oldest debts, oldest credit first.

    On each account first. Then what is left on the accounts of advances reduces the customer's debts on the others.
    """
    # A translated ledger still nets within the currency of the documents.
    own = [DOCUMENT_CURRENCY] if DOCUMENT_CURRENCY in rows.collect_schema().names() else []
    rows = _reduced(rows, [*_NETTED, *own], nw.lit(True))
    if accounts := _advances(policy):
        rows = _reduced(rows, [*_OF_CUSTOMER, *own], is_one_of("account", *accounts))
    return rows


def _reduced(rows: Rows, within: list[str], counts: nw.Expr) -> Rows:
    """Open items after the credits that count have reduced the oldest debts, oldest credit first.

    Debts of 100, 50 and 70 with credits of 120 in all: running sums 100, 150 and 220 less 120 leave at most -20, 30 and
    100 of them, so 0, 30 and 70 remain.
    """
    amount = nw.col("open_amount")
    debt = nw.when(amount > 0).then(amount).otherwise(0)
    credit = nw.when((amount < 0) & counts).then(-amount).otherwise(0)
    rows = rows.with_columns(debt.alias("debt"), credit.alias("credit"))
    # Of one day, by number: the order of the rows in the source must not decide. Debts do not move the running sum of
    # credits, nor credits that of debts, so one order serves both.
    order = ("due_day", "item_id")
    rows = rows.with_columns(
        nw.col("debt").cum_sum().over(*within, order_by=order).cast(nw.Int64).alias("debt_so_far"),
        nw.col("credit").cum_sum().over(*within, order_by=order).cast(nw.Int64).alias("credit_so_far"),
        nw.col("debt").sum().over(*within).cast(nw.Int64).alias("all_debt"),
        nw.col("credit").sum().over(*within).cast(nw.Int64).alias("all_credit"),
    )
    left_of_debt = _rest(size="debt", reached="debt_so_far", against="all_credit")
    left_of_credit = _rest(size="credit", reached="credit_so_far", against="all_debt")
    others = amount - nw.col("debt") + nw.col("credit")
    rows = rows.with_columns((left_of_debt - left_of_credit + others).alias("left")).filter(nw.col("left") != 0)
    base = proportion(nw.col("base_open_amount"), part=nw.col("left"), whole=amount)
    rows = rows.with_columns(nw.col("left").alias("open_amount"), base.alias("base_open_amount"))
    return rows.drop("debt", "credit", "debt_so_far", "credit_so_far", "all_debt", "all_credit", "left")


def _rest(*, size: str, reached: str, against: str) -> nw.Expr:
    beyond = nw.col(reached) - nw.col(against)
    left = nw.when(beyond < nw.col(size)).then(beyond).otherwise(nw.col(size))
    return nw.when(left > 0).then(left).otherwise(0)


# By which columns


def group_columns(by: By, ledger: Ledger, *, currency: str = "currency") -> list[str]:
    """The group columns asked for, each once, and the currency, which is always one of them.

    Raises
    ------
    UnknownNameError
        Neither items nor customers have such a column.
    """
    names = [by] if isinstance(by, str) else list(by or [])
    known = [*ledger.columns("items"), *ledger.columns("customers")]
    for name in names:
        if name not in known or name == "item":
            raise unknown_name("column to group by", name, known=sorted({*known} - {"item"}))
    return list(dict.fromkeys([*names, currency]))


def with_columns_for(
    rows: Rows, columns: Sequence[str], ledger: Ledger, days: Sequence[date], *, on: str = "day"
) -> Rows:
    """Rows that have ``item`` and ``customer_id`` with the named columns beside them.

    Attributes of customers are those valid on the day; rows of several days have theirs in the column ``on``.
    """
    have = rows.collect_schema().names()
    of_item = [name for name in columns if name not in have and name in ledger.columns("items")]
    if of_item:
        rows = rows.join(ledger.scan("items").select("item", *of_item), on="item", how="left")
    of_customer = [name for name in columns if name not in have and name not in of_item]
    if not of_customer:
        return rows
    if len(days) == 1 or not has_history(ledger):
        return rows.join(beside(customers_on(ledger, days[-1], of_customer), rows), on="customer_id", how="left")
    daily = [
        customers_on(ledger, day, of_customer).with_columns(pl.lit(day_of(day), pl.Int32).alias(on)) for day in days
    ]
    return rows.join(beside(pl.concat(daily), rows), on=["customer_id", on], how="left")


def without_intercompany(ledger: Ledger, policy: Policy) -> Ledger:
    """The ledger of the customers outside the group, where the policy keeps intercompany apart.

    What companies of the group owe each other is no credit risk and is eliminated in the group's balance sheet. A
    customer counts by its latest flag; where nobody else is left, the ledger is what it is.
    """
    if policy.intercompany == "included" or "intercompany" not in ledger.frames.customers.columns:
        return ledger
    latest = ledger.frames.customers.sort("valid_from", nulls_last=False, maintain_order=True)
    latest = latest.unique("customer_id", keep="last").filter(pl.col("intercompany").fill_null(False))
    own = latest["customer_id"].cast(pl.String)
    names = pl.Series(ledger.values("customer_id"), dtype=pl.String)
    others = names.filter(~names.is_in(own.implode()))
    if len(others) in (0, len(names)):
        return ledger
    # Kept with the ledger, so that the part prepares its periods once and not for each KPI.
    if TRADE not in ledger.prepared:
        ledger.prepared[TRADE] = ledger.where(customer_id=others.to_list())
    part: Ledger = ledger.prepared[TRADE]
    return part


def advances_accounts(ledger: Ledger, policy: Policy) -> list[str]:
    """The control accounts of advances received: those of the policy, or those with receipts and nothing else."""
    if policy.advances_accounts is not UNSET:
        return list(policy.advances_accounts)
    only_receipts = (pl.col("item_type").cast(pl.String) == "receipt").all()
    kinds = collect(ledger.scan("items").select("account", "item_type").unique(), as_text=["account", "item_type"])
    accounts = kinds.group_by("account").agg(only_receipts)
    return accounts.filter("item_type")["account"].drop_nulls().sort().to_list()


def has_history(ledger: Ledger) -> bool:
    """Whether attributes of customers changed over time."""
    dated = ledger.frames.customers["valid_from"]
    return dated.null_count() < len(dated)


def customers_on(ledger: Ledger, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """One row for each customer with the attributes that were valid on a day."""
    customers = ledger.frames.customers
    valid = customers.filter(pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
    # One row for each customer, so that no item is multiplied by a history.
    latest = valid.sort("valid_from", nulls_last=False, maintain_order=True).unique("customer_id", keep="last")
    return latest.select("customer_id", *columns)


def with_customers(table: pl.DataFrame, ledger: Ledger, day: date, columns: Sequence[str]) -> pl.DataFrame:
    """A finished table with attributes of its customers that were valid on a day beside them."""
    customers = customers_on(ledger, day, columns).with_columns(pl.col(pl.Categorical).cast(pl.String))
    return table.join(customers, on="customer_id", how="left", maintain_order="left")
