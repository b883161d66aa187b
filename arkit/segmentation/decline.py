"""Decline: whose payments fall in amount or number, or come later, against the customer's own past.

The tests of a decline: is less paid, more rarely, or later, than in the customer's own past.

Months: what each customer paid, how often and how late, month by month up to a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from arkit.aging.debts import billings, require_history
from arkit.aging.grouping import customers_on
from arkit.calendar import day_of, month_ends_back
from arkit.errors import unknown_name
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.segmentation.punctuality import KEYS, lateness, payment_days
from arkit.segmentation.rank_trend import (
    Design,
    Flags,
    Floats,
    Ints,
    false_discovery_values,
    rank_trend,
    simes,
    trend_beside_season,
)

if TYPE_CHECKING:
    import pandas as pd

_DAILY: Final = ("key", "day")


@dataclass(frozen=True)
class Months:
    """Customers by months, the latest month last; amounts in minor units.

    ``customers`` has a row for each row of the tables, ``history`` the number of whole months since the month of the
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


def monthly(ledger: Ledger, day: date, months: int) -> Months:
    """Return the months up to a day of every customer who was billed or paid by then."""
    ends = np.array([day_of(end) for end in month_ends_back(day, months)])
    paid = payment_days(ledger, day).to_native().collect()
    items = ledger.frames.items.select("item", "currency")
    billed = billings(ledger, day).to_native().collect().join(items, on="item")
    due = lateness(ledger, day).to_native().collect().filter(pl.col("due_day") <= day_of(day))
    rows = {
        "paid": paid.select(*KEYS, "day", "paid", payments=1),
        "billed": billed.select(*KEYS, "billed", day="document_day"),
        "due": due.select(*KEYS, day="due_day", due="billed", late=pl.col("billed") * pl.col("days_late")),
    }
    customers = pl.concat([frame.select(KEYS) for frame in rows.values()]).unique()
    customers = customers.with_columns(pl.col(KEYS).cast(pl.String).name.suffix("_text"))
    customers = customers.sort([f"{key}_text" for key in KEYS]).with_row_index("key")
    keyed = {name: frame.join(customers.select("key", *KEYS), on=KEYS) for name, frame in rows.items()}
    tables = {name: table for frame in keyed.values() for name, table in _tables(frame, ends, customers.height).items()}
    history = _history(keyed["paid"], ends, customers.height, covered_from=day_of(ledger.covers[0]))
    has_paid = customers["key"].is_in(keyed["paid"]["key"].unique().implode()).to_numpy()
    named = customers.select(pl.col(f"{key}_text").alias(key) for key in KEYS)
    return Months(customers=named, history=history, has_paid=has_paid, **tables)


def _tables(frame: pl.DataFrame, ends: Ints, customers: int) -> dict[str, Ints]:
    """Return a table of customers by months for each of the numbers of dated rows."""
    month = np.searchsorted(ends, frame["day"].to_numpy(), side="left") - 1
    names = [name for name in frame.columns if name not in (*KEYS, *_DAILY)]
    sums = (
        frame.with_columns(month=month).filter(pl.col("month") >= 0).group_by("key", "month").agg(pl.col(names).sum())
    )
    tables = {name: np.zeros((customers, len(ends) - 1), dtype=np.int64) for name in names}
    place = sums["key"].to_numpy(), sums["month"].to_numpy()
    for name, table in tables.items():
        table[place] = sums[name].to_numpy()
    return tables


def _history(paid: pl.DataFrame, ends: Ints, customers: int, *, covered_from: int) -> Ints:
    """Return how many whole months of each customer count: after that of the first payment, and all covered.

    The month of the first payment has one by choice; it would look like a high from which payments fall.
    """
    first = paid.group_by("key").agg(pl.col("day").min())
    begins = np.full(customers, ends[-1] + 1)
    begins[first["key"].to_numpy()] = first["day"].to_numpy()
    after_first = np.searchsorted(ends, begins, side="left")
    covered = np.searchsorted(ends, covered_from - 1, side="left")
    return np.asarray(np.maximum(len(ends) - 1 - np.maximum(after_first, covered), 0), dtype=np.int64)


ASPECTS: Final = ("amount", "frequency", "delay")
SEASON: Final = 12
LEAST_HISTORY: Final = 12
LEAST_MONTHS: Final = 6  # with a payment, or with something due
LEVEL_OF_BILLINGS: Final = 0.05
_SHORT: Final = f"fewer than {LEAST_HISTORY} months since the first payment"
_NEVER: Final = "no payment yet"
_RARE: Final = f"fewer than {LEAST_MONTHS} months with a payment"


