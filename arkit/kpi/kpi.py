"""A KPI: what it is made of, how, when it is undefined, and a worked example.

Inputs by name, and the conditions under which several figures are undefined.
"""

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
class KPI:
    """A KPI: what it is made of, how, when it is undefined, and a worked example.

    ``value`` is an expression over the inputs of ``parts`` (see :mod:`arkit.kpi.panel`); ``undefined`` pairs a
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


RECEIVABLES: Final = pl.col("receivables")
NOT_DUE: Final = pl.col("not_due")
OPENING: Final = pl.col("opening")
SALES: Final = pl.col("sales")
PAID: Final = pl.col("paid")
DAYS: Final = pl.col("days")

NO_HISTORY: Final = (
    SALES.is_null(),
    "needs the sales of the whole window; the ledger begins later, or its sales end earlier",
)
NO_OPENING: Final = (OPENING.is_null(), "needs the balance at the start of the window; the ledger begins later")
NO_SALES: Final = (SALES <= 0, "no sales in the window")
NOTHING_OPEN: Final = (RECEIVABLES <= 0, "nothing is open")
NO_DUE_DATES: Final = (NOT_DUE.is_null(), "the policy ages by document date, so nothing is known to be past due")
PAYMENTS_UNKNOWN: Final = (PAID.is_null(), "needs the payments of the whole window; the ledger begins later")
NO_PAYMENTS: Final = (PAID <= 0, "no payments in the window")


def unknown(column: str, what: str) -> tuple[pl.Expr, str]:
    """Return the condition that something of the whole window is not known."""
    return pl.col(column).is_null(), f"needs {what} of the whole window; the ledger begins later"
