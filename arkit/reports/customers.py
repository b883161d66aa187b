"""The customers page: categories, who changed, the call list, and one customer in full; the workbook has them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.open_items import statement
from arkit.aging.presentation import Presentation
from arkit.aging.reconcile import reconcile, require_reconciled
from arkit.collection.worklist import formula_in_words, titles, worklist
from arkit.errors import unknown_name
from arkit.flows.movements import activity_trend
from arkit.model.ledger import Ledger, as_day
from arkit.policy import DEFAULT_POLICY, Policy, categories_of
from arkit.present import charts
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet
from arkit.reports.facts import needs, opened, sheet, title_of
from arkit.reports.headline import presented
from arkit.segmentation.behaviour import behaviour_trend, payment_behaviour
from arkit.segmentation.categories import BETWEEN_RULES, categorise, category_matrix, migration
from arkit.segmentation.decline import deteriorating_payers
from arkit.segmentation.groups import POOLED, UNKNOWN, abc, group_behaviour, inactive_past_due
from arkit.words.catalogue import ENGLISH, in_own_language, text
from arkit.words.columns import (
    ALL_ENTITIES,
    MINUS,
    Column,
    column,
    day_shown,
    is_missing,
    number_shown,
    share_shown,
    short_amount,
    shown_value,
)

CAPACITY: Final = 15
YEAR: Final = 12
MOST_PANELS: Final = 9
SMALLEST_GROUP: Final = 5
LAST_MOVEMENTS: Final = 25
NEEDS_HISTORY: Final = "reports.customers.needs_history"
_KEYS: Final = ["customer_id", "currency"]
_OWED: Final = ("open_amount", "past_due", "disputed_amount")
_FIRST: Final = ("customer_id", "name", "currency", "category", "evidence", "recommendation")
_OF_GROUPS: Final = (
    *("currency", "customers", "items", "days_late", "days_late_before"),
    *("on_time_share_amount", "on_time_before", "against_history", "pooled"),
)
_WHO: Final = ("customer_id", "name", "currency")
_DETERIORATING: Final = (*_WHO, "aspect", "paid_before", "paid_recent", "cash_gap", "q_value")
_INACTIVE: Final = (*_WHO, "inactive_amount", "items", "inactive_since", "oldest_days", "otherwise_pays")
_WEIGHTS: Final = {"days_late": "billed_amount", "recent_on_time_share": "recent_amount"}
# What to do stands in sentences, which need the width of the page; numbers, level and category are in the workbook.
_TO_CALL: Final = ("rank", "name", "priority_amount", "to_collect", "due_soon", "next_step", "items_to_ask", "reasons")
_BEHAVIOUR: Final = (
    *("currency", "category", "evidence", "recommendation", "days_late", "days_late_median", "on_time_share"),
    *("payments_per_month", "last_payment", "open_amount", "past_due", "limit_use"),
)


def customers_page(
    *,
    ledger: str | Path = "",
    layout: str | Path = "",
    as_of: str,
    entity: str = ALL_ENTITIES,
    policy: str | Path = "",
    customer: str = "",
    language: str = ENGLISH,
    currency: str = "",
) -> CustomersPage:
    """Prepare the page on customers of a day.

    Parameters
    ----------
    ledger, layout, as_of, entity, policy, language
        As in :func:`arkit.reports.monthly_report`.
    customer
        The customer that is shown in full; empty for the first on the call list.

    Returns
    -------
    CustomersPage
        One method for each section.

    Raises
    ------
    ArkitError
        The ledger cannot be read, does not cover the day, or has no such entity or customer.

    Examples
    --------
    >>> from arkit import reports
    >>> reports.customers_page(as_of="2026-10-31", entity="ES").title
    'Customers of ES on 31 Oct 2026'
    """
    part, settings = opened(ledger, layout=layout, as_of=as_of, entity=entity, policy=policy)
    day = part.require(as_day(as_of))
    page = CustomersPage(part, day=day, entity=entity, policy=settings, chosen=customer, language=language)
    return replace(page, asked=currency)


def _moves(page: CustomersPage) -> pd.DataFrame | None:
    return page.moves


@in_own_language
@dataclass(frozen=True)
class CustomersPage:
    """The customers of a day: every section is made on demand, numbers once."""

    ledger: Ledger
    day: date
    entity: str = ALL_ENTITIES
    policy: Policy = DEFAULT_POLICY
    chosen: str = ""
    language: str = ENGLISH
    asked: str = ""
    """The presentation currency that is asked for; empty for that of the policy, or the default."""

    @property
    def title(self) -> str:
        """What the page is about."""
        return title_of("customers", self.entity, self.day)

    @cached_property
    def presentation(self) -> Presentation:
        """The currency in which the page is, and why."""
        return Presentation.of(self.ledger, self.day, self.policy, currency=self.asked)

    @property
    def currency(self) -> str:
        """The presentation currency."""
        return self.presentation.currency

    @property
    def shown(self) -> Ledger:
        """The ledger in the presentation currency, at the closing rates of the day; measures run on it."""
        return self.presentation.at(self.day)

    @cached_property
    def categorised(self) -> pd.DataFrame:
        """The behaviour of every customer, with category, evidence and recommendation."""
        return self._categorised_on(self.day)

    @cached_property
    def moves(self) -> pd.DataFrame | None:
        """The category of every customer a month before and now."""
        # A day more, because on the first day of a ledger nobody has paid anything yet.
        before = self.policy.month_before(self.day, since=self.ledger.complete_from + timedelta(days=1))
        if before is None:
            return None
        moves = migration(self._categorised_on(before), self.categorised)
        return moves.assign(**{name: self._rules_in_words(moves[name]) for name in ("began", "ended")})

    def _rules_in_words(self, rules: pd.Series[str]) -> pd.Series[str]:
        """Names of rules as the reader's language has them."""
        words = {rule.name: rule.sentence() for rule in self.policy.categories.rules}
        between = text("segmentation.evidence.between_rules")
        return rules.map(lambda names: between.join(words.get(name, name) for name in names.split(BETWEEN_RULES)))

    def _categorised_on(self, day: date) -> pd.DataFrame:
        return categorise(
            payment_behaviour(self.presentation.at(day), as_of=day, policy=self.policy), policy=self.policy
        )

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The call list."""
        return worklist(self.shown, self.categorised, as_of=self.day, policy=self.policy, booked=self.ledger)

    @cached_property
    def payers(self) -> pd.DataFrame:
        """The payments of every customer against the customer's own past."""
        return deteriorating_payers(self.shown, as_of=self.day, policy=self.policy)

    @cached_property
    def inactive(self) -> pd.DataFrame:
        """The past-due balances that no payment has reduced."""
        return inactive_past_due(self.shown, as_of=self.day, policy=self.policy)

    @cached_property
    def one(self) -> OneCustomer:
        """The customer that is shown in full: the chosen one, else the first on the call list."""
        first = self._own(self.ranked)
        rows = first if len(first) else self.categorised
        customer = self.chosen or str(rows["customer_id"].iloc[0])
        return OneCustomer(self.shown, self.categorised, self.day, customer, self.language, self.ledger)

    def headline(self) -> Html:
        """How many customers are in each category, and what they owe."""
        sentence, lines = who_owes_what(self._own(self.categorised), self.currency), presented(self.presentation)
        if self.presentation.missing:
            lines.append(text("reports.customers.other_currencies", currency=self.currency))
        if apart := self._intercompany:
            amount = short_amount(apart, self.currency)
            lines.append(text("reports.customers.intercompany_apart", amount=amount))
        return page_part("headline", title=self.title, sentence=sentence, lines=lines)

    @property
    def _intercompany(self) -> float:
        """What companies of the group owe in the main currency, where the policy keeps it apart."""
        aged = self._own(aging_table(self.shown, as_of=self.day, by="intercompany", policy=self.policy))
        own = aged["gross"][aged["intercompany"] == "true"]
        return float(own.sum()) if self.policy.intercompany == "apart" else 0.0

    def segment_map(self) -> charts.Figure:
        """Every customer by exposure and lateness."""
        title = text("reports.customers.segment_map", day=day_shown(self.day))
        return charts.segment_map(self._own(self.categorised), currency=self.currency, title=title)

    def categories(self) -> Html:
        """The categories: customers, what they owe, how late they pay."""
        caption, note = text("reports.customers.categories"), text("reports.customers.categories_note")
        return table(category_summary(self.categorised), caption=caption, note=note)

    def categories_over_time(self) -> charts.Figure:
        """What the customers of each category owed at the month-ends of a year, as they were judged then."""
        behaviour = behaviour_trend(self.shown, as_of=self.day, months=YEAR, policy=self.policy)
        trend = categorise(behaviour, policy=self.policy)
        groups = self._own(trend).groupby(["as_of", "category"])
        sums = groups.agg(customers=("customer_id", "size"), open_amount=("open_amount", "sum"))
        title = text("reports.customers.categories_over_time", currency=self.currency)
        return charts.categories_over_time(sums.reset_index(), currency=self.currency, title=title)

    def classes(self) -> charts.Figure:
        """How much of the exposure lies with whom: ABC classes by category."""
        rows = category_matrix(self.categorised, abc(self.shown, as_of=self.day, policy=self.policy))
        title = text("reports.customers.classes", currency=self.currency)
        return charts.class_matrix(self._own(rows), currency=self.currency, title=title)

    def groups(self, by: str) -> Html:
        """How an industry, a size or a country pays, against its own history."""
        rows = group_behaviour(self.shown, as_of=self.day, by=by, policy=self.policy)
        note = text("reports.customers.groups_note", smallest=SMALLEST_GROUP)
        caption = text("reports.customers.groups", group=column(by).title.lower())
        titles = {"days_late_before": Column(text("reports.customers.days_late_before"))}
        return table(group_summary(rows, by), caption=caption, note=note, columns=titles)

    @needs(_moves, NEEDS_HISTORY)
    def migration(self, moves: pd.DataFrame) -> charts.Figure:
        """How many customers changed between the categories since the month before."""
        return charts.migration_chart(moves, title=text("reports.customers.migration"))

    @needs(_moves, NEEDS_HISTORY)
    def movers(self, moves: pd.DataFrame) -> Html:
        """The customers whose category changed, and what changed."""
        rows = moves[moves["moved"].isin(["worse", "better"])]
        if rows.empty:
            return notice(text("reports.customers.no_movers"), tone="good")
        rows = rows.sort_values(["moved", "open_amount"], ascending=False)
        return table(rows, caption=text("reports.customers.movers", count=len(rows)))

    def deteriorating(self) -> Html:
        """The customers whose payments deteriorate, and the size of the gap."""
        rows, all_ = self._deteriorating, number_shown(len(self.payers))
        if rows.empty:
            return self._none_deteriorates()
        caption = text("reports.customers.deteriorating", count=len(rows), all=all_)
        return table(rows[list(_DETERIORATING)], caption=caption)

    def deteriorating_chart(self) -> charts.Figure | Html:
        """The payments of those who deteriorate most, month by month."""
        rows = self._deteriorating.head(MOST_PANELS)
        if rows.empty:
            return self._none_deteriorates()
        part = self.shown.where(customer_id=rows["customer_id"].tolist())
        last = self.policy.last_whole(self.day)
        monthly = activity_trend(part, as_of=last, months=3 * YEAR, by="customer_id", policy=self.policy)
        return charts.decliners_chart(rows, monthly, title=text("reports.customers.deteriorating_chart"))

    @property
    def _deteriorating(self) -> pd.DataFrame:
        """The deteriorating payers, the largest gap in the main currency first."""
        # Gaps of two currencies are not compared: those of the main one come first, then currency by currency.
        rows = self.payers[self.payers["deteriorating"]].assign(other=lambda rows: rows["currency"] != self.currency)
        return rows.sort_values(["other", "currency", "cash_gap"], ascending=[True, True, False])

    def _none_deteriorates(self) -> Html:
        return notice(text("reports.customers.none_deteriorates", count=len(self.payers)), tone="good")

    def inactive_past_due(self) -> Html:
        """The balances that no payment has reduced for months: another matter than deteriorating payments."""
        if self.inactive.empty:
            return notice(text("reports.customers.no_inactive"), tone="good")
        rows = self.inactive.sort_values(["currency", "inactive_amount"], ascending=[True, False])
        return table(rows[list(_INACTIVE)], caption=text("reports.customers.inactive"))

    def worklist(self) -> Html:
        """The call list: whom to contact first, and why."""
        rows = self._own(self.ranked)
        rows = rows[rows["rank"] <= CAPACITY]
        if rows.empty:
            return notice(text("reports.customers.none_to_call", currency=self.currency), tone="good")
        caption = text("reports.customers.worklist", count=len(rows), currency=self.currency)
        note = f"{self.priority} {self._not_listed()}".strip()
        return table(rows[list(_TO_CALL)], caption=caption, note=note, columns=titles(self.policy.stages))

    @property
    def priority(self) -> str:
        """The formula by which the call list is ordered, with the weights of the policy."""
        return text("collection.priority", formula=formula_in_words(self.policy.stages))

    def _not_listed(self) -> str:
        """How much past due is not on the call list: all of a customer's amount is disputed, or a few days late."""
        late = self._own(self.categorised[self.categorised["past_due"] > 0])
        # The list has every customer with something past due to ask or to wait for.
        absent = late[~late["customer_id"].isin(self._own(self.ranked)["customer_id"])]
        amount = short_amount(absent["past_due"].sum(), self.currency)
        days = self.policy.stages.grace_days
        said = text("reports.customers.not_listed", count=len(absent), amount=amount, days=days)
        return said if len(absent) else ""

    def reconciliation(self) -> Html:
        """The proof that the balances behind the page add up to the control total."""
        proof = require_reconciled(self.ledger, as_of=self.day, policy=self.policy)
        return table(proof, caption=text("reports.monthly.reconciliation", day=day_shown(self.day)))

    def sheets(self) -> list[Sheet]:
        """The workbook, from the categories to the reconciliation: every customer, not only those that a page can show.

        Examples
        --------
        >>> from arkit import reports
        >>> page = reports.customers_page(as_of="2026-10-31", entity="ES")
        >>> [sheet.name for sheet in page.sheets()]
        ['Categories', 'Worklist', 'Customers', 'Movers', 'Deteriorating', 'Inactive', 'Reconciliation']
        """
        # Without a month before an empty one, so that every workbook has the same sheets.
        moved = self.moves if self.moves is not None else self.categorised.head(0)[[*_KEYS, "name", "category"]]
        q_value, priority = text("reports.customers.q_value"), self.priority
        columns, totals = titles(self.policy.stages), ("priority_amount", "to_collect", "due_soon", *_OWED)
        proof = reconcile(self.ledger, as_of=self.day, policy=self.policy)
        made = [
            sheet("categories", category_summary(self.categorised), totals=("customers", "open_amount", "past_due")),
            sheet("worklist", self.ranked, note=priority, totals=totals, columns=columns),
            sheet("every_customer", self._every_customer(), totals=_OWED),
            sheet("movers", moved),
            sheet("deteriorating", self.payers, note=q_value),
            sheet("inactive", self.inactive, totals=("inactive_amount", "open_amount")),
            sheet("reconciliation", proof),
        ]
        return [replace(one, title=self.title) for one in made]

    def _every_customer(self) -> pd.DataFrame:
        classes = abc(self.shown, as_of=self.day, policy=self.policy)[[*_KEYS, "class_of_exposure", "class_of_sales"]]
        rules = self._rules_in_words(self.categorised["rules"])
        # A customer has one class in a currency, so that no row is repeated.
        rows = self.categorised.assign(rules=rules).merge(classes, on=_KEYS, how="left")
        return rows[[*_FIRST, *(name for name in rows.columns if name not in _FIRST)]]

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the main currency."""
        return rows[rows["currency"] == self.currency]


@in_own_language
@dataclass(frozen=True)
class OneCustomer:
    """One customer in full: payment behaviour, the category with its evidence, and the account.

    Parameters
    ----------
    categorised
        The table of :func:`arkit.categorise`.
    day
        Its day.
    booked
        The ledger in document currency, of which the statement is; without it the ledger itself.

    Raises
    ------
    UnknownNameError
        The table has no such customer.
    """

    ledger: Ledger
    categorised: pd.DataFrame
    day: date
    customer_id: str
    language: str = ENGLISH
    booked: Ledger | None = None

    def __post_init__(self) -> None:
        if self._own.empty:
            raise unknown_name("customer", self.customer_id, known=self.categorised["customer_id"].unique())

    @property
    def name(self) -> str:
        """The name, or the number where there is none."""
        names = self._own["name"].dropna()
        return str(names.iloc[0]) if len(names) else self.customer_id

    def timeline(self) -> charts.Figure:
        """The balance and payments of the customer."""
        rows = self._movements
        # One axis has one currency: the one with most movements.
        currency = rows["currency"].mode().iloc[0]
        title = text("reports.customers.timeline", name=self.name)
        return charts.customer_timeline(rows[rows["currency"] == currency], currency=currency, title=title)

    def behaviour(self) -> Html:
        """How the customer pays, the category, and its evidence."""
        return table(self._own[list(_BEHAVIOUR)], caption=text("reports.customers.behaviour", name=self.name))

    def statement(self) -> Html:
        """The last movements on the customer's account."""
        # As booked: the customer compares it with books that are not translated.
        rows = statement(self.booked or self.ledger, as_of=self.day, customer_id=self.customer_id).tail(LAST_MOVEMENTS)
        return table(rows, caption=text("reports.customers.statement", count=len(rows), name=self.name))

    @property
    def _own(self) -> pd.DataFrame:
        return self.categorised[self.categorised["customer_id"] == self.customer_id]

    @cached_property
    def _movements(self) -> pd.DataFrame:
        return statement(self.ledger, as_of=self.day, customer_id=self.customer_id)


