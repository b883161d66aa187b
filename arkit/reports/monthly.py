"""The monthly report: each method is one section, a notebook cell calls one; the workbook has the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import pandas as pd
from msgspec import UNSET

from arkit.aging.reconcile import ACCEPTED, require_reconciled, with_accepted
from arkit.flows.roll_forward import vintage
from arkit.flows.roll_rates import roll_rates
from arkit.kpi.registry import KPIS
from arkit.model.ledger import Ledger, as_day
from arkit.policy import DEFAULT_POLICY, Accepted, Policy
from arkit.present import charts
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Chart, Sheet
from arkit.reports.closing import Closing, Earlier
from arkit.reports.customers import CustomersPage
from arkit.reports.facts import (
    BALANCES,
    Facts,
    in_page_language,
    late_labels,
    lines_between,
    moved_lines,
    movement_summary,
    needs,
    opened,
    sheet,
    title_of,
)
from arkit.reports.headline import beside_headline, drivers, headline
from arkit.reports.tiles import report_tiles, speed_remarks
from arkit.words.catalogue import ENGLISH, has_text, in_own_language, text
from arkit.words.columns import ALL_ENTITIES, Column, day_shown

LARGEST: Final = 10
NEEDS_HISTORY: Final = "reports.monthly.needs_history"
_OPEN: Final = ("currency", "open_amount", "disputed")
_EXPOSED: Final = ("entity", "customer_id", "name", "item_id", "due_date", "days_past_due", *_OPEN)
_MOVED: Final = ("before", "open_amount", "change")


def monthly_report(
    *,
    ledger: str | Path = "",
    layout: str | Path = "",
    as_of: str,
    entity: str = ALL_ENTITIES,
    policy: str | Path = "",
    earlier: str | Path = "",
    language: str = ENGLISH,
    currency: str = "",
    window: str = "",
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
    language
        The language of titles, texts and numbers: ``en``, ``ru`` or ``zh``.
    currency
        The presentation currency; empty for that of the policy, else the default of :class:`arkit.Policy`.
    window
        The window of the KPIs (``month``, ``quarter``, ``year`` or a number of days); empty for that of the policy.

    Returns
    -------
    MonthlyReport
        One method for each section.

    Raises
    ------
    ArkitError
        The ledger cannot be read, does not cover the day, or has no such entity; or there is no such language.

    Examples
    --------
    >>> from arkit import reports
    >>> report = reports.monthly_report(as_of="2026-10-31", entity="ES")
    >>> report.title
    'Receivables of ES on 31 Oct 2026'
    """
    source = {"layout": layout, "as_of": as_of, "entity": entity, "policy": policy, "window": window}
    return MonthlyReport.opened(ledger, source, earlier=earlier, language=language, currency=currency)


# What a section cannot do without; the decorator `needs` hands it over, or says that there is no history.
def _month_before(report: MonthlyReport) -> date | None:
    return report.facts.month_before


def _moved(report: MonthlyReport) -> pd.DataFrame | None:
    return report.facts.moved


def _forward(report: MonthlyReport) -> pd.DataFrame | None:
    return report.facts.forward


def _customers(report: MonthlyReport) -> CustomersPage | None:
    """The page on customers; a snapshot says nothing about how they pay."""
    return None if report.ledger.is_snapshot else report.customers_page


