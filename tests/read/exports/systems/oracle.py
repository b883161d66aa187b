"""Oracle Receivables: open items with the seven aging buckets, as its output goes to a spreadsheet."""

from decimal import Decimal

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style, row_of, table

TERMS = Terms(
    seed=32,
    numbers=Numbers("10002000300040{:06}", "20002000300040{:06}", "RCPT-{:06}", first=5001),
    customer_number="{:06}",
    currencies={"USD": "1", "CAD": "0.73"},
    entities=("Vision Operations", "Vision Canada"),
)
TOLD = Told(entity=True)
STYLE = Style(day="%d-%b-%Y", thousands=",", negative="angles")
TYPES = {"invoice": "INV", "credit_note": "CM", "receipt": "PMT"}
AGED = ("Current", "1-30 Days", "31-60 Days", "61-90 Days", "91-180 Days", "181-360 Days", "361+ Days")
UPPER = (0, 30, 60, 90, 180, 360)
HEADER = (
    "Business Unit",
    "Customer Number",
    "Customer Name",
    "Transaction Number",
    "Installment",
    "Class",
    "Transaction Date",
    "Due Date",
    "Days Late",
    "Currency",
    "Amount Due Original",
    "Amount Due Remaining",
    *AGED,
)
COLUMNS = {
    "entity": "Business Unit",
    "customer_id": "Customer Number",
    "name": "Customer Name",
    "item_id": "Transaction Number",
    "item_type": "Class",
    "document_date": "Transaction Date",
    "due_date": "Due Date",
    "currency": "Currency",
    "open_amount": "Amount Due Remaining",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: its parameters above, credits in angle brackets, a total for each currency."""
    wide = len(HEADER)
    above = [
        row_of(wide, c0="Aging - 7 Buckets Report"),
        row_of(wide, c0="As-of Date", c1=DAY),
        row_of(wide, c0="Report Date", c1="02-NOV-2026 09:00"),
        row_of(wide),
    ]
    open_items = [item for item in items if item.is_open]
    rows = [_row(item) for item in open_items]
    below: list[Row] = []
    for currency in TERMS.currencies:
        of_currency = [item for item in open_items if item.currency == currency]
        left = sum((item.left for item in of_currency), NOTHING)
        original = sum((item.amount for item in of_currency), NOTHING)
        below.append(("Total", *([None] * 8), currency, original, left, *_aged(of_currency)))
    return table(rows, header=HEADER, above=above, below=below, columns=COLUMNS)


def _row(item: Item) -> Row:
    return (
        item.entity,
        item.customer.number,
        item.customer.name,
        item.document,
        item.line,
        TYPES[item.kind],
        item.dated,
        item.due,
        max(item.days_late, 0),
        item.currency,
        item.amount,
        item.left,
        *_aged([item]),
    )


def _aged(items: list[Item]) -> tuple[Cell, ...]:
    sums = [NOTHING] * len(AGED)
    for item in items:
        sums[sum(item.days_late > upper for upper in UPPER)] += item.left
    return tuple(sums)
