"""The kinds of report: each bundled notebook with the title of its page, its folder and its workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.resources import resource
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.present.sheets import Sheet

SheetMaker = Callable[..., "Sequence[Sheet]"]
"""Called as ``make(ledger, as_of=..., entity=..., policy=...)``; returns the sheets of the workbook."""


@dataclass(frozen=True)
class Kind:
    """A kind of report: what its page is called, what is added to the name of its folder, and its workbook."""

    title: str
    sheets: SheetMaker
    suffix: str = ""


def _monthly(ledger: Ledger, *, as_of: date, entity: str, policy: Policy) -> Sequence[Sheet]:
    from arkit.pages import MonthlyReport, monthly_sheets

    return monthly_sheets(MonthlyReport(ledger, as_of=as_of.isoformat(), entity=entity, policy=policy))


def _customers(ledger: Ledger, *, as_of: date, entity: str, policy: Policy) -> Sequence[Sheet]:
    from arkit.pages import CustomersPage, customer_sheets

    return customer_sheets(CustomersPage(ledger, day=as_of, entity=entity, policy=policy))


MONTHLY: Final = Kind("Receivables", _monthly)
# No entity's folder has a plus in its name (see ``folder_name``), so the two never meet.
KINDS: Final = {"monthly_report": MONTHLY, "customers": Kind("Customers", _customers, "+customers")}


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
