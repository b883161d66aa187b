"""The roll-forward as a waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, MUTED, framed
from arkit.present.wording import short_amount

if TYPE_CHECKING:
    import pandas as pd

UP = "#c98a3d"
"""More is owed. Blue and ochre stay apart for every kind of colour vision, and in grey."""


def roll_forward_chart(row: pd.Series[float], *, lines: Sequence[str], currency: str, title: str) -> Figure:
    """Draw a roll-forward from the opening to the closing balance.

    Parameters
    ----------
    row
        ``opening``, the amount of each line, and ``closing``.
    lines
        The lines in order; those without an amount are left out.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    moved = [line for line in lines if row[line]]
    names = ["opening", *moved, "closing"]
    values = [float(row[name]) for name in names]
    steps = {
        "type": "waterfall",
        "x": [name.replace("_", " ") for name in names],
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
    yaxis = {"title": f"net receivables, {currency}", "tickformat": "~s", "rangemode": "tozero"}
    return framed([steps], title=title, yaxis=yaxis, showlegend=False)
