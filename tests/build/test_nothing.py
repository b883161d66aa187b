"""Cells that stand for nothing: days that no system means, a dash, n/a, NULL."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import arkit as ar
from arkit.build.nothing import without_nothing

HEADER = "item_id,customer_id,document_date,due_date,currency,amount,settled_on,reference"
NO_DAYS = (
    *("1900-01-01", "01.01.1900", "1/1/1900", "19000101", "1900-01-01 00:00:00", "1/0/1900", "1753-01-01"),
    *("1970-01-01T00:00:00Z", "0000-00-00", "00.00.0000", "00000000", "9999-12-31", "31/12/9999", "12/31/9999"),
    *("-", "—", "n/a", "N/A", "NULL", "null", "NaT", "#N/A", "none"),
)


@pytest.mark.parametrize("cell", NO_DAYS)
def test_an_empty_day_is_no_settlement_and_no_day_that_is_covered(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    rows = ("A,C,2026-01-01,2026-01-31,EUR,100,2026-02-01,R", f"B,C,2026-01-02,2026-02-01,EUR,50,{cell},n/a")
    path.write_text("\n".join([HEADER, *rows]))
    ledger = ar.read_ledger(path)
    assert ledger.covers == (date(2026, 1, 1), date(2026, 2, 1))
    assert ar.aging_table(ledger, as_of="2026-02-01")["net"].tolist() == [50]
    assert ledger.items["reference"].fillna("").tolist() == ["R", ""]
    assert ledger.findings.empty


def test_an_empty_day_of_a_table_in_python() -> None:
    days = [datetime(1900, 1, 1), datetime(2026, 2, 1), datetime(9999, 12, 31)]
    items = pl.DataFrame(
        {
            "item_id": ["A", "B", "C"],
            "customer_id": "K",
            "document_date": "2026-01-01",
            "due_date": "2026-01-31",
            "currency": "EUR",
            "amount": [100, 50, 7],
            "settled_on": days,
        }
    )
    ledger = ar.make_ledger(items=items, shape="settled")
    assert ledger.covers[1] == date(2026, 2, 1)
    assert ar.aging_table(ledger, as_of="2026-02-01")["net"].tolist() == [107]


@pytest.mark.parametrize(
    "cell", ["1900-01-02", "1.2.1900", "2026-01-01", "1971-01-01", "10000101", "20190001", "1-1-19000"]
)
def test_other_days_are_days(cell: str) -> None:
    assert without_nothing(pl.Series([cell]), days=True).to_list() == [cell]


def test_an_empty_day_of_the_document_rejects_the_row_with_its_amount(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"{HEADER}\nA,C,2026-01-01,,EUR,100,,\nB,C,1900-01-01,,EUR,50,,\n")
    ledger = ar.read_ledger(path)
    found = ledger.findings.query("action == 'excluded'")
    assert found[["code", "item_id", "amount"]].to_numpy().tolist() == [["missing_date", "B", 50]]


def test_a_day_that_does_not_exist_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"{HEADER}\nA,C,2026-01-01,2026-02-30,EUR,100,,\nB,C,2026-01-01,2026-01-31,EUR,50,2026-02-30,\n")
    ledger = ar.read_ledger(path)
    found = ledger.findings.query("value.str.contains('2026-02-30', na=False)")
    assert found[["code", "item_id"]].to_numpy().tolist() == [
        ["unreadable_optional", "A"],
        ["unreadable_settlement", "B"],
    ]


def test_a_customer_is_valid_from_the_first_day_there_is() -> None:
    first = pl.Series(["1900-01-01"])
    assert without_nothing(first).to_list() == ["1900-01-01"]
