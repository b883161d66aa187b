"""SAP FBL5N, customer line items: the list as it is saved, in German with header blocks, in English with footers."""

from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import Item, Numbers, Terms, Told
from tests.read.exports.grids import Grid, Row, Style

NUMBERS = Numbers("18{:08}", "16{:08}", "14{:08}", first=4711)
EUROPEAN = (
    "Müller & Söhne GmbH",
    "Jørgensen Ærø A/S",
    '=HYPERLINK("http://x","y")',
    "<img src=x onerror=alert(1)>",
    "O'Neill, Brown & Co.",
    "Zürich Holz AG",
)
TERMS = Terms(seed=28, numbers=NUMBERS, names=EUROPEAN)
TOLD = Told()
STYLE = Style(kind="list", encoding="cp1252", day="%d.%m.%Y", decimal=",", thousands=".", negative="trailing")
TYPES = {"invoice": "RV", "credit_note": "DG", "receipt": "DZ"}
HEADER = ("S", "Zuordnung", "Belegnr", "Pos", "Art", "Belegdatum", "Nettofälligkeit", "Betrag in HW", "HWähr", "Text")
COLUMNS = {
    "item_id": "Belegnr",
    "item_type": "Art",
    "document_date": "Belegdatum",
    "due_date": "Nettofälligkeit",
    "open_amount": "Betrag in HW",
    "currency": "HWähr",
}
NOTHING = Decimal("0.00")
PAGE = 4


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the list: a block with the customer above its items, the header again on every page, stars at the sums."""
    rows: list[Row] = [("Debitoren: Einzelpostenliste",), ("Offen zum Stichtag      31.10.2026",), ("",)]
    places: list[int] = []
    repeated: list[int] = []
    for _, of_customer in groupby((item for item in items if item.is_open), key=lambda item: item.customer):
        owed = list(of_customer)
        rows += [
            (f"Debitor                 {owed[0].customer.number}",),
            ("Buchungskreis           1000",),
            (f"Name                    {owed[0].customer.name}",),
            ("",),
        ]
        for start in range(0, len(owed), PAGE):
            repeated.append(len(rows))
            rows.append(HEADER)
            places += range(len(rows), len(rows) + len(owed[start : start + PAGE]))
            rows += [_row(item) for item in owed[start : start + PAGE]]
        rows += [_sum("*", "", owed), _sum("**", f"Konto {owed[0].customer.number}", owed), ("",)]
    rows.append(_sum("***", "", [item for item in items if item.is_open]))
    return Grid(tuple(rows), (repeated[0], repeated[0] + 1), COLUMNS, tuple(places), tuple(repeated[1:]))


def _row(item: Item) -> Row:
    text = f"Rate {item.line} von {item.of}" if item.of > 1 else ""
    return (
        "@",
        f"{item.dated:%Y%m%d}",
        item.document,
        f"{item.line:03}",
        TYPES[item.kind],
        item.dated,
        item.due,
        item.left,
        item.currency,
        text,
    )


def _sum(stars: str, text: str, items: list[Item]) -> Row:
    left = sum((item.left for item in items), NOTHING)
    return (stars, text, None, None, None, None, None, left, "EUR", None)


ENGLISH_TERMS = Terms(seed=29, numbers=NUMBERS)
ENGLISH_TOLD = Told(customer="number")
ENGLISH_STYLE = Style(
    delimiter="\t", encoding="utf-16", day="%d.%m.%Y", decimal=",", thousands=".", negative="trailing"
)
ENGLISH_HEADER = (
    "",
    "St",
    "Assignment",
    "DocumentNo",
    "Itm",
    "Type",
    "Doc. Date",
    "Net due dt",
    "Amount in local cur.",
    "LCurr",
    "Text",
)
ENGLISH_COLUMNS = {
    "item_id": "DocumentNo",
    "item_type": "Type",
    "document_date": "Doc. Date",
    "due_date": "Net due dt",
    "open_amount": "Amount in local cur.",
    "currency": "LCurr",
}


def english(items: tuple[Item, ...]) -> Grid:
    """Return the list saved as a spreadsheet: tabs between cells, the customer only in the footer below its items."""
    wide = len(ENGLISH_HEADER)
    blank: Row = tuple([None] * wide)
    rows: list[Row] = [
        ("Customer Line Items", *([None] * (wide - 1))),
        ("Open at key date 31.10.2026", *([None] * (wide - 1))),
        blank,
        ENGLISH_HEADER,
        blank,
    ]
    places: list[int] = []
    for _, of_customer in groupby((item for item in items if item.is_open), key=lambda item: item.customer):
        owed = list(of_customer)
        places += range(len(rows), len(rows) + len(owed))
        rows += [(None, "", *_row(item)[1:]) for item in owed]
        rows += [_footer("*", "", owed), _footer("**", f"Account {owed[0].customer.number}", owed), blank]
    rows.append(_footer("***", "", [item for item in items if item.is_open]))
    return Grid(tuple(rows), (3, 4), ENGLISH_COLUMNS, tuple(places))


def _footer(stars: str, text: str, items: list[Item]) -> Row:
    left = sum((item.left for item in items), NOTHING)
    return (stars, text, None, None, None, None, None, None, left, "EUR", None)
