"""Groups of customers: industries, sizes, countries against their own history, ABC classes, inactive balances.

An ABC class names the few customers who make most of the receivables, and most of the sales.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import group_columns, open_on, trend_frame, with_columns_for, with_customers
from arkit.aging.entry_lines import require_history, with_debt
from arkit.aging.open_items import held_amounts
from arkit.aging.returned import PAID, movements, paid_by_day
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.kpi.inputs import sales
from arkit.kpi.question import ask
from arkit.model.engine import Rows, collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.segmentation.behaviour import KEYS, NOTHING, lateness, payment_days

if TYPE_CHECKING:
    import pandas as pd

MOST_WINDOWS: Final = 12
POOLED: Final = "small groups"
UNKNOWN: Final = "not known"
COLUMNS: Final = (
    *("customers", "items", "billed_amount", "days_late", "days_late_least", "days_late_most"),
    *("on_time_share_amount", "on_time_least", "on_time_most", "windows", "against_history", "pooled"),
)


def group_behaviour(
    ledger: Ledger,
    *,
    as_of: date | str,
    by: str = "industry",
    months: int = 6,
    least: int = 5,
    policy: Policy | None = None,
) -> pd.DataFrame:
    """How groups of customers pay, against their own history.

    Formula: of what fell due in the last ``months``, weighted by amount: the days late (what is unpaid counts as at
    least this late) and the share paid on time. The same for the windows of that length before, each as it was known on
    its last day, so that all have had the same time to be paid. A group is *slower than ever* where it is later now
    than in each of its earlier windows, and *faster than ever* where it is earlier.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    by
        Column of the customers or items: ``industry``, ``size``, ``country``, ``salesperson``, ...
    months
        Length of a window.
    least
        Groups with fewer customers in the last window are pooled as *small groups*: one customer is no industry.
    policy
        Whose months they are: those of the calendar, or the company's own periods.

    Returns
    -------
    DataFrame
        One row for each group and currency, of each currency the one with most billed first: ``customers``, ``items``
        and ``billed_amount`` of the last window, ``days_late`` with the ``least`` and ``most`` of the earlier windows,
        ``on_time_share_amount`` (0-1) likewise, ``windows`` (how many earlier ones there are, 12 at most),
        ``against_history`` (*slower than ever*, *faster than ever*, *as before*, or *no history* where there are fewer
        than two), and ``pooled``: the names of the small groups.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        There is no such column, or a number is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> groups = ar.group_behaviour(ar.sample_ledger(), as_of="2026-10-31", by="industry")
    >>> bool((groups.loc[groups["industry"] != "small groups", "customers"] >= 5).all())
    True

    References
    ----------
    Peer groups against their own past, as in portfolio monitoring of trade credit; equal maturity of cohorts as in
    vintage analysis.
    """
    if min(months, least) < 1:
        raise unknown_name("number of months or customers", min(months, least), known=["1 and more"])
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    ends = _ends(ledger, day, months, policy or DEFAULT_POLICY)
    windows = pl.concat(
        [_window(ledger, start, end, keys).with_columns(back=back) for back, (end, start) in enumerate(pairwise(ends))]
    )
    names = _pooled_names(windows.filter(pl.col("back") == 0), keys, least)
    grouped = _by_group(windows.join(names, on=keys, how="left", nulls_equal=True), keys)
    table = _against_history(grouped, keys)
    ordered = table.sort("currency", "billed_amount", by, descending=[False, True, False])
    return to_units(ordered.select(*keys, *COLUMNS), {"billed_amount": "currency"}).to_pandas()


def _ends(ledger: Ledger, day: date, months: int, policy: Policy) -> list[date]:
    """The day and the days on which the windows before it ended that the ledger covers, the latest first.

    The last window is there in any case, also where the ledger begins within it.
    """
    covered = policy.month_ends(day, (MOST_WINDOWS + 1) * months, since=ledger.complete_from)
    ends = covered[::-1][::months]
    return ends if len(ends) > 1 else [day, policy.before(day, months)]


def _window(ledger: Ledger, start: date, end: date, keys: list[str]) -> pl.DataFrame:
    """What fell due after a day up to another, as it was known on that: a row for each group and customer."""
    due = lateness(ledger, end).filter(nw.col("due_day") > day_of(start), nw.col("due_day") <= day_of(end))
    # Under another name, because the groups may be the customers themselves.
    due = with_columns_for(due.with_columns(nw.col("customer_id").alias("customer")), keys, ledger, [end])
    due = due.with_columns(
        (nw.col("days_late") * nw.col("billed")).alias("late"),
        nw.when(nw.col("days_late") <= 0).then(nw.col("billed")).otherwise(NOTHING).alias("on_time"),
        nw.lit(1, nw.Int64).alias("items"),
    )
    sums = collect(due.group_by(*keys, "customer").agg(nw.col("items", "billed", "late", "on_time").sum()))
    return sums.with_columns(pl.col(keys).cast(pl.String).fill_null(UNKNOWN))


def _pooled_names(now: pl.DataFrame, keys: list[str], least: int) -> pl.DataFrame:
    """Each group of the last window with the name under which it is shown."""
    counts = now.group_by(keys).agg(pl.col("customer").n_unique().alias("n"))
    shown = pl.when(pl.col("n") < least).then(pl.lit(POOLED)).otherwise(pl.col(keys[0]))
    return counts.select(keys, shown=shown)


def _by_group(windows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sums by shown group and window; a group that is not in the last window is among the small ones."""
    first, *rest = keys
    rows = windows.with_columns(pl.col("shown").fill_null(POOLED))
    pooled = pl.col(first).filter(pl.col("shown") == POOLED).drop_nulls()
    sums = rows.group_by("shown", *rest, "back").agg(
        pl.col("customer").n_unique().cast(pl.Int64).alias("customers"),
        pl.col("items", "billed", "late", "on_time").sum(),
        pooled.unique().sort().str.join(", ").alias("pooled"),
    )
    return sums.rename({"shown": first, "billed": "billed_amount"}).with_columns(
        days_late=pl.col("late") / pl.col("billed_amount"),
        on_time_share_amount=pl.col("on_time") / pl.col("billed_amount"),
    )


