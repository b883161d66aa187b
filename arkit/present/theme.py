"""The visual language: colours of buckets from calm to alarming, type, the frame of every chart, small multiples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from math import ceil
from typing import Any, Final, NamedTuple, TypeAlias

import pandas as pd
from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from arkit.words.catalogue import current_locale, text
from arkit.words.columns import NOT_DUE, UNAPPLIED, Kind, shown

INK: Final = "#1f2933"
MUTED: Final = "#5f6b7a"
RULE: Final = "#d5dbe3"
ACCENT: Final = "#1f4e79"
CALM: Final = "#9fbdd3"
CREDIT: Final = "#8a97a5"
# From light to dark, so that print in grey and colour-blind readers see the order too.
ALARM: Final = ((0.0, "#f4d27a"), (0.35, "#e89b4c"), (0.7, "#c9532f"), (1.0, "#7f1d1d"))
# Of categories, from the least grave to the gravest; a symbol each besides, for who sees no colours.
GRAVITY: Final = (CALM, CREDIT, "#e89b4c", "#7f1d1d")
SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up", "cross", "star", "hexagon", "x")
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

Trace: TypeAlias = dict[str, Any]
"""What is drawn, as Plotly describes it."""
LINE: Final = {"color": ACCENT, "width": 2}
AT_THE_END: Final = {"textposition": "middle right", "cliponaxis": False}
OUTSIDE: Final = {"textposition": "outside", "cliponaxis": False}
"""Where the texts of a trace are: behind the end of a line, or above a bar."""

_AXIS: Final = {
    "ticks": "",
    "automargin": True,
    "zerolinewidth": 2,
    "title": {"standoff": 15, "font": {"color": MUTED, "size": 12}},
}
HOUSE: Final = {
    "layout": {
        "title": {"x": 0, "xanchor": "left", "font": {"size": 15, "color": INK}},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 70, "r": 20, "t": 60, "b": 50},
        "autotypenumbers": "strict",
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "font": {"family": FONT}},
        "legend": {"orientation": "h", "x": 1, "xanchor": "right"},
        "annotationdefaults": {"showarrow": False, "font": {"color": MUTED}},
        "xaxis": {**_AXIS, "showgrid": False, "showline": True, "linecolor": RULE, "zerolinecolor": "white"},
        "yaxis": {**_AXIS, "gridcolor": RULE, "zerolinecolor": MUTED},
    },
    "data": {"bar": [{"marker": {"line": {"color": "#e5ecf6", "width": 0.5}}}]},
}
"""Plotly's template of the house: what every chart has unless it says otherwise."""


def bucket_colours(labels: Sequence[str]) -> dict[str, str]:
    """The colour of each bucket: calm for what is not due, darker and redder the older it is.

    >>> bucket_colours(["not due", "1-30", "over 30"])["not due"]
    '#9fbdd3'
    """
    late = [label for label in labels if label not in (NOT_DUE, UNAPPLIED)]
    places = [number / max(len(late) - 1, 1) for number in range(len(late))]
    colours = dict(zip(late, sample_colorscale([list(stop) for stop in ALARM], places), strict=True))
    return {NOT_DUE: CALM, UNAPPLIED: CREDIT, **colours}


def category_looks(categories: Sequence[str]) -> dict[str, dict[str, str]]:
    """Colour and symbol of each category by its place: calm for the first, dark red for the gravest.

    >>> category_looks(["reliable", "risky"])["risky"]
    {'color': 'rgb(127, 29, 29)', 'symbol': 'diamond'}
    """
    places = [number / max(len(categories) - 1, 1) for number in range(len(categories))]
    colours = sample_colorscale([[place / 3, colour] for place, colour in enumerate(GRAVITY)], places)
    pairs = zip(categories, colours, cycle(SYMBOLS), strict=False)
    return {category: {"color": colour, "symbol": symbol} for category, colour, symbol in pairs}


def monthly(days: Iterable[date]) -> dict[str, str]:
    """What a trace has whose days are month-ends: each is drawn at the month that it ends.

    Without it the bar of 31 October is at the tick of 1 November, and reads as November. Periods of which two end in
    one month are drawn at their own days: in one place they would hide each other.

    >>> monthly([date(2026, 10, 3), date(2026, 10, 31)])
    {}
    """
    days = {*days}
    return {"xperiod": "M1", "xperiodalignment": "middle"} if len({f"{day:%Y-%m}" for day in days}) == len(days) else {}


def months_axis(months: int, *, ticks: int = 12) -> dict[str, Any]:
    """An axis whose ticks name months; traces on it are ``monthly``."""
    step = next((step for step in (1, 3, 6) if months <= ticks * step), 12)
    return {"ticklabelmode": "period", "tickformat": text("formats.axis.month"), "dtick": f"M{step}", "tickangle": 0}


def x_shown(precision: str = "day") -> str:
    """The day or month of a point within its hover text, as the language of the page writes it.

    >>> x_shown("month")
    '%{x|%b %Y}'
    """
    return "%{x|" + text(f"formats.axis.{precision}") + "}"


def trace(kind: str, x: Any, y: Any, *, hover: str = "", **more: Any) -> Trace:
    """What is drawn in a chart; its hover text says all, so Plotly's box with the trace's name is left out.

    >>> trace("bar", ["1-30"], [12.5], hover="%{y}")["hovertemplate"]
    '%{y}<extra></extra>'
    """
    shown = {"hovertemplate": f"{hover}<extra></extra>"} if hover else {"hoverinfo": "skip"}
    return {"type": kind, "x": x, "y": y, **shown, **more}


def note(remark: str) -> dict[str, Any]:
    """A remark above the right end of a chart."""
    place = {"xref": "paper", "yref": "paper", "x": 1, "y": 1.08, "xanchor": "right"}
    return {"text": remark, **place, "font": {"size": 12}}


def framed(traces: Sequence[Trace], *, title: str, height: int = 380, **layout: Any) -> Figure:
    """Traces as a chart in the house style: its title says what it shows, axes are quiet, nothing is clipped.

    Parameters
    ----------
    traces
        What is drawn, in Plotly's terms; it checks each of them, and the layout.
    title
        What the chart shows.
    height
        In pixels.
    **layout
        What the chart has beyond the house style.
    """
    marks = current_locale().number_symbols["latn"]
    own = {"title": title, "height": height, "separators": marks["decimal"] + marks["group"], **layout}
    # Everything at once: each later change of a chart costs Plotly more than the chart itself.
    return Figure({"data": traces, "layout": {"template": HOUSE, **own}})


def legend_below(chart: Figure) -> Figure:
    """The chart with its legend below it: on a narrow page it would lie over the title."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return chart.update_layout(legend=legend)


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
    line = trace(
        "scatter", series["as_of"], series["value"], hover=hover, mode="lines", line=LINE, **monthly(series["as_of"])
    )
    months = {"ticklabelmode": "period", "tickformat": text("formats.axis.month_short"), "nticks": 4}
    yaxis = {"tickformat": TICKS[unit], "nticks": 4}
    return Panel(series["title"].iloc[0], [line, _last(series, unit)], months, yaxis)


def _last(series: pd.DataFrame, unit: Kind) -> Trace:
    """The last known value, written at the end of the line."""
    last = series[series["value"].notna()].iloc[-1]
    look: dict[str, Any] = {"mode": "markers+text", "marker": {"color": ACCENT, "size": 7}, **AT_THE_END}
    written = f"<b>{shown(last['value'], unit)}</b>"
    return trace("scatter", [last["as_of"]], [last["value"]], text=[written], **look, **monthly(series["as_of"]))
