"""The facts of a month-end, each computed once, and the headline; and what pages share: ledger, titles, sheets.

Facts are agings, KPIs now and before, movements, intercompany balances; the headline is one sentence on what they mean.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from arkit.aging.aging import aging_table, aging_trend
from arkit.aging.open_items import open_items
from arkit.aging.reconcile import reconcile
from arkit.calendar import month_ends_back
from arkit.flows.movements import MOVEMENTS, movements
from arkit.flows.roll_forward import roll_forward
from arkit.kpi.panel import kpi_trend
from arkit.kpi.plausibility import doubts, plausibility
from arkit.kpi.registry import shown_on
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present.html import Html, notice
from arkit.present.sheets import Sheet
from arkit.read.reading import read_for_day, sample_ledger
from arkit.words.catalogue import ENGLISH, current_language, has_text, in_own_language, text
from arkit.words.columns import (
    ALL_ENTITIES,
    NOT_DUE,
    UNAPPLIED,
    day_shown,
    joined,
    month_name,
    share_shown,
    short_amount,
)

BALANCES: Final = ("gross", UNAPPLIED, "net")
Page = TypeVar("Page")
Fact = TypeVar("Fact")
Part = TypeVar("Part")


def opened(
    ledger: str | Path, *, layout: str | Path, as_of: str, entity: str, policy: str | Path
) -> tuple[Ledger, Policy]:
    """The part of a ledger that a notebook asks for, and its policy; without a ledger, the sample that is bundled."""
    whole = read_for_day(ledger, layout=layout or None, as_of=as_of) if ledger else sample_ledger()
    part = whole if entity == ALL_ENTITIES else whole.where(entity=entity)
    return part, Policy.load(policy) if policy else DEFAULT_POLICY


def main_currency(ledger: Ledger, day: date, policy: Policy) -> str:
    """The currency with most open items; without open items the one with most items."""
    aging = aging_table(ledger, as_of=day, policy=policy)
    if len(aging):
        return str(aging.sort_values("items", ascending=False)["currency"].iloc[0])
    return str(ledger.items["currency"].mode().iloc[0])


def title_of(about: str, entity: str, day: date) -> str:
    """What a page and its window are called.

    >>> title_of("monthly_report", "ES", date(2026, 10, 31))
    'Receivables of ES on 31 Oct 2026'
    """
    if entity == ALL_ENTITIES:
        return text(f"reports.title.{about}.all", day=day_shown(day))
    return text(f"reports.title.{about}.entity", entity=entity, day=day_shown(day))


def sheet(key: str, table: pd.DataFrame, *, values: Mapping[str, object] | None = None, **settings: Any) -> Sheet:
    """A sheet whose name and subtitle are in the catalogue, under ``reports.sheet``."""
    name, subtitle = (text(f"reports.sheet.{key}.{part}") for part in ("name", "subtitle"))
    return Sheet(name=name, table=table, subtitle=subtitle.format_map(values or {}), **settings)


def in_page_language(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with their reasons in the language of the page; a ledger stores them in English."""
    if current_language() == ENGLISH:
        return findings
    keys = {code: f"read.finding.{code}" for code in findings["code"].astype(str).unique()}
    reasons = {code: text(key) for code, key in keys.items() if has_text(key)}
    return findings.assign(message=findings["code"].astype(str).map(reasons).fillna(findings["message"].astype(str)))


def needs(
    fact: Callable[[Page], Fact | None], key: str
) -> Callable[[Callable[[Page, Fact], Part]], Callable[[Page], Part | Html]]:
    """Decorator of a section that gets a fact as its argument; where there is none, the page says under ``key`` why.

    The fact is an argument of the section, so that none can forget that there may be no such fact.
    """

    def decorated(section: Callable[[Page, Fact], Part]) -> Callable[[Page], Part | Html]:
        @wraps(section)
        def made(page: Page) -> Part | Html:
            found = fact(page)
            return notice(text(key)) if found is None else section(page, found)

        return made

    return decorated


INTERCOMPANY: Final = "intercompany"
OTHERS: Final = "other customers"
TREND_MONTHS: Final = 13
COURSE_MONTHS: Final = 36
_FIXED: Final = ("currency", "opening", "closing")
_UNCHANGED: Final = 0.0005
_FRACTIONS: Final = dict(
    all=1.0, nearly_all=0.97, three_quarters=0.75, two_thirds=2 / 3, half=0.5, third=1 / 3, quarter=0.25
)
_NEAR: Final = 0.025
_FEW: Final = 3


