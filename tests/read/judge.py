"""What became of a file that was read without a layout: right, asked and right then, refused, or wrong in silence.

A file is read as a report would read it: what stops a report is a refusal. Questions are answered once, all together,
from the truth that whoever made the file knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import arkit as ar
from arkit.errors import ArkitError, ReadingError
from arkit.files.questions import Key, Question, merged, nested
from arkit.model.ledger import as_day
from arkit.policy import Policy
from arkit.reports.check import Check

Amounts = Mapping[str, str]
DAY: Key = ("snapshot_on",)
SEVERAL = ("ignored", "keep")
NOT_IN_A_BUCKET = ("customer_id", "currency", "base_currency", "gross", "net", "items")


@dataclass(frozen=True)
class Truth:
    """What a file comes to on a day, and the answer to every question that may be asked of it."""

    right: Mapping[str, Amounts] = field(default_factory=dict)
    customers: Amounts = field(default_factory=dict)
    by_customer: tuple[str, ...] = ()
    documents: Amounts = field(default_factory=dict)
    items: int = 0
    named: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A file, the day of its export and that of the question, and what is told at once."""

    path: Path
    exported: str
    day: str
    day_given: bool = True
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How it ended, and the words: ``right``, ``asked`` (and right then), ``refused``, ``stuck``, ``told``, ``wrong``.

    ``stuck``: the questions have no true answer among their candidates, or the true answers lead to a refusal or to
    further questions. ``told``: published, and what is missing was excluded by name. ``wrong``: published, and not the
    truth; after the true answers too.
    """

    kind: str
    words: str = ""


def judged(asked: Asked, truth: Truth) -> Verdict:
    """Read a file, answer its questions once, compare."""
    try:
        ledger = _read(asked, {}, given=asked.day_given)
    except ArkitError as error:
        questions = getattr(error, "questions", ())
        return _answered(asked, truth, questions) if questions else Verdict("refused", str(error))
    return _compared(ledger, asked, truth)


def _answered(asked: Asked, truth: Truth, questions: Sequence[Any]) -> Verdict:
    said = "; ".join(f"{'.'.join(question.key)}: {question.text}" for question in questions)
    try:
        hints, day = answers(questions, truth.answers)
    except LookupError as missing:
        return Verdict("stuck", f"{missing.args[0]}. Asked: {said}")
    try:
        ledger = _read(asked, hints, given=asked.day_given or day)
    except ArkitError as error:
        return Verdict("stuck", f"asked: {said}; answered: {hints}; then: {error}")
    verdict = _compared(ledger, asked, truth)
    return Verdict("asked", said) if verdict.kind == "right" else Verdict(verdict.kind, f"{verdict.words} ({said})")


def answers(questions: Sequence[Question], truth: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The hints that answer questions truly, and whether the day of the snapshot is asked.

    Raises
    ------
    LookupError
        The truth is not among the candidates, or nothing true can be said of what is asked.
    """
    given = [_true_answer(question, truth) for question in questions if question.key != DAY]
    return merged(nested(key, value) for key, value in given), any(question.key == DAY for question in questions)


def _true_answer(question: Question, truth: Mapping[str, Any]) -> tuple[Key, Any]:
    """The key and value of what is true: a candidate where any is shown, the one that says most of the column."""
    offered = [(candidate.key or question.key, candidate.value) for candidate in question.candidates]
    true = [(key, value) for key, value in offered if _is_true(key, value, truth)]
    if true:
        return min(true, key=lambda answer: answer[0] == ("ignored",))
    known = _known(question.key, truth)
    if offered or known is None:
        shown = "; ".join(f"{'.'.join(key)} = {value}" for key, value in offered) or "nothing"
        raise LookupError(f"no true answer to {'.'.join(question.key)}: {question.text} Offered: {shown}")
    return question.key, known[0] if isinstance(known, list) and question.key[0] not in SEVERAL else known


def _known(key: Key, truth: Mapping[str, Any]) -> Any:
    return truth.get(key[0], {}).get(key[1]) if len(key) > 1 else truth.get(key[0])


def _is_true(key: Key, value: str | Key, truth: Mapping[str, Any]) -> bool:
    """Whether an answer is true: one of the true ones, only columns that can be ignored, all values that are kept."""
    known = _known(key, truth)
    if key[0] in SEVERAL:
        values = {value} if isinstance(value, str) else {*value}
        return bool(known) and (values <= {*known} if key[0] == "ignored" else values == {*known})
    return known is not None and str(value) in [str(one) for one in (known if isinstance(known, list) else [known])]


