"""KPIs as tiles: the value, what it was a month and a year before, and a small trend.

The KPIs of a day as tiles, with the month before.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from arkit.aging.aging import aging_table
from arkit.calendar import months_before
from arkit.kpi.panel import kpis
from arkit.kpi.registry import KPI, KPIS
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Change, Html, Term, Tile, tiles, trend_line
from arkit.reports.facts import ON_TILES, Facts
from arkit.reports.summaries import late_labels
from arkit.words.columns import UNAPPLIED
from arkit.words.formats import is_missing, short_amount, shown

if TYPE_CHECKING:
    import pandas as pd

_SUFFIX: Final = {"days": " days", "times": " times"}


def figure_tiles(facts: Facts) -> Html:
    """Return the KPIs of the main currency as tiles."""
    currency = facts.main_currency
    of_day = facts.trend[(facts.trend["currency"] == currency) & (facts.trend["as_of"] == facts.day)]
    rows = of_day.set_index("kpi")
    chosen = [name for name in ON_TILES if name in rows.index]
    basis = rows["basis"].dropna()
    note = f"In {currency}; window: the month that ends on the day" + (
        f"; sales: {basis.iloc[0]}." if len(basis) else "."
    )
    return tiles([_tile(facts, KPIS[name], rows.loc[name, "reason"], currency) for name in chosen], note=note)


def _tile(facts: Facts, figure: KPI, reason: object, currency: str) -> Tile:
    definition = f"{figure.definition} Formula: {figure.formula}."
    now = facts.figure(figure.name, currency=currency, day=facts.day)
    if now is None:
        return Tile(figure.title, definition=definition, reason=str(reason))
    series = [facts.figure(figure.name, currency=currency, day=day) for day in facts.month_ends]
    earlier = [(facts.month_before, "on last month"), (facts.year_before, "on last year")]
    changes = [_change(facts, figure, now, day, words, currency) for day, words in earlier]
    known = sum(value is not None for value in series)
    return Tile(
        figure.title,
        value=_sized(now, figure, currency),
        definition=definition,
        changes=tuple(change for change in changes if change is not None),
        trend=trend_line(series),
        trend_label=f"{known} month-ends, {_span(series, figure, currency)}" if known > 1 else "",
    )


def _span(series: list[float | None], figure: KPI, currency: str) -> str:
    known = [value for value in series if value is not None]
    return " to ".join(shown(end, figure.unit, currency=currency) for end in (min(known), max(known)))


def _change(facts: Facts, figure: KPI, now: float, day: date | None, words: str, currency: str) -> Change | None:
    before = facts.figure(figure.name, currency=currency, day=day)
    if before is None:
        return None
    change = now - before
    size = f"{abs(change) * 100:.1f} pts" if figure.unit == "ratio" else _sized(abs(change), figure, currency)
    arrow = "▲" if change > 0 else "▼" if change < 0 else "="
    return Change(f"{arrow} {size}", words, _verdict(figure, change))


def _sized(value: float, figure: KPI, currency: str) -> str:
    return shown(value, figure.unit, currency=currency) + _SUFFIX.get(figure.unit, "")


def _verdict(figure: KPI, change: float) -> str:
    if figure.good == "depends" or abs(change) < 1e-9:
        return ""
    return "good" if (change > 0) == (figure.good == "up") else "bad"


RATED: Final = ("past_due_ratio", "dso", "average_days_delinquent", "collection_effectiveness_index")
LEAST: Final = 1e-9
SUFFIX: Final = {"days": " days", "times": " times"}
GROSS: Final = Term("Gross receivables", "The open invoices and debit notes of the day; credits are not deducted.")
PAST_DUE: Final = Term("Past due", "The part of gross receivables whose due date has passed.")
OLDEST: Final = Term("Oldest bucket", "The part of gross receivables that has been due for longest.")
APART: Final = Term(
    "Unapplied", "Receipts and credit notes that are not yet applied to an invoice; never netted above."
)
TITLES: Final = {"past_due_ratio": "Past due, share of gross"}
TERMS: Final = (
    *(GROSS, PAST_DUE, OLDEST, APART),
    *(Term(TITLES.get(name, KPIS[name].title), KPIS[name].definition, KPIS[name].formula) for name in RATED),
)


def figure_tiles_of_day(part: Ledger, aging: pd.Series[float], *, currency: str, day: date, policy: Policy) -> Html:
    """Return amounts and KPIs of a day as tiles.

    Parameters
    ----------
    part
        The ledger, or a part of it.
    aging
        The row of its aging in the currency.
    currency, day, policy
        As in :func:`arkit.aging_table`.
    """
    month_ago = months_before(day, 1)
    known = month_ago >= part.covers[0]
    before = _aging_row(part, currency, month_ago, policy) if known else None
    now = _rates(part, currency, day, policy)
    then = _rates(part, currency, month_ago, policy) if known else None
    amounts = [_amount(term, of, aging, before, currency, policy) for term, of in _amounts(policy)]
    rated = [_rated(name, now, then, currency) for name in RATED if name in now.index]
    note = f"In {currency}; changes since a month before; rates of the month that ends on the day."
    return tiles([*amounts, *rated], note=note)


def _amounts(policy: Policy) -> list[tuple[Term, tuple[str, ...]]]:
    return [
        (GROSS, ("gross",)),
        (PAST_DUE, tuple(late_labels(policy))),
        (Term(f"{policy.labels[-1].capitalize()} days", OLDEST.definition), policy.labels[-1:]),
        (APART, (UNAPPLIED,)),
    ]


def _aging_row(part: Ledger, currency: str, day: date, policy: Policy) -> pd.Series[float] | None:
    rows = aging_table(part, as_of=day, policy=policy)
    own = rows[rows["currency"] == currency]
    return own.iloc[0] if len(own) else None


def _rates(part: Ledger, currency: str, day: date, policy: Policy) -> pd.DataFrame:
    rows = kpis(part, as_of=day, policy=policy, names=RATED)
    return rows[rows["currency"] == currency].set_index("kpi")


def _amount(
    term: Term,
    of: tuple[str, ...],
    aging: pd.Series[float],
    before: pd.Series[float] | None,
    currency: str,
    policy: Policy,
) -> Tile:
    value = float(aging[list(of)].sum())
    changes = [] if before is None else [_change_figures(value - float(before[list(of)].sum()), currency, policy, of)]
    return Tile(term.title, value=short_amount(value, currency), definition=term.definition, changes=tuple(changes))


def _change_figures(change: float, currency: str, policy: Policy, of: tuple[str, ...]) -> Change:
    worse = change > 0 if set(of) <= set(late_labels(policy)) else None
    verdict = "" if worse is None or change == 0 else "bad" if worse else "good"
    return _since(change, short_amount(abs(change), currency), verdict)


def _rated(name: str, now: pd.DataFrame, then: pd.DataFrame | None, currency: str) -> Tile:
    figure, title = KPIS[name], TITLES.get(name, KPIS[name].title)
    definition = f"{figure.definition} Formula: {figure.formula}."
    value = _value(now, name)
    if value is None:
        return Tile(title, definition=definition, reason=str(now.loc[name, "reason"]))
    text = shown(value, figure.unit, currency=currency) + SUFFIX.get(figure.unit, "")
    before = None if then is None else _value(then, name)
    if before is None:
        return Tile(title, value=text, definition=definition)
    change = value - before
    size = f"{abs(change) * 100:.1f} pts" if figure.unit == "ratio" else shown(abs(change), figure.unit)
    better = (change > 0) == (figure.good == "up")
    verdict = "" if abs(change) < LEAST or figure.good == "depends" else "good" if better else "bad"
    return Tile(title, value=text, definition=definition, changes=(_since(change, size, verdict),))


def _value(figures: pd.DataFrame, name: str) -> float | None:
    found: Any = figures["value"].get(name)
    return None if is_missing(found) else float(found)


def _since(change: float, size: str, verdict: str) -> Change:
    return Change(f"{_arrow(change)} {size}", "on last month", verdict)


def _arrow(change: float) -> str:
    return "▲" if change > 0 else "▼" if change < 0 else "="