@in_own_language
@dataclass(frozen=True)
class Facts:
    """What is known of a month-end and of the month-ends before it."""

    ledger: Ledger
    day: date
    policy: Policy
    language: str = ENGLISH

    @cached_property
    def month_ends(self) -> list[date]:
        """The day and the same day of the months before, as far as the ledger covers them, the earliest first."""
        return [day for day in month_ends_back(self.day, TREND_MONTHS - 1) if day >= self.ledger.covers[0]]

    @cached_property
    def month_before(self) -> date | None:
        """The same day a month before, if the ledger covers it."""
        return self.month_ends[-2] if len(self.month_ends) > 1 else None

    @cached_property
    def year_before(self) -> date | None:
        """The same day a year before, if the ledger covers it."""
        return self.month_ends[0] if len(self.month_ends) == TREND_MONTHS else None

    @cached_property
    def currencies(self) -> list[str]:
        """The currencies of the open items, the one with most items first."""
        return self.aging["currency"].tolist()

    @cached_property
    def main_currency(self) -> str:
        """The currency with most open items; without open items the one with most items."""
        return self.currencies[0] if self.currencies else main_currency(self.ledger, self.day, self.policy)

    @cached_property
    def aging(self) -> pd.DataFrame:
        """The aging by currency, the currency with most items first."""
        return self.aging_on(self.day).sort_values("items", ascending=False, ignore_index=True)

    def aging_on(self, day: date) -> pd.DataFrame:
        """The aging by currency of another day."""
        return aging_table(self.ledger, as_of=day, policy=self.policy)

    @cached_property
    def aging_before(self) -> pd.DataFrame | None:
        """The aging by currency a month before."""
        return self.aging_on(self.month_before) if self.month_before else None

    @cached_property
    def by_entity(self) -> pd.DataFrame:
        """The aging by entity and currency."""
        return aging_table(self.ledger, as_of=self.day, by="entity", policy=self.policy)

    @cached_property
    def intercompany(self) -> pd.DataFrame:
        """The aging of intercompany and of other customers, by currency; empty where no customer is intercompany."""
        aged = aging_table(self.ledger, as_of=self.day, by="intercompany", policy=self.policy)
        own = aged["intercompany"] == "true"
        named = aged.assign(customers_are=own.map({True: INTERCOMPANY, False: OTHERS})).drop(columns="intercompany")
        # A customer of unknown standing counts as another one, so two rows of the aging may fall together.
        sums = named.groupby(["currency", "customers_are"], sort=True).sum(numeric_only=True).round(6).reset_index()
        return sums if own.any() else sums.head(0)

    @cached_property
    def proof(self) -> pd.DataFrame:
        """The reconciliation."""
        return reconcile(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def doubts(self) -> list[str]:
        """What is not plausible, a sentence each."""
        return doubts(plausibility(self.ledger, as_of=self.day, policy=self.policy))

    @cached_property
    def by_customer(self) -> pd.DataFrame:
        """The aging by customer and currency, the largest balance of a currency first."""
        table = aging_table(self.ledger, as_of=self.day, by=["customer_id", "name"], policy=self.policy)
        return table.sort_values(["currency", "net"], ascending=[True, False], ignore_index=True)

    @cached_property
    def items(self) -> pd.DataFrame:
        """The open items."""
        return open_items(self.ledger, as_of=self.day, policy=self.policy)

    @cached_property
    def moved(self) -> pd.DataFrame | None:
        """What became of the items since the month before."""
        if self.month_before is None:
            return None
        return movements(self.ledger, as_of=self.day, since=self.month_before, policy=self.policy)

    @cached_property
    def forward(self) -> pd.DataFrame | None:
        """The roll-forward by currency since the month before."""
        if self.month_before is None:
            return None
        return roll_forward(self.ledger, as_of=self.day, since=self.month_before, policy=self.policy)

    @cached_property
    def aging_over_time(self) -> pd.DataFrame:
        """The aging of the main currency at the month-ends of up to three years."""
        trend = aging_trend(self.ledger, as_of=self.day, months=COURSE_MONTHS - 1, policy=self.policy)
        return trend[trend["currency"] == self.main_currency]

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The KPIs of the day by currency, the currency with most open items first."""
        rank = {currency: place for place, currency in enumerate(self.currencies)}
        table = self.kpis_on(self.day)
        return table.sort_values("currency", key=lambda codes: codes.map(rank), kind="stable", ignore_index=True)

    def kpis_on(self, day: date) -> pd.DataFrame:
        """The KPIs of a month-end by currency."""
        return self.panels[self.panels["as_of"] == day].drop(columns="as_of").reset_index(drop=True)

    @cached_property
    def panels(self) -> pd.DataFrame:
        """The KPIs of each month-end by currency, with ``as_of``."""
        trend = kpi_trend(self.ledger, as_of=self.day, months=len(self.month_ends) - 1, policy=self.policy)
        return trend.assign(as_of=trend["as_of"].dt.date)

    @cached_property
    def trend(self) -> pd.DataFrame:
        """The KPIs on tiles, in their order, of each month-end."""
        rank = {name: place for place, name in enumerate(shown_on("report"))}
        shown = self.panels[self.panels["kpi"].isin(shown_on("report"))]
        return shown.sort_values("kpi", key=lambda names: names.map(rank), kind="stable", ignore_index=True)

    def kpi(self, name: str, *, currency: str, day: date | None = None) -> float | None:
        """One KPI of a month-end, or nothing where it has no value."""
        return None if day is None else self._values.get((name, currency, day))

    @cached_property
    def _values(self) -> dict[tuple[str, str, date], float]:
        """The KPIs of the trend that have a value, each by its name, currency and day."""
        known = self.trend.dropna(subset="value")
        keys = zip(known["kpi"], known["currency"], known["as_of"], strict=True)
        return dict(zip(keys, known["value"].astype(float), strict=True))

    def gross(self, currency: str, day: date | None) -> float | None:
        """The gross receivables of a currency on a month-end."""
        if day is None:
            return None
        table = self.aging if day == self.day else self.aging_before if day == self.month_before else self.aging_on(day)
        return None if table is None else float(table.loc[table["currency"] == currency, "gross"].sum())

    @cached_property
    def with_shares(self) -> pd.DataFrame:
        """The aging with a row of shares of gross below each currency; ``kind`` is that of the numbers of a row."""
        aging, counted = self.aging, [*self.policy.labels, "gross"]
        share = text("reports.monthly.share_of_gross")
        shares = aging.assign(currency=share, kind="ratio", unapplied=None, net=None, items=None)
        # Only what adds up to gross has a share of it; a currency without gross has none instead of a division by 0.
        shares[counted] = shares[counted].div(aging["gross"].where(aging["gross"] > 0), axis=0)
        # Both tables have the index of the aging: a stable sort puts each row of shares below its own currency.
        both = pd.concat([aging.assign(kind="amount"), shares.astype({"items": object})])
        return both.sort_index(kind="stable").reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The KPIs by currency: now, a month before, a year before."""
        names = ["currency", "kpi", "title", "value", "unit", "basis", "reason"]
        table = self.kpis[names].rename(columns={"value": "this_month"})
        keys = list(zip(table["currency"], table["kpi"], strict=True))
        for name, day in (("last_month", self.month_before), ("last_year", self.year_before)):
            earlier = self.kpis_on(day).set_index(["currency", "kpi"])["value"] if day else None
            table[name] = None if earlier is None else earlier.reindex(keys).set_axis(table.index)
        return table[["currency", "title", "this_month", "last_month", "last_year", "unit", "basis", "reason"]]


def late_labels(policy: Policy) -> list[str]:
    """The labels of the buckets that are past due."""
    return [label for label in policy.labels if label != NOT_DUE]


def movement_summary(moved: pd.DataFrame) -> pd.DataFrame:
    """The movements by currency and what became of the items: items, before, now and change."""
    groups = moved.groupby(["currency", "movement"], observed=True, sort=False)
    sums = groups[["before", "open_amount", "change"]].sum().round(4)
    summary = pd.concat([groups.size().rename("items"), sums], axis=1).reset_index()
    # The rows of a currency are in the order of the vocabulary: from new to paid, not from A to Z.
    rank = summary["movement"].map(MOVEMENTS.index)
    return summary.assign(rank=rank).sort_values(["currency", "rank"], ignore_index=True).drop(columns="rank")


def lines_between(roll_forward: pd.DataFrame) -> list[str]:
    """The lines of a roll-forward between opening and closing."""
    return [name for name in roll_forward.columns if name not in _FIXED]


def moved_lines(roll_forward: pd.DataFrame) -> pd.DataFrame:
    """A roll-forward with the lines that moved anything, from opening to closing."""
    lines = [name for name in lines_between(roll_forward) if roll_forward[name].any()]
    return roll_forward[["currency", "opening", *lines, "closing"]]


def headline(facts: Facts) -> str:
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
    # "All of it at one customer" is said of one customer, not of the three largest of whom two owe nothing.
    share = _share_in_words(owed.iloc[:few].sum() / total)
    return [text(f"reports.headline.held_by.{('one', 'two', 'three')[few - 1]}", share=share)]


def _share_in_words(share: float) -> str:
    """A share in words where a plain fraction is near.

    >>> _share_in_words(0.66)
    'two thirds'
    """
    # 0.66 is two thirds, 0.41 stays 41 %: a word is used for what is at most 2.5 points away from it.
    distance, name = min((abs(share - fraction), name) for name, fraction in _FRACTIONS.items())
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
        lines.append(text("reports.headline.unapplied", amount=short_amount(-unapplied, facts.main_currency)))
    return lines
