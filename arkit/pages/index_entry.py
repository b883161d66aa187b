"""An entity of a month-end's index: what became of it, and what its published report says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from arkit.currencies import decimals
from arkit.present.cells import exact_total
from arkit.terms import ALL_ENTITIES, UNAPPLIED

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
        """Return key figures of a currency."""
        values = {row["figure"]: row["value"] for row in self.rows("key_figures") if row["currency"] == currency}
        return {name: values.get(name) for name in names}


def net_balances(entries: Sequence[Entry]) -> dict[str, float]:
    """Return the net balance of some entities together, by currency."""
    rows = pd.DataFrame([line for entry in entries for line in entry.by_currency()], columns=["currency", "net"])
    return {
        str(code): exact_total(group["net"], places=decimals(str(code))) for code, group in rows.groupby("currency")
    }
