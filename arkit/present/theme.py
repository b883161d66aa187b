"""The one visual language: colours of buckets from calm to alarming, type, and the frame of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from arkit.terms import NOT_DUE, UNAPPLIED

INK: Final = "#1f2933"
MUTED: Final = "#5f6b7a"
RULE: Final = "#d5dbe3"
ACCENT: Final = "#1f4e79"
CALM: Final = "#9fbdd3"
CREDIT: Final = "#8a97a5"
# From light to dark, so that print in grey and colour-blind readers see the order too.
ALARM: Final = ((0.0, "#f4d27a"), (0.35, "#e89b4c"), (0.7, "#c9532f"), (1.0, "#7f1d1d"))
FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"


def bucket_colours(labels: Sequence[str]) -> dict[str, str]:
    """Return the colour of each bucket: calm for what is not due, darker and redder the older it is.

    >>> bucket_colours(["not due", "1-30", "over 30"])["not due"]
    '#9fbdd3'
    """
    late = [label for label in labels if label not in (NOT_DUE, UNAPPLIED)]
    places = [number / max(len(late) - 1, 1) for number in range(len(late))]
    colours = dict(zip(late, sample_colorscale([list(stop) for stop in ALARM], places), strict=True))
    return {NOT_DUE: CALM, UNAPPLIED: CREDIT, **colours}


def in_months(figure: Figure, *, months: int, ticks: int = 12, **place: int) -> Figure:
    """Return a figure whose bars stand on the months that they end, with ticks that name those months.

    Without it the bar of 31 October stands at the tick of 1 November, and reads as November.
    """
    figure.update_traces(xperiod="M1", xperiodalignment="middle", selector={"type": "bar"}, **place)
    step = next((step for step in (1, 3, 6) if months <= ticks * step), 12)
    return figure.update_xaxes(ticklabelmode="period", tickformat="%b %Y", dtick=f"M{step}", tickangle=0, **place)


def framed(figure: Figure, *, title: str, height: int = 380, **layout: Any) -> Figure:
    """Return a figure in the house style: its title says what it shows, axes are quiet, nothing is clipped."""
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "font": {"size": 15, "color": INK}},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        height=height,
        margin={"l": 70, "r": 20, "t": 60, "b": 50},
        separators=".,",
        hoverlabel={"font": {"family": FONT}},
        **layout,
    )
    figure.update_xaxes(
        showgrid=False, linecolor=RULE, ticks="", automargin=True, title_font={"color": MUTED, "size": 12}
    )
    figure.update_yaxes(
        gridcolor=RULE, zerolinecolor=MUTED, ticks="", automargin=True, title_font={"color": MUTED, "size": 12}
    )
    return figure


def legend_below(figure: Figure) -> Figure:
    """Return a figure whose legend stands below it: on a narrow page it would lie over the title."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return figure.update_layout(legend=legend)
