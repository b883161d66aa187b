"""A lesson's words out of templates/lessons: titles, hints, ways to solutions, options of a case, what was planted."""

from __future__ import annotations

from functools import cache

import msgspec

from arkit.errors import LessonError
from arkit.resources import resource
from arkit.settings import read_settings


class ExerciseText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of an exercise.

    Parameters
    ----------
    title
        What it is about, for the class sheet.
    right
        What is said to the right answer.
    nudge
        What is said to an answer that no typical mistake explains.
    way, code
        How the solution is found, in words and with arkit.
    hints
        Name of a typical mistake to its hint.
    options
        What a case leaves to decide, by name.
    """

    title: str
    right: str
    nudge: str
    way: str
    code: str
    hints: dict[str, str]
    options: dict[str, str] = {}


class LessonText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The words of a lesson: its title, the terms it brings, the faults planted in its ledger, its exercises."""

    title: str
    terms: tuple[str, ...]
    planted: tuple[str, ...]
    exercises: dict[str, ExerciseText]


@cache
def lesson_text(number: int) -> LessonText:
    """Return the words of a lesson."""
    return read_settings(resource(f"templates/lessons/{number}.toml"), LessonText, what="lesson", error=LessonError)
