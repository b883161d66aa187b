"""The exercises of lesson 1, each with what its typical mistakes come to."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from arkit.aging.aging import aging_table
from arkit.aging.open_items import open_items
from arkit.policy import Policy
from arkit.teach.exercise import Book, Exercise
from arkit.teach.what_is_open.book import DAY, LAST_MONTH, PART_PAID, TODAY
from arkit.words.columns import NOT_DUE

if TYPE_CHECKING:
    import pandas as pd

KEPT: Final = 8
LATE, TYPED_TWICE, DATED_LATER = "103", "101", "109"


@lru_cache(KEPT)
def items_on(book: Book, day: date) -> pd.DataFrame:
    """Return what is open on a day, item by item."""
    return open_items(book.ledger, as_of=day)


def balance(book: Book, day: date, item: str = PART_PAID) -> float:
    """Return what is open on an item, nothing where it is settled."""
    rows = items_on(book, day)
    return float(rows.loc[rows["item_id"] == item, "open_amount"].sum())


def original(book: Book, item: str = PART_PAID) -> float:
    """Return the amount on the document."""
    items = book.ledger.items
    return float(items.loc[items["item_id"] == item, "original_amount"].iloc[0])


def days_past_due(book: Book, day: date, column: str = "days_past_due") -> float:
    """Return how many days an invoice has been due, or has been out."""
    rows = items_on(book, day)
    return float(rows.loc[rows["item_id"] == LATE, column].iloc[0])


def owed(book: Book, day: date) -> pd.DataFrame:
    """Return the items with something to pay on a day; what is owed to customers is none of them."""
    rows = items_on(book, day)
    return rows[rows["open_amount"] > 0]


def names(rows: pd.DataFrame) -> frozenset[str]:
    """Return the numbers of some items."""
    return frozenset(rows["item_id"])


def gross(book: Book, day: date) -> float:
    """Return what customers owe on a day."""
    return float(owed(book, day)["open_amount"].sum())


def aged(book: Book, day: date, **policy: Any) -> dict[str, float]:
    """Return the aging of a day by bucket."""
    rules = Policy(**policy)
    row = aging_table(book.ledger, as_of=day, policy=rules).iloc[0]
    return {label: float(row[label]) for label in rules.labels}


def past_due(book: Book, day: date, **policy: Any) -> float:
    """Return what is past due on a day."""
    return sum(amount for label, amount in aged(book, day, **policy).items() if label != NOT_DUE)


def unapplied(book: Book, day: date, *types: str) -> float:
    """Return what stands unapplied on a day, of all types or some."""
    rows = items_on(book, day)
    left = rows[rows["open_amount"] < 0]
    return float(left[left["item_type"].isin(types)]["open_amount"].sum() if types else left["open_amount"].sum())


def invoices_of(book: Book, *, until: date) -> pd.DataFrame:
    """Return the invoices dated up to a day, settled or not."""
    items = book.ledger.items
    return items[(items["item_type"] == "invoice") & (items["document_date"].astype(str) <= str(until))]


def original_of_open(book: Book) -> float:
    """Return the amounts on the documents that are open, as if nothing had been paid on them."""
    items = book.ledger.items
    return float(items.loc[items["item_id"].isin(names(owed(book, DAY))), "original_amount"].sum())


def past_due_then_of_open(book: Book, day: date) -> float:
    """Return what of a later day's open items was past due a month earlier: what was paid since is missing."""
    rows = owed(book, day)
    return float(rows.loc[rows["due_date"].astype(str) < str(LAST_MONTH), "open_amount"].sum())


def received(book: Book) -> float:
    """Return all that customers paid up to the day, applied or not."""
    items = book.ledger.items
    paid = (items["item_type"] == "receipt") & (items["document_date"].astype(str) <= str(DAY))
    return float(items.loc[paid, "original_amount"].sum())


