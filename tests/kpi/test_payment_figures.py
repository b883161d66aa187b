"""What was paid, when, and what of it on time: what is open is censored, not left out."""

from pathlib import Path

import pytest

import arkit as ar
from tests.kpi.asked import COVERS, figure, settled
from tests.literal import ledger_of

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(scope="module")
def ibm(ibm_late_payment: Path) -> ar.Ledger:
    layout = ar.resource("templates/layouts/ibm_late_payment_mdy.toml")
    return ar.read_ledger(ibm_late_payment / "invoices_mdy.csv", layout=layout)


def test_days_to_pay_are_terms_and_days_beyond_them() -> None:
    """10 paid after 5 days on 7, 100 paid after 10 days on 4."""
    ledger = settled("a 2026-06-01 2026-06-08 10 2026-06-06", "b 2026-06-01 2026-06-05 100 2026-06-11")
    assert figure(ledger, "average_days_to_pay") == round(1050 / 110, 4)
    assert figure(ledger, "average_terms") == round(470 / 110, 4)
    assert figure(ledger, "days_beyond_terms") == round(580 / 110, 4)


def test_what_is_still_open_counts_in_the_expected_days_to_pay() -> None:
    """Of 200 one half is paid after 10 days; the other is open for 20 and counts up to then: 10 + 11 / 2."""
    ledger = settled("paid 2026-06-10 2026-06-30 100 2026-06-20", "open 2026-06-10 2026-06-30 100 -")
    assert figure(ledger, "average_days_to_pay") == 10
    assert figure(ledger, "expected_days_to_pay") == 15.5


def test_expected_days_to_pay_need_half_of_the_amounts_paid() -> None:
    ledger = settled("paid 2026-06-10 2026-06-30 100 2026-06-20", "open 2026-06-10 2026-06-30 101 -")
    assert figure(ledger, "expected_days_to_pay") == "less than half is paid by the age of the oldest open amount"


def test_an_invoice_that_was_credited_is_censored_not_paid() -> None:
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        a       invoice     2026-06-01    2026-06-30 100
        b       invoice     2026-06-01    2026-06-30 100
        P       receipt     2026-06-21    2026-06-21 -100
        C       credit_note 2026-06-11    2026-06-11 -100
        """,
        applications="item_id counterpart_item_id effective_on amount\na P 2026-06-21 100\nb C 2026-06-11 100",
        covers=COVERS,
    )
    assert figure(ledger, "average_days_to_pay") == 20
    assert figure(ledger, "expected_days_to_pay") == 20
    assert figure(ledger, "on_time_share_of_items") == 1


def test_days_to_pay_of_the_ibm_sample(ibm: ar.Ledger) -> None:
    """On time 0.644363 by count and 0.634667 by amount; everything is settled, so nothing is censored."""
    whole = {"as_of": "2014-01-09", "window": 738}
    assert figure(ibm, "on_time_share_of_items", **whole) == 0.6444
    assert figure(ibm, "on_time_share", **whole) == 0.6347
    assert figure(ibm, "expected_days_to_pay", **whole) == figure(ibm, "average_days_to_pay", **whole) == 26.7006


# On time

DUE_IN_JUNE = """
item_id item_type   document_date due_date   amount
on-day  invoice     2026-05-11    2026-06-10 100
late    invoice     2026-05-11    2026-06-10 200
open    invoice     2026-05-11    2026-06-10 300
partly  invoice     2026-05-11    2026-06-10 400
void    invoice     2026-05-11    2026-06-10 500
later   invoice     2026-06-11    2026-07-10 600
"""
PAID = """
item_id entry_type effective_on amount
on-day  settlement 2026-06-10   -97
on-day  discount   2026-06-10   -3
late    settlement 2026-06-11   -200
partly  settlement 2026-06-01   -100
partly  settlement 2026-06-20   -300
void    correction 2026-06-01   -500
later   settlement 2026-06-12   -600
"""


def test_what_fell_due_and_is_open_is_late() -> None:
    """Paid in full by the due date: one of four; by amount 100 + 100 of 1000. What was cancelled had not to be paid."""
    ledger = ledger_of(DUE_IN_JUNE, entries=PAID, covers=COVERS)
    assert figure(ledger, "on_time_share_of_items") == 0.25
    assert figure(ledger, "on_time_share") == 0.2


def test_a_later_payment_changes_nothing_of_what_was_on_time() -> None:
    ledger = ledger_of(DUE_IN_JUNE, entries=PAID, covers=COVERS)
    assert figure(ledger, "on_time_share", as_of="2026-06-10") == 0.2
    assert figure(ledger, "on_time_share", as_of="2026-06-09") == "nothing fell due in the window"


def test_what_is_due_before_its_invoice_is_due_with_it() -> None:
    ledger = settled("a 2026-06-20 2026-05-20 100 2026-06-20", "b 2026-06-20 2026-05-20 100 2026-06-21")
    assert figure(ledger, "on_time_share") == 0.5


MOVED = """
item_id item_type document_date due_date   original_due_date amount replaces
moved   invoice   2026-04-01    2026-06-20 2026-06-10        100    -
old     invoice   2026-04-01    2026-06-10 -                 100    -
new     invoice   2026-06-05    2026-06-20 -                 100    old
"""
AGREED = """
item_id entry_type effective_on amount
moved   settlement 2026-06-20   -100
old     transfer   2026-06-05   -100
new     settlement 2026-06-20   -100
"""


def test_a_new_agreement_makes_nobody_punctual() -> None:
    """Both are paid on the new due date, ten days after the first one."""
    ledger = ledger_of(MOVED, entries=AGREED, covers=COVERS)
    assert figure(ledger, "on_time_share") == figure(ledger, "on_time_share_of_items") == 0
    assert figure(ledger, "days_beyond_terms") == 10
    [found] = ar.payment_behaviour(ledger, as_of="2026-06-30").to_dict("records")
    assert (found["items"], found["days_late"], found["on_time_share"]) == (2, 10, 0)
