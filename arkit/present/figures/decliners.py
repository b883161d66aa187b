"""The payments of declining customers, month by month, each against its own past."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from arkit.present.theme import ACCENT, CALM, CREDIT, MUTED, framed, in_months

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = 3
PANEL_HEIGHT: Final = 190
NAME_LENGTH: Final = 28


def decliners_chart(payers: pd.DataFrame, monthly: pd.DataFrame, *, title: str) -> Figure:
    """Draw the monthly payments of each declining customer in a panel, with the level before and the recent one.

    Parameters
    ----------
    payers
        One row for each customer: ``customer_id``, ``name``, ``currency``, ``paid_before``, ``paid_recent`` (a month),
        ``recent_months``.
    monthly
        ``as_of`` (the end of the month), ``customer_id``, ``currency``, ``receipts``.
    title
        What the figure shows.
    """
    records = payers.to_dict("records")
    rows = max(ceil(len(records) / COLUMNS), 1)
    names = [f"{_short(record)}, {record['currency']}" for record in records]
    figure = make_subplots(
        rows=rows, cols=COLUMNS, subplot_titles=names, vertical_spacing=0.34 / rows, horizontal_spacing=0.08
    )
    ends = sorted(monthly["as_of"].unique())
    for number, record in enumerate(records):
        own = monthly[(monthly["customer_id"] == record["customer_id"]) & (monthly["currency"] == record["currency"])]
        received = own.set_index("as_of")["receipts"].reindex(ends, fill_value=0.0)
        _panel(figure, received, record, place={"row": number // COLUMNS + 1, "col": number % COLUMNS + 1})
    for empty in range(len(records), rows * COLUMNS):
        axes = {"visible": False, "row": empty // COLUMNS + 1, "col": empty % COLUMNS + 1}
        figure.update_xaxes(**axes).update_yaxes(**axes)
    figure.update_annotations(font={"size": 12, "color": MUTED})
    in_months(figure, months=len(ends)).update_xaxes(tickformat="%b %y", dtick="M12")
    return framed(figure, title=title, height=90 + rows * PANEL_HEIGHT, showlegend=False, bargap=0.15)


def _short(record: Mapping[Hashable, Any]) -> str:
    name = str(record["name"] or record["customer_id"])
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def _panel(
    figure: Figure, received: pd.Series[float], record: Mapping[Hashable, Any], *, place: dict[str, int]
) -> None:
    """Draw one customer: grey months of the past, coloured recent ones, and both levels as lines."""
    recent = int(record["recent_months"])
    split = len(received) - recent
    figure.add_bar(
        x=received.index,
        y=received.to_numpy(),
        marker_color=[CREDIT] * split + [CALM] * recent,
        hovertemplate=f"%{{x|%b %Y}}: %{{y:,.2f}} {record['currency']}<extra></extra>",
        **place,
    )
    for level, months in (
        (record["paid_before"], received.index[:split]),
        (record["paid_recent"], received.index[split:]),
    ):
        figure.add_scatter(
            x=[months[0], months[-1]],
            y=[level, level],
            mode="lines",
            xperiod="M1",
            xperiodalignment="middle",
            line={"color": ACCENT, "width": 2},
            hovertemplate=f"%{{y:,.2f}} {record['currency']} a month<extra></extra>",
            **place,
        )
    figure.update_yaxes(tickformat="~s", nticks=4, rangemode="tozero", **place)
