"""An export read with what a person says of it: hints, a file of answers, answers given when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from arkit.model.ledger import Ledger
from arkit.read.answers import add_answers, add_questions, answers_of, hints_of
from arkit.read.reading import read_for_day
from arkit.read.recognise.questions import Candidate, Question, QuestionsError, merged

Answers = Sequence[tuple[Question, Candidate]]
Ask = Callable[[QuestionsError], Answers]


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
    source: str | Path | Sequence[str | Path], *, layout: str | Path | None, as_of: date | str | None, said: Said
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
            return read_for_day(source, layout=layout, as_of=as_of, hints=hints)
        except QuestionsError as asked:
            given = said.ask(asked) if said.ask else ()
            if said.answers:
                add_answers(said.answers, given, asked.file)
                add_questions(said.answers, asked)
            if not given:
                raise
            hints = merged([hints, hints_of(given)])
