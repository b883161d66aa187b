"""The vocabulary: column names, item and entry types, and the words that a reader sees, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "date", "amount", "days", "ratio", "count", "rate"]

ITEM_TYPES: Final = ("invoice", "debit_note", "credit_note", "receipt", "journal")
BILLING_TYPES: Final = ("invoice", "debit_note", "credit_note")
ENTRY_TYPES: Final = (
    "original",
    "application",
    "settlement",
    "discount",
    "write_off",
    "exchange",
    "transfer",
    "correction",
)
MARK_KINDS: Final = ("dispute", "promise", "hold", "plan")

NOT_DUE: Final = "not due"
UNAPPLIED: Final = "unapplied"
ALL_ENTITIES: Final = "all"
DEFAULT_ENTITY: Final = "main"


@dataclass(frozen=True)
class Column:
    """What a reader sees of a column: its title, and the kind that decides format and alignment."""

    title: str
    kind: Kind = "text"


COLUMNS: Final[dict[str, Column]] = {
    "item_id": Column("Item"),
    "document_id": Column("Document"),
    "entity": Column("Entity"),
    "account": Column("Account"),
    "customer_id": Column("Customer no."),
    "name": Column("Customer"),
    "item_type": Column("Type"),
    "entry_type": Column("Entry"),
    "document_date": Column("Document date", "date"),
    "due_date": Column("Due date", "date"),
    "original_due_date": Column("Original due date", "date"),
    "effective_on": Column("Effective", "date"),
    "recorded_on": Column("Recorded", "date"),
    "as_of": Column("As of", "date"),
    "settled_on": Column("Settled", "date"),
    "currency": Column("Currency"),
    "base_currency": Column("Base currency"),
    "counterpart_item_id": Column("Counterpart"),
    "reference": Column("Reference"),
    "terms": Column("Terms"),
    "salesperson": Column("Salesperson"),
    "contract": Column("Contract"),
    "industry": Column("Industry"),
    "size": Column("Size"),
    "country": Column("Country"),
    "collector": Column("Collector"),
    "disputed": Column("Disputed"),
    "bucket": Column("Bucket"),
    "bucket_before": Column("Bucket before"),
    "movement": Column("Movement"),
    "before": Column("Before", "amount"),
    "change": Column("Change", "amount"),
    "figure": Column("Key figure"),
    "title": Column("Key figure"),
    "unit": Column("Unit"),
    "good": Column("Good is"),
    "basis": Column("Sales basis"),
    "formula": Column("Formula"),
    "definition": Column("What it says"),
    "source": Column("Source"),
    "this_month": Column("This month", "amount"),
    "last_month": Column("Last month", "amount"),
    "last_year": Column("Last year", "amount"),
    "past_due": Column("Past due", "amount"),
    "past_due_share": Column("Past due, share", "ratio"),
    "credit_limit": Column("Credit limit", "amount"),
    "setting": Column("Setting"),
    "items": Column("Items", "count"),
    "rows": Column("Rows", "count"),
    "days_past_due": Column("Days past due", "days"),
    "days_outstanding": Column("Days outstanding", "days"),
    "original_amount": Column("Original amount", "amount"),
    "open_amount": Column("Open amount", "amount"),
    "base_open_amount": Column("Open amount, base currency", "amount"),
    "amount": Column("Amount", "amount"),
    "base_amount": Column("Amount, base currency", "amount"),
    "balance": Column("Balance", "amount"),
    "gross": Column("Gross", "amount"),
    "net": Column("Net", "amount"),
    UNAPPLIED: Column("Unapplied", "amount"),
    "set_apart": Column("Set apart", "amount"),
    "rounding": Column("Rounding", "amount"),
    "control_total": Column("Control total", "amount"),
    "difference": Column("Difference", "amount"),
    "gl_balance": Column("GL balance", "amount"),
    "gl_difference": Column("GL difference", "amount"),
    "late_recorded": Column("Recorded late", "amount"),
    "unexplained": Column("Unexplained", "amount"),
    "status": Column("Status"),
    "share": Column("Share", "ratio"),
    "code": Column("Finding"),
    "table": Column("Table"),
    "source_row": Column("Source row", "count"),
    "value": Column("Value"),
    "action": Column("What was done"),
    "message": Column("Why"),
    "reason": Column("Reason"),
}


def column(name: str) -> Column:
    """Return what a reader sees of a column; a name outside the vocabulary (a bucket label) is an amount.

    >>> column("due_date").title
    'Due date'
    >>> column("31-60").kind
    'amount'
    """
    return COLUMNS.get(name, Column(name, "amount"))
