"""A check of an export: read it, say what it is and whether a report can be run, write the findings as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from arkit.errors import ReportError, listed
from arkit.ledger import Ledger, read_ledger
from arkit.ledger.headers import first_line
from arkit.ledger.model import as_day
from arkit.ledger.places import loose_files, places_in
from arkit.ledger.source_cells import cells_of
from arkit.pages.check import Check
from arkit.pages.findings import findings_sheets
from arkit.policy import Policy
from arkit.present.workbook import write_workbook


@dataclass(frozen=True)
class Checked:
    """What a check says, and whether a report of that day can be run."""

    lines: tuple[str, ...]
    can_report: bool


def check(
    paths: Sequence[str | Path],
    *,
    layout: str | Path | None = None,
    as_of: date | str | None = None,
    policy: str | Path | None = None,
    findings: str | Path | None = None,
    save_layout: str | Path | None = None,
    hints: Mapping[str, str] | None = None,
) -> Checked:
    """Read an export and tell what it is: decisions, totals, findings, and what stands against a report.

    Parameters
    ----------
    paths
        The file or files of the export, or a folder.
    layout
        The layout (TOML); none for canonical columns or an export that is to be recognised.
    as_of
        The day to check; without one the last that the ledger covers. It is also the day of a snapshot.
    policy
        The policy (TOML): how much may be set apart.
    findings
        The workbook to write. Without one it is ``findings_NAME.xlsx`` in the folder in which this runs, because what
        lies beside an export may be read as part of it. Without findings none is written.
    save_layout
        Where to write the layout by which the export was read.
    hints
        What the export does not tell by itself (see :func:`arkit.read_ledger`).

    Raises
    ------
    ArkitError
        The export cannot be read, or a file cannot be written.
    """
    source = [Path(path) for path in paths]
    ledger = read_ledger(source, layout=layout, snapshot_on=as_of, hints=hints)
    day = ledger.require(as_day(as_of) if as_of else ledger.covers[1])
    policies = Policy.load(policy) if policy else Policy()
    checked = Check(ledger, name=listed(path.name for path in source), day=day, policy=policies)
    lines = [*checked.lines()]
    if len(ledger.findings):
        target = Path(findings or f"findings_{source[0].stem}.xlsx")
        _write_findings(checked, source, target, recognised=layout is None)
        lines.append(f"Findings beside their rows: {target}")
    if save_layout:
        lines.append(f"Layout for next month: {_saved(ledger, Path(save_layout))}")
    lines.append(f"No report can be run. {checked.obstacle}" if checked.obstacle else "A report can be run.")
    return Checked(tuple(lines), can_report=not checked.obstacle)


def _write_findings(checked: Check, source: list[Path], target: Path, *, recognised: bool) -> None:
    day = datetime.combine(checked.day, datetime.min.time())
    try:
        write_workbook(target, sheets=findings_sheets(checked, _cells(checked.ledger, source, recognised=recognised)), created=day)
    except (OSError, FileCreateError) as error:
        raise ReportError(
            f"The findings cannot be written to {target}: {first_line(error)}. Close it where it is open, or name "
            "another file."
        ) from error


def _cells(ledger: Ledger, source: list[Path], *, recognised: bool) -> dict[str, dict[str, pl.DataFrame]]:
    """Return the cells of the source; a frozen ledger has none."""
    if ledger.reading is None:
        return {}
    given = source[0] if len(source) == 1 else source
    known = ledger.reading.layout
    loose = loose_files(given) if recognised else []
    return cells_of({"items": loose} if loose else places_in(given, known), known)


def _saved(ledger: Ledger, target: Path) -> Path:
    if ledger.reading is None:
        raise ReportError("A frozen ledger has no layout to save. Name the export that it was made from.")
    try:
        return ledger.reading.save(target)
    except OSError as error:
        raise ReportError(f"The layout cannot be written to {target}: {error.strerror or error}.") from error
