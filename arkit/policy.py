"""The policy: the settings that a controller decides, read from TOML and printed in every report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec

from arkit.errors import PolicyError
from arkit.settings import read_settings, require_choices
from arkit.words.columns import NOT_DUE

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of an analysis.

    Parameters
    ----------
    name
        What the policy is called in a report.
    edges
        Last day of each bucket but the last, rising: (30, 60, 90) gives 1-30, 31-60, 61-90, over 90.
    basis
        Days are counted from the due date or from the document date. With the document date there is no *not due*.
    day_zero
        Whether an item is overdue on its due date itself.
    unapplied
        ``apart``: credits and receipts still open are a column of their own. ``net``: they first reduce the oldest
        open items of the same customer, entity, account and currency.
    stop_share_of_rows, stop_share_of_amount
        A month-end stops when a larger share of the source rows, or of the control total, had to be set apart.
    gl_tolerance
        Largest unexplained difference to the general ledger, in currency units, that still ties out.
    cost_of_capital
        What money costs in a year, as a share of it: the rate at which receivables are financed.

    Examples
    --------
    >>> Policy(edges=(30, 60)).labels
    ('not due', '1-30', '31-60', 'over 60')
    >>> Policy(day_zero="overdue").labels
    ('not due', '0-30', '31-60', '61-90', 'over 90')
    >>> Policy(basis="document_date").labels
    ('0-30', '31-60', '61-90', 'over 90')
    """

    name: str = "default"
    edges: Annotated[tuple[Annotated[int, msgspec.Meta(ge=0)], ...], msgspec.Meta(min_length=1)] = (30, 60, 90)
    basis: Literal["due_date", "document_date"] = "due_date"
    day_zero: Literal["not due", "overdue"] = "not due"
    unapplied: Literal["apart", "net"] = "apart"
    stop_share_of_rows: Share = 0.02
    stop_share_of_amount: Share = 0.01
    gl_tolerance: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    cost_of_capital: Share = 0.08

    def __post_init__(self) -> None:
        require_choices(self, ("basis", "day_zero", "unapplied"), error=PolicyError)
        if not self.edges:
            raise PolicyError("edges needs at least one day, for example [30, 60, 90].")
        if any(low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise PolicyError(f"edges must rise, found {list(self.edges)}")
        if self.first_overdue_day > self.edges[0]:
            raise PolicyError(f"the first edge must be at least {self.first_overdue_day}, found {self.edges[0]}")

    @property
    def first_overdue_day(self) -> int:
        """The first number of days that falls into a numbered bucket."""
        return 1 if self.basis == "due_date" and self.day_zero == "not due" else 0

    @property
    def has_not_due(self) -> bool:
        """Whether the policy knows a *not due* bucket."""
        return self.basis == "due_date"

    @property
    def starts(self) -> tuple[int, ...]:
        """First day of each numbered bucket; bucket k is ``starts[k] <= days < starts[k + 1]``; the last has no end."""
        return (self.first_overdue_day, *(edge + 1 for edge in self.edges))

    @property
    def labels(self) -> tuple[str, ...]:
        """Bucket labels from the youngest to the oldest."""
        numbered = [f"{low}-{high}" for low, high in zip(self.starts, self.edges, strict=False)]
        return (*([NOT_DUE] if self.has_not_due else []), *numbered, f"over {self.edges[-1]}")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a policy from a TOML file.

        Raises
        ------
        PolicyError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        return read_settings(path, cls, what="policy", error=PolicyError)


DEFAULT_POLICY = Policy()
