"""What is open, reckoned from the rows in plain Python: slow, obvious, and independent of arkit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from tests.model.books import CREDITS, DECIMALS, Books, Row, in_minor, readable, valid_day

KINDS = ("original", "application", "settlement", "discount", "write_off", "exchange", "transfer", "correction")
TERMS = {"30": 30, "net 60": 60, "whenever": 0}


def usable_items(books: Books) -> dict[str, Row]:
    """Return the rows that become items, by number: the first of each number, if nothing that matters is missing."""
    found: dict[str, Row] = {}
    seen: set[str | None] = set()
    for row in books.items:
        first = row["item_id"] not in seen
        seen.add(row["item_id"])
        good = readable(row["amount"]) is not None and row["currency"] in DECIMALS and valid_day(row["document_date"])
        if first and good and row["item_id"] is not None:
            found[row["item_id"]] = row
    return found


def movements(books: Books) -> list[tuple[str, date, int]]:
    """Return item, day and minor units of every entry that counts."""
    items = usable_items(books)
    moves = [
        (name, valid_day(row["document_date"]), in_minor(row["amount"], row["currency"])) for name, row in items.items()
    ]
    for row in books.applications:
        one, other = items.get(row["item_id"] or ""), items.get(row["counterpart_item_id"] or "")
        if one is None or other is None or one["currency"] != other["currency"]:
            continue
        day, amount = valid_day(row["effective_on"]), in_minor(row["amount"], one["currency"])
        if day is None or amount is None:
            continue
        day = max(day, *(valid_day(item["document_date"]) or day for item in (one, other)))
        moves += [(row["item_id"] or "", day, -amount), (row["counterpart_item_id"] or "", day, amount)]
    for row in books.entries:
        item = items.get(row["item_id"] or "")
        if item is not None and row["entry_type"] in KINDS:
            moves.append(
                (row["item_id"] or "", valid_day(row["effective_on"]), in_minor(row["amount"], item["currency"]))
            )
    return [(name, day, amount) for name, day, amount in moves if day is not None and amount is not None]


def balances(books: Books, as_of: date) -> dict[str, int]:
    """Return the open minor units of each item on a day."""
    sums: dict[str, int] = defaultdict(int)
    for name, day, amount in movements(books):
        if day <= as_of:
            sums[name] += amount
    return {name: amount for name, amount in sums.items() if amount}


def due_day(row: Row) -> date:
    """Return the due date of an item: as given, else by its terms."""
    given, made = valid_day(row["due_date"]), valid_day(row["document_date"])
    assert made is not None
    return given or made + timedelta(days=0 if row["item_type"] in CREDITS else TERMS[row["terms"] or ""])


def bucket(days: int, *, first: int, edges: tuple[int, ...], not_due: bool) -> str:
    """Return the label of the bucket of a number of days."""
    if not_due and days < first:
        return "not due"
    low = first
    for edge in edges:
        if days <= edge:
            return f"{low}-{edge}"
        low = edge + 1
    return f"over {edges[-1]}"


def raw_totals(books: Books, as_of: date) -> dict[str | None, Decimal]:
    """Return, by currency as written, the sum of the amount column up to a day, whatever became of the rows.

    A row whose day cannot be read counts on every day. Applications move nothing within a currency.
    """
    totals: dict[str | None, Decimal] = defaultdict(Decimal)
    items = usable_items(books)
    for row in books.items:
        day = valid_day(row["document_date"])
        if day is None or day <= as_of:
            totals[row["currency"]] += readable(row["amount"]) or 0
    for row in books.entries:
        day = valid_day(row["effective_on"])
        if day is None or day <= as_of:
            totals[items.get(row["item_id"] or "", {}).get("currency")] += readable(row["amount"]) or 0
    return {currency: total for currency, total in totals.items() if total}
