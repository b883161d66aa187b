"""How debts move: roll rates as a heat map, billing months as vintage curves, the roll-forward as a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, ALARM, AT_THE_END, CALM, MUTED, OUTSIDE, Trace, framed, note, trace
from arkit.words.catalogue import text
from arkit.words.columns import shown_value
from arkit.words.formats import month_shown, short_amount

SHARES_BAR: Final = {"tickformat": ".0%", "thickness": 12, "outlinewidth": 0}
OLDEST_TO_NEWEST: Final = [[0.0, "#d5dbe3"], [1.0, CALM]]


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
    cells = trace(
        "heatmap",
        [month_shown(month, short=True) for month in pd.to_datetime(table.columns)],
        [shown_value(label) for label in table.index],
        z=table.to_numpy(),
        hover=text("present.flows.rolled", **shown),
        customdata=counts.to_numpy(),
        texttemplate="%{z:.0%}",
        colorscale=[[0.0, "#f7f9fb"], *[[0.15 + 0.85 * place, colour] for place, colour in ALARM]],
        colorbar={"title": {"text": text("present.flows.roll_rate")}, **SHARES_BAR},
        **{"zmin": 0, "zmax": 1, "xgap": 2, "ygap": 2},
    )
    yaxis = {"title": text("present.flows.bucket_before"), "showgrid": False}
    return framed([cells], title=title, height=320, yaxis=yaxis)


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
    complete = [month for month, curve in curves.items() if len(curve) > 1]
    named, pairs = set(complete[-highlight:]), zip(curves.items(), shades, strict=True)
    return framed(
        [_curve(curve, shade, named=month in named) for (month, curve), shade in pairs],
        title=title,
        xaxis={"title": text("present.flows.months_after"), "dtick": 1},
        yaxis={"title": text("present.flows.share_open"), "tickformat": ".0%", "rangemode": "tozero"},
        annotations=[note(text("present.flows.shades"))],
        showlegend=False,
    )


def _curve(curve: pd.DataFrame, shade: str, *, named: bool) -> Trace:
    name = month_shown(curve["billing_month"].iloc[0], short=True)
    return trace(
        "scatter",
        curve["age_months"],
        curve["share"],
        hover=text("present.flows.still_open", month=name, months="%{x}", share="%{y:.1%}"),
        name=name,
        mode="lines+text" if named else "lines",
        line={"color": ACCENT if named else shade, "width": 3 if named else 1.5},
        text=[""] * (len(curve) - 1) + [name],
        textfont={"color": ACCENT},
        **AT_THE_END,
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
    colours = {"increasing": UP, "decreasing": CALM, "totals": ACCENT}
    steps = trace(
        "waterfall",
        [shown_value(name, "line").replace("_", " ") for name in names],
        values,
        hover=f"%{{x}}: %{{delta:,.2f}} {currency}",
        measure=["absolute", *["relative"] * len(moved), "total"],
        text=[short_amount(value, "").strip() for value in values],
        connector={"line": {"color": MUTED, "width": 1}},
        **{kind: {"marker": {"color": colour}} for kind, colour in colours.items()},
        **OUTSIDE,
    )
    title_of_amounts = text("present.flows.net_receivables", currency=currency)
    yaxis = {"title": title_of_amounts, "tickformat": "~s", "rangemode": "tozero"}
    return framed([steps], title=title, yaxis=yaxis, showlegend=False)