def figures(book: Book) -> dict[str, float]:
    """Return what the three drafts of the case say."""
    return {
        "gross": gross(book, DAY),
        "net": gross(book, DAY) + unapplied(book, DAY),
        "gross_today": gross(book, TODAY),
        "apart": past_due(book, DAY),
        "unapplied": -unapplied(book, DAY),
        "netted": past_due(book, DAY, unapplied="net"),
        "today": past_due(book, TODAY),
    }


EXERCISES: Final = (
    Exercise(
        "1.1",
        "amount",
        lambda book: balance(book, DAY),
        {
            "original": original,
            "today": lambda book: balance(book, TODAY),
            "paid": lambda book: original(book) - balance(book, DAY),
        },
        columns=("open_amount",),
    ),
    Exercise(
        "1.2",
        "count",
        lambda book: days_past_due(book, DAY),
        {
            "from_invoice_date": lambda book: days_past_due(book, DAY, "days_outstanding"),
            "until_today": lambda book: days_past_due(book, TODAY),
            "both_ends": lambda book: days_past_due(book, DAY) + 1,
        },
        columns=("days_past_due",),
    ),
    Exercise(
        "1.3",
        "names",
        lambda book: names(owed(book, DAY)),
        {
            "today": lambda book: names(owed(book, TODAY)),
            "only_past_due": lambda book: names(owed(book, DAY).query("days_past_due > 0")),
            "dated_later": lambda book: names(owed(book, DAY)) | {DATED_LATER},
            "everything": lambda book: names(invoices_of(book, until=DAY)),
        },
        columns=("item_id",),
    ),
    Exercise(
        "1.4",
        "amount",
        lambda book: gross(book, DAY),
        {
            "today": lambda book: gross(book, TODAY),
            "netted": lambda book: gross(book, DAY) + unapplied(book, DAY),
            "originals": original_of_open,
            "dated_later": lambda book: gross(book, DAY) + original(book, DATED_LATER),
            "typed_twice": lambda book: gross(book, DAY) + original(book, TYPED_TWICE),
            "credit_forgotten": lambda book: gross(book, DAY) + original(book, LATE) - balance(book, DAY, LATE),
            "part_forgotten": lambda book: gross(book, DAY) + original(book) - balance(book, DAY),
        },
        columns=("gross", "open_amount"),
    ),
    Exercise(
        "1.5",
        "table",
        lambda book: aged(book, DAY),
        {
            "by_invoice_date": lambda book: aged(book, DAY, basis="document_date"),
            "due_day_is_late": lambda book: aged(book, DAY, day_zero="overdue"),
            "netted": lambda book: aged(book, DAY, unapplied="net"),
            "today": lambda book: aged(book, TODAY),
        },
        columns=("open_amount",),
    ),
    Exercise(
        "1.6",
        "amount",
        lambda book: unapplied(book, DAY),
        {
            "receipts_only": lambda book: unapplied(book, DAY, "receipt"),
            "credits_only": lambda book: unapplied(book, DAY, "credit_note"),
            "all_receipts": received,
            "today": lambda book: unapplied(book, TODAY),
        },
        columns=("unapplied", "open_amount"),
        either_sign=True,
    ),
    Exercise(
        "1.7",
        "amount",
        lambda book: past_due(book, LAST_MONTH),
        {
            "from_october": lambda book: past_due_then_of_open(book, DAY),
            "from_today": lambda book: past_due_then_of_open(book, TODAY),
            "a_month_later": lambda book: past_due(book, DAY),
            "not_due_too": lambda book: gross(book, LAST_MONTH),
            "part_forgotten": lambda book: past_due(book, LAST_MONTH) + original(book) - balance(book, LAST_MONTH),
        },
    ),
    Exercise(
        "1.8",
        "choice",
        lambda book: book.letter(0),
        {"netted": lambda book: book.letter(1), "today": lambda book: book.letter(2)},
        figures=figures,
    ),
)
