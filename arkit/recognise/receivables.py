"""Which rows of a file are receivables, and how their amounts are signed.

What a row is, is said by words of four kinds, under whatever header they are: the status of payment (paid, draft, ...),
the side (of customers or of suppliers), the type of the document, and a mark of debit or credit. A word that is not
known is asked, never kept or dropped in silence, and a sign tells a type only where there are signs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

import polars as pl

from arkit.build.wanted import has_value
from arkit.errors import ReadingError, listed
from arkit.files.questions import NOT_RECEIVABLE, STATUSES, Candidate, Hints, Question
from arkit.model.layout import ColumnRole, Decision
from arkit.words.columns import ITEM_TYPES
from arkit.words.vocabulary import item_types_of, mark_of, side_of, status_of

_LOWERING: Final = ("credit_note", "receipt")
_STILL_OWED: Final = ("open", "overdue", "failed", "returned", "disputed")
_NEVER_OWED: Final = ("draft", "cancelled")
_OF_PAYMENTS: Final = {"paid", "partly_paid", "overdue", "failed", "refunded"}
_MOST_VALUES: Final = 60


@dataclass(frozen=True)
class Amounts:
    """The amounts of the items: what is open by the reading so far, the original amount, and the day of settling.

    ``states_open`` is whether the file says itself what is open, ``headers`` are the columns that make it.
    """

    open: pl.Series
    original: pl.Series | None
    settled: pl.Series | None
    states_open: bool
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Receivables:
    """The rows that are receivables, types, signs, and what the columns that say so were taken for.

    ``partly`` are headers and their values that say that something was taken off.
    """

    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    paid: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    minus_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    roles: tuple[ColumnRole, ...] = ()
    partly: tuple[tuple[str, str], ...] = ()

    def stays(self, rows: pl.DataFrame) -> pl.Series:
        """Which rows are receivables."""
        out = [has_value(rows, header, values) for header, values in self.leave_out.items()]
        kept = [has_value(rows, header, values) for header, values in self.keep.items() if values]
        tests = [*(~test for test in out), *kept]
        return rows.select(pl.all_horizontal(pl.lit(True).first(), *tests)).to_series() if tests else _all(rows)

    def and_also(self, other: Receivables) -> Receivables:
        """Both, the other's settings after these."""
        return Receivables(
            {**self.keep, **other.keep},
            {**self.leave_out, **other.leave_out},
            {**self.paid, **other.paid},
            {**self.types, **other.types},
            {**self.minus_when, **other.minus_when},
            (*self.decisions, *other.decisions),
            (*self.questions, *other.questions),
            (*self.roles, *other.roles),
            (*self.partly, *other.partly),
        )


def _all(rows: pl.DataFrame) -> pl.Series:
    return pl.Series([True], dtype=pl.Boolean).new_from_index(0, rows.height)


def values_of(rows: pl.DataFrame, header: str) -> list[str]:
    """The different texts of a column in the order in which they come; a column has few if it says what a row is."""
    # One more than the most, so that too many can be told from just enough.
    return [str(value) for value in rows[header].drop_nulls().unique(maintain_order=True).head(_MOST_VALUES + 1)]


def columns_of_words(rows: pl.DataFrame, headers: Sequence[str], meant: Callable[[str], str]) -> list[str]:
    """The headers under which every text is a word of one kind, and there are at least two of them."""
    found = []
    for header in headers:
        values = values_of(rows, header)
        if 2 <= len(values) <= _MOST_VALUES and all(meant(value) for value in values):
            found.append(header)
    return found


def _sum(amounts: pl.Series) -> Decimal:
    return Decimal(amounts.sum() or 0)


