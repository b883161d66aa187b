"""Xero: Aged Receivables Detail, as it is exported to Excel: the contact stands alone above its invoices."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style, row_of

TERMS = Terms(
    seed=25, numbers=Numbers("INV-{:04}", "CN-{:04}", "Prepayment {:04}"), currencies={"GBP": "1"}, instalments=False
)
TOLD = Told(customer="name", types=False)
STYLE = Style(kind="xlsx", sheet="Aged Receivables Detail", day="%d %b %Y")
AGED = ("Current", "< 1 Month", "1 Month", "2 Months", "3 Months", "Older")
HEADER = ("Invoice Date", "Due Date", "Invoice Number", "Invoice Reference", *AGED, "Total")
COLUMNS = {
    "document_date": "Invoice Date",
    "due_date": "Due Date",
    "item_id": "Invoice Number",
    "reference": "Invoice Reference",
    "open_amount": "Total",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: four title rows, contact, invoices, the contact's total, the grand total."""
    wide = len(HEADER)
    titles = (
        "Aged Receivables Detail",
        "Example Trading Ltd",
        f"As at {DAY.day} October {DAY.year}",
        "Ageing by due date",
    )
    rows: list[Row] = [*(row_of(wide, c0=title) for title in titles), row_of(wide), HEADER, row_of(wide)]
    places: list[int] = []
    open_items = [item for item in items if item.is_open]
    for _, of_contact in groupby(open_items, key=lambda item: item.customer):
        owed = list(of_contact)
        rows.append(row_of(wide, c0=owed[0].customer.name))
        places += range(len(rows), len(rows) + len(owed))
        rows += [(item.dated, item.due, item.document, "", *_aged([item])) for item in owed]
        rows.append((f"Total {owed[0].customer.name}", None, None, None, *_aged(owed)))
        rows.append(row_of(wide))
    rows.append(("Total", None, None, None, *_aged(open_items)))
    return Grid(tuple(rows), (5, 6), COLUMNS, tuple(places))


def _aged(items: list[Item]) -> tuple[Cell, ...]:
    sums = [NOTHING] * len(AGED)
    for item in items:
        late = item.days_late
        sums[0 if late <= 0 else min((late - 1) // 30 + 1, len(AGED) - 1)] += item.left
    return (*sums, sum(sums, NOTHING))
