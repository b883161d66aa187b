"""ERPNext: the report Accounts Receivable, by payment terms, as its menu exports it to CSV."""

from decimal import Decimal

from tests.read.exports.books import Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Style, row_of, table

ACCOUNT = "Debtors - AR"
TERMS = Terms(
    seed=22,
    numbers=Numbers("ACC-SINV-2026-{:05}", "ACC-SINV-RET-2026-{:05}", "ACC-PAY-2026-{:05}"),
    customer_number="CUST-{:05}",
)
TOLD = Told(types=False, account=ACCOUNT)
STYLE = Style(day="%d-%m-%Y")
TYPES = {"invoice": "Sales Invoice", "credit_note": "Sales Invoice", "receipt": "Payment Entry"}
RANGES = ("0-30", "31-60", "61-90", "91-120", "121-Above")
HEADER = (
    "Posting Date",
    "Party Type",
    "Party",
    "Receivable Account",
    "Customer Name",
    "Cost Center",
    "Voucher Type",
    "Voucher No",
    "Due Date",
    "Payment Term",
    "Invoice Grand Total",
    "Invoiced Amount",
    "Paid Amount",
    "Credit Note",
    "Outstanding Amount",
    "Age (Days)",
    *RANGES,
    "Currency",
    "Customer LPO",
    "Territory",
    "Customer Group",
)
COLUMNS = {
    "document_date": "Posting Date",
    "customer_id": "Party",
    "name": "Customer Name",
    "account": "Receivable Account",
    "item_id": "Voucher No",
    "due_date": "Due Date",
    "open_amount": "Outstanding Amount",
    "currency": "Currency",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: an instalment is a row, a receipt has only what it paid, the last row is the total."""
    open_items = [item for item in items if item.is_open]
    rows = [_row(item) for item in open_items]
    total = {f"c{place}": _sum(rows, place) for place in (10, 11, 12, 13, 14, 16, 17, 18, 19, 20)}
    return table(rows, header=HEADER, below=[row_of(len(HEADER), c0="Total", **total)], columns=COLUMNS)


def _row(item: Item) -> tuple[Cell, ...]:
    billed = item.amount if item.kind == "invoice" else NOTHING
    paid = -item.amount if item.kind == "receipt" else billed - item.left if item.kind == "invoice" else NOTHING
    credit = -item.amount if item.kind == "credit_note" else NOTHING
    aged = [item.left if place == bucket(item.days_late) else NOTHING for place in range(len(RANGES))]
    term = f"Part {item.line} of {item.of}" if item.of > 1 else ""
    return (
        item.dated,
        "Customer",
        item.customer.number,
        ACCOUNT,
        item.customer.name,
        "Main - AR",
        TYPES[item.kind],
        item.document,
        item.due,
        term,
        billed,
        billed,
        paid,
        credit,
        item.left,
        item.days_late,
        *aged,
        item.currency,
        "",
        "All Territories",
        "Commercial",
    )


def bucket(days_late: int) -> int:
    """Return the place of a range; what is not due yet stands in the first."""
    return min(max(days_late - 1, 0) // 30, len(RANGES) - 1)


def _sum(rows: list[tuple[Cell, ...]], place: int) -> Decimal:
    return sum((row[place] for row in rows if isinstance(row[place], Decimal)), NOTHING)  # type: ignore[misc]
