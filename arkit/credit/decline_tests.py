"""The tests of a decline: is less paid, more rarely, or later, than in the customer's own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from arkit.credit.discoveries import false_discovery_values, simes
from arkit.credit.months import Months
from arkit.credit.rank_trend import Design, Flags, Floats, Ints, rank_trend
from arkit.credit.season import trend_beside_season

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
