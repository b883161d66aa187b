"""Workbooks: numbers are numbers whatever the decimal mark, days are days, and rows keep their numbers."""

from datetime import date, datetime
from pathlib import Path

import pytest

import arkit as ar
from tests.read.files import DAY, HEADER, Row, layout, workbook_of

A: Row = ("A", "0010", "Alfa", date(2026, 1, 5), datetime(2026, 2, 4, 13, 30), "EUR", 100.5)
B: Row = (17, 20, "Beta", date(2026, 1, 6), date(2026, 2, 5), "EUR", 200)


def read(folder: Path, *rows: Row, header: Row = HEADER, **settings: object) -> ar.Ledger:
    path = folder / "items.xlsx"
    path.write_bytes(workbook_of([header, *rows]))
    return ar.read_ledger(path, layout=layout(**settings))


def amounts(ledger: ar.Ledger) -> dict[str, float]:
    items = ar.open_items(ledger, as_of=DAY)
    return dict(zip(items["item_id"], items["open_amount"], strict=True))


@pytest.mark.parametrize("mark", [".", ","])
def test_cells_keep_their_kind(mark: str, tmp_path: Path) -> None:
    ledger = read(tmp_path, A, B, decimal_mark=mark)
    assert ledger.findings.empty
    assert amounts(ledger) == {"A": 100.5, "17": 200}
    assert ledger.items["customer_id"].tolist() == ["0010", "20"]
    assert [day.date() for day in ledger.items["due_date"]] == [date(2026, 2, 4), date(2026, 2, 5)]


@pytest.mark.parametrize("mark", [".", ","])
def test_a_number_with_three_decimals_is_not_taken_for_thousands(mark: str, tmp_path: Path) -> None:
    ledger = read(tmp_path, (*A[:5], "KWD", 234.567), decimal_mark=mark)
    assert amounts(ledger) == {"A": 234.567}


def test_text_among_numbers_has_the_mark_of_the_layout(tmp_path: Path) -> None:
    """As when somebody types into a column of numbers."""
    text = ("T", *A[1:6], "1.234,56")
    ledger = read(tmp_path, A, text, B, decimal_mark=",")
    assert amounts(ledger) == {"A": 100.5, "T": 1234.56, "17": 200}


def test_what_may_be_a_number_or_thousands_is_not_guessed(tmp_path: Path) -> None:
    text = ("T", *A[1:6], "ten")
    either = ("E", *A[1:6], 1.234)
    ledger = read(tmp_path, A, text, either, decimal_mark=",")
    found = ledger.findings.set_index("source_row")["value"]
    assert found.to_dict() == {3: "ten", 4: "1.234 (a number, or text with a thousands mark)"}
    assert ar.reconcile(ledger, as_of=DAY)["status"].tolist() == ["incomplete"]


def test_the_header_is_the_first_row_that_is_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "items.xlsx"
    blank: Row = [None] * 8
    path.write_bytes(workbook_of([blank, blank, [None, *HEADER], [None, *A], blank, [None, "C", *A[1:6], "x"]]))
    for mark in (".", ","):
        ledger = ar.read_ledger(path, layout=layout(decimal_mark=mark))
        assert ledger.findings.set_index("code")["source_row"].to_dict() == {"blank_row": 5, "unreadable_amount": 6}
        assert amounts(ledger) == {"A": 100.5}


def test_an_error_cell_is_a_missing_amount(tmp_path: Path) -> None:
    ledger = read(tmp_path, A, ("N", *A[1:6], float("nan")))
    assert ledger.findings.set_index("code")["source_row"].to_dict() == {"errors": 3, "unreadable_amount": 3}


def test_tables_in_the_sheets_of_one_workbook(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in {
            "Posten": [HEADER, ("A", "1", "Alfa", "2026-01-05", "2026-02-04", "EUR", 100)],
            "Kunden": [("No", "Industry"), ("1", "steel")],
        }.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    layouts = tmp_path / "layout.toml"
    layouts.write_text(
        'name = "one workbook"\n[items]\nsheet = "Posten"\n[customers]\nsheet = "Kunden"\n'
        '[customers.columns]\ncustomer_id = "No"\nindustry = "Industry"\n'
    )
    ledger = ar.read_ledger(path, layout=layouts)
    assert ar.aging_table(ledger, as_of="2026-01-05", by="industry")["industry"].tolist() == ["steel"]
