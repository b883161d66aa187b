"""Answers as learners give them: a number, a name, a list, a dict, a Series or a whole table.

Each is read into one form (:func:`read_answer`) and compared by value: to the tolerance of the question, in any order.
"""

import re
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, Final

import pandas as pd

from arkit.errors import LessonError
from arkit.words.catalogue import text

Value = float | str | frozenset[str] | Mapping[str, float] | Mapping[str, str]
# As a learner gives it; a tuple is the numbers of a table without their labels.
Given = Value | tuple[float, ...]
PER_CENT: Final = 100
NUMBER: Final = re.compile(r"[-+]?\d[\d, _]*(\.\d+)?")
BLANKS: Final = re.compile(r"[, _]")
LONGEST: Final = 60
NONE: Final[frozenset[str]] = frozenset()


def read_answer(given: object, *, form: str, columns: tuple[str, ...] = (), labels: frozenset[str] = NONE) -> Given:
    """An answer as it is compared: a number, a name, a set of names, or numbers by label.

    ``columns`` are those in which a table given as the answer may hold it, ``labels`` those that are asked for.

    >>> read_answer("1,292.15", form="amount")
    1292.15

    Raises
    ------
    LessonError
        It cannot be read as an answer to this question; the message says what is asked for.
    """
    thing = given.to_pandas() if hasattr(given, "to_pandas") else given
    if form == "names":
        return _names(thing, columns)
    if form == "table":
        return _table(thing, columns, labels)
    if form == "choice":
        return spelling(thing)
    return _number(thing, columns)


def _number(thing: object, columns: tuple[str, ...]) -> float:
    values = _plain(_cells(thing, columns) if _is_frame(thing) else thing)
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list | tuple | set | frozenset):
        if len(values) != 1:
            # `1292,15` is a tuple of two numbers in Python.
            key = "decimal_comma" if isinstance(values, tuple) else "one_number"
            raise LessonError(text(f"teach.unread.{key}", count=len(values)))
        return _number(next(iter(values)), columns)
    number = _as_number(values)
    if number is None:
        raise LessonError(text("teach.unread.number", given=_short(values)))
    return number


def _names(thing: Any, columns: tuple[str, ...]) -> frozenset[str]:
    names = _plain(_cells(thing, columns) if _is_frame(thing) else thing)
    if isinstance(names, str):
        names = re.split(r"[,;\s]+", names.strip())
    if isinstance(names, int):
        names = [names]
    if not isinstance(names, Iterable):
        raise LessonError(text("teach.unread.names", given=_short(names)))
    return frozenset(map(spelling, names))


def _table(thing: Any, columns: tuple[str, ...], labels: frozenset[str]) -> Given:
    if _is_frame(thing):
        thing = _by_label(thing, columns, labels)
    cells = thing.to_dict() if hasattr(thing, "index") and hasattr(thing, "to_dict") else _plain(thing)
    if isinstance(cells, list | tuple):
        return _without_labels(cells)
    if not isinstance(cells, Mapping):
        raise LessonError(text("teach.unread.table", labels=_listed(labels)))
    table = {spelling(label): cell for label, cell in cells.items()}
    unknown = sorted(set(table) - labels)
    if unknown:
        raise LessonError(text("teach.unread.label", label=unknown[0], labels=_listed(labels)))
    return {label: _cell(cell) for label, cell in table.items()}  # type: ignore[return-value]


def _plain(thing: Any) -> Any:
    """A list or number of Python for one of numpy, pandas or Polars."""
    return thing.tolist() if hasattr(thing, "tolist") else thing


def _cell(cell: object) -> float | str:
    number = _as_number(cell)
    return spelling(cell) if number is None else number


def _without_labels(cells: Iterable[object]) -> tuple[float, ...]:
    numbers = [_as_number(cell) for cell in cells]
    known = tuple(number for number in numbers if number is not None)
    if len(known) < len(numbers):
        raise LessonError(text("teach.unread.numbers"))
    return known


