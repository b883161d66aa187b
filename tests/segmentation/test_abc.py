"""ABC classes: customers on the edge of a class, customers with nothing, and that currencies are never mixed."""

import arkit as ar
from tests.literal import ledger_of

COVERS = ("2026-01-01", "2026-12-31")


def classes(*amounts: str, currency: str = "EUR") -> list[str]:
    rows = [f"I{n} C{n} {currency} 2026-06-01 {amount}" for n, amount in enumerate(amounts)]
    items = "\n".join(["item_id customer_id currency document_date amount", *rows])
    table = ar.abc(ledger_of(items, covers=COVERS), as_of="2026-12-31").sort_values("customer_id")
    assert table["class_of_exposure"].tolist() == table["class_of_sales"].tolist()
    return table["class_of_exposure"].tolist()


def test_who_stands_exactly_on_an_edge_begins_the_next_class() -> None:
    assert classes("80", "15", "5") == ["A", "B", "C"]


def test_a_share_is_no_question_of_the_last_bit() -> None:
    """0.7 + 0.1 is less than 0.8 in floating point."""
    assert classes("0.7", "0.1", "0.1", "0.1") == ["A", "A", "B", "B"]


def test_the_largest_is_a_however_large() -> None:
    assert classes("99", "1") == ["A", "C"]


def test_one_customer_is_a() -> None:
    assert classes("0.01") == ["A"]


def test_who_only_has_credit_has_no_class() -> None:
    items = """item_id customer_id item_type document_date amount
        A C1 invoice 2026-06-01 100
        B C2 credit_note 2026-06-01 -40"""
    table = ar.abc(ledger_of(items, covers=COVERS), as_of="2026-12-31").set_index("customer_id")
    assert table["class_of_exposure"].fillna("").to_dict() == {"C1": "A", "C2": ""}
    assert table.loc["C1", "open_share"] == 1


def test_sales_are_of_the_year_and_exposure_of_the_day() -> None:
    items = """item_id customer_id document_date due_date amount settled_on
        A C1 2026-01-01 2026-01-31 900 2026-02-01
        B C2 2026-11-01 2026-12-01 100 -"""
    ledger = ledger_of(items, shape="settled", covers=("2025-12-01", "2026-12-31"))
    table = ar.abc(ledger, as_of="2026-12-31").set_index("customer_id")
    assert table.loc["C1", ["open_amount", "sales", "class_of_sales"]].tolist() == [0.0, 900.0, "A"]
    assert table.loc["C2", ["open_amount", "class_of_exposure", "class_of_sales"]].tolist() == [100.0, "A", "B"]


def test_classes_are_of_one_currency() -> None:
    items = """item_id customer_id currency document_date amount
        A C1 EUR 2026-06-01 1
        B C1 JPY 2026-06-01 100000"""
    table = ar.abc(ledger_of(items, covers=COVERS), as_of="2026-12-31")
    assert table["class_of_exposure"].tolist() == ["A", "A"]
    assert table["open_share"].tolist() == [1, 1]
