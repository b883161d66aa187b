"""The headline: what a month-end says, in one sentence computed from its numbers."""

from __future__ import annotations

from typing import Final

from arkit.reports.facts import Facts
from arkit.words.columns import NOT_DUE
from arkit.words.formats import day_shown, month_shown, short_amount

_UNCHANGED: Final = 0.0005
_FRACTIONS: Final = (
    (1.0, "all"),
    (0.97, "nearly all"),
    (0.75, "three quarters"),
    (2 / 3, "two thirds"),
    (0.5, "half"),
    (1 / 3, "a third"),
    (0.25, "a quarter"),
)
_NEAR: Final = 0.025
_FEW: Final = 3
_COUNTS: Final = ("none", "one customer", "two customers", "three customers")


def sentence(facts: Facts) -> str:
    """Return the month-end of the main currency in one sentence."""
    currency = facts.main_currency
    parts = [_receivables(facts, currency), _past_due(facts, currency)]
    return ("; ".join(part for part in parts if part) + ".").replace(" %", "\u00a0%")


def _receivables(facts: Facts, currency: str) -> str:
    now, before = facts.gross(currency, facts.day), facts.gross(currency, facts.month_before)
    amount = short_amount(now or 0.0, currency)
    if facts.month_before is None or before is None:
        return f"Receivables are {amount} on {day_shown(facts.day)}"
    if before == 0:
        return f"Receivables are {amount}, after none on {day_shown(facts.month_before)}"
    change = (now or 0.0) / before - 1
    if abs(change) < _UNCHANGED:
        return f"Receivables are unchanged at {amount}"
    return f"Receivables {'rose' if change > 0 else 'fell'} {abs(change):.1%} to {amount}".replace("%", " %")


def _past_due(facts: Facts, currency: str) -> str:
    share = facts.figure("past_due_ratio", currency=currency, day=facts.day)
    if share is None:
        return ""
    text = f"{share:.0%} is past due".replace("%", " %")
    before = facts.figure("past_due_ratio", currency=currency, day=facts.month_before)
    if before is not None and facts.month_before is not None:
        text += f", {_points(share - before)} {month_shown(facts.month_before).split()[0]}"
    holders = _holders(facts, currency)
    return f"{text}, {holders}" if holders else text


def _points(change: float) -> str:
    points = round(abs(change) * 100)
    if points == 0:
        return "as in"
    unit = "point" if points == 1 else "points"
    return f"{points} {unit} {'more' if change > 0 else 'less'} than in"


def _holders(facts: Facts, currency: str) -> str:
    """Return who holds the past-due amount, if few customers hold much of it."""
    table = facts.by_customer[facts.by_customer["currency"] == currency]
    late = [label for label in facts.policy.labels if label != NOT_DUE]
    owed = table[late].sum(axis=1).sort_values(ascending=False)
    total = owed.sum()
    few = min(_FEW, int((owed > 0).sum()))
    if total <= 0 or few == 0:
        return ""
    return f"{_share_in_words(owed.iloc[:few].sum() / total)} of it at {_COUNTS[few]}"


def _share_in_words(share: float) -> str:
    """Return a share in words where a plain fraction is near.

    >>> _share_in_words(0.66), _share_in_words(0.41)
    ('two thirds', '41 %')
    """
    distance, words = min((abs(share - fraction), words) for fraction, words in _FRACTIONS)
    return words if distance <= _NEAR else f"{share:.0%}".replace("%", " %")


def other_currencies(facts: Facts) -> list[str]:
    """Return one line on the currencies that the headline leaves out."""
    others = [
        f"{short_amount(row['gross'], row['currency'])} ({row['items']} {'item' if row['items'] == 1 else 'items'})"
        for row in facts.aging.to_dict("records")
        if row["currency"] != facts.main_currency
    ]
    lines = [f"Also open, never added to it: {', '.join(others)}."] if others else []
    unapplied = facts.aging.loc[facts.aging["currency"] == facts.main_currency, "unapplied"].sum()
    if unapplied:
        amount = short_amount(-unapplied, facts.main_currency)
        lines.append(f"{amount} of payments and credits is not yet applied and not netted above.")
    return lines
