"""What is open and how it moved: aging as bars and as a stack, one item as steps, roll-forward, rates, vintages."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import pandas as pd
from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from arkit.present import theme
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED, period_shown, short_amount, shown_value

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
    return theme.in_panels(
        [_panel(row, earlier.get(row["currency"]), labels, first=row is rows[0]) for row in rows],
        title=text("present.aging.with_month_before", title=title) if earlier else title,
        columns=max(len(rows), 1),
        row_height=PANEL_HEIGHT,
        gaps=(0.08, 0),
        font={"size": 16, "color": theme.INK},
        bargap=0.25,
        showlegend=False,
    )


def _panel(row: _Row, earlier: _Row | None, labels: Sequence[str], *, first: bool) -> theme.Panel:
    marks = [_marks(earlier, labels)] if earlier else []
    xaxis = {"title": text("present.aging.days_past_due"), "tickangle": -35}
    yaxis = {"title": text("present.aging.open_amount") if first else "", "rangemode": "tozero", "tickformat": "~s"}
    return theme.Panel(
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
        # What is unapplied is negative and goes below the axis, not off the top of the stack.
        barmode="relative",
        bargap=0.15,
        legend=_legend(narrow),
    )


def _bucket_over_time(trend: pd.DataFrame, label: str, colour: str, currency: str) -> theme.Trace:
    name, marker = shown_value(label), {"color": colour}
    hover = f"{theme.x_shown()}, {name}: %{{y:,.2f}} {currency}"
    return theme.trace(
        "bar", trend["as_of"], trend[label], hover=hover, name=name, marker=marker, **theme.monthly(trend["as_of"])
    )


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
    # The last balance once more, or the line would end with the last entry and not on the last day.
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


SHARES_BAR: Final = {"tickformat": ".0%", "thickness": 12, "outlinewidth": 0}
OLDEST_TO_NEWEST: Final = [[0.0, "#d5dbe3"], [1.0, theme.CALM]]


def roll_rate_heat_map(rates: pd.DataFrame, *, labels: Sequence[str], title: str) -> Figure:
    """The roll rate of each bucket and month: the darker, the more of it grew older.

    Parameters
    ----------
    rates
        One row for each month and bucket: ``as_of``, ``bucket``, ``roll_rate``, ``items``.
    labels
        The buckets, from the youngest to the oldest.
    title
        What the chart shows.
    """
    table, counts = (
        rates.pivot(index="bucket", columns="as_of", values=name).reindex(list(labels))
        for name in ("roll_rate", "items")
    )
    shown: dict[str, Any] = {"bucket": "%{y}", "month": "%{x}", "share": "%{z:.1%}", "items": "%{customdata:,}"}
    cells = theme.trace(
        "heatmap",
        [period_shown(month) for month in pd.to_datetime(table.columns)],
        [shown_value(label) for label in table.index],
        z=table.to_numpy(),
        hover=text("present.flows.rolled", **shown),
        customdata=counts.to_numpy(),
        texttemplate="%{z:.0%}",
        colorscale=[[0.0, "#f7f9fb"], *[[0.15 + 0.85 * place, colour] for place, colour in theme.ALARM]],
        colorbar={"title": {"text": text("present.flows.roll_rate")}, **SHARES_BAR},
        **{"zmin": 0, "zmax": 1, "xgap": 2, "ygap": 2},
    )
    yaxis = {"title": text("present.flows.bucket_before"), "showgrid": False}
    return theme.framed([cells], title=title, height=320, yaxis=yaxis)


def vintage_chart(vintages: pd.DataFrame, *, title: str, highlight: int = 1) -> Figure:
    """The share of each billing month that is still open, by its age; the latest months stand out.

    Parameters
    ----------
    vintages
        One row for each billing month and age: ``billing_month``, ``age_months``, ``share``.
    title
        What the chart shows.
    highlight
        How many of the latest billing months are drawn in full colour and named.
    """
    curves = dict(list(vintages.sort_values("age_months").groupby("billing_month")))
    shades = sample_colorscale(OLDEST_TO_NEWEST, [number / max(len(curves) - 1, 1) for number in range(len(curves))])
    # A curve of one point has no line that could stand out.
    complete = [month for month, curve in curves.items() if len(curve) > 1]
    named, pairs = set(complete[-highlight:]), zip(curves.items(), shades, strict=True)
    return theme.framed(
        [_curve(curve, shade, named=month in named) for (month, curve), shade in pairs],
        title=title,
        xaxis={"title": text("present.flows.months_after"), "dtick": 1},
        yaxis={"title": text("present.flows.share_open"), "tickformat": ".0%", "rangemode": "tozero"},
        annotations=[theme.note(text("present.flows.shades"))],
        showlegend=False,
    )


def _curve(curve: pd.DataFrame, shade: str, *, named: bool) -> theme.Trace:
    name = period_shown(curve["billing_month"].iloc[0])
    return theme.trace(
        "scatter",
        curve["age_months"],
        curve["share"],
        hover=text("present.flows.still_open", month=name, months="%{x}", share="%{y:.1%}"),
        name=name,
        mode="lines+text" if named else "lines",
        line={"color": theme.ACCENT if named else shade, "width": 3 if named else 1.5},
        text=[""] * (len(curve) - 1) + [name],
        textfont={"color": theme.ACCENT},
        **theme.AT_THE_END,
    )


UP = "#c98a3d"
"""More is owed. Blue and ochre stay apart for every kind of colour vision, and in grey."""


def roll_forward_chart(row: pd.Series[float], *, lines: Sequence[str], currency: str, title: str) -> Figure:
    """A roll-forward from the opening to the closing balance.

    Parameters
    ----------
    row
        ``opening``, the amount of each line, and ``closing``.
    lines
        The lines in order; those without an amount are left out.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    moved = [line for line in lines if row[line]]
    names = ["opening", *moved, "closing"]
    values = [float(row[name]) for name in names]
    colours = {"increasing": UP, "decreasing": theme.CALM, "totals": theme.ACCENT}
    steps = theme.trace(
        "waterfall",
        [shown_value(name, "line").replace("_", " ") for name in names],
        values,
        hover=f"%{{x}}: %{{delta:,.2f}} {currency}",
        measure=["absolute", *["relative"] * len(moved), "total"],
        text=[short_amount(value, "").strip() for value in values],
        connector={"line": {"color": theme.MUTED, "width": 1}},
        **{kind: {"marker": {"color": colour}} for kind, colour in colours.items()},
        **theme.OUTSIDE,
    )
    title_of_amounts = text("present.flows.net_receivables", currency=currency)
    yaxis = {"title": title_of_amounts, "tickformat": "~s", "rangemode": "tozero"}
    return theme.framed([steps], title=title, yaxis=yaxis, showlegend=False)
