"""Segments of customers: exposure against days late, categories and moves between them, ABC classes, concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from plotly.graph_objects import Figure

from arkit.policy import categories_of
from arkit.present.theme import (
    ACCENT,
    CALM,
    INK,
    MONTHLY,
    MUTED,
    Trace,
    category_looks,
    framed,
    months_axis,
    note,
    x_shown,
)
from arkit.words.catalogue import text
from arkit.words.columns import shown_value
from arkit.words.formats import number_shown, short_amount

if TYPE_CHECKING:
    import pandas as pd

LARGEST_MARK: Final = 46
NAMED: Final = 8
ROOM_FOR_NAMES: Final = 0.12
ABOVE: Final = {"side": "top", "showline": False}
DOWNWARDS: Final = {"autorange": "reversed", "showgrid": False}
"""The axes of a matrix, which is read from its upper left corner."""


def segment_map(customers: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """Customers by days late and open amount; the size of a mark is what is past due.

    Parameters
    ----------
    customers
        One row for each customer: ``name``, ``category``, ``days_late``, ``open_amount``, ``past_due``.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    owing = customers[(customers["open_amount"] > 0) & customers["days_late"].notna()]
    names = owing["name"].fillna(owing["customer_id"]).astype(str)
    written = owing.index.isin(owing.nlargest(NAMED, "past_due").index)
    marked = owing.assign(name=names, written=names.str.slice(0, 24).where(written, ""))
    looks = category_looks(categories_of(customers))
    largest = max(float(owing["past_due"].max()) if len(owing) else 0.0, 1.0)
    amounts = {
        "title": text("present.segments.open_amount_log", currency=currency),
        "type": "log",
        "tickformat": "~s",
        "dtick": "D2",
    }
    marks = [_marks(marked[marked["category"] == name], name, largest, currency, look) for name, look in looks.items()]
    return framed(
        marks,
        title=title,
        height=460,
        xaxis={"title": text("present.segments.days_late"), "zeroline": True, "range": _with_room(owing["days_late"])},
        yaxis=amounts,
        legend={"y": 1.12},
    )


def _marks(rows: pd.DataFrame, category: str, largest: float, currency: str, look: dict[str, str]) -> Trace:
    """The customers of a category, those among the largest with their names."""
    hover = text(
        "present.segments.customer",
        name="%{customdata[0]}",
        amount="%{y:,.2f}",
        currency=currency,
        past_due="%{customdata[1]:,.2f}",
        days="%{x:.1f}",
    )
    return {
        "type": "scatter",
        "x": rows["days_late"],
        "y": rows["open_amount"],
        "mode": "markers+text",
        "name": shown_value(category, "category"),
        "text": rows["written"].tolist(),
        "textposition": "top center",
        "textfont": {"size": 11, "color": MUTED},
        "customdata": list(zip(rows["name"], rows["past_due"], strict=True)),
        "marker": {
            **look,
            **_sizes(rows["past_due"], largest),
            "line": {"color": INK, "width": 0.5},
        },
        "hovertemplate": f"{hover}<extra></extra>",
    }


def _sizes(amounts: pd.Series[float], largest: float) -> dict[str, Any]:
    scale = {"sizemode": "area", "sizeref": 2 * largest / LARGEST_MARK**2, "sizemin": 5}
    return {"size": amounts.clip(lower=0), **scale}


def _with_room(values: pd.Series[float]) -> list[float] | None:
    """The range of an axis with room for the names of marks at its ends."""
    if values.empty:
        return None
    room = max(float(values.max() - values.min()), 10.0) * ROOM_FOR_NAMES
    return [float(values.min()) - room, float(values.max()) + room]


def migration_chart(moves: pd.DataFrame, *, title: str) -> Figure:
    """Moves from category to category: the number of customers, those that stayed on the diagonal.

    Parameters
    ----------
    moves
        One row for each customer: ``category_before``, ``category``.
    title
        What the chart shows.
    """
    both = moves.dropna(subset=["category_before", "category"])
    counts = both.groupby(["category_before", "category"]).size().unstack(fill_value=0)
    categories = list(categories_of(moves))
    counts = counts.reindex(index=categories, columns=categories, fill_value=0)
    written = [[number_shown(n) if n else "" for n in row] for row in counts.to_numpy().tolist()]
    hover = text("present.segments.moved", customers="%{z:,}", before="%{y}", now="%{x}") + "<extra></extra>"
    return framed(
        [_matrix(counts, written=written, hovertemplate=hover)],
        title=title,
        height=340,
        xaxis={"title": text("present.segments.category_now"), **ABOVE},
        yaxis={"title": text("present.segments.category_before"), **DOWNWARDS},
    )


