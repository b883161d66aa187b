"""Deteriorating payers: customers whose payments fall in amount or number, come later or stop, against their own past.

The payments of each customer are put into months up to a day. Three tests of ranks compare the recent months with the
months before, so that each customer is compared with their own past and season alone. A fourth looks at silence: how
long an invoice has been due without any payment, against the longest such waits of the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import numpy as np
import polars as pl

from arkit.aging.aging import with_customers
from arkit.aging.entry_lines import billings, require_history
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import Rows, beside, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.segmentation.behaviour import KEYS, lateness, payment_days
from arkit.segmentation.rank_trend import Design, Flags, Floats, Ints, q_values, rank_trend, seasonal_rank_trend, simes
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

PAST: Final = 24  # months before the recent ones: two of each calendar month
TRENDS: Final = ("amount", "frequency", "delay")
ASPECTS: Final = (*TRENDS, "silence")
SEASON: Final = 12
LEAST_HISTORY: Final = 12
LEAST_MONTHS: Final = 6  # with a payment, or with something due
LEVEL_OF_BILLINGS: Final = 0.05
SHORT_WAIT: Final = 21  # days; a shorter one is no silence: payments run every other week, and money is on its way
LEAST_WAITS: Final = 6
AMOUNTS: Final = ("paid_before", "paid_recent", "cash_gap", "billed_before", "billed_recent")
SILENCE: Final = ("silent_days", "silent_items", "longest_wait")
COLUMNS: Final = (
    *("customer_id", "name", "currency", "deteriorating", "aspect", "p_value", "q_value", "cash_gap"),
    *("paid_before", "paid_recent", "payments_before", "payments_recent", "days_late_before", "days_late_recent"),
    *("billed_before", "billed_recent", "billings_fell", "amount_trend", "frequency_trend", "delay_trend"),
    *SILENCE,
    *("history_months", "recent_months", "season_allowed", "reason"),
)


def deteriorating_payers(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    false_discovery_rate: float = 0.1,
    policy: Policy | None = None,
) -> pd.DataFrame:
    """The customers whose payments fall in amount or number, come later or have stopped, against their own past.

    Formula: three tests of ranks over the months, each against the months before: what was paid in a month, on how
    many days, and how late what fell due in it was paid (weighted by amount; what is open counts as at least this
    late). The recent months are the last ``months``, at most half of the history; they score 1, 2, ... and those
    before 0, so that both a lower level and a fall count. ``trend = sum of (score - mean) x (rank - mean)``, in
    standard deviations of the orders that the months might have had; its p-value is the share of 9,999 such orders
    drawn by chance, the same ones each time, that fall as much, so none is below 0.0001. With two years of history
    scores are taken minus their mean of the calendar month, and where a season shows, a month is compared with the
    same months of other years only (amount and number; delays are taken to have no season). A fourth test finds
    those who stopped: ``silent_days`` is how long the first invoice that fell due since the last payment has been
    waiting. Of the n earlier stretches between two payments, let h1 and h2 be the longest and second longest such
    waits, at least 21 days each. The p-value is the share of them that is as long, ``(1 + longer) / (n + 1)``;
    beyond h1 or h2 a heavy tail is taken on: the lesser of ``1 / (n + 1) x (h1 / silent_days) ^ e`` and ``2 / (n +
    1) x (h2 / silent_days) ^ e``, where e is 2 with one invoice waiting and 3 with more. ``p_value`` joins the
    three trends and then silence (Simes), ``q_value`` allows for having looked at all customers (Benjamini and
    Hochberg; it holds for tests that are independent or go together, as in a downturn). Over twelve looks in a year
    the share of wrong names was measured too: see ``tests/segmentation``. ``cash_gap = what would have been paid in
    the recent months at the earlier level, of the same months where there are two years - what was paid``.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    months
        How many months are recent; the 24 before them are the past.
    false_discovery_rate
        The share of wrong names among those called deteriorating that is accepted.
    policy
        Whose months they are: those of the calendar, or the company's own periods.

    Returns
    -------
    DataFrame
        One row for each customer and currency, the surest decline first: ``deteriorating`` (``q_value`` is at most
        the rate), ``aspect`` (amount, frequency, delay or silence: the one with the least p-value), ``p_value``,
        ``q_value``, ``cash_gap`` (currency units), and ``before`` and ``recent``: ``paid``, ``payments`` (days with
        one) and ``billed`` per month, ``days_late``; ``billings_fell`` (the same test on billings, at 5 %: they buy
        less), the trends (standard deviations; below 0 is a decline), ``silent_days``, ``silent_items`` (the
        invoices waiting) and ``longest_wait`` (the longest in the past), ``history_months``, ``recent_months``,
        ``season_allowed``, and ``reason`` where there was too little history to test.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        The number of months or the rate is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> payers = ar.deteriorating_payers(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(payers.loc[payers["deteriorating"], "q_value"].le(0.1).all())
    True

    References
    ----------
    Daniels (1950), Rank correlation and population models; van Belle and Hughes (1984), Nonparametric tests for trend
    in water quality (ranks aligned by season); Simes (1986), An improved Bonferroni procedure; Benjamini and Hochberg
    (1995), Controlling the false discovery rate; Benjamini and Yekutieli (2001), on tests that depend on each other.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    if not 0 < false_discovery_rate < 1:
        raise unknown_name("false discovery rate", false_discovery_rate, known=["between 0 and 1"])
    day = require_history(ledger, as_of)
    panel = monthly_panel(ledger, day, months + PAST, policy=policy or DEFAULT_POLICY)
    split = Split.of(panel, months)
    silence = panel.customers.join(silences(ledger, day), on=KEYS, how="left", maintain_order="left")
    results = trend_results(panel, split, silence["silence"].to_numpy())
    table = pl.concat([silence.drop("silence"), results, _levels(panel, split)], how="horizontal")
    table = table.with_columns(
        pl.col(AMOUNTS).round().cast(pl.Int64),
        deteriorating=(pl.col("q_value") <= false_discovery_rate).fill_null(False),
    )
    table = with_customers(table.sort("p_value", *KEYS, nulls_last=True), ledger, day, ["name"])
    # Of one type whether or not it is missing for somebody: pandas has no whole numbers that may be missing.
    shown = table.select(COLUMNS).with_columns(pl.col(SILENCE).cast(pl.Float64))
    return to_units(shown, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


# Months


@dataclass(frozen=True)
class Panel:
    """Customers by months, the latest month last; amounts in minor units.

    ``customers`` has a row for each row of the arrays, ``history`` the number of whole months since the month of the
    first payment, as far as the ledger covers them, ``has_paid`` whether there was one. ``due`` is what fell due in a
    month and was paid or is past due, ``late`` its amounts times days late.
    """

    customers: pl.DataFrame
    history: Ints
    has_paid: Flags
    paid: Ints
    payments: Ints
    billed: Ints
    due: Ints
    late: Ints

    @property
    def counted(self) -> Flags:
        """Which months are part of each customer's history."""
        months = self.paid.shape[1]
        return np.asarray(np.arange(months) >= months - self.history[:, None])


def monthly_panel(ledger: Ledger, day: date, months: int, *, policy: Policy = DEFAULT_POLICY) -> Panel:
    """The months up to a day of every customer who was billed or paid by then."""
    ends = np.array([day_of(end) for end in policy.month_ends(policy.last_whole(day), months)])
    paid = payment_days(ledger, day).with_columns(nw.lit(1, nw.Int64).alias("payments"))
    billed = billings(ledger, day).join(ledger.scan("items").select("item", "currency"), on="item", how="inner")
    due = lateness(ledger, day).filter(nw.col("due_day") <= day_of(day))
    due = due.with_columns(nw.col("billed").alias("due"), (nw.col("billed") * nw.col("days_late")).alias("late"))
    sums = {
        ("paid", "payments"): _by_month(paid, ends, "day", "paid", "payments"),
        ("billed",): _by_month(billed, ends, "document_day", "billed"),
        ("due", "late"): _by_month(due, ends, "due_day", "due", "late"),
    }
    customers = pl.concat([table.select(KEYS) for table in sums.values()]).unique().sort(KEYS)
    first_paid = sums["paid", "payments"].group_by(KEYS).agg(pl.col("first_day").min())
    first_paid = customers.join(first_paid, on=KEYS, how="left", maintain_order="left")
    first_day = first_paid["first_day"]
    return Panel(
        customers=customers,
        history=_history(first_day, ends, covered_from=day_of(ledger.complete_from)),
        has_paid=first_day.is_not_null().to_numpy(),
        **{name: _array(table, name, customers, len(ends) - 1) for names, table in sums.items() for name in names},
    )


def _by_month(rows: Rows, ends: Ints, dated: str, *names: str) -> pl.DataFrame:
    """Sums by customer and month, with the first day of each; days outside of the months have no ``month``."""
    days = np.arange(ends[0] + 1, ends[-1] + 1)
    # A row for each day: engines join days faster than they compare each with all month-ends.
    months = {"day": days.astype(np.int32), "month": np.searchsorted(ends, days, side="left").astype(np.int32) - 1}
    rows = rows.select(*KEYS, nw.col(dated).alias("day"), *names)
    rows = rows.join(beside(pl.DataFrame(months), rows), on="day", how="left")
    return collect(rows.group_by(*KEYS, "month").agg(nw.col(*names).sum(), nw.col("day").min().alias("first_day")))


def _array(sums: pl.DataFrame, name: str, customers: pl.DataFrame, months: int) -> Ints:
    """A number of customers by months, 0 where there is none."""
    placed = sums.drop_nulls("month").join(customers.with_row_index("place"), on=KEYS)
    array = np.zeros((len(customers), months), dtype=np.int64)
    array[placed["place"].to_numpy(), placed["month"].to_numpy()] = placed[name].to_numpy()
    return array


def _history(first_paid: pl.Series, ends: Ints, *, covered_from: int) -> Ints:
    """How many whole months of each customer count: after that of the first payment, and all covered.

    The month of the first payment has one by choice; it would look like a high from which payments fall.
    """
    # A month-end is found as its own place: it belongs to the month that it closes.
    after_first = np.searchsorted(ends, first_paid.fill_null(int(ends[-1]) + 1).to_numpy(), side="left")
    covered = np.searchsorted(ends, covered_from - 1, side="left")
    return np.asarray(np.maximum(len(ends) - 1 - np.maximum(after_first, covered), 0), dtype=np.int64)


# Tests


@dataclass(frozen=True)
class Split:
    """Which months are recent, and how months are compared; one row for each customer.

    The recent months are at most half of the history. They score 1, 2, ... and those before 0, so that both a lower
    level and a fall count. With two years of history each calendar month is a block of its own.
    """

    recent: Flags
    seasonal: Flags
    design: Design

    @classmethod
    def of(cls, panel: Panel, recent_months: int) -> Split:
        """The split of each customer's months, by the length of the history."""
        back = np.arange(panel.paid.shape[1])[::-1][None, :]
        length = np.minimum(recent_months, panel.history // 2)[:, None]
        seasonal = panel.history >= 2 * SEASON
        blocks = np.where(seasonal[:, None], back % SEASON, 0)
        return cls(back < length, seasonal, Design(panel.counted, np.maximum(length - back, 0), blocks))

    @property
    def length(self) -> Ints:
        """How many months are recent."""
        return np.asarray(self.recent.sum(axis=1), dtype=np.int64)


def trend_results(panel: Panel, split: Split, silence: Floats) -> pl.DataFrame:
    """Trends, p- and q-values and the aspect that declines most of each customer, or why there are none.

    ``silence`` has the p-value of each customer's silence.
    """
    enough = _has_enough(panel)
    found = trends_by_aspect(panel, split)
    trends = np.stack([found[name][1] for name in TRENDS], axis=1)
    silent = np.where(enough, silence, np.nan)
    # The trends as one first, so that silence, a question of its own, weighs as much as all of them together.
    joint = simes(np.stack([simes(trends), silent], axis=1))
    p_values = np.column_stack([trends, silent])
    least = np.argmin(np.where(np.isfinite(p_values), p_values, np.inf), axis=1)
    reason = [
        text("segmentation.no_test.no_payment"),
        text("segmentation.no_test.short_history", count=LEAST_HISTORY),
        text("segmentation.no_test.few_payments", count=LEAST_MONTHS),
    ]
    columns = {
        **{f"{name}_trend": found[name][0] for name in TRENDS},
        "p_value": joint,
        "q_value": q_values(joint),
        "aspect": np.where(enough, np.array(ASPECTS)[least], ""),
        "billings_fell": _fall(panel.billed, split, enough, exact=False)[1] <= LEVEL_OF_BILLINGS,
        "history_months": panel.history,
        "recent_months": split.length,
        "season_allowed": split.seasonal,
        "reason": np.select([enough, ~panel.has_paid, panel.history < LEAST_HISTORY], ["", *reason[:2]], reason[2]),
    }
    return pl.DataFrame(columns, nan_to_null=True).with_columns(pl.col("aspect", "reason").replace("", None))


def trends_by_aspect(panel: Panel, split: Split) -> dict[str, tuple[Floats, Floats]]:
    """Trend and p-value of each aspect; nothing for customers with too little history."""
    enough = _has_enough(panel)
    return {
        "amount": _fall(panel.paid, split, enough),
        "frequency": _fall(panel.payments, split, enough),
        "delay": _delay(panel, split, enough),
    }


def silences(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer ``silent_days``, ``silent_items``, ``longest_wait`` before, and the p-value ``silence``.

    A wait begins when an invoice falls due that is not paid by then, and ends with the customer's next payment,
    whatever it pays. What was due before the last payment and left out by it is no silence: they do pay.
    """
    waits = _waits(ledger, day)
    silent = waits.filter("last").select(*KEYS, silent_days="wait", silent_items="items")
    past = waits.filter(~pl.col("last")).join(silent, on=KEYS)
    longest = pl.col("wait").top_k(2).sort(descending=True)
    longer = (pl.col("wait") >= pl.col("silent_days")).sum()
    table = past.group_by(*KEYS, "silent_days", "silent_items").agg(pl.len().alias("n"), longest=longest, longer=longer)
    table = table.filter(pl.col("n") >= LEAST_WAITS)
    unusual = pl.when(pl.col("silent_days") > 0).then(pl.min_horizontal(_tail(0), _tail(1))).otherwise(1.0)
    longest_wait = pl.col("longest").list.first()
    return table.select(*KEYS, "silent_days", "silent_items", longest_wait=longest_wait, silence=unusual)


def _tail(place: int) -> pl.Expr:
    """The p-value of a silence by the longest wait of the past, or by the second longest."""
    wait = pl.max_horizontal(pl.col("longest").list.get(place), pl.lit(SHORT_WAIT))
    ratio = wait / pl.max_horizontal("silent_days", pl.lit(1))
    power = pl.when(pl.col("silent_items") > 1).then(3).otherwise(2)
    beyond, within = (place + 1) * ratio.pow(power), 1 + pl.col("longer")
    return pl.when(ratio < 1).then(beyond).otherwise(within) / (pl.col("n") + 1)


def _waits(ledger: Ledger, day: date) -> pl.DataFrame:
    """A row for each payment of a customer: how long what fell due after it waited for the next one.

    ``items`` is how many invoices fell due in between and were not paid by then; ``last`` marks the last payment.
    """
    paid = payment_days(ledger, day).select(*KEYS, "day", nw.lit(1, nw.Int64).alias("payments"))
    due = lateness(ledger, day).filter(nw.col("days_late") > 0)
    due = due.select(*KEYS, nw.col("due_day").alias("day"), nw.lit(0, nw.Int64).alias("payments"))
    events = nw.concat([_of_one_type(paid), _of_one_type(due)])
    # What falls due on the day of a payment is after it: that payment did not pay it.
    order = ("day", "is_due")
    events = events.with_columns((1 - nw.col("payments")).alias("is_due"))
    events = events.with_columns(nw.col("payments").cum_sum().over(*KEYS, order_by=order).alias("payment"))
    first_due = nw.when(nw.col("is_due") == 1).then(nw.col("day"))
    paid_day = nw.when(nw.col("is_due") == 0).then(nw.col("day"))
    events = events.with_columns(first_due.alias("first_due"), paid_day.alias("paid_day"))
    sums = events.group_by(*KEYS, "payment").agg(
        nw.col("first_due", "paid_day").min(), nw.col("is_due").sum().alias("items")
    )
    rows = collect(sums.filter(nw.col("payment") > 0), as_text=KEYS).sort(*KEYS, "payment")
    rows = rows.with_columns(ends=pl.col("paid_day").shift(-1).over(KEYS))
    wait = (pl.col("ends").fill_null(day_of(day)) - pl.col("first_due")).fill_null(0)
    return rows.select(*KEYS, "items", wait=wait.cast(pl.Int64), last=pl.col("ends").is_null())


def _of_one_type(rows: Rows) -> Rows:
    return rows.with_columns(nw.col("day").cast(nw.Int64), nw.col(*KEYS).cast(nw.String))


def _has_enough(panel: Panel) -> Flags:
    """Which customers have the history that a test needs.

    Only how many months had a payment counts, not which, so that choosing them says nothing of a trend.
    """
    seen = (panel.counted & (panel.paid > 0)).sum(axis=1)
    return np.asarray((panel.history >= LEAST_HISTORY) & (seen >= LEAST_MONTHS))


def _fall(values: Ints, split: Split, enough: Flags, *, exact: bool = True) -> tuple[Floats, Floats]:
    """Trend and p-value of a number of each month, the season allowed for where it can be known."""
    return _of_all(seasonal_rank_trend(values[enough], split.design.rows(enough), exact=exact), enough)


def _delay(panel: Panel, split: Split, enough: Flags) -> tuple[Floats, Floats]:
    """Trend and p-value of the days late, the sign turned: later is worse.

    A month in which nothing fell due is left out. Delays are taken to have no season.
    """
    seen = panel.counted & (panel.due > 0)
    enough = enough & (seen.sum(axis=1) >= LEAST_MONTHS)
    # Counted on over the months in which something fell due, since the others are left out.
    scores = np.where(split.recent, np.cumsum(seen & split.recent, axis=1), 0)
    with np.errstate(invalid="ignore"):
        # Where nothing fell due this is 0 / 0, and the design leaves it out.
        early = -panel.late / panel.due
    design = Design(seen, scores, np.zeros_like(scores)).rows(enough)
    return _of_all(rank_trend(early[enough], design), enough)


def _of_all(found: tuple[Floats, Floats], enough: Flags) -> tuple[Floats, Floats]:
    """Trends and p-values of all customers, none where there was too little history."""
    trend, p_value = np.full(len(enough), np.nan), np.full(len(enough), np.nan)
    trend[enough], p_value[enough] = found
    return trend, p_value


def _levels(panel: Panel, split: Split) -> pl.DataFrame:
    """What was usual before and recently, per month and in days late, and what is missing at the earlier level."""
    before = panel.counted & ~split.recent
    found: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, values in (("paid", panel.paid), ("payments", panel.payments), ("billed", panel.billed)):
            found[f"{name}_before"] = _expected(values, before, split) / split.length
            found[f"{name}_recent"] = np.where(split.recent, values, 0).sum(axis=1) / split.length
        for when, part in (("before", before), ("recent", split.recent)):
            late, due = (np.where(part, values, 0).sum(axis=1) for values in (panel.late, panel.due))
            found[f"days_late_{when}"] = late / due
    found["cash_gap"] = (found["paid_before"] - found["paid_recent"]) * split.length
    return pl.DataFrame(found, nan_to_null=True)


def _expected(values: Ints, before: Flags, split: Split) -> Floats:
    """What the recent months would have had at the earlier level, of the same months where there is a season.

    Three recent months that are a May, a June and a July: the mean of the earlier Mays, plus that of the Junes, plus
    that of the Julys. Without a season there is one block: three times the mean of all earlier months.
    """
    expected = np.zeros(len(values))
    for block in range(SEASON):
        here = split.design.blocks == block
        past, asked = before & here, (split.recent & here).sum(axis=1)
        mean = np.where(past, values, 0).sum(axis=1) / past.sum(axis=1)
        expected += np.where(asked > 0, mean * asked, 0.0)
    return expected
