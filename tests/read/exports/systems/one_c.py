"""1C «Задолженность покупателей по срокам долга»: two rows of header, three levels in one column with their sums."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from tests.read.exports.books import DAY, Item, Numbers, Terms, Told
from tests.read.exports.grids import Cell, Grid, Row, Style

TERMS = Terms(
    seed=23,
    numbers=Numbers("0000-{:06}", "0000-{:06}", "0000-{:06}", first=112),
    currencies={"RUB": "1"},
    instalments=False,
)
STYLE = Style(kind="xlsx", sheet="TDSheet", day="%d.%m.%Y", decimal=",", thousands=" ")
TYPES = {
    "invoice": "Реализация (акт, накладная, УПД)",
    "credit_note": "Корректировка реализации",
    "receipt": "Поступление на расчетный счет",
}
RANGES = ("до 7 дней", "от 8 до 15 дней", "от 16 до 30 дней", "от 31 до 60 дней", "от 61 до 90 дней", "свыше 90 дней")
UPPER = (7, 15, 30, 60, 90)
LEVELS = "Покупатель"
TITLE = "Задолженность покупателей по срокам долга"
COLUMNS = {"customer_id": LEVELS, "item_id": LEVELS, "document_date": LEVELS, "open_amount": "Общая задолженность"}
NOTHING = Decimal("0.00")


def document_text(item: Item) -> str:
    """Return the words in which 1C names a document."""
    return f"{TYPES[item.kind]} {item.document} от {item.dated:%d.%m.%Y} 12:00:0{item.line}"


TOLD = Told(customer="name", due=False, types=False, document=document_text)


def grid(items: tuple[Item, ...]) -> Grid:
    """Return the report: buyer, contract and document below each other, and the sums of a level in its own row."""
    wide = 2 + len(RANGES)
    above: list[Row] = [
        ('ООО "Примерная компания"', *([None] * (wide - 1))),
        (f"{TITLE} на {DAY:%d.%m.%Y}", *([None] * (wide - 1))),
        ("Выводимые данные: сумма задолженности, руб.", *([None] * (wide - 1))),
        tuple([None] * wide),
    ]
    header: list[Row] = [
        (LEVELS, "Общая задолженность", "В том числе по срокам долга", *([None] * (len(RANGES) - 1))),
        ("Договор / Документ расчетов", None, *RANGES),
    ]
    rows, places, start = [*above, *header], [], len(above)
    open_items = [item for item in items if item.is_open]
    for _, of_buyer in groupby(open_items, key=lambda item: item.customer):
        bought = list(of_buyer)
        rows.append(_sums(bought[0].customer.name, bought))
        contracts = (bought[: len(bought) // 2], bought[len(bought) // 2 :])
        for number, part in enumerate(contracts, start=1):
            rows.append(_sums(f"Договор № {number}-{bought[0].customer.number[-3:]} от 0{number}.02.2026", part))
            for item in part:
                places.append(len(rows))
                rows.append(_sums(document_text(item), [item]))
    rows.append(_sums("Итого", open_items))
    return Grid(tuple(rows), (start, start + 2), COLUMNS, tuple(places))


def _sums(title: str, items: Iterable[Item]) -> Row:
    aged = [NOTHING] * len(RANGES)
    for item in items:
        aged[sum((DAY - item.dated).days > upper for upper in UPPER)] += item.left
    shown: list[Cell] = [amount or None for amount in aged]
    return (title, sum(aged, NOTHING), *shown)