@dataclass(frozen=True)
class Times:
    """Which months are recent, and how months are compared; one row for each customer.

    The recent months are at most half of the history. They score 1, 2, ... and those before 0, so that both a lower
    level and a fall count. With two years of history each calendar month is a block of its own.
    """

    recent: Flags
    seasonal: Flags
    design: Design

    @classmethod
    def of(cls, panel: Months, recent_months: int) -> Times:
        """Return the times of customers by their history."""
        back = np.arange(panel.paid.shape[1])[::-1][None, :]
        length = np.minimum(recent_months, panel.history // 2)[:, None]
        seasonal = panel.history >= 2 * SEASON
        blocks = np.where(seasonal[:, None], back % SEASON, 0)
        return cls(back < length, seasonal, Design(panel.counted, np.maximum(length - back, 0), blocks))

    @property
    def length(self) -> Ints:
        """How many months are recent."""
        return np.asarray(self.recent.sum(axis=1), dtype=np.int64)


def results(panel: Months, times: Times) -> pl.DataFrame:
    """Return trends, p- and q-values and the aspect that declines most of each customer, or why there are none."""
    enough = _enough(panel)
    found = chances_of(panel, times)
    chances = np.stack([found[name][1] for name in ASPECTS], axis=1)
    p_values = simes(chances)
    least = np.argmin(np.where(np.isfinite(chances), chances, np.inf), axis=1)
    columns = {
        **{f"{name}_trend": found[name][0] for name in ASPECTS},
        "p_value": p_values,
        "q_value": false_discovery_values(p_values),
        "aspect": np.where(enough, np.array(ASPECTS)[least], ""),
        "billings_fell": _fall(panel.billed, times, enough, exact=False)[1] <= LEVEL_OF_BILLINGS,
        "history_months": panel.history,
        "recent_months": times.length,
        "season_allowed": times.seasonal,
        "reason": np.select([enough, ~panel.has_paid, panel.history < LEAST_HISTORY], ["", _NEVER, _SHORT], _RARE),
    }
    return pl.DataFrame(columns, nan_to_null=True).with_columns(pl.col("aspect", "reason").replace("", None))


def chances_of(panel: Months, times: Times) -> dict[str, tuple[Floats, Floats]]:
    """Return trend and chance of each aspect; nothing for customers with too little history."""
    enough = _enough(panel)
    return {
        "amount": _fall(panel.paid, times, enough),
        "frequency": _fall(panel.payments, times, enough),
        "delay": _delay(panel, times, enough),
    }


def _enough(panel: Months) -> Flags:
    """Tell which customers have the history that a test needs.

    Only how many months had a payment counts, not which, so that choosing them tells nothing of a trend.
    """
    seen = (panel.counted & (panel.paid > 0)).sum(axis=1)
    return np.asarray((panel.history >= LEAST_HISTORY) & (seen >= LEAST_MONTHS))


def _fall(values: Ints, times: Times, enough: Flags, *, exact: bool = True) -> tuple[Floats, Floats]:
    """Return trend and chance of a number of each month, the season allowed for where it can be known."""
    return _of_all(trend_beside_season(values[enough], times.design.rows(enough), exact=exact), enough)


def _delay(panel: Months, times: Times, enough: Flags) -> tuple[Floats, Floats]:
    """Return trend and chance of the days late, the sign turned: later is worse.

    A month in which nothing fell due tells nothing. Delays are taken to have no season.
    """
    told = panel.counted & (panel.due > 0)
    enough = enough & (told.sum(axis=1) >= LEAST_MONTHS)
    scores = np.where(times.recent, np.cumsum(told & times.recent, axis=1), 0)
    with np.errstate(invalid="ignore"):
        early = -panel.late / panel.due
    design = Design(told, scores, np.zeros_like(scores)).rows(enough)
    return _of_all(rank_trend(early[enough], design), enough)


def _of_all(found: tuple[Floats, Floats], enough: Flags) -> tuple[Floats, Floats]:
    """Return trends and chances of all customers, none where there was too little history."""
    trend, chance = np.full(len(enough), np.nan), np.full(len(enough), np.nan)
    trend[enough], chance[enough] = found
    return trend, chance


def levels(panel: Months, times: Times) -> pl.DataFrame:
    """Return what was usual before and recently, per month and in days late, and what is missing at the old level."""
    before = panel.counted & ~times.recent
    found: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, values in (("paid", panel.paid), ("payments", panel.payments), ("billed", panel.billed)):
            found[f"{name}_before"] = _usual(values, before, times) / times.length
            found[f"{name}_recent"] = np.where(times.recent, values, 0).sum(axis=1) / times.length
        for when, part in (("before", before), ("recent", times.recent)):
            late, due = (np.where(part, values, 0).sum(axis=1) for values in (panel.late, panel.due))
            found[f"days_late_{when}"] = late / due
    found["cash_gap"] = (found["paid_before"] - found["paid_recent"]) * times.length
    return pl.DataFrame(found, nan_to_null=True)


def _usual(values: Ints, before: Flags, times: Times) -> Floats:
    """Return what the recent months would have had at the earlier level, of the same months where there is a season."""
    usual = np.zeros(len(values))
    for block in range(SEASON):
        here = times.design.blocks == block
        past, asked = before & here, (times.recent & here).sum(axis=1)
        mean = np.where(past, values, 0).sum(axis=1) / past.sum(axis=1)
        usual += np.where(asked > 0, mean * asked, 0.0)
    return usual


PAST: Final = 24  # months before the recent ones: two of each calendar month
AMOUNTS: Final = ("paid_before", "paid_recent", "cash_gap", "billed_before", "billed_recent")
COLUMNS: Final = (
    "customer_id",
    "name",
    "currency",
    "deteriorating",
    "aspect",
    "p_value",
    "q_value",
    "cash_gap",
    "paid_before",
    "paid_recent",
    "payments_before",
    "payments_recent",
    "days_late_before",
    "days_late_recent",
    "billed_before",
    "billed_recent",
    "billings_fell",
    "amount_trend",
    "frequency_trend",
    "delay_trend",
    "history_months",
    "recent_months",
    "season_allowed",
    "reason",
)


def deteriorating_payers(
    ledger: Ledger, *, as_of: date | str, months: int = 12, false_discovery_rate: float = 0.1
) -> pd.DataFrame:
    """Show the customers whose payments fall in amount or number, or come later, against their own past.

    Formula: three tests of ranks over the months, each against the months before: what was paid in a month, on how many
    days, and how late what fell due in it was paid (weighted by amount; what is open counts as at least this late). The
    recent months are the last ``months``, at most half of the history; they score 1, 2, ... and those before 0, so that
    both a lower level and a fall count. ``trend = sum of (score - mean) x (rank - mean)``, in standard deviations of
    the orders that the months might have had; its p-value is the share of 9,999 such orders drawn by chance, the same
    ones each time, that fall as much, so none is below 0.0001. With two years of history scores are less their mean of
    the calendar month, and where a season shows, a month is compared with the same months of other years only (amount
    and number; delays are taken to have no season). ``p_value`` joins the three (Simes), ``q_value`` allows for having
    looked at all customers (Benjamini and Hochberg; it holds for tests that are independent or go together, as in a
    downturn). ``cash_gap = what would have been paid in the recent months at the earlier level, of the same months
    where there are two years - what was paid``.

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

    Returns
    -------
    DataFrame
        One row for each customer and currency, the surest decline first: ``deteriorating`` (``q_value`` is at most the
        rate), ``aspect`` (amount, frequency or delay: the one with the least p-value), ``p_value``, ``q_value``,
        ``cash_gap`` (currency units), and ``before`` and ``recent``: ``paid``, ``payments`` (days with one) and
        ``billed`` per month, ``days_late``; ``billings_fell`` (the same test on what was billed, at 5 %: he buys less),
        the trends (standard deviations; below 0 is a decline), ``history_months``, ``recent_months``,
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
    panel = monthly(ledger, day, months + PAST)
    times = Times.of(panel, months)
    table = pl.concat([panel.customers, results(panel, times), levels(panel, times)], how="horizontal")
    is_found = (pl.col("q_value") <= false_discovery_rate).fill_null(False)
    return _shown(ledger, day, table.with_columns(deteriorating=is_found))


def _shown(ledger: Ledger, day: date, table: pl.DataFrame) -> pd.DataFrame:
    names = customers_on(ledger, day, ["name"]).with_columns(pl.col("customer_id").cast(pl.String))
    table = table.join(names, on="customer_id", how="left", maintain_order="left")
    table = table.with_columns(pl.col(AMOUNTS).round().cast(pl.Int64))
    table = table.sort("p_value", "customer_id", "currency", nulls_last=True).select(COLUMNS)
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()