def _by_label(frame: pd.DataFrame, columns: tuple[str, ...], labels: frozenset[str]) -> Any:
    """The part of a table that holds the labels: its columns, a column, or its index."""
    wide = [name for name in frame.columns if spelling(name) in labels]
    if wide and len(frame) == 1:
        return frame.iloc[0][wide].to_dict()
    keys = [name for name in frame.columns if labels & set(map(spelling, frame[name]))]
    labelled = frame.set_index(keys[0]) if keys else frame
    held = [name for name in columns if name in labelled.columns]
    if not held and len(labelled.columns) != 1:
        raise LessonError(text("teach.unread.column_by_label", labels=_listed(labels)))
    return labelled[held[0] if held else labelled.columns[0]]


def _cells(frame: Any, columns: tuple[str, ...]) -> Any:
    """The column of a table that holds the answer: by its name, or the only one there is."""
    held = [name for name in columns if name in frame.columns]
    if held:
        return frame[held[0]]
    if len(frame.columns) != 1:
        raise LessonError(text("teach.unread.column"))
    return frame.iloc[:, 0]


def _as_number(thing: object) -> float | None:
    # True is the number 1 to Python, and no answer that anybody means as one.
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
    shown = repr(thing)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


def is_unanswered(answer: object) -> bool:
    """Whether an answer, or a part of it, is still the three dots.

    >>> is_unanswered(...), is_unanswered({"1-30": ...}), is_unanswered(0)
    (True, True, False)
    """
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list | tuple) else [answer]
    return any(part is ... for part in parts)


def canonical(value: Value) -> Value:
    """A value with its names and labels in the one spelling that is compared.

    >>> canonical({"0-30": 5.0})
    {'1-30': 5.0}
    """
    if isinstance(value, str):
        return spelling(value)
    if isinstance(value, frozenset):
        return frozenset(map(spelling, value))
    if isinstance(value, Mapping):
        return {spelling(label): spelling(cell) if isinstance(cell, str) else cell for label, cell in value.items()}  # type: ignore[return-value]
    return float(value)


def spelling(name: object) -> str:
    """The one spelling of a name or label: no case, no outer space, and a first bucket is one by any name.

    >>> spelling(" Not due "), spelling("0-30"), spelling(101)
    ('not due', '1-30', '101')
    """
    spelt = " ".join(str(name).split()).casefold()
    return "1-30" if spelt == "0-30" else spelt


def from_per_cent(given: Given) -> Given:
    """A ratio, or ratios, of numbers given in per cent.

    >>> from_per_cent({"july": 20.0})
    {'july': 0.2}
    """
    if isinstance(given, Mapping):
        return {label: cell if isinstance(cell, str) else cell / PER_CENT for label, cell in given.items()}  # type: ignore[return-value]
    if isinstance(given, tuple):
        return tuple(cell / PER_CENT for cell in given)
    return given / PER_CENT if isinstance(given, float) else given


def agree(one: Given, other: Value, *, tolerance: float, either_sign: bool = False) -> bool:
    """Whether an answer is another.

    >>> agree((2.0, 1.0), {"a": 1.0, "b": 2.0, "c": 0.0}, tolerance=0.1)
    True
    """
    if isinstance(other, str | frozenset) or isinstance(one, str | frozenset):
        return one == other
    if isinstance(other, Mapping):
        return _tables_agree(one, other, tolerance) if isinstance(one, Mapping | tuple) else False
    if not isinstance(one, float | int):
        return False
    return abs(one - other) <= tolerance or (either_sign and abs(one + other) <= tolerance)


def _tables_agree(one: object, other: Mapping[str, float] | Mapping[str, str], tolerance: float) -> bool:
    if isinstance(one, tuple):
        # Without labels the order is unknown and empty buckets may be left out: sorted, (2, 1) is {a: 1, b: 2, c: 0}.
        values = sorted(cell for cell in other.values() if isinstance(cell, float | int) and abs(cell) > tolerance)
        given = sorted(cell for cell in one if abs(cell) > tolerance)
        return len(given) == len(values) and _all_near(given, values, tolerance)
    assert isinstance(one, Mapping)
    if any(isinstance(cell, str) for cell in [*one.values(), *other.values()]):
        return dict(one) == dict(other)
    labels = {*one, *other}
    return _all_near([one.get(name, 0.0) for name in labels], [other.get(name, 0.0) for name in labels], tolerance)  # type: ignore[misc]


def _all_near(ones: list[float], others: list[float], tolerance: float) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(ones, others, strict=True))
