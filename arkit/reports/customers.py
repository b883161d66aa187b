"""The customers page: segments, movers, the worklist, and one customer in full.

Sentences on customers: what each category owes, and what is not on the worklist.

The customers page as a workbook: every customer, not only those that a page can show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.aging.reconcile import reconcile, require_reconciled
from arkit.calendar import months_before
from arkit.collection.worklist import worklist
from arkit.flows.activity import activity_trend
from arkit.model.ledger import Ledger, as_day
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present import charts
from arkit.present.charts import Figure
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet
from arkit.reports.facts import main_currency, open_ledger
from arkit.reports.one_customer import OneCustomer
from arkit.reports.summaries import category_summary, group_summary
from arkit.segmentation.abc import abc
from arkit.segmentation.behaviour import behaviour_trend, payment_behaviour
from arkit.segmentation.categories import CATEGORIES, categorise, category_matrix, migration
from arkit.segmentation.decline import deteriorating_payers
from arkit.segmentation.groups import group_behaviour
from arkit.segmentation.inactive import inactive_past_due
from arkit.words.columns import ALL_ENTITIES, Column, column
from arkit.words.formats import day_shown, short_amount

if TYPE_CHECKING:
    import pandas as pd


def who_owes_what(customers: pd.DataFrame, currency: str) -> str:
    """Return what the customers of a currency owe, category by category, the gravest first."""
    rows = customers[customers["open_amount"] > 0]
    if rows.empty:
        return f"Nobody owes anything in {currency}."
    parts = [_owed(name, rows[rows["category"] == name], currency) for name in reversed(CATEGORIES)]
    total = short_amount(rows["open_amount"].sum(), currency)
    return f"{len(rows):,} customers owe {total}: {'; '.join(part for part in parts if part)}."


def _owed(category: str, rows: pd.DataFrame, currency: str) -> str:
    if rows.empty:
        return ""
    owed, late = (short_amount(rows[name].sum(), currency) for name in ("open_amount", "past_due"))
    return f"{len(rows):,} {category} {owed}, of it past due {late}"


def not_on_the_list(customers: pd.DataFrame, ranked: pd.DataFrame, currency: str) -> str:
    """Return how much past due is not on the worklist of a currency, because all of a customer's is disputed."""
    late = customers[(customers["currency"] == currency) & (customers["past_due"] > 0)]
    absent = late[~late["customer_id"].isin(ranked.loc[ranked["currency"] == currency, "customer_id"])]
    if absent.empty:
        return ""
    amount = short_amount(absent["past_due"].sum(), currency)
    return f" Not on the list, since all of it is disputed: {amount} past due of {len(absent):,} customers."


CAPACITY: Final = 15
YEAR: Final = 12
MOST_PANELS: Final = 9
SMALLEST_GROUP: Final = 5
GROUP_WINDOW: Final = "the last six months"
NO_DECLINE: Final = "None of {:,} customers pays less or more slowly than before beyond chance."
NEEDS_HISTORY: Final = "How customers pay can be seen only in a ledger with history; a snapshot of open items has none."


