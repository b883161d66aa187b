"""A key figure: what it is made of, how, when it is undefined, and a worked example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

Unit = Literal["days", "ratio", "amount", "times"]
Good = Literal["down", "up", "depends"]
Inputs = Mapping[str, float | Sequence[float]]

_SALES_OF: Final = {
    "sales": "sales of the window",
    "countback": "sales of each month back",
    "uncollected": "sales of each month back",
}


@dataclass(frozen=True)
class Example:
    """A worked example: the inputs, and the value that they give. The registry's test computes it."""

    inputs: Inputs
    value: float


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """A key figure: what it is made of, how, when it is undefined, and a worked example.

    ``value`` is an expression over the inputs of ``parts`` (see :mod:`arkit.measures.inputs`); ``undefined`` pairs a
    condition with the reason that is shown in place of a number. Amounts among the inputs are in minor units.
    """

    name: str
    title: str
    unit: Unit
    good: Good
    parts: tuple[str, ...]
    value: pl.Expr = field(repr=False)
    undefined: tuple[tuple[pl.Expr, str], ...] = field(repr=False)
    formula: str
    definition: str
    source: str
    example: Example

    @property
    def sales_basis(self) -> str:
        """Which sales the figure takes; empty where it takes none."""
        return next((_SALES_OF[part] for part in self.parts if part in _SALES_OF), "")

    @property
    def uses_sales(self) -> bool:
        """Whether the figure depends on the sales basis."""
        return bool(self.sales_basis)

    @property
    def undefined_when(self) -> tuple[str, ...]:
        """The reasons for which there may be no number."""
        return tuple(reason for _, reason in self.undefined)
