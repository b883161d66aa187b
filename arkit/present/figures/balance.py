"""The balance of one item, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, MUTED, framed

if TYPE_CHECKING:
    import pandas as pd


def balance_steps(entries: pd.DataFrame, *, days: Mapping[str, date], currency: str, title: str) -> Figure:
    """Draw what is open on an item as steps, one for each entry; what it comes to is for the reader to find.

    Parameters
    ----------
    entries
        The entries of the item: ``effective_on``, ``amount``.
    days
        Days to mark, by what they are called; the last of them ends the figure.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    daily = entries.groupby("effective_on")["amount"].sum().cumsum()
    end = max(days.values())
    steps = {
        "type": "scatter",
        "x": [*daily.index, end],
        "y": [*daily.tolist(), daily.iloc[-1]],
        "mode": "lines",
        "line": {"color": ACCENT, "width": 2.5, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return framed(
        [steps],
        title=title,
        height=300,
        xaxis={"tickformat": "1 %b", "dtick": "M1", "tick0": f"{end:%Y-01-01}"},
        yaxis={"title": f"open, {currency}", "rangemode": "tozero"},
        shapes=[_line(day) for day in days.values()],
        annotations=[{"x": str(day), "y": 1.08, "yref": "paper", "text": name} for name, day in days.items()],
    )


def _line(day: date) -> dict[str, Any]:
    """Return a dotted line that marks a day."""
    place = {"x0": str(day), "x1": str(day), "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "line", **place, "line": {"color": MUTED, "width": 1, "dash": "dot"}}
