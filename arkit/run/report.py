"""One report: a ledger and a day in, a whole folder out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.balances import require_reconciled
from arkit.ledger import Ledger, freeze, read_ledger
from arkit.ledger.databases import is_url, name_of
from arkit.ledger.model import as_day
from arkit.policy import Policy
from arkit.run import manifest
from arkit.run.execute import Listener, check_parameters, run_notebook
from arkit.run.html import page, page_exporter
from arkit.run.kernel import ReportKernel, started_kernel
from arkit.run.kinds import KINDS, SheetMaker, bundled_notebook, kind_of
from arkit.run.publish import folder_name, publish, staging
from arkit.run.request import Request
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    import pandas as pd
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

FILES: Final = ("report.html", "report.xlsx", "report.ipynb")


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
        A file, a folder of files, a frozen ledger, or the URL of a database.
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
        The notebook to run, or ``customers`` for the bundled one of that name, whose report is put into
        ``output/as_of/entity+customers``; without one the monthly report.
    parameters
        Further parameters of the notebook, as text.
    sheets
        Makes the sheets of the workbook; without it those of the kind of report.
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
    request = Request(
        ledger=ledger if is_url(ledger) else Path(ledger).resolve(),
        as_of=as_day(as_of),
        entity=entity,
        layout=Path(layout).resolve() if layout else None,
        policy=Path(policy).resolve() if policy else None,
        notebook=_notebook(notebook),
        extra=dict(parameters or {}),
    )
    request.refuse_own()
    kind = kind_of(request.notebook)
    target = Path(output).resolve() / request.as_of.isoformat() / f"{folder_name(entity)}{kind.suffix}"
    with staging(target) as folder:
        with started_kernel(folder) as kernel, ThreadPoolExecutor(max_workers=1) as beside:
            proof = _Making(request, folder, started, tell or _nobody).make(kernel, beside, sheets or kind.sheets)
        publish(folder, target)
    status = ", ".join(sorted(set(proof["status"]))) or "nothing to reconcile"
    return Report(target, status, (manifest.clock() - started).total_seconds())


@dataclass(frozen=True)
class _Making:
    """A report in the making: what was asked for, and the folder that fills."""

    request: Request
    folder: Path
    started: datetime
    tell: Listener

    def make(self, kernel: ReportKernel, beside: Executor, sheets: SheetMaker) -> pd.DataFrame:
        """Make every file and return the reconciliation; the workbook is written beside, while the kernel runs."""
        self.tell("reading the ledger")
        check_parameters(self.request.notebook, self.request.parameters)
        policy = Policy.load(self.request.policy) if self.request.policy else Policy()
        ledger = self._read_and_freeze()
        proved = beside.submit(require_reconciled, ledger, as_of=self.request.as_of, policy=policy)
        exporter = beside.submit(page_exporter)
        written = beside.submit(self._write_workbook, sheets, ledger, policy)
        prints = beside.submit(self._fingerprints)
        self._write_page(self._run(kernel, proved), exporter.result())
        self.tell("finishing the workbook")
        written.result()
        self._write_manifest(ledger, proved.result(), prints.result())
        return proved.result()

    def _read_and_freeze(self) -> Ledger:
        request = self.request
        ledger = read_ledger(request.ledger, layout=request.layout, snapshot_on=request.as_of)
        ledger.require(request.as_of)
        if request.entity != ALL_ENTITIES:
            ledger = ledger.where(entity=request.entity)
        freeze(ledger, self.folder / "ledger")
        if request.policy:
            shutil.copyfile(request.policy, self.folder / "policy.toml")
        return ledger

    def _run(self, kernel: ReportKernel, proved: Future[pd.DataFrame]) -> NotebookNode:
        self.tell("starting the notebook")
        request = self.request
        try:
            return run_notebook(
                request.notebook, parameters=request.parameters, kernel=kernel, folder=self.folder, tell=self.tell
            )
        finally:
            proved.result()  # balances that do not tie out are the better reason, whatever a cell said

    def _write_page(self, executed: NotebookNode, exporter: HTMLExporter) -> None:
        import nbformat

        self.tell("writing the page")
        nbformat.write(executed, self.folder / "report.ipynb")  # type: ignore[no-untyped-call]
        source = name_of(self.request.ledger)
        colophon = f"Made with arkit from {source}. run.json tells the input, the settings and the versions."
        text = page(executed, title=self.request.title, colophon=colophon, exporter=exporter)
        (self.folder / "report.html").write_text(text, encoding="utf-8", newline="\n")

    def _write_workbook(self, sheets: SheetMaker, ledger: Ledger, policy: Policy) -> None:
        from arkit.present.workbook import write_workbook

        made = sheets(ledger, as_of=self.request.as_of, entity=self.request.entity, policy=policy)
        day = datetime.combine(self.request.as_of, datetime.min.time())
        write_workbook(self.folder / "report.xlsx", sheets=made, created=day)

    def _fingerprints(self) -> list[dict[str, object]]:
        request = self.request
        return manifest.fingerprints(
            request.ledger, layout=request.layout, policy=request.policy, notebook=request.notebook
        )

    def _write_manifest(self, ledger: Ledger, proof: pd.DataFrame, prints: list[dict[str, object]]) -> None:
        finished = manifest.clock()
        content = {
            "parameters": self.request.parameters,
            "inputs": prints,
            "covers": [day.isoformat() for day in ledger.covers],
            "source_rows": ledger.source_rows,
            "control_totals": manifest.control_totals(proof),
            "reconciliation": manifest.rows_of(proof),
            "findings": manifest.findings_by_code(ledger.findings),
            "outputs": manifest.outputs(self.folder, FILES),
            "versions": manifest.versions(),
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self.started).total_seconds(), 2),
        }
        manifest.write_manifest(self.folder / "run.json", content)


def _notebook(given: str | Path | None) -> Path:
    name = str(given or "monthly_report")
    return (bundled_notebook(name) if name in KINDS and not Path(name).exists() else Path(name)).resolve()


def _nobody(_: str) -> None:
    """Listen to nothing."""
