"""What a check of an export says: how it was read, what it adds up to, what was found, whether a report can be run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from arkit.balances import reconcile, require_reconciled
from arkit.currencies import decimals
from arkit.errors import ReconciliationError, TooManyFaultsError
from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.present.cells import exact_total
from arkit.present.plain import lines_of
from arkit.present.wording import day_shown, shown
from arkit.terms import Column

if TYPE_CHECKING:
    import pandas as pd

ACTIONS: Final = {"set_apart": "set apart", "derived": "derived", "kept": "kept"}
"""What is done about a finding, the gravest first."""

MOST_LINES: Final = 15
_TOTALS: Final = ("entity", "account", "currency", "gross", "unapplied", "set_apart", "control_total", "status")


@dataclass(frozen=True)
class Check:
    """A ledger that was read, looked at on a day under a policy."""

    ledger: Ledger
    name: str
    day: date
    policy: Policy

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The reconciliation of the day, without accounts where the source has none."""
        table = reconcile(self.ledger, as_of=self.day, policy=self.policy)
        names = [name for name in _TOTALS if name != "account" or (table["account"] != "").any()]
        return table[names]

    @cached_property
    def found(self) -> pd.DataFrame:
        """The kinds of findings, the gravest first: what was done, rows, amounts by currency, why."""
        return by_kind(self.ledger.findings)

    @cached_property
    def obstacle(self) -> str:
        """Why no report can be run of the day; nothing if one can."""
        try:
            require_reconciled(self.ledger, as_of=self.day, policy=self.policy)
        except (ReconciliationError, TooManyFaultsError) as error:
            return str(error)
        return ""

    def lines(self) -> Iterator[str]:
        """Yield the check as lines of text for a terminal."""
        first, last = (day_shown(day) for day in self.ledger.covers)
        yield f"{self.name}: {self.ledger.source_rows:,} rows, {len(self.ledger.frames.items):,} items"
        yield f"answers {first}" if self.ledger.is_snapshot else f"answers {first} to {last}"
        yield from _part("How it was read", self._decisions())
        yield from _part(f"Totals of {day_shown(self.day)}", lines_of(self.totals))
        yield from _part("Findings", lines_of(self.found, columns=_COLUMNS) if len(self.found) else ["none"])
        yield ""

    def _decisions(self) -> list[str]:
        """Return the decisions, the less certain first; what columns say by their headers stands in one line."""
        reading = self.ledger.reading
        if reading is None or not reading.made:
            return []
        made = reading.decisions[["what", "decided", "sure", "evidence"]]
        by_header = (made["evidence"] == _BY_HEADER) & (made["sure"] == "certain")
        named = [f"{what} = {header}" for what, header in made.loc[by_header, ["what", "decided"]].to_numpy()]
        others = made[~by_header].sort_values("sure", key=lambda sure: sure != "likely", kind="stable")
        return [
            *lines_of(others, columns=_COLUMNS),
            *([f"Columns by their headers: {', '.join(named)}"] if named else []),
        ]


_BY_HEADER: Final = "header"
_COLUMNS: Final = {
    "done": Column("Done"),
    "amounts": Column("Amounts"),
    "what": Column("What"),
    "decided": Column("Decided"),
    "evidence": Column("Evidence"),
    "sure": Column("How sure"),
}


def by_kind(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings by code, the gravest and most frequent first, each amount exactly added by currency."""
    import pandas as pd

    rows = [
        {
            "code": code,
            "done": ACTIONS[str(action)],
            "rows": len(some),
            "amounts": _amounts(some),
            "message": some["message"].iloc[0],
        }
        for (action, code), some in findings.groupby(["action", "code"], observed=True)
    ]
    gravity = [*ACTIONS.values()]
    rows.sort(key=lambda row: (gravity.index(row["done"]), -row["rows"], row["code"]))
    return pd.DataFrame(rows, columns=["code", "done", "rows", "amounts", "message"])


def _amounts(findings: pd.DataFrame) -> str:
    known = findings.dropna(subset=["amount", "currency"])
    sums = {
        str(code): exact_total(rows["amount"], places=decimals(str(code)))
        for code, rows in known.groupby("currency", observed=True)
    }
    return ", ".join(f"{code} {shown(total, 'amount', currency=code)}" for code, total in sums.items())


def _part(title: str, lines: list[str]) -> Iterator[str]:
    """Yield a titled part, at most so many lines of it."""
    if not lines:
        return
    yield from ("", title)
    yield from (f"  {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES:,} more"