@in_own_language
@dataclass(frozen=True)
class MonthlyReport:
    """The report of a month-end on a ledger: every section is made on demand, numbers once."""

    ledger: Ledger
    as_of: str
    entity: str = ALL_ENTITIES
    policy: Policy = DEFAULT_POLICY
    earlier: Earlier | None = None
    language: str = ENGLISH
    currency: str = ""

    @classmethod
    def opened(
        cls, ledger: str | Path, source: Mapping[str, Any], *, earlier: str | Path, language: str, currency: str
    ) -> Self:
        """The report of a source, as :func:`arkit.reports.facts.opened` takes it, beside what was published before."""
        part, policy = opened(ledger, **source)
        before = Earlier.load(earlier) if earlier else None
        page = cls(part, as_of=source["as_of"], entity=source["entity"], policy=policy, earlier=before)
        return replace(page, language=language, currency=currency)

    @cached_property
    def facts(self) -> Facts:
        """The numbers behind the sections."""
        day = self.ledger.require(as_day(self.as_of))
        return Facts(self.ledger, day, self.policy, self.language, self.currency)

    @cached_property
    def closing(self) -> Closing:
        """The sections on the close: general ledger, cut-off, what was published before."""
        return Closing(self.ledger, self.facts.day, self.policy, self.earlier or Earlier(), self.language)

    @cached_property
    def customers_page(self) -> CustomersPage:
        """The page on the same customers."""
        page = CustomersPage(
            self.ledger, day=self.facts.day, entity=self.entity, policy=self.policy, language=self.language
        )
        return replace(page, asked=self.currency)

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """The differences to the general ledger that a person has accepted."""
        return self.earlier.accepted if self.earlier else ()

    @property
    def title(self) -> str:
        """What the report is about."""
        return title_of("monthly_report", self.entity, as_day(self.as_of))

    def headline(self) -> Html:
        """What the month-end says, in one sentence."""
        lines = [*beside_headline(self.facts), *speed_remarks(self.facts), *self.closing.remarks()]
        sentence, doubts = headline(self.facts), self.facts.doubts
        return page_part("headline", title=self.title, sentence=sentence, lines=lines, doubts=doubts)

    def kpis(self) -> Html:
        """The KPIs of the main currency as tiles, with last month, last year and the trend."""
        return report_tiles(self.facts)

    @needs(_month_before, NEEDS_HISTORY)
    def drivers(self, since: date) -> Html:
        """What drove the change of gross receivables since the month before."""
        rows = drivers(self.facts, since)
        if rows.empty:
            return notice(text("reports.drivers.none", day=day_shown(since)))
        caption = text("reports.drivers.caption", since=day_shown(since), day=day_shown(self.facts.day))
        columns = {"name": Column(text("reports.drivers.name"))}
        return table(rows, caption=caption, note=text("reports.drivers.note"), columns=columns)

    def aging_chart(self) -> charts.Figure:
        """The aging by currency as a chart, with the month before as marks."""
        title = text(f"reports.monthly.aging_chart.{self.policy.basis}", day=day_shown(self.facts.day))
        before = self.facts.aging_before
        return charts.aging_chart(self.facts.aging, labels=self.policy.labels, title=title, before=before)

    @needs(_month_before, NEEDS_HISTORY)
    def aging_over_time(self, _: date) -> charts.Figure:
        """The aging of the main currency at the month-ends of up to three years."""
        currency, labels = self.facts.main_currency, self.policy.labels
        title = text("reports.monthly.aging_over_time", currency=currency)
        return charts.aging_stack(self.facts.aging_over_time, labels=labels, currency=currency, title=title)

    def aging(self) -> Html:
        """The aging by currency."""
        note = text("reports.monthly.aging_note", basis=self._basis())
        caption = text("reports.monthly.aging_by_currency")
        return table(self.facts.with_shares, caption=caption, note=note, kind_column="kind")

    def currencies(self) -> Html:
        """What is open in each document currency, with its rate, and what that is in the presentation currency."""
        rows, currency = self.facts.by_currency, self.facts.main_currency
        if len(rows) < 2:
            return notice(text("reports.monthly.one_currency", currency=currency))
        note = text("reports.monthly.currencies_note")
        return table(rows, caption=text("reports.monthly.currencies", currency=currency), note=note)

    def entities(self) -> Html:
        """The aging by entity."""
        return table(self.facts.by_entity, caption=text("reports.monthly.aging_by_entity"), note=self._basis())

    def intercompany(self) -> Html:
        """What companies of the group owe each other, apart from what others owe."""
        if self.facts.intercompany.empty:
            return notice(text("reports.monthly.no_intercompany"))
        note = text("reports.monthly.intercompany_note")
        if self.facts.policy.intercompany == "apart":
            note = f"{note} {text('reports.monthly.intercompany_apart')}"
        return table(self.facts.intercompany, caption=text("reports.monthly.intercompany"), note=note)

    def customers(self) -> Html:
        """The customers with the largest balances in the main currency."""
        rows = self._of_main_currency(self.facts.by_customer)
        shown, currency = rows.head(LARGEST), self.facts.main_currency
        caption = text("reports.monthly.customers", count=len(rows), shown=len(shown), currency=currency)
        return table(shown, caption=caption, note=text("reports.monthly.customers_note"))

    def exposures(self) -> Html:
        """The largest items past due in the main currency."""
        items, currency = self._of_main_currency(self.facts.items), self.facts.main_currency
        late = items[items["bucket"].isin(late_labels(self.policy))]
        shown = late.nlargest(LARGEST, "open_amount")[list(_EXPOSED)]
        if shown.empty:
            return notice(text("reports.monthly.nothing_past_due", currency=currency), tone="good")
        caption = text("reports.monthly.exposures", count=len(late), shown=len(shown), currency=currency)
        return table(shown, caption=caption)

    @needs(_moved, NEEDS_HISTORY)
    def movements(self, moved: pd.DataFrame) -> Html:
        """What became of the open items since the month before."""
        since = self.facts.month_before
        caption = text("reports.monthly.movements", day=day_shown(since) if since else "")
        note = text("reports.monthly.movements_note")
        if self.facts.presentation.translates:
            note = f"{note} {text('reports.monthly.movements_at_rates')}"
        return table(movement_summary(moved), caption=caption, note=note, columns=self._days_of_movements)

    @property
    def _days_of_movements(self) -> dict[str, Column]:
        """The two days as titles of the amounts on them."""
        days = {"before": self.facts.month_before, "open_amount": self.facts.day}
        return {name: Column(day_shown(day), "amount") for name, day in days.items() if day}

    @needs(_month_before, NEEDS_HISTORY)
    def roll_forward_chart(self, since: date) -> charts.Figure | Html:
        """What moved the balance of the main currency since the month before."""
        forward, currency = self.facts.forward, self.facts.main_currency
        rows = self._of_main_currency(forward) if forward is not None else pd.DataFrame()
        if forward is None or rows.empty:
            return notice(text("reports.monthly.nothing_moved", currency=currency))
        first, last = day_shown(since), day_shown(self.facts.day)
        title = text("reports.monthly.roll_forward_chart", since=first, day=last, currency=currency)
        lines = lines_between(forward)
        return charts.roll_forward_chart(rows.iloc[0], lines=lines, currency=currency, title=title)

    @needs(_forward, NEEDS_HISTORY)
    def roll_forward(self, forward: pd.DataFrame) -> Html:
        """What moved the balance of each currency since the month before."""
        caption, note = text("reports.monthly.roll_forward"), text("reports.monthly.roll_forward_note")
        return table(moved_lines(forward), caption=caption, note=note)

    @needs(_month_before, NEEDS_HISTORY)
    def kpis_over_time(self, _: date) -> charts.Figure:
        """The trend of the KPIs of the main currency."""
        months, currency = len(self.facts.month_ends), self.facts.main_currency
        title = text("reports.monthly.kpis_over_time", count=months, currency=currency)
        return charts.kpi_chart(self._of_main_currency(self.facts.trend), title=title)

    @needs(_month_before, NEEDS_HISTORY)
    def roll_rates(self, _: date) -> charts.Figure:
        """How much of each bucket grew older from month to month."""
        rates = roll_rates(self.facts.shown, as_of=self.facts.day, policy=self.policy, monthly=True)
        key = "of_lists" if self.ledger.snapshots else "roll_rates"
        title = text(f"reports.monthly.{key}", currency=self.facts.main_currency)
        # Out of the last bucket nothing can grow older.
        return charts.roll_rate_heat_map(self._of_main_currency(rates), labels=self.policy.labels[:-1], title=title)

    @needs(_month_before, NEEDS_HISTORY)
    def vintages(self, _: date) -> charts.Figure:
        """How much of each month's billings is still open, by age."""
        rows = self._of_main_currency(vintage(self.facts.shown, as_of=self.facts.day, policy=self.policy))
        return charts.vintage_chart(rows, title=text("reports.monthly.vintages", currency=self.facts.main_currency))

    def concentration(self) -> charts.Figure:
        """How few customers owe how much."""
        rows, currency = self._of_main_currency(self.facts.by_customer), self.facts.main_currency
        title = text("reports.monthly.concentration", currency=currency)
        return charts.pareto_chart(rows, currency=currency, title=title)

    @needs(_customers, NEEDS_HISTORY)
    def categories(self, page: CustomersPage) -> Html:
        """The customers by payment behaviour."""
        return page.categories()

    @needs(_customers, NEEDS_HISTORY)
    def worklist(self, page: CustomersPage) -> Html:
        """The call list: whom to contact first, and why."""
        return page.worklist()

    def findings(self) -> Html:
        """What was found while reading: how many rows, how much, and what was done."""
        summary = finding_summary(in_page_language(self.ledger.findings))
        if summary.empty:
            return notice(text("reports.monthly.no_findings"), tone="good")
        return table(summary, caption=text("reports.monthly.findings"), note=text("reports.monthly.findings_note"))

    def definitions(self) -> Html:
        """How each KPI is computed."""
        columns = {"kpi": Column(text("reports.monthly.definition_title"))}
        return table(definition_table(), caption=text("reports.monthly.definitions"), columns=columns)

    def settings(self) -> Html:
        """The policy that was used."""
        return table(policy_table(self.policy), caption=text("reports.monthly.policy", name=self.policy.name))

    def reconciliation(self) -> Html:
        """The proof that what is shown adds up to the control total; the report stops here if it does not."""
        # As booked: a balance at closing rates has no general ledger to tie out to.
        proof = require_reconciled(self.ledger, as_of=self.facts.day, policy=self.policy, accepted=self.accepted)
        said = "proof_without_gl" if proof["gl_balance"].isna().all() else "proof_ties_out"
        said = "proof_accepted" if (proof["status"] == ACCEPTED).any() else said
        note = text(f"reports.monthly.{said}", proof=text("reports.monthly.proof"))
        return table(proof, caption=text("reports.monthly.reconciliation", day=day_shown(self.facts.day)), note=note)

    def sheets(self) -> list[Sheet]:
        """The workbook: balances, movements, the close, findings, proof.

        Examples
        --------
        >>> from arkit import reports
        >>> report = reports.monthly_report(as_of="2026-10-31", entity="ES")
        >>> [sheet.name for sheet in report.sheets()]
        ['Summary', 'Aging', 'Drivers', 'Intercompany', 'Customers', 'Items', 'Movements', 'Tie-out',
         'Posted after cut-off', 'Credit balances', 'Findings', 'Reconciliation']
        """
        facts, labels = self.facts, self.policy.labels
        note = text(f"reports.monthly.counted.{self.policy.basis}", policy=self.policy.name)
        amounts = (*labels, *BALANCES, "items")
        chart = Chart(text("reports.sheet.aging.chart"), columns=labels, series="entity")
        made = [
            self._summary(),
            sheet("aging", facts.by_entity_and_currency, note=note, totals=amounts, chart=chart),
            *([sheet("currencies", facts.by_currency)] if len(facts.by_currency) > 1 else []),
            *([] if facts.month_before is None else [sheet("drivers", drivers(facts, facts.month_before))]),
            *([] if facts.intercompany.empty else [sheet("intercompany", facts.intercompany)]),
            sheet("customers", facts.by_customer, note=note, totals=amounts),
            sheet("items", facts.items, note=note, totals=("open_amount",)),
            self._movements(),
            *self.closing.sheets(),
            sheet("findings", in_page_language(self.ledger.findings)),
            sheet("reconciliation", with_accepted(facts.proof, self.accepted, day=facts.day)),
        ]
        return [replace(one, title=self.title) for one in made]

    def _summary(self) -> Sheet:
        facts = self.facts
        days = {"this_month": facts.day, "last_month": facts.month_before, "last_year": facts.year_before}
        columns = {
            name: Column(day_shown(day) if day else text(f"reports.sheet.summary.{name}"), "amount")
            for name, day in days.items()
        }
        said, note = {"sentence": headline(facts)}, text("reports.sheet.summary.note")
        return sheet("summary", facts.summary, values=said, note=note, row_kind="unit", columns=columns)

    def _movements(self) -> Sheet:
        facts = self.facts
        if facts.moved is None or facts.month_before is None:
            name = text("reports.sheet.movements.name")
            return Sheet(name=name, table=pd.DataFrame({"message": [text(NEEDS_HISTORY)]}))
        # What did not change is in the sheet of items already, and is most of a ledger.
        changed, day = facts.moved[facts.moved["movement"] != "unchanged"], day_shown(facts.month_before)
        return sheet("movements", changed, values={"day": day}, totals=_MOVED, columns=self._days_of_movements)

    def _of_main_currency(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["currency"] == self.facts.main_currency]

    def _basis(self) -> str:
        return text(f"reports.monthly.basis.{self.policy.basis}", day=self.policy.first_overdue_day)


