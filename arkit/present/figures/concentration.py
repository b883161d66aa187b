"""Concentration: how few customers hold how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, Trace, framed, note

if TYPE_CHECKING:
    import pandas as pd

NAMED: Final = 20
SHARE_AXIS: Final = {
    "title": "share reached together",
    "overlaying": "y",
    "side": "right",
    "range": [0, 1.04],
    "tickformat": ".0%",
    "dtick": 0.2,
    "showgrid": False,
}


def pareto_chart(customers: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """Draw the largest customer balances as bars, with the share of all that they reach together.

    Parameters
    ----------
    customers
        One row for each customer: ``name`` or ``customer_id``, and ``net``; negative balances are left out.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    owing = customers[customers["net"] > 0].sort_values("net", ascending=False)
    reached = owing["net"].cumsum() / owing["net"].sum()
    shown = owing.head(NAMED)
    names = shown["name"].fillna(shown["customer_id"]).astype(str).str.slice(0, 28)
    ticks = {"tickvals": shown["customer_id"].tolist(), "ticktext": names.tolist(), "tickangle": -45}
    return framed(
        [_balances(shown, names, currency), _share_reached(shown["customer_id"], reached.head(NAMED))],
        title=title,
        height=440,
        xaxis={"type": "category", **ticks},
        yaxis={"title": f"net balance, {currency}", "tickformat": "~s"},
        yaxis2=SHARE_AXIS,
        annotations=[note(f"{len(shown)} of {len(owing):,} customers shown")],
        showlegend=False,
    )


def _balances(customers: pd.DataFrame, names: pd.Series[str], currency: str) -> Trace:
    return {
        "type": "bar",
        "x": customers["customer_id"],
        "y": customers["net"],
        "marker": {"color": CALM},
        "customdata": names,
        "hovertemplate": f"%{{customdata}}: %{{y:,.2f}} {currency}<extra></extra>",
    }


def _share_reached(customers: pd.Series[str], reached: pd.Series[float]) -> Trace:
    return {
        "type": "scatter",
        "x": customers,
        "y": reached,
        "yaxis": "y2",
        "mode": "lines+markers",
        "line": {"color": ACCENT, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": "up to here: %{y:.1%} of all<extra></extra>",
    }
