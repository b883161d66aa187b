"""Segments: exposure against lateness, how customers moved between categories, and how large each became."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, CREDIT, INK, MUTED, framed, in_months
from arkit.present.wording import short_amount

if TYPE_CHECKING:
    import pandas as pd

CATEGORY_COLOURS: Final = {"reliable": CALM, "new": CREDIT, "problem": "#e89b4c", "risky": "#7f1d1d"}
SYMBOLS: Final = {"reliable": "circle", "new": "diamond", "problem": "square", "risky": "triangle-up"}
LARGEST_MARK: Final = 46
NAMED: Final = 8
ROOM_FOR_NAMES: Final = 0.12


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
        title_text="days late, weighted by amount",
        zeroline=True,
        range=_with_room(owing["days_late"]),
    )
    figure.update_yaxes(title_text=f"open amount, {currency} (logarithmic)", type="log", tickformat="~s", dtick="D2")
    return framed(figure, title=title, height=460, legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.12})


def _with_room(values: pd.Series[float]) -> list[float] | None:
    """Return the range of an axis with room for the names of marks at its ends."""
    if values.empty:
        return None
    room = max(float(values.max() - values.min()), 10.0) * ROOM_FOR_NAMES
    return [float(values.min()) - room, float(values.max()) + room]


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
    figure = _matrix(counts, text=[[f"{n:,}" if n else "" for n in row] for row in counts.to_numpy()])
    figure.update_traces(hovertemplate="%{z:,} customers: %{y} before, %{x} now<extra></extra>")
    figure.update_xaxes(title_text="category now", side="top", showline=False)
    figure.update_yaxes(title_text="category a month before", autorange="reversed", showgrid=False)
    return framed(figure, title=title, height=340)


def class_matrix(matrix: pd.DataFrame, *, categories: Sequence[str], currency: str, title: str) -> Figure:
    """Draw the ABC classes against the categories: what is owed, and by how many customers.

    Parameters
    ----------
    matrix
        Rows of one currency: ``abc_class``, ``category``, ``customers``, ``open_amount``.
    categories
        The categories in order.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    amounts, counts = (
        matrix.pivot(index="abc_class", columns="category", values=name)
        .reindex(index=list(dict.fromkeys(matrix["abc_class"])), columns=list(categories))
        .fillna(0)
        for name in ("open_amount", "customers")
    )
    text = [
        [
            f"{short_amount(amount, currency)}<br>{count:,.0f}" if count else ""
            for amount, count in zip(*row, strict=True)
        ]
        for row in zip(amounts.to_numpy(), counts.to_numpy(), strict=True)
    ]
    figure = _matrix(amounts, text=text)
    figure.update_traces(
        customdata=counts.to_numpy(),
        hovertemplate="class %{y}, %{x}: %{customdata:,.0f} customers owe %{z:,.2f} " + currency + "<extra></extra>",
    )
    figure.update_xaxes(side="top", showline=False)
    figure.update_yaxes(title_text="class by exposure", autorange="reversed", showgrid=False, type="category")
    return framed(figure, title=title, height=140 + 55 * len(amounts))


def _matrix(values: pd.DataFrame, *, text: list[list[str]]) -> Figure:
    """Return a table of numbers as coloured cells, each with its text."""
    figure = Figure()
    figure.add_heatmap(
        z=values.to_numpy(),
        x=values.columns.tolist(),
        y=values.index.tolist(),
        text=text,
        texttemplate="%{text}",
        colorscale=[[0.0, "#f7f9fb"], [1.0, ACCENT]],
        showscale=False,
        xgap=3,
        ygap=3,
    )
    return figure


def categories_over_time(trend: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """Draw what the customers of each category owed at each month-end, on top of each other.

    Parameters
    ----------
    trend
        One row for each month-end and category: ``as_of``, ``category``, ``customers``, ``open_amount``.
    currency
        The currency of the amounts.
    title
        What the figure shows.
    """
    figure = Figure()
    for category, colour in CATEGORY_COLOURS.items():
        rows = trend[trend["category"] == category]
        figure.add_bar(
            x=rows["as_of"],
            y=rows["open_amount"],
            name=category,
            marker_color=colour,
            customdata=rows["customers"],
            hovertemplate="%{x|%d %b %Y}: %{y:,.2f} " + currency + f", %{{customdata:,}} {category}<extra></extra>",
        )
    figure.update_yaxes(title_text=f"open amount, {currency}", tickformat="~s")
    in_months(figure, months=trend["as_of"].nunique())
    legend = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.15, "traceorder": "normal"}
    return framed(figure, title=title, height=340, barmode="stack", bargap=0.2, legend=legend)
