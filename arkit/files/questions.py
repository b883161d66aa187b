"""What a file does not say: the questions that it leaves open, all at once, and what a person answers (hints)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args

import msgspec
import tomli_w

from arkit.calendar import currencies
from arkit.errors import ReadingError
from arkit.model.layout import ColumnRole, DateOrder, Shape
from arkit.model.ledger import as_day
from arkit.model.schema import TABLES
from arkit.words.columns import ITEM_TYPES

Status = Literal[
    "open",
    "partly_paid",
    "paid",
    "pending",
    "overdue",
    "draft",
    "cancelled",
    "failed",
    "returned",
    "refunded",
    "written_off",
    "disputed",
]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
NOT_RECEIVABLE: Final = "not_receivable"
DAYS: Final = ("snapshot_on", "covers_from", "covers_until")
"""What is said of a file on one day; of the next file it is said anew."""
_OF_ROWS: Final = ("keep", "minus_when")
"""What names a header, and of its values those whose rows are meant."""
# What a column can be besides a column of items: it gives an amount, its sign, or what is settled.
WITNESSES: Final = (
    *("debit", "credit", "open_debit", "open_credit", "side", "mark", "tax", "net_amount", "paid", "status"),
    *("balance", "base_amount", "base_open_amount", "days_overdue", "snapshot_on", "match", "account", "line"),
)


class Hints(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of a file beforehand; everything else is found.

    Parameters
    ----------
    shape, date_order, decimal_mark, delimiter, encoding
        As in a layout.
    sheet
        The sheet of the workbook that holds the items.
    currency
        The currency of rows that name none.
    base_currency
        The currency of amounts in local currency.
    customer
        The customer of all rows, of a file of one customer.
    columns
        Canonical name to the header in the file, for columns that are not found or could be several.
    credits
        ``minus``: the amounts of credit notes and receipts are stated without their minus; ``plus``: they are right as
        they are.
    types
        Value in the file to item type, or to ``not_receivable``.
    statuses
        Value in the file to one of :data:`STATUSES`.
    keep
        Header to the values of the rows that are receivables.
    minus_when
        Header to the values of rows whose amounts are stated without their minus.
    ignored
        Headers that cannot bear on the number.
    once
        Headers of amounts that are those of a whole document in each of its rows.
    unit
        1000: the amounts are in thousands; 0: as the file says.
    snapshot_on
        The day of a snapshot of open items.
    covers_from, covers_until
        The days for which the file is complete.
    name
        The name of the layout that is made.

    Examples
    --------
    >>> Hints(statuses={"Bezahlt": "paid"}).statuses
    {'Bezahlt': 'paid'}
    """

    shape: Shape | None = None
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] | None = None
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    currency: str = ""
    base_currency: str = ""
    customer: str = ""
    columns: dict[str, str] = {}
    credits: Literal["minus", "plus"] | None = None
    types: dict[str, str] = {}
    statuses: dict[str, str] = {}
    keep: dict[str, tuple[str, ...]] = {}
    minus_when: dict[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    unit: int = 0
    snapshot_on: date | None = None
    covers_from: date | None = None
    covers_until: date | None = None
    name: str = ""

    @property
    def decides(self) -> bool:
        """Whether they say what columns or rows are, which may leave nothing of another question that was asked."""
        return bool(self.columns or self.types or self.statuses or self.keep or self.ignored)

    def __post_init__(self) -> None:
        for code in (self.currency, self.base_currency):
            if code and code not in currencies():
                raise ReadingError(f"{code!r} is not an ISO 4217 currency code, such as EUR.")
        _require_known("column of items", self.columns, (*TABLES["items"].columns, *WITNESSES))
        _require_known("item type", self.types.values(), (*ITEM_TYPES, NOT_RECEIVABLE))
        _require_known("status", self.statuses.values(), STATUSES)
        if self.unit < 0:
            raise ReadingError(f"The unit of amounts is 1, 1000 or 1000000, not {self.unit}.")
        if self.covers_from and self.covers_until and self.covers_from > self.covers_until:
            raise ReadingError(
                f"A file cannot cover {self.covers_from} to {self.covers_until}: the first day is later."
            )


def _require_known(kind: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            meant = f" Is {near[0]} meant?" if near else ""
            raise ReadingError(f"There is no {kind} {name!r}.{meant} Known: {', '.join(dict.fromkeys(known))}.")


def as_hints(hints: Mapping[str, Any] | Hints | None) -> Hints:
    """The hints of a call, of options or of a file of answers, checked.

    Raises
    ------
    ReadingError
        An unknown name or an impossible value.

    Examples
    --------
    >>> as_hints({"unit": "1000", "ignored": "Zone"}).ignored
    ('Zone',)
    """
    if isinstance(hints, Hints):
        return hints
    try:
        given = {name: _listed(name, value) for name, value in dict(hints or {}).items()}
        # Not strict, since options of a command are texts, numbers and days too.
        return msgspec.convert(given, Hints, strict=False)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        known = ", ".join(Hints.__struct_fields__)
        raise ReadingError(f"The hints cannot be used: {error}. Known: {known}.") from error


def _listed(name: str, value: Any) -> Any:
    """A value of ``ignored`` or ``keep`` as the list that it means: of one text, or of ``{"Zone": True}``."""
    if name == "ignored" and isinstance(value, Mapping):
        return tuple(header for header, said in value.items() if said)
    if name in DAYS and isinstance(value, str):
        return as_day(value)
    if name in _OF_ROWS and isinstance(value, Mapping):
        return {header: _listed("", each) for header, each in value.items()}
    return (value,) if isinstance(value, str) and name in ("ignored", "once", "") else value


Key = tuple[str, ...]
_SHOWN_INSTEAD: Final = {
    "currency": "EUR",
    "base_currency": "EUR",
    "snapshot_on": "2026-10-31",
    "covers_from": "2026-01-01",
    "covers_until": "2026-10-31",
    "date_order": "dmy",
    "decimal_mark": ",",
    "credits": "minus",
    "unit": "1000",
    "columns": "a header of the file",
}
# What stands in a file of answers where nothing is suggested: no value, so that nobody takes an example for their own.
_TO_WRITE: Final = {**dict.fromkeys(DAYS, "YYYY-MM-DD"), **dict.fromkeys(("currency", "base_currency"), "...")}
_DOTTED_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True)
class Candidate:
    """One answer that can be given: its value, the total under it, and what speaks for it.

    ``key`` is what it answers, where that is not what the question asks (a column can be ``ignored`` instead).
    """

    value: str | Key
    total: str = ""
    evidence: str = ""
    key: Key = ()

    @property
    def values(self) -> Key:
        """The value, or all of several."""
        return (self.value,) if isinstance(self.value, str) else self.value


@dataclass(frozen=True)
class Question:
    r"""What a file leaves open: the key of its answer, the question in words, and every candidate.

    Examples
    --------
    >>> asked = Question(("columns", "open_amount"), "What is open?", (Candidate("Amount Due", "1,150.00"),))
    >>> print(asked.as_flag(), asked.as_python(), asked.as_toml(), sep="\n")
    --hint columns.open_amount="Amount Due"
    hints={"columns": {"open_amount": "Amount Due"}}
    columns.open_amount = "Amount Due"
    """

    key: Key
    text: str
    candidates: tuple[Candidate, ...] = ()

    def answer(self, candidate: Candidate | None = None) -> tuple[Key, str | Key]:
        """The key and value of an answer: of the candidate, else of the first, else an example."""
        chosen = candidate or next(iter(self.candidates), Candidate(_SHOWN_INSTEAD.get(self.key[0], "...")))
        return chosen.key or self.key, chosen.value

    def shown(self, candidate: Candidate) -> str:
        """A candidate as text, with what it answers where that is not what is asked."""
        key, value = self.answer(candidate)
        text = printable(value if isinstance(value, str) else ", ".join(value))
        beside_rows = any(each.key[:1] == ("keep",) for each in self.candidates)
        if beside_rows and key == ("ignored",):
            return "count all rows"
        if key == self.key:
            return text
        return f"only {text}" if key[0] == "keep" else f"{text} ({key[-1]})"

    @property
    def example(self) -> Candidate | None:
        """What a person writes their answer over, and an example; nothing where there are candidates."""
        to_write = None if self.candidates else _TO_WRITE.get(self.key[0])
        return Candidate(to_write, evidence=_SHOWN_INSTEAD[self.key[0]]) if to_write else None

    @property
    def takes_several(self) -> bool:
        """Whether several of the candidates may be true together: the values of rows that are kept."""
        return self.key[0] in _OF_ROWS

    def together(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """Several candidates as one answer; nothing of none.

        >>> Question(("keep", "Type"), "Which?").together((Candidate("AR"), Candidate("XR"))).value
        ('AR', 'XR')
        """
        if len(candidates) < 2:
            return next(iter(candidates), None)
        return Candidate(tuple(dict.fromkeys(value for each in candidates for value in each.values)))

    def chosen(self, said: str) -> Candidate | None:
        """The candidate that a person means by its number in the list or by its value; nothing where they say nothing.

        Raises
        ------
        ReadingError
            It can be no answer.

        Examples
        --------
        >>> Question(("currency",), "In what?", (Candidate("EUR"),)).chosen("1").value
        'EUR'
        >>> Question(("snapshot_on",), "Of which day?").chosen("31.03.2026").value
        '2026-03-31'
        """
        said = self._iso(said.strip())
        numbers = said.replace(",", " ").split() if self.takes_several else [said]
        # 0 is no place, so that a word among the numbers makes all of it a value.
        places = [int(number) if number.isdecimal() else 0 for number in numbers]
        if all(0 < place <= len(self.candidates) for place in places):
            return self.together([self.candidates[place - 1] for place in places])
        # What is no candidate is an answer too: a person may know more than the file, and the reading checks it.
        other = Candidate(said) if said else None
        if other:
            self._refuse(other)
        return next((each for each in self.candidates if said == each.value), other)

    def _iso(self, said: str) -> str:
        """A day with dots, which is day, month, year in every country that writes it so, as ISO text."""
        dotted = _DOTTED_DAY.fullmatch(said) if self.key[0] in DAYS else None
        return f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else said

    def _refuse(self, said: Candidate) -> None:
        """Refuse at once what can be no answer, while the person can still correct it."""
        number = str(said.value)
        if number.isdecimal() and self.key[0] == "columns" and number not in {each.value for each in self.candidates}:
            raise ReadingError(f"There is no {number} in the list.")
        as_hints(nested(*self.answer(said)))

    def as_flag(self, candidate: Candidate | None = None) -> str:
        """The answer as options of the command line."""
        key, value = self.answer(candidate)
        if key == ("snapshot_on",):
            return f"--snapshot-on {value}"
        values = (value,) if isinstance(value, str) else value
        return " ".join(f"--hint {_assigned(key, each)}" for each in values)

    def as_python(self, candidate: Candidate | None = None) -> str:
        """The answer as an argument of :func:`arkit.read_ledger`."""
        key, value = self.answer(candidate)
        if key == ("snapshot_on",):
            return f'snapshot_on="{value}"'
        return f"hints={python_of(nested(key, value))}"

    def as_toml(self, candidate: Candidate | None = None) -> str:
        """The answer as a line of a file of answers."""
        key, value = self.answer(candidate)
        if key == ("ignored",):
            # A line for each, so that the answers to several questions go together.
            headers = (value,) if isinstance(value, str) else value
            return "\n".join(f"ignored.{_toml_key(header)} = true" for header in headers)
        return f"{'.'.join(map(_toml_key, key))} = {_toml_value(_typed(key, value))}"

    def as_layout(self, candidate: Candidate | None = None) -> str:
        """The answer as a line of a layout, with the table it belongs to; empty where a layout has none."""
        key, value = self.answer(candidate)
        if key[0] == "columns" and key[1] in TABLES["items"].columns:
            return f"{key[1]} = {_toml_value(value)} under [items.columns]"
        if key[0] in ("currency", "base_currency"):
            return f"{key[0]} = {_toml_value(value)} under [items.constants]"
        if key[0] in (*_SEVERAL, "unit"):
            return f"{'.'.join(map(_toml_key, key))} = {_toml_value(_typed(key, value))} under [items]"
        top = ("date_order", "decimal_mark", "snapshot_on", "covers_from", "covers_until", "shape")
        return self.as_toml(candidate) if key[0] in top else ""


_SEVERAL: Final = (*_OF_ROWS, "ignored", "once")


def nested(key: Key, value: object) -> dict[str, Any]:
    """The answer as a mapping.

    >>> nested(("columns", "amount"), "Sum"), nested(("ignored",), "Zone")
    ({'columns': {'amount': 'Sum'}}, {'ignored': ['Zone']})
    """
    typed = _typed(key, value)
    return {key[0]: typed} if len(key) == 1 else {key[0]: {key[1]: typed}}


def merged(answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several answers as one: tables and lists add up, of two values for one key the last counts.

    >>> merged([{"ignored": ["A"], "columns": {"amount": "S"}}, {"ignored": ["B"]}])
    {'ignored': ['A', 'B'], 'columns': {'amount': 'S'}}
    """
    made: dict[str, Any] = {}
    for answer in answers:
        for name, value in answer.items():
            before = made.get(name)
            if isinstance(value, Mapping):
                made[name] = merged([before or {}, value])
            elif isinstance(value, list | tuple):
                made[name] = list(dict.fromkeys([*(before or ()), *value]))
            else:
                made[name] = value
    return made


def _typed(key: Key, value: object) -> object:
    """The value as its field holds it: a list, a number, a day, a text."""
    if key[0] in _SEVERAL:
        return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    if key[0] == "unit":
        return int(str(value))
    return value


def python_of(value: object) -> str:
    """A value as Python, with the quotation marks of JSON.

    >>> python_of({"columns": {"amount": "Сумма"}})
    '{"columns": {"amount": "Сумма"}}'
    """
    return json.dumps(value, ensure_ascii=False)


def _toml_key(name: str) -> str:
    # By the writer of TOML itself: a header may be any text, and when a key needs quotation marks is its rule.
    return tomli_w.dumps({name: 0}).rsplit(" = ", 1)[0]


def _toml_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml_value, value))}]"
    return tomli_w.dumps({"a": value}).removeprefix("a = ").strip()


_BARE: Final = r"[\w.,:/@%+-]+"


def _assigned(key: Key, value: str) -> str:
    """NAME=VALUE for a shell, quoted where it must be, in the way that every shell understands where that is enough."""
    inner = key[1:]
    named = ".".join([key[0], *(python_of(name) if "=" in name or name[:1] == '"' else name for name in inner)])
    if re.fullmatch(_BARE, named):
        return f"{named}={_quoted(value)}"
    return _quoted(f"{named}={value}")


def _quoted(text: str) -> str:
    if re.fullmatch(_BARE, text):
        return text
    # The prompt of Windows knows double quotation marks alone; what other shells replace within them needs single ones.
    return shlex.quote(text) if re.search(r'["$`\\!\n]', text) else f'"{text}"'


_ASSIGNMENT: Final = re.compile(r'(?s)(\w+)(?:\.("(?:[^"\\]|\\.)*"|[^=]+))?=(.*)')


def parsed(text: str) -> dict[str, Any] | None:
    """The hint of ``NAME=VALUE`` or ``NAME.KEY=VALUE``; a key that contains ``=`` is in quotation marks.

    >>> parsed("columns.open_amount=Amount Due"), parsed('statuses."Bezahlt"=paid'), parsed("ignored=Zone")
    ({'columns': {'open_amount': 'Amount Due'}}, {'statuses': {'Bezahlt': 'paid'}}, {'ignored': ['Zone']})
    """
    found = _ASSIGNMENT.fullmatch(text)
    if not found:
        return None
    name, inner, value = found.groups()
    if inner is None:
        return {name: [value]} if name in _SEVERAL else {name: value}
    try:
        key = json.loads(inner) if inner.startswith('"') else inner
    except ValueError:
        return None
    return {name: {key: [value] if name in _SEVERAL else value}}


def printable(text: str) -> str:
    r"""A text of a file without what would move the cursor of a terminal.

    >>> printable("Amount\n(EUR)")
    'Amount (EUR)'
    """
    return "".join(letter if letter.isprintable() else " " for letter in text)


class QuestionsError(ReadingError):
    """A file leaves questions open; all of them, with what can be answered, and what is known of its columns."""

    def __init__(self, questions: Iterable[Question], file: str = "", columns: Iterable[ColumnRole] = ()) -> None:
        self.questions = tuple(questions)
        self.file = file
        self.columns = tuple(columns)
        super().__init__("\n\n".join([self.opening, *self.lines()]))

    @property
    def opening(self) -> str:
        """How many questions are open."""
        number = len(self.questions)
        return (
            f"{self.file or 'The file'} leaves {number} question{'s' if number != 1 else ''} open; nothing is guessed."
        )

    def lines(self, ways: Iterable[Way] = ("option", "Python", "answers", "layout")) -> list[str]:
        """Each question with its candidates and the first of them as an answer to copy, in the ways that are named."""
        return [_shown(number, each, tuple(ways)) for number, each in enumerate(self.questions, 1)]


Way = Literal["option", "Python", "answers", "layout"]


def _shown(number: int, question: Question, ways: tuple[Way, ...]) -> str:
    said = {
        "option": question.as_flag(),
        "Python": question.as_python(),
        "answers": question.as_toml(),
        "layout": question.as_layout(),
    }
    answers = [f"   {way + ':':<8} {said[way]}" for way in ways if said[way]]
    return "\n".join([f"{number}. {question.text}", *candidate_lines(question), *answers])


def candidate_lines(question: Question) -> list[str]:
    """The candidates below each other: what is said, the total under it, what speaks for it."""
    shown = [(question.shown(each), each.total, each.evidence) for each in question.candidates]
    named, total = (max((len(each[place]) for each in shown), default=0) for place in (0, 1))
    return [f"     {name:<{named}}  {sum_:>{total}}  {why}".rstrip() for name, sum_, why in shown]
