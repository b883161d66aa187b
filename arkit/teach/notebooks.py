"""The notebooks of the lessons: a learner's own, and the teacher's with the solutions filled in."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.errors import LessonError, unknown_name
from arkit.resources import resource
from arkit.teach.lesson import COURSES, Lesson, in_words, lesson

if TYPE_CHECKING:
    from nbformat import NotebookNode

ANSWER, DEFENCE, PARAMETERS = "answer", "defence", "parameters"
CHECKED: Final = re.compile(r'lesson\.check\("(\d+\.\d+)"')
EMPTY_NAME: Final = 'student: str = ""'


def lesson_file(number: int) -> Path:
    """Return the notebook of a lesson as it comes with arkit.

    Raises
    ------
    UnknownNameError
        There is no such lesson.
    """
    if number not in COURSES:
        raise unknown_name("lesson", number, known=COURSES)
    [found] = resource("notebooks/lessons").glob(f"{number}_*.ipynb")
    return found


def learners_copy(number: int, *, student: str, folder: Path) -> Path:
    """Write a learner's copy of a lesson, his name filled in; one that is there already is his work and stays.

    Raises
    ------
    UnknownNameError
        There is no such lesson.
    """
    source = lesson_file(number)
    copy = folder / source.name
    if not copy.exists():
        notebook = read_notebook(source)
        _name(notebook, student)
        _write(notebook, copy)
    return copy


def teachers_copy(number: int, *, student: str, folder: Path) -> Path:
    """Write a lesson with its solutions filled in, for the figures of a learner; a wrong one stops it when it is run.

    Raises
    ------
    UnknownNameError
        There is no such lesson.
    """
    source, taught = lesson_file(number), lesson(number, student=student)
    notebook = read_notebook(source)
    _name(notebook, student)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        asked = CHECKED.search(cell.source) if has_tag(cell, ANSWER) else None
        cells += _solved(cell, asked.group(1), taught) if asked else [cell]
    notebook.cells = cells
    copy = folder / f"{source.stem}_solutions.ipynb"
    _write(notebook, copy)
    return copy


def _solved(cell: NotebookNode, number: str, taught: Lesson) -> list[NotebookNode]:
    """Return an exercise's cell with its solution, and what a teacher wants to know about it beside the class."""
    from nbformat.v4 import new_markdown_cell

    text, asked = taught.text.exercises[number], taught.asked[number]
    value = partial(in_words, form=asked.exercise.form, unit=asked.exercise.unit)
    cell.source = f'{text.code.strip()}\nlesson.check("{number}", answer).require()'
    mistakes = [f"- {value(asked.mistakes[name])}: {hint}" for name, hint in text.hints.items()]
    lines = [f"**{number} {text.title}: {value(asked.right)}**", "", text.way, "", "Typical mistakes:", ""]
    told = "\n".join([*lines, *mistakes])
    return [cell, new_markdown_cell(told, id=f"solution-{number.replace('.', '-')}")]  # type: ignore[no-untyped-call]


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook.

    Raises
    ------
    LessonError
        The file is none.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-any-return, no-untyped-call]
    except Exception as fault:  # a broken file fails in many ways, each with an error of its own
        raise LessonError(f"{path} cannot be read as a notebook: {type(fault).__name__}.") from fault


def has_tag(cell: Any, tag: str) -> bool:
    """Return whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def _name(notebook: NotebookNode, student: str) -> None:
    """Fill in the learner's name; it is data, so it is written as a literal."""
    [cell] = [cell for cell in notebook.cells if has_tag(cell, PARAMETERS)]
    cell.source = cell.source.replace(EMPTY_NAME, f"student: str = {student!r}")


def _write(notebook: NotebookNode, path: Path) -> None:
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
