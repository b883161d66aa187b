"""The kinds of report: each bundled notebook with the title of its page, its folder and its workbook.

What is asked of a report, and how its notebook is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.errors import ReportError
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.read.databases import is_url
from arkit.resources import resource
from arkit.run.staging import folder_name
from arkit.words.columns import ALL_ENTITIES
from arkit.words.formats import day_shown

if TYPE_CHECKING:
    from arkit.present.sheets import Sheet
    from arkit.reports import CustomersPage, MonthlyReport
    from arkit.reports.closing import Earlier

SheetMaker = Callable[..., "Sequence[Sheet]"]
"""Called as ``make(ledger, as_of=..., entity=..., policy=...)``; returns the sheets of the workbook."""


@dataclass(frozen=True)
class Kind:
    """A kind of report: its title, the page behind its notebook, the workbook of that page, what its folder adds.

    A bundled notebook calls its page ``report``.
    """

    title: str
    page: Callable[..., Any]
    sheets_of: Callable[[Any], Sequence[Sheet]]
    suffix: str = ""


def _monthly(ledger: Ledger, *, as_of: date, entity: str, policy: Policy, earlier: Earlier | None) -> MonthlyReport:
    from arkit.reports import MonthlyReport

    return MonthlyReport(ledger, as_of=as_of.isoformat(), entity=entity, policy=policy, earlier=earlier)


def _monthly_sheets(page: MonthlyReport) -> Sequence[Sheet]:
    return page.sheets()


def _customers(ledger: Ledger, *, as_of: date, entity: str, policy: Policy, **_: object) -> CustomersPage:
    from arkit.reports import CustomersPage

    return CustomersPage(ledger, day=as_of, entity=entity, policy=policy)


def _customer_sheets(page: CustomersPage) -> Sequence[Sheet]:
    return page.sheets()


MONTHLY: Final = Kind("Receivables", _monthly, _monthly_sheets)
# No entity's folder has a plus in its name (see ``folder_name``), so the two never meet.
KINDS: Final = {
    "monthly_report": MONTHLY,
    "customers": Kind("Customers", _customers, _customer_sheets, "+customers"),
}


def notebook_of(given: str | Path | None) -> Path:
    """Return the notebook that is meant: a bundled one by its name, or a file; without either the monthly report."""
    name = str(given or "monthly_report")
    return (bundled_notebook(name) if name in KINDS and not Path(name).exists() else Path(name)).resolve()


def bundled_notebook(name: str) -> Path:
    """Return the notebook of a kind.

    >>> bundled_notebook("customers").name
    'customers.ipynb'
    """
    return resource(f"notebooks/{name}.ipynb")


def kind_of(notebook: Path) -> Kind:
    """Return the kind of a notebook; one that is not bundled is a monthly report of somebody's own.

    >>> kind_of(bundled_notebook("customers")).title
    'Customers'
    """
    own = notebook.parent == resource("notebooks").resolve()
    return KINDS.get(notebook.stem, MONTHLY) if own else MONTHLY


def title_of(kind: Kind, entity: str, day: str) -> str:
    """Return what a report's page and its window are called.

    >>> title_of(MONTHLY, "ES", "31 Oct 2026")
    'Receivables of ES on 31 Oct 2026'
    """
    of = "" if entity == ALL_ENTITIES else f" of {entity}"
    return f"{kind.title}{of} on {day}"


OWN: Final = ("ledger", "layout", "as_of", "entity", "policy", "earlier")


def located(ledger: str | Path) -> Path | str:
    """Return where a ledger is, seen from everywhere: an absolute path, or the URL of a database.

    >>> located("postgresql://books/ar")
    'postgresql://books/ar'
    """
    return str(ledger) if is_url(ledger) else Path(ledger).resolve()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for, with every path made absolute; the ledger may be the URL of a database."""

    ledger: Path | str
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

    def place(self, output: Path) -> Path:
        """Return where the first version of the report is published."""
        name = f"{folder_name(self.entity)}{kind_of(self.notebook).suffix}"
        return output.resolve() / self.as_of.isoformat() / name

    def part_of(self, ledger: Ledger) -> Ledger:
        """Return what a ledger says of the entity.

        Raises
        ------
        ArkitError
            The ledger does not cover the day, or has no such entity.
        """
        ledger.require(self.as_of)
        return ledger if self.entity == ALL_ENTITIES else ledger.where(entity=self.entity)

    def refuse_own(self) -> None:
        """Refuse a parameter that has an argument of its own.

        Raises
        ------
        ReportError
            The first of them.
        """
        for name in OWN:
            if name in self.extra:
                raise ReportError(f"{name} has an argument of its own; give it there and not among the parameters.")

    @property
    def title(self) -> str:
        """What the page and its window are called."""
        return title_of(kind_of(self.notebook), self.entity, day_shown(self.as_of))
