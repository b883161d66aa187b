"""What a check shows of an export before it is a ledger: its columns with their roles, and the questions left open.

For a terminal of 100 characters: what is decided is one line a column, a question its candidates with their totals.
"""

import textwrap
from collections.abc import Callable, Sequence
from typing import Final

from arkit.files.questions import Candidate, Question, QuestionsError, printable
from arkit.model.layout import ColumnRole, Role
from arkit.words.catalogue import text

WIDTH: Final = 100
_MOST_CANDIDATES: Final = 12
_WIDEST: Final = 34
ROLES: Final[tuple[Role, ...]] = ("contradiction", "unexplained", "mapped", "proof", "ignored", "harmless")
"""The roles of columns, those that need a person first."""


def role_lines(columns: Sequence[ColumnRole]) -> list[str]:
    r"""Each column with what it was taken for and why; those that need a person first, harmless ones on one line.

    Examples
    --------
    >>> roles = [ColumnRole("Due", "mapped", "open_amount", "header"), ColumnRole("Zone", "unexplained")]
    >>> print(*role_lines(roles), sep="\n")
    Zone  ?
    Due   open_amount  header
    """
    told = [each for each in columns if each.role != "harmless"]
    rows = [(_short(header), taken, why) for header, taken, why in roles_told(told)]
    harmless = [printable(each.header) for each in columns if each.role == "harmless"]
    more = _wrapped(text("reports.asking.harmless", columns=", ".join(harmless))) if harmless else []
    return [*_table(rows), *more]


def roles_told(columns: Sequence[ColumnRole]) -> list[tuple[str, str, str]]:
    """Each column, what it was taken for, and why; those that need a person first."""
    ranked = sorted(columns, key=lambda each: ROLES.index(each.role))
    return [(printable(each.header), _taken_for(each), printable(each.evidence)) for each in ranked]


def _taken_for(column: ColumnRole) -> str:
    if column.role == "mapped":
        return column.what
    said = text(f"reports.asking.role.{column.role}")
    return f"{said}: {column.what}" if column.what else said


def _short(cell: str) -> str:
    return textwrap.shorten(printable(cell), _WIDEST, placeholder="…") or printable(cell)[:_WIDEST]


def _table(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """Rows below each other; what is too long for its line goes on in the next."""
    first, second = (max((len(row[place]) for row in rows), default=0) for place in (0, 1))
    lines = []
    for name, what, why in rows:
        known = f"{name:<{first}}  {what:<{second}}"
        indent = " " * min(len(known) + 2, WIDTH // 2)
        wrapped = textwrap.wrap(why, WIDTH - 2, initial_indent=f"{known}  ", subsequent_indent=indent)
        lines += wrapped or [known.rstrip()]
    return lines


def question_lines(asked: QuestionsError) -> list[str]:
    """Every question, and below it each answer as the option that gives it, with its total and what speaks for it."""
    lines = []
    for number, each in enumerate(asked.questions, 1):
        lines += ["", *question_text(each, asked.file, number=f"{number}. ")]
        answers = candidate_table(each, Question.as_flag)
        lines += answers or [f"   {text('reports.asking.example', answer=each.as_flag())}"]
    return lines


def question_text(question: Question, file: str, *, number: str = "") -> list[str]:
    """The words of a question, without the file that all of them are about."""
    words = printable(question.text.removeprefix(f"{file}: "))
    return textwrap.wrap(f"{number}{words}", WIDTH - 2, subsequent_indent=" " * len(number), break_long_words=False)


def candidate_table(question: Question, shown: Callable[[Question, Candidate], str]) -> list[str]:
    """The candidates of a question below each other: as they are shown, the total under each, what speaks for it."""
    some = question.candidates[:_MOST_CANDIDATES]
    rows = [(printable(shown(question, each)), each.total, printable(each.evidence)) for each in some]
    named, total = (max((len(row[place]) for row in rows), default=0) for place in (0, 1))
    lines = []
    for name, amount, why in rows:
        known = f"   {name:<{named}}  {amount:>{total}}"
        beside = len(known) + len(why) + 2 <= WIDTH or len(known) <= WIDTH // 2
        first = f"{known}  " if beside else " " * 6
        lines += [] if beside and why else [known.rstrip()]
        lines += textwrap.wrap(why, WIDTH, initial_indent=first, subsequent_indent=" " * 6)
    rest = len(question.candidates) - len(some)
    return [*lines, *([f"   {text('reports.check.more', number=rest)}"] if rest else [])]


def numbered(question: Question, candidate: Candidate) -> str:
    """A candidate with its number in the list."""
    return f"{question.candidates.index(candidate) + 1}  {question.shown(candidate)}"


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH - 2, subsequent_indent="  ", break_long_words=False)
