"""Key figures over time as small multiples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.figures.panels import Panel, in_panels
from arkit.present.theme import ACCENT, MONTHLY, Trace
from arkit.present.wording import shown
from arkit.terms import Kind

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = 3
PANEL_HEIGHT: Final = 170
TICKS: Final = {"ratio": ".0%", "days": "~g", "times": ".1f", "amount": "~s"}
MONTHS: Final = {"ticklabelmode": "period", "tickformat": "%b %y", "nticks": 4}


def key_figure_chart(trend: pd.DataFrame, *, title: str) -> Figure:
    """Draw each key figure over time in a panel of its own, its last value written at the end of the line.

    Parameters
    ----------
    trend
        One row for each day and figure: ``as_of``, ``figure``, ``title``, ``value``, ``unit``.
    title
        What the figure shows.
    """
    known = trend.loc[trend["value"].notna(), "figure"].unique()
    courses = dict(list(trend.sort_values("as_of").groupby("figure")))
    return in_panels(
        [_panel(courses[name]) for name in known],
        title=title,
        columns=COLUMNS,
        row_height=PANEL_HEIGHT,
        gaps=(0.11, 0.32),
        font={"size": 13},
        margin={"r": 70},  # room for the last values
        showlegend=False,
    )


def _panel(series: pd.DataFrame) -> Panel:
    unit = series["unit"].iloc[0]
    line = {
        "type": "scatter",
        **MONTHLY,
        "x": series["as_of"],
        "y": series["value"],
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2},
        "hovertemplate": "%{x|%d %b %Y}: %{y:" + (".1%" if unit == "ratio" else ",.1f") + "}<extra></extra>",
    }
    yaxis = {"tickformat": TICKS[unit], "nticks": 4}
    return Panel(series["title"].iloc[0], [line, _last(series, unit)], MONTHS, yaxis)


def _last(series: pd.DataFrame, unit: Kind) -> Trace:
    """Return the last known value, written at the end of the line."""
    last = series[series["value"].notna()].iloc[-1]
    return {
        "type": "scatter",
        **MONTHLY,
        "x": [last["as_of"]],
        "y": [last["value"]],
        "mode": "markers+text",
        "text": [f"<b>{shown(last['value'], unit)}</b>"],
        "textposition": "middle right",
        "cliponaxis": False,
        "marker": {"color": ACCENT, "size": 7},
        "hoverinfo": "skip",
    }
