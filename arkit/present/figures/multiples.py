"""Key figures over time as small multiples."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from arkit.present.theme import ACCENT, MUTED, framed
from arkit.present.wording import shown

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = 3
PANEL_HEIGHT: Final = 170
TICKS: Final = {"ratio": ".0%", "days": "~g", "times": ".1f", "amount": "~s"}


def key_figure_chart(trend: pd.DataFrame, *, title: str) -> Figure:
    """Draw each key figure over time in a panel of its own, its last value written at the end of the line.

    Parameters
    ----------
    trend
        One row for each day and figure: ``as_of``, ``figure``, ``title``, ``value``, ``unit``.
    title
        What the figure shows.
    """
    names = list(dict.fromkeys(trend.loc[trend["value"].notna(), "figure"]))
    rows = max(ceil(len(names) / COLUMNS), 1)
    titles = [trend.loc[trend["figure"] == name, "title"].iloc[0] for name in names]
    figure = make_subplots(
        rows=rows, cols=COLUMNS, subplot_titles=titles, vertical_spacing=0.32 / rows, horizontal_spacing=0.11
    )
    for number, name in enumerate(names):
        series = trend[trend["figure"] == name].sort_values("as_of")
        _panel(figure, series, row=number // COLUMNS + 1, col=number % COLUMNS + 1)
    for place in range(len(names), rows * COLUMNS):
        axes = {"visible": False, "row": place // COLUMNS + 1, "col": place % COLUMNS + 1}
        figure.update_xaxes(**axes).update_yaxes(**axes)
    figure.update_annotations(font={"size": 13, "color": MUTED})
    framed(figure, title=title, height=90 + rows * PANEL_HEIGHT, showlegend=False)
    return figure.update_layout(margin_r=70)  # room for the last values


def _panel(figure: Figure, series: pd.DataFrame, *, row: int, col: int) -> None:
    unit = series["unit"].iloc[0]
    known = series.dropna(subset="value")
    figure.add_scatter(
        x=series["as_of"],
        y=series["value"],
        mode="lines",
        line={"color": ACCENT, "width": 2},
        hovertemplate="%{x|%d %b %Y}: %{y:" + (".1%" if unit == "ratio" else ",.1f") + "}<extra></extra>",
        row=row,
        col=col,
    )
    last = known.iloc[-1]
    figure.add_scatter(
        x=[last["as_of"]],
        y=[last["value"]],
        mode="markers+text",
        text=[f"<b>{shown(last['value'], unit)}</b>"],
        textposition="middle right",
        cliponaxis=False,
        marker={"color": ACCENT, "size": 7},
        hoverinfo="skip",
        row=row,
        col=col,
    )
    figure.update_yaxes(tickformat=TICKS[unit], nticks=4, row=row, col=col)
    # A month-end is a value of its own month, not of the next, at whose first day the tick would stand.
    figure.update_traces(xperiod="M1", xperiodalignment="middle", row=row, col=col)
    figure.update_xaxes(tickformat="%b %y", ticklabelmode="period", nticks=4, row=row, col=col)
