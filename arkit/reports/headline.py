"""The headline: what a month-end says, in one sentence computed from its numbers."""

from __future__ import annotations

from typing import Final

from arkit.reports.facts import Facts, late_labels
from arkit.words.catalogue import text
from arkit.words.formats import day_shown, joined, month_name, share_shown, short_amount

_UNCHANGED: Final = 0.0005
_FRACTIONS: Final = (
    (1.0, "all"),
    (0.97, "nearly_all"),
    (0.75, "three_quarters"),
    (2 / 3, "two_thirds"),
    (0.5, "half"),
    (1 / 3, "third"),
    (0.25, "quarter"),
)
_NEAR: Final = 0.025
_FEW: Final = 3


def sentence(facts: Facts) -> str:
    """The month-end of the main currency in one sentence."""
    currency = facts.main_currency
    receivables, past_due = _receivables(facts, currency), _past_due(facts, currency)
    if not past_due:
        return text("reports.headline.receivables_alone", receivables=receivables)
    return text("reports.headline.sentence", receivables=receivables, past_due=past_due)


def _receivables(facts: Facts, currency: str) -> str:
    now, before = facts.gross(currency, facts.day) or 0.0, facts.gross(currency, facts.month_before)
    amount = short_amount(now, currency)
    if facts.month_before is None or before is None:
        return text("reports.headline.are", amount=amount, day=day_shown(facts.day))
    if before == 0:
        return text("reports.headline.after_none", amount=amount, day=day_shown(facts.month_before))
    change = now / before - 1
    if abs(change) < _UNCHANGED:
        return text("reports.headline.unchanged", amount=amount)
    key = "rose" if change > 0 else "fell"
    return text(f"reports.headline.{key}", share=share_shown(abs(change), places=1), amount=amount)


def _past_due(facts: Facts, currency: str) -> str:
    """What is past due, against the month before, and with whom it lies; each as far as it is known."""
    share = facts.kpi("past_due_ratio", currency=currency, day=facts.day)
    if share is None:
        return ""
    parts = [text("reports.headline.past_due", share=share_shown(share))]
    before = facts.kpi("past_due_ratio", currency=currency, day=facts.month_before)
    if before is not None and facts.month_before is not None:
        parts.append(_points(share - before, month_name(facts.month_before)))
    return text("reports.headline.between").join([*parts, *_holders(facts, currency)])


def _points(change: float, month: str) -> str:
    points = round(abs(change) * 100)
    if points == 0:
        return text("reports.headline.as_before", month=month)
    return text(f"reports.headline.points_{'more' if change > 0 else 'less'}", count=points, month=month)


def _holders(facts: Facts, currency: str) -> list[str]:
    """Who owes the past-due amount, if few customers owe much of it."""
    table = facts.by_customer[facts.by_customer["currency"] == currency]
    owed = table[late_labels(facts.policy)].sum(axis=1).sort_values(ascending=False)
    total, few = owed.sum(), min(_FEW, int((owed > 0).sum()))
    if total <= 0 or few == 0:
        return []
    share = _share_in_words(owed.iloc[:few].sum() / total)
    return [text(f"reports.headline.held_by.{('one', 'two', 'three')[few - 1]}", share=share)]


def _share_in_words(share: float) -> str:
    """A share in words where a plain fraction is near.

    >>> _share_in_words(0.66)
    'two thirds'
    """
    distance, name = min((abs(share - fraction), name) for fraction, name in _FRACTIONS)
    return text(f"reports.headline.fraction.{name}") if distance <= _NEAR else share_shown(share)


def other_currencies(facts: Facts) -> list[str]:
    """What the headline leaves out: the other currencies, and what is not applied."""
    others = [
        text("reports.headline.other", count=row["items"], amount=short_amount(row["gross"], row["currency"]))
        for row in facts.aging.to_dict("records")
        if row["currency"] != facts.main_currency
    ]
    lines = [text("reports.headline.others", amounts=joined(others))] if others else []
    unapplied = facts.aging.loc[facts.aging["currency"] == facts.main_currency, "unapplied"].sum()
    if unapplied:
        amount = short_amount(-unapplied, facts.main_currency)
        lines.append(text("reports.headline.unapplied", amount=amount))
    return lines
