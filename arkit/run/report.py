"""One report: a ledger and a day in, a whole folder out; alone, or as the job of a worker of a month-end."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from arkit.model.ledger import Ledger, as_day
from arkit.read.reading import read_ledger
from arkit.reports.answering import Ask, Said, read_export
from arkit.run import execute, manifest
from arkit.run.draft import LEDGER, Draft
from arkit.run.html import page_exporter, print_pdf
from arkit.run.manifest import current, publish, staging
from arkit.run.request import Page, Request, notebook_of
from arkit.words.catalogue import ENGLISH, speaking, text
from arkit.words.columns import ALL_ENTITIES

if TYPE_CHECKING:
    import pandas as pd

    from arkit.present.sheets import Sheet

SheetMaker = Callable[..., "Sequence[Sheet]"]
"""Called as ``make(ledger, as_of=..., entity=..., policy=...)``; returns the sheets of the workbook."""


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
    other_files
        The files of the version before it, where none of them is among those of this one: it may be of another ledger.
    """

    folder: Path
    status: str
    seconds: float
    is_new: bool = True
    other_files: tuple[str, ...] = ()

    @classmethod
    def of(cls, draft: Draft, folder: Path, proof: Sequence[Mapping[str, Any]], *, is_new: bool = True) -> Report:
        """The report of a draft that is published, with the rows of its reconciliation."""
        status = ", ".join(sorted({str(row["status"]) for row in proof}))
        seconds = (manifest.clock() - draft.started).total_seconds()
        return cls(folder, status or text("run.status.nothing"), seconds, is_new, draft.other_files)


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
    language: str = ENGLISH,
    currency: str = "",
    window: str | int = "",
    sheets: SheetMaker | None = None,
    tell: execute.Listener | None = None,
    hints: Mapping[str, Any] | None = None,
    answers: str | Path | None = None,
    ask: Ask | None = None,
    earlier_snapshots: Sequence[str | Path] = (),
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
        The day, as a date or ISO text. It is also the day of a snapshot, where nothing else says that.
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
    language
        The language of the page and the workbook; the notebook gets it if it has a parameter of that name.
    currency
        The presentation currency; without it that of the policy, else the default of :class:`arkit.Policy`.
    window
        The window of the KPIs (``month``, ``quarter``, ``year`` or a number of days); without it that of the policy.
    sheets
        Makes the sheets of the workbook; without it those of the kind of report.
    tell
        Takes short lines that say how far the run is.
    hints, answers
        What an export without a layout does not say itself (see :func:`arkit.read_ledger`), and the file of answers.
    ask
        Asks a person what is open; without it open questions are an error.
    earlier_snapshots
        Lists of open items of earlier days, where the ledger is one too (see :func:`arkit.read_ledger`): the report of
        open items then has movements, roll rates and a trend between their days.

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
    request = Request.of(
        ledger=ledger,
        as_of=as_day(as_of),
        entity=entity,
        layout=layout,
        policy=policy,
        notebook=notebook_of(notebook),
        language=language,
        currency=currency,
        window=window,
        answers=answers,
        earlier_snapshots=earlier_snapshots,
        extra=dict(parameters or {}),
    )
    request.refuse_arguments()
    place, say = request.place(Path(output)), tell or (lambda _: None)
    with speaking(language), staging(place) as folder, execute.started_kernel(folder) as kernel:
        say(text("run.progress.ledger"))
        execute.check_parameters(request.notebook, request.parameters)
        said = Said(hints or {}, request.answers, ask)
        whole = read_export(
            request.ledger,
            layout=request.layout,
            as_of=request.as_of,
            said=said,
            earlier_snapshots=request.earlier_snapshots,
        )
        part = request.part_of(whole)
        request = request.suited_to(part)
        inputs = manifest.inputs(request)
        draft = Draft.of(request, part, folder=folder, place=place, started=started, inputs=inputs)
        if draft.published is not None:
            return Report.of(draft, current(place) or place, draft.published["reconciliation"], is_new=False)
        draft = draft.with_earlier(part)
        proof = _make(draft, part, kernel, sheets, say)
        return Report.of(draft, publish(folder, place), manifest.rows_of(proof))


