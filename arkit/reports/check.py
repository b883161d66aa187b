"""What a check of an export says: how it was read, what it adds up to, what was found, whether a report can be run.

The findings as a workbook: by kind, and each beside the row of the source that it is about.

Finished tables as lines of text, for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.reconcile import reconcile, require_reconciled
from arkit.calendar import decimals
from arkit.errors import ReconciliationError, TooManyFaultsError
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.present.sheets import Sheet, exact_total
from arkit.read.source_cells import with_cells
from arkit.words.columns import Column, column
from arkit.words.formats import day_shown, shown

if TYPE_CHECKING:
    import pandas as pd

GAP: Final = "  "


def lines_of(table: pd.DataFrame, *, columns: Mapping[str, Column] | None = None) -> list[str]:
    r"""Return a table as lines, the titles first: numbers to the right, texts to the left, the last column unpadded.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"currency": ["EUR", "JPY"], "net": [1234.5, 99.0], "status": ["reconciled", "incomplete"]}
    ... )
    >>> print(*lines_of(table), sep="\n")
    Currency       Net  Status
    EUR       1,234.50  reconciled
    JPY             99  incomplete
    """
    cells = [
        _column(table, str(name), {**(columns or {})}.get(str(name)) or column(str(name))) for name in table.columns
    ]
    return [GAP.join(row).rstrip() for row in zip(*cells, strict=True)]


def _column(table: pd.DataFrame, name: str, column: Column) -> list[str]:
    currencies = table["currency"] if "currency" in table.columns else [""] * len(table)
    texts = [
        " ".join(shown(value, column.kind, currency=str(code or "")).split())
        for value, code in zip(table[name], currencies, strict=True)
    ]
    texts = [column.title, *texts]
    width = max(map(len, texts)) if name != table.columns[-1] else 0
    return [text.ljust(width) if column.kind in ("text", "date") else text.rjust(width) for text in texts]


ACTIONS: Final = {"excluded": "set apart", "derived": "derived", "kept": "kept"}
"""What is done about a finding, the gravest first."""

MOST_LINES: Final = 15
_TOTALS: Final = ("entity", "account", "currency", "gross", "unapplied", "excluded", "control_total", "status")


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


MOST_ROWS: Final = 5_000
"""Rows shown of one kind; the sheet of kinds counts all of them."""

_SHOWN: Final = ("source_row", "code", "action", "value", "amount", "currency", "message")
_NOTE: Final = "Beside each finding stands its row as the source has it, every cell as text."


def findings_sheets(check: Check, cells: Mapping[str, Mapping[str, pl.DataFrame]]) -> list[Sheet]:
    """Return the sheets of the findings: the kinds, then for each table its findings beside their source rows.

    Parameters
    ----------
    check
        The check of the ledger.
    cells
        The rows of each table and file, as the source has them.

    Returns
    -------
    list of Sheet
        Finished tables for ``arkit.present.workbook``.
    """
    title = f"Findings of {check.name}"
    kinds = Sheet(
        name="Findings",
        table=by_kind(check.ledger.findings),
        title=title,
        subtitle=f"What was wrong with the source, and what was done. Checked as of {day_shown(check.day)}.",
        note=check.obstacle or "A report can be run.",
        columns={"done": Column("Done"), "amounts": Column("Amounts"), "message": Column("Why")},
    )
    tables = check.ledger.frames.findings.partition_by("table", as_dict=True, maintain_order=True)
    return [kinds, *(_sheet(str(name), rows, cells.get(str(name), {}), title) for (name,), rows in tables.items())]


def _sheet(name: str, findings: pl.DataFrame, cells: Mapping[str, pl.DataFrame], title: str) -> Sheet:
    some = _ordered(findings).filter(pl.int_range(pl.len()).over("code") < MOST_ROWS)
    rows, headers = with_cells(some, cells) if cells else (some, {})
    several = ["source"] if rows["source"].n_unique() > 1 else []
    table = to_units(rows, {"amount": "currency"}).select(*several, *_SHOWN, *headers)
    capped = f" The first {MOST_ROWS:,} of each kind are shown." if some.height < findings.height else ""
    return Sheet(
        name=name.capitalize(),
        table=_named(table.to_pandas()),
        title=title,
        subtitle=f"{findings.height:,} findings on the table {name}.{capped}",
        note=_NOTE if headers else "",
        columns={**{cell: Column(header or "(no header)") for cell, header in headers.items()}, **_TITLES},
    )


_TITLES: Final = {"source_row": Column("Row", "count"), "action": Column("Done")}


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(action=table["action"].map(ACTIONS))


def _ordered(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the gravest findings first, those of a kind together, in the order of the source."""
    gravity = pl.col("action").replace_strict({name: place for place, name in enumerate(ACTIONS)}, default=len(ACTIONS))
    return findings.sort(gravity, "code", "source", "source_row", nulls_last=True)
