"""Key figures as tiles: the value, what it was a month and a year before, and a small trend."""

from __future__ import annotations

from datetime import date
from typing import Final

from arkit.measures import KEY_FIGURES
from arkit.measures.registry import KeyFigure
from arkit.pages.facts import ON_TILES, Facts
from arkit.present.html import Change, Html, Tile, tiles, trend_line
from arkit.present.wording import shown

_SUFFIX: Final = {"days": " days", "times": " times"}


def figure_tiles(facts: Facts) -> Html:
    """Return the key figures of the main currency as tiles."""
    currency = facts.main_currency
    of_day = facts.trend[(facts.trend["currency"] == currency) & (facts.trend["as_of"] == facts.day)]
    rows = of_day.set_index("figure")
    chosen = [name for name in ON_TILES if name in rows.index]
    basis = rows["basis"].dropna()
    note = f"In {currency}; window: the month that ends on the day" + (
        f"; sales: {basis.iloc[0]}." if len(basis) else "."
    )
    return tiles([_tile(facts, KEY_FIGURES[name], rows.loc[name, "reason"], currency) for name in chosen], note=note)


def _tile(facts: Facts, figure: KeyFigure, reason: object, currency: str) -> Tile:
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


def _span(series: list[float | None], figure: KeyFigure, currency: str) -> str:
    known = [value for value in series if value is not None]
    return " to ".join(shown(end, figure.unit, currency=currency) for end in (min(known), max(known)))


def _change(facts: Facts, figure: KeyFigure, now: float, day: date | None, words: str, currency: str) -> Change | None:
    before = facts.figure(figure.name, currency=currency, day=day)
    if before is None:
        return None
    change = now - before
    size = f"{abs(change) * 100:.1f} pts" if figure.unit == "ratio" else _sized(abs(change), figure, currency)
    arrow = "▲" if change > 0 else "▼" if change < 0 else "="
    return Change(f"{arrow} {size}", words, _verdict(figure, change))


def _sized(value: float, figure: KeyFigure, currency: str) -> str:
    return shown(value, figure.unit, currency=currency) + _SUFFIX.get(figure.unit, "")


def _verdict(figure: KeyFigure, change: float) -> str:
    if figure.good == "depends" or abs(change) < 1e-9:
        return ""
    return "good" if (change > 0) == (figure.good == "up") else "bad"
