"""A file of answers: written with the questions that an export leaves open, filled in by a person, read as hints."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from arkit.errors import ReadingError, listed
from arkit.files.open_file import Grid
from arkit.files.places import first_line
from arkit.files.questions import Candidate, Hints, Question, QuestionsError, merged, nested, printable
from arkit.model.layout import Layout

_IN_BASE: Final = ("base_amount", "base_open_amount", "exchange_rate", "base_currency")
_HEAD = (
    "# What {file} does not say. For each question take the # off one answer, or write your own;\n"
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
    """Refuse a hint about the writing of a file that it cannot have.

    Raises
    ------
    ReadingError
        It is a workbook and the hint speaks of text, or the other way round.
    """
    of_text = [name for name in ("delimiter", "encoding") if getattr(hints, name)]
    idle = of_text if grid.kind != "text" else ["sheet"] if hints.sheet else []
    if idle:
        raise ReadingError(f"{grid.file} is of the kind {grid.kind}, so the hint {listed(idle)} changes nothing.")


def refuse_unheard(hints: Hints, layout: Layout, file: str) -> None:
    """Refuse a hint about what the file, as it was read, does not have.

    Raises
    ------
    ReadingError
        The first of them, and why it changes nothing.
    """
    items = layout.items
    in_base = {*_IN_BASE} & {*items.columns, *items.plus}
    unheard = {
        "base_currency": (hints.base_currency and not in_base, "no column has base amounts or an exchange rate"),
        "once": (hints.once and not items.once and not hints.decides, "each row is an item of its own"),
        "shape": (hints.shape not in (None, layout.shape), f"its columns make {layout.shape}"),
        "covers": (
            layout.shape == "open_items" and (hints.covers_from or hints.covers_until),
            "it is a snapshot of one day",
        ),
    }
    for name, (is_idle, why) in unheard.items():
        if is_idle:
            raise ReadingError(f"The hint {name} changes nothing of {file}: {why}. Leave it out.")


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
    own = question.example
    lines = lines or [
        (
            question.as_toml(own).splitlines(),
            Candidate("", evidence=f"write yours, for example {own.evidence}" if own else ""),
        )
    ]
    width = max(len(line) for several, _ in lines for line in several)
    text = [f"# {printable(question.text)}"]
    for several, each in lines:
        facts = printable("  ".join(filter(None, (each.total, each.evidence))))
        said = [f"#{line}" for line in several[:-1]] + [
            f"#{several[-1]:<{width}}  {'# ' + facts if facts else ''}".rstrip()
        ]
        text += said
    return "\n".join(text) + "\n"
