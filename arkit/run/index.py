"""The index of a month-end as page and workbook, made of what the published reports say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from arkit.errors import RunError
from arkit.reports.month_index import Entry, MonthIndex
from arkit.reports.published import record_of, version_of
from arkit.run.html import page_of
from arkit.run.registry import MONTHLY, REPORTS, ReportKind
from arkit.run.staging import current
from arkit.words.catalogue import current_language, text
from arkit.words.columns import ALL_ENTITIES

INDEX: Final = "index.html"
WORKBOOK: Final = "index.xlsx"
OUTCOMES: Final = "index.json"


@dataclass(frozen=True)
class Outcome:
    """What became of a report of a run.

    Attributes
    ----------
    entity
        The entity, or ``all``.
    status
        ``published``, ``unchanged`` (nothing has changed since it was published) or ``failed``.
    place
        The name of the folder of its first version.
    folder
        The name of the folder of the version that this run published, or found.
    reason
        Why it failed.
    report
        Its kind: ``monthly_report`` or ``customers``.
    """

    entity: str
    status: Literal["published", "unchanged", "failed"]
    place: str
    folder: str = ""
    reason: str = ""
    seconds: float | None = None
    report: str = MONTHLY.name

    def of_kind(self, kind: ReportKind) -> Outcome:
        """The outcome of a report of another kind."""
        return replace(self, report=kind.name)

    @property
    def key(self) -> tuple[str, str]:
        """What it is the outcome of; an index has one for each."""
        return self.entity, self.report

    @property
    def sentence(self) -> str:
        """What is said of it while the run is at work."""
        name = self.entity if self.report == MONTHLY.name else f"{self.entity} ({self.report})"
        seconds = "" if self.seconds is None else f"{self.seconds:.1f}"
        return text(f"run.outcome.{self.status}", name=name, reason=self.reason, folder=self.folder, seconds=seconds)


def write_index(folder: Path, outcomes: Sequence[Outcome], *, hidden: Path, whole: bool = False) -> list[Outcome]:
    """Write the index of a day and return what became of what this run was asked for, failures first.

    What an earlier run said of other reports stays; after a run of the whole group, of those alone that are published.
    """
    earlier = [known for known in _earlier(folder) if not whole or current(folder / known.place)]
    known = {outcome.key: outcome for outcome in [*earlier, *outcomes]}
    ordered = sorted(_with_group_check(folder, known), key=_order)
    _write(hidden, _index(folder, ordered), ordered)
    for name in (WORKBOOK, OUTCOMES, INDEX):
        (hidden / name).replace(folder / name)
    asked = {outcome.key for outcome in outcomes}
    return [outcome for outcome in ordered if outcome.key in asked]


def _order(outcome: Outcome) -> tuple[object, ...]:
    """Failures first, then the group; of an entity the monthly report first."""
    entity = outcome.entity
    return outcome.status != "failed", entity != ALL_ENTITIES, entity, list(REPORTS).index(outcome.report)


def _with_group_check(folder: Path, outcomes: dict[tuple[str, str], Outcome]) -> list[Outcome]:
    """The outcomes, with the group as failed where it is not the sum of its entities."""
    check = _index(folder, list(outcomes.values())).group_check()
    wrong = check[check["difference"] != 0]
    if len(wrong):
        amounts = ", ".join(f"{row['currency']} {row['difference']}" for row in wrong.to_dict("records"))
        reason = str(RunError(f"The group is not the sum of its entities: {amounts}."))
        group = ALL_ENTITIES, MONTHLY.name
        outcomes[group] = replace(outcomes[group], status="failed", reason=reason)
    return list(outcomes.values())


def _earlier(folder: Path) -> list[Outcome]:
    try:
        return msgspec.json.decode((folder / OUTCOMES).read_bytes(), type=list[Outcome])
    except (OSError, msgspec.DecodeError):
        return []


def _index(folder: Path, outcomes: Sequence[Outcome]) -> MonthIndex:
    entries = [_entry(folder, outcome) for outcome in outcomes]
    return MonthIndex(date.fromisoformat(folder.name), entries, current_language())


def _entry(folder: Path, outcome: Outcome) -> Entry:
    latest = current(folder / outcome.place)
    return Entry(
        outcome.entity,
        outcome.status,
        report=f"{latest.name}/report.html" if latest else "",
        about=outcome.report,
        version=version_of(latest) if latest else None,
        reason=outcome.reason,
        record=record_of(latest) if outcome.status != "failed" else None,
    )


def _write(hidden: Path, index: MonthIndex, outcomes: Sequence[Outcome]) -> None:
    from arkit.present.workbook import write_workbook

    shown = page_of(index.sections(), title=index.title, colophon=text("run.page.index_colophon"))
    (hidden / INDEX).write_text(shown, encoding="utf-8", newline="\n")
    write_workbook(hidden / WORKBOOK, sheets=index.sheets(), created=datetime.combine(index.day, datetime.min.time()))
    (hidden / OUTCOMES).write_bytes(msgspec.json.format(msgspec.json.encode([asdict(outcome) for outcome in outcomes])))
