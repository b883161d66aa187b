"""Segments: exposure against lateness, and how customers moved between categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, CREDIT, INK, MUTED, framed

if TYPE_CHECKING:
    import pandas as pd

CATEGORY_COLOURS: Final = {"reliable": CALM, "new": CREDIT, "problem": "#e89b4c", "risky": "#7f1d1d"}
SYMBOLS: Final = {"reliable": "circle", "new": "diamond", "problem": "square", "risky": "triangle-up"}
LARGEST_MARK: Final = 46
NAMED: Final = 8


def segment_map(customers: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """Draw customers by days late and open amount; the size of a mark is what is past due.

    Parameters
    ----------
    customers
        One row for each customer: ``name``, ``category``, ``days_late``, ``open_amount``, ``past_due``.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    owing = customers[(customers["open_amount"] > 0) & customers["days_late"].notna()]
    names = owing["name"].fillna(owing["customer_id"]).astype(str)
    largest = max(float(owing["past_due"].max()) if len(owing) else 0.0, 1.0)
    named = set(owing.nlargest(NAMED, "past_due").index)
    figure = Figure()
    for category, colour in CATEGORY_COLOURS.items():
        rows = owing[owing["category"] == category]
        figure.add_scatter(
            x=rows["days_late"],
            y=rows["open_amount"],
            mode="markers+text",
            name=category,
            text=[names[index][:24] if index in named else "" for index in rows.index],
            textposition="top center",
            textfont={"size": 11, "color": MUTED},
            customdata=list(zip(names[rows.index], rows["past_due"], strict=True)),
            marker={
                "color": colour,
                "symbol": SYMBOLS[category],
                "size": rows["past_due"].clip(lower=0),
                "sizemode": "area",
                "sizeref": 2 * largest / LARGEST_MARK**2,
                "sizemin": 5,
                "line": {"color": INK, "width": 0.5},
            },
            hovertemplate="%{customdata[0]}<br>open %{y:,.2f} "
            + currency
            + "<br>past due %{customdata[1]:,.2f}<br>%{x:.1f} days late<extra></extra>",
        )
    figure.update_xaxes(
        title_text="days late, weighted by amount (unpaid ones count as at least this late)", zeroline=True
    )
    figure.update_yaxes(title_text=f"open amount, {currency} (logarithmic)", type="log", tickformat="~s")
    return framed(figure, title=title, height=460, legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.12})


def migration_chart(moves: pd.DataFrame, *, categories: Sequence[str], title: str) -> Figure:
    """Draw from which category to which customers moved: the number of customers, those that stayed on the diagonal.

    Parameters
    ----------
    moves
        One row for each customer: ``category_before``, ``category``.
    categories
        The categories in order.
    title
        What the figure shows.
    """
    both = moves.dropna(subset=["category_before", "category"])
    counts = both.groupby(["category_before", "category"]).size().unstack(fill_value=0)
    counts = counts.reindex(index=list(categories), columns=list(categories), fill_value=0)
    figure = Figure()
    figure.add_heatmap(
        z=counts.to_numpy(),
        x=counts.columns.tolist(),
        y=counts.index.tolist(),
        texttemplate="%{z:,}",
        colorscale=[[0.0, "#f7f9fb"], [1.0, ACCENT]],
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="%{z:,} customers: %{y} before, %{x} now<extra></extra>",
    )
    figure.update_xaxes(title_text="category now", side="top", showline=False)
    figure.update_yaxes(title_text="category a month before", autorange="reversed", showgrid=False)
    return framed(figure, title=title, height=340)
