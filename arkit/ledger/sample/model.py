"""The sample: the tables of a made-up company, named after their files."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl


@dataclass(frozen=True)
class Sample:
    """The tables of a made-up company, in canonical columns; amounts are exact decimals in currency units.

    ``behaviours`` and ``faults`` are the answers: how each customer was made to pay, and what was planted where.
    """

    items: pl.DataFrame
    applications: pl.DataFrame
    entries: pl.DataFrame
    customers: pl.DataFrame
    marks: pl.DataFrame
    rates: pl.DataFrame
    gl: pl.DataFrame
    sales: pl.DataFrame
    behaviours: pl.DataFrame
    faults: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables of the ledger, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in ANSWERS}

    @property
    def answers(self) -> dict[str, pl.DataFrame]:
        """The answers, by name."""
        return {name: getattr(self, name) for name in ANSWERS}


ANSWERS = ("behaviours", "faults")
