"""Payment figures of any ledger, beside the same counted item by item and day by day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import given

import arkit as ar
from tests.drawn import AS_OF, drawn_items, few, ledger_of_drawn

pytestmark = pytest.mark.usefixtures("engine")

WINDOW = 60
DAYS = [AS_OF - timedelta(days=back) for back in range(WINDOW)]
NAMES = ("average_days_to_pay", "on_time_share", "on_time_share_of_items", "expected_days_to_pay")
NONE = dict.fromkeys(NAMES)


@dataclass
class Invoice:
    """An invoice with its entries: day, type, and amount in hundredths."""

    dated: date
    due: date
    entries: list[tuple[date, str, int]] = field(default_factory=list)

    def left(self, day: date) -> int:
        return max(sum(amount for effective, _, amount in self.entries if effective <= day), 0)

    def paid(self, *days: date, by: tuple[str, ...] = ("settlement",)) -> int:
        return -sum(amount for effective, kind, amount in self.entries if effective in days and kind in by)


def invoices(ledger: ar.Ledger, currency: str) -> list[Invoice]:
    """Return the invoices and debit notes of a currency."""
    found = {
        row.item_id: Invoice(row.document_date.date(), row.due_date.date())
        for row in ledger.items.itertuples()
        if row.currency == currency and row.item_type != "credit_note"
    }
    for row in ledger.entries.itertuples():
        if row.item_id in found:
            found[row.item_id].entries.append((row.effective_on.date(), row.entry_type, round(row.amount * 100)))
    return list(found.values())


def days_to_pay(items: list[Invoice]) -> dict[str, float]:
    paid: Counter[int] = Counter()
    left: Counter[int] = Counter()
    for item in items:
        for day in DAYS:
            paid[(day - item.dated).days] += item.paid(day)
            left[(day - item.dated).days] += item.left(day) if day >= item.dated else 0
    total = sum(paid.values())
    if total <= 0:
        return {}
    return {"average_days_to_pay": sum(age * amount for age, amount in paid.items()) / total, **expected(paid, left)}


def expected(paid: Counter[int], left: Counter[int]) -> dict[str, float]:
    """Kaplan and Meier: the sum of the shares still open, up to the last age at which anything was open."""
    oldest = max([age for age, amount in left.items() if amount] + [age - 1 for age, amount in paid.items() if amount])
    still_open, days = 1.0, 0.0
    for age in range(oldest + 2):
        known = left[age] + paid[age]
        still_open *= 1 - paid[age] / known if known > 0 else 1
        days += still_open if age <= oldest else 0
    return {"expected_days_to_pay": days} if still_open <= 0.5 else {}


def on_time(items: list[Invoice]) -> dict[str, float]:
    due = [(item.left(item.due), paid_by(item, item.due)) for item in items if item.due in DAYS]
    due = [(left, paid) for left, paid in due if left > 0 or paid > 0]
    if not due:
        return {}
    in_full = sum(left == 0 for left, _ in due)
    amount = sum(left + paid for left, paid in due)
    return {"on_time_share": sum(paid for _, paid in due) / amount, "on_time_share_of_items": in_full / len(due)}


def paid_by(item: Invoice, day: date) -> int:
    early = [effective for effective, _, _ in item.entries if effective <= day]
    return item.paid(*early, by=("settlement", "discount"))


@few(30)
@given(items=drawn_items)
def test_payment_figures_are_those_of_counting_day_by_day(items: list[dict]) -> None:
    ledger = ledger_of_drawn(items)
    panel = ar.kpis(ledger, as_of=AS_OF, window=WINDOW, names=NAMES)
    for currency, rows in panel.groupby("currency"):
        known = invoices(ledger, str(currency))
        counted = {**NONE, **days_to_pay(known), **on_time(known)}
        found = dict(zip(rows["kpi"], rows["value"].astype(object).where(rows["value"].notna(), None), strict=True))
        assert found == pytest.approx(counted)
