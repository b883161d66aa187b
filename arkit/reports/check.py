"""The check of an export: how it was read, what it adds up to, what was found, whether a report can be run.

As lines of text for a terminal, and as a workbook in which each finding is beside the row of the source that it is
about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import pandas as pd
import polars as pl

from arkit.aging.reconcile import reconcile, require_reconciled
from arkit.errors import PlausibilityError, ReconciliationError, TooManyFaultsError, listed
from arkit.files.several import with_cells
from arkit.kpi.plausibility import doubts, plausibility, require_plausible
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import Policy
from arkit.present.sheets import Sheet, totals_by_currency
from arkit.reports.asking import role_lines
from arkit.reports.facts import in_page_language
from arkit.words.catalogue import ENGLISH, in_own_language, text
from arkit.words.columns import TEXT_KINDS, Column, column, day_shown, joined, number_shown, shown

GAP: Final = "  "
ACTIONS: Final = ("excluded", "derived", "kept")
"""What is done about a finding, the gravest first."""

_OF_GROUPS: Final = ("left_out", "left_out_by_layout", "unexplained_column", "idle_key")
_LEFT_OUT: Final = "left_out"
MOST_LINES: Final = 15
MOST_ROWS: Final = 5_000
"""Rows shown of one code; the first sheet counts all of them."""

_BY_HEADER: Final = "header"
_TOTALS: Final = ("entity", "account", "currency", "gross", "unapplied", "excluded", "control_total", "status")
_SHOWN: Final = ("source_row", "code", "action", "value", "amount", "currency", "message")


@in_own_language
@dataclass(frozen=True)
class Check:
    """A ledger that was read, looked at on a day under a policy."""

    ledger: Ledger
    name: str
    day: date
    policy: Policy
    language: str = ENGLISH

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The reconciliation of the day, without accounts where the source has none."""
        table = reconcile(self.ledger, as_of=self.day, policy=self.policy)
        names = [name for name in _TOTALS if name != "account" or (table["account"] != "").any()]
        return table[names]

    @cached_property
    def found(self) -> pd.DataFrame:
        """The findings by code, the gravest first: what was done, rows, amounts by currency, why."""
        return by_code(in_page_language(self.ledger.findings))

    @cached_property
    def doubts(self) -> list[str]:
        """What is not plausible, a sentence each."""
        return doubts(plausibility(self.ledger, as_of=self.day, policy=self.policy))

    @cached_property
    def obstacle(self) -> str:
        """Why no report can be run of the day; nothing if one can."""
        try:
            require_reconciled(self.ledger, as_of=self.day, policy=self.policy)
            require_plausible(self.ledger, as_of=self.day, policy=self.policy)
        except (ReconciliationError, TooManyFaultsError, PlausibilityError) as error:
            return str(error)
        return ""

    def lines(self) -> list[str]:
        """The check as lines of text for a terminal."""
        rows, items = number_shown(self.ledger.source_rows), number_shown(self.ledger.size)
        first, last = (day_shown(day) for day in self.ledger.covers)
        covers = "covers_days" if self.ledger.snapshots else "covers_day" if first == last else "covers"
        days = joined(map(day_shown, self.ledger.snapshots))
        roles = role_lines(self.ledger.reading.columns) if self.ledger.reading else []
        found = text_lines(self.found, columns=titles()) if len(self.found) else [text("reports.check.none")]
        return [
            text("reports.check.rows", name=self.name, rows=rows, items=items),
            text(f"reports.check.{covers}", first=first, last=last, days=days),
            *_part(text("reports.check.how"), self._decisions()),
            *_part(text("reports.asking.columns"), roles),
            *_part(text("reports.check.totals", day=day_shown(self.day)), text_lines(self.totals)),
            *_part(text("reports.check.findings"), found),
            *_part(text("reports.check.doubts"), self.doubts),
            "",
        ]

    def _decisions(self) -> list[str]:
        """The decisions, the less certain first; what a column is by its header is said of the columns."""
        reading = self.ledger.reading
        if reading is None or not reading.made:
            return []
        made = reading.decisions[["what", "decided", "sure", "evidence"]]
        by_header = (made["evidence"] == _BY_HEADER) & (made["sure"] == "certain")
        others = made[~by_header].sort_values("sure", key=lambda sure: sure != "likely", kind="stable")
        return text_lines(others, columns=titles())

    def sheets(self, cells: Mapping[str, Mapping[str, pl.DataFrame]]) -> list[Sheet]:
        """The workbook: the findings by code, then for each table its findings beside their source rows.

        Parameters
        ----------
        cells
            The rows of each table and file, as the source has them.
        """
        title = text("reports.check.title", name=self.name)
        first = Sheet(
            name=text("reports.check.sheet.name"),
            table=self.found,
            title=title,
            subtitle=text("reports.check.sheet.subtitle", day=day_shown(self.day)),
            note=self.obstacle or text("reports.check.can_run"),
            columns={**titles(), "message": Column(text("reports.check.why"))},
        )
        tables = self.ledger.frames.findings.partition_by("table", as_dict=True, maintain_order=True)
        by_table = {str(name): rows for (name,), rows in tables.items()}
        return [first, *(_of_table(name, rows, cells.get(name, {}), title) for name, rows in by_table.items())]


