"""Small ledgers of a lesson: from rows of invoices and payments in cents, or from a table written as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import polars as pl

from arkit.model.ledger import Ledger
from arkit.read.reading import make_ledger

CURRENCY: Final = "EUR"


class Item(NamedTuple):
    """A document; credit notes and receipts on account have a minus."""

    item_id: str
    customer_id: str
    item_type: str
    document_date: date
    due_date: date
    cents: int


class Payment(NamedTuple):
    """What was paid on an invoice on a day."""

    item_id: str
    customer_id: str
    effective_on: date
    cents: int


class Application(NamedTuple):
    """What of a credit note or advance was matched to an invoice on a day."""

    item_id: str
    counterpart_item_id: str
    effective_on: date
    cents: int


def books(
    items: Sequence[Item], payments: Sequence[Payment], applications: Sequence[Application], *, until: date
) -> Ledger:
    """The ledger of some rows up to a day: what was paid or matched after it is not known yet."""
    first = min(item.document_date for item in items)
    paid = [row for row in payments if row.effective_on <= until]
    return make_ledger(
        items=_table(items, Item).with_columns(currency=pl.lit(CURRENCY)),
        payments=_table(paid, Payment).with_columns(currency=pl.lit(CURRENCY)),
        applications=_table(applications, Application) if applications else None,
        covers=(first, until),
    )


def _table(rows: Sequence[NamedTuple], kind: type[NamedTuple]) -> pl.DataFrame:
    """Rows as a table with their cents as an exact ``amount``."""
    frame = pl.DataFrame(rows, schema=kind._fields, orient="row")
    return frame.select(
        pl.exclude("cents"), amount=pl.col("cents").cast(pl.Decimal(18, 0)) * pl.lit("0.01").cast(pl.Decimal(18, 2))
    )


def written(text: str, **same: str) -> pl.DataFrame:
    r"""A header and its rows as a table of text: cells apart by spaces, ``-`` empty, ``~`` a space within a cell.

    ``same`` are columns that every row shares, unless the header has them.

    >>> written("item_id amount\n101 5.00", currency="EUR").row(0)
    ('101', '5.00', 'EUR')
    """
    header, *rows = (line.split() for line in text.strip().splitlines())
    cells = [[None if cell == "-" else cell.replace("~", " ") for cell in row] for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String), orient="row")
    return frame.with_columns(pl.lit(value).alias(name) for name, value in same.items() if name not in header)