def recognise_receivables(
    rows: pl.DataFrame, columns: Mapping[str, str], free: Sequence[str], amounts: Amounts, hints: Hints, file: str
) -> Receivables:
    """Which rows of a file are receivables, by statuses, sides and types; ``free`` are headers without a meaning.

    Raises
    ------
    ReadingError
        A hint names a value that no row has.
    """
    found = Receivables(keep=dict(hints.keep), decisions=_stated(hints))
    headers = [*([columns["status"]] if "status" in columns else []), *columns_of_words(rows, free, status_of)]
    _refuse_idle(rows, columns, headers, hints, file)
    for header in dict.fromkeys(headers):
        if header not in hints.keep:
            found = found.and_also(_statuses(rows, header, amounts, hints, file))
    sided = [*([columns["side"]] if "side" in columns else []), *columns_of_words(rows, free, side_of)]
    for header in dict.fromkeys(sided):
        if header not in hints.keep and (sides := _sides_of(rows, header, columns)):
            found = found.and_also(_sides(rows, header, sides, file))
    typed = columns.get("item_type")
    if typed is not None:
        # A type that only rows left out already have is not asked.
        stays = found.stays(rows)
        found = found.and_also(
            _types(rows.filter(stays), typed, amounts.open.filter(stays), amounts.headers, hints, file)
        )
    return found


def recognise_cleared(
    rows: pl.DataFrame, columns: Mapping[str, str], amounts: Amounts, *, is_account: bool, file: str
) -> tuple[Question, ...]:
    """Whether the rows that name a clearing document are settled: asked, where neither a day nor other rows say so."""
    # What cleared a row may lie outside the selection of the export: then no other row has its mark.
    header, customer = columns["match"], [columns[name] for name in ("customer_id", "name") if name in columns]
    open_ = rows[header].is_null()
    alone = rows.select(header, *customer).is_unique() & ~open_ if is_account else ~open_
    if not alone.any() or amounts.states_open or amounts.settled is not None:
        return ()
    of_others = "and no other row has the same" if is_account else "and no day says when they were cleared"
    text = (
        f"{alone.sum()} of {rows.height} rows of {file} have something under {header!r}, {of_others}. Are they "
        "settled, so that only rows without it are open?"
    )
    total = f"{_sum(amounts.open):,.2f}"
    left = Candidate(header, total, "it does not say what is settled")
    if is_account:
        left = Candidate(header, total, "what no other row settles is open", ("columns", "match"))
    without = f"{_sum(amounts.open.filter(open_)):,.2f}"
    settled = Candidate(("",), without, "only rows without it are open", ("keep", header))
    return (Question(("ignored",), text, (settled, left)),)


def _stated(hints: Hints) -> tuple[Decision, ...]:
    return tuple(
        Decision("rows kept", f"{header}: {listed(values)}", "hint", "stated") for header, values in hints.keep.items()
    )


def _refuse_idle(
    rows: pl.DataFrame, columns: Mapping[str, str], statuses: Sequence[str], hints: Hints, file: str
) -> None:
    """Refuse a hint that changes no row of the file."""
    if hints.types and "item_type" not in columns:
        raise ReadingError(f"{file} has no column of types, of which the hints speak ({listed(hints.types)}).")
    if hints.statuses and not statuses:
        raise ReadingError(f"{file} has no column of statuses, of which the hints speak ({listed(hints.statuses)}).")
    absent = [header for header in hints.keep if header not in rows.columns]
    if absent:
        raise ReadingError(
            f"{file} has no column {listed(absent)}, which the hints name. It has: {listed(rows.columns[1:])}."
        )
    said = [(statuses, [*hints.statuses]), *(([header], [*values]) for header, values in hints.keep.items())]
    if hints.types:
        said.append(([columns["item_type"]], [*hints.types]))
    for headers, values in said:
        _refuse_unmet(rows, headers, values, file)


def _refuse_unmet(rows: pl.DataFrame, headers: Sequence[str], values: Sequence[str], file: str) -> None:
    """Refuse a hint for a value that no cell under some headers has, with the value that looks like it."""
    for value in values:
        if not any(has_value(rows, header, [value]).any() for header in headers):
            cells = [cell for header in headers for cell in values_of(rows, header)]
            near = get_close_matches(value, cells, n=1)
            meant = f" Is {near[0]!r} meant?" if near else ""
            raise ReadingError(
                f"No cell under {listed(map(repr, headers))} of {file} is {value!r}, so the hint for it changes "
                f"nothing.{meant}"
            )


