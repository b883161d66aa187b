"""Home: the finished reports of a folder by month and entity, as their run records describe them; each opens."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec

from arkit.kpi.registry import KPIS
from arkit.present.html import notice, page_part
from arkit.present.live import Shown
from arkit.reports.published import RECORD, first_version, record_of, version_of
from arkit.serve.pages.parts import ALL, Choice, Chosen, Page, with_all
from arkit.words.catalogue import has_text, text
from arkit.words.columns import ALL_ENTITIES, day_shown, joined, short_amount, shown

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


class Presented(msgspec.Struct, frozen=True):
    """What a run record says in the currency that the report is shown in."""

    aging: list[Balance] = []


class Record(msgspec.Struct, frozen=True):
    """What a page needs of a run record; nothing else of it is read."""

    parameters: dict[str, Any] = {}
    aging: list[Balance] = []
    kpis: list[Rate] = []
    presentation: Presented = Presented()


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
        """What it is about: what follows the plus in the name of its folder."""
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
        for balance in self.record.presentation.aging or self.record.aging:
            sums[balance.currency] = round(sums.get(balance.currency, 0.0) + balance.gross, 4)
            items[balance.currency] += balance.items
        return {currency: sums[currency] for currency, _ in items.most_common() if sums[currency]}

    def rate(self, kpi: str, currency: str) -> float | None:
        """A KPI, where the record has it."""
        wanted = (kpi, currency)
        return next((rate.value for rate in self.record.kpis if (rate.kpi, rate.currency) == wanted), None)


def finished_reports(root: Path) -> list[Finished]:
    """The finished reports of a folder, each in its latest version, the latest day first.

    A folder that is not a report is passed over.
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
RATES: Final = ("past_due_ratio", "dso")
SHOWN_CURRENCIES: Final = 3


class Home(Page):
    """What there is to open."""

    @cached_property
    def finished(self) -> list[Finished]:
        """The finished reports of the served folder, as they are when the page opens."""
        return finished_reports(self.folder) if self.folder else []

    def entity_options(self, _: Chosen) -> list[Choice]:
        """Whose reports there are."""
        return with_all("serve.all.reports", sorted({report.entity for report in self.finished}))

    def covers(self, _: Chosen) -> Sequence[Shown]:
        """Which days the dashboards can show."""
        first, last = (day_shown(day) for day in self.ledger.covers)
        return [notice(text("serve.home.covers", count=self.ledger.size, first=first, last=last))]

    def months(self, chosen: Chosen) -> Sequence[Shown]:
        """The reports by month, each with its KPIs."""
        rows = [report for report in self.finished if chosen.entity in (ALL, report.entity)]
        if not rows:
            return [notice(text("serve.home.none"))]
        # They are in order of their days already, as groupby needs them.
        by_day = groupby(rows, key=lambda report: report.day)
        months = [(day_shown(day), [_row(one) for one in group]) for day, group in by_day]
        return [page_part("reports", months=months)]


def _row(report: Finished) -> dict[str, Any]:
    gross = dict(list(report.gross.items())[:SHOWN_CURRENCIES])
    main = next(iter(gross), "")
    return {
        "entity": text("serve.all.entities") if report.entity == ALL_ENTITIES else report.entity,
        "kind": _kind(report),
        "gross": joined(short_amount(value, code) for code, value in gross.items()),
        "rates": [shown(report.rate(name, main), KPIS[name].unit) for name in RATES],
        "page": _link(report, PAGE),
        "workbook": _link(report, WORKBOOK) if report.has_workbook else "",
    }


def _kind(report: Finished) -> str:
    key = f"serve.report.{report.kind}"
    kind = text(key) if has_text(key) else report.kind
    return kind if report.version == 1 else text("serve.home.version", kind=kind, version=report.version)


def _link(report: Finished, name: str) -> str:
    """The address of a report's file on the server; in JupyterLab there is none."""
    base = os.environ.get(BASE, "")
    return f"{base}reports/{report.day.isoformat()}/{quote(report.folder, safe='')}/{name}" if base else ""
