"""The signs of amounts, and the types of documents: a credit has a minus, or is known to lack it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.body.amount_cells import exact
from arkit.ledger.recognise.hints import Hints
from arkit.ledger.record import Decision
from arkit.ledger.vocabulary import item_types_of, key, words

_LOWERING = ("credit_note", "receipt")


@dataclass(frozen=True)
class Signs:
    """Values that mean a minus, by header; types by value; the decisions."""

    minus_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def recognise_signs(
    rows: pl.DataFrame, columns: dict[str, str], amounts: list[str], *, mark: str, hints: Hints, file: str
) -> Signs:
    """Return how the amounts of a file are signed.

    Raises
    ------
    ReadingError
        Credit notes or receipts have no minus, and nothing says whether they should.
    """
    types, made = _types(rows, columns)
    if len(amounts) > 1:
        return Signs(types=types, decisions=(*made, Decision("signs", "by column", "debit and credit, or an aging")))
    amount = exact(rows[amounts[0]], decimal_mark=mark)
    marked = _marks(rows, columns.get("mark"), amount)
    if marked:
        header, credits = marked
        told = Decision("signs", f"minus for {', '.join(credits)}", f"{header}, and no amount with it has a minus")
        return Signs({header: credits}, types, (*made, told))
    lowering = [value for value, kind in types.items() if kind in _LOWERING]
    if not lowering:
        return Signs(
            types=types, decisions=(*made, Decision("signs", "as they stand", "no type that lowers what is owed"))
        )
    header = columns["item_type"]
    of_credits = amount.filter(rows[header].is_in(lowering) & (amount != 0))
    if of_credits.is_empty() or (of_credits < 0).any():
        told = Decision(
            "signs", "as they stand", f"{int((of_credits < 0).sum())} of {len(of_credits)} credits are negative"
        )
        return Signs(types=types, decisions=(*made, told))
    return _unsigned(header, lowering, types, made, hints, of_credits, file)


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
        raise ReadingError(
            f"All {len(credits)} amounts of {file} with {header} {listed(lowering)} are positive, though credits and "
            "receipts lower what is owed. If they are stated without their minus, say "
            f'hints={{"credits": "minus"}}; in a layout it is minus_when = {{"{header}" = ["{lowering[0]}"]}}.'
        )
    told = Decision("signs", f"minus for {listed(lowering)}", "hint", "stated")
    return Signs({header: tuple(lowering)}, types, (*made, told))


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
    """Return the header of a debit or credit mark and its values for credit, if the amounts need them."""
    if header is None:
        return None
    known = {key(word) for word in words("marks", "credit")}
    credits = [value for value in rows[header].drop_nulls().unique(maintain_order=True) if key(value) in known]
    of_credits = amount.filter(rows[header].is_in(credits))
    if not credits or (of_credits < 0).any():
        return None
    return header, tuple(credits)
