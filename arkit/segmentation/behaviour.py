"""Payment behaviour of each customer, on one day or month-end by month-end, from what was known on each.

How late each invoice is paid as seen on a day, and the views of a customer that follow: punctuality, the rhythm of the
payments, what was paid in parts, and what is open.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import bucketed, customers_on, first_late_bucket, open_on, with_customers, without_intercompany
from arkit.aging.entry_lines import BILLED, first_due_days, followed, require_history
from arkit.aging.open_items import held_amounts
from arkit.aging.returned import PAID, movements, paid_by_day, receipts_taken_back
from arkit.aging.translate import rates_on
from arkit.calendar import day_of
from arkit.model.engine import Rows, beside, collect, day_number, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import minor_per_unit, to_units
from arkit.policy import DEFAULT_POLICY, CollectionPolicy, LeastAmount, Policy

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("customer_id", "currency")
DAYS_PER_MONTH: Final = 365.25 / 12
RECENT_DAYS: Final = 183
REFERENCE_DAY: Final = 20_000
NOTHING: Final = nw.lit(0, nw.Int64)
_SUMMED: Final = (
    *("on_time", "on_time_amount", "recent_amount", "recent_on_time", "late_amount", "settled_amount"),
    *("late_open_items", "x", "xy", "xx", "yy"),
)
_KEPT: Final = (
    *("items", "settled_items", "settled_amount", "billed_amount", "recent_amount", "late_open_items"),
    *("days_late_median", "days_late_worst", "disputed_items", "first_day"),
)


def lateness(ledger: Ledger, day: date) -> Rows:
    """Each invoice and debit note that shows how its customer pays, as seen on a day.

    Formula: ``days_late = last day owed - first due date - disputed days after it``, days on which most of the item was
    in dispute. An invoice that is paid counts
    with the day on which it was; one that is past due and not paid counts as at least this late (``paid`` is 0). One
    that is not yet due shows nothing and is left out, like one most of which was credited or transferred away.

    Returns
    -------
    LazyFrame
        ``item``, ``entity``, ``customer_id``, ``currency``, ``document_day``, ``due_day``, ``billed`` (minor units),
        ``paid`` (1 or 0), ``days_late``, ``disputed`` (1 or 0).
    """
    items = ledger.scan("items").select("item", "entity", "currency")
    rows = followed(ledger, day).join(items, on="item", how="inner")
    due = first_due_days(ledger).rename({"first_due_day": "due_day"})
    rows = rows.join(due, on="item", how="inner")
    # What is written off is owed no more: it is as late as it was then.
    off = (nw.col("owed") == 1) & (nw.col("until") <= day_of(day))
    end = nw.when(off).then(nw.col("until")).otherwise(nw.col("document_day") + nw.col("leaves"))
    rows = rows.with_columns(end.alias("end"))
    rows = rows.filter((nw.col("paid") == 1) | ((nw.col("owed") == 1) & (nw.col("due_day") < day_of(day))))
    rows = rows.join(_disputed_days(rows, ledger, day), on="item", how="left")
    disputed = nw.col("disputed_days").fill_null(0)
    late = nw.col("end") - nw.col("due_day") - disputed
    # What was disputed for longer than it was late is on time, not early.
    late = nw.when((disputed > 0) & (late < 0)).then(nw.lit(0)).otherwise(late)
    return rows.select(
        *("item", "entity", "customer_id", "currency", "document_day", "due_day", "billed", "paid"),
        late.cast(nw.Int64).alias("days_late"),
        nw.when(nw.col("disputed_days").is_null()).then(nw.lit(0)).otherwise(nw.lit(1)).alias("disputed"),
    )


def _disputed_days(rows: Rows, ledger: Ledger, day: date) -> Rows:
    """The ``disputed_days`` of each ``item`` most of which was in dispute: between its due date and its end."""
    spans = _disputes(ledger, day, rows.select("item", "billed"))
    both = rows.select("item", "due_day", "end").join(beside(spans, rows), on="item", how="inner")
    span = nw.min_horizontal("ends", "end") - nw.max_horizontal("begins", "due_day")
    both = both.with_columns(nw.max_horizontal(span, nw.lit(0)).alias("disputed_days"))
    return both.group_by("item").agg(nw.col("disputed_days").sum())


def _disputes(ledger: Ledger, day: date, billed: Rows) -> pl.DataFrame:
    """The stretches of days for which most of an ``item``, or its customer, was disputed; none overlaps another."""
    marks = ledger.frames.marks.filter((pl.col("kind").cast(pl.String) == "dispute") & (pl.col("from") <= day))
    ends = day_number("to").fill_null(day_of(day))
    spans = marks.select("item_id", "customer_id", "amount", begins=day_number("from"), ends=ends)
    items = (
        ledger.scan("items").select("item", "item_id", "customer_id", "currency").join(billed, on="item", how="inner")
    )
    of_item = spans.filter(pl.col("item_id").is_not_null()).drop("customer_id")
    # What a customer disputes a part of is no item.
    of_customer = spans.filter(pl.col("item_id").is_null() & pl.col("amount").is_null()).drop("item_id")
    found = [
        collect(
            items.join(beside(some, items), on=key, how="inner").select(
                "item", "currency", "billed", "amount", "begins", "ends"
            )
        )
        for key, some in (("item_id", of_item), ("customer_id", of_customer))
    ]
    rows = pl.concat(found).sort("item", "begins", "ends")
    unit = minor_per_unit(pl.col("currency"), rows["currency"])
    # A small part in dispute excuses nothing; left in, it would cut off the days of a dispute about the whole.
    rows = rows.filter(pl.col("amount").is_null() | (pl.col("amount") * unit * 2 > pl.col("billed")))
    # Each begins where the earlier ones of its item end, so that a day in two disputes is one day.
    reached = pl.col("ends").cum_max().shift(1).over("item")
    begins = pl.max_horizontal("begins", reached)
    return rows.with_columns(begins=begins).filter(pl.col("ends") >= pl.col("begins")).select("item", "begins", "ends")


def punctuality(rows: Rows, day: date) -> pl.DataFrame:
    """By customer how late the invoices of :func:`lateness` were paid."""
    sums = (
        _with_products(rows, day)
        .group_by(*KEYS)
        .agg(
            nw.len().alias("items"),
            nw.col(*_SUMMED).sum(),
            nw.col("paid").cast(nw.Int64).sum().alias("settled_items"),
            nw.col("disputed").cast(nw.Int64).sum().alias("disputed_items"),
            nw.col("billed").sum().alias("billed_amount"),
            nw.col("days_late").sum().alias("y"),
            nw.col("days_late").median().alias("days_late_median"),
            nw.col("days_late").max().alias("days_late_worst"),
            nw.col("document_day").min().alias("first_day"),
        )
    )
    return collect(sums).select(*KEYS, *_shares(), *_KEPT)


def _with_products(rows: Rows, day: date) -> Rows:
    """Rows with what is summed: whole numbers only, so that the order of the rows does not affect the result."""
    late, billed = nw.col("days_late"), nw.col("billed")
    on_time = nw.when(late <= 0).then(nw.lit(1)).otherwise(nw.lit(0))
    # Counted from a fixed month, so that the squares stay small.
    month = nw.col("document_day") - nw.lit(REFERENCE_DAY)
    recent = nw.when(nw.col("due_day") > day_of(day) - RECENT_DAYS).then(billed).otherwise(NOTHING)
    return rows.with_columns(
        on_time.alias("on_time"),
        (on_time * billed).alias("on_time_amount"),
        recent.alias("recent_amount"),
        (on_time * recent).alias("recent_on_time"),
        (late * billed).alias("late_amount"),
        (nw.col("paid") * billed).alias("settled_amount"),
        (1 - nw.col("paid")).cast(nw.Int64).alias("late_open_items"),
        month.cast(nw.Int64).alias("x"),
        (month * late).cast(nw.Int64).alias("xy"),
        (month * month).cast(nw.Int64).alias("xx"),
        (late * late).alias("yy"),
    )


def _shares() -> list[pl.Expr]:
    """Shares, and of days late (y) by day of the invoice (x) the slope of a line and the standard deviation.

    Least squares from sums: ``slope = (n sum xy - sum x sum y) / (n sum xx - (sum x)^2)``, here in days per month.
    """
    n, x = pl.col("items").cast(pl.Float64), pl.col("x").cast(pl.Float64)
    spread_of_x = n * pl.col("xx") - x**2
    slope = (n * pl.col("xy") - x * pl.col("y")) / spread_of_x * DAYS_PER_MONTH
    variance = (pl.col("yy") - pl.col("y").cast(pl.Float64) ** 2 / n) / (n - 1)
    recent = pl.col("recent_on_time") / pl.col("recent_amount")
    return [
        (pl.col("on_time") / n).alias("on_time_share"),
        (pl.col("on_time_amount") / pl.col("billed_amount")).alias("on_time_share_amount"),
        pl.when(pl.col("recent_amount") > 0).then(recent).alias("recent_on_time_share"),
        (pl.col("late_amount") / pl.col("billed_amount")).alias("days_late"),
        # A difference of large sums may come out a hair below zero where all days are the same.
        pl.when(n > 1).then(variance.clip(lower_bound=0).sqrt()).alias("days_late_spread"),
        pl.when((n > 2) & (spread_of_x > 0)).then(slope).alias("days_late_trend"),
    ]


def payment_days(ledger: Ledger, day: date) -> Rows:
    """What each customer paid on each ``day``: receipts, and settlements where the source has only those.

    What came back was not paid: a receipt counts less what other receipts took back of it.
    """
    receipts = ledger.scan("items").filter(nw.col("item_type") == "receipt").select("item")
    entries = movements(ledger, day)
    originals = entries.filter(nw.col("entry_type") == "original", nw.col("amount") < 0)
    received = originals.join(receipts, on="item", how="semi").select("item", "day", "amount")
    back = receipts_taken_back(ledger, day).join(received.select("item", "day"), on="item", how="inner")
    settled = paid_by_day(entries.filter(nw.col("entry_type") == "settlement"))
    parts = [part.select("item", "day", "amount") for part in (received, back, settled)]
    rows = nw.concat(parts).join(ledger.scan("items").select("item", *KEYS), on="item", how="inner")
    sums = rows.group_by(*KEYS, "day").agg((-nw.col("amount").sum()).alias("paid"))
    return sums.filter(nw.col("paid") > 0)


def payment_rhythm(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer the days with payments, the usual and the longest time between two, and the share paid in parts."""
    # A customer has one row a day, so that the order is without ties.
    gap = nw.col("day") - nw.col("day").shift(1).over(*KEYS, order_by="day")
    last = nw.col("day") == nw.col("day").max().over(*KEYS)
    days = payment_days(ledger, day).with_columns(gap.alias("gap"), last.alias("last"))
    of_last = nw.when(nw.col("last")).then(nw.col("paid")).otherwise(NOTHING)
    days = days.with_columns(of_last.alias("of_last"))
    sums = days.group_by(*KEYS).agg(
        nw.len().alias("payments"),
        nw.col("paid").sum().alias("paid_amount"),
        nw.col("day").min().alias("first_payment_day"),
        nw.col("day").max().alias("last_payment_day"),
        nw.col("of_last").sum().alias("last_paid"),
        nw.col("gap").median().alias("usual_gap"),
        nw.col("gap").max().alias("longest_gap"),
    )
    return collect(sums).join(_paid_in_parts(ledger, day), on=KEYS, how="full", coalesce=True)


