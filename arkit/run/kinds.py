"""The kinds of report: each bundled notebook with the title of its page, its folder and its workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.resources import resource
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.pages import CustomersPage, MonthlyReport
    from arkit.pages.earlier import Earlier
    from arkit.present.sheets import Sheet

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
    from arkit.pages import MonthlyReport

    return MonthlyReport(ledger, as_of=as_of.isoformat(), entity=entity, policy=policy, earlier=earlier)


def _monthly_sheets(page: MonthlyReport) -> Sequence[Sheet]:
    from arkit.pages import monthly_sheets

    return monthly_sheets(page)


def _customers(ledger: Ledger, *, as_of: date, entity: str, policy: Policy, **_: object) -> CustomersPage:
    from arkit.pages import CustomersPage

    return CustomersPage(ledger, day=as_of, entity=entity, policy=policy)


def _customer_sheets(page: CustomersPage) -> Sequence[Sheet]:
    from arkit.pages import customer_sheets

    return customer_sheets(page)


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
