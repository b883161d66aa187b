"""The aging of a day as bars."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from plotly.graph_objects import Figure

from arkit.present.figures.panels import Panel, in_panels
from arkit.present.theme import INK, MUTED, Trace, bucket_colours
from arkit.present.wording import short_amount
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

MOST_PANELS: Final = 3
PANEL_HEIGHT: Final = 290
_Row: TypeAlias = Mapping[Hashable, Any]


def aging_chart(
    aging: pd.DataFrame, *, labels: Sequence[str], title: str, before: pd.DataFrame | None = None
) -> Figure:
    """Draw an aging by currency: a bar for each bucket and for what is unapplied, one panel for each currency.

    Parameters
    ----------
    aging
        One row for each currency with a column for each bucket and ``unapplied``, the panels in its order.
    labels
        The buckets, from the youngest to the oldest.
    title
        What the figure shows, of which day.
    before
        The aging of an earlier day, drawn as a mark on each bar.
    """
    rows = aging.head(MOST_PANELS).to_dict("records")
    earlier = {} if before is None else {row["currency"]: row for row in before.to_dict("records")}
    return in_panels(
        [_panel(row, earlier.get(row["currency"]), labels, first=row is rows[0]) for row in rows],
        title=f"{title} (dash: a month before)" if earlier else title,
        columns=max(len(rows), 1),
        row_height=PANEL_HEIGHT,
        gaps=(0.08, 0),
        font={"size": 16, "color": INK},
        bargap=0.25,
        showlegend=False,
    )


def _panel(row: _Row, earlier: _Row | None, labels: Sequence[str], *, first: bool) -> Panel:
    marks = [_marks(earlier, labels)] if earlier else []
    xaxis = {"title": "days past due", "tickangle": -35}
    yaxis = {"title": "open amount" if first else "", "rangemode": "tozero", "tickformat": "~s"}
    return Panel(f"in {row['currency']}", [_bars(row, labels), *marks], xaxis, yaxis)


def _bars(row: _Row, labels: Sequence[str]) -> Trace:
    shown, colours = [*labels, UNAPPLIED], bucket_colours(labels)
    return {
        "type": "bar",
        "x": shown,
        "y": [row[label] for label in shown],
        "text": [short_amount(row[label], "").strip() if row[label] else "" for label in shown],
        "textposition": "outside",
        "cliponaxis": False,
        "name": row["currency"],
        "marker": {"color": [colours[label] for label in shown]},
        "hovertemplate": f"%{{x}}: %{{y:,.2f}} {row['currency']}<extra></extra>",
    }


def _marks(row: _Row, labels: Sequence[str]) -> Trace:
    """Return what was open a month before, as a dash on each bar."""
    shown = [*labels, UNAPPLIED]
    return {
        "type": "scatter",
        "x": shown,
        "y": [row[label] for label in shown],
        "mode": "markers",
        "name": "a month before",
        "marker": {"symbol": "line-ew-open", "size": 26, "color": MUTED, "line": {"width": 2}},
        "hovertemplate": "a month before: %{y:,.2f}<extra></extra>",
    }
