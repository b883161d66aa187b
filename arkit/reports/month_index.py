"""The index of a month-end: one row for each entity, from what its published report says of itself.

An entity of a month-end's index: what became of it, and what its published report says of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from arkit.calendar import decimals
from arkit.errors import listed
from arkit.kpi.registry import KPIS
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet, exact_total
from arkit.words.columns import ALL_ENTITIES, UNAPPLIED, Column
from arkit.words.formats import day_shown

Record = dict[str, Any]
FAILED: Final = "failed"
RECEIVABLES: Final = "Receivables"
GROUP: Final = "Group"


@dataclass(frozen=True)
class Entry:
    """An entity of the index: what became of it, and what its current report says of itself.

    Attributes
    ----------
    entity
        The entity, or ``all`` for the group.
    status
        ``published``, ``unchanged`` or ``failed``.
    about
        What the report is about; balances and KPIs are taken from the one on receivables.
    report
        The page of its current version, as seen from the index; empty if there is none.
    version
        The number of that version.
    reason
        Why it failed.
    record
        What the current report says of itself; nothing where the entity failed.
    """

    entity: str
    status: str
    about: str = RECEIVABLES
    report: str = ""
    version: int | None = None
    reason: str = ""
    record: Record | None = None

    @property
    def name(self) -> str:
        """What a reader calls the entity."""
        return GROUP if self.entity == ALL_ENTITIES else self.entity

    @property
    def report_name(self) -> str:
        """What a reader calls the report."""
        return self.name if self.about == RECEIVABLES else f"{self.name} ({self.about.lower()})"

    @property
    def failed(self) -> bool:
        """Whether this run could not make it."""
        return self.status == FAILED

    @property
    def why(self) -> str:
        """Why it failed, and what is still there."""
        return f"{self.reason} Version {self.version} stands." if self.failed and self.version else self.reason

    def rows(self, name: str) -> list[Record]:
        """Return the rows of a table of the record."""
        found: list[Record] = (self.record or {}).get(name) or []
        return found

    @property
    def statuses(self) -> str:
        """What the reconciliation says."""
        return ", ".join(sorted({str(row["status"]) for row in self.rows("reconciliation")}))

    def found(self, what: str, *, action: str = "") -> int | None:
        """Return how many rows have findings, of one kind of action or of all."""
        if self.record is None:
            return None
        findings = self.record.get("findings", {}).values()
        return sum(int(found[what]) for found in findings if not action or found["action"] == action)

    def by_currency(self) -> list[dict[str, Any]]:
        """Return gross, unapplied and net of each currency, added exactly."""
        rows = pd.DataFrame(self.rows("aging"))
        if rows.empty:
            return []
        amounts = ("gross", UNAPPLIED, "net")
        return [
            {"currency": str(code), **{name: exact_total(group[name], places=decimals(str(code))) for name in amounts}}
            for code, group in rows.groupby("currency", sort=False)
        ]

    def figures(self, currency: str, names: Sequence[str]) -> dict[str, float | None]:
        """Return KPIs of a currency."""
        values = {row["kpi"]: row["value"] for row in self.rows("kpis") if row["currency"] == currency}
        return {name: values.get(name) for name in names}


def net_balances(entries: Sequence[Entry]) -> dict[str, float]:
    """Return the net balance of some entities together, by currency."""
    rows = pd.DataFrame([line for entry in entries for line in entry.by_currency()], columns=["currency", "net"])
    return {
        str(code): exact_total(group["net"], places=decimals(str(code))) for code, group in rows.groupby("currency")
    }


SHOWN: Final = ("past_due_ratio", "dso", "countback_dso", "collection_effectiveness_index", "top_10_share")


@dataclass(frozen=True)
class MonthIndex:
    """The index of a month-end: each method is one section."""

    day: date
    entries: Sequence[Entry]

    @property
    def title(self) -> str:
        """What the index is of."""
        return f"Receivables on {day_shown(self.day)}: all entities"

    @cached_property
    def reported(self) -> list[Entry]:
        """The entities with a report on receivables, the group first."""
        return [entry for entry in self.entries if entry.record is not None and entry.about == RECEIVABLES]

    @cached_property
    def failed(self) -> list[Entry]:
        """The reports that could not be made."""
        return [entry for entry in self.entries if entry.failed]

    def headline(self) -> Html:
        """How many reports there are, and which are missing."""
        done = len(self.entries) - len(self.failed)
        sentence = f"{done} of {len(self.entries)} reports are published."
        standing = [entry.report_name for entry in self.failed if entry.version]
        lines = [
            f"Failed: {listed(entry.report_name for entry in self.failed)}." if self.failed else "",
            f"Of {listed(standing)} an earlier version stands, made from other input." if standing else "",
            self._tied_out(),
        ]
        return page_part("headline", title=self.title, sentence=sentence, lines=[line for line in lines if line])

    def _tied_out(self) -> str:
        """Return how many entities were held against the general ledger, and which could not be."""
        own = [entry for entry in self.reported if entry.entity != ALL_ENTITIES]
        without = [entry.name for entry in own if any(row["gl_balance"] is None for row in entry.rows("tie_out"))]
        if not own:
            return ""
        entities = {entry.entity for entry in self.entries} - {ALL_ENTITIES}
        told = f"{len(own) - len(without)} of {len(entities)} entities tie out to the general ledger"
        return f"{told}; without a balance of it for every account: {listed(without)}." if without else f"{told}."

    def status_table(self) -> pd.DataFrame:
        """Return what became of each entity, failures first."""
        table = pd.DataFrame(
            [
                {
                    "entity": entry.name,
                    "about": entry.about,
                    "status": entry.status,
                    "reason": entry.why,
                    "reconciliation": entry.statuses,
                    "findings": entry.found("rows"),
                    "excluded_rows": entry.found("rows", action="excluded"),
                    "version": entry.version,
                    "report": entry.report,
                }
                for entry in self.entries
            ]
        )
        return table if table["about"].nunique() > 1 else table.drop(columns="about")

    def figures(self) -> pd.DataFrame:
        """Return balances and KPIs of each entity and currency."""
        rows = [
            {"entity": entry.name, **line, **entry.figures(line["currency"], SHOWN)}
            for entry in self.reported
            for line in entry.by_currency()
        ]
        return pd.DataFrame(rows, columns=None if rows else ["entity", "currency"])

    def group_check(self) -> pd.DataFrame:
        """Return the net balance of the group beside the sum of its entities, by currency; the difference must be 0."""
        group = [entry for entry in self.reported if entry.entity == ALL_ENTITIES]
        parts = [entry for entry in self.reported if entry.entity != ALL_ENTITIES]
        if not group or any(
            entry.failed and entry.about == RECEIVABLES for entry in self.entries if entry.entity != ALL_ENTITIES
        ):
            return pd.DataFrame(columns=["currency", "sum_of_entities", "group", "difference"])
        sums, whole = net_balances(parts), net_balances(group)
        currencies = sorted({*sums, *whole})
        rows = [
            {
                "currency": code,
                "sum_of_entities": sums.get(code, 0.0),
                "group": whole.get(code, 0.0),
                "difference": exact_total([whole.get(code, 0.0), -sums.get(code, 0.0)], places=decimals(code)),
            }
            for code in currencies
        ]
        return pd.DataFrame(rows)

    def relations(self) -> pd.DataFrame:
        """Return what the group's own companies owe, apart from what others owe."""
        rows = [row for entry in self.reported if entry.entity == ALL_ENTITIES for row in entry.rows("relations")]
        return pd.DataFrame(rows)

    def findings(self) -> pd.DataFrame:
        """Return the findings of each entity by code."""
        rows = [
            {
                "entity": entry.name,
                "code": code.replace("_", " "),
                "action": found["action"].replace("_", " "),
                "rows": found["rows"],
            }
            for entry in self.reported
            if entry.entity != ALL_ENTITIES
            for code, found in (entry.record or {}).get("findings", {}).items()
        ]
        return pd.DataFrame(rows, columns=["entity", "code", "action", "rows"])

    def tie_out(self) -> pd.DataFrame:
        """Return the reconciliation of each entity, line by line."""
        rows = [row for entry in self.reported if entry.entity != ALL_ENTITIES for row in entry.rows("tie_out")]
        return pd.DataFrame(rows)

    def changes(self) -> pd.DataFrame:
        """Return what later versions changed, number by number."""
        titles = {name: figure.title for name, figure in KPIS.items()}
        rows = [{"entity": entry.name, **row} for entry in self.reported for row in entry.rows("changes")]
        table = pd.DataFrame(rows)
        return table.replace({"kpi": titles}) if rows else table

    def sections(self) -> list[tuple[str, list[Html]]]:
        """Return the page, section by section."""
        relations = self._shown(self.relations(), "Companies of the group apart from other customers")
        changes = "What changed since the version published before, and why"
        return [
            ("", [self.headline(), self._shown(self.status_table(), "What became of each report, failures first")]),
            ("Balances and KPIs", [self._shown(self.figures(), "By entity and currency", note=_OWN)]),
            ("Group", [self._group(), relations]),
            ("Tie-out", [self._shown(self.tie_out(), "To the general ledger, by entity and account")]),
            ("Changes", [self._shown(self.changes(), changes, kind_column="unit")]),
            ("Findings", [self._shown(self.findings(), "Findings while reading", note=_ROWS)]),
        ]

    def _shown(self, rows: pd.DataFrame, caption: str, *, note: str = "", kind_column: str = "") -> Html:
        """Return a table, or that there is nothing to show; what failed is not known to be nothing."""
        missing = [entry.name for entry in self.failed if entry.about == RECEIVABLES]
        without = f"Not known of {listed(missing)}, which failed." if missing else ""
        if rows.empty:
            return notice(f"{caption}: nothing. {without}".strip())
        told = f"{note} {without}".strip() if "status" not in rows else note
        return table(rows, caption=caption, note=told, columns=_FIGURE_COLUMNS, kind_column=kind_column)

    def _group(self) -> Html:
        check = self.group_check()
        if check.empty:
            return notice("The group is compared with its entities when all of them have a report.")
        return table(check, caption="The group is the sum of its entities, to the cent: net balances")

    def sheets(self) -> list[Sheet]:
        """Return the workbook of the run."""
        tables = {
            "Status": self.status_table(),
            "KPIs": self.figures(),
            "Group": self.group_check(),
            "Intercompany": self.relations(),
            "Tie-out": self.tie_out(),
            "Changes": self.changes(),
            "Findings": self.findings(),
        }
        made = [Sheet(name=name, table=rows, columns=_FIGURE_COLUMNS) for name, rows in tables.items() if len(rows)]
        return [replace(sheet, title=self.title) for sheet in made]


_FIGURE_COLUMNS: Final[dict[str, Column]] = {name: Column(KPIS[name].title, KPIS[name].unit) for name in SHOWN}


_OWN: Final = "Ratios and days are those of each entity's own report."
_ROWS: Final = "Each row stands in the workbook of its report."