def customers_page(
    *,
    ledger: str | Path = "",
    layout: str | Path = "",
    as_of: str,
    entity: str = ALL_ENTITIES,
    policy: str | Path = "",
    customer: str = "",
) -> CustomersPage:
    """Prepare the page on customers of a day.

    Parameters
    ----------
    ledger, layout, as_of, entity, policy
        As in :func:`arkit.reports.monthly_report`.
    customer
        The customer that is shown in full; empty for the first on the worklist.

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
    whole = open_ledger(ledger, layout=layout, as_of=as_of)
    part = whole if entity == ALL_ENTITIES else whole.where(entity=entity)
    chosen = Policy.load(policy) if policy else DEFAULT_POLICY
    return CustomersPage(part, day=part.require(as_day(as_of)), entity=entity, policy=chosen, chosen=customer)


@dataclass(frozen=True)
class CustomersPage:
    """The customers of a day: every section is made on demand, numbers once."""

    ledger: Ledger
    day: date
    entity: str = ALL_ENTITIES
    policy: Policy = DEFAULT_POLICY
    chosen: str = ""

    @property
    def title(self) -> str:
        """What the page is of."""
        of = "" if self.entity == ALL_ENTITIES else f" of {self.entity}"
        return f"Customers{of} on {day_shown(self.day)}"

    @cached_property
    def currency(self) -> str:
        """The currency with most open items."""
        return main_currency(self.ledger, self.day, self.policy)

    @cached_property
    def categorised(self) -> pd.DataFrame:
        """The behaviour of every customer, with category, evidence and recommendation."""
        return categorise(payment_behaviour(self.ledger, as_of=self.day, policy=self.policy))

    @cached_property
    def moves(self) -> pd.DataFrame | None:
        """The category of every customer a month before and now."""
        before = months_before(self.day, 1)
        if before <= self.ledger.covers[0]:
            return None
        return migration(categorise(payment_behaviour(self.ledger, as_of=before, policy=self.policy)), self.categorised)

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The worklist."""
        return worklist(self.ledger, self.categorised, as_of=self.day, policy=self.policy)

    @cached_property
    def one(self) -> OneCustomer:
        """The customer that is shown in full: the chosen one, else the first on the worklist."""
        first = self.ranked[self.ranked["currency"] == self.currency]
        rows = first if len(first) else self.categorised
        return OneCustomer(self.ledger, self.categorised, self.day, self.chosen or str(rows["customer_id"].iloc[0]))

    def headline(self) -> Html:
        """How many customers are reliable, a problem, risky, and what stands with them."""
        rows = self.categorised[self.categorised["currency"] == self.currency]
        lines = [f"Customers with open items in {self.currency}; other currencies are in the tables."]
        return page_part("headline", title=self.title, sentence=who_owes_what(rows, self.currency), lines=lines)

    def segment_map(self) -> Figure:
        """Every customer by exposure and lateness."""
        rows = self.categorised[self.categorised["currency"] == self.currency]
        return charts.segment_map(rows, currency=self.currency, title=f"Exposure and lateness, {day_shown(self.day)}")

    def categories(self) -> Html:
        """The categories: customers, what they owe, how late they pay."""
        note = "Weighted by amount; what is unpaid counts as at least this late. Days late are of the whole history."
        return table(category_summary(self.categorised), caption="Categories by currency", note=note)

    def categories_over_time(self) -> Figure:
        """What the customers of each category owed at the month-ends of a year, as they were judged then."""
        trend = categorise(behaviour_trend(self.ledger, as_of=self.day, months=YEAR, policy=self.policy))
        own = trend[trend["currency"] == self.currency]
        sums = own.groupby(["as_of", "category"]).agg(
            customers=("customer_id", "size"), open_amount=("open_amount", "sum")
        )
        title = f"What each category owes, {self.currency}, month-ends"
        return charts.categories_over_time(sums.reset_index(), currency=self.currency, title=title)

    def classes(self) -> Figure:
        """How much of the exposure stands with whom: ABC classes by category."""
        rows = category_matrix(self.categorised, abc(self.ledger, as_of=self.day, policy=self.policy))
        own = rows[rows["currency"] == self.currency]
        title = f"Who owes what in {self.currency}, and how many: A owes 80 % together, B up to 95 %"
        return charts.class_matrix(own, categories=CATEGORIES, currency=self.currency, title=title)

    def groups(self, by: str) -> Html:
        """How an industry, a size or a country pays, against its own history."""
        rows = group_behaviour(self.ledger, as_of=self.day, by=by)
        note = (
            f"What fell due in {GROUP_WINDOW}, weighted by amount, against windows of that length before, each as "
            f"it was known at its end. Groups of fewer than {SMALLEST_GROUP} customers are pooled."
        )
        caption = f"Payment by {column(by).title.lower()}, against its own history"
        titles = {"days_late_before": Column("Days late, before")}
        return table(group_summary(rows, by), caption=caption, note=note, columns=titles)

    def migration(self) -> Figure | Html:
        """How many customers moved between the categories since the month before."""
        if self.moves is None:
            return notice(NEEDS_HISTORY)
        return charts.migration_chart(
            self.moves, categories=CATEGORIES, title="Customers by category in all currencies, a month before and now"
        )

    def movers(self) -> Html:
        """The customers whose category changed, and what changed."""
        if self.moves is None:
            return notice(NEEDS_HISTORY)
        rows = self.moves[self.moves["moved"].isin(["worse", "better"])].sort_values(
            ["moved", "open_amount"], ascending=False
        )
        if rows.empty:
            return notice("No customer changed the category since the month before.", tone="good")
        return table(rows, caption=f"{len(rows)} customers changed the category")

    @cached_property
    def payers(self) -> pd.DataFrame:
        """Every customer's payments against the customer's own past."""
        return deteriorating_payers(self.ledger, as_of=self.day)

    def decliners(self) -> Html:
        """The customers whose payments decline, and the size of the gap."""
        found, rows = self.payers, self._declining
        if rows.empty:
            return notice(NO_DECLINE.format(len(found)), tone="good")
        shown = rows[["customer_id", "name", "currency", "aspect", "paid_before", "paid_recent", "cash_gap", "q_value"]]
        return table(shown, caption=f"{len(rows)} of {len(found):,} customers pay less, less often or more slowly")

    def decliners_chart(self) -> Figure | Html:
        """The payments of those who decline most, month by month."""
        rows = self._declining.head(MOST_PANELS)
        if rows.empty:
            return notice(NO_DECLINE.format(len(self.payers)), tone="good")
        part = self.ledger.where(customer_id=rows["customer_id"].tolist())
        monthly = activity_trend(part, as_of=self.day, months=3 * YEAR, by="customer_id")
        return charts.decliners_chart(
            rows, monthly, title="Monthly payments of those with the largest gap, and their level"
        )

    @property
    def _declining(self) -> pd.DataFrame:
        """The deteriorating payers, the largest gap in the main currency first."""
        rows = self.payers[self.payers["deteriorating"]].assign(other=lambda rows: rows["currency"] != self.currency)
        return rows.sort_values(["other", "currency", "cash_gap"], ascending=[True, True, False])

    @cached_property
    def static(self) -> pd.DataFrame:
        """The debts that no payment has reduced."""
        return inactive_past_due(self.ledger, as_of=self.day)

    def inactive_past_due(self) -> Html:
        """The debts that no payment has reduced for months: another matter than deteriorating payments."""
        rows = self.static
        if rows.empty:
            return notice("Every open debt was reduced in the last six months.", tone="good")
        shown = [
            "customer_id",
            "name",
            "currency",
            "inactive_amount",
            "items",
            "inactive_since",
            "oldest_days",
            "otherwise_pays",
        ]
        rows = rows.sort_values(["currency", "inactive_amount"], ascending=[True, False])
        return table(rows[shown], caption="Debts that no payment has reduced for six months")

    def worklist(self) -> Html:
        """Whom to chase first, and why."""
        rows = self.ranked[(self.ranked["currency"] == self.currency) & (self.ranked["rank"] <= CAPACITY)]
        if rows.empty:
            return notice(f"Nothing in {self.currency} is past due and undisputed.", tone="good")
        shown = ["rank", "customer_id", "name", "currency", "category", "open_amount", "past_due", "stage_days"]
        more = ["chance_late", "priority_amount", "stage", "next_step", "reasons"]
        note = (
            "In order of the amount at risk = (open - disputed) x chance of lateness observed in the category x share "
            "not insured; customers inside a promise come last."
        )
        note += not_on_the_list(self.categorised, self.ranked, self.currency)
        return table(rows[[*shown, *more]], caption=f"The first {len(rows)} to chase in {self.currency}", note=note)

    def reconciliation(self) -> Html:
        """The proof that the balances behind the page add up to the control total."""
        proof = require_reconciled(self.ledger, as_of=self.day, policy=self.policy)
        return table(proof, caption=f"Reconciliation on {day_shown(self.day)}")


