"""Home: the finished reports by month and entity, each opens; and what else there is.

The finished reports of a folder, as their run records describe them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from arkit.model.ledger import Ledger
from arkit.present.html import Html, notice, page_part
from arkit.present.live import Board, Section, choice, still
from arkit.reports.published import RECORD, first_version, record_of, version_of
from arkit.serve.pages.parts import ALL, asked, served_ledger, served_reports, with_all, written_address
from arkit.words.columns import ALL_ENTITIES
from arkit.words.formats import day_shown, short_amount, shown

if TYPE_CHECKING:
    import ipywidgets

PAGE: Final = "report.html"
WORKBOOK: Final = "report.xlsx"
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Balance(msgspec.Struct, frozen=True):
    """What a run record says of a balance; it may say more."""

    currency: str
    gross: float = 0.0
    items: int = 0


class Rate(msgspec.Struct, frozen=True):
    """What a run record says of a KPI."""

    currency: str
    kpi: str
    value: float | None = None


class Record(msgspec.Struct, frozen=True):
    """What a page needs of a run record; whatever else stands in it is not read."""

    parameters: dict[str, Any] = {}
    aging: list[Balance] = []
    kpis: list[Rate] = []


@dataclass(frozen=True)
class Finished:
    """A finished report."""

    day: date
    folder: str
    record: Record
    has_workbook: bool

    @property
    def entity(self) -> str:
        """Whose report it is."""
        return str(self.record.parameters.get("entity") or ALL_ENTITIES)

    @property
    def kind(self) -> str:
        """What it is about: the kind stands behind a plus in the name of its folder."""
        return first_version(Path(self.folder)).name.partition("+")[2] or "receivables"

    @property
    def version(self) -> int:
        """Which version of the report it is."""
        return version_of(Path(self.folder))

    @property
    def gross(self) -> dict[str, float]:
        """The gross receivables by currency, the one with most open items first."""
        sums: dict[str, float] = {}
        items: Counter[str] = Counter()
        for balance in self.record.aging:
            sums[balance.currency] = round(sums.get(balance.currency, 0.0) + balance.gross, 4)
            items[balance.currency] += balance.items
        return {currency: sums[currency] for currency, _ in items.most_common() if sums[currency]}

    def rate(self, figure: str, currency: str) -> float | None:
        """Return a KPI, where the record has it."""
        wanted = (figure, currency)
        return next((rate.value for rate in self.record.kpis if (rate.kpi, rate.currency) == wanted), None)


def finished_reports(root: Path) -> list[Finished]:
    """Return the finished reports of a folder, each in its latest version, the latest day first.

    What is no report is passed over.
    """
    latest: dict[tuple[date, Path], Finished] = {}
    for one in sorted(_found(root) if root.is_dir() else [], key=lambda one: one.version):
        latest[one.day, first_version(Path(one.folder))] = one
    return sorted(latest.values(), key=lambda one: (one.day, one.entity == ALL_ENTITIES, one.folder), reverse=True)


def _found(root: Path) -> Iterator[Finished]:
    for record in root.glob(f"*/*/{RECORD}"):
        folder = record.parent
        if folder.name.startswith(".") or not DAY.fullmatch(folder.parent.name) or not (folder / PAGE).is_file():
            continue
        try:
            day = date.fromisoformat(folder.parent.name)
            read = msgspec.convert(record_of(folder), type=Record)
        except (OSError, ValueError):  # no day of the calendar, no record
            continue
        yield Finished(day, folder.name, read, (folder / WORKBOOK).is_file())


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
        """The reports by month, each with its KPIs."""
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
