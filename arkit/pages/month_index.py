"""The index of a month-end: one row for each entity, from what its published report says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from arkit.currencies import decimals
from arkit.errors import listed
from arkit.measures import KEY_FIGURES
from arkit.present.cells import exact_total
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet
from arkit.present.wording import day_shown
from arkit.terms import ALL_ENTITIES, UNAPPLIED, Column

Record = dict[str, Any]
FAILED: Final = "failed"
RECEIVABLES: Final = "Receivables"
GROUP: Final = "Group"
SHOWN: Final = ("past_due_ratio", "dso", "countback_dso", "collection_effectiveness_index", "top_10_share")


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
        What the report is about; balances and key figures are taken from the one on receivables.
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

    def headline(self) -> Html:
        """How many reports there are, and which are missing."""
        failed = [entry for entry in self.entries if entry.status == FAILED]
        done = len(self.entries) - len(failed)
        sentence = f"{done} of {len(self.entries)} reports are published."
        lines = (
            [f"Failed: {listed(entry.report_name for entry in failed)}."] if failed else ["Every one of them ties out."]
        )
        return page_part("headline", title=self.title, sentence=sentence, lines=lines)

    def status_table(self) -> pd.DataFrame:
        """Return what became of each entity, failures first."""
        table = pd.DataFrame(
            [
                {
                    "entity": entry.name,
                    "about": entry.about,
                    "status": entry.status,
                    "reason": entry.reason,
                    "reconciliation": ", ".join(_statuses(entry)),
                    "findings": _found(entry, "rows"),
                    "set_apart_rows": _found(entry, "rows", action="set_apart"),
                    "version": entry.version,
                    "report": entry.report,
                }
                for entry in self.entries
            ]
        )
        return table if table["about"].nunique() > 1 else table.drop(columns="about")

    def figures(self) -> pd.DataFrame:
        """Return balances and key figures of each entity and currency."""
        rows = [
            {"entity": entry.name, **line, **_figures_of(entry, line["currency"])}
            for entry in self.reported
            for line in _by_currency(entry)
        ]
        return pd.DataFrame(rows, columns=None if rows else ["entity", "currency"])

    def group_check(self) -> pd.DataFrame:
        """Return the net balance of the group beside the sum of its entities, by currency; the difference must be 0."""
        group = [entry for entry in self.reported if entry.entity == ALL_ENTITIES]
        parts = [entry for entry in self.reported if entry.entity != ALL_ENTITIES]
        if not group or any(
            entry.status == FAILED and entry.about == RECEIVABLES
            for entry in self.entries
            if entry.entity != ALL_ENTITIES
        ):
            return pd.DataFrame(columns=["currency", "sum_of_entities", "group", "difference"])
        sums, whole = _nets(parts), _nets(group)
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
        rows = [row for entry in self.reported if entry.entity == ALL_ENTITIES for row in _rows(entry, "relations")]
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
        rows = [row for entry in self.reported if entry.entity != ALL_ENTITIES for row in _rows(entry, "tie_out")]
        return pd.DataFrame(rows)

    def changes(self) -> pd.DataFrame:
        """Return what later versions changed, number by number."""
        rows = [{"entity": entry.name, **row} for entry in self.reported for row in _rows(entry, "changes")]
        return pd.DataFrame(rows)

    def sections(self) -> list[tuple[str, list[Html]]]:
        """Return the page, section by section."""
        return [
            ("", [self.headline(), _shown(self.status_table(), "What became of each report, failures first")]),
            ("Balances and key figures", [_shown(self.figures(), "By entity and currency", note=_OWN)]),
            ("Group", [self._group(), _shown(self.relations(), "Companies of the group apart from other customers")]),
            ("Tie-out", [_shown(self.tie_out(), "To the general ledger, by entity and account")]),
            ("Changes", [_shown(self.changes(), "What changed since the version published before, and why")]),
            ("Findings", [_shown(self.findings(), "Findings while reading", note=_ROWS)]),
        ]

    def _group(self) -> Html:
        check = self.group_check()
        if check.empty:
            return notice("The group is compared with its entities when all of them have a report.")
        return table(check, caption="The group is the sum of its entities, to the cent: net balances")

    def sheets(self) -> list[Sheet]:
        """Return the workbook of the run."""
        tables = {
            "Status": self.status_table(),
            "Key figures": self.figures(),
            "Group": self.group_check(),
            "Intercompany": self.relations(),
            "Tie-out": self.tie_out(),
            "Changes": self.changes(),
            "Findings": self.findings(),
        }
        made = [Sheet(name=name, table=rows, columns=_FIGURE_COLUMNS) for name, rows in tables.items() if len(rows)]
        return [replace(sheet, title=self.title) for sheet in made]


_FIGURE_COLUMNS: Final[dict[str, Column]] = {
    name: Column(KEY_FIGURES[name].title, KEY_FIGURES[name].unit) for name in SHOWN
}


_OWN: Final = "Ratios and days are those of each entity's own report."
_ROWS: Final = "Each row stands in the workbook of its report."


def _shown(rows: pd.DataFrame, caption: str, *, note: str = "") -> Html:
    if rows.empty:
        return notice(f"{caption}: nothing.")
    return table(rows, caption=caption, note=note, columns=_FIGURE_COLUMNS)


def _rows(entry: Entry, name: str) -> list[Record]:
    rows: list[Record] = (entry.record or {}).get(name) or []
    return rows


def _statuses(entry: Entry) -> list[str]:
    return sorted({str(row["status"]) for row in _rows(entry, "reconciliation")})


def _found(entry: Entry, what: str, *, action: str = "") -> int | None:
    if entry.record is None:
        return None
    findings = entry.record.get("findings", {}).values()
    return sum(int(found[what]) for found in findings if not action or found["action"] == action)


def _by_currency(entry: Entry) -> list[dict[str, Any]]:
    """Return gross, unapplied and net of each currency, added exactly."""
    rows = pd.DataFrame(_rows(entry, "aging"))
    if rows.empty:
        return []
    amounts = ("gross", UNAPPLIED, "net")
    return [
        {"currency": str(code), **{name: exact_total(group[name], places=decimals(str(code))) for name in amounts}}
        for code, group in rows.groupby("currency", sort=False)
    ]


def _nets(entries: Sequence[Entry]) -> dict[str, float]:
    rows = pd.DataFrame([line for entry in entries for line in _by_currency(entry)], columns=["currency", "net"])
    return {
        str(code): exact_total(group["net"], places=decimals(str(code))) for code, group in rows.groupby("currency")
    }


def _figures_of(entry: Entry, currency: str) -> dict[str, float | None]:
    values = {row["figure"]: row["value"] for row in _rows(entry, "key_figures") if row["currency"] == currency}
    return {name: values.get(name) for name in SHOWN}
