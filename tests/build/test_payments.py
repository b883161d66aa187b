"""Payments: what they name is paid, the oldest instalment first; the rest stays on account."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.errors import LayoutError, LedgerError
from arkit.model.layout import TableLayout
from tests.literal import codes, ledger_of, open_amounts
from tests.model.books import day_text, examples

COVERS = ("2026-01-01", "2026-12-31")
DAY = "2026-06-30"
ONE = "item_id document_date due_date amount\nA 2026-01-01 2026-01-31 100"
TWO_PARTS = """
item_id document_id document_date due_date   amount
A       D           2026-01-01    2026-01-31 60
B       D           2026-01-01    2026-02-28 40
"""


def paid(items: str, payments: str) -> ar.Ledger:
    return ledger_of(items, payments=payments, covers=COVERS)


def test_what_is_paid_too_much_stays_on_account() -> None:
    ledger = paid(ONE, "payment_id item_id effective_on amount\nP A 2026-02-01 130")
    assert open_amounts(ledger, DAY) == {"P": -30}


def test_what_names_an_item_pays_that_item() -> None:
    ledger = paid(TWO_PARTS, "item_id effective_on amount\nB 2026-02-01 40")
    assert open_amounts(ledger, DAY) == {"A": 60}


def test_what_names_an_item_and_what_names_its_document_do_not_pay_the_same_twice() -> None:
    ledger = paid(TWO_PARTS, "item_id effective_on amount\nA 2026-02-01 60\nD 2026-02-02 40")
    assert open_amounts(ledger, DAY) == {}


def test_what_names_nothing_known_stays_on_account_and_is_told() -> None:
    ledger = paid(ONE, "payment_id customer_id item_id effective_on amount\nP C1 Z 2026-02-01 30")
    assert open_amounts(ledger, DAY) == {"A": 100, "P": -30}
    assert codes(ledger) == ["payment_on_account"]


def test_what_names_neither_item_nor_customer_is_excluded() -> None:
    ledger = paid(ONE, "payment_id item_id effective_on amount\nP Z 2026-02-01 30")
    assert open_amounts(ledger, DAY) == {"A": 100}
    assert codes(ledger) == ["payment_to_no_item"]
    proof = ar.reconcile(ledger, as_of=DAY)
    assert proof[["gross", "excluded", "difference"]].to_numpy().tolist() == [[100, -30, 0]]


def test_a_payment_numbered_like_an_item_is_told_apart() -> None:
    """Documents and receipts are often numbered by themselves."""
    ledger = paid(ONE, "payment_id item_id effective_on amount\nA A 2026-02-01 40")
    assert open_amounts(ledger, "2026-01-31") == {"A": 100}
    assert open_amounts(ledger, DAY) == {"A": 60}
    assert ledger.items["item_id"].tolist() == ["A", "payment A"]


def test_a_payment_number_used_twice_counts_once_and_is_excluded() -> None:
    ledger = paid(ONE, "payment_id item_id effective_on amount\nP A 2026-02-01 40\nP A 2026-02-02 10")
    assert open_amounts(ledger, DAY) == {"A": 60}
    assert codes(ledger) == ["duplicate_item"]
    assert ar.reconcile(ledger, as_of=DAY)["excluded"].tolist() == [-10]


def test_a_payment_taken_back_opens_its_document_again() -> None:
    """A bounced cheque and a new payment: nothing is applied twice, and nothing ages from the day of the return."""
    payments = "payment_id item_id effective_on amount\n1 A 2026-02-01 60\n2 A 2026-02-10 -60\n3 A 2026-03-01 100"
    ledger = paid(ONE, payments)
    days = ("2026-02-01", "2026-02-10", "2026-03-01")
    assert [open_amounts(ledger, day) for day in days] == [{"A": 40}, {"A": 100}, {}]
    assert codes(ledger) == []


def test_what_comes_back_in_part_is_owed_again_and_paid_again() -> None:
    payments = "payment_id item_id effective_on amount\n1 A 2026-02-01 100\n2 A 2026-02-10 -40\n3 A 2026-03-01 30"
    ledger = paid(ONE, payments)
    days = ("2026-02-01", "2026-02-10", "2026-03-01")
    assert [open_amounts(ledger, day) for day in days] == [{}, {"A": 40}, {"A": 10}]


def test_what_was_paid_too_much_and_is_moved_away_leaves_nothing_open() -> None:
    payments = "payment_id item_id effective_on amount\n1 A 2026-02-01 130\n2 A 2026-02-10 -30"
    ledger = paid(ONE, payments)
    assert open_amounts(ledger, "2026-02-01") == {"1": -30}
    assert open_amounts(ledger, "2026-02-10") == {}


def test_what_comes_back_on_a_document_opens_the_last_instalment_that_was_paid() -> None:
    payments = "item_id effective_on amount\nD 2026-02-01 70\nD 2026-02-10 -20"
    ledger = paid(TWO_PARTS, payments)
    assert open_amounts(ledger, "2026-02-01") == {"B": 30}
    assert open_amounts(ledger, "2026-02-10") == {"A": 10, "B": 40}


def test_what_comes_back_without_a_payment_stays_with_its_document_and_is_told() -> None:
    ledger = paid(ONE, "payment_id item_id effective_on amount\n1 A 2026-02-10 -40")
    assert open_amounts(ledger, DAY) == {"A": 140}
    assert codes(ledger) == ["returned_unpaid"]


def test_a_refund_pays_out_its_credit_note() -> None:
    credit = "item_id document_date due_date amount\nC 2026-01-01 2026-01-01 -100"
    ledger = paid(credit, "payment_id item_id effective_on amount\n1 C 2026-02-10 -60")
    assert open_amounts(ledger, DAY) == {"C": -40}
    assert codes(ledger) == []


def test_a_payment_that_names_a_credit_note_is_told() -> None:
    credit = "item_id document_date due_date amount\nC 2026-01-01 2026-01-01 -100"
    ledger = paid(credit, "payment_id item_id effective_on amount\n1 C 2026-02-10 60")
    assert open_amounts(ledger, DAY) == {"C": -100, "1": -60}
    assert codes(ledger) == ["payment_on_credit_note"]


def test_what_comes_back_without_a_document_is_taken_from_what_is_on_account() -> None:
    payments = (
        "payment_id customer_id effective_on amount\n1 C1 2026-02-01 50\n2 C1 2026-02-10 -20\n3 C1 2026-02-11 -40"
    )
    ledger = paid(ONE, payments)
    assert open_amounts(ledger, "2026-02-10") == {"A": 100, "1": -30}
    assert open_amounts(ledger, DAY) == {"A": 100, "3": 10}
    assert codes(ledger) == ["returned_on_account"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "D"]), st.integers(1, 59), st.sampled_from([-60, -40, -20, 20, 40, 60, 100])
        ),
        min_size=1,
        max_size=8,
    )
)
@examples(0.2)
def test_payments_that_come_and_go_change_the_sum_by_what_they_are(moves: list[tuple[str, int, int]]) -> None:
    rows = [f"{number} {name} {day_text(day)} {amount}" for number, (name, day, amount) in enumerate(moves)]
    ledger = paid(TWO_PARTS, "\n".join(["payment_id item_id effective_on amount", *rows]))
    for day in (10, 30, 60):
        known = sum(amount for _, on, amount in moves if on <= day)
        assert sum(open_amounts(ledger, day_text(day)).values()) == 100 - known
        assert ar.reconcile(ledger, as_of=day_text(day))["difference"].tolist() == [0]


def test_two_entities_may_number_alike() -> None:
    items = """
    item_id entity document_id document_date due_date   amount
    DE-1    DE     1           2026-01-01    2026-01-31 100
    ES-1    ES     1           2026-01-01    2026-01-31 100
    """
    ledger = paid(items, "entity item_id effective_on amount\nES 1 2026-02-01 100")
    assert open_amounts(ledger, DAY) == {"DE-1": 100}


def test_a_payment_in_another_currency_does_not_pay_by_itself() -> None:
    ledger = paid(ONE, "payment_id customer_id item_id currency effective_on amount\nP C1 A USD 2026-02-01 100")
    assert open_amounts(ledger, DAY) == {"A": 100, "P": -100}
    assert codes(ledger) == ["payment_on_account"]


def test_what_a_payment_leaves_out_is_that_of_the_only_entity() -> None:
    items = "item_id entity document_date due_date amount\nA ES 2026-01-01 2026-01-31 100"
    ledger = paid(items, "payment_id customer_id effective_on amount\nP C1 2026-02-01 30")
    assert ledger.items[["entity", "currency"]].astype(str).to_numpy().tolist() == [["ES", "EUR"], ["ES", "EUR"]]


def test_payments_before_their_document_wait_for_it() -> None:
    ledger = paid(TWO_PARTS, "payment_id item_id effective_on amount\nP D 2025-12-01 70")
    assert ledger.covers[0].isoformat() == "2026-01-01"
    assert open_amounts(ledger, "2026-01-01") == {"B": 30}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_payments_of_a_document_count_in_the_order_of_their_days(order: tuple[int, ...]) -> None:
    rows = ["1 D 2026-02-01 50", "2 D 2026-02-02 20", "3 D 2026-02-03 10"]
    ledger = paid(TWO_PARTS, "\n".join(["payment_id item_id effective_on amount", *(rows[place] for place in order)]))
    assert open_amounts(ledger, "2026-02-01") == {"A": 10, "B": 40}
    assert open_amounts(ledger, "2026-02-02") == {"B": 30}
    assert open_amounts(ledger, DAY) == {"B": 20}


def test_a_later_instalment_of_the_document_does_not_change_what_was_paid() -> None:
    later = TWO_PARTS + "C D 2026-03-01 2026-01-15 500\n"
    payments = "payment_id item_id effective_on amount\nP D 2026-02-01 100"
    for ledger in (paid(TWO_PARTS, payments), paid(later, payments)):
        assert open_amounts(ledger, "2026-02-28") == {}


@pytest.mark.parametrize(("cell", "code"), [("ten", "unreadable_amount"), ("-", "unreadable_amount")])
def test_an_amount_that_cannot_be_read_makes_the_total_unknown(cell: str, code: str) -> None:
    ledger = paid(ONE, f"payment_id item_id effective_on amount\nP A 2026-02-01 {cell}")
    assert codes(ledger) == [code]
    assert ar.reconcile(ledger, as_of=DAY)["status"].tolist() == ["incomplete"]


def test_a_day_that_cannot_be_read_is_excluded_on_every_day() -> None:
    ledger = paid(ONE, "payment_id item_id effective_on amount\nP A soon 40")
    for day in ("2026-01-01", DAY):
        proof = ar.reconcile(ledger, as_of=day)
        assert proof[["gross", "excluded", "difference"]].to_numpy().tolist() == [[100, -40, 0]]


def test_base_amounts_of_parts_at_the_rate_of_the_invoice() -> None:
    items = """
    item_id document_date due_date   currency base_currency exchange_rate amount
    A       2026-01-01    2026-01-31 USD      EUR           0.9           100
    """
    ledger = paid(items, "item_id effective_on amount\nA 2026-02-01 40")
    assert ar.aging_table(ledger, as_of=DAY, of="base_open_amount")["net"].tolist() == [54]


# Any payments of a document, against a till that takes them one by one

AMOUNTS = st.integers(1, 9999)
PAID = st.tuples(st.integers(0, 90), AMOUNTS)


def one_by_one(parts: list[int], payments: list[tuple[int, int]], day: int) -> dict[str, int]:
    """Pay the parts in their order, payment by payment up to a day; what is left of a payment stays on account."""
    left = {f"I{number}": amount for number, amount in enumerate(parts)}
    account = {}
    for number, (paid_on, amount) in sorted(enumerate(payments), key=lambda each: (each[1][0], f"P{each[0]}")):
        if paid_on > day:
            continue
        for name in left:
            taken = min(left[name], amount)
            left[name] -= taken
            amount -= taken
        account[f"P{number}"] = -amount
    return {name: amount for name, amount in (left | account).items() if amount}


@given(parts=st.lists(AMOUNTS, min_size=1, max_size=5), payments=st.lists(PAID, max_size=6), day=st.integers(0, 100))
@examples(0.5)
def test_any_payments_of_a_document(parts: list[int], payments: list[tuple[int, int]], day: int) -> None:
    items = [f"I{number} D 2026-01-01 2026-02-0{number + 1} {amount}" for number, amount in enumerate(parts)]
    rows = [f"P{number} C1 D {day_text(paid)} {amount}" for number, (paid, amount) in enumerate(payments)]
    ledger = ledger_of(
        "\n".join(["item_id document_id document_date due_date amount", *items]),
        payments="\n".join(["payment_id customer_id item_id effective_on amount", *rows]),
        covers=COVERS,
    )
    assert open_amounts(ledger, day_text(day)) == one_by_one(parts, payments, day)
    assert ar.reconcile(ledger, as_of=day_text(day))["difference"].eq(0).all()


STATUS = "payment_id item_id effective_on amount status\n1 A 2026-02-01 60 {}\n2 A 2026-02-02 40 {}"


@pytest.mark.parametrize("word", ["failed", "Bounced", "pending", "refunded", "возврат", "不渡"])
def test_a_payment_that_was_not_made_settles_nothing_and_is_named(word: str) -> None:
    ledger = paid(ONE, STATUS.format("succeeded", word))
    assert open_amounts(ledger, DAY) == {"A": 40}
    assert ledger.findings[["code", "value", "amount"]].to_numpy().tolist() == [["payment_not_made", word, 40]]
    assert ar.reconcile(ledger, as_of=DAY)["difference"].tolist() == [0]


def test_a_status_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LedgerError, match=r"1 payments have a status .*made: Zone3\. Say it: .*\"Zone3\": \"paid\""):
        paid(ONE, STATUS.format("paid", "Zone3"))


@pytest.mark.parametrize(("meant", "left"), [("paid", {}), ("failed", {"A": 40})])
def test_a_status_is_answered_by_a_hint_or_in_the_layout(meant: str, left: dict[str, float], tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text(
        "item_id,customer_id,document_date,due_date,currency,amount\nA,C,2026-01-01,2026-01-31,EUR,100\n"
    )
    payments = STATUS.format("paid", "Zone3").replace(" ", ",")
    (tmp_path / "payments.csv").write_text(payments)
    layout = ar.Layout(name="x", payments=TableLayout(statuses={"Zone3": meant}))
    for ledger in (
        ar.read_ledger(tmp_path, hints={"statuses": {"Zone3": meant}}),
        ar.read_ledger(tmp_path, layout=layout),
    ):
        assert open_amounts(ledger, ledger.covers[1]) == left


def test_statuses_are_of_payments_alone() -> None:
    with pytest.raises(LayoutError, match="statuses of items has no effect"):
        ar.Layout(name="x", items=TableLayout(statuses={"a": "paid"}))
