"""QuickBooks Online: A/R Aging Detail, as it is exported to CSV: one group of rows for each bucket."""

from decimal import Decimal

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Grid, Row, Style, row_of

TERMS = Terms(seed=24, numbers=Numbers("{}", "CM-{}", "PMT {}", first=1001), currencies={"USD": "1"}, instalments=False)
TOLD = Told(customer="name")
STYLE = Style(day="%m/%d/%Y", thousands=",")
TYPES = {"invoice": "Invoice", "credit_note": "Credit Memo", "receipt": "Payment"}
HEADER = ("", "Date", "Transaction Type", "Num", "Customer", "Due Date", "Amount", "Open Balance")
BUCKETS = ("Current", "1 - 30", "31 - 60", "61 - 90", "91 or more")
COLUMNS = {
    "document_date": "Date",
    "item_type": "Transaction Type",
    "item_id": "Num",
    "customer_id": "Customer",
    "due_date": "Due Date",
    "open_amount": "Open Balance",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: title, header, the oldest bucket first with its total, the grand total and a time stamp."""
    wide = len(HEADER)
    rows: list[Row] = [
        row_of(wide, c0="A/R Aging Detail"),
        row_of(wide, c0="Example Trading Inc."),
        row_of(wide, c0=f"As of October {DAY.day}, {DAY.year}"),
        row_of(wide),
        HEADER,
    ]
    places: list[int] = []
    open_items = [item for item in items if item.is_open]
    for place, name in reversed(list(enumerate(BUCKETS))):
        title = name if name == "Current" else f"{name} days past due"
        aged = [item for item in open_items if bucket(item.days_late) == place]
        rows.append(row_of(wide, c0=f"{title} ({len(aged)})"))
        places += range(len(rows), len(rows) + len(aged))
        rows += [_row(item) for item in aged]
        rows.append(_sum(f"Total for {title}", aged))
    rows.append(_sum("TOTAL", open_items))
    rows.append(row_of(wide))
    rows.append(row_of(wide, c0="Monday, November 02, 2026 09:00 AM GMT-07:00"))
    return Grid(tuple(rows), (4, 5), COLUMNS, tuple(places))


def bucket(days_late: int) -> int:
    """Return the place of the bucket of a number of days past due."""
    return 0 if days_late <= 0 else min((days_late - 1) // 30 + 1, len(BUCKETS) - 1)


def _row(item: Item) -> Row:
    return (None, item.dated, TYPES[item.kind], item.document, item.customer.name, item.due, item.amount, item.left)


def _sum(title: str, items: list[Item]) -> Row:
    amount = sum((item.amount for item in items), NOTHING)
    left = sum((item.left for item in items), NOTHING)
    return row_of(len(HEADER), c0=title, c6=amount, c7=left)
