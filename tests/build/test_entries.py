"""Entries and applications: two legs or none, not before their items, and what is wrong with them is told."""

import pytest

import arkit as ar
from arkit.errors import LedgerError
from arkit.model.findings import FAULTS, message_of
from arkit.words.columns import ENTRY_TYPES
from tests.literal import aged, codes, ledger_of, open_amounts

COVERS = ("2026-01-01", "2026-12-31")
DAY = "2026-06-30"
BOOK = """
item_id item_type document_date due_date   currency amount
A       invoice   2026-01-01    2026-01-31 EUR      100
R       receipt   2026-02-01    2026-02-01 EUR      -60
U       invoice   2026-01-01    2026-01-31 USD      80
"""
APPLICATION = "item_id counterpart_item_id effective_on amount\n"
ENTRY = "item_id entry_type effective_on amount\n"


def proof(ledger: ar.Ledger, as_of: str = DAY) -> dict[str, list[float]]:
    """Gross, unapplied and set apart by currency; each line must reconcile."""
    table = ar.reconcile(ledger, as_of=as_of)
    assert table["difference"].eq(0).all()
    return {row["currency"]: [row["gross"], row["unapplied"], row["excluded"]] for row in table.to_dict("records")}


def applied(rows: str) -> ar.Ledger:
    return ledger_of(BOOK, applications=APPLICATION + rows, covers=COVERS)


def test_an_application_is_minus_on_the_invoice_and_plus_on_the_receipt() -> None:
    ledger = applied("A R 2026-02-03 60")
    assert open_amounts(ledger, "2026-02-02") == {"A": 100, "R": -60, "U": 80}
    assert open_amounts(ledger, "2026-02-03") == {"A": 40, "U": 80}


def test_an_application_counts_not_before_its_items() -> None:
    ledger = applied("A R 2026-01-15 60")
    assert open_amounts(ledger, "2026-01-31") == {"A": 100, "U": 80}
    assert open_amounts(ledger, "2026-02-01") == {"A": 40, "U": 80}
    assert set(codes(ledger)) == {"before_its_items"}


def test_a_reversal_opens_the_item_again() -> None:
    ledger = applied("A R 2026-02-03 60\nA R 2026-03-01 -60")
    assert open_amounts(ledger, "2026-02-28") == {"A": 40, "U": 80}
    assert open_amounts(ledger, "2026-03-01") == {"A": 100, "R": -60, "U": 80}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A Z 2026-02-03 60", "payment_to_no_item"),
        ("Z R 2026-02-03 60", "payment_to_no_item"),
        ("A - 2026-02-03 60", "missing_id"),
        ("- R 2026-02-03 60", "missing_id"),
        ("A R 2026-02-30 60", "unreadable_date"),
        ("A R - 60", "missing_date"),
    ],
)
def test_both_legs_are_excluded_together(row: str, code: str) -> None:
    """Half an application would move money out of nothing."""
    ledger = applied(row)
    assert open_amounts(ledger, DAY) == {"A": 100, "R": -60, "U": 80}
    assert code in codes(ledger)
    assert len(codes(ledger)) == 2
    assert sum(apart for _, _, apart in proof(ledger).values()) == 0


def test_an_application_between_two_currencies_is_excluded() -> None:
    ledger = applied("U R 2026-02-03 60")
    assert open_amounts(ledger, DAY) == {"A": 100, "R": -60, "U": 80}
    assert codes(ledger) == ["two_currencies", "two_currencies"]
    assert ledger.findings["value"].tolist() == ["USD and EUR"] * 2
    assert proof(ledger) == {"EUR": [100, -60, 0], "USD": [80, 0, 0]}


def test_entries_between_two_currencies_have_an_amount_each() -> None:
    """The way out: an application on each item, in its own currency; base amounts conserve."""
    rows = "U application 2026-02-03 -66\nR application 2026-02-03 60"
    ledger = ledger_of(BOOK, entries=ENTRY + rows, covers=COVERS)
    assert open_amounts(ledger, DAY) == {"A": 100, "U": 14}
    assert codes(ledger) == []