def _statuses(rows: pl.DataFrame, header: str, amounts: Amounts, hints: Hints, file: str) -> Receivables:
    """What the statuses of a column do: rows stay, are left out, or it is asked what a word says."""
    values = [*values_of(rows, header), *([""] if rows[header].null_count() else [])]
    meant = {value: hints.statuses.get(value) or (status_of(value) if value else "open") for value in values}
    beside = {*meant.values()}
    effect = {
        value: _effect(_status(status, beside), has_value(rows, header, [value]), amounts, value in hints.statuses)
        for value, status in meant.items()
    }
    out = tuple(value for value in values if effect[value] == "out")
    stay = tuple(value for value in values if effect[value] == "stays")
    asked = [value for value in values if effect[value] not in ("out", "stays")]
    questions = tuple(_status_asked(rows, header, value, effect[value], [*stay], amounts, file) for value in asked)
    paid = tuple(value for value in stay if meant[value] == "paid")
    shown = ", ".join(f"{value or 'blank'}: {meant[value] or 'not known'}" for value in values)
    decisions = [Decision("status", shown, header)]
    if out:
        decisions.append(Decision("rows left out", f"{header}: {listed(out)}", f"kept: {listed(stay)}", "likely"))
    role = ColumnRole(header, "mapped" if out else "proof", "status", shown)
    leave_out = {} if questions else {header: out}
    keep = {} if questions else {header: stay}
    partly = tuple((header, value) for value in stay if meant[value] == "partly_paid")
    return Receivables(
        keep,
        leave_out,
        {header: paid} if paid else {},
        decisions=tuple(decisions),
        questions=questions,
        roles=(role,),
        partly=partly,
    )


def _status(status: str, beside: set[str]) -> str:
    """Pending beside paid or overdue waits for money; beside draft and posted it waits for approval."""
    if status != "pending":
        return status
    return "open" if beside & _OF_PAYMENTS else "draft" if beside & {"draft", "cancelled"} else "pending?"


_TAKEN_OFF: Final = "it is partly paid, and nothing says how much is left"
_WAITING: Final = "it may wait for money, or for approval"
_NOT_KNOWN: Final = "this word is not known"


def _effect(status: str, rows: pl.Series, amounts: Amounts, said: bool) -> str:
    """``stays`` or ``out``; else why it is asked what a status says."""
    # Where the file says that nothing is open of these rows, the word changes no number.
    nothing_open = amounts.states_open and bool((amounts.open.filter(rows).fill_null(0) == 0).all())
    if status in _NEVER_OWED:
        return "out"
    if status in _STILL_OWED or nothing_open or (said and status == "partly_paid"):
        return "stays"
    if status == "partly_paid":
        return "stays" if _is_partial(rows, amounts) else _TAKEN_OFF
    if status in ("paid", "refunded", "written_off"):
        return _of_settled(status, rows, amounts, said)
    if status == "pending?":
        return "stays" if said else _WAITING
    return _NOT_KNOWN


def _is_partial(rows: pl.Series, amounts: Amounts) -> bool:
    """Whether something is taken off each amount that is called partly paid, as far as the file can show it."""
    if amounts.original is None:
        return amounts.states_open
    return not bool((amounts.open.filter(rows) == amounts.original.filter(rows)).any())


def _of_settled(status: str, rows: pl.Series, amounts: Amounts, said: bool) -> str:
    if amounts.settled is not None:
        return "stays" if status == "paid" else "out"
    if amounts.states_open and not said:
        return f"it says {status.replace('_', ' ')}, and an amount is open"
    return "out" if said or status != "refunded" else "it may be paid back, or owed again"


