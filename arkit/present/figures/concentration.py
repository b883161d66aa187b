"""Concentration: how few customers hold how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, MUTED, framed

if TYPE_CHECKING:
    import pandas as pd

NAMED: Final = 20


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
    figure = Figure()
    figure.add_bar(
        x=shown["customer_id"],
        y=shown["net"],
        marker_color=CALM,
        customdata=names,
        hovertemplate="%{customdata}: %{y:,.2f} " + currency + "<extra></extra>",
    )
    _add_share_reached(figure, shown["customer_id"], reached.head(NAMED))
    figure.update_yaxes(title_text=f"net balance, {currency}", tickformat="~s", selector={"side": None})
    figure.update_xaxes(type="category", ticktext=names.tolist(), tickvals=shown["customer_id"].tolist(), tickangle=-45)
    note = f"{min(len(owing), NAMED)} of {len(owing):,} customers shown"
    place = {"xref": "paper", "yref": "paper", "x": 1, "y": 1.08, "xanchor": "right"}
    figure.add_annotation(text=note, **place, showarrow=False, font={"color": MUTED, "size": 12})
    return framed(figure, title=title, height=440, showlegend=False)


def _add_share_reached(figure: Figure, customers: pd.Series[str], reached: pd.Series[float]) -> None:
    figure.add_scatter(
        x=customers,
        y=reached,
        yaxis="y2",
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"size": 5},
        hovertemplate="up to here: %{y:.1%} of all<extra></extra>",
    )
    title = {"text": "share reached together", "font": {"color": MUTED, "size": 12}}
    ticks = {"tickformat": ".0%", "tickmode": "linear", "dtick": 0.2, "showgrid": False}
    figure.update_layout(
        yaxis2={"overlaying": "y", "side": "right", "range": [0, 1.04], **ticks, "title": title, "automargin": True}
    )
