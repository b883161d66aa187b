"""A month-end run: every entity and the group, each published once, and one index over all of them.

The index is a page and a workbook, made of what the published reports say of themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Final, Literal

import msgspec

from arkit.errors import ArkitError, RunError
from arkit.model.ledger import as_day
from arkit.policy import Policy
from arkit.reports.month_index import Entry, MonthIndex
from arkit.reports.published import record_of, version_of
from arkit.run import manifest
from arkit.run.draft import Draft
from arkit.run.execute import Listener
from arkit.run.html import browser, page_of, print_pdf
from arkit.run.manifest import current, locked, staging
from arkit.run.report import Job, Report, make_report, prepare_worker
from arkit.run.request import MONTHLY, REPORTS, ReportKind, Request, folder_name
from arkit.run.run_file import Export, Ledgers, RunFile, read_ledgers
from arkit.run.workers import Failure, Workers
from arkit.words.catalogue import current_language, speaking, text
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
    # The page last, so that what it leads to is there before it.
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
        # What failed has no numbers: those of an older version would be taken for those of this run.
        record=record_of(latest) if outcome.status != "failed" else None,
    )


def _write(hidden: Path, index: MonthIndex, outcomes: Sequence[Outcome]) -> None:
    from arkit.present.workbook import write_workbook

    shown = page_of(index.sections(), title=index.title, colophon=text("run.page.index_colophon"))
    (hidden / INDEX).write_text(shown, encoding="utf-8", newline="\n")
    write_workbook(hidden / WORKBOOK, sheets=index.sheets(), created=datetime.combine(index.day, datetime.min.time()))
    (hidden / OUTCOMES).write_bytes(msgspec.json.format(msgspec.json.encode([asdict(outcome) for outcome in outcomes])))


@dataclass(frozen=True)
class MonthEnd:
    """What became of a run.

    Attributes
    ----------
    index
        The page over all reports of the day.
    outcomes
        What became of each report that was asked for, failures first.
    seconds
        How long the run took.
    """

    index: Path
    outcomes: list[Outcome]
    seconds: float

    @property
    def failed(self) -> list[Outcome]:
        """The entities without a report of this run, and the group if it is not the sum of its entities."""
        return [outcome for outcome in self.outcomes if outcome.status == "failed"]


def month_end(
    run: RunFile,
    *,
    as_of: date | str | None = None,
    language: str | None = None,
    currency: str | None = None,
    window: str | int | None = None,
    tell: Listener | None = None,
) -> MonthEnd:
    """Make the reports of a day for every entity of a run, and for the group, and the index over them.

    Reports are made at the same time by several workers. An entity that fails, or whose worker is killed, is named with
    its reason and stops no other. What is published already and was made from the very same is not made again, so a
    run that was broken off goes on where it stopped.

    Parameters
    ----------
    run
        What the run is made of, from a run file or as stated.
    as_of
        The day; without it that of the run file.
    language
        The language; without it that of the run file. Entities with a language of their own keep it.
    currency
        The presentation currency; without it that of the run file.
    window
        The window of the KPIs; without it that of the run file.
    tell
        Takes short lines that say how far the run is.

    Returns
    -------
    MonthEnd
        What became of each entity, and where the index is.

    Raises
    ------
    RunError
        No day is named, there is no such language, or another run makes the same day's reports.
    PolicyError
        The policy cannot be used.
    ReportError
        A PDF is asked for and no browser is installed.
    """
    stated = {"language": language, "currency": currency, "window": window}
    run = msgspec.structs.replace(run, **{name: value for name, value in stated.items() if value})
    day = as_day(as_of or run.as_of or _no_day())
    started, say = manifest.clock(), tell or (lambda _: None)
    folder = Path(run.output).resolve() / day.isoformat()
    # Before anything is read, so that a missing browser is said at once.
    chromium = browser() if run.pdf else None
    if run.policy:
        Policy.load(run.policy)  # one that cannot be used is said before an hour of reading
    with speaking(run.language), staging(folder / "run") as hidden, locked(folder):
        # Started before the exports are read, so that workers import meanwhile.
        with Workers(_workers_of(run), prepare=prepare_worker) as workers:
            month = _Month(run, day, hidden, read_ledgers(run.sources, as_of=day, say=say), say, chromium)
            month.make_all(workers)
        # Still locked, since another run of the same day writes the same index.
        outcomes = write_index(folder, month.outcomes, hidden=hidden, whole=ALL_ENTITIES in run.entities)
    return MonthEnd(folder / "index.html", outcomes, (manifest.clock() - started).total_seconds())


def _workers_of(run: RunFile) -> int:
    # How many entities "all" means is known only when the exports have been read, after workers start.
    count = run.workers or os.cpu_count() or 1
    return count if ALL_ENTITIES in run.entities else min(count, len(run.entities) * len(run.reports))


def _no_day() -> str:
    raise RunError("The run names no day. Give it in the run file (as_of = 2026-10-31) or with --as-of.")


@dataclass
class _Month:
    """A run on its way: what is asked for, what was read, and what has become of the reports so far."""

    run: RunFile
    day: date
    hidden: Path
    ledgers: Ledgers
    say: Listener
    chromium: Path | None
    outcomes: list[Outcome] = field(default_factory=list)
    inputs: dict[tuple[Export, str], list[dict[str, object]]] = field(default_factory=dict)

    @property
    def entities(self) -> list[str]:
        """The entities that are asked for, the group before them because it takes longest."""
        if ALL_ENTITIES not in self.run.entities:
            return list(dict.fromkeys(self.run.entities))
        return [*([ALL_ENTITIES] if len(self.ledgers.entities) > 1 else []), *self.ledgers.entities]

    @property
    def kinds(self) -> list[ReportKind]:
        """The kinds of report that each entity gets."""
        return [REPORTS[name] for name in dict.fromkeys(self.run.reports)]

    def make_all(self, workers: Workers) -> None:
        """Make every report that is asked for."""
        for job, made in workers.each(make_report, self.jobs()):
            request, place = job.draft.request, job.draft.place.name
            if isinstance(made, Report):
                done = Outcome(request.entity, "published", place, made.folder.name, seconds=made.seconds)
            else:
                assert isinstance(made, Failure)
                done = Outcome(request.entity, "failed", place, reason=made.reason)
            self.note(done, request.kind)

    def jobs(self) -> Iterator[Job]:
        """What workers have to make; all else is noted at once."""
        for entity, kind in product(self.entities, self.kinds):
            try:
                draft = self.draft(entity, kind)
            except ArkitError as error:
                self.note(Outcome(entity, "failed", folder_name(entity) + kind.suffix, reason=str(error)), kind)
                continue
            if draft.published is None:
                # One at a time, when a worker is free: the next part is frozen while reports of the others are made.
                yield Job(draft, self.chromium, self.run.in_process)
                continue
            latest = current(draft.place) or draft.place
            if self.chromium:
                print_pdf(latest, self.chromium)
            self.note(Outcome(entity, "unchanged", draft.place.name, latest.name), kind)

    def draft(self, entity: str, kind: ReportKind) -> Draft:
        """A report ready to be made, with its part of the ledger frozen in its folder."""
        exports, ledger = self.ledgers.of(entity)
        request = self.request(entity, exports[0], kind)
        part = request.part_of(ledger)
        request = request.suited_to(part)
        place = request.place(Path(self.run.output))
        inputs = [found for export in exports for found in self.inputs_of(export, kind)]
        accepted = [one for one in self.run.accepted if one.day in (None, self.day)]
        folder = self.hidden / place.name
        draft = Draft.of(request, part, accepted=accepted, folder=folder, place=place, inputs=inputs)
        if draft.published is None:
            draft.freeze_input(part)
        return draft

    def request(self, entity: str, export: Export, kind: ReportKind) -> Request:
        """What is asked of a report of the run."""
        return Request.of(
            ledger=export.ledger,
            as_of=self.day,
            entity=entity,
            layout=export.layout,
            answers=export.answers,
            earlier_snapshots=export.earlier_snapshots,
            policy=self.run.policy,
            notebook=kind.notebook,
            language=self.run.language_of(entity),
            currency=self.run.currency,
            window=self.run.window,
        )

    def inputs_of(self, export: Export, kind: ReportKind) -> list[dict[str, object]]:
        """The hashes of the files of an export; each is read once for all entities."""
        known = export, kind.name
        if known not in self.inputs:
            self.inputs[known] = manifest.inputs(self.request(ALL_ENTITIES, export, kind))
        return self.inputs[known]

    def note(self, outcome: Outcome, kind: ReportKind) -> None:
        """Keep what became of a report, and say so."""
        outcome = outcome.of_kind(kind)
        self.outcomes.append(outcome)
        total = len(self.entities) * len(self.kinds)
        self.say(text("run.progress.report", number=len(self.outcomes), total=total, outcome=outcome.sentence))