def test_what_is_over_applied_is_told_and_shown_with_the_unapplied() -> None:
    ledger = applied("A R 2026-02-03 130")
    assert ledger.findings[["code", "item_id", "amount"]].to_numpy().tolist() == [
        ["over_applied", "A", -30],
        ["over_applied", "R", 70],
    ]
    assert proof(ledger)["EUR"] == [70, -30, 0]


@pytest.mark.parametrize(
    ("row", "code", "apart"),
    [
        ("Z write_off 2026-02-01 -5", "payment_to_no_item", {None: -5}),
        ("A gift 2026-02-01 -5", "unknown_entry_type", {"EUR": -5}),
        ("A - 2026-02-01 -5", "unknown_entry_type", {"EUR": -5}),
        ("A write_off soon -5", "unreadable_date", {"EUR": -5}),
        ("A write_off 2026-02-01 five", "unreadable_amount", {}),
        ("- write_off 2026-02-01 -5", "missing_id", {None: -5}),
    ],
)
def test_an_entry_that_cannot_be_used_is_excluded(row: str, code: str, apart: dict[str | None, float]) -> None:
    ledger = ledger_of(BOOK, entries=ENTRY + row, covers=COVERS)
    assert codes(ledger) == [code]
    found = proof(ledger)
    assert {currency: row[:2] for currency, row in found.items() if currency == currency} == {
        "EUR": [100, -60],
        "USD": [80, 0],
    }
    aparts = {currency if currency == currency else None: row[2] for currency, row in found.items() if row[2]}
    assert aparts == apart
    assert ledger.findings["source_row"].tolist() == [1]


def test_a_row_excluded_counts_from_its_day() -> None:
    ledger = ledger_of(BOOK, entries=ENTRY + "A gift 2026-02-10 -5", covers=COVERS)
    assert proof(ledger, "2026-02-09")["EUR"][2] == 0
    assert proof(ledger, "2026-02-10")["EUR"][2] == -5


def test_every_type_of_entry_moves_its_item() -> None:
    rows = [f"A {kind} 2026-02-0{day} -1" for day, kind in enumerate(ENTRY_TYPES, start=1)]
    ledger = ledger_of(BOOK, entries=ENTRY + "\n".join(rows), covers=COVERS)
    assert codes(ledger) == []
    assert [open_amounts(ledger, f"2026-02-0{day}")["A"] for day in range(1, 9)] == [99, 98, 97, 96, 95, 94, 93, 92]


def test_originals_may_be_rows_of_the_entries() -> None:
    ledger = ledger_of(
        "item_id item_type document_date due_date\nA invoice 2026-01-01 2026-01-31\nR receipt 2026-02-01 2026-02-01",
        entries=ENTRY + "A original 2026-01-01 100\nR original 2026-02-01 -60",
        covers=COVERS,
    )
    assert aged(ledger, DAY) == {"over 90": 100, "unapplied": -60}


WITHOUT_AMOUNTS = """
item_id item_type document_date due_date
A       invoice   2026-01-01    2026-01-31
B       invoice   2026-01-01    2026-01-31
"""


@pytest.mark.parametrize("others", [{}, {"entries": ENTRY + "A settlement 2026-01-20 -100"}])
def test_items_whose_amounts_are_nowhere_are_no_ledger(others: dict[str, str]) -> None:
    with pytest.raises(LedgerError, match=r"lacks the column\(s\) amount"):
        ledger_of(WITHOUT_AMOUNTS, **others, covers=COVERS)


def test_an_item_whose_amount_is_nowhere_is_excluded_and_stops_the_report() -> None:
    ledger = ledger_of(WITHOUT_AMOUNTS, entries=ENTRY + "A original 2026-01-01 100", covers=COVERS)
    assert codes(ledger) == ["unreadable_amount"]
    assert ar.reconcile(ledger, as_of=DAY)["status"].tolist() == ["incomplete"]


