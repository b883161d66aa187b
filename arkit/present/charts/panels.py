"""Small multiples: panels side by side, each with its axes, and KPIs over time drawn so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, NamedTuple

import pandas as pd
from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, AT_THE_END, LINE, MONTHLY, Trace, framed, trace, x_shown
from arkit.words.catalogue import text
from arkit.words.columns import Kind
from arkit.words.formats import shown

AROUND: Final = 90
"""The height of the title above and the labels below the panels, in pixels."""


@dataclass(frozen=True)
class Panel:
    """One small chart: its title, what is drawn, and its axes."""

    title: str
    traces: Sequence[Trace]
    xaxis: Mapping[str, Any]
    yaxis: Mapping[str, Any]


def in_panels(
    panels: Sequence[Panel],
    *,
    title: str,
    columns: int,
    row_height: int,
    gaps: tuple[float, float],
    font: Mapping[str, Any],
    **layout: Any,
) -> Figure:
    """Panels as one chart, row by row.

    Parameters
    ----------
    panels
        The panels; without any, nothing is drawn below the title.
    title
        What the chart shows.
    columns
        How many panels a row has.
    row_height
        The height of a row, in pixels.
    gaps
        Between columns, as a share of the chart's width; between rows, as a share of a row's height.
    font
        The type of the panels' titles.
    **layout
        As in :func:`arkit.present.theme.framed`.
    """
    rows = max(ceil(len(panels) / columns), 1)
    boxes = _boxes(rows, columns, across=gaps[0], down=gaps[1] / rows)
    traces: list[Trace] = []
    axes: dict[str, Any] = {} if panels else {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    for number, (panel, box) in enumerate(zip(panels, boxes, strict=False), start=1):
        own = str(number) if number > 1 else ""
        traces += [{**trace, "xaxis": f"x{own}", "yaxis": f"y{own}"} for trace in panel.traces]
        axes[f"xaxis{own}"] = {**panel.xaxis, "domain": box.across, "anchor": f"y{own}"}
        axes[f"yaxis{own}"] = {**panel.yaxis, "domain": box.down, "anchor": f"x{own}"}
    titles = [_title(panel.title, box, font) for panel, box in zip(panels, boxes, strict=False)]
    return framed(traces, title=title, height=AROUND + rows * row_height, annotations=titles, **axes, **layout)


class _Box(NamedTuple):
    """The place of a panel, as shares of the chart: from left to right, from bottom to top."""

    across: tuple[float, float]
    down: tuple[float, float]


def _boxes(rows: int, columns: int, *, across: float, down: float) -> list[_Box]:
    """The places of panels, row by row from the top."""
    width, height = (1 - across * (columns - 1)) / columns, (1 - down * (rows - 1)) / rows
    lefts = [column * (width + across) for column in range(columns)]
    bottoms = [row * (height + down) for row in reversed(range(rows))]
    return [_Box((left, left + width), (bottom, bottom + height)) for bottom in bottoms for left in lefts]


def _title(title: str, box: _Box, font: Mapping[str, Any]) -> dict[str, Any]:
    middle = {"xref": "paper", "x": sum(box.across) / 2, "xanchor": "center"}
    return {"text": title, **middle, "yref": "paper", "y": box.down[1], "yanchor": "bottom", "font": font}


COLUMNS: Final = 3
PANEL_HEIGHT: Final = 170
TICKS: Final = {"ratio": ".0%", "days": "~g", "times": ".1f", "amount": "~s"}


def kpi_chart(trend: pd.DataFrame, *, title: str) -> Figure:
    """Each KPI over time in a panel, its last value written at the end of the line.

    Parameters
    ----------
    trend
        One row for each day and KPI: ``as_of``, ``kpi``, ``title``, ``value``, ``unit``.
    title
        What the chart shows.
    """
    known = trend.loc[trend["value"].notna(), "kpi"].unique()
    trends = dict(list(trend.sort_values("as_of").groupby("kpi")))
    return in_panels(
        [_panel(trends[name]) for name in known],
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
    hover = x_shown() + ": %{y:" + (".1%" if unit == "ratio" else ",.1f") + "}"
    line = trace("scatter", series["as_of"], series["value"], hover=hover, mode="lines", line=LINE, **MONTHLY)
    months = {"ticklabelmode": "period", "tickformat": text("formats.axis.month_short"), "nticks": 4}
    yaxis = {"tickformat": TICKS[unit], "nticks": 4}
    return Panel(series["title"].iloc[0], [line, _last(series, unit)], months, yaxis)


def _last(series: pd.DataFrame, unit: Kind) -> Trace:
    """The last known value, written at the end of the line."""
    last = series[series["value"].notna()].iloc[-1]
    look: dict[str, Any] = {"mode": "markers+text", "marker": {"color": ACCENT, "size": 7}, **AT_THE_END, **MONTHLY}
    written = f"<b>{shown(last['value'], unit)}</b>"
    return trace("scatter", [last["as_of"]], [last["value"]], text=[written], **look)
