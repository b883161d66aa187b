"""NetSuite: A/R Aging Detail, as it is exported to CSV: the customer stands above its transactions."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style, row_of

TERMS = Terms(
    seed=33,
    numbers=Numbers("INV{:05}", "CM{:05}", "PYMT{:05}"),
    currencies={"USD": "1"},
    customer_number="{:04}",
    instalments=False,
)
TOLD = Told(customer="name")
STYLE = Style(day="%m/%d/%Y", thousands=",", negative="brackets")
TYPES = {"invoice": "Invoice", "credit_note": "Credit Memo", "receipt": "Payment"}
HEADER = ("Customer", "Transaction Type", "Date", "Document Number", "P.O. No.", "Due Date", "Age", "Open Balance")
COLUMNS = {
    "item_type": "Transaction Type",
    "document_date": "Date",
    "item_id": "Document Number",
    "due_date": "Due Date",
    "open_amount": "Open Balance",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: company, title and day above, `Total - customer` below each customer, `Total` at the end."""
    wide = len(HEADER)
    titles = ("Example Trading Inc.", "Parent Company", "A/R Aging Detail", f"As of {DAY.month}/{DAY.day}/{DAY.year}")
    rows: list[Row] = [*(row_of(wide, c0=title) for title in titles), row_of(wide), HEADER]
    places: list[int] = []
    open_items = [item for item in items if item.is_open]
    for customer, of_customer in groupby(open_items, key=lambda item: item.customer):
        owed = list(of_customer)
        rows.append(row_of(wide, c0=customer.name))
        places += range(len(rows), len(rows) + len(owed))
        rows += [_row(item) for item in owed]
        rows.append(row_of(wide, c0=f"Total - {customer.name}", c7=_left(owed)))
    rows.append(row_of(wide, c0="Total", c7=_left(open_items)))
    return Grid(tuple(rows), (5, 6), COLUMNS, tuple(places))


def _row(item: Item) -> Row:
    cells: tuple[Cell, ...] = (TYPES[item.kind], item.dated, item.document, "", item.due, item.days_late, item.left)
    return (None, *cells)


def _left(items: list[Item]) -> Decimal:
    return sum((item.left for item in items), NOTHING)
