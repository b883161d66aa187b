"""From a seed to the sample: every table of the company."""

from __future__ import annotations

from datetime import date
from typing import Final

from arkit.errors import LedgerError
from arkit.ledger.sample.attributes import behaviours_table, customers_table, with_attributes
from arkit.ledger.sample.company import keep_books
from arkit.ledger.sample.customers import draw_clients, entity_list
from arkit.ledger.sample.days import Window
from arkit.ledger.sample.faults import NO_FAULTS, planted_in_books, with_faults
from arkit.ledger.sample.items import item_rows
from arkit.ledger.sample.marks import marks_table
from arkit.ledger.sample.model import Sample
from arkit.ledger.sample.rates import draw_rates
from arkit.ledger.sample.tables import applications_table, entries_table, items_table
from arkit.ledger.sample.tieouts import gl_table, sales_table

LEAST_ITEMS: Final = 500
LEAST_MONTHS: Final = 18
HISTORY_DAYS: Final = 480  # a few customers changed hands so many days before the day reported on


def generate(
    *,
    items: int = 5000,
    seed: int = 20261031,
    last_day: date = date(2026, 10, 31),
    entities: int = 3,
    months: int = 36,
    faults: bool = True,
    hostile: bool = False,
) -> Sample:
    """Make up a company and its receivables: a distributor with a few entities, its customers and three years of books.

    The same arguments give the same tables on every machine. The books end on ``last_day`` and were closed five days
    later, so they also know the first days of the next month.

    Parameters
    ----------
    items
        About how many items (invoices, credit notes and receipts) there shall be; at least 500.
    seed
        The number that everything drawn by chance follows from.
    last_day
        The day reported on, usually the last of a month.
    entities
        The number of legal entities; the first three are in Spain, the United Kingdom and the United States.
    months
        The number of calendar months of the books, the month of ``last_day`` included; at least 18.
    faults
        Whether a few faulty rows are planted, as they come out of real systems; a very small sample may have no fit
        invoice for some of them.
    hostile
        Whether the two largest customers are called what an attacker would call them: HTML and a formula.

    Returns
    -------
    Sample
        The tables, in canonical columns, with amounts as exact decimals in currency units.

    Raises
    ------
    LedgerError
        There are too few items, months or entities to make a company of.

    Examples
    --------
    >>> sample = generate(items=500, seed=1)
    >>> sample.items["entity"].unique().sort().to_list()
    ['ES', 'UK', 'US']
    >>> str(sample.gl["date"].max())
    '2026-10-31'
    """
    _check(items=items, months=months, entities=entities)
    companies, window = entity_list(entities), Window.ending(last_day, months=months)
    rates = draw_rates(window, seed=seed)
    clients = draw_clients(companies, window, items=items, seed=seed)
    clients = with_attributes(clients, companies, rates, seed=seed, hostile=hostile)
    books = keep_books(clients, companies, window, rates, faults=faults, seed=seed)
    rows = item_rows(books, companies)
    sample = Sample(
        items=items_table(rows, clients, companies),
        applications=applications_table(books, rows),
        entries=entries_table(books, rows),
        customers=customers_table(clients, changed_on=window.last - HISTORY_DAYS),
        marks=marks_table(books, rows, clients, seed=seed),
        rates=rates.table(),
        gl=gl_table(books, rows, companies),
        sales=sales_table(books, rows, clients, companies),
        behaviours=behaviours_table(clients),
        faults=planted_in_books(books, rows) if faults else NO_FAULTS,
    )
    return with_faults(sample, seed=seed) if faults else sample


def _check(**given: int) -> None:
    least = {"items": LEAST_ITEMS, "months": LEAST_MONTHS, "entities": 1}
    for name, number in given.items():
        if number < least[name]:
            raise LedgerError(f"A sample needs at least {least[name]} {name}, found {number}. Ask for more.")
