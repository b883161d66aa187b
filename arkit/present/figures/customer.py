"""One customer over time: balance and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, framed

if TYPE_CHECKING:
    import pandas as pd


def customer_timeline(statement: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """Draw a customer's balance as steps, with each payment as a bar downwards.

    Parameters
    ----------
    statement
        The customer's statement in one currency: ``effective_on``, ``amount``, ``balance``.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    daily = statement.groupby("effective_on").agg(amount=("amount", "sum"), balance=("balance", "last")).reset_index()
    paid = statement[statement["amount"] < 0].groupby("effective_on")["amount"].sum().reset_index()
    figure = Figure()
    figure.add_bar(
        x=paid["effective_on"],
        y=paid["amount"],
        width=3 * 24 * 3600 * 1000,
        marker_color=CALM,
        name="payments and credits",
        hovertemplate="%{x|%d %b %Y}: %{y:,.2f} " + currency + "<extra></extra>",
    )
    figure.add_scatter(
        x=daily["effective_on"],
        y=daily["balance"],
        mode="lines",
        line={"color": ACCENT, "width": 2, "shape": "hv"},
        name="balance",
        hovertemplate="%{x|%d %b %Y}: balance %{y:,.2f} " + currency + "<extra></extra>",
    )
    figure.update_yaxes(title_text=f"amount, {currency}", tickformat="~s")
    figure.update_xaxes(tickformat="%b %Y")
    return framed(figure, title=title, height=340, legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.15})