# Cancelled pairs

PAIR = """
item_id item_type   document_date due_date   amount reference
A       invoice     2026-01-01    2026-01-31 100    -
C       credit_note 2026-01-20    2026-01-20 -100   A
"""


def test_a_credit_note_over_the_whole_invoice_cancels_it() -> None:
    ledger = ledger_of(PAIR, covers=COVERS)
    assert aged(ledger, "2026-01-19") == {"not due": 100}
    assert aged(ledger, "2026-01-20") == {}
    assert codes(ledger) == ["cancelled_pair"]


@pytest.mark.parametrize(("old", "new"), [("-100", "-99"), (" A\n", " B\n"), ("credit_note", "receipt")])
def test_what_is_no_cancelled_pair_stays_apart(old: str, new: str) -> None:
    ledger = ledger_of(PAIR.replace(old, new), covers=COVERS)
    assert codes(ledger) == []
    assert aged(ledger, DAY)["over 90"] == 100


def test_one_credit_note_cancels_one_invoice() -> None:
    ledger = ledger_of(PAIR + "D credit_note 2026-01-21 2026-01-21 -100 A\n", covers=COVERS)
    assert open_amounts(ledger, DAY) == {"D": -100}


PARTS = """
item_id document_id item_type   document_date due_date   amount base_amount base_currency reference
A1      A           invoice     2026-01-01    2026-01-31 100    110         USD           -
A2      A           invoice     2026-01-01    2026-02-28 100    110         USD           -
A3      A           invoice     2026-01-01    2026-03-31 100    110         USD           -
"""


def test_credit_notes_against_equal_instalments_pair_off_completely() -> None:
    notes = "".join(f"C{day} C{day} credit_note 2026-01-2{day} 2026-01-2{day} -100 -110 USD A\n" for day in range(3))
    ledger = ledger_of(PARTS + notes, covers=COVERS)
    assert open_amounts(ledger, DAY) == {}
    assert codes(ledger) == ["cancelled_pair"] * 3


def test_one_credit_note_cancels_the_whole_document() -> None:
    ledger = ledger_of(PARTS + "C C credit_note 2026-01-20 2026-01-20 -300 -331 USD A\n", covers=COVERS)
    assert aged(ledger, "2026-01-19") == {"not due": 300}
    assert open_amounts(ledger, DAY) == {}
    assert codes(ledger) == ["cancelled_pair"]
    entries = ledger.entries[ledger.entries["entry_type"] == "application"]
    assert entries.loc[entries["item_id"] == "C", ["amount", "base_amount"]].sum().tolist() == [300, 331]


def test_a_credit_note_over_the_whole_document_cancels_nothing_of_it_once_a_part_is_paid() -> None:
    note = "C C credit_note 2026-01-20 2026-01-20 -300 -331 USD A\n"
    ledger = ledger_of(PARTS + note, entries=ENTRY + "A1 settlement 2026-01-10 -100", covers=COVERS)
    assert open_amounts(ledger, DAY) == {"A2": 100, "A3": 100, "C": -300}


@pytest.mark.parametrize("row", ["A settlement 2026-01-10 -100", "C transfer 2026-01-20 100"])
def test_what_was_moved_before_is_not_paired(row: str) -> None:
    ledger = ledger_of(PAIR, entries=ENTRY + row, covers=COVERS)
    assert codes(ledger) == []
    assert sum(open_amounts(ledger, DAY).values()) == (-100 if row.startswith("A") else 100)


