"""Which rows of a file are receivables, and how their amounts are signed.

A credit has a minus, or is known to lack it. The rows of a register: which values of a type or status are receivables,
and which are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from arkit.build.parsing import exact_amounts
from arkit.errors import listed
from arkit.model.layout import Decision
from arkit.read.recognise.questions import Candidate, Hints, Question
from arkit.words.vocabulary import item_type_of, item_types_of, key, words

_LOWERING = ("credit_note", "receipt")


@dataclass(frozen=True)
class Signs:
    """Values that mean a minus, by header; types by value; the decisions."""

    minus_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def recognise_signs(
    rows: pl.DataFrame, columns: dict[str, str], amounts: list[str], *, mark: str, hints: Hints, file: str
) -> Signs:
    """How the amounts of a file are signed: asked where credits have no minus, or most of all amounts have one."""
    types, made = _types(rows, columns)
    if hints.credits is None and not {*types.values()} & {*_LOWERING}:
        asked = _mostly_negative(rows, amounts, mark, file)
        if asked:
            return Signs(types=types, decisions=tuple(made), questions=asked)
    if len(amounts) > 1 or not amounts:
        return Signs(types=types, decisions=(*made, Decision("signs", "by column", "debit and credit, or an aging")))
    amount = exact_amounts(rows[amounts[0]], decimal_mark=mark)
    marked = _marks(rows, columns.get("mark"), amount)
    if marked:
        header, credits = marked
        decision = Decision("signs", f"minus for {', '.join(credits)}", f"{header}, and no amount with it has a minus")
        return Signs({header: credits}, types, (*made, decision))
    lowering = [value for value, kind in types.items() if kind in _LOWERING]
    if not lowering:
        return Signs(
            types=types, decisions=(*made, Decision("signs", "as they are", "no type that lowers what is owed"))
        )
    header = columns["item_type"]
    of_credits = amount.filter(rows[header].is_in(lowering) & (amount != 0))
    if of_credits.is_empty() or (of_credits < 0).any():
        decision = Decision(
            "signs", "as they are", f"{int((of_credits < 0).sum())} of {len(of_credits)} credits are negative"
        )
        return Signs(types=types, decisions=(*made, decision))
    return _unsigned(header, lowering, types, made, hints, of_credits, file)


def _mostly_negative(rows: pl.DataFrame, amounts: list[str], mark: str, file: str) -> tuple[Question, ...]:
    """Ask where nearly everything would be owed to the customers: its signs may be the other way round."""
    cells = pl.concat(
        [exact_amounts(rows[header], decimal_mark=mark).alias("amount") for header in amounts]
        or [pl.Series("amount", [])]
    )
    count, negative = int((cells != 0).sum()), int((cells < 0).sum())
    if negative * 2 <= count:
        return ()
    text = (
        f"{negative} of {count} amounts of {file} are negative, so the company would owe its customers more often "
        "than they owe it, and no column of types says why. If the file shows what is owed with a minus, export it "
        "with the opposite sign. Are the amounts right as they are?"
    )
    return (Question(("credits",), text, (Candidate("plus", evidence="as they are"),)),)


def _unsigned(
    header: str,
    lowering: list[str],
    types: dict[str, str],
    made: list[Decision],
    hints: Hints,
    credits: pl.Series,
    file: str,
) -> Signs:
    if hints.credits is None:
        text = (
            f"All {len(credits)} amounts of {file} with {header} {listed(lowering)} are positive, though credits and "
            "receipts lower what is owed. Are they stated without their minus? In a layout it is "
            f'minus_when = {{"{header}" = ["{lowering[0]}"]}}.'
        )
        both = (Candidate("minus", evidence="they lower what is owed"), Candidate("plus", evidence="right as they are"))
        return Signs(types=types, decisions=tuple(made), questions=(Question(("credits",), text, both),))
    if hints.credits == "plus":
        return Signs(types=types, decisions=(*made, Decision("signs", "as they are", "hint", "stated")))
    decision = Decision("signs", f"minus for {listed(lowering)}", "hint", "stated")
    return Signs({header: tuple(lowering)}, types, (*made, decision))


def _types(rows: pl.DataFrame, columns: dict[str, str]) -> tuple[dict[str, str], list[Decision]]:
    header = columns.get("item_type")
    if header is None:
        return {}, []
    values = rows[header].drop_nulls().unique(maintain_order=True).to_list()
    types = item_types_of(values)
    unknown = [value for value in values if value not in types]
    made = [Decision("types", ", ".join(f"{value}: {kind}" for value, kind in types.items()), header)] if types else []
    if unknown:
        made.append(Decision("types", f"by the sign: {listed(unknown)}", "not in the vocabulary", "likely"))
    return types, made


def _marks(rows: pl.DataFrame, header: str | None, amount: pl.Series) -> tuple[str, tuple[str, ...]] | None:
    """The header of a debit or credit mark and its values for credit, if the amounts need them."""
    if header is None:
        return None
    known = {key(word) for word in words("marks", "credit")}
    credits = [value for value in rows[header].drop_nulls().unique(maintain_order=True) if key(value) in known]
    of_credits = amount.filter(rows[header].is_in(credits))
    if not credits or (of_credits < 0).any():
        return None
    return header, tuple(credits)


@dataclass(frozen=True)
class RegisterFilter:
    """The values of the rows that are wanted, by header."""

    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def recognise_register(rows: pl.DataFrame, headers: list[str], file: str) -> RegisterFilter:
    """Which rows of a register are receivables: asked where some values are left out and others are not known."""
    keep, made, asked = {}, [], []
    unwanted = {key(word) for word in words("registers", "unwanted")}
    wanted = {key(word) for word in words("registers", "wanted")}
    for header in dict.fromkeys(headers):
        values = rows[header].drop_nulls().unique(maintain_order=True).to_list()
        out = [value for value in values if key(value) in unwanted]
        if not out:
            continue
        stay = tuple(value for value in values if key(value) not in unwanted)
        unknown = [value for value in stay if key(value) not in wanted and not item_type_of(value)]
        if unknown or not stay:
            text = (
                f"The column {header!r} of {file} has rows other than receivables ({listed(out)}) and others that are "
                f"not known ({listed(unknown) if stay else 'none'}). The rows of which values are receivables?"
            )
            asked.append(Question(("keep", header), text, (Candidate(stay or tuple(values)),)))
            continue
        keep[header] = stay
        made.append(Decision("rows left out", f"{header}: {listed(out)}", f"kept: {listed(stay)}", "likely"))
    return RegisterFilter(keep, tuple(made), tuple(asked))
