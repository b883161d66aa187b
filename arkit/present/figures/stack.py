"""The aging over time as a stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plotly.graph_objects import Figure

from arkit.present.theme import bucket_colours, framed, in_months
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
    figure = Figure()
    for label in (*reversed(labels), UNAPPLIED):
        figure.add_bar(
            x=trend["as_of"],
            y=trend[label],
            name=label,
            marker_color=colours[label],
            hovertemplate="%{x|%d %b %Y}, " + label + ": %{y:,.2f} " + currency + "<extra></extra>",
        )
    figure.update_yaxes(title_text=f"open amount, {currency}", tickformat="~s")
    in_months(figure, months=len(trend), ticks=3 if narrow else 12)
    return framed(figure, title=title, barmode="relative", bargap=0.15, legend=_legend(narrow))


def _legend(narrow: bool) -> dict[str, object]:
    place = {"x": 0, "xanchor": "left", "y": -0.12} if narrow else {"x": 1, "xanchor": "right", "y": 1.14}
    return {"orientation": "h", "traceorder": "reversed", "font": {"size": 12}, **place}
