"""The monthly report: each method is one section, a notebook cell calls one method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from arkit.aging.reconcile import require_reconciled
from arkit.flows.roll_rates import roll_rates
from arkit.flows.vintage import vintage
from arkit.model.ledger import Ledger, as_day
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.present import charts
from arkit.present.charts import Figure
from arkit.present.html import Html, notice, page_part, table
from arkit.reports.closing import Closing, Earlier
from arkit.reports.customers import CustomersPage
from arkit.reports.facts import LARGEST, Facts, open_ledger
from arkit.reports.headline import other_currencies, sentence
from arkit.reports.summaries import (
    definition_table,
    finding_summary,
    late_labels,
    lines_of,
    moved_lines,
    movement_summary,
    policy_table,
    tie_out,
    with_shares,
)
from arkit.reports.tiles import figure_tiles
from arkit.words.columns import ALL_ENTITIES, Column
from arkit.words.formats import day_shown

_OPEN: Final = ("currency", "open_amount", "disputed")
_EXPOSED: Final = ("entity", "customer_id", "name", "item_id", "due_date", "days_past_due", *_OPEN)
NEEDS_HISTORY: Final = (
    "This section compares with the month before and needs a ledger with history; a snapshot of open items has none."
)


def monthly_report(
    *,
    ledger: str | Path = "",
    layout: str | Path = "",
    as_of: str,
    entity: str = ALL_ENTITIES,
    policy: str | Path = "",
    earlier: str | Path = "",
) -> MonthlyReport:
    """Prepare the report of a month-end.

    Parameters
    ----------
    ledger
        A file or folder that :func:`arkit.read_ledger` reads; empty for the sample that comes with arkit.
    layout
        The layout of the export; empty for canonical columns or a frozen ledger.
    as_of
        The day, as ISO text.
    entity
        The entity, or ``all``.
    policy
        A TOML file; empty for the default policy.
    earlier
        What was published before, as a run writes it; empty if nothing was.

    Returns
    -------
    MonthlyReport
        One method for each section.

    Raises
    ------
    ArkitError
        The ledger cannot be read, does not cover the day, or has no such entity.

    Examples
    --------
    >>> from arkit import reports
    >>> report = reports.monthly_report(as_of="2026-10-31", entity="ES")
    >>> report.title
    'Receivables of ES on 31 Oct 2026'
    """
    whole = open_ledger(ledger, layout=layout, as_of=as_of)
    part = whole if entity == ALL_ENTITIES else whole.where(entity=entity)
    before = Earlier.load(earlier) if earlier else None
    settings = Policy.load(policy) if policy else Policy()
    return MonthlyReport(part, as_of=as_of, entity=entity, policy=settings, earlier=before)


@dataclass(frozen=True)
class MonthlyReport:
    """The report of a month-end on a ledger: every section is made on demand, numbers once."""

    ledger: Ledger
    as_of: str
    entity: str = ALL_ENTITIES
    policy: Policy = DEFAULT_POLICY
    earlier: Earlier | None = None

    @cached_property
    def facts(self) -> Facts:
        """The numbers behind the sections."""
        return Facts(self.ledger, self.ledger.require(as_day(self.as_of)), self.policy)

    @property
    def title(self) -> str:
        """What the report is of."""
        of = "" if self.entity == ALL_ENTITIES else f" of {self.entity}"
        return f"Receivables{of} on {day_shown(as_day(self.as_of))}"

    def headline(self) -> Html:
        """What the month-end says, in one sentence."""
        lines = [*other_currencies(self.facts), *self.closing.remarks()]
        return page_part("headline", title=self.title, sentence=sentence(self.facts), lines=lines)

    def kpis(self) -> Html:
        """The KPIs of the main currency as tiles, with last month, last year and the trend."""
        return figure_tiles(self.facts)

    def aging_chart(self) -> Figure:
        """The aging by currency as a chart, with the month before as marks."""
        basis = "due date" if self.policy.basis == "due_date" else "document date"
        return charts.aging_chart(
            self.facts.aging,
            labels=self.policy.labels,
            title=f"Open receivables by days past the {basis}, {day_shown(self.facts.day)}",
            before=self.facts.aging_before,
        )

    def aging_over_time(self) -> Figure | Html:
        """The aging of the main currency at the month-ends of up to three years."""
        currency = self.facts.main_currency
        if self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        title = f"Open receivables by age in {currency}, month-ends"
        return charts.aging_stack(self.facts.aging_over_time, labels=self.policy.labels, currency=currency, title=title)

    def aging(self) -> Html:
        """The aging by currency."""
        note = f"{self._basis()} Gross is the sum of the buckets, unapplied amounts stand apart, net is both together."
        return table(
            with_shares(self.facts.aging, self.policy), caption="Aging by currency", note=note, kind_column="kind"
        )

    def entities(self) -> Html:
        """The aging by entity and currency."""
        return table(self.facts.by_entity, caption="Aging by entity and currency", note=self._basis())

    def relations(self) -> Html:
        """What companies of the group owe each other, apart from what others owe."""
        if self.facts.relations.empty:
            return notice("No customer is marked as a company of the group.")
        note = "What companies of the group owe each other is no receivable of the group as a whole."
        return table(self.facts.relations, caption="Companies of the group apart from other customers", note=note)

    def customers(self) -> Html:
        """The customers with the largest balances in the main currency."""
        currency = self.facts.main_currency
        rows = self.facts.by_customer[self.facts.by_customer["currency"] == currency]
        shown = rows.head(LARGEST)
        caption = f"The {len(shown)} largest of {len(rows):,} customers with open items in {currency}"
        return table(shown, caption=caption, note="All customers are in the workbook.")

    def exposures(self) -> Html:
        """The largest items past due in the main currency."""
        items, currency = self.facts.items, self.facts.main_currency
        late = items[(items["currency"] == currency) & (items["bucket"].isin(late_labels(self.policy)))]
        shown = late.nlargest(LARGEST, "open_amount")[list(_EXPOSED)]
        if shown.empty:
            return notice(f"Nothing in {currency} is past due.", tone="good")
        return table(shown, caption=f"The {len(shown)} largest of {len(late):,} items past due in {currency}")

    def movements(self) -> Html:
        """What became of the open items since the month before."""
        if self.facts.moved is None or self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        summary = movement_summary(self.facts.moved)
        names = {
            "before": Column(day_shown(self.facts.month_before), "amount"),
            "open_amount": Column(day_shown(self.facts.day), "amount"),
        }
        note = "Cured: past due then, paid now. Worsened: in an older bucket. Changes add up to the change of net."
        return table(summary, caption="Items since the month before", note=note, columns=names)

    def roll_forward_chart(self) -> Figure | Html:
        """What moved the balance of the main currency since the month before."""
        forward, currency = self.facts.forward, self.facts.main_currency
        if forward is None or self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        rows = forward[forward["currency"] == currency]
        if rows.empty:
            return notice(f"Nothing in {currency} was open or moved since the month before.")
        title = (
            f"From {day_shown(self.facts.month_before)} to {day_shown(self.facts.day)}, net receivables in {currency}"
        )
        return charts.roll_forward_chart(rows.iloc[0], lines=lines_of(forward), currency=currency, title=title)

    def roll_forward(self) -> Html:
        """What moved the balance of each currency since the month before."""
        if self.facts.forward is None:
            return notice(NEEDS_HISTORY)
        note = "Opening and closing are net balances; the lines between them add up, to the cent."
        return table(moved_lines(self.facts.forward), caption="Roll-forward by currency", note=note)

    def kpis_over_time(self) -> Figure | Html:
        """The course of the KPIs of the main currency."""
        if self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        currency = self.facts.main_currency
        trend = self.facts.trend[self.facts.trend["currency"] == currency]
        return charts.kpi_chart(trend, title=f"KPIs in {currency}, {len(self.facts.month_ends)} month-ends")

    def roll_rates(self) -> Figure | Html:
        """How much of each bucket grew older from month to month."""
        if self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        currency = self.facts.main_currency
        rates = roll_rates(self.ledger, as_of=self.facts.day, policy=self.policy, monthly=True)
        shown = rates[rates["currency"] == currency]
        title = f"Roll rates in {currency}: share of each bucket that was older a month later"
        return charts.roll_rate_heat_map(shown, labels=self.policy.labels[:-1], title=title)

    def vintages(self) -> Figure | Html:
        """How much of each month's billings is still open, by age."""
        if self.facts.month_before is None:
            return notice(NEEDS_HISTORY)
        currency = self.facts.main_currency
        rows = vintage(self.ledger, as_of=self.facts.day)
        return charts.vintage_chart(rows[rows["currency"] == currency], title=f"Billings still open by age, {currency}")

    def concentration(self) -> Figure:
        """How few customers owe how much."""
        currency = self.facts.main_currency
        rows = self.facts.by_customer[self.facts.by_customer["currency"] == currency]
        return charts.pareto_chart(rows, currency=currency, title=f"Largest customer balances, {currency}")

    def categories(self) -> Html:
        """How the customers pay: reliable, problem, risky, new."""
        return notice(NEEDS_HISTORY) if self.ledger.is_snapshot else self._customers.categories()

    def worklist(self) -> Html:
        """Whom to chase first, and why."""
        return notice(NEEDS_HISTORY) if self.ledger.is_snapshot else self._customers.worklist()

    @cached_property
    def _customers(self) -> CustomersPage:
        return CustomersPage(self.ledger, day=self.facts.day, entity=self.entity, policy=self.policy)

    @cached_property
    def closing(self) -> Closing:
        """The sections on the close: general ledger, cut-off, what was published before."""
        return Closing(self.ledger, self.facts.day, self.policy, self.earlier or Earlier())

    def findings(self) -> Html:
        """What was found while reading: how many rows, how much, and what was done."""
        summary = finding_summary(self.ledger.findings)
        if summary.empty:
            return notice("Nothing was found: every row could be used as it is.", tone="good")
        return table(
            summary, caption="Findings while reading", note="Each row, with value and reason, is in the workbook."
        )

    def definitions(self) -> Html:
        """How each KPI is computed, and the policy that was used."""
        return table(definition_table(), caption="KPIs", columns={"kpi": Column("Name")})

    def settings(self) -> Html:
        """The policy that was used."""
        return table(policy_table(self.policy), caption=f"Policy: {self.policy.name}")

    def reconciliation(self) -> Html:
        """The proof that what is shown adds up to the control total; the report stops here if it does not."""
        proof = require_reconciled(self.ledger, as_of=self.facts.day, policy=self.policy)
        note = (
            "Gross + unapplied + set apart + rounding = control total, which is the sum of the raw amounts. "
            + tie_out(proof)
        )
        return table(proof, caption=f"Reconciliation on {day_shown(self.facts.day)}", note=note)

    def _basis(self) -> str:
        basis = "due date" if self.policy.basis == "due_date" else "document date"
        return f"Days are counted from the {basis}; an item is overdue from day {self.policy.first_overdue_day}."
