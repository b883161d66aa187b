"""Customers that differ in writing alone are named, and neither merged nor split in silence."""

import polars as pl
import pytest

import arkit as ar


def ledger_of(*customers: str) -> ar.Ledger:
    rows = [
        {
            "item_id": f"I{number}",
            "customer_id": customer,
            "document_date": "2026-01-01",
            "due_date": "2026-01-31",
            "currency": "EUR",
            "open_amount": "100.00",
        }
        for number, customer in enumerate(customers)
    ]
    return ar.make_ledger(items=pl.DataFrame(rows), shape="open_items", snapshot_on="2026-03-31")


@pytest.mark.parametrize(
    ("customers", "found"),
    [
        (("17", "000017", "18"), ["17 · 000017"]),
        (("Nord Ltd", "NORD LTD.", "Nord  Ltd"), ["Nord Ltd · NORD LTD. · Nord  Ltd"]),
        (
            ("ALFA", "\u0410LFA", "\uff21\uff2c\uff26\uff21", "ALFA\u200b"),
            ["ALFA · \u0410LFA · \uff21\uff2c\uff26\uff21 · ALFA\u200b"],
        ),
        (("C-0017", "C17"), ["C-0017 · C17"]),
        (("10-1", "101", "Nord", "Ost"), []),
    ],
)
def test_customers_that_differ_in_writing_alone_are_named(customers: tuple[str, ...], found: list[str]) -> None:
    ledger = ledger_of(*customers)
    alike = ledger.findings.query("code == 'alike_customers'")
    assert alike["value"].to_list() == found
    assert set(ar.open_items(ledger, as_of="2026-03-31")["customer_id"]) == set(customers)


def test_of_two_rows_with_one_number_the_usable_one_counts() -> None:
    rows = pl.DataFrame(
        {
            "item_id": ["A", "A", "B", "B"],
            "customer_id": ["K"] * 4,
            "document_date": ["soon", "2026-01-01", "2026-01-02", "2026-01-02"],
            "due_date": ["2026-01-31"] * 4,
            "currency": ["EUR"] * 4,
            "open_amount": ["90.00", "100.00", "20.00", "30.00"],
        }
    )
    ledger = ar.make_ledger(items=rows, shape="open_items", snapshot_on="2026-03-31")
    assert ar.open_items(ledger, as_of="2026-03-31")["open_amount"].tolist() == [100, 20]
    assert ledger.findings[["code", "source_row"]].to_numpy().tolist() == [
        ["unreadable_date", 1],
        ["duplicate_item", 4],
    ]
