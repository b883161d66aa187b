"""The picture of lesson 2: three kinds of DSO of the same customers, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arkit.days import month_ends_back
from arkit.ledger.model import Ledger
from arkit.measures import key_figures
from arkit.present import figures
from arkit.teach.how_fast.book import DAY, WINDOW

if TYPE_CHECKING:
    from arkit.present.figures import Figure

SPEEDS: Final = ("dso", "countback_dso", "sales_weighted_dso")
MONTHS: Final = 5


def speeds(ledger: Ledger) -> Figure:
    """Return DSO, count-back DSO and sales-weighted DSO at the end of each month."""
    import pandas as pd

    days = month_ends_back(DAY, MONTHS)
    panels = [key_figures(ledger, as_of=day, window=WINDOW, names=SPEEDS).assign(as_of=day) for day in days]
    return figures.key_figure_chart(pd.concat(panels), title="The same customers, three kinds of DSO, in days")
