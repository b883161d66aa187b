"""A file of answers: written with the questions that an export leaves open, filled in by a person, read as hints."""

import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import polars as pl

from arkit.errors import ReadingError
from arkit.files.open_file import Grid
from arkit.files.places import first_line
from arkit.files.questions import Candidate, Hints, Question, QuestionsError, merged, nested, printable

_COMPARED: Final = 200
_HEAD = (
    "# What {file} does not say. For each question take the # off one line that begins with #, or change it;\n"
    "# then run the check again. What you write here is never changed; new questions are added.\n"
)


def answers_of(path: str | Path) -> dict[str, Any]:
    """The hints of a file of answers.

    Raises
    ------
    ReadingError
        It is missing, or it is no TOML.
    """
    try:
        # Editors of Windows begin a file with a mark, which is no TOML.
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReadingError(f"The file of answers {path} cannot be used: {first_line(error)}.") from error


def add_questions(path: str | Path, asked: QuestionsError) -> int:
    """Write the questions that a file of answers does not have yet as comments, and return how many were new.

    Raises
    ------
    ReadingError
        It cannot be written.
    """
    before = _text(Path(path))
    new = [each for each in asked.questions if not _is_in(before, each)]
    if new:
        _write(Path(path), before, asked.file, [_commented(each) for each in new])
    return len(new)


def add_answers(path: str | Path, given: Iterable[tuple[Question, Candidate]], file: str) -> None:
    """Write answers below what a file of answers has.

    Raises
    ------
    ReadingError
        It cannot be written.
    """
    lines = [f"# {printable(question.text)}\n{question.as_toml(chosen)}\n" for question, chosen in given]
    if not lines:
        return
    _write(Path(path), _text(Path(path)), file, lines)


def refuse_idle(hints: Hints, grid: Grid) -> None:
    """Refuse a hint for a value that no cell of the file has: it would change nothing.

    Raises
    ------
    ReadingError
        The first of them, with the values that look like it.
    """
    values = {*hints.types, *hints.statuses, *(value for several in hints.keep.values() for value in several if value)}
    if not values:
        return
    rows = grid.cells.select(grid.columns)
    found = {value for value in values if rows.select(pl.any_horizontal((pl.all() == value).any())).item()}
    for value in sorted(values - found):
        cells = {cell for name in rows.columns for cell in rows[name].drop_nulls().unique().head(_COMPARED)}
        near = get_close_matches(value, cells, n=1)
        meant = f" Is {near[0]!r} meant?" if near else ""
        raise ReadingError(f"No cell of {grid.file} is {value!r}, so the hint for it changes nothing.{meant}")


def hints_of(given: Iterable[tuple[Question, Candidate]]) -> dict[str, Any]:
    """Answers as hints."""
    return merged(nested(*question.answer(chosen)) for question, chosen in given)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"The file of answers {path} cannot be used: {first_line(error)}.") from error


def _write(path: Path, before: str, file: str, parts: list[str]) -> None:
    """Add parts below what was written, or above it where a table would swallow them."""
    whole = before.rstrip("\n") + "\n" if before else _HEAD.format(file=printable(file) or "the export")
    added = "\n".join(parts)
    has_table = re.search(r"(?m)^\s*\[", before)
    text = f"{added}\n{whole}" if has_table else f"{whole}\n{added}"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReadingError(f"The file of answers {path} cannot be written: {error.strerror or error}.") from error


def _is_in(text: str, question: Question) -> bool:
    """Whether the question, or an answer to it, is in the file."""
    names = {line.partition(" = ")[0] for line in question.as_toml().splitlines()}
    return all(re.search(rf"(?m)^#?\s*{re.escape(name)}\s*=", text) for name in names)


def _commented(question: Question) -> str:
    """A question as comments: its text, and a line of TOML for each candidate with the facts behind it."""
    lines = [(question.as_toml(each).splitlines(), each) for each in question.candidates]
    lines = lines or [(question.as_toml().splitlines(), Candidate(""))]
    width = max(len(line) for several, _ in lines for line in several)
    text = [f"# {printable(question.text)}"]
    for several, each in lines:
        facts = printable("  ".join(filter(None, (each.total, each.evidence))))
        said = [f"#{line}" for line in several[:-1]] + [
            f"#{several[-1]:<{width}}  {'# ' + facts if facts else ''}".rstrip()
        ]
        text += said
    return "\n".join(text) + "\n"
