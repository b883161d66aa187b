"""The picture of lesson 2: three kinds of DSO of the same customers, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arkit.days import months_before
from arkit.ledger.model import Ledger
from arkit.measures import key_figure_trend
from arkit.present import figures
from arkit.teach.how_fast.book import DAY, WINDOW

if TYPE_CHECKING:
    from arkit.present.figures import Figure

HIGHEST: Final = 45
SPEEDS: Final = ("dso", "countback_dso", "sales_weighted_dso")
MONTHS: Final = 4


def speeds(ledger: Ledger) -> Figure:
    """Return DSO, count-back DSO and sales-weighted DSO month by month, up to the month that a learner computes."""
    trend = key_figure_trend(ledger, as_of=months_before(DAY, 1), months=MONTHS, window=WINDOW, names=SPEEDS)
    chart = figures.key_figure_chart(trend, title="The same customers, three kinds of DSO, in days")
    # On one scale, or the unequal lengths of the months would look like a change.
    return chart.update_yaxes(range=[0, HIGHEST]).update_xaxes(dtick="M1", tickformat="%b")