def _paid_in_parts(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer the share of paid items that were paid in more than one part, or in part only."""
    paid = paid_by_day(movements(ledger, day).filter(is_one_of("entry_type", *PAID)))
    parts = paid.group_by("item").agg(nw.len().alias("parts"))
    items = ledger.scan("items").filter(is_one_of("item_type", *BILLED)).select("item", *KEYS)
    still = open_on(ledger, [day]).filter(nw.col("open_amount") > 0).select("item", nw.lit(1).alias("still_open"))
    rows = parts.join(items, on="item", how="inner").join(still, on="item", how="left")
    in_parts = nw.when((nw.col("parts") > 1) | ~nw.col("still_open").is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
    rows = rows.with_columns(in_parts.alias("in_parts"))
    return collect(rows.group_by(*KEYS).agg(nw.col("in_parts").mean().alias("part_paid_share")))


def exposures(ledger: Ledger, day: date, *, policy: Policy) -> pl.DataFrame:
    """By customer what is open (gross), past due and disputed, how old the oldest is, and what of it is material."""
    # By due day, so that the order of items due on one day does not decide.
    table = collect(_by_due_day(ledger, day, policy), as_text=KEYS).sort(*KEYS, "due_day")
    sums = table.group_by(KEYS).agg(
        pl.col("open_amount", "past_due", "disputed_amount").sum(),
        pl.col("oldest_days").max(),
        pl.col("document_day").min().alias("first_open_day"),
    )
    return sums.join(_material(table, day, policy), on=KEYS, how="left")


def _by_due_day(ledger: Ledger, day: date, policy: Policy) -> Rows:
    """By customer and due day what is open, past due, disputed, and past due and a question of payment (``late``).

    What is disputed, and what short payments left as a rule (:func:`short_paid`), is about prices or deliveries.
    """
    rows = bucketed(ledger, [day], policy=policy).filter(nw.col("open_amount") > 0)
    rows = rows.join(beside(held_amounts(ledger, day, "dispute").select("item", "held"), rows), on="item", how="left")
    short = short_paid(ledger, day, policy=policy, stages=policy.stages).with_columns(short=pl.lit(1))
    rows = rows.join(beside(short, rows), on="item", how="left")
    amount, is_late = nw.col("open_amount"), nw.col("bucket") >= first_late_bucket(policy)
    disputed = nw.min_horizontal(nw.col("held").fill_null(0), amount)
    rows = rows.with_columns(
        disputed.alias("disputed_amount"),
        nw.when(is_late).then(amount).otherwise(NOTHING).alias("past_due"),
        nw.when(is_late & nw.col("short").is_null()).then(amount - disputed).otherwise(NOTHING).alias("late"),
        nw.when(is_late).then(day_of(day) - nw.col("due_day")).otherwise(nw.lit(0)).alias("oldest_days"),
    )
    return rows.group_by(*KEYS, "due_day").agg(
        nw.col("open_amount", "past_due", "disputed_amount", "late").sum(),
        nw.col("oldest_days").max(),
        nw.col("document_day").min(),
    )


def least(amount: LeastAmount) -> pl.Expr:
    """The least amount of a policy for the ``currency`` of each row.

    >>> rows = pl.DataFrame({"currency": ["EUR", "JPY"]})
    >>> rows.select(at=least({"JPY": 15_000, "other": 100}))["at"].to_list()
    [100.0, 15000.0]
    """
    if not isinstance(amount, dict):
        return pl.lit(float(amount))
    by_currency = {name: float(each) for name, each in amount.items()}
    other = by_currency.get("other", 0.0)
    return pl.col("currency").cast(pl.String).replace_strict(by_currency, default=other, return_dtype=pl.Float64)


def short_paid(ledger: Ledger, day: date, *, policy: Policy, stages: CollectionPolicy) -> pl.DataFrame:
    """What short payments left past due, as ``item``, of customers who pay short as a rule.

    Formula: an invoice is paid short where ``short_paid_share`` of it or more is paid; a rule are ``short_paid_items``
    that are ``short_share`` of what the customer has past due. Each is a question about a price, a delivery or a bonus,
    and its age says nothing of whether the customer can or will pay.
    """
    entries = ledger.scan("entries").filter(nw.col("entry_type") == "original")
    posted = entries.group_by("item").agg(nw.col("amount").sum().alias("posted"))
    late = nw.col("bucket") >= first_late_bucket(policy)
    rows = bucketed(ledger, [day], policy=policy).filter(nw.col("open_amount") > 0, late)
    table = collect(rows.select("item", *KEYS, "open_amount").join(posted, on="item", how="inner"), as_text=KEYS)
    short, amount = pl.col("open_amount") <= (1 - stages.short_paid_share) * pl.col("posted"), pl.col("open_amount")
    enough = pl.when(short).then(amount).otherwise(0).sum().over(KEYS) >= stages.short_share * amount.sum().over(KEYS)
    return table.filter(short & enough & (short.sum().over(KEYS) >= stages.short_paid_items)).select("item")


def _material(table: pl.DataFrame, day: date, policy: Policy) -> pl.DataFrame:
    """By customer what is past due and undisputed where it is material, and the age that a material amount has.

    Formula: material is the larger of ``least_amount`` and ``least_share x balance`` of the categories' policy. Of what
    is past due and undisputed, the oldest first, ``material_days`` is the age of the item with which the amounts reach
    it. With a least amount of 100, a customer who owes 5 for 180 days and 995 for 20 days has 20. What short payments
    left as a rule is left out.
    """
    unit = minor_per_unit(pl.col("currency"), table["currency"])
    rules, balance = policy.categories, pl.col("open_amount").sum().over(KEYS)
    material = pl.max_horizontal(least(rules.least_amount) * unit, rules.least_share * balance)
    reached = (pl.col("late") > 0) & (pl.col("late").cum_sum().over(KEYS) >= material)
    ages = (
        table.with_columns(reached=reached)
        .group_by(KEYS)
        .agg(pl.col("late").sum().alias("material_past_due"), pl.col("due_day").filter("reached").min())
    )
    ages = ages.drop_nulls("due_day")
    return ages.select(*KEYS, "material_past_due", material_days=day_of(day) - pl.col("due_day").cast(pl.Int64))


COLUMNS: Final = (
    *("customer_id", "name", "currency", "months_of_history"),
    *("items", "billed_amount", "settled_items", "settled_amount", "late_open_items"),
    *("on_time_share", "on_time_share_amount", "recent_amount", "recent_on_time_share"),
    *("days_late", "days_late_median", "days_late_spread", "days_late_worst", "days_late_trend"),
    *("payments", "paid_amount", "payments_per_month", "last_payment", "last_paid", "part_paid_share"),
    *("usual_gap", "longest_gap", "silence", "silence_in_gaps", "unusual_silence"),
    *(
        "disputed_items",
        "open_amount",
        "past_due",
        "disputed_amount",
        "oldest_days",
        "material_past_due",
        "material_days",
    ),
    "limit_use",
)
AMOUNTS: Final = (
    *("billed_amount", "recent_amount", "settled_amount", "paid_amount", "last_paid"),
    *("open_amount", "past_due", "disputed_amount", "material_past_due"),
)
# What is 0, and not missing, where a customer has none.
COUNTED: Final = (
    *AMOUNTS,
    "items",
    "settled_items",
    "late_open_items",
    "disputed_items",
    "payments",
    "oldest_days",
    "material_days",
)


def payment_behaviour(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """The payment behaviour of each customer, from what was known on a day.

    Formula: over the invoices and debit notes that are paid or past due, ``days_late = day of payment - due date -
    disputed days``; one that is not paid counts as at least ``as_of - due date`` late, so that open debts are not
    ignored. Invoices not yet due show nothing. A renegotiated invoice is measured by its first due date.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    policy
        What is past due and what is material, and whether intercompany is apart: then it is left out.

    Returns
    -------
    DataFrame
        One row for each customer and currency: ``name``, ``months_of_history`` (since the first invoice), ``items`` and
        ``billed_amount`` (paid or past due), ``settled_items``, ``settled_amount``, ``late_open_items``,
        ``on_time_share`` and ``on_time_share_amount`` (0-1), ``recent_amount`` and ``recent_on_time_share`` (by amount,
        of what was due in the last six months), ``days_late`` (weighted by amount), ``days_late_median``,
        ``days_late_spread`` (standard deviation), ``days_late_worst``, ``days_late_trend`` (days later per month of
        invoice date), ``payments`` (days with one), ``paid_amount``, ``payments_per_month``, ``last_payment``,
        ``last_paid`` (the amount of that day), ``part_paid_share`` (items paid in parts), ``usual_gap`` and
        ``longest_gap`` (days between two payments: the median, the maximum), ``silence`` (days without a payment up to
        ``as_of`` while something material was past due), ``silence_in_gaps`` (silence / usual gap) and
        ``unusual_silence`` (silence / the lesser of the longest gap and twice the usual), ``disputed_items``,
        ``open_amount`` (gross), ``past_due``, ``disputed_amount``, ``oldest_days`` (past due), ``material_past_due``
        and ``material_days`` (undisputed, as far as it is material by the policy), ``limit_use`` (open in all
        currencies / credit limit, with the parent's).

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.

    Examples
    --------
    >>> import arkit as ar
    >>> behaviour = ar.payment_behaviour(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(behaviour["on_time_share"].dropna().between(0, 1).all())
    True

    References
    ----------
    Credit Research Foundation, payment history in credit scoring; censoring as in survival analysis.
    """
    day, policy = require_history(ledger, as_of), policy or DEFAULT_POLICY
    return _in_units(_behaviour_on(without_intercompany(ledger, policy), day, policy))


def behaviour_trend(
    ledger: Ledger, *, as_of: date | str, months: int = 12, policy: Policy | None = None
) -> pd.DataFrame:
    """How each customer paid, month-end by month-end, each from what was known on it.

    Formula: :func:`payment_behaviour` on the day and on the same day of each month before. What is known of an invoice
    differs from day to day, so each month-end is computed by itself; ``categorise`` puts every row of the result into a
    category, as the monthly segmentation would have.

    Parameters
    ----------
    ledger, policy
        As in :func:`payment_behaviour`.
    as_of
        The last day.
    months
        How many months to go back; days without history before them are left out.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`payment_behaviour`, one row for each day, customer and currency.

    Raises
    ------
    CoverageError
        The ledger does not cover the last day, or is a snapshot of it.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.behaviour_trend(ar.sample_ledger(), as_of="2026-10-31", months=2)
    >>> len(ar.categorise(trend)) == len(trend)
    True

    References
    ----------
    As :func:`payment_behaviour`; monthly re-segmentation in credit control.
    """
    last, policy = require_history(ledger, as_of), policy or DEFAULT_POLICY
    days = policy.month_ends(last, months, since=ledger.complete_from + timedelta(days=1))
    trade = without_intercompany(ledger, policy)
    frames = [_behaviour_on(trade, day, policy).select(pl.lit(day).alias("as_of"), *COLUMNS) for day in days]
    return _in_units(pl.concat(frames))


def _in_units(table: pl.DataFrame) -> pd.DataFrame:
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _behaviour_on(ledger: Ledger, day: date, policy: Policy) -> pl.DataFrame:
    parts = (
        punctuality(lateness(ledger, day), day),
        payment_rhythm(ledger, day),
        exposures(ledger, day, policy=policy),
    )
    table = pl.concat([part.select(KEYS) for part in parts]).unique().sort(KEYS)
    for part in parts:
        table = table.join(part, on=KEYS, how="left", maintain_order="left")
    named = with_customers(table, ledger, day, ["name"])
    named = named.join(limit_uses(ledger, day), on="customer_id", how="left", maintain_order="left")
    return _completed(named, day).select(COLUMNS)


def limit_uses(ledger: Ledger, day: date) -> pl.DataFrame:
    """How far each customer uses the credit limit: ``customer_id``, ``limit_use``.

    Formula: what is open (gross) in all currencies, at the closing rates of the day in the currency of the limit, over
    the limit. A customer with a parent is also held against the limit of the parent, with all its other customers: the
    larger share counts. Missing where there is no limit, or a rate is missing.
    """
    rows = open_on(ledger, [day]).filter(nw.col("open_amount") > 0)
    gross = collect(rows.group_by("customer_id", "currency").agg(nw.col("open_amount").sum()))
    customers = customers_on(ledger, day, ["parent", "credit_limit", "limit_currency"]).with_columns(
        pl.col("customer_id", "limit_currency").cast(pl.String)
    )
    parents = customers["parent"].drop_nulls().unique()
    customers = customers.with_columns(
        family=pl.coalesce("parent", pl.when(pl.col("customer_id").is_in(parents.implode())).then("customer_id"))
    )
    members = customers.filter(pl.col("family").is_not_null()).select("customer_id", holder="family")
    # A parent is a member of its own family, and holds its limit once.
    held = pl.concat([customers.select("customer_id", holder="customer_id"), members]).unique()
    limits = customers.filter(pl.col("credit_limit") > 0).select("credit_limit", "limit_currency", holder="customer_id")
    owed = held.join(limits, on="holder").join(gross, on="customer_id")
    used = _translated_uses(owed, ledger, day)
    unused = limits.join(used, on="holder", how="anti").select("holder", limit_use=pl.lit(0.0))
    uses = pl.concat([used, unused])
    return held.join(uses, on="holder").group_by("customer_id").agg(pl.col("limit_use").max())


def _translated_uses(owed: pl.DataFrame, ledger: Ledger, day: date) -> pl.DataFrame:
    """The share of each holder's limit that is open, with the amounts in the currency of the limit."""
    amounts = to_units(owed, {"open_amount": "currency"})
    rates = [
        {"limit_currency": to, "currency": currency, "rate": None if rate.value is None else float(rate.value)}
        for to in owed["limit_currency"].drop_nulls().unique().sort()
        for currency, rate in rates_on(ledger, day, to=to, currencies=owed["currency"].unique()).items()
    ]
    schema = {"limit_currency": pl.String, "currency": pl.String, "rate": pl.Float64}
    rows = amounts.join(pl.DataFrame(rates, schema=schema), on=["limit_currency", "currency"], how="left")
    use = pl.col("open_amount") * pl.col("rate") / pl.col("credit_limit")
    # A sum without one of its currencies would look like room below the limit.
    return rows.group_by("holder").agg(pl.when(use.is_not_null().all()).then(use.sum()).alias("limit_use"))


def _completed(table: pl.DataFrame, day: date) -> pl.DataFrame:
    """The table with what follows from several of its parts."""
    table = table.with_columns(pl.col(COUNTED).fill_null(0))
    months = (day_of(day) - pl.min_horizontal("first_day", "first_payment_day", "first_open_day") + 1) / DAYS_PER_MONTH
    # Nothing paid while nothing was owed is no silence: it counts from the day on which something material was due.
    silence = pl.min_horizontal("material_days", day_of(day) - pl.col("last_payment_day"))
    gap, longest = (pl.max_horizontal(name, pl.lit(1)) for name in ("usual_gap", "longest_gap"))
    paid_twice = pl.col("longest_gap").is_not_null()
    return table.with_columns(
        months_of_history=months,
        payments_per_month=pl.col("payments") / pl.max_horizontal(months, pl.lit(1.0)),
        last_payment=pl.from_epoch(pl.col("last_payment_day").cast(pl.Int32), time_unit="d"),
        silence=silence.cast(pl.Int64),
        silence_in_gaps=pl.when(paid_twice).then(silence / gap),
        unusual_silence=pl.when(paid_twice).then(silence / pl.min_horizontal(longest, 2 * gap)),
    )
