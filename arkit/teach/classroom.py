"""The classroom: a learner's notebook, the teacher's copy with the solutions, and the class sheet.

The class sheet says who solved what, judged again from the answers in the saved notebooks. No cell of them is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from arkit.errors import ArkitError, LessonError, unknown_name
from arkit.present.sheets import Sheet
from arkit.present.workbook import write_workbook
from arkit.resources import resource
from arkit.teach.lesson import RECORD, Lesson, answer_shown, lesson
from arkit.teach.lessons import COURSES
from arkit.words.catalogue import require_language, speaking, text
from arkit.words.columns import Column, Kind

if TYPE_CHECKING:
    from nbformat import NotebookNode

ANSWER, DEFENCE, PARAMETERS = "answer", "defence", "parameters"
CHECKED: Final = re.compile(r'lesson\.check\("(\d+\.\d+)"')
MOST_LESSONS: Final = 64
MADE: Final = datetime(2000, 1, 1)  # nothing in arkit reads the clock, and the sheet is the same whenever it is made
KEYS: Final = ("exercise", "student", "state")
COLUMNS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("student", "remark", "file"), "text"),
    **dict.fromkeys(("lesson", "solved", "exercises", "defence"), "count"),
}


def lesson_file(number: int) -> Path:
    """The notebook of a lesson as it comes with arkit.

    Raises
    ------
    UnknownNameError
        There is no such lesson.
    """
    if number not in COURSES:
        raise unknown_name("lesson", number, known=COURSES)
    [found] = resource("notebooks/lessons").glob(f"{number}_*.ipynb")
    return found


def learners_copy(number: int, *, student: str, folder: Path, language: str = "en") -> Path:
    """Write a learner's copy of a lesson, their name filled in; one that is there already is their work and stays.

    Raises
    ------
    UnknownNameError
        There is no such lesson, or no such language.
    """
    source, language = lesson_file(number), require_language(language)
    copy = folder / source.name
    if not copy.exists():
        _write(_named(source, student, language), copy)
    return copy


def teachers_copy(number: int, *, student: str, folder: Path, language: str = "en") -> Path:
    """Write a lesson with its solutions filled in, for the ledger of a learner; a wrong one stops it when it is run.

    Raises
    ------
    UnknownNameError
        There is no such lesson.
    """
    source, taught = lesson_file(number), lesson(number, student=student, language=language)
    notebook = _named(source, student, language)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        asked = CHECKED.search(cell.source) if has_tag(cell, ANSWER) else None
        cells += _solved(cell, asked.group(1), taught) if asked else [cell]
    notebook.cells = cells
    copy = folder / f"{source.stem}_solutions.ipynb"
    _write(notebook, copy)
    return copy


def _solved(cell: NotebookNode, number: str, taught: Lesson) -> list[NotebookNode]:
    """An exercise's cell with its solution, and what a teacher wants to know about it in class."""
    from nbformat.v4 import new_markdown_cell

    asked = taught.asked[number]
    cell.source = f'{asked.code}\nlesson.check("{number}", answer).require()'
    with speaking(taught.language):
        mistakes = [
            f"- {answer_shown(asked, value)}: {asked.text(f'hints.{name}')}" for name, value in asked.mistakes.items()
        ]
        solution = text(
            "teach.copy.solution",
            number=number,
            title=asked.text("title"),
            value=answer_shown(asked, asked.right),
            way=asked.text("way"),
            mistakes="\n".join(mistakes),
        )
    # With a fixed id: nbformat draws one by chance, and no two copies would be the same file.
    return [cell, new_markdown_cell(solution, id=f"solution-{number.replace('.', '-')}")]  # type: ignore[no-untyped-call]


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from its file.

    Raises
    ------
    LessonError
        The file is not a notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-any-return, no-untyped-call]
    except Exception as fault:  # a broken file fails in many ways, each with an error of its own
        raise LessonError(f"{path} cannot be read as a notebook: {type(fault).__name__}.") from fault


def has_tag(cell: Any, tag: str) -> bool:
    """Whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def _named(source: Path, student: str, language: str) -> NotebookNode:
    """A lesson's notebook with its parameters filled in; a name is data, so it is written as a literal."""
    notebook = read_notebook(source)
    [cell] = [cell for cell in notebook.cells if has_tag(cell, PARAMETERS)]
    for name, default, value in (("language", "en", language), ("student", "", student)):
        cell.source = cell.source.replace(f'{name}: str = "{default}"', f"{name}: str = {value!r}")
    return notebook


def _write(notebook: NotebookNode, path: Path) -> None:
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


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
    """One row for each notebook in a folder and those within it: who solved what.

    An exercise is *solved*, *solution shown* (solved or not, once the solution was asked for), *not yet*, with the name
    of the typical mistake where the answer shows one, or empty. The ledger is that of the name in the notebook: who
    copies answers from a neighbour has not solved them.

    Raises
    ------
    LessonError
        There is no notebook in the folder.
    """
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
    columns = {
        name: Column(text(f"teach.class.{name}"), COLUMNS[name])
        if name in COLUMNS
        else Column(text("teach.class.exercise", number=name))
        for name in table.columns
    }
    sheet = Sheet(name="class", table=table, title=text("teach.class.title"), columns=columns)
    write_workbook(path, sheets=[sheet], created=MADE)


def _work(path: Path, folder: Path) -> Work:
    work = Work(str(path.relative_to(folder)))
    try:
        cells = read_notebook(path).cells
    except LessonError:
        work.remark = text("teach.class.remark_on.unreadable")
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
        return row | {"remark": work.remark or text(f"teach.class.remark_on.{'several' if exercises else 'nothing'}")}
    taught = _lesson(int(*numbers), *work.students)
    states = {number: _state(number, work, taught) for number in taught.asked}
    solved = text("teach.class.state.solved")
    return row | {
        "lesson": taught.number,
        "solved": sum(state == solved for state in states.values()),
        "exercises": len(states),
        "remark": "" if taught.student else text("teach.class.remark_on.no_name"),
        **{number.partition(".")[2]: state for number, state in states.items()},
    }


@lru_cache(MOST_LESSONS)
def _lesson(number: int, student: str) -> Lesson:
    return lesson(number, student=student)


def _state(number: str, work: Work, taught: Lesson) -> str:
    if number in work.looked:
        return text("teach.class.state.looked")
    answer = work.answers.get(number)
    if answer is None:
        return ""
    try:
        verdict = taught.check(number, answer)
    # The record is out of a file that anybody can write: what cannot be compared is not solved.
    except (ArkitError, TypeError, ValueError, OverflowError):
        return text("teach.class.state.not_yet")
    if verdict.mistake:
        return text("teach.class.state.mistake", mistake=verdict.mistake.replace("_", " "))
    return text(f"teach.class.state.{'solved' if verdict.right else 'not_yet'}")