_KEYS: Final = ["customer_id", "currency"]
_OWED: Final = ("open_amount", "past_due", "disputed_amount")
_FIRST: Final = ("customer_id", "name", "currency", "category", "evidence", "recommendation")


def customer_sheets(page: CustomersPage) -> list[Sheet]:
    """Return the sheets of the customers page, from the categories to the reconciliation.

    Parameters
    ----------
    page
        The page.

    Returns
    -------
    list of Sheet
        Finished tables with titles and totals, for ``arkit.present.workbook``.

    Examples
    --------
    >>> from arkit import reports
    >>> page = reports.customers_page(as_of="2026-10-31", entity="ES")
    >>> [sheet.name for sheet in reports.customer_sheets(page)]
    ['Categories', 'Worklist', 'Customers', 'Movers', 'Deteriorating', 'Static', 'Reconciliation']
    """
    sheets = [*_judged(page), *_changing(page), _reconciliation(page)]
    return [replace(sheet, title=page.title) for sheet in sheets]


def _judged(page: CustomersPage) -> list[Sheet]:
    """Return who the customers are, and whom to chase."""
    return [
        Sheet(
            name="Categories",
            table=category_summary(page.categorised),
            subtitle="Customers and amounts by category; days late and on time weighted by amount",
            totals=("customers", "open_amount", "past_due"),
        ),
        Sheet(
            name="Worklist",
            table=page.ranked,
            subtitle="Whom to chase first, by currency",
            note="Amount at risk = (open - disputed) x chance of lateness of the category x share not insured.",
            totals=("priority_amount", *_OWED),
        ),
        Sheet(
            name="Customers",
            table=_every_customer(page),
            subtitle="Behaviour, category with its evidence, ABC classes",
            totals=_OWED,
        ),
    ]


def _changing(page: CustomersPage) -> list[Sheet]:
    """Return who moved, who pays less, and whose debt does not move."""
    moved = page.moves if page.moves is not None else page.categorised.head(0)[[*_KEYS, "name", "category"]]
    return [
        Sheet(name="Movers", table=moved, subtitle="The category a month before and now"),
        Sheet(
            name="Deteriorating",
            table=page.payers,
            subtitle="Payments against each customer's own past, the surest decline first",
            note="q-value: the share of wrong names to expect among those at least as sure as this one.",
        ),
        Sheet(
            name="Static",
            table=page.static,
            subtitle="Debts that no payment has reduced for six months",
            totals=("inactive_amount", "open_amount"),
        ),
    ]


def _reconciliation(page: CustomersPage) -> Sheet:
    return Sheet(
        name="Reconciliation",
        table=reconcile(page.ledger, as_of=page.day, policy=page.policy),
        subtitle="Gross + unapplied + set apart + rounding = control total",
    )


def _every_customer(page: CustomersPage) -> pd.DataFrame:
    classes = abc(page.ledger, as_of=page.day, policy=page.policy)[[*_KEYS, "class_of_exposure", "class_of_sales"]]
    rows = page.categorised.merge(classes, on=_KEYS, how="left")
    return rows[[*_FIRST, *(name for name in rows.columns if name not in _FIRST)]]
