"""The exercises of lesson 2, each with what its typical mistakes come to."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from arkit.aging.aging import aging_table
from arkit.flows.activity import activity_trend
from arkit.kpi.panel import kpis
from arkit.teach.exercise import Book, Exercise
from arkit.teach.how_fast.book import DAY, JUNE, WINDOW, payments

if TYPE_CHECKING:
    import pandas as pd

KEPT: Final = 32
QUARTER: Final = {"July": 7, "August": 8, "September": 9}
DAYS_OF_MONTH, DAYS_OF_YEAR = 30, 365


@lru_cache(KEPT)
def figure(book: Book, name: str, day: date, window: str | int = WINDOW) -> float:
    """Return a KPI of a day."""
    return float(kpis(book.ledger, as_of=day, window=window, names=[name])["value"].iloc[0])


@lru_cache(KEPT)
def owed(book: Book, day: date, column: str = "gross") -> float:
    """Return a column of the aging of a day."""
    return float(aging_table(book.ledger, as_of=day)[column].iloc[0])


@lru_cache(KEPT)
def sales(book: Book, day: date, *, months: int = 3) -> float:
    """Return the sales of the months that end on a day."""
    return float(activity_trend(book.ledger, as_of=day, months=months)["sales"].sum())


def sales_without_credits(book: Book) -> float:
    """Return the invoices of the quarter to June, what was taken back among them."""
    items = book.ledger.items
    inside = items["document_date"].astype(str).between("2026-04-01", str(JUNE))
    return float(items.loc[inside & (items["item_type"] == "invoice"), "original_amount"].sum())


@lru_cache(KEPT)
def open_by_month(book: Book) -> dict[str, float]:
    """Return what is open of the invoices of each month of the quarter."""
    rows = aging_table(book.ledger, as_of=DAY, by="item_id")
    months = rows["item_id"].str.get(0).astype(int)
    return {name: float(rows.loc[months == number, "gross"].sum()) for name, number in QUARTER.items()}


@lru_cache(KEPT)
def sales_by_month(book: Book) -> dict[str, float]:
    """Return the sales of each month of the quarter."""
    rows = activity_trend(book.ledger, as_of=DAY, months=len(QUARTER))
    return dict(zip(QUARTER, rows["sales"].astype(float).tolist(), strict=True))


def uncollected(book: Book) -> dict[str, float]:
    """Return which part of the sales of each month is still open at the end of the quarter."""
    sold = sales_by_month(book)
    return {month: amount / sold[month] for month, amount in open_by_month(book).items()}


def parts_of(amounts: dict[str, float], whole: float) -> dict[str, float]:
    """Return amounts as parts of a whole."""
    return {name: amount / whole for name, amount in amounts.items()}


def effectiveness(opening: float, sold: float, closing: float, not_due: float) -> float:
    """Return what was collected as a part of what could have been."""
    return (opening + sold - closing) / (opening + sold - not_due)


def parts_of_effectiveness(book: Book, **changed: float) -> dict[str, float]:
    """Return what collection effectiveness is made of, with what a mistake changes."""
    parts = {
        "opening": owed(book, JUNE),
        "sold": sales(book, DAY),
        "closing": owed(book, DAY),
        "not_due": owed(book, DAY, "not due"),
    }
    return parts | changed


def weighted(rows: pd.DataFrame, days: pd.Series[Any]) -> float:
    """Return the mean of days, each weighing as much as was paid on it."""
    return float((rows["amount"] * days).sum() / rows["amount"].sum())


def mean_of_customers(book: Book) -> float:
    """Return the plain mean of the days beyond terms of each customer."""
    rows = payments(book.ledger)
    weights = (
        rows.assign(weighed=rows["amount"] * rows["days_late"]).groupby("customer_id")[["weighed", "amount"]].sum()
    )
    return float((weights["weighed"] / weights["amount"]).mean())


def figures(book: Book) -> dict[str, float]:
    """Return the days that the options of the case name."""
    named = {"june": JUNE, "september": DAY}
    days = {name: figure(book, "dso", day) for name, day in named.items()}
    return days | {f"{name}_back": figure(book, "countback_dso", day) for name, day in named.items()}


EXERCISES: Final = (
    Exercise(
        "2.1",
        "days",
        lambda book: figure(book, "dso", JUNE),
        {
            "one_month": lambda book: owed(book, JUNE) / sales(book, JUNE, months=1) * DAYS_OF_MONTH,
            "days_of_a_month": lambda book: owed(book, JUNE) / sales(book, JUNE) * DAYS_OF_MONTH,
            "days_of_a_year": lambda book: owed(book, JUNE) / sales(book, JUNE) * DAYS_OF_YEAR,
            "netted": lambda book: owed(book, JUNE, "net") / sales(book, JUNE) * WINDOW,
            "credits_forgotten": lambda book: owed(book, JUNE) / sales_without_credits(book) * WINDOW,
            "other_quarter": lambda book: figure(book, "dso", DAY),
        },
        columns=("dso", "value"),
    ),
    Exercise(
        "2.2",
        "table",
        uncollected,
        {
            "of_what_is_open": lambda book: parts_of(open_by_month(book), owed(book, DAY)),
            "of_all_sales": lambda book: parts_of(open_by_month(book), sales(book, DAY)),
            "paid": lambda book: {month: 1 - part for month, part in uncollected(book).items()},
        },
        unit="ratio",
    ),
    Exercise(
        "2.3",
        "days",
        lambda book: figure(book, "countback_dso", DAY),
        {
            "ordinary": lambda book: figure(book, "dso", DAY),
            "last_month_only": lambda book: owed(book, DAY) / sales(book, DAY, months=1) * DAYS_OF_MONTH,
            "rest_forgotten": lambda book: float(DAYS_OF_MONTH),
            "from_the_first_month": lambda book: owed(book, DAY) / sales_by_month(book)["July"] * 31,
        },
        columns=("countback_dso", "value"),
    ),
    Exercise(
        "2.4",
        "ratio",
        lambda book: figure(book, "collection_effectiveness_index", DAY, "quarter"),
        {
            "sales_of_a_month": lambda book: figure(book, "collection_effectiveness_index_monthly", DAY, "quarter"),
            "opening_forgotten": lambda book: effectiveness(**parts_of_effectiveness(book, opening=0.0)),
            "not_due_blamed": lambda book: effectiveness(**parts_of_effectiveness(book, not_due=0.0)),
            "of_the_sales": lambda book: (owed(book, JUNE) + sales(book, DAY) - owed(book, DAY)) / sales(book, DAY),
        },
        columns=("collection_effectiveness_index", "value"),
    ),
    Exercise(
        "2.5",
        "days",
        lambda book: figure(book, "days_beyond_terms", DAY, "quarter"),
        {
            "unweighted": lambda book: float(payments(book.ledger)["days_late"].mean()),
            "mean_of_customers": mean_of_customers,
            "early_as_zero": lambda book: weighted(rows := payments(book.ledger), rows["days_late"].clip(lower=0)),
            "from_invoice_date": lambda book: figure(book, "average_days_to_pay", DAY, "quarter"),
        },
        columns=("days_beyond_terms", "value"),
    ),
    Exercise(
        "2.6",
        "days",
        lambda book: figure(book, "average_days_delinquent", DAY),
        {
            "not_due_part": lambda book: figure(book, "best_possible_dso", DAY),
            "days_beyond_terms": lambda book: figure(book, "days_beyond_terms", DAY, "quarter"),
            "all_of_it": lambda book: figure(book, "dso", DAY),
        },
        columns=("average_days_delinquent", "value"),
    ),
    Exercise(
        "2.7",
        "choice",
        lambda book: book.letter(0),
        {"fell": lambda book: book.letter(1), "slower": lambda book: book.letter(2)},
        unit="days",
        figures=figures,
    ),
)
