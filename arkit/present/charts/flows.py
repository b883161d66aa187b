"""How debts move: roll rates as a heat map, billing months as vintage curves, the roll-forward as a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
from plotly.colors import sample_colorscale
from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, ALARM, CALM, MUTED, Trace, framed, note
from arkit.words.catalogue import text
from arkit.words.columns import shown_value
from arkit.words.formats import month_shown, short_amount

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
    cells = {
        "type": "heatmap",
        "z": table.to_numpy(),
        "x": [month_shown(month, short=True) for month in pd.to_datetime(table.columns)],
        "y": [shown_value(label) for label in table.index],
        "customdata": counts.to_numpy(),
        "colorscale": [[0.0, "#f7f9fb"], *[[0.15 + 0.85 * place, colour] for place, colour in ALARM]],
        "zmin": 0,
        "zmax": 1,
        "texttemplate": "%{z:.0%}",
        "hovertemplate": text(
            "present.flows.rolled", bucket="%{y}", month="%{x}", share="%{z:.1%}", items="%{customdata:,}"
        )
        + "<extra></extra>",
        "colorbar": {
            "title": {"text": text("present.flows.roll_rate")},
            "tickformat": ".0%",
            "thickness": 12,
            "outlinewidth": 0,
        },
        "xgap": 2,
        "ygap": 2,
    }
    return framed(
        [cells], title=title, height=320, yaxis={"title": text("present.flows.bucket_before"), "showgrid": False}
    )


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
    named = set(complete[-highlight:])
    return framed(
        [
            _curve(curve, shade, named=month in named)
            for (month, curve), shade in zip(curves.items(), shades, strict=True)
        ],
        title=title,
        xaxis={"title": text("present.flows.months_after"), "dtick": 1},
        yaxis={"title": text("present.flows.share_open"), "tickformat": ".0%", "rangemode": "tozero"},
        annotations=[note(text("present.flows.shades"))],
        showlegend=False,
    )


def _curve(curve: pd.DataFrame, shade: str, *, named: bool) -> Trace:
    name = month_shown(curve["billing_month"].iloc[0], short=True)
    return {
        "type": "scatter",
        "x": curve["age_months"],
        "y": curve["share"],
        "mode": "lines+text" if named else "lines",
        "text": [""] * (len(curve) - 1) + [name],
        "textposition": "middle right",
        "textfont": {"color": ACCENT},
        "cliponaxis": False,
        "line": {"color": ACCENT if named else shade, "width": 3 if named else 1.5},
        "hovertemplate": text("present.flows.still_open", month=name, months="%{x}", share="%{y:.1%}")
        + "<extra></extra>",
        "name": name,
    }


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
    steps = {
        "type": "waterfall",
        "x": [shown_value(name, "line").replace("_", " ") for name in names],
        "y": values,
        "measure": ["absolute", *["relative"] * len(moved), "total"],
        "text": [short_amount(value, "").strip() for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "increasing": {"marker": {"color": UP}},
        "decreasing": {"marker": {"color": CALM}},
        "totals": {"marker": {"color": ACCENT}},
        "connector": {"line": {"color": MUTED, "width": 1}},
        "hovertemplate": f"%{{x}}: %{{delta:,.2f}} {currency}<extra></extra>",
    }
    yaxis = {
        "title": text("present.flows.net_receivables", currency=currency),
        "tickformat": "~s",
        "rangemode": "tozero",
    }
    return framed([steps], title=title, yaxis=yaxis, showlegend=False)
