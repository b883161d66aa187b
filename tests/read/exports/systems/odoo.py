"""Odoo: the report Aged Receivable as xlsx, where a partner's row has its sums, and the list of journal items."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style, row_of, table

NUMBERS = Numbers("INV/2026/{:05}", "RINV/2026/{:05}", "PBNK1/2026/{:05}")
ACCOUNT = "121000 Account Receivable"
TERMS = Terms(seed=26, numbers=NUMBERS, instalments=False)
TOLD = Told(customer="name", types=False, account=ACCOUNT)
STYLE = Style(kind="xlsx", sheet="Aged Receivable")
AGED = ("At Date", "1-30", "31-60", "61-90", "91-120", "Older")
HEADER = ("", "Invoice Date", "Due Date", "Amount Currency", "Currency", "Account", *AGED, "Total")
COLUMNS = {
    "item_id": "",
    "document_date": "Invoice Date",
    "due_date": "Due Date",
    "currency": "Currency",
    "account": "Account",
    "open_amount": "Total",
}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: the grand total first, each partner with its sums, its documents below, indented."""
    wide = len(HEADER)
    open_items = [item for item in items if item.is_open]
    rows: list[Row] = [row_of(wide, c6=f"As of {DAY:%m/%d/%Y}"), HEADER]
    rows.append(("Aged Receivable", None, None, None, None, None, *_aged(open_items)))
    places: list[int] = []
    for _, of_partner in groupby(open_items, key=lambda item: item.customer):
        owed = list(of_partner)
        rows.append((owed[0].customer.name, None, None, None, None, None, *_aged(owed)))
        places += range(len(rows), len(rows) + len(owed))
        rows += [_row(item) for item in owed]
    rows.append(("Total Aged Receivable", None, None, None, None, None, *_aged(open_items)))
    return Grid(tuple(rows), (1, 2), COLUMNS, tuple(places))


def _row(item: Item) -> Row:
    return (f"    {item.document}", item.dated, item.due, item.left, item.currency, ACCOUNT, *_aged([item]))


def _aged(items: list[Item]) -> tuple[Cell, ...]:
    sums = [NOTHING] * len(AGED)
    for item in items:
        late = item.days_late
        sums[0 if late <= 0 else min((late - 1) // 30 + 1, len(AGED) - 1)] += item.left
    return (*sums, sum(sums, NOTHING))


LINES_TERMS = Terms(seed=27, numbers=NUMBERS, currencies={"EUR": "1", "USD": "0.92"})
LINES_TOLD = Told(customer="name", base="EUR", types=False, account=ACCOUNT)
LINES_STYLE = Style()
LINES_HEADER = (
    "Date",
    "Journal Entry",
    "Journal",
    "Partner",
    "Label",
    "Account",
    "Due Date",
    "Currency",
    "Amount in Currency",
    "Residual Amount in Currency",
    "Residual Amount",
)
LINES_COLUMNS = {
    "document_date": "Date",
    "item_id": "Journal Entry",
    "customer_id": "Partner",
    "account": "Account",
    "due_date": "Due Date",
    "currency": "Currency",
    "open_amount": "Residual Amount in Currency",
    "base_open_amount": "Residual Amount",
}
LINES_ANSWERS: dict[str, object] = {
    "base_currency": "EUR",
    "columns": {"open_amount": "Residual Amount in Currency", "base_open_amount": "Residual Amount"},
    "ignored": ["Journal"],
}
JOURNALS = {"invoice": "Customer Invoices", "credit_note": "Customer Invoices", "receipt": "Bank"}


def lines(items: tuple[Item, ...]) -> Grid:
    """Return the open journal items on the receivable account, a flat table without totals."""
    rows = [
        (
            item.dated,
            item.document,
            JOURNALS[item.kind],
            item.customer.name,
            f"installment #{item.line}" if item.of > 1 else item.document,
            ACCOUNT,
            item.due,
            item.currency,
            item.amount,
            item.left,
            item.base_left,
        )
        for item in items
        if item.is_open
    ]
    return table(rows, header=LINES_HEADER, columns=LINES_COLUMNS)
