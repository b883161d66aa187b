"""A check of an export: read it, say what it is and whether a report can be run, write the findings as a workbook."""

import shlex
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from arkit.errors import ReportError, listed
from arkit.files.databases import name_of
from arkit.files.places import first_line
from arkit.files.questions import QuestionsError, printable
from arkit.files.several import cells_of
from arkit.model.ledger import as_day
from arkit.policy import Policy
from arkit.present.workbook import write_workbook
from arkit.read.reading import file_and_day
from arkit.reports.answering import Ask, Said, read_export, saved_layout
from arkit.reports.asking import WIDTH, question_lines, role_lines
from arkit.reports.check import Check
from arkit.words.catalogue import text


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
    hints: Mapping[str, Any] | None = None,
    answers: str | Path | None = None,
    ask: Ask | None = None,
    earlier_snapshots: Sequence[str | Path] = (),
) -> Checked:
    """Read an export and say what it is: decisions, totals, findings, and what prevents a report.

    Parameters
    ----------
    paths
        The file or files of the export, or a folder.
    layout
        The layout (TOML); none for canonical columns or an export that is to be recognised.
    as_of
        The day to check; without one the last that the ledger covers. It is also the day of a snapshot, where neither
        the file nor a hint says that.
    policy
        The policy (TOML): how much may be excluded.
    findings
        The workbook to write. Without one it is ``findings_NAME.xlsx`` in the folder in which this runs, because what
        lies beside an export may be read as part of it. Without findings none is written.
    save_layout
        Where to write the layout by which the export was read.
    hints
        What the export does not say itself (see :func:`arkit.read_ledger`).
    answers
        The file of answers (TOML). Where the export leaves questions open they are written to it as comments; what a
        person wrote there stays.
    ask
        Asks a person what is open; without it the questions are what the check says.
    earlier_snapshots
        Lists of open items of earlier days, read with this one (see :func:`arkit.read_ledger`).

    Raises
    ------
    ArkitError
        The export cannot be read, or a file cannot be written.
    """
    source = paths[0] if len(paths) == 1 else paths
    said = Said(hints or {}, Path(answers) if answers else None, ask)
    try:
        ledger = read_export(source, layout=layout, as_of=as_of, said=said, earlier_snapshots=earlier_snapshots)
    except QuestionsError as asked:
        return Checked(tuple(_open(asked, said, paths)), can_report=False)
    day = ledger.require(as_day(as_of) if as_of else ledger.covers[1])
    names = [name_of(path) for path in (*paths, *(file_and_day(str(one))[0] for one in earlier_snapshots))]
    checked = Check(ledger, name=listed(names), day=day, policy=Policy.load(policy) if policy else Policy())
    lines = [*checked.lines()]
    if len(ledger.findings):
        # A frozen ledger has no source any more, and so no cells.
        read_by = ledger.reading.layout if ledger.reading else None
        cells = cells_of(source, read_by, recognised=layout is None) if read_by else {}
        target = _written(checked, cells, Path(findings or f"findings_{Path(names[0]).stem}.xlsx"))
        lines.append(text("run.check.findings", file=target))
    if save_layout:
        lines.append(text("run.check.layout", file=saved_layout(ledger, Path(save_layout), overwrite=True)))
    obstacle = checked.obstacle
    lines.append(text("run.check.cannot_run", reason=obstacle) if obstacle else text("reports.check.can_run"))
    return Checked(tuple(lines), can_report=not obstacle)


def _open(asked: QuestionsError, said: Said, paths: Sequence[str | Path]) -> list[str]:
    """What is said where questions are open: the columns, the questions, and how to answer."""
    number = len(asked.questions)
    columns = role_lines(asked.columns)
    lines = [text("reports.asking.open", name=printable(asked.file), count=number)]
    lines += ["", text("reports.asking.columns"), *(f"  {line}" for line in columns)] if columns else []
    lines += [*question_lines(asked), ""]
    command = " ".join(["arkit check", *(shlex.quote(str(path)) for path in paths)])
    if said.answers:
        again = f"{command} --answers {shlex.quote(str(said.answers))}"
        way = text("run.check.answers_written", file=said.answers, command=again)
    else:
        way = text("run.check.answers_offered", command=command)
    lines += textwrap.wrap(way, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [*lines, text("run.check.cannot_run", reason=text("reports.asking.left_open", count=number))]


def _written(checked: Check, cells: Mapping[str, Mapping[str, pl.DataFrame]], target: Path) -> Path:
    day = datetime.combine(checked.day, datetime.min.time())
    try:
        write_workbook(target, sheets=checked.sheets(cells), created=day)
    except (OSError, FileCreateError) as error:
        raise ReportError(
            f"The findings cannot be written to {target}: {first_line(error)}. Close it where it is open, or name "
            "another file."
        ) from error
    return target
