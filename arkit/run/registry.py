"""The kinds of report, one entry each: run files, commands, titles, folders and workbooks follow from it.

A new kind is one entry of :data:`REPORTS`, and files of its own: its page in :mod:`arkit.reports`, whose ``sheets()``
are the workbook; its notebook of the same name in ``notebooks``, which calls the page ``report``; its titles in the
catalogue (``reports.title.NAME``, ``reports.index.about.NAME``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from arkit.errors import unknown_name
from arkit.model.ledger import Ledger
from arkit.resources import resource

if TYPE_CHECKING:
    from arkit.present.sheets import Sheet


class Page(Protocol):
    """What a kind of report shows."""

    def sheets(self) -> Sequence[Sheet]:
        """The sheets of its workbook."""
        ...


@dataclass(frozen=True)
class ReportKind:
    """A kind of report.

    Attributes
    ----------
    name
        What run files and commands call it, and its notebook.
    page
        Makes its page: called as ``page(ledger, as_of=..., entity=..., policy=..., earlier=..., language=...)``.
    suffix
        What the name of its folder adds to the entity's. No entity's folder has a plus in its name (see
        :func:`arkit.run.staging.folder_name`), so two kinds never meet.
    """

    name: str
    page: Callable[..., Page]
    suffix: str = ""

    @property
    def notebook(self) -> Path:
        """Its bundled notebook.

        >>> REPORTS["customers"].notebook.name
        'customers.ipynb'
        """
        return resource(f"notebooks/{self.name}.ipynb").resolve()


# The pages bring Plotly with them: a run imports them while it waits for other things.
def _monthly(ledger: Ledger, *, as_of: date, **settings: Any) -> Page:
    from arkit.reports import MonthlyReport

    return MonthlyReport(ledger, as_of=as_of.isoformat(), **settings)


def _customers(ledger: Ledger, *, as_of: date, earlier: object, **settings: Any) -> Page:
    from arkit.reports import CustomersPage

    return CustomersPage(ledger, day=as_of, **settings)


MONTHLY: Final = ReportKind("monthly_report", _monthly)
REPORTS: Final = {kind.name: kind for kind in (MONTHLY, ReportKind("customers", _customers, suffix="+customers"))}


def kind_named(name: str) -> ReportKind:
    """The kind of a name.

    Raises
    ------
    UnknownNameError
        There is no such kind of report.
    """
    if name not in REPORTS:
        raise unknown_name("report", name, known=REPORTS)
    return REPORTS[name]


def kind_of(notebook: Path) -> ReportKind:
    """The kind of a notebook; one that is not bundled is a user's own monthly report.

    >>> kind_of(REPORTS["customers"].notebook).name, kind_of(Path("my own.ipynb")).name
    ('customers', 'monthly_report')
    """
    return next((kind for kind in REPORTS.values() if kind.notebook == notebook), MONTHLY)


def notebook_of(given: str | Path | None) -> Path:
    """The notebook that is meant: a bundled one by its name, or a file; without either the monthly report."""
    name = str(given or MONTHLY.name)
    return REPORTS[name].notebook if name in REPORTS and not Path(name).exists() else Path(name).resolve()
