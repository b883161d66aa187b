"""A check of an export: read it, say what it is and whether a report can be run, write the findings as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from arkit.errors import ReportError, listed
from arkit.ledger.frozen import MANIFEST
from arkit.ledger.headers import first_line
from arkit.ledger.layout import Layout
from arkit.ledger.model import as_day
from arkit.ledger.reading import read_ledger, read_sources
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

    Raises
    ------
    ArkitError
        The export cannot be read, or a file cannot be written.
    """
    source = [Path(path) for path in paths]
    ledger = read_ledger(source, layout=layout, snapshot_on=as_of)
    day = ledger.require(as_day(as_of) if as_of else ledger.covers[1])
    name = listed(path.name for path in source)
    checked = Check(ledger, name, day, Policy.load(policy) if policy else Policy())
    lines = [*checked.lines()]
    if len(ledger.findings):
        target = Path(findings or f"findings_{source[0].stem}.xlsx")
        _write_findings(checked, source, Layout.load(layout) if layout else None, target)
        lines.append(f"Findings beside their rows: {target}")
    lines.append(f"No report can be run. {checked.obstacle}" if checked.obstacle else "A report can be run.")
    return Checked(tuple(lines), can_report=not checked.obstacle)


def _write_findings(checked: Check, source: list[Path], layout: Layout | None, target: Path) -> None:
    frozen = len(source) == 1 and (source[0] / MANIFEST).is_file()
    sources = (
        {}
        if frozen
        else read_sources(source[0] if len(source) == 1 else source, layout=layout or Layout(name="canonical"))
    )
    day = datetime.combine(checked.day, datetime.min.time())
    try:
        write_workbook(target, sheets=findings_sheets(checked, sources), created=day)
    except (OSError, FileCreateError) as error:
        raise ReportError(
            f"The findings cannot be written to {target}: {first_line(error)}. Close it, or name another file."
        ) from error
