"""Static debt: what counts as reduced by a payment, and what does not."""

from datetime import date

import pandas as pd
import pytest

import arkit as ar
from tests.literal import ledger_of

AS_OF = "2026-12-31"
COVERS = ("2025-01-01", AS_OF)
ITEMS = """
item_id item_type document_date due_date amount
old invoice 2026-02-01 2026-03-01 100
"""


def debtors(items: str = ITEMS, *, as_of: str = AS_OF, months: int = 6, **tables: str) -> list[dict]:
    """The inactive past-due balances of a ledger written as text."""
    return ar.inactive_past_due(ledger_of(items, covers=COVERS, **tables), as_of=as_of, months=months).to_dict(
        "records"
    )


def entry(entry_type: str, day: str, amount: float) -> str:
    return f"item_id entry_type effective_on amount\nold {entry_type} {day} {amount}"


def test_what_nothing_was_paid_on_is_static() -> None:
    [row] = debtors()
    assert (row["customer_id"], row["inactive_amount"], row["items"], row["oldest_item"]) == ("C1", 100, 1, "old")
    assert (row["inactive_since"], row["oldest_due"]) == (pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-01"))
    assert (row["oldest_days"], row["inactive_share"], row["otherwise_pays"]) == (305, 1.0, False)


@pytest.mark.parametrize(("due", "count"), [("2026-06-30", 1), ("2026-07-01", 0)])
def test_the_months_are_counted_from_the_due_date(due: str, count: int) -> None:
    assert len(debtors(ITEMS.replace("2026-03-01", due))) == count


@pytest.mark.parametrize(("paid", "count"), [("2026-06-30", 1), ("2026-07-01", 0)])
def test_a_payment_in_these_months_reduces(paid: str, count: int) -> None:
    found = debtors(entries=entry("settlement", paid, -30))
    assert [row["inactive_amount"] for row in found] == [70] * count
    assert [row["inactive_since"] for row in found] == [pd.Timestamp(paid)] * count


@pytest.mark.parametrize("entry_type", ["discount", "write_off", "correction"])
def test_what_is_no_payment_does_not_reduce(entry_type: str) -> None:
    [row] = debtors(entries=entry(entry_type, "2026-10-01", -30))
    assert row["inactive_amount"] == 70


def test_a_credit_note_is_no_payment() -> None:
    items = ITEMS + "note credit_note 2026-10-01 2026-10-01 -30"
    [row] = debtors(items, applications="item_id counterpart_item_id effective_on amount\nold note 2026-10-01 30")
    assert (row["inactive_amount"], row["unapplied"]) == (70, 0)


def test_a_receipt_that_is_applied_reduces() -> None:
    items = ITEMS + "cash receipt 2026-10-01 2026-10-01 -30"
    assert debtors(items, applications="item_id counterpart_item_id effective_on amount\nold cash 2026-10-01 30") == []


def test_a_receipt_that_nobody_applied_is_shown_beside() -> None:
    [row] = debtors(ITEMS + "cash receipt 2026-10-01 2026-10-01 -30")
    assert (row["inactive_amount"], row["unapplied"], row["otherwise_pays"]) == (100, 30, True)


def test_a_payment_that_came_back_reduced_nothing() -> None:
    back = entry("settlement", "2026-09-01", -100) + "\nold correction 2026-09-08 100"
    [row] = debtors(entries=back)
    assert (row["inactive_amount"], row["inactive_since"]) == (100, pd.Timestamp("2026-03-01"))


def test_an_item_that_carries_the_debt_on_is_as_old_as_the_debt() -> None:
    items = """
item_id item_type document_date due_date amount replaces
old invoice 2026-02-01 2026-03-01 100 -
new journal 2026-09-01 2026-11-01 100 old
"""
    [row] = debtors(items, entries=entry("transfer", "2026-09-01", -100))
    assert (row["oldest_item"], row["oldest_due"]) == ("new", pd.Timestamp("2026-03-01"))


def test_who_pays_other_invoices_is_said_to() -> None:
    items = ITEMS + "next invoice 2026-09-01 2026-10-01 900"
    [row] = debtors(items, entries="item_id entry_type effective_on amount\nnext settlement 2026-10-05 -500")
    assert (row["inactive_amount"], row["open_amount"], row["inactive_share"]) == (100, 500, 0.2)
    assert (row["otherwise_pays"], row["paid_amount"]) == (True, 500)
    assert row["last_payment"] == pd.Timestamp("2026-10-05")


def test_a_disputed_item_is_said_to_be() -> None:
    [row] = debtors(marks="item_id kind from\nold dispute 2026-04-01")
    assert row["disputed_amount"] == 100


def test_later_entries_change_nothing() -> None:
    later = entry("settlement", "2026-11-15", -100)
    assert debtors(entries=later, as_of="2026-10-31") == debtors(as_of="2026-10-31")


def test_no_static_debt_is_an_empty_table() -> None:
    assert debtors(as_of="2026-04-30") == []


def test_planted_inactive_past_due_are_found() -> None:
    planted = pd.read_csv(ar.resource("data/sample/answers/behaviours.csv"), dtype=str)
    names = set(planted.loc[planted["behaviour"] == "static debt", "customer_id"])
    found = ar.inactive_past_due(ar.sample_ledger(), as_of=date(2026, 10, 31))
    assert names <= set(found["customer_id"])
    assert not found.loc[found["customer_id"].isin(names), "otherwise_pays"].any()


def test_no_month_is_refused() -> None:
    with pytest.raises(ar.errors.UnknownNameError):
        debtors(months=0)
