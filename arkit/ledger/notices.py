"""What a reader of a sheet should know though no row is at fault: what it hides, merges, or never computed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.ledger.findings import find, no_findings, together
from arkit.ledger.kinds import kind_of, misnamed
from arkit.ledger.sheet_xml import Seen, SheetFacts
from arkit.ledger.survey import Survey, reaches_too_far

_SEEN: Final = {
    "hidden_rows": "{count} rows, the first is row {first}",
    "hidden_columns": "{count} groups of columns, the first begins at column {first}",
    "filters": "in {count} columns",
    "merged_rows": "{count} ranges, the first is {first}",
    "uncomputed": "{count} cells, the first is {first}",
    "errors": "{count} cells, the first is {first}",
    "long_numbers": "{count} cells, the first is {first}",
}


def refuse_unreadable(found: Survey, sheet: str, path: Path) -> None:
    """Refuse a sheet that no reader should open.

    Raises
    ------
    ReadingError
        It reaches so far that a reader would need all memory, or its formulas were never computed.
    """
    facts = found.sheets.get(sheet, SheetFacts())
    if facts.too_far:
        raise reaches_too_far(facts, f"The sheet {sheet!r} of {path.name}")
    formulas, zeros = facts.get("formulas").count, facts.get("zeros")
    if found.computed_on_load and formulas and zeros.count == formulas:
        raise ReadingError(
            f"The {formulas:,} formulas of the sheet {sheet!r} of {path.name} were never computed: each holds 0 (the "
            f"first is {zeros.first}). Open the workbook in a spreadsheet program and save it, or export values."
        )


def notices(found: Survey, sheet: str, *, table: str) -> pl.DataFrame:
    """Return findings on a sheet as a whole."""
    facts = found.sheets.get(sheet, SheetFacts())
    seen = [_notice(code, facts.get(code), table) for code in _SEEN]
    others = [name for name in found.hidden if name != sheet]
    hidden = [("read", sheet)] if sheet in found.hidden else []
    hidden += [("not read", listed(others))] if others else []
    return together(*seen, *(notice("hidden_sheets", f"{which}: {names}", table=table) for which, names in hidden))


def of_name(path: Path, *, table: str = "items") -> pl.DataFrame:
    """Return a finding on a file that is of another kind than its name says."""
    if not misnamed(path):
        return no_findings()
    kind = kind_of(path)
    held = "delimited text" if kind == "text" else f"a {kind}"
    return notice("named_otherwise", f"{path.name} holds {held}", table=table)


def notice(code: str, value: str, *, table: str, row: int | None = None) -> pl.DataFrame:
    """Return one finding that is about a file or a sheet."""
    return find(
        code, pl.DataFrame({"source_row": [row]}, schema={"source_row": pl.Int64}), table=table, value=pl.lit(value)
    )


def _notice(code: str, seen: Seen, table: str) -> pl.DataFrame:
    if not seen.count:
        return together()
    row = int("".join(filter(str.isdigit, seen.first.split(":")[0])) or 0)
    about_rows = code not in ("hidden_columns", "filters")
    value = _SEEN[code].format(count=f"{seen.count:,}", first=seen.first)
    return notice(code, value, table=table, row=row if about_rows else None)
