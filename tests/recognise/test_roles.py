"""Every column of an export has one role: it makes the ledger, proves it, cannot bear on it, or is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

import arkit as ar
from arkit.files.questions import QuestionsError

HEADER = "Invoice,Customer,Date,Due Date,Amount,Amount Due,Days Overdue,Currency,Zone,Zoll,City\n"
ROWS = """N-1,Abel,2026-01-10,2026-02-09,400.00,300.00,50,EUR,north,12.50,Riga
N-2,Baker,2026-02-10,2026-03-12,250.00,250.00,19,EUR,south,11.00,Wien
N-3,Abel,2026-02-20,2026-03-22,150.00,150.00,9,EUR,north,10.00,Riga
"""
HINTS = {"ignored": ["Zone", "Zoll"]}


def _export(folder: Path, header: str = HEADER) -> Path:
    path = folder / "items.csv"
    path.write_text(header + ROWS)
    return path


def test_each_column_has_one_role_in_the_order_of_the_source(tmp_path: Path) -> None:
    reading = ar.read_ledger(_export(tmp_path), hints=HINTS).reading
    assert reading is not None
    assert {each.header: (each.role, each.what) for each in reading.columns} == {
        "Invoice": ("mapped", "item_id"),
        "Customer": ("mapped", "customer_id"),
        "Date": ("mapped", "document_date"),
        "Due Date": ("mapped", "due_date"),
        "Amount": ("proof", "at_most"),
        "Amount Due": ("mapped", "open_amount"),
        "Days Overdue": ("proof", "snapshot_on"),
        "Currency": ("mapped", "currency"),
        "Zone": ("ignored", ""),
        "Zoll": ("ignored", ""),
        "City": ("harmless", ""),
    }
    assert [each.header for each in reading.columns] == HEADER.strip().split(",")


def test_the_roles_are_known_while_questions_are_open(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as asked:
        ar.read_ledger(_export(tmp_path, HEADER.replace("Invoice,", "Hm,").replace("Due Date", "Hmm")), hints=HINTS)
    roles = {each.header: each.role for each in asked.value.columns}
    assert len(roles) == len(HEADER.split(","))
    assert roles["Hm"] == "unexplained"
    assert roles["Amount Due"] == "mapped"


def test_a_day_that_the_file_contradicts_is_a_contradiction(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as asked:
        ar.read_ledger(_export(tmp_path), snapshot_on="2026-04-30", hints=HINTS)
    assert {each.header for each in asked.value.columns if each.role == "contradiction"} >= {"Days Overdue"}


def test_a_column_of_codes_is_the_currency_whatever_its_header_says(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(
        HEADER.replace("Currency", "Valuutta") + ROWS.replace("50,EUR", "50,SEK").replace("250.00,", "260.00,", 1)
    )
    ledger = ar.read_ledger(path, hints=HINTS)
    assert ar.open_items(ledger, as_of="2026-03-31").groupby("currency")["open_amount"].sum().to_dict() == {
        "EUR": 400,
        "SEK": 300,
    }


def test_two_columns_of_codes_that_differ_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(
        HEADER.replace("Currency", "Valuutta").replace("City", "Toinen")
        + ROWS.replace("Riga", "USD").replace("Wien", "EUR")
    )
    with pytest.raises(QuestionsError) as error:
        ar.read_ledger(path, hints=HINTS)
    assert ("currency",) in [question.key for question in error.value.questions]


def test_documents_without_a_number_leave_other_columns_to_be_compared(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("Customer,Date,Due Date,Amount Due,Currency,Rate\nA,2026-01-10,2026-02-09,300.00,EUR,7.5\n")
    with pytest.raises(QuestionsError, match="What is 'Rate'"):
        ar.read_ledger(path, snapshot_on="2026-03-31", hints={"columns": {"item_id": "source_row"}})
