"""Business Central / Dynamics NAV: Customer Ledger Entries, as the list page goes to Excel."""

from tests.read.exports.books import Item, Numbers, Terms, Told
from tests.read.exports.grids import Grid, Style, table

TERMS = Terms(
    seed=21,
    numbers=Numbers("PS-INV{:06}", "PS-CR{:06}", "G{:06}", first=103001),
    customer_number="C{:06}",
    currencies={"EUR": "1", "USD": "0.92", "GBP": "1.16"},
    settled=True,
    each=8,
)
TOLD = Told(shape="settled", base="EUR")
STYLE = Style(kind="xlsx", sheet="Customer Ledger Entries")
TYPES = {"invoice": "Invoice", "credit_note": "Credit Memo", "receipt": "Payment"}
HEADER = (
    "Entry No.",
    "Posting Date",
    "Document Type",
    "Document No.",
    "Customer No.",
    "Customer Name",
    "Description",
    "Currency Code",
    "Original Amount",
    "Amount",
    "Amount (LCY)",
    "Remaining Amount",
    "Remaining Amt. (LCY)",
    "Due Date",
    "Open",
    "Closed at Date",
)
COLUMNS = {
    "document_date": "Posting Date",
    "item_type": "Document Type",
    "item_id": "Entry No.",
    "document_id": "Document No.",
    "customer_id": "Customer No.",
    "name": "Customer Name",
    "currency": "Currency Code",
    "amount": "Amount",
    "base_amount": "Amount (LCY)",
    "open_amount": "Remaining Amount",
    "due_date": "Due Date",
    "settled_on": "Closed at Date",
}


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the entries, the newest first, the books' own currency without a code."""
    numbered = list(enumerate(items, start=2201))
    rows = [
        (
            number,
            item.dated,
            TYPES[item.kind],
            item.document,
            item.customer.number,
            item.customer.name,
            f"{TYPES[item.kind]} {item.document}",
            "" if item.currency == "EUR" else item.currency,
            item.amount,
            item.amount,
            item.base_amount,
            item.left,
            item.base_left,
            item.due,
            "Yes" if item.is_open else "No",
            item.settled,
        )
        for number, item in reversed(numbered)
    ]
    return table(rows, header=HEADER, columns=COLUMNS)
