"""Pages to explore with in JupyterLab: controls, a figure, a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from arkit.aging.aging import aging_table, aging_trend
from arkit.calendar import month_ends_back
from arkit.kpi.panel import kpi_trend
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present import charts
from arkit.present.html import Html, table
from arkit.present.live import choice, live, slider
from arkit.words.columns import ALL_ENTITIES, Column, column
from arkit.words.formats import day_shown

if TYPE_CHECKING:
    import ipywidgets

GROUPS: Final = ("currency", "entity", "account", "customer_id", "industry", "size", "country", "salesperson", "terms")
MONTHS: Final = 35
YEAR: Final = 12
SHOWN_ROWS: Final = 30


def explore_aging(ledger: Ledger, *, as_of: date | str, policy: Policy = DEFAULT_POLICY) -> ipywidgets.VBox:
    """Explore the aging: any covered month-end, entity, currency and group.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day to begin with; the slider goes back from it month by month.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts.

    Returns
    -------
    ipywidgets.VBox
        Controls for the day, entity, currency and group, above the aging over time and the aging of the day.
    """
    last = ledger.require(as_of)
    days = _month_ends(ledger, last)

    def render(day: date, entity: str, currency: str, by: str) -> Sequence[charts.Figure | Html]:
        part = _part(ledger, entity)
        trend = aging_trend(part, as_of=last, months=MONTHS, policy=policy)
        shown = trend[trend["currency"] == currency]
        whose = "" if entity == ALL_ENTITIES else f" of {entity}"
        title = f"Open receivables{whose} in {currency} by age"
        stack = charts.aging_stack(shown, labels=policy.labels, currency=currency, title=title)
        return [stack, _aging_of_day(part, day, currency, by, policy)]

    controls = {
        "day": slider("As of", [(day_shown(day), day) for day in days], value=last),
        "entity": choice("Entity", [ALL_ENTITIES, *_values(ledger, "entity")]),
        "currency": choice("Currency", _currencies(ledger)),
        "by": choice("By", [name for name in GROUPS if _has(ledger, name)]),
    }
    return live(controls, render)


def _aging_of_day(ledger: Ledger, day: date, currency: str, by: str, policy: Policy) -> Html:
    keys = ["customer_id", "name"] if by == "customer_id" else [by]
    aging = aging_table(ledger, as_of=day, by=keys, policy=policy)
    rows = aging[aging["currency"] == currency].sort_values("gross", ascending=False)
    caption = f"Aging on {day_shown(day)} in {currency} by {column(by).title.lower()}"
    note = f"The {SHOWN_ROWS} largest of {len(rows):,}." if len(rows) > SHOWN_ROWS else ""
    return table(rows.head(SHOWN_ROWS), caption=caption, note=note)


def explore_kpis(ledger: Ledger, *, as_of: date | str, policy: Policy = DEFAULT_POLICY) -> ipywidgets.VBox:
    """Explore the KPIs: their course over 13 month-ends, by entity, currency and window.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    policy
        What is past due, and whether unapplied amounts are netted.

    Returns
    -------
    ipywidgets.VBox
        Controls for the entity, currency and window, above small multiples and the figures of the day.
    """
    last = ledger.require(as_of)

    def render(entity: str, currency: str, window: str) -> Sequence[charts.Figure | Html]:
        part = _part(ledger, entity)
        trend = kpi_trend(part, as_of=last, months=YEAR, window=window, policy=policy)
        trend = trend[trend["currency"] == currency]
        title = f"KPIs in {currency}, window: the {window} that ends on the day"
        now = trend.loc[trend["as_of"].dt.date == last, ["title", "value", "unit", "basis", "reason"]]
        columns = {"value": Column("Value", "amount")}
        return [
            charts.kpi_chart(trend, title=title),
            table(now, caption=f"KPIs on {day_shown(last)}", columns=columns, kind_column="unit"),
        ]

    controls = {
        "entity": choice("Entity", [ALL_ENTITIES, *_values(ledger, "entity")]),
        "currency": choice("Currency", _currencies(ledger)),
        "window": choice("Window", ["month", "quarter", "year"]),
    }
    return live(controls, render)


def _month_ends(ledger: Ledger, last: date) -> list[date]:
    return [day for day in month_ends_back(last, MONTHS) if day >= ledger.covers[0]]


def _part(ledger: Ledger, entity: str) -> Ledger:
    return ledger if entity == ALL_ENTITIES else ledger.where(entity=entity)


def _values(ledger: Ledger, name: str) -> list[str]:
    return sorted(ledger.items[name].dropna().unique().tolist())


def _currencies(ledger: Ledger) -> list[str]:
    """Return the currencies, the one with most items first."""
    return ledger.items["currency"].value_counts().index.tolist()


def _has(ledger: Ledger, name: str) -> bool:
    """Return whether a column has anything to group by."""
    table = ledger.items if name in ledger.items.columns else ledger.customers
    return name == "currency" or (name in table.columns and table[name].replace("", None).nunique() > 1)
