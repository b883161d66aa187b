"""Lesson 3, *Who pays how?*: payment behaviour, three categories, a forgotten invoice, decline or season.

Six customers, each with a way of paying, and what makes them look like another; tables of one customer's invoices, of
behaviour and of what to chase; a chart of receipts; the exercises, each with what its typical mistakes come to.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from arkit.aging.open_items import open_items
from arkit.calendar import months_before
from arkit.collection.worklist import worklist
from arkit.flows.movements import activity_trend
from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.sample.world import Draws
from arkit.segmentation.behaviour import payment_behaviour
from arkit.segmentation.categories import categorise
from arkit.segmentation.decline import deteriorating_payers
from arkit.teach.exercise import Book, Course, Exercise, Item, Payment, books, case
from arkit.words.catalogue import text

if TYPE_CHECKING:
    from arkit.present.charts import Figure

DAY, LAST_INVOICE = date(2026, 10, 31), date(2026, 10, 5)
TERMS: Final = timedelta(days=30)
PUNCTUAL, LATE, STOPPED = "Aspen Foods", "Beech Retail", "Cypress Build"
SEASONAL, DETERIORATING, NEW = "Dahlia Garden", "Fern Print", "Hazel Cafe"
# What a garden centre buys in each month of the year, in per cent of a mean month.
SEASON: Final = (40, 50, 90, 160, 190, 170, 120, 100, 100, 70, 60, 50)
# The one invoice that a punctual customer has forgotten.
FORGOTTEN, FORGOTTEN_ON = "A-lost", date(2026, 6, 23)
LAST_PAID: Final = date(2026, 6, 30)
# The deteriorating customer's last months: each is 5 % smaller and is paid 5 days later than the one before.
SLIDING, SMALLER, LATER = 12, 5, 5
GROWING: Final = 10
MONTHS: Final = 35
QUARTER, FELL = 3, 0.9
# Ages at which one who looks at the oldest debt alone would worry.
WORRY, ALARM = 30, 90
KEPT: Final = 8


class Habit(NamedTuple):
    """How a customer buys and pays: cents a month, months of history, and days late, at least and at most."""

    cents: int
    months: int
    least: int
    most: int


HABITS: Final = {
    PUNCTUAL: Habit(4_200_000, 36, -3, 0),
    LATE: Habit(1_400_000, 36, 28, 40),
    STOPPED: Habit(180_000, 10, -3, 0),
    SEASONAL: Habit(1_000_000, 36, -3, 0),
    DETERIORATING: Habit(4_000_000, 36, -3, 2),
    NEW: Habit(90_000, 2, -3, 0),
}


def draw_ledger(draws: Draws) -> Ledger:
    """A learner's ledger: amounts and delays are their own, the ways of paying are not."""
    items, payments = [], []
    for customer, habit in HABITS.items():
        sizes = draws.between(habit.months, 90, 110).tolist()
        odd = draws.below(habit.months, 10_000).tolist()
        late = draws.between(habit.months, habit.least, habit.most).tolist()
        for back in range(habit.months):
            item = _invoice(customer, back, habit.cents * sizes[back] // 100, odd[back])
            items.append(item)
            payments.append(_payment(item, back, late[back]))
    lost = draws.between(1, 400_000, 600_000).tolist()[0]
    items.append(Item(FORGOTTEN, PUNCTUAL, "invoice", FORGOTTEN_ON, FORGOTTEN_ON + TERMS, lost))
    came = [payment for payment in payments if payment.customer_id != STOPPED or payment.effective_on <= LAST_PAID]
    return books(items, came, [], until=DAY)


def _invoice(customer: str, back: int, cents: int, odd: int) -> Item:
    """The invoice of a month, counted back from the last one."""
    document = months_before(LAST_INVOICE, back)
    share = 100
    if customer == SEASONAL:
        share = SEASON[document.month - 1]
    if customer == STOPPED:  # bought more and more, as long as the money was not asked for
        share += GROWING * (HABITS[STOPPED].months - back)
    if customer == DETERIORATING:
        share -= SMALLER * max(SLIDING - back, 0)
    number = f"{customer[0]}-{document:%y%m}"
    return Item(number, customer, "invoice", document, document + TERMS, cents * share // 100 + odd)


def _payment(item: Item, back: int, late: int) -> Payment:
    """The payment of an invoice by the habit of its customer; it may come after the last day."""
    slide = LATER * max(SLIDING - back, 0) if item.customer_id == DETERIORATING else 0
    return Payment(item.item_id, item.customer_id, item.due_date + timedelta(days=late + slide), item.cents)


def invoices(ledger: Ledger) -> pd.DataFrame:
    """The invoices of the customer who stopped paying: the day of payment, and days late then or until now."""
    items, entries = ledger.items, ledger.entries
    paid = entries[(entries["entry_type"] == "application") & (entries["amount"] < 0)]
    rows = items[(items["customer_id"] == STOPPED) & (items["item_type"] == "invoice")]
    rows = rows.merge(paid[["item_id", "effective_on"]], on="item_id", how="left").sort_values("document_date")
    until = rows["effective_on"].fillna(pd.Timestamp(DAY))
    rows = rows.assign(settled_on=rows["effective_on"], days_late=(until - rows["due_date"]).dt.days)
    return rows[["item_id", "document_date", "due_date", "settled_on", "days_late", "original_amount"]]


def behaviour(ledger: Ledger) -> pd.DataFrame:
    """How each customer pays, as far as the lesson needs it."""
    rows = payment_behaviour(ledger, as_of=DAY)
    rows = rows.assign(past_due_share=rows["past_due"] / rows["open_amount"])
    punctual = ["items", "billed_amount", "on_time_share_amount", "on_time_share", "days_late_median"]
    return rows[["customer_id", *punctual, "past_due_share", "oldest_days", "silence"]]


def chased(ledger: Ledger) -> pd.DataFrame:
    """What there is to chase, item by item in the order of the customers: how much, and how old."""
    names = worklist(ledger, judged_on(ledger), as_of=DAY)["customer_id"]
    rows = open_items(ledger, as_of=DAY)
    rows = rows[rows["customer_id"].isin(names) & (rows["open_amount"] > 0)]
    return rows.sort_values(["customer_id", "due_date"])[["customer_id", "item_id", "open_amount", "days_past_due"]]


def judged_on(ledger: Ledger) -> pd.DataFrame:
    """The customers of the ledger with their categories."""
    return categorise(payment_behaviour(ledger, as_of=DAY))


def received(ledger: Ledger) -> Figure:
    """What each customer with a history paid in each month of three years."""
    rows = activity_trend(ledger, as_of=DAY, months=MONTHS, by="customer_id")
    rows = rows[rows["customer_id"] != NEW]
    named = rows.assign(kpi=rows["customer_id"], title=rows["customer_id"], value=rows["receipts"], unit="amount")
    chart = charts.kpi_chart(named, title=text("teach.chart.received"))
    return chart.update_yaxes(rangemode="tozero")


@lru_cache(KEPT)
def judged(book: Book) -> pd.DataFrame:
    """How each customer pays, with the category."""
    rows = judged_on(book.ledger)
    return rows.assign(past_due_share=rows["past_due"] / rows["open_amount"])


@lru_cache(KEPT)
def ranked(book: Book) -> pd.DataFrame:
    """The customers to chase, the first one first."""
    return worklist(book.ledger, judged(book), as_of=DAY)


def of_customer(book: Book, column: str, customer: str) -> float:
    """A number of a customer."""
    rows = judged(book)
    return float(rows.loc[rows["customer_id"] == customer, column].iloc[0])


def weighted(rows: pd.DataFrame, column: str, weight: str) -> float:
    """The mean of a column, each row weighing as much as another column says."""
    return float((rows[column] * rows[weight]).sum() / rows[weight].sum())


def late(rows: pd.DataFrame) -> float:
    """Days late, weighted by amount."""
    return weighted(rows, "days_late", "original_amount")


def paid_or_due(book: Book) -> pd.DataFrame:
    """The invoices of the customer who stopped paying that are paid or past due."""
    rows = invoices(book.ledger)
    return rows[rows["settled_on"].notna() | (rows["days_late"] > 0)]


def paid(book: Book) -> pd.DataFrame:
    """The invoices that this customer paid."""
    rows = invoices(book.ledger)
    return rows[rows["settled_on"].notna()]


def categories(book: Book) -> dict[str, str]:
    """The category of each customer."""
    rows = judged(book)
    return dict(zip(rows["customer_id"], rows["category"], strict=True))


def graded(book: Book, column: str, *, problem: float, risky: float) -> dict[str, str]:
    """Categories by one number alone, as one who looks at nothing else would give them."""
    rows = judged(book)
    grades = {row["customer_id"]: row[column] for row in rows[["customer_id", column]].to_dict("records")}
    return {
        customer: "risky" if value >= risky else "problem" if value >= problem else "reliable"
        for customer, value in grades.items()
    }


def deteriorating(book: Book) -> frozenset[str]:
    """The customers whose payments decline."""
    rows = deteriorating_payers(book.ledger, as_of=DAY)
    return frozenset(rows.loc[rows["deteriorating"], "customer_id"])


def fell_since_last_quarter(book: Book) -> frozenset[str]:
    """Who paid less in the last three months than in the three before, whatever the season."""
    rows = activity_trend(book.ledger, as_of=DAY, months=2 * QUARTER, by="customer_id")
    days = sorted(rows["as_of"].unique())
    recent = rows[rows["as_of"].isin(days[QUARTER:])].groupby("customer_id")["receipts"].sum()
    before = rows[rows["as_of"].isin(days[:QUARTER])].groupby("customer_id")["receipts"].sum()
    return frozenset(recent.index[recent < FELL * before.reindex(recent.index).fillna(0)])


def largest(book: Book, column: str) -> frozenset[str]:
    """The customer to chase with the most of something."""
    return frozenset(ranked(book).nlargest(1, column)["customer_id"])


def worst_habit(book: Book) -> frozenset[str]:
    """The customer to chase who is latest as a rule."""
    return frozenset(judged(book).nlargest(1, "days_late_median")["customer_id"])


def amounts(book: Book) -> dict[str, float]:
    """What the options of the case name."""
    return {
        "oldest": of_customer(book, "oldest_days", PUNCTUAL),
        "items": of_customer(book, "items", PUNCTUAL),
        "late": of_customer(book, "late_open_items", PUNCTUAL),
    }


EXERCISES: Final = (
    Exercise(
        "days",
        lambda book: of_customer(book, "days_late", STOPPED),
        {
            "paid_only": lambda book: late(paid(book)),
            "not_due_too": lambda book: late(invoices(book.ledger)),
            "unweighted": lambda book: float(paid_or_due(book)["days_late"].mean()),
            "from_invoice_date": lambda book: late(paid_or_due(book)) + TERMS.days,
        },
        columns=("days_late",),
    ),
    Exercise(
        "ratio",
        lambda book: weighted(judged(book), "on_time_share_amount", "billed_amount"),
        {
            "mean_of_customers": lambda book: float(judged(book)["on_time_share_amount"].mean()),
            "by_count": lambda book: weighted(judged(book), "on_time_share", "items"),
            "counts_weighed": lambda book: weighted(judged(book), "on_time_share", "billed_amount"),
        },
    ),
    Exercise(
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
        "names",
        lambda book: frozenset(ranked(book)["customer_id"].head(1)),
        {
            "largest_balance": lambda book: largest(book, "open_amount"),
            "most_past_due": lambda book: largest(book, "past_due"),
            "worst_habit": worst_habit,
        },
        columns=("customer_id",),
    ),
    case("call", "stop", "wait", amounts=amounts, unit="days"),
)
WHO_PAYS_HOW: Final = Course(
    draw_ledger,
    EXERCISES,
    terms=(
        *("payment_behaviour", "days_late", "on_time_share", "category", "deteriorating_payer", "inactive_past_due"),
        *("priority_amount", "stage"),
    ),
    planted=("forgotten", "stopped", "season", "deteriorating", "new"),
    tables={"invoices": invoices, "behaviour": behaviour, "chased": chased},
    charts={"received": received},
    # Chance alone makes a punctual customer look like a deteriorating one, once in a while.
    tells_its_story=lambda book: deteriorating(book) == {DETERIORATING},
)
