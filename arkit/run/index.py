"""The index of a month-end as page and workbook, made of what the published reports say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from arkit.reports.month_index import Entry, MonthIndex
from arkit.reports.published import record_of, version_of
from arkit.run.html import page_of
from arkit.run.request import KINDS
from arkit.run.staging import current
from arkit.words.columns import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.present.html import Html

INDEX: Final = "index.html"
WORKBOOK: Final = "index.xlsx"
OUTCOMES: Final = "index.json"


@dataclass(frozen=True)
class Outcome:
    """What became of an entity in a run.

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
        Which of its reports: ``monthly_report`` or ``customers``.
    """

    entity: str
    status: Literal["published", "unchanged", "failed"]
    place: str
    folder: str = ""
    reason: str = ""
    seconds: float | None = None
    report: str = "monthly_report"

    @property
    def name(self) -> str:
        """What the report is called."""
        return self.entity if self.report == "monthly_report" else f"{self.entity} ({self.report})"

    @property
    def sentence(self) -> str:
        """What is told of it."""
        if self.status == "failed":
            return f"{self.name} failed: {self.reason}"
        took = "" if self.seconds is None else f" in {self.seconds:.1f} s"
        return f"{self.name} {self.status}{took}: {self.folder}"


def write_index(folder: Path, outcomes: Sequence[Outcome], *, hidden: Path, whole: bool = False) -> list[Outcome]:
    """Write the index of a day and return what became of what this run was asked for, failures first.

    What an earlier run said of others stands; after a run of the whole group, of those alone that have a report.
    """
    earlier = [known for known in _earlier(folder) if not whole or current(folder / known.place)]
    known = {(outcome.entity, outcome.report): outcome for outcome in [*earlier, *outcomes]}
    asked = {(outcome.entity, outcome.report) for outcome in outcomes}
    day = date.fromisoformat(folder.name)
    checked = _checked(MonthIndex(day, [_entry(folder, outcome) for outcome in known.values()]), known)
    ordered = sorted(checked, key=_order)
    index = MonthIndex(day, [_entry(folder, outcome) for outcome in ordered])
    _write(hidden, index, ordered)
    for name in (WORKBOOK, OUTCOMES, INDEX):
        (hidden / name).replace(folder / name)
    return [outcome for outcome in ordered if (outcome.entity, outcome.report) in asked]


def _order(outcome: Outcome) -> tuple[object, ...]:
    """Failures first, then the group; of an entity the monthly report first."""
    entity = outcome.entity
    return outcome.status != "failed", entity != ALL_ENTITIES, entity, list(KINDS).index(outcome.report)


def _checked(index: MonthIndex, outcomes: dict[tuple[str, str], Outcome]) -> list[Outcome]:
    """Return the outcomes with the group as failed where it is not the sum of its entities."""
    check = index.group_check()
    wrong = check[check["difference"] != 0]
    if len(wrong):
        told = ", ".join(f"{row['currency']} {row['difference']}" for row in wrong.to_dict("records"))
        reason = f"The group is not the sum of its entities: {told}."
        group = ALL_ENTITIES, "monthly_report"
        outcomes[group] = replace(outcomes[group], status="failed", reason=reason)
    return list(outcomes.values())


def _earlier(folder: Path) -> list[Outcome]:
    try:
        return msgspec.json.decode((folder / OUTCOMES).read_bytes(), type=list[Outcome])
    except (OSError, msgspec.DecodeError):
        return []


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

    sections: list[tuple[str, list[Html]]] = index.sections()
    text = page_of(sections, title=index.title, colophon="Made with arkit. Each report says what it was made from.")
    (hidden / INDEX).write_text(text, encoding="utf-8", newline="\n")
    write_workbook(hidden / WORKBOOK, sheets=index.sheets(), created=datetime.combine(index.day, datetime.min.time()))
    (hidden / OUTCOMES).write_bytes(msgspec.json.format(msgspec.json.encode([asdict(outcome) for outcome in outcomes])))