def _against_history(grouped: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The last window of each group with the range of those before."""
    ends = {"least": pl.Expr.min, "most": pl.Expr.max}
    measures = {"days_late": "days_late", "on_time": "on_time_share_amount"}
    earlier = grouped.filter(pl.col("back") > 0)
    before = earlier.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("windows"),
        *(end(pl.col(name)).alias(f"{short}_{of}") for short, name in measures.items() for of, end in ends.items()),
    )
    # What is not known has a name by now, so that no key is missing.
    table = grouped.filter(pl.col("back") == 0).join(before, on=keys, how="left")
    verdict = (
        pl.when(pl.col("windows").fill_null(0) < 2)
        .then(pl.lit("no history"))
        .when(pl.col("days_late") > pl.col("days_late_most"))
        .then(pl.lit("slower than ever"))
        .when(pl.col("days_late") < pl.col("days_late_least"))
        .then(pl.lit("faster than ever"))
        .otherwise(pl.lit("as before"))
    )
    return table.with_columns(pl.col("windows").fill_null(0), against_history=verdict)


A_UP_TO: Final = 80  # percent of the total
B_UP_TO: Final = 95
AMOUNTS: Final = ("open_amount", "sales")
ABC_COLUMNS: Final = (
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
    owed = trend_frame(question.ledger, question.days, by="customer_id", policy=question.policy)
    owed = owed.select(pl.col(KEYS).cast(pl.String), open_amount="gross")
    rows = owed.join(sales(question).select(*KEYS, "sales"), on=KEYS, how="full", coalesce=True)
    rows = rows.with_columns(pl.col("open_amount").fill_null(0), basis=pl.lit(question.basis))
    rows = _classed(rows, "open_amount", share="open_share", name="class_of_exposure")
    rows = _classed(rows, "sales", share="sales_share", name="class_of_sales")
    named = with_customers(rows, ledger, question.days[-1], ["name"])
    ordered = named.sort("currency", "open_amount", "customer_id", descending=[False, True, False])
    return to_units(ordered.select(ABC_COLUMNS), dict.fromkeys(AMOUNTS, "currency")).to_pandas()


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


INACTIVE_AMOUNTS: Final = ("inactive_amount", "disputed_amount", "open_amount", "unapplied", "paid_amount")
INACTIVE_COLUMNS: Final = (
    *("customer_id", "name", "currency", "inactive_amount", "items", "inactive_since", "oldest_item", "oldest_due"),
    *("oldest_days", "disputed_amount", "open_amount", "inactive_share", "unapplied", "otherwise_pays", "paid_amount"),
    "last_payment",
)


def inactive_past_due(
    ledger: Ledger, *, as_of: date | str, months: int = 6, policy: Policy | None = None
) -> pd.DataFrame:
    """The customers with debt that no payment has reduced for months.

    Formula: an open item is inactive if it was first due ``months`` ago or earlier, and no payment has reduced it since
    then: the payments applied to it after that day, minus those that came back, are nothing or less. Credit notes,
    discounts and write-offs are no payments; an item that carries another one on is the same debt, due when that was.
    Each item counts by itself: customers who pay other invoices and leave an old one are here too, with
    ``otherwise_pays``. Falling payments are another question: :func:`arkit.deteriorating_payers`.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    months
        For how long nothing has been paid.
    policy
        Whose months they are: those of the calendar, or the company's own periods.

    Returns
    -------
    DataFrame
        One row for each customer and currency with such debt, by customer: ``inactive_amount``, ``items``,
        ``inactive_since`` (the earliest day since which one of them has been due and unreduced), ``oldest_item`` with
        ``oldest_due`` (its first due date) and ``oldest_days`` (since then), ``disputed_amount`` (of the inactive),
        ``open_amount`` (all gross debt), ``inactive_share`` (of it, 0-1), ``unapplied`` (open receipts and credits, as
        a positive amount: payments may be among them that have not been applied), ``otherwise_pays`` (paid anything in
        these months), ``paid_amount`` (in these months), ``last_payment``. Amounts in currency units.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        The number of months is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> debtors = ar.inactive_past_due(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(debtors["inactive_share"].between(0, 1).all())
    True

    References
    ----------
    Russian and Chinese handbooks of credit control: customers who do not reduce their debt, distinguished from those
    whose payments decline.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    day = require_history(ledger, as_of)
    before = (policy or DEFAULT_POLICY).before(day, months)
    table = _by_customer(_inactive_items(ledger, day, before))
    for part in (_open(ledger, day), _paid(ledger, day, before)):
        table = table.join(part, on=KEYS, how="left")
    table = table.sort(KEYS).with_columns(
        pl.col("paid_amount").fill_null(0),
        oldest_days=(day_of(day) - pl.col("oldest_due")).cast(pl.Int64),
        inactive_share=pl.col("inactive_amount") / pl.col("open_amount"),
    )
    table = with_customers(table, ledger, day, ["name"]).with_columns(
        pl.col("inactive_since", "oldest_due", "last_payment").cast(pl.Int32).cast(pl.Date),
        otherwise_pays=pl.col("paid_amount") > 0,
    )
    return to_units(table, dict.fromkeys(INACTIVE_AMOUNTS, "currency")).select(INACTIVE_COLUMNS).to_pandas()


def _inactive_items(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """The items that are inactive on a day, the one first due first."""
    owed = open_on(ledger, [day]).filter(nw.col("open_amount") > 0).select("item", *KEYS, "open_amount")
    items = ledger.scan("items")
    due = nw.coalesce("original_due_day", "due_day").alias("first_due")
    rows = with_debt(owed, ledger).join(items.select(nw.col("item").alias("debt"), due), on="debt", how="inner")
    rows = rows.join(_payments(ledger, day, before), on="debt", how="left")
    rows = rows.filter(nw.col("first_due") <= day_of(before), nw.col("paid").fill_null(0) <= 0)
    inactive = collect(rows.join(items.select("item", "item_id"), on="item", how="inner"))
    held = held_amounts(ledger, day, "dispute").select("item_id", disputed_amount="held")
    inactive = inactive.join(held, on="item_id", how="left")
    since = pl.max_horizontal("last_paid", "first_due")
    return inactive.with_columns(pl.col("disputed_amount").fill_null(0), since=since).sort("first_due", "item_id")


def _by_customer(items: pl.DataFrame) -> pl.DataFrame:
    """Sums of inactive items, which come the one first due first, by customer."""
    return items.group_by(KEYS, maintain_order=True).agg(
        pl.col("open_amount").sum().alias("inactive_amount"),
        pl.len().cast(pl.Int64).alias("items"),
        pl.col("since").min().alias("inactive_since"),
        pl.col("item_id").first().alias("oldest_item"),
        pl.col("first_due").first().alias("oldest_due"),
        pl.col("disputed_amount").sum(),
    )


def _payments(ledger: Ledger, day: date, before: date) -> Rows:
    """What was ``paid`` on each ``debt`` after a day, minus what came back, and the day ``last_paid`` before."""
    entries = movements(ledger, day)
    paid = paid_by_day(entries.filter(is_one_of("entry_type", *PAID)))
    came_back = entries.filter(nw.col("entry_type") == "correction", nw.col("amount") > 0)
    credits = ledger.scan("items").filter(nw.col("item_type") == "credit_note").select("item_id")
    both = nw.concat([rows.select("item", "counterpart_item_id", "day", "amount") for rows in (paid, came_back)])
    # The anti join keeps what has no counterpart, such as a settlement: only what credit notes settle is no payment.
    moved = both.join(credits, left_on="counterpart_item_id", right_on="item_id", how="anti")
    after, amount = nw.col("day") > day_of(before), nw.col("amount")
    rows = with_debt(moved.select("item", "amount", "day"), ledger).with_columns(
        nw.when(after).then(-amount).otherwise(NOTHING).alias("paid"),
        nw.when(~after & (amount < 0)).then(nw.col("day")).alias("last_paid"),
    )
    return rows.group_by("debt").agg(nw.col("paid").sum(), nw.col("last_paid").max())


def _open(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer what is open (gross), and what is unapplied."""
    amount = nw.col("open_amount")
    rows = open_on(ledger, [day]).select(
        *KEYS,
        nw.when(amount > 0).then(amount).otherwise(NOTHING).alias("open_amount"),
        nw.when(amount < 0).then(-amount).otherwise(NOTHING).alias("unapplied"),
    )
    return collect(rows.group_by(*KEYS).agg(nw.col("open_amount", "unapplied").sum()))


def _paid(ledger: Ledger, day: date, before: date) -> pl.DataFrame:
    """By customer what was paid after the day before, and the day of the last payment."""
    recent = nw.when(nw.col("day") > day_of(before)).then(nw.col("paid")).otherwise(NOTHING)
    rows = payment_days(ledger, day).with_columns(recent.alias("paid_amount"))
    return collect(rows.group_by(*KEYS).agg(nw.col("paid_amount").sum(), nw.col("day").max().alias("last_payment")))