def who_owes_what(customers: pd.DataFrame, currency: str) -> str:
    """What the customers of a currency owe, category by category, the gravest first."""
    rows = customers[customers["open_amount"] > 0]
    if rows.empty:
        return text("reports.customers.nothing_owed", currency=currency)
    by_category = [(name, rows[rows["category"] == name]) for name in reversed(categories_of(rows))]
    parts = text("reports.customers.between").join(_owed(name, own, currency) for name, own in by_category if len(own))
    total = short_amount(rows["open_amount"].sum(), currency)
    return text("reports.customers.who_owes_what", count=len(rows), total=total, parts=parts)


def _owed(category: str, rows: pd.DataFrame, currency: str) -> str:
    owed, late = (short_amount(rows[name].sum(), currency) for name in ("open_amount", "past_due"))
    name = shown_value(category, "category")
    return text("reports.customers.of_category", count=len(rows), category=name, owed=owed, late=late)


def category_summary(categorised: pd.DataFrame) -> pd.DataFrame:
    """Customers and amounts of each category, and how late its amounts were paid; the gravest category first."""
    # Weighted by amount: a customer of 300 that pays 10 days late and one of 100 that pays in time are 7.5 days late.
    weighted = {name: categorised[name] * categorised[amount] for name, amount in _WEIGHTS.items()}
    order = pd.Categorical(categorised["category"], categories_of(categorised)[::-1], ordered=True)
    groups = categorised.assign(category=order, **weighted).groupby(["currency", "category"], observed=True)
    sums = groups[["open_amount", "past_due", *_WEIGHTS, *_WEIGHTS.values()]].sum()
    for name, amount in _WEIGHTS.items():
        # Where nothing was billed there is no value, not an infinite one.
        sums[name] /= sums[amount].where(sums[amount] > 0)
    sums.insert(0, "customers", groups.size())
    return sums.drop(columns=list(_WEIGHTS.values())).reset_index()


def group_summary(groups: pd.DataFrame, by: str) -> pd.DataFrame:
    """The groups with the range of their earlier windows in words, narrow enough for a page."""

    def ranges(low: str, high: str, shown: Callable[[float], str]) -> list[str]:
        return [
            "" if is_missing(least) else text("reports.customers.range", low=shown(least), high=shown(most))
            for least, most in zip(groups[low], groups[high], strict=True)
        ]

    def days_shown(days: float) -> str:
        return number_shown(days, places=1).replace("-", MINUS)

    named = groups.assign(
        **{by: groups[by].replace({name: shown_value(name) for name in (POOLED, UNKNOWN)})},
        days_late_before=ranges("days_late_least", "days_late_most", days_shown),
        on_time_before=ranges("on_time_least", "on_time_most", share_shown),
    )
    return named[[by, *_OF_GROUPS]]
