"""Segments: exposure against lateness, how customers moved between categories, and how large each became.

Concentration: how few customers hold how much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from plotly.graph_objects import Figure

from arkit.present.theme import ACCENT, CALM, CREDIT, INK, MONTHLY, MUTED, Trace, framed, months_axis, note
from arkit.words.formats import short_amount

if TYPE_CHECKING:
    import pandas as pd

CATEGORY_COLOURS: Final = {"reliable": CALM, "new": CREDIT, "problem": "#e89b4c", "risky": "#7f1d1d"}
SYMBOLS: Final = {"reliable": "circle", "new": "diamond", "problem": "square", "risky": "triangle-up"}
LARGEST_MARK: Final = 46
NAMED: Final = 8
ROOM_FOR_NAMES: Final = 0.12
ABOVE: Final = {"side": "top", "showline": False}
DOWNWARDS: Final = {"autorange": "reversed", "showgrid": False}
"""The axes of a matrix, which is read from its upper left corner."""


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
    written = owing.index.isin(owing.nlargest(NAMED, "past_due").index)
    marked = owing.assign(name=names, written=names.str.slice(0, 24).where(written, ""))
    largest = max(float(owing["past_due"].max()) if len(owing) else 0.0, 1.0)
    amounts = {"title": f"open amount, {currency} (logarithmic)", "type": "log", "tickformat": "~s", "dtick": "D2"}
    return framed(
        [_marks(marked[marked["category"] == category], category, largest, currency) for category in CATEGORY_COLOURS],
        title=title,
        height=460,
        xaxis={"title": "days late, weighted by amount", "zeroline": True, "range": _with_room(owing["days_late"])},
        yaxis=amounts,
        legend={"y": 1.12},
    )


def _marks(rows: pd.DataFrame, category: str, largest: float, currency: str) -> Trace:
    """Return the customers of a category, those among the largest with their names."""
    amounts = f"open %{{y:,.2f}} {currency}<br>past due %{{customdata[1]:,.2f}}"
    return {
        "type": "scatter",
        "x": rows["days_late"],
        "y": rows["open_amount"],
        "mode": "markers+text",
        "name": category,
        "text": rows["written"].tolist(),
        "textposition": "top center",
        "textfont": {"size": 11, "color": MUTED},
        "customdata": list(zip(rows["name"], rows["past_due"], strict=True)),
        "marker": {
            "color": CATEGORY_COLOURS[category],
            "symbol": SYMBOLS[category],
            **_sizes(rows["past_due"], largest),
            "line": {"color": INK, "width": 0.5},
        },
        "hovertemplate": f"%{{customdata[0]}}<br>{amounts}<br>%{{x:.1f}} days late<extra></extra>",
    }


def _sizes(amounts: pd.Series[float], largest: float) -> dict[str, Any]:
    scale = {"sizemode": "area", "sizeref": 2 * largest / LARGEST_MARK**2, "sizemin": 5}
    return {"size": amounts.clip(lower=0), **scale}


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
    text = [[f"{n:,}" if n else "" for n in row] for row in counts.to_numpy()]
    hover = "%{z:,} customers: %{y} before, %{x} now<extra></extra>"
    return framed(
        [_matrix(counts, text=text, hovertemplate=hover)],
        title=title,
        height=340,
        xaxis={"title": "category now", **ABOVE},
        yaxis={"title": "category a month before", **DOWNWARDS},
    )


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
    hover = f"class %{{y}}, %{{x}}: %{{customdata:,.0f}} customers owe %{{z:,.2f}} {currency}<extra></extra>"
    return framed(
        [_matrix(amounts, text=text, customdata=counts.to_numpy(), hovertemplate=hover)],
        title=title,
        height=140 + 55 * len(amounts),
        xaxis=ABOVE,
        yaxis={"title": "class by exposure", "type": "category", **DOWNWARDS},
    )


def _matrix(values: pd.DataFrame, *, text: list[list[str]], **more: Any) -> Trace:
    """Return a table of numbers as coloured cells, each with its text."""
    return {
        "type": "heatmap",
        "z": values.to_numpy(),
        "x": values.columns.tolist(),
        "y": values.index.tolist(),
        "text": text,
        "texttemplate": "%{text}",
        "colorscale": [[0.0, "#f7f9fb"], [1.0, ACCENT]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        **more,
    }


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
    return framed(
        [_owed(trend[trend["category"] == category], category, currency) for category in CATEGORY_COLOURS],
        title=title,
        height=340,
        xaxis=months_axis(trend["as_of"].nunique()),
        yaxis={"title": f"open amount, {currency}", "tickformat": "~s"},
        barmode="stack",
        bargap=0.2,
        legend={"y": 1.15, "traceorder": "normal"},
    )


def _owed(rows: pd.DataFrame, category: str, currency: str) -> Trace:
    return {
        "type": "bar",
        **MONTHLY,
        "x": rows["as_of"],
        "y": rows["open_amount"],
        "name": category,
        "marker": {"color": CATEGORY_COLOURS[category]},
        "customdata": rows["customers"],
        "hovertemplate": f"%{{x|%d %b %Y}}: %{{y:,.2f}} {currency}, %{{customdata:,}} {category}<extra></extra>",
    }


NAMED_concentration: Final = 20
SHARE_AXIS: Final = {
    "title": "share reached together",
    "overlaying": "y",
    "side": "right",
    "range": [0, 1.04],
    "tickformat": ".0%",
    "dtick": 0.2,
    "showgrid": False,
}


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
    shown = owing.head(NAMED_concentration)
    names = shown["name"].fillna(shown["customer_id"]).astype(str).str.slice(0, 28)
    ticks = {"tickvals": shown["customer_id"].tolist(), "ticktext": names.tolist(), "tickangle": -45}
    return framed(
        [_balances(shown, names, currency), _share_reached(shown["customer_id"], reached.head(NAMED_concentration))],
        title=title,
        height=440,
        xaxis={"type": "category", **ticks},
        yaxis={"title": f"net balance, {currency}", "tickformat": "~s"},
        yaxis2=SHARE_AXIS,
        annotations=[note(f"{len(shown)} of {len(owing):,} customers shown")],
        showlegend=False,
    )


def _balances(customers: pd.DataFrame, names: pd.Series[str], currency: str) -> Trace:
    return {
        "type": "bar",
        "x": customers["customer_id"],
        "y": customers["net"],
        "marker": {"color": CALM},
        "customdata": names,
        "hovertemplate": f"%{{customdata}}: %{{y:,.2f}} {currency}<extra></extra>",
    }


def _share_reached(customers: pd.Series[str], reached: pd.Series[float]) -> Trace:
    return {
        "type": "scatter",
        "x": customers,
        "y": reached,
        "yaxis": "y2",
        "mode": "lines+markers",
        "line": {"color": ACCENT, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": "up to here: %{y:.1%} of all<extra></extra>",
    }
