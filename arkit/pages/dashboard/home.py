"""Home: the finished reports by month and entity, each opens; and what else there is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from arkit.ledger import Ledger
from arkit.pages.dashboard.address import written_address
from arkit.pages.dashboard.finished import PAGE, WORKBOOK, Finished, finished_reports
from arkit.pages.dashboard.parts import ALL, with_all
from arkit.pages.dashboard.served import asked, served_ledger, served_reports
from arkit.present.html import Html, notice, page_part
from arkit.present.live import Board, Section, choice, still
from arkit.present.wording import day_shown, short_amount, shown
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    import ipywidgets

BASE: Final = "VOILA_BASE_URL"
RATES: Final = {"past_due_ratio": "ratio", "dso": "days"}
NONE: Final = (
    "No finished reports are served here. `arkit serve --reports` names the folder that `arkit report` writes."
)
SHOWN_CURRENCIES: Final = 3


def home(reports: str | Path = "", *, ledger: str | Path | Ledger = "", layout: str | Path = "") -> ipywidgets.Widget:
    """Return the dashboard of finished reports.

    Parameters
    ----------
    reports
        The folder of reports; empty for the one that is served.
    ledger, layout
        The ledger whose days are told; empty for the one that is served, else the sample.
    """

    def page() -> ipywidgets.Widget:
        read = ledger if isinstance(ledger, Ledger) else served_ledger(ledger, layout=layout)
        folder = served_reports(reports)
        return HomePage(read, finished_reports(folder) if folder else []).board().show()

    return still(page)


@dataclass(frozen=True)
class HomePage:
    """What there is to open."""

    ledger: Ledger
    reports: Sequence[Finished]

    def board(self) -> Board:
        """Return controls and sections."""
        entities = sorted({report.entity for report in self.reports})
        chosen = choice("Entity", with_all("All reports", entities), value=asked().get("entity"))
        sections = [
            Section(self.address, ("entity",), "address"),
            Section(self.covers, ("entity",), "covers"),
            Section(self.months, ("entity",), "reports"),
        ]
        return Board({"entity": chosen}, sections)

    def address(self, **values: object) -> Sequence[Html]:
        """The filter, for the address of the page."""
        return [written_address(values)]

    def covers(self, entity: str) -> Sequence[Html]:
        """Which days the dashboards can show."""
        first, last = (day_shown(day) for day in self.ledger.covers)
        items = self.ledger.frames.items.height
        return [notice(f"The dashboards show a ledger of {items:,} items that covers {first} to {last}.")]

    def months(self, entity: str) -> Sequence[Html]:
        """The reports by month, each with its key figures."""
        rows = [report for report in self.reports if entity in (ALL, report.entity)]
        if not rows:
            return [notice(NONE)]
        by_day = groupby(rows, key=lambda report: report.day)
        return [page_part("reports", months=[(day_shown(day), [_row(one) for one in group]) for day, group in by_day])]


def _row(report: Finished) -> dict[str, Any]:
    gross = dict(list(report.gross.items())[:SHOWN_CURRENCIES])
    main = next(iter(gross), "")
    rates = {name: report.rate(name, main) for name in RATES}
    return {
        "entity": "All entities" if report.entity == ALL_ENTITIES else report.entity,
        "kind": report.kind if report.version == 1 else f"{report.kind}, version {report.version}",
        "gross": ", ".join(short_amount(value, code) for code, value in gross.items()),
        "rates": [shown(value, RATES[name]) for name, value in rates.items()],  # type: ignore[arg-type]
        "page": _link(report, PAGE),
        "workbook": _link(report, WORKBOOK) if report.has_workbook else "",
    }


def _link(report: Finished, name: str) -> str:
    """Return the address of a report's file on the server; in JupyterLab there is none."""
    base = os.environ.get(BASE, "")
    return f"{base}reports/{report.day.isoformat()}/{quote(report.folder, safe='')}/{name}" if base else ""
