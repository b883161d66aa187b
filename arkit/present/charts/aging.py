"""What is open: the aging of a day as bars, the aging over time as a stack, the balance of one item as steps."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import pandas as pd
from plotly.graph_objects import Figure

from arkit.present import theme
from arkit.present.charts.panels import Panel, in_panels
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED, shown_value
from arkit.words.formats import short_amount

MOST_PANELS: Final = 3
PANEL_HEIGHT: Final = 290
_Row: TypeAlias = Mapping[Hashable, Any]


def aging_chart(
    aging: pd.DataFrame, *, labels: Sequence[str], title: str, before: pd.DataFrame | None = None
) -> Figure:
    """An aging by currency: a bar for each bucket and for what is unapplied, one panel for each currency.

    Parameters
    ----------
    aging
        One row for each currency with a column for each bucket and ``unapplied``, the panels in its order.
    labels
        The buckets, from the youngest to the oldest.
    title
        What the chart shows, of which day.
    before
        The aging of an earlier day, drawn as a mark on each bar.
    """
    rows = aging.head(MOST_PANELS).to_dict("records")
    earlier = {} if before is None else {row["currency"]: row for row in before.to_dict("records")}
    return in_panels(
        [_panel(row, earlier.get(row["currency"]), labels, first=row is rows[0]) for row in rows],
        title=text("present.aging.with_month_before", title=title) if earlier else title,
        columns=max(len(rows), 1),
        row_height=PANEL_HEIGHT,
        gaps=(0.08, 0),
        font={"size": 16, "color": theme.INK},
        bargap=0.25,
        showlegend=False,
    )


def _panel(row: _Row, earlier: _Row | None, labels: Sequence[str], *, first: bool) -> Panel:
    marks = [_marks(earlier, labels)] if earlier else []
    xaxis = {"title": text("present.aging.days_past_due"), "tickangle": -35}
    yaxis = {"title": text("present.aging.open_amount") if first else "", "rangemode": "tozero", "tickformat": "~s"}
    return Panel(
        text("present.aging.in_currency", currency=row["currency"]), [_bars(row, labels), *marks], xaxis, yaxis
    )


def _bars(row: _Row, labels: Sequence[str]) -> theme.Trace:
    colours = theme.bucket_colours(labels)
    written = [short_amount(row[label], "").strip() if row[label] else "" for label in (*labels, UNAPPLIED)]
    hover, marker = f"%{{x}}: %{{y:,.2f}} {row['currency']}", {"color": [colours[at] for at in (*labels, UNAPPLIED)]}
    return _by_bucket(
        "bar", row, labels, hover=hover, name=row["currency"], text=written, marker=marker, **theme.OUTSIDE
    )


def _marks(row: _Row, labels: Sequence[str]) -> theme.Trace:
    """What was open a month before, as a dash on each bar."""
    name = text("present.aging.month_before")
    dash = {"symbol": "line-ew-open", "size": 26, "color": theme.MUTED, "line": {"width": 2}}
    return _by_bucket("scatter", row, labels, hover=f"{name}: %{{y:,.2f}}", name=name, mode="markers", marker=dash)


def _by_bucket(kind: str, row: _Row, labels: Sequence[str], **look: Any) -> theme.Trace:
    """The amounts of the buckets, then what is unapplied."""
    shown = [*labels, UNAPPLIED]
    return theme.trace(kind, [shown_value(label) for label in shown], [row[label] for label in shown], **look)


def aging_stack(
    trend: pd.DataFrame, *, labels: Sequence[str], currency: str, title: str, narrow: bool = False
) -> Figure:
    """The aging of many month-ends as stacked bars, the oldest bucket at the bottom where it is seen first.

    Parameters
    ----------
    trend
        One row for each month-end, with ``as_of``, a column for each bucket and ``unapplied``.
    labels
        The buckets, from the youngest to the oldest.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    narrow
        Whether it has half the width of a page: fewer ticks, the legend below.
    """
    colours = theme.bucket_colours(labels)
    return theme.framed(
        [_bucket_over_time(trend, label, colours[label], currency) for label in (*reversed(labels), UNAPPLIED)],
        title=title,
        xaxis=theme.months_axis(len(trend), ticks=3 if narrow else 12),
        yaxis={"title": text("present.aging.open_amount_in", currency=currency), "tickformat": "~s"},
        barmode="relative",
        bargap=0.15,
        legend=_legend(narrow),
    )


def _bucket_over_time(trend: pd.DataFrame, label: str, colour: str, currency: str) -> theme.Trace:
    name, marker = shown_value(label), {"color": colour}
    hover = f"{theme.x_shown()}, {name}: %{{y:,.2f}} {currency}"
    return theme.trace("bar", trend["as_of"], trend[label], hover=hover, name=name, marker=marker, **theme.MONTHLY)


def _legend(narrow: bool) -> dict[str, object]:
    place = {"x": 0, "xanchor": "left", "y": -0.12} if narrow else {"y": 1.14}
    return {"traceorder": "reversed", "font": {"size": 12}, **place}


def balance_steps(entries: pd.DataFrame, *, days: Mapping[str, date], currency: str, title: str) -> Figure:
    """What is open on an item as steps, one for each entry; the amount itself is for the reader to find.

    Parameters
    ----------
    entries
        The entries of the item: ``effective_on``, ``amount``.
    days
        Days to mark, by their names; the last of them ends the chart.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    daily = entries.groupby("effective_on")["amount"].sum().cumsum()
    end = max(days.values())
    line = {"color": theme.ACCENT, "width": 2.5, "shape": "hv"}
    open_then = [*daily.tolist(), daily.iloc[-1]]
    steps = theme.trace("scatter", [*daily.index, end], open_then, mode="lines", line=line, showlegend=False)
    return theme.framed(
        [steps],
        title=title,
        height=300,
        xaxis={"tickformat": text("formats.axis.first_of_month"), "dtick": "M1", "tick0": f"{end:%Y-01-01}"},
        yaxis={"title": text("present.aging.open_in", currency=currency), "rangemode": "tozero"},
        shapes=[_line(day) for day in days.values()],
        annotations=[{"x": str(day), "y": 1.08, "yref": "paper", "text": name} for name, day in days.items()],
    )


def _line(day: date) -> dict[str, Any]:
    """A dotted line that marks a day."""
    place = {"x0": str(day), "x1": str(day), "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "line", **place, "line": {"color": theme.MUTED, "width": 1, "dash": "dot"}}
