"""A month-end run: every entity and the group, each published once, and one index over all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from pathlib import Path

from arkit.errors import ArkitError, RunError
from arkit.model.ledger import as_day
from arkit.policy import Policy
from arkit.run import manifest
from arkit.run.execute import Listener
from arkit.run.html import browser, print_pdf
from arkit.run.index import Outcome, write_index
from arkit.run.making import Making, fingerprints
from arkit.run.part import Part, make_part
from arkit.run.report import Report
from arkit.run.request import KINDS, Request, bundled_notebook, located
from arkit.run.sources import Books, RunFile, Source, read_books
from arkit.run.staging import alone, current, folder_name, staging
from arkit.run.workers import Failure, Workers
from arkit.words.columns import ALL_ENTITIES


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


def month_end(run: RunFile, *, as_of: date | str | None = None, tell: Listener | None = None) -> MonthEnd:
    """Make the reports of a day for every entity of a run, and for the group, and the index over them.

    Reports are made side by side in workers. An entity that fails, or whose worker is killed, is named with its
    reason and stops no other. What is published already and was made from the very same is not made again, so a
    run that was broken off goes on where it stopped.

    Parameters
    ----------
    run
        What the run is made of, from a run file or as stated.
    as_of
        The day; without it that of the run file.
    tell
        Takes short lines that tell how far the run is.

    Returns
    -------
    MonthEnd
        What became of each entity, and where the index is.

    Raises
    ------
    RunError
        No day is named, or another run makes the same day's reports.
    PolicyError
        The policy cannot be used.
    ReportError
        A PDF is asked for and no browser is installed.
    """
    day = as_day(as_of or run.as_of or _no_day())
    started, heard = manifest.clock(), tell or (lambda _: None)
    folder = Path(run.output).resolve() / day.isoformat()
    chromium = browser() if run.pdf else None
    if run.policy:
        Policy.load(run.policy)  # one that cannot be used is told before an hour of reading
    with staging(folder / "run") as hidden, alone(folder, what=f"The month-end of {day}"):
        with Workers(_workers_of(run)) as workers:
            books = read_books(run.sources, as_of=day, tell=heard)
            month = _Month(run, day, hidden, books, started, heard, chromium)
            month.make_all(workers)
        whole = ALL_ENTITIES in run.entities
        outcomes = write_index(folder, month.outcomes, hidden=hidden, whole=whole)
    return MonthEnd(folder / "index.html", outcomes, (manifest.clock() - started).total_seconds())


def _workers_of(run: RunFile) -> int:
    count = run.workers or os.cpu_count() or 1
    return count if ALL_ENTITIES in run.entities else min(count, len(run.entities) * len(run.reports))


def _no_day() -> str:
    raise RunError("The run names no day. Give it in the run file (as_of = 2026-10-31) or with --as-of.")


@dataclass
class _Month:
    """A run on its way: what is asked for, what was read, and what has become of the entities so far."""

    run: RunFile
    day: date
    hidden: Path
    books: Books
    started: datetime
    tell: Listener
    chromium: Path | None
    outcomes: list[Outcome] = field(default_factory=list)
    prints: dict[tuple[str, str], list[dict[str, object]]] = field(default_factory=dict)

    def make_all(self, workers: Workers) -> None:
        """Make every report that is asked for."""
        for part, made in workers.each(make_part, self.parts()):
            place = part.making.place
            if isinstance(made, Report):
                done = Outcome(part.name, "published", place.name, made.folder.name, seconds=made.seconds)
            else:
                assert isinstance(made, Failure)
                done = Outcome(part.name, "failed", place.name, reason=made.reason)
            self.note(done, part.report)

    def parts(self) -> Iterator[Part]:
        """Yield what workers have to make, the group first because it takes longest; note all else at once."""
        for name, report in product(self.names(), self.reports):
            try:
                making = self.prepared(name, report)
            except ArkitError as error:
                place = folder_name(name) + KINDS[report].suffix
                self.note(Outcome(name, "failed", place, reason=str(error)), report)
                continue
            if making.published():
                latest = current(making.place) or making.place
                if self.chromium:
                    print_pdf(latest, self.chromium)
                self.note(Outcome(name, "unchanged", making.place.name, latest.name), report)
            else:
                yield Part(name, report, making, self.chromium)

    def names(self) -> list[str]:
        """Return the entities that are asked for, and the group before them."""
        if ALL_ENTITIES not in self.run.entities:
            return list(dict.fromkeys(self.run.entities))
        return [*([ALL_ENTITIES] if len(self.books.entities) > 1 else []), *self.books.entities]

    @property
    def reports(self) -> list[str]:
        """The reports of each entity."""
        return list(dict.fromkeys(self.run.reports))

    def prepared(self, name: str, report: str) -> Making:
        """Return a report ready to be made, with its part of the ledger frozen in its folder."""
        source, ledger = self.books.group() if name == ALL_ENTITIES else self.books.of(name)
        request = self.request(name, source, report)
        part = request.part_of(ledger)
        folder = self.hidden / request.place(self.hidden).name
        making = Making.of(
            request,
            part,
            folder=folder,
            place=request.place(Path(self.run.output)),
            started=manifest.clock(),
            inputs=self.inputs(name, report),
        )
        if not making.published():
            making.freeze_input(part)
        return making

    def request(self, name: str, source: Source, report: str) -> Request:
        """Return what is asked of a report of the run."""
        return Request(
            ledger=located(source.ledger),
            as_of=self.day,
            entity=name,
            layout=Path(source.layout).resolve() if source.layout else None,
            policy=Path(self.run.policy).resolve() if self.run.policy else None,
            notebook=bundled_notebook(report).resolve(),
        )

    def inputs(self, name: str, report: str) -> list[dict[str, object]]:
        """Return the hashes of the files that a report is made from; each is read once for all entities."""
        sources = [source for source, _ in self.books.ledgers] if name == ALL_ENTITIES else [self.books.of(name)[0]]
        for source in sources:
            if (source.ledger, report) not in self.prints:
                self.prints[source.ledger, report] = fingerprints(self.request(name, source, report))
        return [found for source in sources for found in self.prints[source.ledger, report]]

    def note(self, outcome: Outcome, report: str) -> None:
        """Keep what became of a report, and tell."""
        outcome = replace(outcome, report=report)
        self.outcomes.append(outcome)
        self.tell(f"{len(self.outcomes)} of {len(self.names()) * len(self.reports)}: {outcome.sentence}")