def _make(
    draft: Draft, ledger: Ledger, kernel: execute.ReportKernel, sheets: SheetMaker | None, say: execute.Listener
) -> pd.DataFrame:
    """Make every file and return the reconciliation."""
    draft.freeze_input(ledger)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # With a copy of the context: a thread begins without one, and would write the workbook in English.
        workbook = pool.submit(copy_context().run, _without_notebook, draft, ledger, sheets)
        say(text("run.progress.notebook"))
        try:
            executed = execute.run_notebook(draft.request.notebook, **_how(draft), tell=say, how={"km": kernel})
        finally:
            page, proof = workbook.result()  # balances that do not tie out are the better reason, whatever a cell said
    say(text("run.progress.page"))
    draft.write_page(executed)
    draft.write_record(page, ledger, proof)
    return proof


def _without_notebook(draft: Draft, ledger: Ledger, sheets: SheetMaker | None) -> tuple[Page, pd.DataFrame]:
    """What can be made while the kernel runs the notebook: the proof, the page, the workbook of it."""
    request, policy = draft.request, draft.policy
    proof = draft.proof(ledger)
    page_exporter()  # is prepared once, and takes as long as a workbook
    page = draft.page(ledger)
    made = sheets(ledger, as_of=request.as_of, entity=request.entity, policy=policy) if sheets else page.sheets()
    draft.write_workbook(made)
    return page, proof


def _how(draft: Draft) -> dict[str, Any]:
    return {"parameters": draft.parameters, "folder": draft.folder}


@dataclass(frozen=True)
class Job:
    """A report that a worker has to make: its part of the ledger is frozen in the folder that fills already.

    Attributes
    ----------
    draft
        The report.
    chromium
        The browser that prints it, if a PDF is asked for.
    in_process
        Whether the notebook runs in the worker's own process, and not in a kernel.
    """

    draft: Draft
    chromium: Path | None = None
    in_process: bool = True


def make_report(job: Job) -> Report:
    """Make the report of an entity in a worker and publish it; the numbers are those of a report of its own."""
    draft = job.draft
    request = draft.request
    # The parameters of the notebook name what is in the report's own folder.
    os.chdir(draft.folder)
    os.environ["IPYTHONDIR"] = str(draft.folder.with_name("ipython"))
    with speaking(request.language):
        ledger = read_ledger(draft.folder / LEDGER)
        proof = draft.proof(ledger)
        draft = draft.with_earlier(ledger)
        page = _executed(draft, ledger, in_process=job.in_process)
        draft.write_workbook(page.sheets())
        draft.write_record(page, ledger, proof)
        # Before it is printed: a browser that fails leaves the report published.
        folder = publish(draft.folder, draft.place)
    if job.chromium:
        print_pdf(folder, job.chromium)
    return Report.of(draft, folder, manifest.rows_of(proof))


def _executed(draft: Draft, ledger: Ledger, *, in_process: bool) -> Page:
    """Run the notebook and write its page; in this very process it leaves the page object, its numbers computed."""
    notebook, how = draft.request.notebook, _how(draft)
    if in_process:
        draft.write_page(
            execute.run_notebook(notebook, **how, how={"engine_name": execute.IN_PROCESS, "cwd": str(draft.folder)})
        )
        return cast(Page, execute.value_of("report"))
    with execute.started_kernel(draft.folder) as kernel:
        draft.write_page(execute.run_notebook(notebook, **how, how={"km": kernel}))
    return draft.page(ledger)


def prepare_worker() -> None:
    """Import what every report needs, while the run that asks for it is still reading."""
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"  # read when Plotly is imported
    import arkit.present.charts
    import arkit.present.workbook
    import arkit.reports  # noqa: F401

    page_exporter()
