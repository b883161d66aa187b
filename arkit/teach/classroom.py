"""The notebooks of the lessons: a learner's own, and the teacher's with the solutions filled in.

The class sheet: who solved what, judged anew from the answers in the saved notebooks. No cell of them is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.errors import ArkitError, LessonError, unknown_name
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook
from arkit.resources import resource
from arkit.teach.answers import RECORD
from arkit.teach.lesson import COURSES, Lesson, in_words, lesson
from arkit.words.columns import Column

if TYPE_CHECKING:
    import pandas as pd
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


MOST_LESSONS: Final = 64
MADE: Final = datetime(2000, 1, 1)  # nothing in arkit reads the clock, and the sheet is the same whenever it is made
SOLVED, LOOKED, NOT_YET = "solved", "solution shown", "not yet"
KEYS: Final = ("exercise", "student", "state")
COLUMNS: Final = {
    "student": Column("Student"),
    "lesson": Column("Lesson", "count"),
    "solved": Column("Solved", "count"),
    "exercises": Column("Exercises", "count"),
    "defence": Column("Words of defence", "count"),
    "remark": Column("Remark"),
    "file": Column("File"),
}


@dataclass
class Work:
    """What a saved notebook says: the last answer to each exercise, solutions looked at, words of the defence."""

    file: str
    students: set[str] = field(default_factory=set)
    answers: dict[str, object] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)
    words: int = 0
    remark: str = ""


def class_sheet(folder: Path) -> pd.DataFrame:
    """Return one row for each notebook in a folder and those within it: who solved what.

    An exercise is *solved*, *solution shown* (solved or not, once the solution was asked for), *not yet*, with the name
    of the typical mistake where the answer shows one, or empty. The figures are those of the name in the notebook: who
    copies answers from a neighbour has not solved them.

    Raises
    ------
    LessonError
        There is no notebook in the folder.
    """
    import pandas as pd

    files = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not files:
        raise LessonError(f"There is no notebook in {folder}. Name the folder into which the class saved its lessons.")
    rows = [_row(_work(path, folder)) for path in files]
    table = pd.DataFrame(rows)
    numbers = sorted(set(table.columns) - set(COLUMNS), key=int)
    columns = ["student", "lesson", "solved", "exercises", *numbers, "defence", "remark", "file"]
    cells = table.reindex(columns=columns).astype(object)
    return cells.where(cells.notna(), "")


def write_class_sheet(table: pd.DataFrame, path: Path) -> None:
    """Write a class sheet as a workbook."""
    numbers = {name: Column(f"Exercise {name}") for name in table.columns if name not in COLUMNS}
    sheet = Sheet(name="class", table=table, title="Who solved what", columns={**COLUMNS, **numbers})
    write_workbook(path, sheets=[sheet], created=MADE)


def _work(path: Path, folder: Path) -> Work:
    work = Work(str(path.relative_to(folder)))
    try:
        cells = read_notebook(path).cells
    except LessonError:
        work.remark = "cannot be read as a notebook"
        return work
    for record in _records(cells):
        work.students.add(record["student"])
        if record["state"] == "solution":
            work.looked.add(record["exercise"])
        else:
            work.answers[record["exercise"]] = record.get("answer")
    written = [line for cell in cells if has_tag(cell, DEFENCE) for line in cell.source.splitlines()]
    work.words = sum(len(line.split()) for line in written if not line.startswith(">"))
    return work


def _records(cells: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what the checks left in the outputs, as far as it has the form of a record."""
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        record = output.get("data", {}).get(RECORD)
        if isinstance(record, Mapping) and all(isinstance(record.get(key), str) for key in KEYS):
            yield record


def _row(work: Work) -> dict[str, Any]:
    exercises = {*work.answers, *work.looked}
    numbers = {number.partition(".")[0] for number in exercises} & {str(known) for known in COURSES}
    row: dict[str, Any] = {"student": ", ".join(sorted(work.students)), "file": work.file, "defence": work.words}
    if len(numbers) != 1 or len(work.students) != 1:
        several = "answers of several lessons or names" if exercises else "nothing was checked in it"
        return row | {"remark": work.remark or several}
    taught = _lesson(int(*numbers), *work.students)
    states = {number: _state(number, work, taught) for number in taught.asked}
    return row | {
        "lesson": taught.number,
        "solved": sum(state == SOLVED for state in states.values()),
        "exercises": len(states),
        "remark": "" if taught.student else "no name: the figures of nobody",
        **{number.partition(".")[2]: state for number, state in states.items()},
    }


@lru_cache(MOST_LESSONS)
def _lesson(number: int, student: str) -> Lesson:
    return lesson(number, student=student)


def _state(number: str, work: Work, taught: Lesson) -> str:
    if number in work.looked:
        return LOOKED
    answer = work.answers.get(number)
    if answer is None:
        return ""
    try:
        verdict = taught.check(number, answer)
    except (ArkitError, TypeError, ValueError, OverflowError):
        return NOT_YET
    mistake = verdict.mistake.replace("_", " ")
    return SOLVED if verdict.right else f"{NOT_YET}: {mistake}" if mistake else NOT_YET
