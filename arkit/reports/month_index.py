"""The index of a month-end: a row for each entity, from what its published report says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd

from arkit.calendar import decimals
from arkit.kpi.panel import titled, window_name
from arkit.kpi.registry import KPIS, shown_on
from arkit.present.html import Html, notice, page_part, table
from arkit.present.sheets import Sheet, exact_total, totals_by_currency
from arkit.reports.closing import titled as with_titles
from arkit.reports.facts import BALANCES, title_of
from arkit.words.catalogue import ENGLISH, in_own_language, text
from arkit.words.columns import ALL_ENTITIES, Column, day_shown, joined, number_shown, rate_shown, shown_value

Record = dict[str, Any]
FAILED: Final = "failed"
RECEIVABLES: Final = "monthly_report"


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
        The kind of report: ``monthly_report`` or ``customers``; balances and KPIs are taken from the former.
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
        return text("reports.index.group") if self.is_group else self.entity

    @property
    def title(self) -> str:
        """What the report is about."""
        return text(f"reports.index.about.{self.about}")

    @property
    def report_name(self) -> str:
        """What a reader calls the report."""
        named = text("reports.index.report", entity=self.name, about=self.title.lower())
        return self.name if self.about == RECEIVABLES else named

    @property
    def failed(self) -> bool:
        """Whether this run could not make it."""
        return self.status == FAILED

    @property
    def why(self) -> str:
        """Why it failed, and what is still published."""
        if not (self.failed and self.version):
            return self.reason
        return text("reports.index.why", reason=self.reason, version=self.version)

    @property
    def is_group(self) -> bool:
        """Whether the report is that of all entities together."""
        return self.entity == ALL_ENTITIES

    def rows(self, name: str) -> list[Record]:
        """The rows of a table of the record."""
        found: list[Record] = (self.record or {}).get(name) or []
        return found

    @property
    def statuses(self) -> str:
        """The statuses of the reconciliation."""
        return joined(sorted({shown_value(str(row["status"]), "status") for row in self.rows("reconciliation")}))

    def found(self, what: str, *, action: str = "") -> int | None:
        """How many rows have findings, of one action or of all."""
        if self.record is None:
            return None
        findings = self.record.get("findings", {}).values()
        return sum(int(found[what]) for found in findings if not action or found["action"] == action)

    @property
    def doubts(self) -> list[str]:
        """What of its numbers is not plausible."""
        return list((self.record or {}).get("doubts") or [])

    @property
    def presentation(self) -> Record:
        """The currency that the report is shown in, with its balances; empty in the records of 0.1.0."""
        found: Record = (self.record or {}).get("presentation") or {}
        return found

    @property
    def booked(self) -> list[Record]:
        """The balances in document currency."""
        rows = self.rows("aging")
        return totals_by_currency(pd.DataFrame(rows), *BALANCES) if rows else []

    @property
    def balances(self) -> list[Record]:
        """Gross, unapplied and net in the presentation currency, and of what has no rate; added exactly."""
        rows = self.presentation.get("aging") or self.rows("aging")
        return totals_by_currency(pd.DataFrame(rows), *BALANCES) if rows else []

    @property
    def window(self) -> str | int:
        """The window of the KPIs; empty in the records of 0.1.0."""
        window: str | int = (self.record or {}).get("window", "")
        return window

    def kpis(self, currency: str) -> dict[str, float | None]:
        """The KPIs of a currency that the index shows."""
        values = {row["kpi"]: row["value"] for row in self.rows("kpis") if row["currency"] == currency}
        # A report that was made earlier and stands may not have a KPI of today.
        return {name: values.get(name) for name in shown_on("index")}


def net_balances(entries: Sequence[Entry]) -> dict[str, float]:
    """The net balance of some entities together, by document currency."""
    rows = pd.DataFrame([line for entry in entries for line in entry.booked], columns=["currency", "net"])
    return {row["currency"]: row["net"] for row in totals_by_currency(rows, "net")}


@in_own_language
@dataclass(frozen=True)
class MonthIndex:
    """The index of a month-end: each method is one section."""

    day: date
    entries: Sequence[Entry]
    language: str = ENGLISH

    @property
    def title(self) -> str:
        """What the index is about."""
        return title_of("index", ALL_ENTITIES, self.day)

    @cached_property
    def reported(self) -> list[Entry]:
        """The entities with a report on receivables, the group first."""
        return [entry for entry in self.entries if entry.record is not None and entry.about == RECEIVABLES]

    @cached_property
    def own(self) -> list[Entry]:
        """The reported entities without the group."""
        return [entry for entry in self.reported if not entry.is_group]

    @cached_property
    def failed(self) -> list[Entry]:
        """The reports that could not be made."""
        return [entry for entry in self.entries if entry.failed]

    def headline(self) -> Html:
        """How many reports there are, and which are missing."""
        count, done = len(self.entries), number_shown(len(self.entries) - len(self.failed))
        failed = joined(entry.report_name for entry in self.failed)
        earlier = joined(entry.report_name for entry in self.failed if entry.version)
        lines = [
            text("reports.index.failed", reports=failed) if failed else "",
            text("reports.index.earlier", reports=earlier) if earlier else "",
            self._tied_out(),
            self._presented(),
        ]
        doubts = [f"{entry.name}: {doubt}" for entry in self.own for doubt in entry.doubts]
        sentence = text("reports.index.done", count=count, done=done)
        return page_part(
            "headline", title=self.title, sentence=sentence, lines=[line for line in lines if line], doubts=doubts
        )

    def _presented(self) -> str:
        """In which currency the balances are, with the rates; that of the group, else of the first report."""
        shown = next((entry.presentation for entry in self.reported if entry.presentation), {})
        rates = [
            text("reports.presented.rate", currency=row["document_currency"], rate=rate_shown(row["rate"]))
            for row in shown.get("currencies", [])
            if row["rate"] and row["document_currency"] != shown["currency"]
        ]
        if not rates:
            return ""
        why = text(f"reports.presented.{shown['why']}", currency=shown["currency"])
        day = max(date.fromisoformat(row["rate_on"]) for row in shown["currencies"] if row["rate_on"])
        return text("reports.presented.at_rates", why=why, day=day_shown(day), rates=joined(rates))

    def _tied_out(self) -> str:
        """How many entities were held against the general ledger, and which could not be."""
        if not self.own:
            return ""
        without = [entry.name for entry in self.own if any(row["gl_balance"] is None for row in entry.rows("tie_out"))]
        # With those that failed: they have not been held against the general ledger.
        entities = {entry.entity for entry in self.entries} - {ALL_ENTITIES}
        tied = number_shown(len(self.own) - len(without))
        if without:
            return text("reports.index.tied_without", count=len(entities), tied=tied, without=joined(without))
        return text("reports.index.tied", count=len(entities), tied=tied)

    def status_table(self) -> pd.DataFrame:
        """What became of each entity, failures first."""
        rows = [
            {
                "entity": entry.name,
                "about": entry.title,
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
        table = pd.DataFrame(rows)
        return table if table["about"].nunique() > 1 else table.drop(columns="about")

    @property
    def windows(self) -> list[str | int]:
        """The windows of the KPIs: one, unless a report stands that was made earlier with another."""
        return list(dict.fromkeys(entry.window for entry in self.reported))

    def _window_of(self, entry: Entry) -> dict[str, str]:
        """The window of a report, where it has to be told."""
        return {"window": window_name(entry.window) if entry.window else ""} if len(self.windows) > 1 else {}

    def kpis(self) -> pd.DataFrame:
        """Balances and KPIs of each entity and currency."""
        rows = [
            {"entity": entry.name, **balances, **self._window_of(entry), **entry.kpis(balances["currency"])}
            for entry in self.reported
            for balances in entry.balances
        ]
        return pd.DataFrame(rows, columns=None if rows else ["entity", "currency"])

    def group_check(self) -> pd.DataFrame:
        """The net balance of the group beside the sum of its entities, by currency; the difference must be 0."""
        group = [entry for entry in self.reported if entry.is_group]
        # Without the report of one entity the sum of the others is less than the group, and no one has made a mistake.
        missing = any(entry.about == RECEIVABLES and not entry.is_group for entry in self.failed)
        if not group or missing:
            return pd.DataFrame(columns=["currency", "sum_of_entities", "group", "difference"])
        sums, whole = net_balances(self.own), net_balances(group)
        rows = []
        for code in sorted({*sums, *whole}):
            parts, total = sums.get(code, 0.0), whole.get(code, 0.0)
            # Added as minor units: 0.3 - (0.1 + 0.2) of floats is not 0.
            difference = exact_total([total, -parts], places=decimals(code))
            rows.append({"currency": code, "sum_of_entities": parts, "group": total, "difference": difference})
        return pd.DataFrame(rows)

    def intercompany(self) -> pd.DataFrame:
        """What the group's own companies owe, apart from what others owe."""
        return pd.DataFrame([row for entry in self.reported if entry.is_group for row in entry.rows("relations")])

    def findings(self) -> pd.DataFrame:
        """The findings of each entity by code."""
        rows = [
            # Of the entities alone: the group has all of their rows once more.
            {"entity": entry.name, "code": code.replace("_", " "), "action": found["action"], "rows": found["rows"]}
            for entry in self.own
            for code, found in (entry.record or {}).get("findings", {}).items()
        ]
        return pd.DataFrame(rows, columns=["entity", "code", "action", "rows"])

    def tie_out(self) -> pd.DataFrame:
        """The reconciliation of each entity, line by line."""
        return pd.DataFrame([row for entry in self.own for row in entry.rows("tie_out")])

    def changes(self) -> pd.DataFrame:
        """What later versions changed, number by number."""
        rows = [{"entity": entry.name, **row} for entry in self.reported for row in entry.rows("changes")]
        return with_titles(pd.DataFrame(rows)) if rows else pd.DataFrame()

    def sections(self) -> list[tuple[str, list[Html]]]:
        """The page, section by section."""
        parts: list[tuple[str, list[Html]]] = [
            ("kpis", [self._shown("kpis", self.kpis(), note=text("reports.index.own_kpis"))]),
            ("group", [self._group(), self._shown("intercompany", self.intercompany())]),
            ("tie_out", [self._shown("tie_out", self.tie_out())]),
            ("changes", [self._shown("changes", self.changes(), kind_column="unit")]),
            ("findings", [self._shown("findings", self.findings(), note=text("reports.index.rows_in_workbook"))]),
        ]
        first = ("", [self.headline(), self._shown("status", self.status_table())])
        return [first, *((text(f"reports.index.heading.{name}"), made) for name, made in parts)]

    def _shown(self, name: str, rows: pd.DataFrame, *, note: str = "", kind_column: str = "") -> Html:
        """A table, or that there is nothing to show; what failed is not known to be nothing."""
        caption = text(f"reports.index.caption.{name}")
        missing = joined(entry.name for entry in self.failed if entry.about == RECEIVABLES)
        without = text("reports.index.not_known", entities=missing) if missing else ""
        if rows.empty:
            return notice(text("reports.index.nothing", caption=caption, without=without).strip())
        said = f"{note} {without}".strip() if "status" not in rows else note
        return table(rows, caption=caption, note=said, columns=self._kpi_columns, kind_column=kind_column)

    def _group(self) -> Html:
        check = self.group_check()
        if check.empty:
            return notice(text("reports.index.group_incomplete"))
        return table(check, caption=text("reports.index.caption.group"))

    def sheets(self) -> list[Sheet]:
        """The workbook of the run."""
        tables = {
            "status": self.status_table(),
            "kpis": self.kpis(),
            "group": self.group_check(),
            "intercompany": self.intercompany(),
            "tie_out": self.tie_out(),
            "changes": self.changes(),
            "findings": self.findings(),
        }
        made = {text(f"reports.index.sheet.{name}"): rows for name, rows in tables.items() if len(rows)}
        return [
            Sheet(name=name, table=rows, title=self.title, columns=self._kpi_columns) for name, rows in made.items()
        ]

    @property
    def _kpi_columns(self) -> dict[str, Column]:
        window = self.windows[0] if len(self.windows) == 1 else ""
        titles = {name: titled(KPIS[name], window) if window else KPIS[name].title for name in shown_on("index")}
        return {name: Column(title, KPIS[name].unit) for name, title in titles.items()}