def _status_asked(
    rows: pl.DataFrame, header: str, value: str, why: str, stay: list[str], amounts: Amounts, file: str
) -> Question:
    its, others = has_value(rows, header, [value]), has_value(rows, header, stay)
    own, rest = (_sum(amounts.open.filter(some)) for some in (its, others))
    text = (
        f"What does {value!r} under {header!r} of {file} say of {its.sum()} rows with {own:,.2f}? "
        f"{why[:1].upper()}{why[1:]}."
    )
    owed = {*_STILL_OWED, "partly_paid", "pending"}
    totals = {status: f"{rest + (own if status in owed else Decimal()):,.2f}" for status in STATUSES}
    return Question(("statuses", value), text, tuple(Candidate(status, totals[status]) for status in STATUSES))


def _sides_of(rows: pl.DataFrame, header: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The side that each value of a column says; nothing where none says one, or all may be debit and credit."""
    values = values_of(rows, header)
    # Where all letters may be debit and credit too, they say no side: D and K are both in some systems.
    named = header == columns.get("side") and not all(map(mark_of, values))
    of = {value: side_of(value, named=named) for value in values}
    return of if any(of.values()) else {}


def _sides(rows: pl.DataFrame, header: str, of: Mapping[str, str], file: str) -> Receivables:
    """Rows of receivables and of payables: those of the company's own debts are left out."""
    values = [*of]
    ours = tuple(value for value in values if of[value] == "receivable")
    out = tuple(value for value in values if of[value] == "payable")
    unknown = [value for value in values if not of[value]]
    blank = ("",) if rows[header].null_count() else ()
    shown = ", ".join(f"{value}: {side or 'not known'}" for value, side in of.items())
    role = ColumnRole(header, "mapped", "side", shown)
    # Beside payables a blank cell may be either.
    if unknown or not ours or (out and blank):
        text = f"The column {header!r} of {file} says whose debt a row is ({shown}). The rows of which are receivables?"
        candidates = (Candidate(value) for value in (ours or tuple(values)))
        return Receivables(questions=(Question(("keep", header), text, tuple(candidates)),), roles=(role,))
    decision = Decision("rows left out" if out else "side", f"{header}: {listed(out or ours)}", f"kept: {listed(ours)}")
    return Receivables({header: (*ours, *blank)}, {header: out}, decisions=(decision,), roles=(role,))


def _types(
    rows: pl.DataFrame, header: str, amount: pl.Series, headers: Sequence[str], hints: Hints, file: str
) -> Receivables:
    """The item type of each value, which of them are no receivables, and those that have to be asked."""
    values = values_of(rows, header)
    types = {**item_types_of(value for value in values if value not in hints.types), **hints.types}
    types = {value: kind for value, kind in types.items() if value in values}
    no_debts = [
        value
        for value in values
        if value not in types and (side_of(value) == "payable" or status_of(value) in _NEVER_OWED)
    ]
    out = tuple(value for value in values if types.get(value) == NOT_RECEIVABLE or value in no_debts)
    types = {value: kind for value, kind in types.items() if kind != NOT_RECEIVABLE}
    unknown = [value for value in values if value not in (*types, *out) and not side_of(value)]
    stay = tuple(value for value in values if value not in out)
    made = [Decision("types", ", ".join(f"{value}: {kind}" for value, kind in types.items()), header)] if types else []
    if out:
        made.append(Decision("rows left out", f"{header}: {listed(out)}", f"kept: {listed(stay)}", "likely"))
    blank = ("",) if rows[header].null_count() else ()
    # A row without a type stays: only a word can say that it is no receivable.
    keep = {header: (*stay, *blank)} if out else {}
    found = Receivables(
        keep,
        {header: out} if out else {},
        types=types,
        decisions=tuple(made),
        roles=(ColumnRole(header, "mapped", "item_type", "header"),),
    )
    if not unknown:
        return found
    # With two columns or with signs, what an unknown type does is seen from its amounts.
    if len(headers) > 1 or (amount < 0).any():
        decision = Decision("types", f"by the sign: {listed(unknown)}", "not in the vocabulary", "likely")
        return found.and_also(Receivables(decisions=(decision,)))
    return found.and_also(
        Receivables(questions=tuple(_type_asked(rows, header, value, amount, file) for value in unknown))
    )


def _type_asked(rows: pl.DataFrame, header: str, value: str, amount: pl.Series, file: str) -> Question:
    its = has_value(rows, header, [value])
    own, rest = _sum(amount.filter(its)), _sum(amount.filter(~its))
    text = (
        f"What is {value!r} under {header!r} of {file} ({its.sum()} rows with {own:,.2f})? The word is not known, and "
        "no amount of the file has a minus that would tell."
    )
    sums = {kind: rest - own if kind in _LOWERING else rest + own for kind in ITEM_TYPES} | {NOT_RECEIVABLE: rest}
    return Question(("types", value), text, tuple(Candidate(kind, f"{total:,.2f}") for kind, total in sums.items()))


@dataclass(frozen=True)
class Signed:
    """The rows that count and what can tell how their amounts are signed.

    ``amount`` is theirs, of the columns ``headers``; ``types`` are the item types of the values of the type column.
    """

    rows: pl.DataFrame
    columns: Mapping[str, str]
    free: Sequence[str]
    amount: pl.Series
    headers: Sequence[str]
    types: Mapping[str, str]
    file: str


def recognise_signs(seen: Signed, hints: Hints) -> Receivables:
    """How the amounts of a file are signed: asked where credits have no minus, or most of all amounts have one.

    Raises
    ------
    ReadingError
        A hint says it, and no amount of the file depends on it.
    """
    asked = None if {*seen.types.values()} & {*_LOWERING} else _mostly_negative(seen.amount, seen.file)
    if asked and hints.credits is None:
        return Receivables(questions=(asked,))
    signs = _signs(seen, hints)
    decision = signs.decisions[-1] if signs.decisions else None
    # Answered with others, it may have been asked of amounts that those leave out; alone it was not.
    idle = hints.credits and not asked and not hints.decides
    if idle and decision and decision.evidence != _HINT:
        raise ReadingError(
            f"The amounts of {seen.file} are signed {decision.decided} ({decision.evidence}), so the hint credits "
            "changes nothing. Leave it out."
        )
    return signs


_HINT: Final = "hint"


def _signs(seen: Signed, hints: Hints) -> Receivables:
    if len(seen.headers) != 1:
        return Receivables(decisions=(Decision("signs", "by column", "debit and credit, or an aging"),))
    # A mark says it of each row, a type only of its kind: so marks are asked first.
    marked = _unknown_marks(seen, hints) or _marked(seen)
    if marked:
        return marked
    lowering = [value for value, kind in seen.types.items() if kind in _LOWERING]
    if not lowering:
        return _as_they_are("no type that lowers what is owed")
    header, amount = seen.columns["item_type"], seen.amount
    of_credits = amount.filter(has_value(seen.rows, header, lowering) & (amount != 0).fill_null(False))
    # One credit with a minus shows that the file states signs.
    if of_credits.is_empty() or (of_credits < 0).any():
        return _as_they_are(f"{int((of_credits < 0).sum())} of {len(of_credits)} credits are negative")
    return _unsigned(header, lowering, of_credits, amount, hints, seen.file)


def _as_they_are(evidence: str, roles: tuple[ColumnRole, ...] = ()) -> Receivables:
    return Receivables(decisions=(Decision("signs", "as they are", evidence),), roles=roles)


def _mostly_negative(amount: pl.Series, file: str) -> Question | None:
    """Ask where nearly everything would be owed to the customers: its signs may be the other way round."""
    count, negative = int((amount != 0).sum()), int((amount < 0).sum())
    if negative * 2 <= count:
        return None
    text = (
        f"{negative} of {count} amounts of {file} are negative, so the company would owe its customers more often "
        "than they owe it, and no column of types says why. If the file shows what is owed with a minus, export it "
        "with the opposite sign. Are the amounts right as they are?"
    )
    return Question(("credits",), text, (Candidate("plus", f"{amount.sum():,.2f}", "as they are"),))


def _unknown_marks(seen: Signed, hints: Hints) -> Receivables | None:
    """What a person says of the marks, or the question which are credits, where no word says so and no minus does."""
    header, amount = next(iter(hints.minus_when), seen.columns.get("mark", "")), seen.amount
    if header in hints.minus_when:
        credits = hints.minus_when[header]
        return _by_marks(header, credits, Decision("signs", f"minus for {listed(credits)}", _HINT, "stated"))
    values = values_of(seen.rows, header) if header else []
    known = any(mark_of(value, named=True) for value in values)
    if not header or known or (amount < 0).any() or len(values) > _MOST_VALUES:
        return None
    whole = _sum(amount)
    parts = {value: _sum(amount.filter(has_value(seen.rows, header, [value]))) for value in values}
    text = (
        f"Which rows of {seen.file} lower what is owed: those with which mark under {header!r}? No word of it is known."
    )
    minus = [Candidate((value,), f"{whole - 2 * part:,.2f}", "it marks credits") for value, part in parts.items()]
    plus = Candidate(header, f"{whole:,.2f}", "it does not say it", ("ignored",))
    return Receivables(questions=(Question(("minus_when", header), text, (*minus, plus)),))


def _marked(seen: Signed) -> Receivables | None:
    """The values that mean a credit, if the amounts need them; a mark beside signed amounts proves them."""
    named = [seen.columns[name] for name in ("mark", "side") if name in seen.columns]
    for header in dict.fromkeys([*named, *columns_of_words(seen.rows, seen.free, mark_of)]):
        is_mark = header == seen.columns.get("mark")
        credits = tuple(v for v in values_of(seen.rows, header) if mark_of(v, named=is_mark) == "credit")
        of_credits = seen.amount.filter(has_value(seen.rows, header, credits))
        if credits and (of_credits < 0).any():
            role = ColumnRole(header, "proof", "mark", "the amounts have the sign that it says")
            return _as_they_are(f"{header} says credit where an amount has a minus", (role,))
        if credits and of_credits.len():
            evidence = f"{header}, and no amount with it has a minus"
            return _by_marks(header, credits, Decision("signs", f"minus for {', '.join(credits)}", evidence))
    return None


def _by_marks(header: str, credits: tuple[str, ...], decision: Decision) -> Receivables:
    role = ColumnRole(header, "mapped", "mark", "it says which amounts are credits")
    return Receivables(minus_when={header: credits}, decisions=(decision,), roles=(role,))


def _unsigned(
    header: str, lowering: list[str], of_credits: pl.Series, amount: pl.Series, hints: Hints, file: str
) -> Receivables:
    if hints.credits is None and not {*lowering} <= {*hints.types}:
        text = (
            f"All {len(of_credits)} amounts of {file} with {header} {listed(lowering)} are positive, though credits "
            "and receipts lower what is owed. Are they stated without their minus? In a layout it is "
            f'minus_when = {{"{header}" = ["{lowering[0]}"]}}.'
        )
        whole, own = _sum(amount), _sum(of_credits)
        minus = Candidate("minus", f"{whole - 2 * own:,.2f}", "they lower what is owed")
        return Receivables(
            questions=(Question(("credits",), text, (minus, Candidate("plus", f"{whole:,.2f}", "as they are"))),)
        )
    if hints.credits == "plus":
        # What raises what is owed is no credit, whatever its word says.
        kinds = dict.fromkeys(lowering, "journal")
        return Receivables(types=kinds, decisions=(Decision("signs", "as they are", _HINT, "stated"),))
    # Who says of a type that it lowers what is owed has seen the total under it: a type is asked where no amount has a
    # minus.
    decision = Decision("signs", f"minus for {listed(lowering)}", _HINT, "stated")
    return Receivables(minus_when={header: tuple(lowering)}, decisions=(decision,))
