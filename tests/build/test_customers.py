"""Customers that differ in writing alone are named, and neither merged nor split in silence."""

import pandas as pd
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


def test_the_terms_of_a_customer_are_those_of_the_day_of_the_document() -> None:
    items = pd.DataFrame(
        {
            "item_id": ["A", "B", "C"],
            "customer_id": ["K"] * 3,
            "document_date": ["2025-12-31", "2026-02-28", "2026-03-01"],
            "currency": ["EUR"] * 3,
            "amount": [1.0, 1.0, 1.0],
        }
    )
    history = {"valid_from": ["2026-03-01", "2026-01-01"], "terms_days": [60, 30]}
    customers = pd.DataFrame({"customer_id": ["K", "K"], **history})
    ledger = ar.make_ledger(items=items, customers=customers, covers=("2025-12-01", "2026-06-30"))
    days = ledger.items["due_date"] - ledger.items["document_date"]
    assert days.dt.days.tolist() == [30, 30, 60]
