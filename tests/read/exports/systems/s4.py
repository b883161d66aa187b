"""SAP S/4HANA: journal entry items of customers with their clearing, under the names of the view I_JournalEntryItem."""

from datetime import date

from tests.read.exports.books import Item, Numbers, Terms, Told
from tests.read.exports.grids import Grid, Style, table

TERMS = Terms(
    seed=35,
    numbers=Numbers("18{:08}", "16{:08}", "14{:08}", first=101),
    currencies={"EUR": "1", "USD": "0.92"},
    entities=("1010", "1710"),
    settled=True,
    part_payments=False,
    each=7,
)
STYLE = Style(delimiter=";", day="%Y%m%d", encoding="utf-8-sig")
TYPES = {"invoice": "RV", "credit_note": "DG", "receipt": "DZ"}
HEADER = (
    "CompanyCode",
    "FiscalYear",
    "AccountingDocument",
    "LedgerGLLineItem",
    "AccountingDocumentType",
    "GLAccount",
    "Customer",
    "DocumentDate",
    "PostingDate",
    "NetDueDate",
    "TransactionCurrency",
    "AmountInTransactionCurrency",
    "CompanyCodeCurrency",
    "AmountInCompanyCodeCurrency",
    "ClearingDate",
    "ClearingJournalEntry",
)
COLUMNS = {
    "entity": "CompanyCode",
    "item_id": "AccountingDocument",
    "item_type": "AccountingDocumentType",
    "account": "GLAccount",
    "customer_id": "Customer",
    "document_date": "DocumentDate",
    "due_date": "NetDueDate",
    "currency": "TransactionCurrency",
    "amount": "AmountInTransactionCurrency",
    "base_currency": "CompanyCodeCurrency",
    "base_amount": "AmountInCompanyCodeCurrency",
    "settled_on": "ClearingDate",
}
NO_DAY = "00000000"


def number_in_company(item: Item) -> str:
    """Return the number of a document: each company has its own series, so a number may stand in both."""
    series, number = item.document[:2], int(item.document[2:])
    return f"{series}{number - 21 * (item.entity == '1710'):08}"


TOLD = Told(shape="settled", customer="number", entity=True, base="EUR", account="12100000", document=number_in_company)


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the items, the open ones with a clearing date of zeros."""
    rows = [
        (
            item.entity,
            str(item.dated.year),
            number_in_company(item),
            f"{item.line:06}",
            TYPES[item.kind],
            "12100000",
            item.customer.number,
            item.dated,
            item.dated,
            item.due,
            item.currency,
            item.amount,
            "EUR",
            item.base_amount,
            item.settled or NO_DAY,
            cleared_by(item.settled, number) if item.settled else "",
        )
        for number, item in enumerate(items)
    ]
    return table(rows, header=HEADER, columns=COLUMNS)


def cleared_by(day: date, number: int) -> str:
    """Return the number of the document that cleared an item."""
    return f"14{day:%m%d}{number:04}"
