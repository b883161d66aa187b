"""Published examples of aging and of what was open on a day."""

import pytest

import arkit as ar
from tests.literal import aged, ledger_of, open_amounts

ALL_DAYS = ("2000-01-01", "2099-12-31")


def test_oca_issue_383_buckets_of_30_days_to_120() -> None:
    """OCA account-financial-reporting, issue 383."""
    ledger = ledger_of(
        """
        item_id document_date due_date   amount
        1       2017-06-01    2018-01-15 500
        2       2017-06-01    2017-12-15 1000
        3       2017-06-01    2017-11-15 2000
        4       2017-06-01    2017-10-15 4000
        5       2017-06-01    2017-09-15 8000
        6       2017-06-01    2017-08-15 160000
        """,
        covers=ALL_DAYS,
    )
    policy = ar.Policy(edges=(30, 60, 90, 120))
    assert aged(ledger, "2017-12-31", policy=policy) == {
        "not due": 500,
        "1-30": 1000,
        "31-60": 2000,
        "61-90": 4000,
        "91-120": 8000,
        "over 120": 160000,
    }


def test_oca_issue_546_a_credit_counts_against_the_total() -> None:
    """OCA account-financial-reporting, issue 546: 100000 + 50000 - 1000 = 149000."""
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        1       invoice     2018-01-01    2018-01-31 100000
        2       invoice     2018-01-01    2018-01-31 50000
        3       credit_note 2018-01-15    2018-01-15 -1000
        """
    )
    table = ar.aging_table(ledger, as_of="2018-01-15")
    assert table[["gross", "unapplied", "net"]].to_numpy().tolist() == [[150000, -1000, 149000]]


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2018-07-01", {"not due": 50}), ("2018-07-08", {"1-30": 50}), ("2018-07-15", {})]
)
def test_odoo_12_a_payment_counts_on_its_own_day(as_of: str, expected: dict[str, float]) -> None:
    """Odoo 12, test of a future payment: invoice 50, dated and due on 1 July, paid on the 15th."""
    ledger = ledger_of(
        """
        item_id document_date due_date   amount settled_on
        1       2018-07-01    2018-07-01 50     2018-07-15
        """,
        shape="settled",
    )
    assert aged(ledger, as_of) == expected


def test_odoo_issue_16235_three_receipts_leave_5500() -> None:
    """Odoo, issue 16235: invoice 10000, receipts 1500, 1000 and 2000."""
    ledger = ledger_of(
        """
        item_id document_date due_date   amount
        1       2017-01-31    2017-02-28 10000
        """,
        payments="""
        item_id effective_on amount
        1       2017-03-01   1500
        1       2017-03-15   1000
        1       2017-04-01   2000
        """,
        covers=("2017-01-31", "2017-04-30"),
    )
    items = ar.open_items(ledger, as_of="2017-04-04")
    assert items[["item_id", "open_amount", "days_past_due"]].to_numpy().tolist() == [["1", 5500, 35]]


@pytest.mark.parametrize(
    ("as_of", "days", "bucket"),
    [
        ("2025-01-30", -1, "not due"),
        ("2025-01-31", 0, "not due"),
        ("2025-02-01", 1, "1-30"),
        ("2025-03-02", 30, "1-30"),
        ("2025-03-03", 31, "31-60"),
        ("2025-04-01", 60, "31-60"),
        ("2025-04-02", 61, "61-90"),
        ("2025-05-01", 90, "61-90"),
        ("2025-05-02", 91, "over 90"),
        ("2026-01-31", 365, "over 90"),
    ],
)
def test_edges_of_the_buckets(as_of: str, days: int, bucket: str) -> None:
    """Invoice of 2025-01-01 on 30 days (calendar)."""
    ledger = ledger_of("item_id document_date due_date amount\n1 2025-01-01 2025-01-31 100", covers=ALL_DAYS)
    assert ar.open_items(ledger, as_of=as_of)[["days_past_due", "bucket"]].to_numpy().tolist() == [[days, bucket]]
    assert aged(ledger, as_of) == {bucket: 100}


@pytest.mark.parametrize(
    ("as_of", "past_due", "outstanding", "by_due_date", "by_document_date"),
    [("2024-02-15", 15, 45, "1-30", "31-60"), ("2024-01-15", -16, 14, "not due", "0-30")],
)
def test_basis_of_the_days(
    as_of: str, past_due: int, outstanding: int, by_due_date: str, by_document_date: str
) -> None:
    """Document of 2024-01-01, due 2024-01-31 (calendar)."""
    ledger = ledger_of("item_id document_date due_date amount\n1 2024-01-01 2024-01-31 100", covers=ALL_DAYS)
    items = ar.open_items(ledger, as_of=as_of)
    assert items[["days_past_due", "days_outstanding"]].to_numpy().tolist() == [[past_due, outstanding]]
    assert aged(ledger, as_of) == {by_due_date: 100}
    assert aged(ledger, as_of, policy=ar.Policy(basis="document_date")) == {by_document_date: 100}


def test_day_zero_is_not_due_by_default() -> None:
    """OCA and Odoo: an item is not due on its due date."""
    ledger = ledger_of("item_id document_date due_date amount\n1 2024-01-01 2024-01-31 100", covers=ALL_DAYS)
    assert aged(ledger, "2024-01-31") == {"not due": 100}


def test_day_zero_is_overdue_on_request() -> None:
    """GnuCash, Tryton, LedgerSMB, ERPNext: the due date itself is in the first overdue bucket."""
    ledger = ledger_of("item_id document_date due_date amount\n1 2024-01-01 2024-01-31 100", covers=ALL_DAYS)
    policy = ar.Policy(day_zero="overdue")
    assert aged(ledger, "2024-01-30", policy=policy) == {"not due": 100}
    assert aged(ledger, "2024-01-31", policy=policy) == {"0-30": 100}
    assert aged(ledger, "2024-03-01", policy=policy) == {"0-30": 100}
    assert aged(ledger, "2024-03-02", policy=policy) == {"31-60": 100}


def test_a_day_in_the_past_is_not_computed_from_the_balances_of_today() -> None:
    """OCA and Odoo: later receipts are invisible on an earlier day."""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2024-01-01 2024-01-31 100",
        payments="item_id effective_on amount\n1 2024-02-10 30\n1 2024-02-20 70",
    )
    days = ("2024-02-09", "2024-02-10", "2024-02-19", "2024-02-20")
    assert [open_amounts(ledger, day) for day in days] == [{"1": 100}, {"1": 70}, {"1": 70}, {}]
