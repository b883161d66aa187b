"""The customers page as a workbook: every customer, not only those that a page can show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from arkit.balances import reconcile
from arkit.measures import abc
from arkit.pages.summaries import category_summary
from arkit.present.sheets import Sheet

if TYPE_CHECKING:
    import pandas as pd

    from arkit.pages.customers import CustomersPage

_KEYS: Final = ["customer_id", "currency"]
_OWED: Final = ("open_amount", "past_due", "disputed_amount")
_FIRST: Final = ("customer_id", "name", "currency", "category", "evidence", "recommendation")


def customer_sheets(page: CustomersPage) -> list[Sheet]:
    """Return the sheets of the customers page, from the categories to the reconciliation.

    Parameters
    ----------
    page
        The page.

    Returns
    -------
    list of Sheet
        Finished tables with titles and totals, for ``arkit.present.workbook``.

    Examples
    --------
    >>> from arkit import pages
    >>> page = pages.customers_page(as_of="2026-10-31", entity="ES")
    >>> [sheet.name for sheet in pages.customer_sheets(page)]
    ['Categories', 'Worklist', 'Customers', 'Movers', 'Declining', 'Static', 'Reconciliation']
    """
    sheets = [*_judged(page), *_changing(page), _reconciliation(page)]
    return [replace(sheet, title=page.title) for sheet in sheets]


def _judged(page: CustomersPage) -> list[Sheet]:
    """Return who the customers are, and whom to chase."""
    return [
        Sheet(
            name="Categories",
            table=category_summary(page.categorised),
            subtitle="Customers and amounts by category; days late and on time weighted by amount",
            totals=("customers", "open_amount", "past_due"),
        ),
        Sheet(
            name="Worklist",
            table=page.ranked,
            subtitle="Whom to chase first, by currency",
            note="Amount at risk = (open - disputed) x chance of lateness of the category x share not insured.",
            totals=("amount_at_risk", *_OWED),
        ),
        Sheet(
            name="Customers",
            table=_every_customer(page),
            subtitle="Behaviour, category with its evidence, ABC classes",
            totals=_OWED,
        ),
    ]


def _changing(page: CustomersPage) -> list[Sheet]:
    """Return who moved, who pays less, and whose debt does not move."""
    moved = page.moves if page.moves is not None else page.categorised.head(0)[[*_KEYS, "name", "category"]]
    return [
        Sheet(name="Movers", table=moved, subtitle="The category a month before and now"),
        Sheet(
            name="Declining",
            table=page.payers,
            subtitle="Payments against each customer's own past, the surest decline first",
            note="q-value: the share of wrong names to expect among those at least as sure as this one.",
        ),
        Sheet(
            name="Static",
            table=page.static,
            subtitle="Debts that no payment has reduced for six months",
            totals=("static_amount", "open_amount"),
        ),
    ]


def _reconciliation(page: CustomersPage) -> Sheet:
    return Sheet(
        name="Reconciliation",
        table=reconcile(page.ledger, as_of=page.day, policy=page.policy),
        subtitle="Gross + unapplied + set apart + rounding = control total",
    )


def _every_customer(page: CustomersPage) -> pd.DataFrame:
    classes = abc(page.ledger, as_of=page.day, policy=page.policy)[[*_KEYS, "class_of_exposure", "class_of_sales"]]
    rows = page.categorised.merge(classes, on=_KEYS, how="left")
    return rows[[*_FIRST, *(name for name in rows.columns if name not in _FIRST)]]
