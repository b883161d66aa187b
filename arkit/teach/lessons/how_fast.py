"""Lesson 2, *How fast do we collect?*: DSO and its traps, count-back, collection effectiveness, days beyond terms.

Three customers who pay in the same way in every month, while sales rise and then fall; tables of sales, balances and
payments; a chart of three kinds of DSO; the exercises, each with what its typical mistakes come to.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.open_items import open_items
from arkit.calendar import months_before
from arkit.flows.movements import activity_trend
from arkit.flows.roll_forward import vintage
from arkit.kpi.panel import kpi_trend, kpis
from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.sample.world import Draws
from arkit.teach.exercise import Application, Book, Course, Exercise, Item, Payment, books, case
from arkit.words.catalogue import text
from arkit.words.columns import NOT_DUE

if TYPE_CHECKING:
    from arkit.present.charts import Figure

JUNE, DAY = date(2026, 6, 30), date(2026, 9, 30)
WINDOW: Final = 91
TERMS: Final = timedelta(days=30)
DAYS_APART: Final = timedelta(days=6)
# Sales of January to September as multiples of one amount: flat, rising, falling.
SALES: Final = (2, 2, 2, 1, 2, 3, 3, 2, 1)
QUICK, STEADY, SLOW = "Ash Printing", "Beech Books", "Cedar Press"
# How many months after the invoice each pays, and on which day of that month, or a little later.
HABITS: Final = {QUICK: (0, 22), STEADY: (1, 20), SLOW: (2, 18)}
# An invoice that was wrong and taken back two days later, and a payment made twice and sent back in July.
WRONG, TAKEN_BACK = ("6W", date(2026, 6, 15)), ("C6W", date(2026, 6, 17))
TWICE, SENT_BACK = ("R5B2", date(2026, 6, 25)), ("B5B2", date(2026, 7, 3))
AFTER: Final = ("at_its_end", "a_month_later", "two_months_later")
HIGHEST: Final = 45
SPEEDS: Final = ("dso", "countback_dso", "sales_weighted_dso")
MONTHS: Final = 4
QUARTER: Final = {"July": 7, "August": 8, "September": 9}
DAYS_OF_MONTH, DAYS_OF_YEAR = 30, 365
KEPT: Final = 32


def draw_ledger(draws: Draws) -> Ledger:
    """A learner's ledger: amounts, shares of the customers and days of payment of their own."""
    [unit] = (draws.between(1, 800, 1200) * 10_000).tolist()
    wrong, twice = (unit * draws.between(2, 15, 25) // 100).tolist()
    quick, slow = draws.between(2, 17, 23).tolist()
    shares = {QUICK: quick + 10, STEADY: 90 - quick - slow, SLOW: slow}
    later = dict(zip(HABITS, draws.below(len(HABITS), 5).tolist(), strict=True))
    items = [_invoice(month, customer, unit, shares[customer]) for month in range(1, 10) for customer in HABITS]
    payments = [payment for item in items for payment in _payments(item, later[item.customer_id])]
    items += [
        Item(WRONG[0], QUICK, "invoice", WRONG[1], WRONG[1] + TERMS, wrong),
        Item(TAKEN_BACK[0], QUICK, "credit_note", TAKEN_BACK[1], TAKEN_BACK[1], -wrong),
        Item(TWICE[0], STEADY, "receipt", TWICE[1], TWICE[1], -twice),
        Item(SENT_BACK[0], STEADY, "journal", SENT_BACK[1], SENT_BACK[1], twice),
    ]
    matched = [
        Application(WRONG[0], TAKEN_BACK[0], TAKEN_BACK[1], wrong),
        Application(SENT_BACK[0], TWICE[0], SENT_BACK[1], twice),
    ]
    return books(items, payments, matched, until=DAY)


def _invoice(month: int, customer: str, unit: int, share: int) -> Item:
    """The one invoice of a customer in a month: a share of the month's sales."""
    document = date(2026, month, 8)
    amount = unit * SALES[month - 1] * share // 100
    return Item(f"{month}{customer[0]}", customer, "invoice", document, document + TERMS, amount)


def _payments(item: Item, later: int) -> list[Payment]:
    """The payments of an invoice by the habit of its customer; the slow one pays in two parts, days apart."""
    after, day = HABITS[item.customer_id]
    first = date(2026, item.document_date.month + after, day + later)
    if item.customer_id != SLOW:
        return [Payment(item.item_id, item.customer_id, first, item.cents)]
    part = item.cents * 6 // 10
    parts = [(first, part), (first + DAYS_APART, item.cents - part)]
    return [Payment(item.item_id, item.customer_id, day, cents) for day, cents in parts]


def months_table(ledger: Ledger) -> pd.DataFrame:
    """Sales, receipts and what is open at the end of each month."""
    return activity_trend(ledger, as_of=DAY, months=9)[["as_of", "sales", "receipts", "gross", "unapplied"]]


def uncollected_by_age(ledger: Ledger) -> pd.DataFrame:
    """Which part of each month's sales was open at its end, and one and two months later, up to June."""
    sold = months_table(ledger).set_index("as_of")["sales"]
    rows = vintage(ledger, as_of=DAY, months=8)
    rows = rows[rows["billing_month"].astype(str) <= str(JUNE)]
    wide = rows.pivot(index="billing_month", columns="age_months", values="open_amount")[[0, 1, 2]]
    shares = wide.div(sold.loc[wide.index], axis=0)
    return shares.set_axis(list(AFTER), axis=1).reset_index()


def open_now(ledger: Ledger) -> pd.DataFrame:
    """What is open on the last day, item by item."""
    items = open_items(ledger, as_of=DAY)
    return items[["item_id", "customer_id", "document_date", "due_date", "days_past_due", "open_amount"]]


def payments(ledger: Ledger) -> pd.DataFrame:
    """What was paid on invoices in the last quarter, and how many days after their due date."""
    entries, items = ledger.entries, ledger.items
    after = entries["effective_on"].astype(str) > str(JUNE)
    paid = entries[(entries["entry_type"] == "application") & (entries["amount"] < 0) & after]
    billed = items.loc[items["item_type"] == "invoice", ["item_id", "customer_id", "due_date"]]
    paid = paid.merge(billed, on="item_id")
    late = (paid["effective_on"] - paid["due_date"]).dt.days
    paid = paid.assign(amount=-paid["amount"], days_late=late, settled_on=paid["effective_on"]).sort_values(
        "settled_on"
    )
    return paid[["item_id", "customer_id", "due_date", "settled_on", "days_late", "amount"]]


def speeds(ledger: Ledger) -> Figure:
    """DSO, count-back DSO and sales-weighted DSO month by month, up to the month that a learner computes."""
    trend = kpi_trend(ledger, as_of=months_before(DAY, 1), months=MONTHS, window=WINDOW, names=SPEEDS)
    chart = charts.kpi_chart(trend, title=text("teach.chart.speeds"))
    # On one scale, or the unequal lengths of the months would look like a change.
    return chart.update_yaxes(range=[0, HIGHEST]).update_xaxes(dtick="M1", tickformat="%b")


@lru_cache(KEPT)
def kpi(book: Book, name: str, day: date, window: str | int = WINDOW) -> float:
    """A KPI of a day."""
    return float(kpis(book.ledger, as_of=day, window=window, names=[name])["value"].iloc[0])


@lru_cache(KEPT)
def owed(book: Book, day: date, column: str = "gross") -> float:
    """A column of the aging of a day."""
    return float(aging_table(book.ledger, as_of=day)[column].iloc[0])


@lru_cache(KEPT)
def sales(book: Book, day: date, *, months: int = 3) -> float:
    """The sales of the months that end on a day."""
    return float(activity_trend(book.ledger, as_of=day, months=months)["sales"].sum())


def sales_without_credits(book: Book) -> float:
    """The invoices of the quarter to June, what was taken back among them."""
    items = book.ledger.items
    inside = items["document_date"].astype(str).between("2026-04-01", str(JUNE))
    return float(items.loc[inside & (items["item_type"] == "invoice"), "original_amount"].sum())


@lru_cache(KEPT)
def open_by_month(book: Book) -> dict[str, float]:
    """What is open of the invoices of each month of the quarter."""
    rows = aging_table(book.ledger, as_of=DAY, by="item_id")
    months = rows["item_id"].str.get(0).astype(int)
    return {name: float(rows.loc[months == number, "gross"].sum()) for name, number in QUARTER.items()}


@lru_cache(KEPT)
def sales_by_month(book: Book) -> dict[str, float]:
    """The sales of each month of the quarter."""
    rows = activity_trend(book.ledger, as_of=DAY, months=len(QUARTER))
    return dict(zip(QUARTER, rows["sales"].astype(float).tolist(), strict=True))


def uncollected(book: Book) -> dict[str, float]:
    """Which part of the sales of each month is still open at the end of the quarter."""
    sold = sales_by_month(book)
    return {month: amount / sold[month] for month, amount in open_by_month(book).items()}


def parts_of(amounts: dict[str, float], whole: float) -> dict[str, float]:
    """Amounts as parts of a whole."""
    return {name: amount / whole for name, amount in amounts.items()}


def effectiveness(opening: float, sold: float, closing: float, not_due: float) -> float:
    """What was collected as a part of what could have been."""
    return (opening + sold - closing) / (opening + sold - not_due)


def parts_of_effectiveness(book: Book, **changed: float) -> dict[str, float]:
    """What collection effectiveness is made of, with what a mistake changes."""
    parts = {
        "opening": owed(book, JUNE, "net"),
        "sold": sales(book, DAY),
        "closing": owed(book, DAY, "net"),
        "not_due": owed(book, DAY, NOT_DUE),
    }
    return parts | changed


def weighted(rows: pd.DataFrame, days: pd.Series[Any]) -> float:
    """The mean of days, each weighing as much as was paid on it."""
    return float((rows["amount"] * days).sum() / rows["amount"].sum())


def mean_of_customers(book: Book) -> float:
    """The plain mean of the days beyond terms of each customer."""
    rows = payments(book.ledger)
    weights = (
        rows.assign(weighed=rows["amount"] * rows["days_late"]).groupby("customer_id")[["weighed", "amount"]].sum()
    )
    return float((weights["weighed"] / weights["amount"]).mean())


def amounts(book: Book) -> dict[str, float]:
    """The days that the options of the case name."""
    named = {"june": JUNE, "september": DAY}
    days = {name: kpi(book, "dso", day) for name, day in named.items()}
    return days | {f"{name}_back": kpi(book, "countback_dso", day) for name, day in named.items()}


EXERCISES: Final = (
    Exercise(
        "days",
        lambda book: kpi(book, "dso", JUNE),
        {
            "one_month": lambda book: owed(book, JUNE) / sales(book, JUNE, months=1) * DAYS_OF_MONTH,
            "days_of_a_month": lambda book: owed(book, JUNE) / sales(book, JUNE) * DAYS_OF_MONTH,
            "days_of_a_year": lambda book: owed(book, JUNE) / sales(book, JUNE) * DAYS_OF_YEAR,
            "netted": lambda book: owed(book, JUNE, "net") / sales(book, JUNE) * WINDOW,
            "credits_forgotten": lambda book: owed(book, JUNE) / sales_without_credits(book) * WINDOW,
            "other_quarter": lambda book: kpi(book, "dso", DAY),
        },
        columns=("dso", "value"),
    ),
    Exercise(
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
        "days",
        lambda book: kpi(book, "countback_dso", DAY),
        {
            "ordinary": lambda book: kpi(book, "dso", DAY),
            "last_month_only": lambda book: owed(book, DAY) / sales(book, DAY, months=1) * DAYS_OF_MONTH,
            "rest_forgotten": lambda book: float(DAYS_OF_MONTH),
            "from_the_first_month": lambda book: owed(book, DAY) / sales_by_month(book)["July"] * 31,
        },
        columns=("countback_dso", "value"),
    ),
    Exercise(
        "ratio",
        lambda book: kpi(book, "collection_effectiveness_index", DAY, "quarter"),
        {
            "sales_of_a_month": lambda book: kpi(book, "collection_effectiveness_index_monthly", DAY, "quarter"),
            "on_account": lambda book: effectiveness(**parts_of_effectiveness(book, opening=owed(book, JUNE))),
            "opening_forgotten": lambda book: effectiveness(**parts_of_effectiveness(book, opening=0.0)),
            "not_due_blamed": lambda book: effectiveness(**parts_of_effectiveness(book, not_due=0.0)),
            "of_the_sales": lambda book: (
                (owed(book, JUNE, "net") + sales(book, DAY) - owed(book, DAY, "net")) / sales(book, DAY)
            ),
        },
        columns=("collection_effectiveness_index", "value"),
    ),
    Exercise(
        "days",
        lambda book: kpi(book, "days_beyond_terms", DAY, "quarter"),
        {
            "unweighted": lambda book: float(payments(book.ledger)["days_late"].mean()),
            "mean_of_customers": mean_of_customers,
            "early_as_zero": lambda book: weighted(rows := payments(book.ledger), rows["days_late"].clip(lower=0)),
            "from_invoice_date": lambda book: kpi(book, "average_days_to_pay", DAY, "quarter"),
        },
        columns=("days_beyond_terms", "value"),
    ),
    Exercise(
        "days",
        lambda book: kpi(book, "average_days_delinquent", DAY),
        {
            "not_due_part": lambda book: kpi(book, "best_possible_dso", DAY),
            "days_beyond_terms": lambda book: kpi(book, "days_beyond_terms", DAY, "quarter"),
            "all_of_it": lambda book: kpi(book, "dso", DAY),
        },
        columns=("average_days_delinquent", "value"),
    ),
    case("neither", "fell", "slower", amounts=amounts, unit="days"),
)
HOW_FAST: Final = Course(
    draw_ledger,
    EXERCISES,
    terms=(
        *("dso", "countback_dso", "sales_weighted_dso", "best_possible_dso", "average_days_delinquent"),
        *("collection_effectiveness_index", "days_beyond_terms", "unapplied"),
    ),
    planted=("sales_change", "taken_back", "paid_twice", "paid_early"),
    tables={"months": months_table, "open": open_now, "uncollected": uncollected_by_age, "payments": payments},
    charts={"speeds": speeds},
)
