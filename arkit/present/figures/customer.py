"""One customer over time: balance and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, Trace, framed

if TYPE_CHECKING:
    import pandas as pd

THREE_DAYS: Final = 3 * 24 * 3600 * 1000
"""The width of a payment, in milliseconds."""


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
    return framed(
        [_payments(statement, currency), _balance(statement, currency)],
        title=title,
        height=340,
        xaxis={"tickformat": "%b %Y"},
        yaxis={"title": f"amount, {currency}", "tickformat": "~s"},
        legend={"y": 1.15},
    )


def _payments(statement: pd.DataFrame, currency: str) -> Trace:
    paid = statement[statement["amount"] < 0].groupby("effective_on")["amount"].sum()
    return {
        "type": "bar",
        "x": paid.index,
        "y": paid,
        "width": THREE_DAYS,
        "marker": {"color": CALM},
        "name": "payments and credits",
        "hovertemplate": f"%{{x|%d %b %Y}}: %{{y:,.2f}} {currency}<extra></extra>",
    }


def _balance(statement: pd.DataFrame, currency: str) -> Trace:
    daily = statement.groupby("effective_on")["balance"].last()
    return {
        "type": "scatter",
        "x": daily.index,
        "y": daily,
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2, "shape": "hv"},
        "name": "balance",
        "hovertemplate": f"%{{x|%d %b %Y}}: balance %{{y:,.2f}} {currency}<extra></extra>",
    }
