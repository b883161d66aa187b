"""The ledger of lesson 1: five customers of a small wholesaler, and what goes wrong in their books.

The picture of lesson 1: what is open on an invoice depends on the day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from arkit.model.ledger import Ledger
from arkit.present import charts
from arkit.read.reading import make_ledger
from arkit.sample.draws import Draws
from arkit.teach.books import CURRENCY, written

if TYPE_CHECKING:
    from arkit.present.charts import Figure

PART_PAID: Final = "102"
LAST_MONTH, DAY, TODAY = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 16)
# 101 is typed twice. 104 has no due date, only its terms. 109 is dated after the day.
DOCUMENTS: Final = """
item_id customer_id   item_type   document_date due_date   terms   amount
101     Alder~Bakery  invoice     {d101}        {t101}     30~days {a101}
102     Birch~Hotel   invoice     {d102}        {t102}     30~days {a102}
103     Cedar~Clinic  invoice     {d103}        {t103}     60~days {a103}
104     Alder~Bakery  invoice     2026-10-11    -          30~days {a104}
105     Dogwood~Cars  invoice     2026-10-01    2026-10-31 30~days {a105}
106     Elm~Studio    invoice     2026-10-12    2026-11-11 30~days {a106}
107     Birch~Hotel   invoice     2026-09-05    2026-10-05 30~days {a107}
108     Dogwood~Cars  invoice     2026-08-05    2026-09-04 30~days {a108}
109     Cedar~Clinic  invoice     2026-11-03    2027-01-02 60~days {a109}
C20     Cedar~Clinic  credit_note 2026-09-15    -          -       -{c20}
C21     Elm~Studio    credit_note 2026-10-14    -          -       -{c21}
R31     Birch~Hotel   receipt     2026-09-25    -          -       -{r31}
R32     Dogwood~Cars  receipt     2026-10-15    -          -       -{a108}
R33     Birch~Hotel   receipt     2026-10-20    -          -       -{a107}
R34     Alder~Bakery  receipt     2026-10-28    -          -       -{r34}
R35     Birch~Hotel   receipt     2026-11-05    -          -       -{r35}
R36     Elm~Studio    receipt     2026-11-12    -          -       -{r36}
101     Alder~Bakery  invoice     {d101}        {t101}     30~days {a101}
"""
# R34 names no invoice: it was matched twelve days after it came, to one that was not even due.
APPLICATIONS: Final = """
item_id counterpart_item_id effective_on amount
102     R31                 2026-09-25   {r31}
103     C20                 2026-09-15   {c20}
108     R32                 2026-10-15   {a108}
107     R33                 2026-10-20   {a107}
102     R35                 2026-11-05   {r35}
104     R34                 2026-11-09   {r34}
106     C21                 2026-11-10   {c21}
106     R36                 2026-11-12   {r36}
"""
INVOICES: Final = 9
PARTS: Final = ("r31", "c20", "c21", "r34")


def draw_ledger(draws: Draws) -> Ledger:
    """Return a learner's ledger: the same story for all, other days and amounts for each."""
    filled = {**_days(draws), **_amounts(draws)}
    return make_ledger(
        items=written(DOCUMENTS.format(**filled), currency="EUR"),
        applications=written(APPLICATIONS.format(**filled)),
        covers=(date(2026, 7, 1), TODAY),
    )


def _days(draws: Draws) -> dict[str, date]:
    """Return the days of three invoices: up to four days earlier, so that each learner counts other days."""
    first = {"101": date(2026, 7, 20), "102": date(2026, 8, 14), "103": date(2026, 8, 25)}
    terms = {"101": 30, "102": 30, "103": 60}
    earlier = draws.below(len(first), 5).tolist()
    days = {name: day - timedelta(days=back) for (name, day), back in zip(first.items(), earlier, strict=True)}
    dated = {f"d{name}": day for name, day in days.items()}
    return dated | {f"t{name}": day + timedelta(days=terms[name]) for name, day in days.items()}


def _amounts(draws: Draws) -> dict[str, str]:
    """Return amounts as text: 400.00 to 2,400.00 an invoice, a part of it for part payments and credit notes."""
    cents = dict(zip(range(101, 110), draws.between(INVOICES, 40_000, 240_000).tolist(), strict=True))
    part = dict(zip(PARTS, draws.between(len(PARTS), 20, 40).tolist(), strict=True))
    amounts = {f"a{number}": amount for number, amount in cents.items()}
    amounts |= {"r31": cents[102] * part["r31"] // 100, "c20": cents[103] * part["c20"] // 100}
    amounts |= {"c21": cents[106] * part["c21"] // 100, "r34": cents[104] * 2 * part["r34"] // 100}
    amounts |= {"r35": cents[102] - amounts["r31"], "r36": cents[106] - amounts["c21"]}
    return {name: f"{amount / 100:.2f}" for name, amount in amounts.items()}


def balance(ledger: Ledger) -> Figure:
    """Return what is open on the invoice that is paid in two parts, day by day."""
    entries = ledger.entries
    own, title = entries[entries["item_id"] == PART_PAID], f"What is open on invoice {PART_PAID}, day by day"
    return charts.balance_steps(own, days={"31 October": DAY, "today": TODAY}, currency=CURRENCY, title=title)