def _read(asked: Asked, answered: Mapping[str, Any], *, given: bool) -> ar.Ledger:
    """The ledger by which a report would run; what stops a report is raised.

    Raises
    ------
    ArkitError
        The file is not read, or a report of the day does not run.
    """
    hints = _merged(asked.told, answered)
    ledger = ar.read_ledger(asked.path, snapshot_on=asked.exported if given else None, hints=hints or None)
    day = as_day(asked.day)
    ledger.require(day)
    checked = Check(ledger, name=asked.path.name, day=day, policy=Policy())
    if checked.obstacle:
        raise ReadingError(checked.obstacle)
    return ledger


def _merged(told: Mapping[str, Any], answered: Mapping[str, Any]) -> dict[str, Any]:
    both = {name: {**told[name], **answered[name]} for name in {*told} & {*answered} if isinstance(told[name], Mapping)}
    return {**told, **answered, **both}


def _compared(ledger: ar.Ledger, asked: Asked, truth: Truth) -> Verdict:
    day = as_day(asked.day)
    if not asked.day_given and ledger.covers[1] != as_day(asked.exported):
        return Verdict("wrong", f"read as of {ledger.covers[1]}, where {asked.exported} must be")
    wrong = [
        _differs("by currency", _by_currency(ledger, day, truth.right), truth.right),
        _differs("by customer", _by(ledger, day, "customer_id", truth.customers), truth.customers),
        _differs("by document", _by(ledger, day, "document_id", truth.documents), truth.documents),
        _named(ledger, truth.named),
    ]
    if truth.by_customer:
        found = tuple(sorted(_by(ledger, day, "customer_id", {"": ""}).values()))
        wrong.append(f"customers {found} where {truth.by_customer} must be" if found != truth.by_customer else "")
    if truth.items and len(ar.open_items(ledger, as_of=day)) != truth.items:
        wrong.append(f"{len(ar.open_items(ledger, as_of=day))} items where {truth.items} must be")
    said = "; ".join(filter(None, wrong))
    if said:
        return Verdict("told" if _is_told(ledger, day, truth) else "wrong", said)
    return Verdict("right")


def _is_told(ledger: ar.Ledger, day: Any, truth: Truth) -> bool:
    """Whether what is missing is what was excluded by name: the total and the excluded amounts make up the truth."""
    excluded = ledger.findings.query("action == 'excluded'")
    if excluded.empty:
        return False
    for currency, right in truth.right.items():
        owed = sum(Decimal(amount) for name, amount in right.items() if "net" not in right or name == "net")
        found = _by_currency(ledger, day, {currency: {"net": "0"}}).get(currency, {"net": "0"})["net"]
        amounts = excluded.loc[excluded["currency"].isin([currency, ""]) | excluded["currency"].isna(), "amount"]
        if Decimal(found) + sum(Decimal(cents(amount)) for amount in amounts.dropna()) != owed:
            return False
    return True


def _by_currency(ledger: ar.Ledger, day: Any, right: Mapping[str, Amounts]) -> dict[str, dict[str, str]]:
    """The buckets of each currency that are not zero, or only what the truth states of it."""
    found = {}
    for row in ar.aging_table(ledger, as_of=day).to_dict("records"):
        stated = right.get(row["currency"], {})
        names = stated if "net" in stated else [name for name in row if name not in NOT_IN_A_BUCKET]
        of = {name: cents(row[name]) for name in names}
        found[row["currency"]] = {name: amount for name, amount in of.items() if name in stated or float(amount)}
    return {currency: of for currency, of in found.items() if of}


def _by(ledger: ar.Ledger, day: Any, column: str, right: Amounts) -> dict[str, str]:
    """What is open by customer or document, unapplied amounts taken off; of documents those that the truth states."""
    rows = ar.open_items(ledger, as_of=day)
    found: dict[str, Decimal] = {}
    for key, amount in zip(rows[column].astype(str), rows["open_amount"], strict=True):
        found[key] = found.get(key, Decimal()) + Decimal(cents(amount))
    names = right if column == "document_id" else found if right else ()
    return {name: f"{found.get(name, Decimal()):.2f}" for name in names}


def cents(amount: Any) -> str:
    """An amount to the cent, as text."""
    return f"{Decimal(str(amount)):.2f}"


def _differs(what: str, found: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    def plain(amounts: Mapping[str, Any]) -> dict[str, Any]:
        return {name: plain(of) if isinstance(of, Mapping) else cents(of) for name, of in amounts.items()}

    return f"{what} {found} where {plain(right)} must be" if found != plain(right) else ""


def _named(ledger: ar.Ledger, named: str) -> str:
    if not named:
        return ""
    found = ledger.findings
    by_amount = named.replace(".", "").isdigit() and (found["amount"].abs().round(2) == float(named)).any()
    by_text = (found["item_id"] == named).any() or found["message"].str.contains(named, regex=False).any()
    return "" if by_amount or by_text else f"no finding names {named}"
