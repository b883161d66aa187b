"""Charts of customers: categories, classes, concentration, payment behaviour, one customer over time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeAlias

import pandas as pd
from plotly.graph_objects import Figure

from arkit.policy import categories_of
from arkit.present.theme import (
    ACCENT,
    CALM,
    CREDIT,
    INK,
    LINE,
    MUTED,
    Panel,
    Trace,
    category_looks,
    framed,
    in_panels,
    monthly,
    months_axis,
    note,
    trace,
    x_shown,
)
from arkit.words.catalogue import text
from arkit.words.columns import number_shown, short_amount, shown_value

THREE_DAYS: Final = 3 * 24 * 3600 * 1000
"""The width of a payment, in milliseconds."""


def customer_timeline(statement: pd.DataFrame, *, currency: str, title: str) -> Figure:
    """A customer's balance as steps, with each payment as a bar downwards.

    Parameters
    ----------
    statement
        The customer's statement in one currency: ``effective_on``, ``amount``, ``balance``.
    currency
        The currency of the amounts.
    title
        What the chart shows.
    """
    return framed(
        [_payments(statement, currency), _balance(statement, currency)],
        title=title,
        height=340,
        xaxis={"tickformat": text("formats.axis.month")},
        yaxis={"title": text("present.customer.amount_in", currency=currency), "tickformat": "~s"},
        legend={"y": 1.15},
    )


def _payments(statement: pd.DataFrame, currency: str) -> Trace:
    paid = statement[statement["amount"] < 0].groupby("effective_on")["amount"].sum()
    hover, name = f"{x_shown()}: %{{y:,.2f}} {currency}", text("present.customer.payments")
    return trace("bar", paid.index, paid, hover=hover, name=name, width=THREE_DAYS, marker={"color": CALM})


def _balance(statement: pd.DataFrame, currency: str) -> Trace:
    daily = statement.groupby("effective_on")["balance"].last()
    # As steps: a balance stays until the next entry, and a slope would show amounts that were never owed.
    name, line = text("present.customer.balance"), {"color": ACCENT, "width": 2, "shape": "hv"}
    hover = f"{x_shown()}: {name} %{{y:,.2f}} {currency}"
    return trace("scatter", daily.index, daily, hover=hover, name=name, mode="lines", line=line)


COLUMNS: Final = 3
PANEL_HEIGHT: Final = 190
NAME_LENGTH: Final = 28
AMOUNTS: Final = {"tickformat": "~s", "nticks": 4, "rangemode": "tozero"}
_Payer: TypeAlias = Mapping[Hashable, Any]


def decliners_chart(payers: pd.DataFrame, monthly: pd.DataFrame, *, title: str) -> Figure:
    """The monthly payments of each deteriorating customer in a panel, with the level before and the recent one.

    Parameters
    ----------
    payers
        One row for each customer: ``customer_id``, ``name``, ``currency``, ``paid_before``, ``paid_recent`` (a month),
        ``recent_months``.
    monthly
        ``as_of`` (the end of the month), ``customer_id``, ``currency``, ``receipts``.
    title
        What the chart shows.
    """
    ends = sorted(monthly["as_of"].unique())
    panels = []
    for record in payers.to_dict("records"):
        own = monthly[(monthly["customer_id"] == record["customer_id"]) & (monthly["currency"] == record["currency"])]
        # A month without payments has no row, and is what the chart is about.
        panels.append(_panel(own.set_index("as_of")["receipts"].reindex(ends, fill_value=0.0), record))
    return in_panels(
        panels,
        title=title,
        columns=COLUMNS,
        row_height=PANEL_HEIGHT,
        gaps=(0.08, 0.34),
        font={"size": 12},
        bargap=0.15,
        showlegend=False,
    )


def _panel(received: pd.Series[float], record: _Payer) -> Panel:
    """One customer: grey months of the past, coloured recent ones, and both levels as lines."""
    recent = int(record["recent_months"])
    split = len(received) - recent
    hover, marker = f"{x_shown('month')}: %{{y:,.2f}} {record['currency']}", [CREDIT] * split + [CALM] * recent
    bars = trace("bar", received.index, received.to_numpy(), hover=hover, marker={"color": marker})
    before = _level(record["paid_before"], received.index[:split], record)
    now = _level(record["paid_recent"], received.index[split:], record)
    drawn = [{**each, **monthly(received.index)} for each in (bars, before, now)]
    years = {"ticklabelmode": "period", "tickformat": text("formats.axis.month_short"), "dtick": "M12", "tickangle": 0}
    return Panel(f"{_short(record)}, {record['currency']}", drawn, years, AMOUNTS)


def _level(level: float, months: pd.Index[Any], record: _Payer) -> Trace:
    hover = text("present.customer.a_month", amount="%{y:,.2f}", currency=record["currency"])
    return trace("scatter", [months[0], months[-1]], [level, level], hover=hover, mode="lines", line=LINE)


def _short(record: _Payer) -> str:
    name = str(record["name"] or record["customer_id"])
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


LARGEST_MARK: Final = 46
NAMED: Final = 8
WITH_NAMES: Final = {"mode": "markers+text", "textposition": "top center", "textfont": {"size": 11, "color": MUTED}}
ROOM_FOR_NAMES: Final = 0.12
ABOVE: Final = {"side": "top", "showline": False}
DOWNWARDS: Final = {"autorange": "reversed", "showgrid": False}
"""The axes of a matrix, which is read from its upper left corner."""
MATRIX: Final[Trace] = {
    "texttemplate": "%{text}",
    "colorscale": [[0.0, "#f7f9fb"], [1.0, ACCENT]],
    "showscale": False,
    **dict.fromkeys(("xgap", "ygap"), 3),
}


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
    # The axis of amounts is logarithmic: there is no place on it for nothing or less.
    owing = customers[(customers["open_amount"] > 0) & customers["days_late"].notna()]
    names = owing["name"].fillna(owing["customer_id"]).astype(str)
    written = owing.index.isin(owing.nlargest(NAMED, "past_due").index)
    marked = owing.assign(name=names, written=names.str.slice(0, 24).where(written, ""))
    looks = category_looks(categories_of(customers))
    # Never 0, by which the sizes would be divided.
    largest = max(float(owing["past_due"].max()) if len(owing) else 0.0, 1.0)
    amounts = text("present.segments.open_amount_log", currency=currency)
    marks = [_marks(marked[marked["category"] == name], name, largest, currency, look) for name, look in looks.items()]
    return framed(
        marks,
        title=title,
        height=460,
        xaxis={"title": text("present.segments.days_late"), "zeroline": True, "range": _with_room(owing["days_late"])},
        yaxis={"title": amounts, "type": "log", "tickformat": "~s", "dtick": "D2"},
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
    # Plotly's rule by which the largest mark has the wanted width and areas are in proportion.
    scale = {"sizemode": "area", "sizeref": 2 * largest / LARGEST_MARK**2, "sizemin": 5}
    edge = {"color": INK, "width": 0.5}
    return trace(
        "scatter",
        rows["days_late"],
        rows["open_amount"],
        hover=hover,
        name=shown_value(category, "category"),
        text=rows["written"].tolist(),
        customdata=list(zip(rows["name"], rows["past_due"], strict=True)),
        marker={**look, "size": rows["past_due"].clip(lower=0), **scale, "line": edge},
        **WITH_NAMES,
    )


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
    # With the categories of nobody too, so that the diagonal is that of those who stayed.
    counts = counts.reindex(index=categories, columns=categories, fill_value=0)
    written = [[number_shown(n) if n else "" for n in row] for row in counts.to_numpy().tolist()]
    hover = text("present.segments.moved", customers="%{z:,}", before="%{y}", now="%{x}")
    return framed(
        [_matrix(counts, written=written, hover=hover)],
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
        [_matrix(amounts, written=written, customdata=counts.to_numpy(), hover=hover)],
        title=title,
        height=140 + 55 * len(amounts),
        xaxis=ABOVE,
        yaxis={"title": text("present.segments.class_by_exposure"), "type": "category", **DOWNWARDS},
    )


def _matrix(values: pd.DataFrame, *, written: list[list[str]], **more: Any) -> Trace:
    """A table of numbers as coloured cells, each with its text."""
    columns, rows = ([shown_value(name, "category") for name in names] for names in (values.columns, values.index))
    return trace("heatmap", columns, rows, z=values.to_numpy(), text=written, **MATRIX, **more)


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
    looks, drawn = category_looks(categories_of(trend)), monthly(trend["as_of"])
    owed = [_owed(trend[trend["category"] == name], name, currency, look["color"]) for name, look in looks.items()]
    return framed(
        [{**bars, **drawn} for bars in owed],
        title=title,
        height=340,
        xaxis=months_axis(trend["as_of"].nunique()),
        yaxis={"title": text("present.aging.open_amount_in", currency=currency), "tickformat": "~s"},
        barmode="stack",
        bargap=0.2,
        legend={"y": 1.15, "traceorder": "normal"},
    )


def _owed(rows: pd.DataFrame, category: str, currency: str, colour: str) -> Trace:
    name = shown_value(category, "category")
    hover = f"{x_shown()}: %{{y:,.2f}} {currency}, %{{customdata:,}} {name}"
    shown = {"name": name, "marker": {"color": colour}, "customdata": rows["customers"]}
    return trace("bar", rows["as_of"], rows["open_amount"], hover=hover, **shown)


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
    # Of all customers, not of those that are drawn.
    reached = owing["net"].cumsum() / owing["net"].sum()
    shown = owing.head(MOST_BARS)
    names = shown["name"].fillna(shown["customer_id"]).astype(str).str.slice(0, 28)
    # By number: two customers of one name would be one bar.
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
    hover, marker = f"%{{customdata}}: %{{y:,.2f}} {currency}", {"color": CALM}
    return trace("bar", customers["customer_id"], customers["net"], hover=hover, marker=marker, customdata=names)


def _share_reached(customers: pd.Series[str], reached: pd.Series[float]) -> Trace:
    hover, marker = text("present.segments.reached_here", share="%{y:.1%}"), {"size": 5}
    return trace("scatter", customers, reached, hover=hover, yaxis="y2", mode="lines+markers", line=LINE, marker=marker)
