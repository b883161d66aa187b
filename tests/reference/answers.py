"""What the glossary says, counted item by item and day by day: slow, plain, and without a line of the library."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.reference.books import DECIMALS, FIRST, SIGN, Books, Item

EDGES = (0, 30, 60, 90)
BILLED = ("invoice", "debit_note")


def bucket(item: Item, day: date) -> int:
    """The first edge that the days past due do not exceed."""
    late = (day - item.due).days
    return next((place for place, edge in enumerate(EDGES) if late <= edge), len(EDGES))


def balances(books: Books, day: date, *, net: bool) -> dict[tuple[str, str], dict[str, int]]:
    """By customer and currency the open amount of each item; netted, the oldest debts and credits go first."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for item in sorted(books.items.values(), key=lambda item: (item.due, item.name)):
        if item.open(day):
            found[item.customer, item.currency][item.name] = item.open(day)
    for amounts in found.values() if net else ():
        offset = min(sum(a for a in amounts.values() if a > 0), -sum(a for a in amounts.values() if a < 0))
        for sign in (1, -1):
            rest = offset
            for name in [name for name, amount in amounts.items() if amount * sign > 0]:
                taken = min(rest, abs(amounts[name]))
                amounts[name] -= sign * taken
                rest -= taken
    return found


def aging(books: Books, day: date, *, net: bool) -> dict[tuple[str, str], list[int]]:
    """By customer and currency the five buckets and the unapplied, where anything is open."""
    rows = {}
    for key, amounts in balances(books, day, net=net).items():
        row = [0] * 6
        for name, amount in amounts.items():
            row[bucket(books.items[name], day) if amount > 0 else 5] += amount
        rows[key] = row
    return {key: row for key, row in rows.items() if any(row)}


def first_due(books: Books, item: Item) -> date:
    """The due date before any new agreement."""
    while item.replaces:
        item = books.items[item.replaces]
    return item.first_due or item.due


def disputed(books: Books, day: date) -> dict[str, int]:
    """How much of each open item is in dispute on a day."""
    running = [d for d in books.disputes if d[2] <= day and (d[3] is None or d[3] > day)]
    owed = [item for item in books.items.values() if item.open(day) > 0]
    held = dict.fromkeys((item.name for item in owed), 0)
    for item in owed:
        amounts = [amount for name, _, _, _, amount in running if name == item.name]
        wanted = sum(item.open(day) if amount is None else amount for amount in amounts)
        held[item.name] = min(item.open(day), wanted)
    for customer in sorted({item.customer for item in owed}):
        amounts = [amount for name, owner, _, _, amount in running if name is None and owner == customer]
        own = sorted((item for item in owed if item.customer == customer), key=lambda item: (item.due, item.name))
        rest = sum(amount or 0 for amount in amounts) * 10 ** DECIMALS[own[0].currency]
        for item in own:
            free = item.open(day) - held[item.name]
            taken = free if None in amounts else min(free, rest) if item.currency == own[0].currency else 0
            held[item.name] += taken
            rest -= taken
    return {name: amount for name, amount in held.items() if amount}


def sales(books: Books, currency: str, first: date, last: date) -> int:
    """Billings after a day and up to another: invoices and debit notes less credit notes; a renewal is no sale."""
    kinds = (*BILLED, "credit_note")
    return sum(
        item.entries[0][2]
        for item in books.items.values()
        if item.currency == currency and item.kind in kinds and not item.replaces and first < item.dated <= last
    )


def counted(books: Books, item: Item, day: date) -> list[tuple[Any, ...]]:
    """The entries of an item as they count from a day on: what came back was not paid, the last payment first."""
    known = sorted((list(e) for e in item.entries if e[0] <= day), key=lambda e: e[0])
    for place, back in enumerate(known):
        for paid in reversed(known[:place]):
            if is_cash(books, tuple(paid)) and [*back[1:2], back[4]] == [*paid[1:2], paid[4]]:
                taken = max(0, min(back[2], -paid[2]))
                paid[2] += taken
                back[2] -= taken
    return [tuple(e) for e in known]


def is_cash(books: Books, entry: tuple[Any, ...]) -> bool:
    """Whether an entry is a payment: what a credit note settles is not paid."""
    kind, other = entry[1], entry[4]
    return kind == "settlement" or (kind == "application" and books.items[other].kind != "credit_note")


