"""The day of a snapshot by what the rows say of it: a column that states it, days overdue, the columns of an aging.

The due day plus the days overdue is one day in every row: that of the snapshot. A row whose amount is in the column of
31 to 60 days allows the 30 days on which it was that much overdue; all rows together allow few days or one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from arkit.errors import listed
from arkit.files.body.proofs import Relation
from arkit.files.questions import Candidate, Question
from arkit.model.layout import ColumnRole, Decision, Proof
from arkit.recognise.arithmetic import Facts, Range
from arkit.recognise.columns import Columns
from arkit.words.vocabulary import any_of

DAY: Final = "snapshot_on"
_SINCE: Final = ("due_date", "document_date")


@dataclass(frozen=True)
class Day:
    """The day that the rows say, what they prove of it, and the question where another one is given."""

    day: date | None = None
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    proofs: tuple[Proof, ...] = ()
    roles: tuple[ColumnRole, ...] = ()


def recognise_day(
    facts: Facts,
    of: Mapping[str, str],
    buckets: Sequence[str] = (),
    *,
    given: date | None = None,
    ignored: Sequence[str] = (),
    file: str = "",
) -> Day:
    """The day of a snapshot by the columns of its rows; ``of`` is the role of columns to their headers."""
    # From the exact to the vague: a stated day, one day from every
    # row, and last the columns of an aging, which allow several.
    for stated in (_column(facts, of), _days_overdue(facts, of)):
        if stated and not {*stated[0].headers()} & {*ignored}:
            return _exactly(*stated, given, file)
    if buckets and not {*buckets} & {*ignored}:
        return _between(facts, of, buckets, given, file)
    return Day()


def _column(facts: Facts, of: Mapping[str, str]) -> tuple[Proof, date, str] | None:
    header = of.get(DAY, "")
    day = facts.constant_days.get(header)
    return (Proof(kind="days", columns={"day": (header,)}), day, f"{header} in every row") if day else None


def _days_overdue(facts: Facts, of: Mapping[str, str]) -> tuple[Proof, date, str] | None:
    """By days and numbers of days; those since the due day come first."""
    found = [each for each in facts.of("days") if _is_overdue(each, of)]
    since = [each for name in _SINCE for each in found if each.columns["day"] == (of.get(name),)] or found
    if not since or (len({each.value for each in since}) > 1 and since[0].columns["day"][0] not in of.values()):
        return None
    first = since[0]
    number = (*first.columns.get("days", ()), *first.columns.get("days_left", ()))[0]
    evidence = f"{first.columns['day'][0]} and {number} give it in {first.agreeing} of {first.tested} rows"
    return first.for_layout, date.fromisoformat(first.value), evidence


_OF_DAYS: Final = ("days_overdue", "age")
_NEEDED_WITHOUT_WORDS: Final = 3


def _is_overdue(relation: Relation, of: Mapping[str, str]) -> bool:
    """Whether numbers are days overdue: documents numbered one a day give one day too, so words or more rows decide."""
    number = (*relation.columns.get("days", ()), *relation.columns.get("days_left", ()))[0]
    if number in {header for name, header in of.items() if name not in _OF_DAYS}:
        return False
    known = number in {of.get(name) for name in _OF_DAYS}
    return (relation.holds or relation.broken) and (known or relation.support >= _NEEDED_WITHOUT_WORDS)


def _exactly(proof: Proof, day: date, evidence: str, given: date | None, file: str) -> Day:
    what = [(header, evidence) for header in proof.headers()]
    if given and given != day:
        text = f"{file} is of {day}, not of {given}: {evidence}."
        roles = tuple(ColumnRole(header, "contradiction", DAY, said) for header, said in what)
        return Day(questions=(Question((DAY,), text, (Candidate(day.isoformat(), evidence=evidence),)),), roles=roles)
    roles = tuple(ColumnRole(header, "proof", DAY, said) for header, said in what)
    return Day(day, (Decision(DAY, day.isoformat(), evidence),), proofs=(proof,), roles=roles)


def _between(facts: Facts, of: Mapping[str, str], buckets: Sequence[str], given: date | None, file: str) -> Day:
    """By the columns of an aging, which allow some days."""
    ranges = bucket_ranges(buckets)
    days = [of[name] for name in _SINCE if of.get(name) in facts.cells.days]
    found = [bounds for day in days if ranges and (bounds := facts.bounds(ranges, day))]
    whole = [each for each in found if each[2].fits]
    if not whole:
        against = [each[2] for each in found if each[2].broken and "due_date" not in of]
        return Day(questions=(_counted_otherwise(buckets, against[0], file),)) if against else Day()
    first, last, relation = whole[0]
    evidence = f"the columns of the aging fit {_shown(first, last)}, counted from {relation.columns['day'][0]}"
    fits = given is None or first <= given <= last
    if not fits and "due_date" not in of and (None, 0) in ranges.values():
        # What is not due has a due day, which no column states: the aging need not count from another day.
        return Day()
    if given is None and first != last:
        candidates = (Candidate(last.isoformat(), evidence=evidence),) if last < _NEVER else ()
        return Day(questions=(Question((DAY,), f"{file} does not say its day; {evidence}.", candidates),))
    if not fits:
        shown = (Candidate(last.isoformat(), evidence=evidence),) if last < _NEVER else ()
        roles = tuple(ColumnRole(header, "contradiction", DAY, evidence) for header in buckets)
        return Day(questions=(Question((DAY,), f"{file} is not of {given}: {evidence}.", shown),), roles=roles)
    roles = tuple(ColumnRole(header, "proof", "aging", evidence) for header in buckets)
    return Day(given or first, (Decision(DAY, str(given or first), evidence),), proofs=(relation.proof,), roles=roles)


def _counted_otherwise(buckets: Sequence[str], relation: Relation, file: str) -> Question:
    """The question from when the file counts the days of its own aging, where that is not the day of the document."""
    day = relation.columns["day"][0]
    text = f"The columns of the aging of {file} are not counted from {day!r}, and no due day is known. Which is it?"
    evidence = f"age from {day}, against the aging of the file"
    return Question(("columns", "due_date"), text, (Candidate(tuple(buckets), "", evidence, ("ignored",)),))


_NEVER: Final = date(2199, 1, 1)


def _shown(first: date, last: date) -> str:
    if first == last:
        return f"{first} alone"
    return f"no day before {first}" if last >= _NEVER else f"only {first} to {last}"


def bucket_ranges(headers: Sequence[str]) -> dict[str, Range]:
    """The days past due that each column of an aging holds; nothing where a header does not say them.

    >>> bucket_ranges(["Current", "1-30", "31-60", "60+"])
    {'Current': (None, 0), '1-30': (1, 30), '31-60': (31, 60), '60+': (61, None)}
    """
    plain = {header: " ".join(header.casefold().split()) for header in headers}
    not_due = [header for header in headers if re.search(any_of("buckets", "not_due"), plain[header])]
    numbers = {header: [int(each) for each in re.findall(r"\d+", plain[header])] for header in headers}
    lasts = [max(numbers[header]) for header in headers if _is_range(plain[header]) and numbers[header]]
    most, least = max(lasts, default=0), 0 if not_due else None
    ranges = {
        header: _range(plain[header], numbers[header], least, most) for header in headers if header not in not_due
    }
    # One column whose days are not understood could hold any day, so the others bound nothing.
    if any(each is None for each in ranges.values()):
        return {}
    known = {**dict.fromkeys(not_due, (None, 0)), **ranges}
    return {header: found for header in headers if (found := known[header])}


def _is_range(text: str) -> bool:
    return bool(re.search(any_of("buckets", "range"), text))


def _range(text: str, numbers: list[int], least: int | None, most: int) -> Range | None:
    """The days of one column; where there is no column for what is not due, the first one holds that too."""
    if _is_range(text):
        if len(numbers) == 1:
            return (None if least is None else least + 1), numbers[0]
        if len(numbers) == 2:
            return (None if least is None and numbers[0] <= 1 else numbers[0]), numbers[1]
        return None
    if not re.search(any_of("buckets", "over"), text):
        return None
    # "60+" after "31-60" begins on the 61st day, "61 and more" too.
    start = numbers[0] if len(numbers) == 1 else most + 1
    return (most + 1 if abs(most - start) <= 1 else start), None


_AGED_BY_DOCUMENT: Final = "items age from the day of the document"


def recognise_due(
    facts: Facts, of: Mapping[str, str], columns: Columns, free: Sequence[str], ignored: Sequence[str], file: str
) -> Day:
    """The column of due days under a header that is not known: proved by days overdue or terms, else asked.

    Without it every item would age from the day of its document.
    """
    found = [each for each in facts.of("days") if each.holds and _is_overdue(each, of)]
    found += [each for each in facts.of("terms") if each.holds]
    proved = [each.columns.get("due", each.columns["day"])[0] for each in found]
    may = [header for header in free if header in facts.cells.days and header not in {*ignored, *facts.constant_days}]
    may = [header for header in may if _is_later(facts, of.get("document_date", ""), header)]
    for header in proved:
        if header in may:
            return Day(roles=(ColumnRole(header, "mapped", "due_date", "days overdue or terms prove it"),))
    unread = [columns.unread["due_date"]] if "due_date" in columns.unread else []
    if not may and not unread:
        return Day()
    others = [name for name in ("settled_on",) if name not in of]
    candidates = [Candidate(header) for header in may]
    candidates += [Candidate(header, key=("columns", name)) for name in others for header in may]
    candidates += [Candidate(header, key=("ignored",)) for header in may]
    candidates += [Candidate(header, evidence=_AGED_BY_DOCUMENT, key=("ignored",)) for header, _ in unread]
    text = f"No due day of {file} is known, and days are under {listed(may)}. What are they?"
    for header, cells in unread:
        text = f"The cells of {header!r} of {file} are no days that are known: {cells}. When are the items due?"
    return Day(questions=(Question(("columns", "due_date"), text, tuple(candidates)),))


def _is_later(facts: Facts, document: str, header: str) -> bool:
    """Whether a day is never before that of the document, and after it in some row."""
    if document not in facts.cells.days:
        return True
    days = facts.cells.few_days
    return (
        document != header and not (days[header] < days[document]).any() and bool((days[header] > days[document]).any())
    )
