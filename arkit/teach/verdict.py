"""What a learner is told: right, or the hint for the mistake that the answer shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from arkit.errors import LessonError
from arkit.present.html import Html, page_part
from arkit.teach.exercise import Given

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