def kpis(books: Books, currency: str, ends: list[date]) -> dict[str, float | None]:
    """The KPIs of the last of some month-ends over the last three months; ``ends`` are all known ones, rising."""
    day, start = ends[-1], ends[-4]
    items = [
        item for item in books.items.values() if item.currency == currency and item.customer not in books.intercompany
    ]
    own = Books({item.name: item for item in items}, books.disputes)
    lookup = books

    def gross(on: date) -> int:
        return sum(max(item.open(on), 0) for item in items)

    def net(on: date) -> int:
        return sum(item.open(on) for item in items)

    receivables, days, sold = gross(day), (day - start).days, sales(own, currency, start, day)
    not_due = sum(max(item.open(day), 0) for item in items if item.due >= day)
    charged = net(start) + sold
    held = disputed(books, day)
    paid = [
        (e, item)
        for item in items
        if item.kind in BILLED
        for e in counted(lookup, item, day)
        if is_cash(lookup, e) and start < e[0] <= day
    ]
    cash = -sum(e[2] for e, _ in paid)
    fell, punctual, fell_items, punctual_items = punctuality(books, items, start, day)
    off = -sum(
        e[2]
        for item in items
        if SIGN[item.kind] > 0
        for e in item.entries
        if e[1] == "write_off" and start < e[0] <= day
    )
    some = sold > 0
    owed = receivables > 0
    return {
        "dso": receivables / sold * days if some else None,
        "control_account_dso": net(day) / sold * days if some else None,
        "countback_dso": countback(own, currency, receivables, ends),
        "receivables_turnover": sold / ((gross(start) + receivables) / 2) if gross(start) + receivables > 0 else None,
        "collection_effectiveness_index": (charged - net(day)) / (charged - not_due) if charged - not_due > 0 else None,
        "past_due_ratio": (receivables - not_due) / receivables if owed else None,
        "unapplied_ratio": (receivables - net(day)) / receivables if owed else None,
        "dispute_ratio": sum(held.get(item.name, 0) for item in items) / receivables if owed else None,
        "days_beyond_terms": _mean(-e[2] * (e[0] - first_due(books, i)).days for e, i in paid) / cash
        if cash > 0
        else None,
        "average_days_to_pay": _mean(-e[2] * (e[0] - i.dated).days for e, i in paid) / cash if cash > 0 else None,
        "on_time_share": punctual / fell if fell else None,
        "on_time_share_of_items": punctual_items / fell_items if fell_items else None,
        "write_off_ratio": off / sold if some else None,
    }


def _mean(parts: Iterable[int]) -> int:
    return sum(parts)


def countback(books: Books, currency: str, owed: int, ends: list[date]) -> float | None:
    """Months back until their sales make up what is owed; a month of net credits tells nothing."""
    days = 0.0
    for last, first in zip(ends[::-1], ends[-2::-1], strict=False):
        if owed <= 0:
            break
        sold = sales(books, currency, first, last)
        if sold < 0:
            return None
        if sold >= owed:
            return days + owed / sold * (last - first).days
        owed, days = owed - sold, days + (last - first).days
    return None if owed > 0 else days


def punctuality(books: Books, items: list[Item], start: date, day: date) -> tuple[int, int, int, int]:
    """Amount that first fell due in a window and of it paid by then; the same of items."""
    fell = punctual = fell_items = punctual_items = 0
    for item in items:
        deadline = max(first_due(books, item), item.dated)
        if item.kind not in BILLED or not start < deadline <= day:
            continue
        early = [e for e in counted(books, item, day) if e[0] <= deadline]
        paid = -sum(e[2] for e in early if e[1] == "discount" or is_cash(books, e))
        left = max(sum(e[2] for e in early), 0)
        if left > 0 or paid > 0:
            fell, punctual, fell_items = fell + left + paid, punctual + paid, fell_items + 1
            punctual_items += left == 0
    return fell, punctual, fell_items, punctual_items


def days_late(books: Books, debt: Item, day: date) -> int | None:
    """How late a debt was paid as seen on a day, or is at least; nothing where it shows nothing."""
    family = [debt]
    while found := [item for item in books.items.values() if item.replaces == family[-1].name]:
        family += found
    if debt.dated > day:
        return None
    moves = [(e, item) for item in family for e in item.entries if e[0] <= day]
    billed = debt.entries[0][2]
    off = -sum(e[2] for e, _ in moves if e[1] == "write_off")
    void = -sum(
        e[2] for e, item in moves if e[1] in ("correction", "transfer") or (e[1] == "original" and item is not debt)
    )
    void -= sum(e[2] for e, _ in moves if e[1] == "application" and not is_cash(books, e))
    until = max((d for item in family for d in _owed_days(item, day)), default=debt.dated - timedelta(days=1))
    lost = off * 2 > billed
    if until >= day or lost:
        if first_due(books, debt) >= day:
            return None
        end = day if until >= day else until + timedelta(days=1)
    elif void * 2 > billed:
        return None
    else:
        end = max(until + timedelta(days=1), debt.dated)
    days = {
        begin + timedelta(days=n)
        for name, owner, begin, to, amount in books.disputes
        if begin <= day and (name == debt.name or (name is None and owner == debt.customer and amount is None))
        if amount is None or amount * 2 > billed
        for n in range(((to or day) - begin).days)
    }
    due = first_due(books, debt)
    excused = len([d for d in days if due <= d < end])
    late = (end - due).days - excused
    return max(late, 0) if excused else late


def _owed_days(item: Item, day: date) -> list[date]:
    """The days up to a day on which something of an item is owed."""
    return [
        d
        for d in (FIRST + timedelta(days=n) for n in range((day - FIRST).days + 1))
        if d >= item.dated and item.open(d) > 0
    ]


def payments(books: Books, own: list[Item], day: date) -> dict[date, int]:
    """By day what was paid: receipts less what others took back, and settlements that did not come back."""
    found: dict[date, int] = defaultdict(int)
    for item in own:
        if item.kind == "receipt" and item.entries[0][2] < 0 and item.dated <= day:
            back = [e[2] for e in item.entries if e[4] and books.items[e[4]].kind == "receipt" and e[0] <= day]
            found[item.dated] -= item.entries[0][2] + sum(back)
        for e in counted(books, item, day) if SIGN[item.kind] > 0 else ():
            found[e[0]] -= min(e[2], 0) if e[1] == "settlement" else 0
    return {on: paid for on, paid in found.items() if paid > 0}
