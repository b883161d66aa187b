"""When the books learn of a document: mostly on its own day, sometimes only in the next month."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from arkit.ledger.sample.days import calendar_days
from arkit.ledger.sample.draws import Draws

LATE_FROM_DAY: Final = 21  # of the month: what comes in then may be recorded after the month's end
LATE_PER_THOUSAND: Final = 70
FORGOTTEN_PER_THOUSAND: Final = 1
LATEST_DAY: Final = 5  # of the next month


def recorded_on(days: pl.Series, draws: Draws) -> pl.Series:
    """Return the day on which each document was recorded.

    Of the documents of a month's last days, a few are recorded on the 1st to 5th of the next month; very few, of any
    day, were forgotten and come three to six weeks late; all others are recorded on their day.
    """
    day = days.to_numpy().astype(np.int64)
    luck, wait = draws.below(len(day), 1000), draws.below(len(day), 100)
    _, day_of_month, _ = calendar_days(day)
    next_month = day.astype("datetime64[D]").astype("datetime64[M]") + np.timedelta64(1, "M")
    first = next_month.astype("datetime64[D]").astype(np.int64)
    late = (day_of_month >= LATE_FROM_DAY) & (luck < LATE_PER_THOUSAND)
    forgotten = luck >= 1000 - FORGOTTEN_PER_THOUSAND
    recorded = np.where(late, first + wait % LATEST_DAY, np.where(forgotten, day + 20 + wait % 25, day))
    return pl.Series("recorded", recorded)
