"""One report: a ledger and a day in, a whole folder out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arkit.aging.reconcile import require_reconciled
from arkit.model.ledger import Ledger, as_day
from arkit.read.reading import read_ledger
from arkit.run import manifest
from arkit.run.execute import Listener, ReportKernel, check_parameters, run_notebook, started_kernel
from arkit.run.html import page_exporter
from arkit.run.making import Making, earlier_of
from arkit.run.request import Request, SheetMaker, located, notebook_of
from arkit.run.staging import current, publish, staging
from arkit.words.columns import ALL_ENTITIES

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Report:
    """A published report.

    Attributes
    ----------
    folder
        Where it is.
    status
        What the reconciliation says; a report that does not reconcile is not made.
    seconds
        How long it took.
    is_new
        Whether it was published now; not if nothing has changed since an earlier run published it.
    """

    folder: Path
    status: str
    seconds: float
    is_new: bool = True


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
    """Make the report of a day and publish it as ``output/as_of/entity``, whole or not at all.

    The folder holds ``report.html`` (one page, opens without a network), ``report.xlsx``, ``report.ipynb`` (the
    executed notebook), ``ledger/`` (the frozen input) and ``run.json`` (parameters, input hashes, versions, control
    totals, reconciliation). The same input gives the same numbers, and the same bytes of the workbook.

    A published report is never overwritten. Where there is one, a report made from something else becomes its next
    version, ``output/as_of/entity+v2``, and says what changed; one made from the very same is not made again.

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
        ledger=located(ledger),
        as_of=as_day(as_of),
        entity=entity,
        layout=Path(layout).resolve() if layout else None,
        policy=Path(policy).resolve() if policy else None,
        notebook=notebook_of(notebook),
        extra=dict(parameters or {}),
    )
    request.refuse_own()
    place = request.place(Path(output))
    heard = tell or _nobody
    with staging(place) as folder, started_kernel(folder) as kernel:
        heard("reading the ledger")
        check_parameters(request.notebook, request.parameters)
        whole = read_ledger(request.ledger, layout=request.layout, snapshot_on=request.as_of)
        part = request.part_of(whole)
        making = Making.of(request, part, folder=folder, place=place, started=started)
        if (done := making.published()) is not None:
            return result(current(place) or place, done["reconciliation"], making, is_new=False)
        making = making.with_earlier(earlier_of(making, part))
        with ThreadPoolExecutor(max_workers=1) as beside:
            proof = _make(making, part, kernel, beside, sheets, heard)
        return result(publish(folder, place), manifest.rows_of(proof), making)


def result(folder: Path, reconciliation: list[dict[str, Any]], making: Making, *, is_new: bool = True) -> Report:
    """Return what is told of a report that is published."""
    status = ", ".join(sorted({str(row["status"]) for row in reconciliation})) or "nothing to reconcile"
    return Report(folder, status, (manifest.clock() - making.started).total_seconds(), is_new)


def _make(
    making: Making, ledger: Ledger, kernel: ReportKernel, beside: Executor, sheets: SheetMaker | None, tell: Listener
) -> pd.DataFrame:
    """Make every file and return the reconciliation; the workbook is written beside, while the kernel runs."""
    making.freeze_input(ledger)
    as_of, policy = making.request.as_of, making.policy
    proved = beside.submit(require_reconciled, ledger, as_of=as_of, policy=policy)
    exporter = beside.submit(page_exporter)
    page = beside.submit(making.page, ledger)
    if sheets:
        made = beside.submit(sheets, ledger, as_of=as_of, entity=making.request.entity, policy=policy)
    else:
        made = beside.submit(lambda: making.kind.sheets_of(page.result()))
    written = beside.submit(lambda: making.write_workbook(made.result()))
    executed = _run(making, kernel, proved, tell)
    tell("writing the page")
    making.write_page(executed, exporter.result())
    tell("finishing the workbook")
    written.result()
    making.write_record(making.numbers(page.result(), ledger), proved.result())
    return proved.result()


def _run(making: Making, kernel: ReportKernel, proved: Future[pd.DataFrame], tell: Listener) -> NotebookNode:
    tell("starting the notebook")
    try:
        return run_notebook(
            making.request.notebook,
            parameters=making.parameters,
            folder=making.folder,
            tell=tell,
            how={"km": kernel},
        )
    finally:
        proved.result()  # balances that do not tie out are the better reason, whatever a cell said


def _nobody(_: str) -> None:
    """Listen to nothing."""
