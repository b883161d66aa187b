"""ERPNext's own tests of its receivables report, restated: rows are [invoiced, paid, credited, open] on a day."""

import arkit as ar
from tests.literal import aged, ledger_of, open_amounts

DAY = "2024-03-01"
COVERS = ("2024-01-01", "2024-12-31")


def document(*instalments: int) -> str:
    """Write a document of 1 January whose instalments are due at the ends of the months that follow."""
    due = ("2024-01-31", "2024-02-29", "2024-03-31")
    rows = [f"{n} 2024-01-01 {due[n - 1]} {amount} INV" for n, amount in enumerate(instalments, start=1)]
    return "\n".join(["item_id document_date due_date amount document_id", *rows])


def test_instalments_are_open_one_by_one() -> None:
    """Case 1: 100 in instalments of 30, 50 and 20."""
    assert open_amounts(ledger_of(document(30, 50, 20), covers=COVERS), DAY) == {"1": 30, "2": 50, "3": 20}


def test_a_payment_of_a_document_pays_the_oldest_instalment_first() -> None:
    """Case 1: then 40 paid; the first instalment is settled and gone."""
    ledger = ledger_of(document(30, 50, 20), payments="item_id effective_on amount\nINV 2024-02-15 40", covers=COVERS)
    assert open_amounts(ledger, "2024-02-14") == {"1": 30, "2": 50, "3": 20}
    assert open_amounts(ledger, DAY) == {"2": 40, "3": 20}
    assert aged(ledger, DAY) == {"not due": 20, "1-30": 40}


def test_a_payment_smaller_than_the_first_instalment() -> None:
    """Case 2: 200 in instalments of 60, 100 and 40, with 40 paid."""
    ledger = ledger_of(document(60, 100, 40), payments="item_id effective_on amount\nINV 2024-02-01 40", covers=COVERS)
    assert open_amounts(ledger, DAY) == {"1": 20, "2": 100, "3": 40}


def test_a_linked_credit_after_a_payment() -> None:
    """Case 2: then a linked credit of 100; it is applied to the instalments in the applications of the export."""
    credit = "\nC 2024-02-10 2024-02-10 -100 C"
    ledger = ledger_of(
        document(60, 100, 40) + credit,
        payments="item_id effective_on amount\nINV 2024-02-01 40",
        applications="item_id counterpart_item_id effective_on amount\n1 C 2024-02-10 20\n2 C 2024-02-10 80",
        covers=COVERS,
    )
    assert open_amounts(ledger, "2024-02-09") == {"1": 20, "2": 100, "3": 40}
    assert open_amounts(ledger, DAY) == {"2": 20, "3": 40}


def test_a_credit_that_is_not_linked_is_kept_apart() -> None:
    """Case 3: credit 100 against an invoice with 60 open."""
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        1       invoice     2024-01-01    2024-01-31 100
        C       credit_note 2024-02-10    2024-02-10 -100
        """,
        payments="item_id effective_on amount\n1 2024-02-01 40",
        covers=COVERS,
    )
    assert open_amounts(ledger, DAY) == {"1": 60, "C": -100}
    assert aged(ledger, DAY) == {"1-30": 60, "unapplied": -100}


def test_a_credit_linked_to_the_whole_unpaid_invoice_leaves_no_row() -> None:
    """Case 3: credit 100 that refers to an unpaid 100."""
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount reference
        1       invoice     2024-01-01    2024-01-31 100    -
        C       credit_note 2024-02-10    2024-02-10 -100   1
        """,
        covers=COVERS,
    )
    assert open_amounts(ledger, "2024-02-09") == {"1": 100}
    assert open_amounts(ledger, DAY) == {}
    assert ledger.findings["code"].tolist() == ["cancelled_pair"]


def test_an_advance_is_a_negative_row_of_its_own() -> None:
    """Case 4: advance 1000 on an order, and a credit of 100 that stands alone."""
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        1       invoice     2024-01-01    2024-01-31 10
        C       credit_note 2024-02-10    2024-02-10 -100
        """,
        payments="payment_id customer_id currency effective_on amount\nA C1 EUR 2024-01-10 1000",
        covers=COVERS,
    )
    assert open_amounts(ledger, DAY) == {"1": 10, "A": -1000, "C": -100}


def test_unallocated_cash_does_not_touch_the_invoice_but_the_customers_total() -> None:
    """Case 4: 200 invoiced and 50 unallocated: advance 50, open 150 in the summary, the invoice itself stays at 200."""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2024-01-01 2024-01-31 200",
        payments="payment_id customer_id currency effective_on amount\nA C1 EUR 2024-01-10 50",
        covers=COVERS,
    )
    table = ar.aging_table(ledger, as_of=DAY, by="customer_id")
    assert table[["gross", "unapplied", "net"]].to_numpy().tolist() == [[200, -50, 150]]
    assert open_amounts(ledger, DAY)["1"] == 200


def test_a_cent_stays_visible() -> None:
    """Case 5: 100 - 99.99 = 0.01."""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2024-01-01 2024-01-31 100",
        payments="item_id effective_on amount\n1 2024-02-01 99.99",
        covers=COVERS,
    )
    assert open_amounts(ledger, DAY) == {"1": 0.01}


def test_a_payment_before_its_invoice_is_an_advance_until_then() -> None:
    """Case 5: a payment posted before its invoice."""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2024-02-01 2024-03-31 100",
        payments="payment_id item_id effective_on amount\nP 1 2024-01-15 100",
        covers=COVERS,
    )
    assert open_amounts(ledger, "2024-01-31") == {"P": -100}
    assert open_amounts(ledger, "2024-02-01") == {}


def test_what_comes_the_day_after_is_invisible() -> None:
    """Case 6: a payment of 80 and a credit of 10 dated T+1."""
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        1       invoice     2024-01-01    2024-01-31 100
        C       credit_note 2024-03-02    2024-03-02 -10
        """,
        payments="payment_id item_id effective_on amount\nP 1 2024-03-02 80",
        applications="item_id counterpart_item_id effective_on amount\n1 C 2024-03-02 10",
        covers=COVERS,
    )
    assert open_amounts(ledger, DAY) == {"1": 100}
    assert open_amounts(ledger, "2024-03-02") == {"1": 10}


def test_a_revaluation_changes_the_base_balance_alone() -> None:
    """Case 7: 100 USD at 80 are 8000; revalued at 85, the base rises by 500 and the document stays at 100."""
    ledger = ledger_of(
        """
        item_id document_date due_date   currency base_currency exchange_rate amount
        1       2024-01-01    2024-01-31 USD      INR           80            100
        """,
        entries="item_id entry_type effective_on amount base_amount\n1 exchange 2024-02-29 0 500",
        covers=COVERS,
    )
    amounts = ["open_amount", "base_open_amount"]
    assert ar.open_items(ledger, as_of="2024-02-28")[amounts].to_numpy().tolist() == [[100, 8000]]
    assert ar.open_items(ledger, as_of=DAY)[amounts].to_numpy().tolist() == [[100, 8500]]
    assert aged(ledger, DAY, of="base_open_amount") == {"1-30": 8500}


def test_what_is_long_overdue_does_not_vanish() -> None:
    """Case 8: paid 151 days after the invoice, it is in the last bucket until then."""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2024-01-01 2024-01-01 100",
        payments="item_id effective_on amount\n1 2024-05-31 100",
        covers=COVERS,
    )
    assert aged(ledger, "2024-05-30") == {"over 90": 100}
    assert aged(ledger, "2024-05-31") == {}