def titles() -> dict[str, Column]:
    """The titles of columns that only a check has."""
    names = ("amounts", "what", "decided", "evidence", "sure")
    texts = {name: Column(text(f"reports.check.column.{name}")) for name in names}
    # A group of rows may be one finding, so what is counted are findings.
    counted = {"rows": Column(text("reports.check.column.findings"), "count")}
    return {"done": Column(text("reports.check.column.done"), "code"), **counted, **texts}


def _part(title: str, lines: list[str]) -> list[str]:
    """A titled part, at most so many lines of it."""
    if not lines:
        return []
    shown, left_out = lines[:MOST_LINES], len(lines) - MOST_LINES
    more = [text("reports.check.more", number=number_shown(left_out))] if left_out > 0 else []
    return ["", title, *(f"  {line}" for line in [*shown, *more])]


def text_lines(table: pd.DataFrame, *, columns: Mapping[str, Column] | None = None) -> list[str]:
    r"""A table as lines, the titles first: numbers to the right, texts to the left, the last column unpadded.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"currency": ["EUR", "JPY"], "net": [1234.5, 99.0], "status": ["reconciled", "incomplete"]}
    ... )
    >>> print(*text_lines(table), sep="\n")
    Currency       Net  Status
    EUR       1,234.50  reconciled
    JPY             99  incomplete
    """
    known = columns or {}
    cells = [_padded(table, str(name), known.get(str(name)) or column(str(name))) for name in table.columns]
    return [GAP.join(row).rstrip() for row in zip(*cells, strict=True)]


def _padded(table: pd.DataFrame, name: str, column: Column) -> list[str]:
    currencies = table["currency"] if "currency" in table.columns else [""] * len(table)
    texts = [
        " ".join(shown(value, column.kind, currency=str(code or ""), name=name).split())
        for value, code in zip(table[name], currencies, strict=True)
    ]
    # Each text is on one line by now: a line break in a cell would tear the table apart.
    texts = [column.title, *texts]
    width = max(map(len, texts)) if name != table.columns[-1] else 0
    return [text.ljust(width) if column.kind in TEXT_KINDS else text.rjust(width) for text in texts]


def by_code(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings by code, the gravest and most frequent first, each amount exactly added by currency."""
    rows: list[dict[str, Any]] = [
        dict(code=code, done=str(action), rows=len(some), amounts=_amounts(some), message=_why(str(code), some))
        for (action, code), some in findings.groupby(["action", "code"], observed=True)
    ]
    rows.sort(key=lambda row: (ACTIONS.index(row["done"]), -row["rows"], row["code"]))
    for row in rows:
        row["done"] = _LEFT_OUT if row["code"].startswith(_LEFT_OUT) else row["done"]
    return pd.DataFrame(rows, columns=["code", "done", "rows", "amounts", "message"])


def _why(code: str, findings: pd.DataFrame) -> str:
    """The sentence of a finding; of rows that are left out as a group, which and how many."""
    message = str(findings["message"].iloc[0])
    return f"{message} {listed(findings['value'])}" if code in _OF_GROUPS else message


def _amounts(findings: pd.DataFrame) -> str:
    sums = totals_by_currency(findings.dropna(subset="amount"), "amount")
    return joined(f"{row['currency']} {shown(row['amount'], 'amount', currency=row['currency'])}" for row in sums)


def _of_table(name: str, findings: pl.DataFrame, cells: Mapping[str, pl.DataFrame], title: str) -> Sheet:
    # The first rows of each code, so that one code with a million rows does not crowd out the others.
    some = _ordered(findings).filter(pl.int_range(pl.len()).over("code") < MOST_ROWS)
    rows, headers = with_cells(some, cells) if cells else (some, {})
    several = ["source"] if rows["source"].n_unique() > 1 else []
    table = to_units(rows, {"amount": "currency"}).select(*several, *_SHOWN, *headers)
    key = "first_of_each" if some.height < findings.height else "all_of_table"
    unnamed = text("reports.check.no_header")
    return Sheet(
        name=name.capitalize(),
        table=in_page_language(table.to_pandas()),
        title=title,
        subtitle=text(f"reports.check.{key}", count=findings.height, table=name, most=number_shown(MOST_ROWS)),
        note=text("reports.check.cells") if headers else "",
        columns={
            **{cell: Column(header or unnamed) for cell, header in headers.items()},
            "source_row": Column(text("reports.check.column.source_row"), "count"),
            "action": Column(text("reports.check.column.done"), "code"),
        },
    )


def _ordered(findings: pl.DataFrame) -> pl.DataFrame:
    """The gravest findings first, those of a code together, in the order of the source."""
    gravity = pl.col("action").replace_strict({name: place for place, name in enumerate(ACTIONS)}, default=len(ACTIONS))
    return findings.sort(gravity, "code", "source", "source_row", nulls_last=True)
