"""An export read with what a person says of it: hints, a file of answers, answers given when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from arkit.errors import ArkitError, ReportError, listed
from arkit.files.databases import is_database, name_of
from arkit.files.open_file import open_grid
from arkit.files.places import loose_files, places_in
from arkit.files.questions import Candidate, Key, Question, QuestionsError, as_hints, merged
from arkit.model.layout import ColumnRole, Decision, Layout
from arkit.model.ledger import Ledger
from arkit.read.answers import add_answers, add_questions, answers_of, hints_of
from arkit.read.reading import read_for_day

Source = str | Path | Sequence[str | Path]
Answers = Sequence[tuple[Question, Candidate]]
Ask = Callable[[QuestionsError], Answers]
PROOFS: Final = ("proof", "totals")
"""What decisions are called that say what a file proves."""


@dataclass(frozen=True)
class Said:
    """What is said of an export.

    Attributes
    ----------
    hints
        As :func:`arkit.read_ledger` takes them; they count before what the file of answers says.
    answers
        The file of answers (TOML). Where there is none yet, the open questions are written to it.
    ask
        Asks a person and returns the answers; without it open questions end the reading.
    """

    hints: Mapping[str, Any] = field(default_factory=dict)
    answers: Path | None = None
    ask: Ask | None = None

    @property
    def all_hints(self) -> dict[str, Any]:
        """The hints together with those of the file of answers."""
        written = [answers_of(self.answers)] if self.answers and self.answers.exists() else []
        return merged([*written, self.hints])


def read_export(
    source: Source,
    *,
    layout: str | Path | None,
    as_of: date | str | None,
    said: Said,
    earlier_snapshots: Sequence[str | Path] = (),
) -> Ledger:
    """The ledger of an export; what it leaves open is asked, or written to the file of answers.

    Raises
    ------
    QuestionsError
        Questions stay open.
    ArkitError
        The export cannot be read.
    """
    hints = said.all_hints
    while True:
        try:
            return read_for_day(source, layout=layout, as_of=as_of, hints=hints, earlier_snapshots=earlier_snapshots)
        except QuestionsError as asked:
            # An answer may open other questions, so the export is read again until none is open or nobody answers.
            given = said.ask(asked) if said.ask else ()
            if said.answers:
                add_answers(said.answers, given, asked.file)
                add_questions(said.answers, asked)
            if not given:
                raise
            hints = merged([hints, hints_of(given)])


@dataclass(frozen=True)
class Export:
    """An export with what was answered so far: a ledger, the questions that are open, or why it cannot be read.

    Attributes
    ----------
    source
        The file or files, or the folder.
    as_of
        The day of a snapshot of which nothing else says it; empty for none.
    hints
        What was said beforehand, as :func:`arkit.read_ledger` takes it.
    given
        The questions that were answered, in the order of the answers.
    seen
        The questions so far, in the order in which they came up.
    """

    source: Source
    as_of: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)
    given: Answers = ()
    seen: tuple[Question, ...] = ()

    @cached_property
    def read(self) -> Ledger | ArkitError:
        """The ledger under the answers so far, or what stands against it."""
        said = merged([self.hints, hints_of(self.given)])
        try:
            return read_for_day(self.source, layout=None, as_of=self.as_of or None, hints=said)
        except ArkitError as error:
            return error

    @property
    def name(self) -> str:
        """What the export is called."""
        return listed(name_of(each) for each in self.files)

    @property
    def files(self) -> tuple[str | Path, ...]:
        """The file or files, or the folder."""
        return (self.source,) if isinstance(self.source, str | Path) else tuple(self.source)

    @property
    def beside(self) -> Path:
        """Where its layout is saved if nobody says otherwise: next to the file or folder."""
        first = Path(self.files[0])
        return first.with_name(f"{first.stem}_layout.toml")

    @property
    def ledger(self) -> Ledger | None:
        """The ledger, if nothing is open."""
        return self.read if isinstance(self.read, Ledger) else None

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that are open."""
        return self.read.questions if isinstance(self.read, QuestionsError) else ()

    @property
    def refused(self) -> str:
        """Why the export cannot be read under these answers; empty if it can, or if only questions are open."""
        return str(self.read) if isinstance(self.read, ArkitError) and not self.open else ""

    @property
    def columns(self) -> tuple[ColumnRole, ...]:
        """What each column was taken for, as far as it is known."""
        known = self.ledger.reading if self.ledger else self.read
        return getattr(known, "columns", ())

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are answered or open, in the order in which they came up; all of them after a refusal."""
        # An answer led to the refusal, so all of them can still be changed.
        if self.refused:
            return self.seen
        now = {_topic(each): each for each in self.open}
        answered = {_topic(question) for question, _ in self.given}
        before = [now.get(_topic(each), each) for each in self.seen if _topic(each) in {*now, *answered}]
        return (*before, *(each for topic, each in now.items() if topic not in {_topic(old) for old in before}))

    def answer_to(self, question: Question) -> Candidate | None:
        """The answer to a question, if it has one."""
        return next((answer for asked, answer in self.given if _topic(asked) == _topic(question)), None)

    def answering(self, question: Question, answer: Candidate | None) -> Export:
        """The export with an answer to a question, or without one; the totals of its candidates are found anew."""
        others = tuple(each for each in self.given if _topic(each[0]) != _topic(question))
        # Read without the old answer first: the totals of all candidates are those under the other answers.
        before = self if others == tuple(self.given) else replace(self, given=others, seen=self.questions)
        asked = next((each for each in before.open if _topic(each) == _topic(question)), question)
        seen = tuple(asked if _topic(each) == _topic(asked) else each for each in before.questions)
        if answer is None:
            return replace(before, seen=seen)
        # As it is asked now: its total may be another one under the answers given since.
        known = next(
            (each for each in asked.candidates if (each.value, each.key) == (answer.value, answer.key)), answer
        )
        return replace(before, given=(*others, (asked, known)), seen=seen)

    @property
    def total(self) -> str:
        """The total under the answers so far, where the candidates say one."""
        # The last answer was chosen when all others were given, so its total is that of all of them.
        return next((answer.total for _, answer in reversed(self.given) if answer.total), "")

    @property
    def proofs(self) -> tuple[Decision, ...]:
        """What the file proves of the ledger: relations among its columns, and its totals."""
        reading = self.ledger.reading if self.ledger else None
        return tuple(each for each in reading.made if each.what in PROOFS) if reading else ()

    def first_rows(self, number: int) -> pl.DataFrame:
        """The first rows of the first file as it has them, with the row that a spreadsheet shows.

        Raises
        ------
        ReadingError
            There is no such file, or it is nothing that has rows.
        """
        if isinstance(self.source, str | Path) and is_database(self.source):
            return pl.DataFrame()
        given = Path(self.source) if isinstance(self.source, str | Path) else [Path(each) for each in self.source]
        [first, *_] = loose_files(given) or places_in(given, Layout(name="canonical"))["items"]
        said = as_hints(self.hints)
        return open_grid(first, encoding=said.encoding, delimiter=said.delimiter, sheet=said.sheet).cells.head(number)


def _topic(question: Question) -> tuple[Key, str]:
    """What a question is about: its key; each of those about columns that may be ignored is one of its own."""
    return question.key, question.text if question.key == ("ignored",) else ""


def saved_layout(ledger: Ledger, target: Path, *, overwrite: bool) -> Path:
    """Write the layout by which a ledger was read.

    Raises
    ------
    ReportError
        There is none, it cannot be written, or there is a file that is not to be overwritten.
    """
    if ledger.reading is None:
        raise ReportError("A frozen ledger has no layout to save. Name the export that it was made from.")
    if target.exists() and not overwrite:
        raise ReportError(f"There is a file {target} already. Tick that it is overwritten, or name another.")
    try:
        return ledger.reading.save(target)
    except OSError as error:
        raise ReportError(f"The layout cannot be written to {target}: {error.strerror or error}.") from error
