"""The monthly report as a workbook: the same numbers, sheet by sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from arkit.present.sheets import Chart, Sheet
from arkit.reports.facts import Facts
from arkit.reports.headline import sentence
from arkit.reports.monthly import NEEDS_HISTORY, MonthlyReport
from arkit.words.columns import UNAPPLIED, Column
from arkit.words.formats import day_shown

if TYPE_CHECKING:
    import pandas as pd

_MOVED: Final = ("before", "open_amount", "change")


def monthly_sheets(report: MonthlyReport) -> list[Sheet]:
    """Return the sheets of a monthly report: balances, movements, the close, findings, proof.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of Sheet
        Finished tables with titles, totals and charts, for ``arkit.present.workbook``.

    Examples
    --------
    >>> from arkit import reports
    >>> from arkit.reports.workbook import monthly_sheets
    >>> sheets = monthly_sheets(reports.monthly_report(as_of="2026-10-31", entity="ES"))
    >>> [sheet.name for sheet in sheets]
    ['Summary', 'Aging', 'Intercompany', 'Customers', 'Items', 'Movements', 'Tie-out', 'Recorded late',
     'Credit balances', 'Findings', 'Reconciliation']
    """
    facts = report.facts
    labels = report.policy.labels
    amounts = (*labels, "gross", UNAPPLIED, "net", "items")
    basis = f"Days counted from the {report.policy.basis.replace('_', ' ')}. Policy: {report.policy.name}."
    chart = Chart("Open receivables by entity", columns=labels, series="entity")
    sheets = [
        _summary(report),
        Sheet(
            name="Aging",
            table=facts.by_entity,
            subtitle="By entity and currency",
            note=basis,
            totals=amounts,
            chart=chart,
        ),
        *_relations(facts),
        Sheet(
            name="Customers", table=facts.by_customer, subtitle="By customer and currency", note=basis, totals=amounts
        ),
        Sheet(name="Items", table=facts.items, subtitle="Open items", note=basis, totals=("open_amount",)),
        _movements(report),
        *report.closing.sheets(),
        Sheet(
            name="Findings", table=report.ledger.findings, subtitle="What was wrong with the source, and what was done"
        ),
        Sheet(
            name="Reconciliation",
            table=facts.proof,
            subtitle="Gross + unapplied + set apart + rounding = control total",
        ),
    ]
    return [replace(sheet, title=report.title) for sheet in sheets]


def _relations(facts: Facts) -> list[Sheet]:
    """Return what companies of the group owe each other beside what others owe, where there are such."""
    if facts.relations.empty:
        return []
    return [Sheet(name="Intercompany", table=facts.relations, subtitle="Companies of the group apart from others")]


def _summary(report: MonthlyReport) -> Sheet:
    facts = report.facts
    columns = {
        "this_month": Column(day_shown(facts.day), "amount"),
        "last_month": Column(day_shown(facts.month_before) if facts.month_before else "Month before", "amount"),
        "last_year": Column(day_shown(facts.year_before) if facts.year_before else "Year before", "amount"),
    }
    return Sheet(
        name="Summary",
        table=summary_table(facts),
        subtitle=sentence(facts),
        note="KPIs by currency. Where there is no number, the reason stands beside it.",
        row_kind="unit",
        columns=columns,
    )


def summary_table(facts: Facts) -> pd.DataFrame:
    """Return the KPIs by currency: now, a month before, a year before."""
    table = facts.figures[["currency", "kpi", "title", "value", "unit", "basis", "reason"]].rename(
        columns={"value": "this_month"}
    )
    for name, day in (("last_month", facts.month_before), ("last_year", facts.year_before)):
        table[name] = _values_on(facts, day, table)
    return table[["currency", "title", "this_month", "last_month", "last_year", "unit", "basis", "reason"]]


def _values_on(facts: Facts, day: date | None, table: pd.DataFrame) -> pd.Series[float] | None:
    if day is None:
        return None
    earlier = facts.figures_on(day).set_index(["currency", "kpi"])["value"]
    keys = list(zip(table["currency"], table["kpi"], strict=True))
    return earlier.reindex(keys).set_axis(table.index)


def _movements(report: MonthlyReport) -> Sheet:
    import pandas as pd

    facts = report.facts
    if facts.moved is None or facts.month_before is None:
        return Sheet(name="Movements", table=pd.DataFrame({"message": [NEEDS_HISTORY]}))
    columns = {
        "before": Column(day_shown(facts.month_before), "amount"),
        "open_amount": Column(day_shown(facts.day), "amount"),
    }
    changed = facts.moved[facts.moved["movement"] != "unchanged"]
    return Sheet(
        name="Movements",
        table=changed,
        subtitle=f"Items that changed since {day_shown(facts.month_before)}",
        totals=_MOVED,
        columns=columns,
    )
