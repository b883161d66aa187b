"""Answers as learners give them: a number, a name, a list, a dict, a Series or a whole table.

What a learner is told: right, or the hint for the mistake that the answer shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from arkit.errors import LessonError
from arkit.present.html import Html, page_part
from arkit.teach.exercise import Asked, Given, spelling

if TYPE_CHECKING:
    import pandas as pd

NUMBER: Final = re.compile(r"[-+]?\d[\d, _]*(\.\d+)?")
BLANKS: Final = re.compile(r"[, _]")


def read_answer(given: object, asked: Asked) -> Given:
    """Return an answer as it is compared: a number, a name, a set of names, or numbers by label.

    Raises
    ------
    LessonError
        It cannot be read as an answer to this question; the message says what is asked for.
    """
    thing = given.to_pandas() if hasattr(given, "to_pandas") else given
    form = asked.exercise.form
    if form == "names":
        return _names(thing, asked.exercise.columns)
    if form == "table":
        return _table(thing, asked)
    if form == "choice":
        return spelling(thing)
    return _number(thing, asked.exercise.columns)


def _number(thing: object, columns: tuple[str, ...]) -> float:
    if _is_frame(thing):
        thing = _cells(thing, columns)
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    if isinstance(thing, Mapping):
        thing = list(thing.values())
    if isinstance(thing, list | tuple | set | frozenset):
        if len(thing) != 1:
            comma = " (A comma makes two numbers of one: write 1292.15.)" if isinstance(thing, tuple) else ""
            raise LessonError(f"This question asks for one number; {len(thing)} values were given.{comma}")
        return _number(next(iter(thing)), columns)
    number = _as_number(thing)
    if number is None:
        raise LessonError(f"This question asks for one number, such as 1234.50; {_short(thing)} is none.")
    return number


def _names(thing: Any, columns: tuple[str, ...]) -> frozenset[str]:
    if _is_frame(thing):
        thing = _cells(thing, columns)
    if isinstance(thing, str):
        thing = re.split(r"[,;\s]+", thing.strip())
    if isinstance(thing, int):
        thing = [thing]
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    if not isinstance(thing, Iterable):
        raise LessonError(f"This question asks for a list of names, such as ['101', '102']; {_short(thing)} is none.")
    return frozenset(spelling(name) for name in thing)


def _table(thing: Any, asked: Asked) -> Given:
    if _is_frame(thing):
        thing = _by_label(thing, asked)
    if hasattr(thing, "index") and hasattr(thing, "to_dict"):
        thing = thing.to_dict()
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    if isinstance(thing, list | tuple):
        return _without_labels(thing)
    if not isinstance(thing, Mapping):
        raise LessonError(f"This question asks for a value for each of {_listed(asked.labels)}; see how it is written.")
    table = {spelling(label): cell for label, cell in thing.items()}
    unknown = sorted(set(table) - asked.labels)
    if unknown:
        raise LessonError(f"{unknown[0]!r} is not among what is asked for: {_listed(asked.labels)}.")
    return {label: _cell(cell) for label, cell in table.items()}  # type: ignore[return-value]


def _cell(cell: object) -> float | str:
    number = _as_number(cell)
    return spelling(cell) if number is None else number


def _without_labels(cells: Iterable[object]) -> tuple[float, ...]:
    numbers = [_as_number(cell) for cell in cells]
    known = tuple(number for number in numbers if number is not None)
    if len(known) < len(numbers):
        raise LessonError("In this list something is no number; give a number for each label.")
    return known


def _by_label(frame: pd.DataFrame, asked: Asked) -> Any:
    """Return the part of a table that holds the labels: its columns, a column, or its index."""
    wide = [name for name in frame.columns if spelling(name) in asked.labels]
    if wide and len(frame) == 1:
        return frame.iloc[0][wide].to_dict()
    keys = [name for name in frame.columns if asked.labels & set(map(spelling, frame[name]))]
    labelled = frame.set_index(keys[0]) if keys else frame
    held = [name for name in asked.exercise.columns if name in labelled.columns]
    if not held and len(labelled.columns) != 1:
        raise LessonError(
            f"Of this table it is not clear which column is the answer. Give one for {_listed(asked.labels)}."
        )
    return labelled[held[0] if held else labelled.columns[0]]


def _cells(frame: Any, columns: tuple[str, ...]) -> Any:
    """Return the column of a table that holds the answer: by its name, or the only one there is."""
    held = [name for name in columns if name in frame.columns]
    if held:
        return frame[held[0]]
    if len(frame.columns) != 1:
        raise LessonError("Of this table it is not clear which column is the answer. Give that column alone.")
    return frame.iloc[:, 0]


def _as_number(thing: object) -> float | None:
    if isinstance(thing, bool):
        return None
    if isinstance(thing, Real) or type(thing).__name__ == "Decimal":
        return float(thing)  # type: ignore[arg-type]
    if isinstance(thing, str) and NUMBER.fullmatch(thing.strip()):
        return float(BLANKS.sub("", thing))
    return None


def _is_frame(thing: object) -> bool:
    return hasattr(thing, "columns") and hasattr(thing, "iloc")


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(sorted(labels))


def _short(thing: object) -> str:
    text = repr(thing)
    return text if len(text) <= 60 else f"{text[:57]}..."


State = Literal["right", "mistake", "other", "unread", "open", "solution"]
# The class sheet reads these records out of the saved notebooks.
RECORD: Final = "application/vnd.arkit.lesson+json"
HEADS: Final[dict[State, str]] = {
    "right": "Right.",
    "mistake": "Not yet.",
    "other": "Not yet.",
    "unread": "This cannot be read as an answer.",
    "open": "Not answered yet.",
    "solution": "Solution.",
}


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer, and the record of it that stays in the notebook.

    ``mistake`` is the name of the typical mistake that the answer shows, if it shows one.
    """

    number: str
    state: State
    text: str
    student: str = ""
    answer: Given | None = None
    mistake: str = ""
    value: str = ""
    code: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == "right"

    def require(self) -> Self:
        """Return the verdict if the answer is right; a teacher's copy must not run through with a wrong one.

        Raises
        ------
        LessonError
            The answer is wrong, or missing.
        """
        if not self.right:
            raise LessonError(f"Exercise {self.number}: {self}")
        return self

    def __str__(self) -> str:
        return f"{HEADS[self.state]} {self.text}".strip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/plain": str(self), "text/html": self._page_part().markup, RECORD: self.record()}

    def _page_part(self) -> Html:
        head = HEADS[self.state]
        return page_part("verdict", state=self.state, head=head, text=self.text, value=self.value, code=self.code)

    def record(self) -> dict[str, Any]:
        """Return what the class sheet needs: the answer itself, so that it is judged anew and not believed."""
        return {
            "exercise": self.number,
            "student": self.student,
            "state": self.state,
            "answer": _plain(self.answer),
        }


def _plain(answer: object) -> object:
    """Return an answer as JSON can hold it."""
    if isinstance(answer, frozenset | tuple):
        return sorted(answer)
    return dict(answer) if isinstance(answer, Mapping) else answer
