"""The customers page: segments, movers, the worklist, and one customer in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.balances import require_reconciled, statement
from arkit.collection import worklist
from arkit.credit import categorise, declining_payers, migration, static_debtors
from arkit.credit.rules import CATEGORIES
from arkit.days import months_before
from arkit.ledger import Ledger
from arkit.ledger.model import as_day
from arkit.measures import payment_behaviour
from arkit.pages.facts import main_currency, open_ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present import figures
from arkit.present.figures import Figure
from arkit.present.html import Html, notice, page_part, table
from arkit.present.wording import day_shown, short_amount
from arkit.terms import ALL_ENTITIES, Column

if TYPE_CHECKING:
    import pandas as pd

CAPACITY: Final = 15
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
        As in :func:`arkit.pages.monthly_report`.
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
    >>> from arkit import pages
    >>> pages.customers_page(as_of="2026-10-31", entity="ES").title
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
        return worklist(self.ledger, self.categorised, as_of=self.day)

    @cached_property
    def customer(self) -> str:
        """The customer that is shown in full."""
        if self.chosen:
            return self.chosen
        first = self.ranked[self.ranked["currency"] == self.currency]
        rows = first if len(first) else self.categorised
        return str(rows["customer_id"].iloc[0])

    def headline(self) -> Html:
        """How many customers are reliable, a problem, risky, and what stands with them."""
        rows = self.categorised[self.categorised["currency"] == self.currency]
        parts = []
        for name in reversed(CATEGORIES):
            group = rows[rows["category"] == name]
            if len(group):
                amount = short_amount(group["open_amount"].sum(), self.currency)
                parts.append(f"{len(group)} {name} owe {amount}")
        lines = [f"Customers with business in {self.currency}; other currencies are in the tables."]
        return page_part("headline", title=self.title, sentence="; ".join(parts) + ".", lines=lines)

    def segment_map(self) -> Figure:
        """Every customer by exposure and lateness."""
        rows = self.categorised[self.categorised["currency"] == self.currency]
        return figures.segment_map(rows, currency=self.currency, title=f"Exposure and lateness, {day_shown(self.day)}")

    def categories(self) -> Html:
        """The categories: customers, what they owe, how late they pay."""
        groups = self.categorised.groupby(["currency", "category"], observed=True)
        summary = groups.agg(
            customers=("customer_id", "size"),
            open_amount=("open_amount", "sum"),
            past_due=("past_due", "sum"),
            days_late_median=("days_late_median", "median"),
            on_time_share=("on_time_share", "mean"),
        ).reset_index()
        note = "Days late and on time: the median and the mean of the customers."
        return table(summary.round(4), caption="Categories by currency", note=note)

    def migration(self) -> Figure | Html:
        """How many customers moved between the categories since the month before."""
        if self.moves is None:
            return notice(NEEDS_HISTORY)
        return figures.migration_chart(self.moves, categories=CATEGORIES, title="Categories, a month before and now")

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

    def decliners(self) -> Html:
        """The customers whose payments decline, and the size of the gap."""
        found = declining_payers(self.ledger, as_of=self.day)
        rows = found[found["declining"]].sort_values("cash_gap", ascending=False)
        if rows.empty:
            return notice(
                f"None of {len(found):,} customers pays less or more slowly than before beyond chance.", tone="good"
            )
        shown = rows[["customer_id", "name", "currency", "aspect", "paid_before", "paid_recent", "cash_gap", "q_value"]]
        return table(shown, caption=f"{len(rows)} of {len(found):,} customers pay less, less often or more slowly")

    def static_debtors(self) -> Html:
        """The debts that no payment has reduced for months: another matter than declining payments."""
        rows = static_debtors(self.ledger, as_of=self.day)
        if rows.empty:
            return notice("Every open debt was reduced in the last six months.", tone="good")
        shown = [
            "customer_id",
            "name",
            "currency",
            "static_amount",
            "items",
            "static_since",
            "oldest_days",
            "otherwise_pays",
        ]
        return table(rows[shown], caption="Debts that no payment has reduced for six months")

    def worklist(self) -> Html:
        """Whom to chase first, and why."""
        rows = self.ranked[(self.ranked["currency"] == self.currency) & (self.ranked["rank"] <= CAPACITY)]
        if rows.empty:
            return notice(f"Nothing in {self.currency} is past due and undisputed.", tone="good")
        shown = ["rank", "customer_id", "name", "currency", "category", "amount_at_risk", "past_due", "oldest_days"]
        note = "Amount at risk = (open - disputed) x chance of lateness observed in the category x share not insured."
        caption = f"The first {len(rows)} to chase in {self.currency}"
        return table(rows[[*shown, "stage", "next_step", "reasons"]], caption=caption, note=note)

    def customer_timeline(self) -> Figure | Html:
        """The balance and payments of the chosen customer."""
        rows = self._statement()
        currency = rows["currency"].mode().iloc[0]
        one = rows[rows["currency"] == currency]
        return figures.customer_timeline(one, currency=currency, title=f"{self._name()}: balance and payments")

    def customer_behaviour(self) -> Html:
        """How the chosen customer pays, the category, and its evidence."""
        own = self.categorised[self.categorised["customer_id"] == self.customer]
        columns = [
            "currency",
            "category",
            "evidence",
            "recommendation",
            "days_late",
            "days_late_median",
            "on_time_share",
        ]
        more = ["payments_per_month", "last_payment", "open_amount", "past_due", "limit_use"]
        return table(own[[*columns, *more]], caption=f"How {self._name()} pays")

    def customer_statement(self) -> Html:
        """The last movements on the chosen customer's account."""
        rows = self._statement().tail(25)
        return table(
            rows,
            caption=f"Statement of {self._name()}, last {len(rows)} movements",
            columns={"balance": Column("Balance", "amount")},
        )

    def reconciliation(self) -> Html:
        """The proof that the balances behind the page add up to the control total."""
        proof = require_reconciled(self.ledger, as_of=self.day, policy=self.policy)
        return table(proof, caption=f"Reconciliation on {day_shown(self.day)}")

    def _statement(self) -> pd.DataFrame:
        return statement(self.ledger, as_of=self.day, customer_id=self.customer)

    def _name(self) -> str:
        names = self.categorised.loc[self.categorised["customer_id"] == self.customer, "name"].dropna()
        return str(names.iloc[0]) if len(names) else self.customer
