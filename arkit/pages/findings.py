"""The findings as a workbook: by kind, and each beside the row of the source that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.ledger.money import to_units
from arkit.ledger.source_cells import with_cells
from arkit.pages.check import ACTIONS, Check, by_kind
from arkit.present.sheets import Sheet
from arkit.present.wording import day_shown
from arkit.terms import Column

if TYPE_CHECKING:
    import pandas as pd

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
