"""One report: a ledger and a day in, a whole folder out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.balances import require_reconciled
from arkit.errors import ArkitError, ReportError
from arkit.ledger import Ledger, freeze, read_ledger
from arkit.ledger.model import as_day
from arkit.policy import Policy
from arkit.present.wording import day_shown
from arkit.resources import resource
from arkit.run import manifest
from arkit.run.execute import Listener, check_parameters, run_notebook
from arkit.run.html import page, page_exporter
from arkit.run.publish import folder_name, publish, staging
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    import pandas as pd
    from nbconvert import HTMLExporter

    from arkit.present.sheets import Sheet

NOTEBOOK: Final = "notebooks/monthly_report.ipynb"
OWN: Final = ("ledger", "layout", "as_of", "entity", "policy")
FILES: Final = ("report.html", "report.xlsx", "report.ipynb")

SheetMaker = Callable[..., "Sequence[Sheet]"]
"""Called as ``make(ledger, as_of=..., entity=..., policy=...)``; returns the sheets of the workbook."""


@dataclass(frozen=True)
class Report:
    """A finished report.

    Attributes
    ----------
    folder
        Where it is.
    status
        What the reconciliation says; a report that does not reconcile is not made.
    seconds
        How long it took.
    """

    folder: Path
    status: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for, with every path made absolute."""

    ledger: Path
    as_of: date
    entity: str
    layout: Path | None
    policy: Path | None
    notebook: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters. They name what lies in the report's own folder, so it can be reopened for ever."""
        policy = "policy.toml" if self.policy else ""
        day = self.as_of.isoformat()
        own = {"ledger": "ledger", "layout": "", "as_of": day, "entity": self.entity, "policy": policy}
        return {**own, **self.extra}

    @property
    def title(self) -> str:
        """What the page and its window are called."""
        of = "" if self.entity == ALL_ENTITIES else f" of {self.entity}"
        return f"Receivables{of} on {day_shown(self.as_of)}"


def report(
    *,
    ledger: str | Path,
    as_of: date | str,
    output: str | Path,
    layout: str | Path | None = None,
    entity: str = ALL_ENTITIES,
    policy: str | Path | None = None,
    notebook: str | Path | None = None,
    parameters: Mapping[str, str] | None = None,
    sheets: SheetMaker | None = None,
    tell: Listener | None = None,
) -> Report:
    """Make the report of a day and put it into ``output/as_of/entity``, whole or not at all.

    The folder holds ``report.html`` (one page, opens without a network), ``report.xlsx``, ``report.ipynb`` (the
    executed notebook), ``ledger/`` (the frozen input) and ``run.json`` (parameters, input hashes, versions, control
    totals, reconciliation). The same input gives the same numbers, and the same bytes of the workbook.

    Parameters
    ----------
    ledger
        A file, a folder of files, or a frozen ledger.
    as_of
        The day, as a date or ISO text. It is also the day of a snapshot whose layout does not state one.
    output
        The folder of all reports.
    layout
        The layout of the export (TOML); canonical columns and frozen ledgers need none.
    entity
        One legal entity, or ``all``.
    policy
        The policy (TOML); without one the default.
    notebook
        The notebook to run; without one the monthly report.
    parameters
        Further parameters of the notebook, as text.
    sheets
        Makes the sheets of the workbook; without it those of the monthly report.
    tell
        Takes short lines that tell how far the run is.

    Returns
    -------
    Report
        Where the report is, what its reconciliation says, and the seconds it took.

    Raises
    ------
    ArkitError
        The input cannot be used, the balances do not tie out, a parameter is unknown, a cell failed, or the place
        cannot be written: one sentence. Nothing was published, and an earlier report is as it was.
    """
    started = manifest.clock()
    tell = tell or _nobody
    request = Request(
        ledger=Path(ledger).resolve(),
        as_of=as_day(as_of),
        entity=entity,
        layout=Path(layout).resolve() if layout else None,
        policy=Path(policy).resolve() if policy else None,
        notebook=Path(notebook).resolve() if notebook else resource(NOTEBOOK),
        extra=dict(parameters or {}),
    )
    _refuse_own(request.extra)
    check_parameters(request.notebook, request.parameters)
    target = Path(output).resolve() / request.as_of.isoformat() / folder_name(entity)
    with staging(target) as folder:
        proof = _fill(folder, request, sheets or _monthly_sheets, started, tell)
        publish(folder, target)
    status = ", ".join(sorted(set(proof["status"]))) or "nothing to reconcile"
    return Report(target, status, (manifest.clock() - started).total_seconds())


