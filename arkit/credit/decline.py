"""Decline: whose payments fall in amount or number, or come later, against the customer's own past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from arkit.balances.grouping import customers_on
from arkit.credit.months import Months, monthly
from arkit.credit.rank_trend import (
    Flags,
    Floats,
    Ints,
    chance_below,
    false_discovery_values,
    rank_trend,
    simes,
    without_season,
)
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.measures.debts import require_history

if TYPE_CHECKING:
    import pandas as pd

ASPECTS: Final = ("amount", "frequency", "delay")
PAST: Final = 24  # months before the window: two of each calendar month
SEASON: Final = 12
LEAST_HISTORY: Final = 12
LEAST_MONTHS: Final = 6  # with a payment, or with something due
LEVEL_OF_BILLINGS: Final = 0.05
AMOUNTS: Final = ("paid_before", "paid_recent", "cash_gap", "billed_before", "billed_recent")
COLUMNS: Final = (
    "customer_id",
    "name",
    "currency",
    "declining",
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


@dataclass(frozen=True)
class Times:
    """Which months count, which are recent, and which are compared with each other; one row for each customer."""

    counted: Flags
    recent: Flags
    seasonal: Flags
    blocks: Ints
    scores: Ints


def declining_payers(
    ledger: Ledger, *, as_of: date | str, months: int = 12, false_discovery_rate: float = 0.1
) -> pd.DataFrame:
    """Show the customers whose payments fall in amount or number, or come later, against their own past.

    Formula: three tests of ranks over the months, each against the months before: what was paid in a month, on how many
    days, and how late what fell due in it was paid (weighted by amount; what is open counts as at least this late). The
    recent months are the last ``months``, at most half of the history; they score 1, 2, ... and those before 0, so that
    both a lower level and a fall count. ``trend = sum of (score - mean) x (rank - mean)``, in standard deviations of
    all orders of the months. With two years of history a month is compared with the same months of other years only
    (amount and number; delays are taken to have no season). ``p_value`` joins the three (Simes), ``q_value`` allows
    for having looked at all customers (Benjamini and Hochberg; it holds for tests that are independent or go together,
    as in a downturn). ``cash_gap = what would have been paid at the earlier level - what was paid``.

    Parameters
    ----------
    ledger
        The ledger, with history.
    as_of
        The day; nothing later is looked at.
    months
        How many months are recent; the 24 before them are the past.
    false_discovery_rate
        The share of wrong names among those called declining that is accepted.

    Returns
    -------
    DataFrame
        One row for each customer and currency, the surest decline first: ``declining`` (``q_value`` is at most the
        rate), ``aspect`` (amount, frequency or delay: the one with the least p-value), ``p_value``, ``q_value``,
        ``cash_gap`` (currency units), and before and recently: ``paid``, ``payments`` (days with one) and ``billed`` per
        month, ``days_late``; ``billings_fell`` (the same test on what was billed, at 5 %: he buys less), the trends (standard
        deviations; below 0 falls), ``history_months``, ``recent_months``, ``season_allowed``, and ``reason`` where there
        was too little history to test.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        The number of months or the rate is impossible.

    Examples
    --------
    >>> import arkit as ar
    >>> payers = ar.declining_payers(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(payers.loc[payers["declining"], "q_value"].le(0.1).all())
    True

    References
    ----------
    Daniels (1950), Rank correlation and population models; Farrell (1980), Methods for classifying changes in
    environmental conditions (ranks aligned by season); Simes (1986), An improved Bonferroni procedure; Benjamini and
    Hochberg (1995), Controlling the false discovery rate; Benjamini and Yekutieli (2001), on dependence.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    if not 0 < false_discovery_rate < 1:
        raise unknown_name("false discovery rate", false_discovery_rate, known=["between 0 and 1"])
    day = require_history(ledger, as_of)
    panel = monthly(ledger, day, months + PAST)
    times = _times(panel, months)
    levels = pl.DataFrame({**_levels(panel, times)}, nan_to_null=True)
    table = pl.concat([panel.customers, tested(panel, times), levels], how="horizontal")
    names = customers_on(ledger, day, ["name"]).with_columns(pl.col("customer_id").cast(pl.String))
    table = table.join(names, on="customer_id", how="left", maintain_order="left")
    table = table.with_columns(declining=(pl.col("q_value") <= false_discovery_rate).fill_null(False))
    table = table.sort("p_value", "customer_id", "currency", nulls_last=True).select(COLUMNS)
    return to_units(table, dict.fromkeys(AMOUNTS, "currency")).to_pandas()


def _times(panel: Months, months: int) -> Times:
    counted, width = panel.counted, panel.paid.shape[1]
    back = np.arange(width)[::-1][None, :]
    length = np.minimum(months, panel.history // 2)[:, None]
    seasonal = panel.history >= 2 * SEASON
    return Times(
        counted=counted,
        recent=back < length,
        seasonal=seasonal,
        blocks=np.where(seasonal[:, None], back % SEASON, 0),
        scores=np.maximum(length - back, 0),
    )


def tested(panel: Months, times: Times) -> pl.DataFrame:
    """Return the trends and their p- and q-values of each customer, or the reason why there are none."""
    with np.errstate(invalid="ignore"):
        days_late = panel.late / panel.due
    fell_due = times.counted & (panel.due > 0)
    everywhere = np.zeros_like(times.blocks)
    trends = {
        "amount": _fall(panel.paid, times),
        "frequency": _fall(panel.payments, times),
        # Later is worse, so the sign is turned: below 0 is a decline for all three.
        "delay": -rank_trend(days_late, times.scores, valid=fell_due, blocks=everywhere),
    }
    seen = (times.counted & (panel.paid > 0)).sum(axis=1)
    enough = (panel.history >= LEAST_HISTORY) & (seen >= LEAST_MONTHS)
    testable = {"amount": enough, "frequency": enough, "delay": enough & (fell_due.sum(axis=1) >= LEAST_MONTHS)}
    chances = np.stack([np.where(testable[name], chance_below(trends[name]), np.nan) for name in ASPECTS], axis=1)
    p_values = simes(chances)
    billings = np.where(enough, chance_below(_fall(panel.billed, times)), np.nan)
    least = np.argmin(np.where(np.isfinite(chances), chances, np.inf), axis=1)
    shown = {f"{name}_trend": np.where(testable[name], trend, np.nan) for name, trend in trends.items()}
    return pl.DataFrame(
        {
            **shown,
            "p_value": p_values,
            "q_value": false_discovery_values(p_values),
            "aspect": np.where(enough, np.array(ASPECTS)[least], ""),
            "billings_fell": billings <= LEVEL_OF_BILLINGS,
            "history_months": panel.history,
            "recent_months": times.recent.sum(axis=1),
            "season_allowed": times.seasonal,
            "reason": _reasons(panel.history, enough),
        },
        nan_to_null=True,
    ).with_columns(pl.col("aspect", "reason").replace("", None))


def _fall(values: Ints, times: Times) -> Floats:
    """Return how far a number of each month falls, allowing for the season where it can be known."""
    aligned, seasonal = values.copy(), times.seasonal
    aligned[seasonal] = without_season(
        values[seasonal], valid=times.counted[seasonal], blocks=times.blocks[seasonal]
    )
    return rank_trend(aligned, times.scores, valid=times.counted, blocks=times.blocks)


def _reasons(history: Ints, enough: Flags) -> list[str]:
    short = f"fewer than {LEAST_HISTORY} months since the first payment"
    rare = f"fewer than {LEAST_MONTHS} months with a payment"
    return np.where(enough, "", np.where(history < LEAST_HISTORY, short, rare)).tolist()


def _levels(panel: Months, times: Times) -> dict[str, Floats]:
    """Return what was usual before and recently: per month, and days late; and what is missing at the old level."""
    length = times.recent.sum(axis=1)
    before = times.counted & ~times.recent
    levels: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, values in (("paid", panel.paid), ("payments", panel.payments), ("billed", panel.billed)):
            levels[f"{name}_before"] = _usual(values, before, times) / length
            levels[f"{name}_recent"] = np.where(times.recent, values, 0).sum(axis=1) / length
        for when, part in (("before", before), ("recent", times.recent)):
            late, due = (np.where(part, values, 0).sum(axis=1) for values in (panel.late, panel.due))
            levels[f"days_late_{when}"] = late / due
    levels["cash_gap"] = (levels["paid_before"] - levels["paid_recent"]) * length
    return levels


def _usual(values: Ints, before: Flags, times: Times) -> Floats:
    """Return what the recent months would have had at the earlier level, of the same months where there is a season."""
    usual = np.zeros(len(values))
    for block in range(SEASON):
        here = times.blocks == block
        past = before & here
        mean = np.where(past, values, 0).sum(axis=1) / past.sum(axis=1)
        asked = (times.recent & here).sum(axis=1)
        usual += np.where(asked > 0, mean * asked, 0.0)
    return usual
