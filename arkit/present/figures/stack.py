"""The aging over time as a stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plotly.graph_objects import Figure

from arkit.present.theme import MONTHLY, Trace, bucket_colours, framed, months_axis
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd


def aging_stack(
    trend: pd.DataFrame, *, labels: Sequence[str], currency: str, title: str, narrow: bool = False
) -> Figure:
    """Draw the aging of many month-ends as stacked bars, the oldest bucket at the bottom where it is seen first.

    Parameters
    ----------
    trend
        One row for each month-end, with ``as_of``, a column for each bucket and ``unapplied``.
    labels
        The buckets, from the youngest to the oldest.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    narrow
        Whether it has half the width of a page: fewer ticks, the legend below.
    """
    colours = bucket_colours(labels)
    return framed(
        [_bars(trend, label, colours[label], currency) for label in (*reversed(labels), UNAPPLIED)],
        title=title,
        xaxis=months_axis(len(trend), ticks=3 if narrow else 12),
        yaxis={"title": f"open amount, {currency}", "tickformat": "~s"},
        barmode="relative",
        bargap=0.15,
        legend=_legend(narrow),
    )


def _bars(trend: pd.DataFrame, label: str, colour: str, currency: str) -> Trace:
    return {
        "type": "bar",
        **MONTHLY,
        "x": trend["as_of"],
        "y": trend[label],
        "name": label,
        "marker": {"color": colour},
        "hovertemplate": f"%{{x|%d %b %Y}}, {label}: %{{y:,.2f}} {currency}<extra></extra>",
    }


def _legend(narrow: bool) -> dict[str, object]:
    place = {"x": 0, "xanchor": "left", "y": -0.12} if narrow else {"y": 1.14}
    return {"traceorder": "reversed", "font": {"size": 12}, **place}
