"""The aging of a day as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from arkit.present.theme import MUTED, bucket_colours, framed
from arkit.present.wording import short_amount
from arkit.terms import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

MOST_PANELS: Final = 3


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
    names = [str(row["currency"]) for row in rows]
    figure = make_subplots(
        rows=1, cols=max(len(rows), 1), subplot_titles=[f"in {name}" for name in names], horizontal_spacing=0.08
    )
    shown = [*labels, UNAPPLIED]
    colours = bucket_colours(labels)
    earlier = {} if before is None else {row["currency"]: row for row in before.to_dict("records")}
    for place, row in enumerate(rows, start=1):
        values = [row[label] for label in shown]
        texts = [short_amount(value, "").strip() if value else "" for value in values]
        figure.add_bar(
            x=shown,
            y=values,
            text=texts,
            textposition="outside",
            cliponaxis=False,
            name=row["currency"],
            showlegend=False,
            marker_color=[colours[label] for label in shown],
            hovertemplate="%{x}: %{y:,.2f} " + names[place - 1] + "<extra></extra>",
            row=1,
            col=place,
        )
        if row["currency"] in earlier:
            _mark_earlier(figure, [earlier[row["currency"]][label] for label in shown], shown, place)
    figure.update_yaxes(rangemode="tozero", tickformat="~s")
    figure.update_yaxes(title_text="open amount", col=1)
    figure.update_xaxes(title_text="days past due", tickangle=-35)
    marked = f"{title} (dash: a month before)" if earlier else title
    return framed(figure, title=marked, bargap=0.25, showlegend=False)


def _mark_earlier(figure: Figure, values: list[float], shown: list[str], place: int) -> None:
    figure.add_scatter(
        x=shown,
        y=values,
        mode="markers",
        name="a month before",
        showlegend=False,
        marker={"symbol": "line-ew-open", "size": 26, "color": MUTED, "line": {"width": 2}},
        hovertemplate="a month before: %{y:,.2f}<extra></extra>",
        row=1,
        col=place,
    )