def class_matrix(matrix: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """ABC classes against categories: what is owed, and by how many customers.

    Parameters
    ----------
    matrix
        Rows of one currency: ``abc_class``, ``category``, ``customers``, ``open_amount``.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    amounts, counts = (
        matrix.pivot(index="abc_class", columns="category", values=name)
        .reindex(index=list(dict.fromkeys(matrix["abc_class"])), columns=list(categories_of(matrix)))
        .fillna(0)
        for name in ("open_amount", "customers")
    )
    written = [
        [
            f"{short_amount(amount, currency)}<br>{number_shown(int(count))}" if count else ""
            for amount, count in zip(*row, strict=True)
        ]
        for row in zip(amounts.to_numpy(), counts.to_numpy(), strict=True)
    ]
    hover = text(
        "present.segments.owed_by_class",
        abc_class="%{y}",
        category="%{x}",
        customers="%{customdata:,.0f}",
        amount="%{z:,.2f}",
        currency=currency,
    )
    return framed(
        [_matrix(amounts, written=written, customdata=counts.to_numpy(), hovertemplate=f"{hover}<extra></extra>")],
        title=title,
        height=140 + 55 * len(amounts),
        xaxis=ABOVE,
        yaxis={"title": text("present.segments.class_by_exposure"), "type": "category", **DOWNWARDS},
    )


def _matrix(values: pd.DataFrame, *, written: list[list[str]], **more: Any) -> Trace:
    """A table of numbers as coloured cells, each with its text."""
    return {
        "type": "heatmap",
        "z": values.to_numpy(),
        "x": [shown_value(name, "category") for name in values.columns],
        "y": [shown_value(name, "category") for name in values.index],
        "text": written,
        "texttemplate": "%{text}",
        "colorscale": [[0.0, "#f7f9fb"], [1.0, ACCENT]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        **more,
    }


def categories_over_time(trend: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """What the customers of each category owed at each month-end, on top of each other.

    Parameters
    ----------
    trend
        One row for each month-end and category: ``as_of``, ``category``, ``customers``, ``open_amount``.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    looks = category_looks(categories_of(trend))
    return framed(
        [_owed(trend[trend["category"] == category], category, currency, look) for category, look in looks.items()],
        title=title,
        height=340,
        xaxis=months_axis(trend["as_of"].nunique()),
        yaxis={"title": text("present.aging.open_amount_in", currency=currency), "tickformat": "~s"},
        barmode="stack",
        bargap=0.2,
        legend={"y": 1.15, "traceorder": "normal"},
    )


def _owed(rows: pd.DataFrame, category: str, currency: str, look: dict[str, str]) -> Trace:
    name = shown_value(category, "category")
    return {
        "type": "bar",
        **MONTHLY,
        "x": rows["as_of"],
        "y": rows["open_amount"],
        "name": name,
        "marker": {"color": look["color"]},
        "customdata": rows["customers"],
        "hovertemplate": f"{x_shown()}: %{{y:,.2f}} {currency}, %{{customdata:,}} {name}<extra></extra>",
    }


MOST_BARS: Final = 20
SHARE_AXIS: Final = {
    "overlaying": "y",
    "side": "right",
    "range": [0, 1.04],
    "tickformat": ".0%",
    "dtick": 0.2,
    "showgrid": False,
}


def pareto_chart(customers: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """The largest customer balances as bars, with the share of all that they reach together.

    Parameters
    ----------
    customers
        One row for each customer: ``name`` or ``customer_id``, and ``net``; negative balances are left out.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    owing = customers[customers["net"] > 0].sort_values("net", ascending=False)
    reached = owing["net"].cumsum() / owing["net"].sum()
    shown = owing.head(MOST_BARS)
    names = shown["name"].fillna(shown["customer_id"]).astype(str).str.slice(0, 28)
    ticks = {"tickvals": shown["customer_id"].tolist(), "ticktext": names.tolist(), "tickangle": -45}
    return framed(
        [_balances(shown, names, currency), _share_reached(shown["customer_id"], reached.head(MOST_BARS))],
        title=title,
        height=440,
        xaxis={"type": "category", **ticks},
        yaxis={"title": text("present.segments.net_balance", currency=currency), "tickformat": "~s"},
        yaxis2={"title": text("present.segments.share_reached"), **SHARE_AXIS},
        annotations=[note(text("present.segments.some_shown", shown=len(shown), count=len(owing)))],
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
        "hovertemplate": text("present.segments.reached_here", share="%{y:.1%}") + "<extra></extra>",
    }
