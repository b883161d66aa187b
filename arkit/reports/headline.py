"""The headline of a month-end: one sentence on what is owed, how it changed and who owes it; and what drove it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.presentation import ASKED, Presentation
from arkit.calendar import last_month_end
from arkit.model.ledger import Ledger
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.reports.facts import Facts, late_labels
from arkit.words.catalogue import text
from arkit.words.columns import day_shown, is_missing, joined, month_name, rate_shown, share_shown, short_amount

_UNCHANGED: Final = 0.0005
_FRACTIONS: Final = dict(
    all=1.0, nearly_all=0.97, three_quarters=0.75, two_thirds=2 / 3, half=0.5, third=1 / 3, quarter=0.25
)
_NEAR: Final = 0.025
_FEW: Final = 3
MOST_DRIVERS: Final = 10
MOST_NAMED: Final = 6
SMALLEST_CHANGE: Final = 1e-6
_OF_DRIVER: Final = ("driver", "name", "currency", "before", "now", "change", "translation")
DRIVERS: Final = {"customer": "customer_id", "entity": "entity", "salesperson": "salesperson"}
"""What a change is broken down by: each cut with its column."""


def headline(facts: Facts) -> str:
    """The month-end in one sentence; where no rates add up its currencies, each of them with equal weight."""
    currency = facts.main_currency
    if facts.presentation.missing and not facts.presentation.translates:
        parts = [_of_currency(facts, code) for code in sorted(facts.currencies)]
        return text("reports.headline.each", count=len(parts), parts=text("reports.headline.apart").join(parts))
    receivables, past_due = _receivables(facts, currency), _past_due(facts, currency)
    if not past_due:
        return text("reports.headline.receivables_alone", receivables=receivables)
    return text("reports.headline.sentence", receivables=receivables, past_due=past_due)


def _of_currency(facts: Facts, currency: str) -> str:
    """A currency that stands beside others: its amount, and in brackets its change and what is past due of it."""
    now, before = facts.gross(currency, facts.day) or 0.0, facts.gross(currency, facts.month_before)
    said = []
    if before:
        change = share_shown(abs(now / before - 1), places=1)
        said.append(text(f"reports.headline.{'up' if now >= before else 'down'}", share=change))
    late = facts.kpi("past_due_ratio", currency=currency, day=facts.day)
    if late is not None:
        said.append(text("reports.headline.past_due", share=share_shown(late)))
    amount, between = short_amount(now, currency), text("reports.headline.between")
    return text("reports.headline.with", amount=amount, said=between.join(said)) if said else amount


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
    # Of two lists of one month, its name would be that of both.
    if before is not None and facts.month_before is not None and facts.month_before.month != facts.day.month:
        parts.append(_points(share - before, _when(facts.month_before)))
    return text("reports.headline.between").join([*parts, *_holders(facts, currency)])


def _when(day: date) -> str:
    """The month that ended on a day by its name; a period of another calendar by its day: two may end in a month."""
    if day == last_month_end(day):
        return text("reports.headline.in_month", month=month_name(day))
    return text("reports.headline.on_day", day=day_shown(day))


def _points(change: float, when: str) -> str:
    points = round(abs(change) * 100)
    if points == 0:
        return text("reports.headline.as_before", when=when)
    return text(f"reports.headline.points_{'more' if change > 0 else 'less'}", count=points, when=when)


def _holders(facts: Facts, currency: str) -> list[str]:
    """Who owes most of the past-due amount, each by name with the amount."""
    table = facts.by_customer[facts.by_customer["currency"] == currency]
    table = table.assign(late=table[late_labels(facts.policy)].sum(axis=1)).sort_values("late", ascending=False)
    total, largest = table["late"].sum(), table[table["late"] > 0].head(_FEW)
    if total <= 0 or largest.empty:
        return []
    # "All of it at one customer" is said of one customer, not of the three largest of whom two owe nothing.
    share, key = _share_in_words(largest["late"].sum() / total), ("one", "two", "three")[len(largest) - 1]
    names = joined(named(row, short_amount(row["late"], currency)) for row in largest.to_dict("records"))
    return [text(f"reports.headline.held_by.{key}", share=share, names=names)]


def named(row: Mapping[Any, Any], amount: str) -> str:
    """A customer by name, or by number where there is none, with an amount."""
    name = row["customer_id"] if is_missing(row["name"]) else row["name"]
    return text("reports.headline.named", name=name, amount=amount)


def _share_in_words(share: float) -> str:
    """A share in words where a plain fraction is near.

    >>> _share_in_words(0.66)
    'two thirds'
    """
    # 0.66 is two thirds, 0.41 stays 41 %: a word is used for what is at most 2.5 points away from it.
    distance, name = min((abs(share - fraction), name) for name, fraction in _FRACTIONS.items())
    return text(f"reports.headline.fraction.{name}") if distance <= _NEAR else share_shown(share)


def beside_headline(facts: Facts) -> list[str]:
    """What a reader has to know of the headline: its currency and rates, of which, exchange, what is left out."""
    lines = presented(facts.presentation)
    if facts.presentation.translates:
        lines += [_of_which(facts), *_exchange(facts)]
    elif facts.presentation.missing:
        return [*lines, *_unapplied(facts)]
    return [*lines, *without_rate(facts.presentation, facts.aging), *_unapplied(facts)]


def presented(shown: Presentation) -> list[str]:
    """In which currency a page is and why, with the closing rates that were used and the day of each."""
    why = text(f"reports.presented.{shown.why}", currency=shown.currency)
    found = {code: rate for code, rate in shown.rates(shown.day).items() if code in shown.items and rate.value}
    used = {
        code: (rate_shown(float(rate.value or 0)), rate.on) for code, rate in found.items() if code != shown.currency
    }
    if not used:
        return [text("reports.presented.alone", why=why)] if len(shown.items) > 1 or shown.why == ASKED else []
    days = {on or shown.day for _, on in used.values()}
    key = "rate" if len(days) == 1 else "rate_of"
    rates = [
        text(f"reports.presented.{key}", currency=code, rate=rate, day=day_shown(on or shown.day))
        for code, (rate, on) in used.items()
    ]
    listed = _listed(rates[:MOST_NAMED], len(rates))
    return [text("reports.presented.at_rates", why=why, day=day_shown(max(days)), rates=listed)]


def _of_which(facts: Facts) -> str:
    """What the whole is made of, by document currency and by entity."""
    cuts = {"in_currency": (facts.by_currency, DOCUMENT_CURRENCY), "of_entity": (facts.by_entity, "entity")}
    parts = [_parts(facts, table.set_index(by), key) for key, (table, by) in cuts.items()]
    return text("reports.headline.of_which", parts=text("reports.headline.apart").join(filter(None, parts)))


def _parts(facts: Facts, table: pd.DataFrame, key: str) -> str:
    """The largest parts of the whole by one cut; nothing where it has only one."""
    gross = table.loc[table["currency"] == facts.main_currency, "gross"].sort_values(ascending=False)
    kept = [
        text(f"reports.headline.{key}", name=str(name), amount=short_amount(amount, facts.main_currency))
        for name, amount in gross.head(MOST_NAMED).items()
    ]
    return _listed(kept, len(gross)) if len(gross) > 1 else ""


def _listed(kept: list[str], count: int) -> str:
    """The first of some parts, and how many more there are."""
    more = count - len(kept)
    return joined([*kept, text("reports.presented.more", count=more)] if more else kept)


def _exchange(facts: Facts) -> list[str]:
    """How much of the change is of the rates alone."""
    effect = facts.exchange_effect
    if not effect:
        return []
    return [text("reports.headline.exchange", amount=short_amount(effect, facts.main_currency))]


def without_rate(shown: Presentation, aging: pd.DataFrame) -> list[str]:
    """The amounts of an aging that could not be translated, each named with the reason."""
    missing = shown.missing
    apart = aging[aging["currency"].isin(missing)].to_dict("records")
    amounts = [(short_amount(row["gross"], row["currency"]), row) for row in apart]
    key = "reports.headline.without_rate"
    return [text(key, amount=amount, count=row["items"], reason=missing[row["currency"]]) for amount, row in amounts]


def _unapplied(facts: Facts) -> list[str]:
    rows = facts.aging[facts.aging["unapplied"] != 0].to_dict("records")
    amounts = [short_amount(-row["unapplied"], row["currency"]) for row in rows]
    return [text("reports.headline.unapplied", amount=joined(amounts))] if amounts else []


def drivers(facts: Facts, since: date) -> pd.DataFrame:
    """What drove the change of gross receivables: up to ten customers, entities and salespeople, the largest first.

    ``driver`` (the cut), ``name``, ``before``, ``now``, ``change``, and of it ``translation``, the effect of the rates.
    Each cut adds up to the change, with all others in one row; a cut of one value is left out.
    """
    tables = [_driven(facts, since, cut, by) for cut, by in DRIVERS.items()]
    # Customers are kept even as one row, or a change could be left without any driver.
    return pd.concat([table for table in tables if len(table) > 1 or table is tables[0]], ignore_index=True)


def _driven(facts: Facts, since: date, cut: str, by: str) -> pd.DataFrame:
    """The change by one cut: its ten largest, and all others together."""
    shown = facts.presentation
    aged = {
        "before": _gross_by(facts, by, shown.at(since), since),
        "now": _gross_by(facts, by, facts.shown, facts.day),
        # The balances of then at the rates of now: what they gained is exchange, not business.
        "same_rates": _gross_by(facts, by, facts.shown, since),
    }
    # Who is in one of them alone had nothing then, or has nothing now.
    table = pd.DataFrame(aged).fillna(0.0)
    table = table.assign(change=table["now"] - table["before"], translation=table["same_rates"] - table["before"])
    table = table[table["change"].abs() > SMALLEST_CHANGE].sort_values(
        "change", key=abs, ascending=False, kind="stable"
    )
    rest = table.iloc[MOST_DRIVERS:].sum().to_frame().T
    rest.index = pd.Index([text("reports.drivers.others", count=len(table) - MOST_DRIVERS)])
    table = pd.concat([table.head(MOST_DRIVERS), rest]) if len(table) > MOST_DRIVERS else table
    names = table.rename(index=_names(facts) if by == "customer_id" else {}).round(4).rename_axis("name").reset_index()
    said = names.assign(currency=facts.main_currency, driver=text(f"reports.drivers.{cut}"))[list(_OF_DRIVER)]
    return said if shown.translates else said.drop(columns="translation")


def _gross_by(facts: Facts, by: str, ledger: Ledger, day: date) -> pd.Series[float]:
    rows = aging_table(ledger, as_of=day, by=by, policy=facts.policy)
    rows = rows[rows["currency"] == facts.main_currency]
    # What names nobody is a row too: dropped, the cut would not add up to the change.
    return rows.assign(**{by: rows[by].fillna("")}).set_index(by)["gross"]


def _names(facts: Facts) -> dict[str, str]:
    """The names of customers by their number."""
    customers = facts.ledger.customers.dropna(subset="name")
    return dict(zip(customers["customer_id"], customers["name"], strict=True))