def test_a_pair_stands_until_the_source_moves_one_of_the_two() -> None:
    """What is applied later does not change what was open before."""
    ledger = ledger_of(PAIR, applications=APPLICATION + "A C 2026-03-01 100", covers=COVERS)
    alone = ledger_of(PAIR, covers=COVERS)
    assert open_amounts(ledger, "2026-02-28") == open_amounts(alone, "2026-02-28") == {}
    assert open_amounts(ledger, "2026-03-01") == {}
    assert codes(ledger) == []
    paid = ledger_of(PAIR, entries=ENTRY + "A settlement 2026-03-01 -100", covers=COVERS)
    assert open_amounts(paid, "2026-02-28") == {}
    assert open_amounts(paid, "2026-03-01") == {"C": -100}


# Items and customers


def test_unknown_types_are_taken_from_the_sign() -> None:
    ledger = ledger_of(
        """
        item_id item_type document_date due_date   amount
        A       RV        2026-01-01    2026-01-31 5
        B       ZZ        2026-01-01    2026-01-31 -5
        C       -         2026-01-01    2026-01-31 5
        """
    )
    assert ledger.items["item_type"].astype(str).tolist() == ["invoice", "credit_note", "invoice"]
    assert codes(ledger) == ["unknown_type", "unknown_type"]


def test_customers_that_are_not_listed_and_listed_twice() -> None:
    customers = "customer_id name\nC1 Alfa\nC1 Beta\n- Nobody"
    items = (
        "item_id customer_id document_date due_date amount\nA C1 2026-01-01 2026-01-31 5\nB C2 2026-01-01 2026-01-31 5"
    )
    ledger = ledger_of(items, customers=customers)
    assert codes(ledger) == ["repeated_customer", "unknown_customer", "unreadable_row"]
    assert ledger.customers["customer_id"].tolist() == ["C1", "C2"]
    assert ledger.customers["name"].tolist()[0] == "Alfa"


def test_a_row_of_another_table_that_lacks_what_it_needs_is_told() -> None:
    ledger = ledger_of(
        BOOK,
        gl="date currency balance\n2026-06-30 EUR 40\n2026-06-30 - 5\nsoon EUR 5\n2026-06-30 EUR x",
        sales="date currency amount\n- EUR 5",
        rates="currency date rate\nUSD 2026-06-30 x",
        marks="item_id kind from\nA dispute -",
    )
    found = ledger.findings[["table", "source_row", "code", "value"]].to_numpy().tolist()
    assert found == [
        ["gl", 2, "unreadable_row", "no currency"],
        ["gl", 3, "unreadable_row", "date = soon"],
        ["gl", 4, "unreadable_row", "x"],
        ["marks", 1, "unreadable_row", "no from"],
        ["rates", 1, "unreadable_row", "rate = x"],
        ["sales", 1, "unreadable_row", "no date"],
    ]


def test_every_fault_is_told_in_a_sentence() -> None:
    for code, action in FAULTS.items():
        assert action in ("kept", "derived", "excluded"), code
        assert message_of(code).endswith("."), code


@pytest.mark.parametrize(
    ("amount", "rate", "base"),
    [("1.25", 0.5, 0.63), ("-1.25", 0.5, -0.63), ("1.35", 0.5, 0.68), ("0.01", 17_000.53, 170.01)],
)
def test_half_a_cent_of_a_base_amount_is_rounded_away_from_zero(amount: str, rate: float, base: float) -> None:
    rows = "item_id document_date due_date currency base_currency amount exchange_rate\nA 2026-01-01 2026-01-31 USD EUR"
    ledger = ledger_of(f"{rows} {amount} {rate}")
    assert ledger.entries["base_amount"].tolist() == [base]


@pytest.mark.parametrize("rate", ["1e300", "1e18", "0"])
def test_a_rate_that_cannot_be_right_leaves_the_base_amount_out(rate: str) -> None:
    rows = "item_id document_date due_date currency base_currency amount exchange_rate\nA 2026-01-01 2026-01-31 USD EUR"
    ledger = ledger_of(f"{rows} 100000 {rate}")
    assert ledger.entries["base_amount"].tolist() == [0]
    assert rate == "0" or "missing_base_amount" in codes(ledger)
