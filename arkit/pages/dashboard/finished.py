"""The finished reports of a folder, as their run records describe them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from arkit.pages.published import first_version, version_of
from arkit.terms import ALL_ENTITIES

RECORD: Final = "run.json"
PAGE: Final = "report.html"
WORKBOOK: Final = "report.xlsx"
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Balance(msgspec.Struct, frozen=True):
    """What a run record says of a balance; it may say more."""

    currency: str
    gross: float = 0.0
    items: int = 0


class Rate(msgspec.Struct, frozen=True):
    """What a run record says of a key figure."""

    currency: str
    figure: str
    value: float | None = None


class Record(msgspec.Struct, frozen=True):
    """What a page needs of a run record; whatever else stands in it is not read."""

    parameters: dict[str, Any] = {}
    aging: list[Balance] = []
    key_figures: list[Rate] = []


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
        """Return a key figure, where the record has it."""
        wanted = (figure, currency)
        return next((rate.value for rate in self.record.key_figures if (rate.figure, rate.currency) == wanted), None)


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
            read = msgspec.json.decode(record.read_bytes(), type=Record)
        except (OSError, ValueError):  # no day of the calendar, no record
            continue
        yield Finished(day, folder.name, read, (folder / WORKBOOK).is_file())
