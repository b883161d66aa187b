"""Customers over time: one with balance and payments, and the deteriorating ones each against its own past."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from plotly.graph_objects import Figure

from arkit.present.charts.panels import Panel, in_panels
from arkit.present.theme import ACCENT, CALM, CREDIT, LINE, MONTHLY, Trace, framed, trace, x_shown
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

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
    bars = trace("bar", received.index, received.to_numpy(), hover=hover, marker={"color": marker}, **MONTHLY)
    before = _level(record["paid_before"], received.index[:split], record)
    now = _level(record["paid_recent"], received.index[split:], record)
    years = {"ticklabelmode": "period", "tickformat": text("formats.axis.month_short"), "dtick": "M12", "tickangle": 0}
    return Panel(f"{_short(record)}, {record['currency']}", [bars, before, now], years, AMOUNTS)


def _level(level: float, months: pd.Index[Any], record: _Payer) -> Trace:
    hover = text("present.customer.a_month", amount="%{y:,.2f}", currency=record["currency"])
    return trace("scatter", [months[0], months[-1]], [level, level], hover=hover, mode="lines", line=LINE, **MONTHLY)


def _short(record: _Payer) -> str:
    name = str(record["name"] or record["customer_id"])
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
