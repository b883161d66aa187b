"""Registers that hold more than receivables: which values of a type or status are wanted, and which are left out."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.record import Decision
from arkit.ledger.vocabulary import item_type_of, key, words


@dataclass(frozen=True)
class Kept:
    """The values of the rows that are wanted, by header."""

    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def recognise_register(rows: pl.DataFrame, headers: list[str], file: str) -> Kept:
    """Return which rows of a register are receivables.

    Raises
    ------
    ReadingError
        Some values are known to be left out, and others are not known at all.
    """
    keep, made = {}, []
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
            raise ReadingError(
                f"The column {header!r} of {file} has rows that are no receivables ({listed(out)}) and others that are "
                f'not known ({listed(unknown) if stay else "none"}). Give a layout with keep = {{"{header}" = [...]}}.'
            )
        keep[header] = stay
        made.append(Decision("rows left out", f"{header}: {listed(out)}", f"kept: {listed(stay)}", "likely"))
    return Kept(keep, tuple(made))