def finding_summary(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings by code and what was done: rows, amount by currency, the reason."""
    # With those of no currency, which pandas would drop.
    groups = findings.groupby(["code", "action", "currency", "message"], dropna=False, sort=True)
    summary = groups.agg(rows=("code", "size"), amount=("amount", "sum")).reset_index()
    summary["code"] = summary["code"].str.replace("_", " ")
    return summary[["code", "action", "rows", "currency", "amount", "message"]]


def definition_table() -> pd.DataFrame:
    """Name, formula, meaning and source of each KPI."""
    rows = [[kpi.title, kpi.formula, kpi.definition, kpi.source] for kpi in KPIS.values()]
    return pd.DataFrame(rows, columns=["title", "formula", "definition", "source"])


def policy_table(policy: Policy) -> pd.DataFrame:
    """The settings of a policy, each with its value."""
    values = {name: getattr(policy, name) for name in policy.__struct_fields__}
    own = {"segmentation": policy.categories.names, "collection": policy.stages.names}
    shown = {name: own.get(name, value) for name, value in values.items() if value is not UNSET}
    rows = [
        [_setting(name), ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)]
        for name, value in shown.items()
    ]
    return pd.DataFrame(rows, columns=["setting", "value"])


def _setting(name: str) -> str:
    """What readers call a setting; one that has no words yet goes by its name."""
    key = f"reports.policy.{name}"
    return text(key) if has_text(key) else name.replace("_", " ")