def _refuse_own(extra: Mapping[str, str]) -> None:
    for name in OWN:
        if name in extra:
            raise ReportError(f"{name} has an argument of its own; give it there and not among the parameters.")


def _fill(folder: Path, request: Request, sheets: SheetMaker, started: datetime, tell: Listener) -> pd.DataFrame:
    """Make every file of a report; the workbook is written while the kernel runs."""
    tell("reading the ledger")
    policy = Policy.load(request.policy) if request.policy else Policy()
    ledger = _read(request)
    freeze(ledger, folder / "ledger")
    if request.policy:
        shutil.copyfile(request.policy, folder / "policy.toml")
    with ThreadPoolExecutor(max_workers=1) as beside:
        proved = beside.submit(require_reconciled, ledger, as_of=request.as_of, policy=policy)
        exporter = beside.submit(page_exporter)
        written = beside.submit(_write_workbook, folder, request, sheets, ledger, policy)
        prints = beside.submit(_fingerprints, request)
        _write_notebook_and_page(folder, request, exporter, proved, tell)
        tell("finishing the workbook")
        written.result()
    content = _manifest(folder, request, ledger, proved.result(), prints.result(), started)
    manifest.write_manifest(folder / "run.json", content)
    return proved.result()


def _read(request: Request) -> Ledger:
    ledger = read_ledger(request.ledger, layout=request.layout, snapshot_on=request.as_of)
    ledger.require(request.as_of)
    return ledger if request.entity == ALL_ENTITIES else ledger.where(entity=request.entity)


def _write_notebook_and_page(
    folder: Path, request: Request, exporter: Future[HTMLExporter], proved: Future[pd.DataFrame], tell: Listener
) -> None:
    tell("starting the notebook")
    try:
        executed = run_notebook(request.notebook, parameters=request.parameters, folder=folder, tell=tell)
    except ArkitError:
        proved.result()  # balances that do not tie out are the better reason
        raise
    proved.result()
    tell("writing the page")
    import nbformat

    nbformat.write(executed, folder / "report.ipynb")  # type: ignore[no-untyped-call]
    colophon = f"Made with arkit from {request.ledger.name}. run.json tells the input, the settings and the versions."
    text = page(executed, title=request.title, colophon=colophon, exporter=exporter.result())
    (folder / "report.html").write_text(text, encoding="utf-8", newline="\n")


def _write_workbook(folder: Path, request: Request, sheets: SheetMaker, ledger: Ledger, policy: Policy) -> None:
    from arkit.present.workbook import write_workbook

    made = sheets(ledger, as_of=request.as_of, entity=request.entity, policy=policy)
    day = datetime.combine(request.as_of, datetime.min.time())
    write_workbook(folder / "report.xlsx", sheets=made, created=day)


def _monthly_sheets(ledger: Ledger, *, as_of: date, entity: str, policy: Policy) -> Sequence[Sheet]:
    from arkit.pages import MonthlyReport, monthly_sheets

    return monthly_sheets(MonthlyReport(ledger, as_of=as_of.isoformat(), entity=entity, policy=policy))


def _fingerprints(request: Request) -> list[dict[str, object]]:
    return manifest.fingerprints(
        request.ledger, layout=request.layout, policy=request.policy, notebook=request.notebook
    )


def _manifest(
    folder: Path,
    request: Request,
    ledger: Ledger,
    proof: pd.DataFrame,
    prints: list[dict[str, object]],
    started: datetime,
) -> dict[str, object]:
    finished = manifest.clock()
    return {
        "parameters": request.parameters,
        "inputs": prints,
        "covers": [day.isoformat() for day in ledger.covers],
        "source_rows": ledger.source_rows,
        "control_totals": manifest.control_totals(proof),
        "reconciliation": manifest.rows_of(proof),
        "findings": manifest.findings_by_code(ledger.findings),
        "outputs": manifest.outputs(folder, FILES),
        "versions": manifest.versions(),
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 2),
    }


def _nobody(_: str) -> None:
    """Listen to nothing."""
