"""The exercises of lesson 3, each with what its typical mistakes come to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from arkit.collection.worklist import worklist
from arkit.flows.activity import activity_trend
from arkit.segmentation.behaviour import payment_behaviour
from arkit.segmentation.categories import categorise
from arkit.segmentation.decline import deteriorating_payers
from arkit.teach.exercise import Book, Exercise
from arkit.teach.who_pays_how.book import DAY, DETERIORATING, LATE, NEW, PUNCTUAL, SEASONAL, STOPPED, invoices

if TYPE_CHECKING:
    import pandas as pd

KEPT: Final = 8
TERMS: Final = 30
QUARTER, FELL = 3, 0.9
# Ages at which somebody who looks at the oldest debt alone would worry.
WORRY, ALARM = 30, 90


@lru_cache(KEPT)
def judged(book: Book) -> pd.DataFrame:
    """Return how each customer pays, with the category."""
    rows = categorise(payment_behaviour(book.ledger, as_of=DAY))
    return rows.assign(past_due_share=rows["past_due"] / rows["open_amount"])


@lru_cache(KEPT)
def ranked(book: Book) -> pd.DataFrame:
    """Return the customers to chase, the first one first."""
    return worklist(book.ledger, judged(book), as_of=DAY)


def of_customer(book: Book, column: str, customer: str) -> float:
    """Return a figure of a customer."""
    rows = judged(book)
    return float(rows.loc[rows["customer_id"] == customer, column].iloc[0])


def weighted(rows: pd.DataFrame, column: str, weight: str) -> float:
    """Return the mean of a column, each row weighing as much as another column says."""
    return float((rows[column] * rows[weight]).sum() / rows[weight].sum())


def late(rows: pd.DataFrame) -> float:
    """Return days late, weighted by amount."""
    return weighted(rows, "days_late", "original_amount")


def paid_or_due(book: Book) -> pd.DataFrame:
    """Return the invoices of the customer who stopped paying that are paid or past due."""
    rows = invoices(book.ledger)
    return rows[rows["settled_on"].notna() | (rows["days_late"] > 0)]


def paid(book: Book) -> pd.DataFrame:
    """Return the invoices that he paid."""
    rows = invoices(book.ledger)
    return rows[rows["settled_on"].notna()]


def categories(book: Book) -> dict[str, str]:
    """Return the category of each customer."""
    rows = judged(book)
    return dict(zip(rows["customer_id"], rows["category"], strict=True))


def graded(book: Book, column: str, *, problem: float, risky: float) -> dict[str, str]:
    """Return categories by one figure alone, as whoever looks at nothing else would give them."""
    rows = judged(book)
    grades = {row["customer_id"]: row[column] for row in rows[["customer_id", column]].to_dict("records")}
    return {
        customer: "risky" if value >= risky else "problem" if value >= problem else "reliable"
        for customer, value in grades.items()
    }


def deteriorating(book: Book) -> frozenset[str]:
    """Return the customers whose payments decline."""
    rows = deteriorating_payers(book.ledger, as_of=DAY)
    return frozenset(rows.loc[rows["deteriorating"], "customer_id"])


def fell_since_last_quarter(book: Book) -> frozenset[str]:
    """Return who paid less in the last three months than in the three before, whatever the season."""
    rows = activity_trend(book.ledger, as_of=DAY, months=2 * QUARTER, by="customer_id")
    days = sorted(rows["as_of"].unique())
    recent = rows[rows["as_of"].isin(days[QUARTER:])].groupby("customer_id")["receipts"].sum()
    before = rows[rows["as_of"].isin(days[:QUARTER])].groupby("customer_id")["receipts"].sum()
    return frozenset(recent.index[recent < FELL * before.reindex(recent.index).fillna(0)])


def largest(book: Book, column: str) -> frozenset[str]:
    """Return the customer to chase with the most of something."""
    return frozenset(ranked(book).nlargest(1, column)["customer_id"])


def figures(book: Book) -> dict[str, float]:
    """Return what the options of the case name."""
    return {
        "oldest": of_customer(book, "oldest_days", PUNCTUAL),
        "items": of_customer(book, "items", PUNCTUAL),
        "late": of_customer(book, "late_open_items", PUNCTUAL),
    }


EXERCISES: Final = (
    Exercise(
        "3.1",
        "days",
        lambda book: of_customer(book, "days_late", STOPPED),
        {
            "paid_only": lambda book: late(paid(book)),
            "not_due_too": lambda book: late(invoices(book.ledger)),
            "unweighted": lambda book: float(paid_or_due(book)["days_late"].mean()),
            "from_invoice_date": lambda book: late(paid_or_due(book)) + TERMS,
        },
        columns=("days_late",),
    ),
    Exercise(
        "3.2",
        "ratio",
        lambda book: weighted(judged(book), "on_time_share_amount", "billed_amount"),
        {
            "mean_of_customers": lambda book: float(judged(book)["on_time_share_amount"].mean()),
            "by_count": lambda book: weighted(judged(book), "on_time_share", "items"),
            "counts_weighed": lambda book: weighted(judged(book), "on_time_share", "billed_amount"),
        },
    ),
    Exercise(
        "3.3",
        "table",
        categories,
        {
            "by_oldest_debt": lambda book: graded(book, "oldest_days", problem=WORRY, risky=ALARM),
            "by_past_due": lambda book: graded(book, "past_due_share", problem=0.01, risky=0.5),
            "new_is_reliable": lambda book: categories(book) | {NEW: "reliable"},
            "forgotten_invoice": lambda book: categories(book) | {PUNCTUAL: "problem"},
            "decline_is_a_problem": lambda book: categories(book) | {DETERIORATING: "problem"},
        },
        columns=("category",),
    ),
    Exercise(
        "3.4",
        "names",
        deteriorating,
        {
            "last_quarter": fell_since_last_quarter,
            "season": lambda book: deteriorating(book) | {SEASONAL},
            "season_alone": lambda book: frozenset({SEASONAL}),
            "stopped": lambda book: deteriorating(book) | {STOPPED},
            "late": lambda book: deteriorating(book) | {LATE},
        },
        columns=("customer_id",),
    ),
    Exercise(
        "3.5",
        "names",
        lambda book: frozenset(ranked(book)["customer_id"].head(1)),
        {
            "largest_balance": lambda book: largest(book, "open_amount"),
            "most_past_due": lambda book: largest(book, "past_due"),
            "oldest_debt": lambda book: largest(book, "oldest_days"),
        },
        columns=("customer_id",),
    ),
    Exercise(
        "3.6",
        "choice",
        lambda book: book.letter(0),
        {"stop": lambda book: book.letter(1), "wait": lambda book: book.letter(2)},
        unit="days",
        figures=figures,
    ),
)
