"""Sage 50: Aged Debtors Analysis (Detailed), as it is exported to CSV: account, name and terms in a row above."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style, row_of

TERMS = Terms(
    seed=34,
    numbers=Numbers("{}", "{}", "{}", first=2301),
    currencies={"GBP": "1"},
    customer_number="A{:05}",
    instalments=False,
)
TOLD = Told(due=False)
STYLE = Style(day="%d/%m/%Y", encoding="utf-8-sig")
TYPES = {"invoice": "SI", "credit_note": "SC", "receipt": "SA"}
AGED = ("Future", "Current", "Period 1", "Period 2", "Period 3", "Older")
HEADER = ("No", "Type", "Date", "Ref", "Details", "Balance", *AGED)
COLUMNS = {"item_id": "No", "item_type": "Type", "document_date": "Date", "reference": "Ref", "open_amount": "Balance"}
NOTHING = Decimal("0.00")


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: titles, then for each account its number and name, header, items and totals."""
    wide = len(HEADER)
    rows: list[Row] = [
        row_of(wide, c0="Example Trading Ltd"),
        row_of(wide, c0="Aged Debtors Analysis (Detailed)"),
        row_of(wide, c0="Report Date:", c1=DAY),
        row_of(wide),
        HEADER,
    ]
    places: list[int] = []
    open_items = [item for item in items if item.is_open]
    for customer, of_customer in groupby(open_items, key=lambda item: item.customer):
        owed = list(of_customer)
        rows.append(row_of(wide, c0="A/C:", c1=customer.number, c2="Name:", c3=customer.name, c6="Tel:"))
        places += range(len(rows), len(rows) + len(owed))
        rows += [_row(item) for item in owed]
        rows.append(("Totals:", *([None] * 4), *_aged(owed)))
        rows.append(row_of(wide, c0="Turnover:", c1=_left(owed), c2="Credit Limit £:", c3=Decimal("20000.00")))
        rows.append(row_of(wide))
    rows.append(("Grand Totals:", *([None] * 4), *_aged(open_items)))
    return Grid(tuple(rows), (4, 5), COLUMNS, tuple(places))


def _row(item: Item) -> Row:
    details = {"invoice": "Goods", "credit_note": "Goods returned", "receipt": "Payment on Account"}[item.kind]
    return (item.document, TYPES[item.kind], item.dated, "", details, *_aged([item]))


def _left(items: list[Item]) -> Decimal:
    return sum((item.left for item in items), NOTHING)


def _aged(items: list[Item]) -> tuple[Cell, ...]:
    sums = [NOTHING] * len(AGED)
    for item in items:
        sums[1 + min((DAY - item.dated).days // 30, len(AGED) - 2)] += item.left
    return (sum(sums, NOTHING), *sums)
