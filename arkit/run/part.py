"""The report of one entity, in a worker: its part of the ledger lies frozen in the folder that fills."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arkit.aging.reconcile import require_reconciled
from arkit.model.ledger import Ledger
from arkit.read.reading import read_ledger
from arkit.run import manifest
from arkit.run.execute import run_notebook
from arkit.run.html import page_exporter, print_pdf
from arkit.run.making import LEDGER, Making, earlier_of
from arkit.run.report import Report, result
from arkit.run.staging import publish

if TYPE_CHECKING:
    from arkit.reports import MonthlyReport


@dataclass(frozen=True)
class Part:
    """A report of an entity, or of the group, ready for a worker, and the browser if a PDF is asked for."""

    name: str
    report: str
    making: Making
    chromium: Path | None = None


def make_part(part: Part) -> Report:
    """Make the report of an entity and publish it; the numbers are those of a report of its own.

    Page and workbook come from one page object: the notebook has computed its facts already.
    """
    making = part.making
    os.chdir(making.folder)
    os.environ["IPYTHONDIR"] = str(making.folder.with_name("ipython"))
    ledger = read_ledger(making.folder / LEDGER)
    proof = require_reconciled(ledger, as_of=making.request.as_of, policy=making.policy)
    making = making.with_earlier(earlier_of(making, ledger))
    making.write_record(_written(making, ledger), proof)
    folder = publish(making.folder, making.place)
    if part.chromium:
        print_pdf(folder, part.chromium)
    return result(folder, manifest.rows_of(proof), making)


def _written(making: Making, ledger: Ledger) -> MonthlyReport:
    """Write the notebook, the page and the workbook, and return the page of numbers that goes into the record."""
    from arkit.run.execute import IN_PROCESS, value_of

    request = making.request
    executed = run_notebook(
        request.notebook,
        parameters=making.parameters,
        folder=making.folder,
        how={"engine_name": IN_PROCESS, "cwd": str(making.folder)},
    )
    making.write_page(executed, page_exporter())
    report = value_of("report")
    making.write_workbook(making.kind.sheets_of(report))
    return making.numbers(report, ledger)
