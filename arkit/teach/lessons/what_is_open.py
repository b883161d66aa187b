"""Lesson 1, *What is open?*: items and entries, as-of, aging, unapplied cash.

Five customers of a small wholesaler and what goes wrong in their books; a chart of one invoice's balance; the
exercises, each with what its typical mistakes come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from arkit.aging.aging import aging_table
from arkit.aging.open_items import open_items
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present import charts
from arkit.read.reading import make_ledger
from arkit.resources import resource
from arkit.sample.world import Draws
from arkit.teach.exercise import CURRENCY, Book, Course, Exercise, case, written
from arkit.words.catalogue import text
from arkit.words.columns import NOT_DUE

if TYPE_CHECKING:
    from arkit.present.charts import Figure

PART_PAID: Final = "102"
LAST_MONTH, DAY, TODAY = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 16)
# 101 is typed twice. 104 has no due date, only its terms. 109 is dated after the day. R34 names no invoice: it was
# matched twelve days after it came, to one that was not even due.
ITEMS, APPLICATIONS = "templates/lessons/1_items.txt", "templates/lessons/1_applications.txt"
INVOICES: Final = 9
PARTS: Final = ("r31", "c20", "c21", "r34")
LATE, TYPED_TWICE, DATED_LATER = "103", "101", "109"
KEPT: Final = 8


def draw_ledger(draws: Draws) -> Ledger:
    """A learner's ledger: the same story for all, other days and amounts for each."""
    filled = {**_days(draws), **_amounts(draws)}
    return make_ledger(
        items=written(_filled(ITEMS, filled), currency=CURRENCY),
        applications=written(_filled(APPLICATIONS, filled)),
        covers=(date(2026, 7, 1), TODAY),
    )


def _filled(file: str, values: Mapping[str, object]) -> str:
    return resource(file).read_text(encoding="utf-8").format(**values)


def _days(draws: Draws) -> dict[str, date]:
    """The days of three invoices: up to four days earlier, so that each learner counts other days."""
    first = {"101": date(2026, 7, 20), "102": date(2026, 8, 14), "103": date(2026, 8, 25)}
    terms = {"101": 30, "102": 30, "103": 60}
    earlier = draws.below(len(first), 5).tolist()
    days = {name: day - timedelta(days=back) for (name, day), back in zip(first.items(), earlier, strict=True)}
    dated = {f"d{name}": day for name, day in days.items()}
    return dated | {f"t{name}": day + timedelta(days=terms[name]) for name, day in days.items()}


def _amounts(draws: Draws) -> dict[str, str]:
    """Amounts as text: 400.00 to 2,400.00 an invoice, a part of it for part payments and credit notes."""
    cents = dict(zip(range(101, 110), draws.between(INVOICES, 40_000, 240_000).tolist(), strict=True))
    part = dict(zip(PARTS, draws.between(len(PARTS), 20, 40).tolist(), strict=True))
    amounts = {f"a{number}": amount for number, amount in cents.items()}
    amounts |= {"r31": cents[102] * part["r31"] // 100, "c20": cents[103] * part["c20"] // 100}
    amounts |= {"c21": cents[106] * part["c21"] // 100, "r34": cents[104] * 2 * part["r34"] // 100}
    amounts |= {"r35": cents[102] - amounts["r31"], "r36": cents[106] - amounts["c21"]}
    return {name: f"{amount / 100:.2f}" for name, amount in amounts.items()}


def balance_chart(ledger: Ledger) -> Figure:
    """What is open on the invoice that is paid in two parts, day by day."""
    entries = ledger.entries
    own, days = (
        entries[entries["item_id"] == PART_PAID],
        {text("teach.chart.day"): DAY, text("teach.chart.today"): TODAY},
    )
    return charts.balance_steps(own, days=days, currency=CURRENCY, title=text("teach.chart.balance", item=PART_PAID))


@lru_cache(KEPT)
def items_on(book: Book, day: date) -> pd.DataFrame:
    """What is open on a day, item by item."""
    return open_items(book.ledger, as_of=day)


def balance(book: Book, day: date, item: str = PART_PAID) -> float:
    """What is open on an item, nothing where it is settled."""
    rows = items_on(book, day)
    return float(rows.loc[rows["item_id"] == item, "open_amount"].sum())


def original(book: Book, item: str = PART_PAID) -> float:
    """The amount on the document."""
    items = book.ledger.items
    return float(items.loc[items["item_id"] == item, "original_amount"].iloc[0])


def days_past_due(book: Book, day: date, column: str = "days_past_due") -> float:
    """How many days an invoice has been due, or has been out."""
    rows = items_on(book, day)
    return float(rows.loc[rows["item_id"] == LATE, column].iloc[0])


def owed(book: Book, day: date) -> pd.DataFrame:
    """The items with something to pay on a day; what is owed to customers is none of them."""
    rows = items_on(book, day)
    return rows[rows["open_amount"] > 0]


def names(rows: pd.DataFrame) -> frozenset[str]:
    """The numbers of some items."""
    return frozenset(rows["item_id"])


def gross(book: Book, day: date) -> float:
    """What customers owe on a day."""
    return float(owed(book, day)["open_amount"].sum())


def aged(book: Book, day: date, **policy: Any) -> dict[str, float]:
    """The aging of a day by bucket."""
    rules = Policy(**policy)
    row = aging_table(book.ledger, as_of=day, policy=rules).iloc[0]
    return {label: float(row[label]) for label in rules.labels}


def past_due(book: Book, day: date, **policy: Any) -> float:
    """What is past due on a day."""
    return sum(amount for label, amount in aged(book, day, **policy).items() if label != NOT_DUE)


def unapplied(book: Book, day: date, *types: str) -> float:
    """What is unapplied on a day, of all types or some."""
    rows = items_on(book, day)
    left = rows[rows["open_amount"] < 0]
    return float(left[left["item_type"].isin(types)]["open_amount"].sum() if types else left["open_amount"].sum())


def invoices_of(book: Book, *, until: date) -> pd.DataFrame:
    """The invoices dated up to a day, settled or not."""
    items = book.ledger.items
    return items[(items["item_type"] == "invoice") & (items["document_date"].astype(str) <= str(until))]


def original_of_open(book: Book) -> float:
    """The amounts on the documents that are open, as if nothing had been paid on them."""
    items = book.ledger.items
    return float(items.loc[items["item_id"].isin(names(owed(book, DAY))), "original_amount"].sum())


def past_due_then_of_open(book: Book, day: date) -> float:
    """What of a later day's open items was past due a month earlier: what was paid since is missing."""
    rows = owed(book, day)
    return float(rows.loc[rows["due_date"].astype(str) < str(LAST_MONTH), "open_amount"].sum())


def received(book: Book) -> float:
    """All that customers paid up to the day, applied or not."""
    items = book.ledger.items
    paid = (items["item_type"] == "receipt") & (items["document_date"].astype(str) <= str(DAY))
    return float(items.loc[paid, "original_amount"].sum())


def amounts(book: Book) -> dict[str, float]:
    """What the three drafts of the case say."""
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
    case("apart", "netted", "today", amounts=amounts),
)
WHAT_IS_OPEN: Final = Course(
    draw_ledger,
    EXERCISES,
    terms=(
        *("item", "entry", "application", "as_of", "due_date", "open_amount", "days_past_due", "not_due", "bucket"),
        *("aging", "unapplied", "gross", "net", "finding", "control_total"),
    ),
    planted=(
        *("typed_twice", "no_due_date", "due_that_day", "dated_later", "receipt_unapplied", "credits", "paid_since"),
    ),
    charts={"balance": balance_chart},
)
