"""A hint that changes nothing of the file it is given for is refused, and the reason is said."""

from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.cli import main
from arkit.errors import ReadingError
from tests.recognise.exports import DAY, read, write

TEXT = """Invoice,Customer,Type,Status,Invoice Date,Due Date,Currency,Open amount
1,K1,Invoice,Open,2026-10-05,2026-11-04,EUR,100.00
2,K1,Credit Note,Open,2026-10-06,2026-10-06,EUR,-30.00
3,K2,Invoice,Overdue,2026-09-05,2026-10-05,EUR,50.00
"""
IDLE: dict[str, tuple[dict[str, Any], str]] = {
    "a base currency": ({"base_currency": "USD"}, "base_currency changes nothing of export.csv: no column has base"),
    "another currency": ({"currency": "USD"}, "named in 'Currency': EUR. So the hint currency=USD changes nothing"),
    "credits": ({"credits": "plus"}, "1 of 1 credits are negative.*so the hint credits changes nothing"),
    "a type": ({"types": {"Invoices": "invoice"}}, "No cell under 'Type' of .* is 'Invoices'.*Is 'Invoice' meant"),
    "a type that is a status": ({"types": {"Overdue": "invoice"}}, "No cell under 'Type' of .* is 'Overdue'"),
    "a status": ({"statuses": {"Paid": "paid"}}, "No cell under 'Status' of .* is 'Paid'"),
    "rows": ({"keep": {"Customer": ["K9"]}}, "No cell under 'Customer' of .* is 'K9'"),
    "amounts of whole documents": ({"once": ["Open amount"]}, "once changes nothing .* an item of its own"),
    "the shape": ({"shape": "settled"}, "shape changes nothing .* make open_items"),
    "a sheet": ({"sheet": "Sheet1"}, "of the kind text, so the hint sheet changes nothing"),
    "days covered": ({"covers_from": "2026-01-01"}, "covers changes nothing .* a snapshot of one day"),
}


@pytest.mark.parametrize("name", IDLE)
def test_a_hint_that_changes_nothing_is_refused(name: str, tmp_path: Path) -> None:
    hints, reason = IDLE[name]
    with pytest.raises(ReadingError, match=reason):
        read(tmp_path, TEXT, **hints)


ACTING: dict[str, tuple[str, dict[str, Any]]] = {
    "a currency where none is named": (TEXT.replace(",EUR", "").replace("Currency,", ""), {"currency": "EUR"}),
    "a currency where one is blank": (TEXT.replace("EUR,50", ",50"), {"currency": "EUR"}),
    "a currency that the file has": (TEXT, {"currency": "EUR"}),
    "credits": (TEXT.replace("-30", "30"), {"credits": "plus"}),
    "a type": (TEXT, {"types": {"Invoice": "debit_note"}}),
    "credits, answered with what leaves none": (TEXT, {"credits": "plus", "keep": {"Type": ["Invoice"]}}),
    "a status": (TEXT, {"statuses": {"Overdue": "disputed"}}),
    "rows": (TEXT, {"keep": {"Customer": ["K2"]}}),
}


@pytest.mark.parametrize("name", ACTING)
def test_a_hint_that_the_file_is_about_is_heard(name: str, tmp_path: Path) -> None:
    text, hints = ACTING[name]
    assert read(tmp_path, text, **hints).size


def test_a_line_above_the_header_names_the_currency(tmp_path: Path) -> None:
    text = "Currency: EUR\n" + ACTING["a currency where none is named"][0]
    with pytest.raises(ReadingError, match="a line above the header"):
        read(tmp_path, text, currency="USD")


@pytest.mark.parametrize("way", ["option", "answers"])
def test_the_command_line_says_so_too(way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, answers = write(tmp_path, TEXT), tmp_path / "answers.toml"
    answers.write_text('base_currency = "USD"\n')
    said = ["--hint", "base_currency=USD"] if way == "option" else ["--answers", str(answers)]
    assert main(["check", str(path), "--snapshot-on", DAY, *said]) == 1
    assert "base_currency changes nothing" in capsys.readouterr().err


def test_with_a_layout_a_column_that_is_not_there_cannot_be_ignored(tmp_path: Path) -> None:
    reading = read(tmp_path, TEXT).reading
    assert reading
    with pytest.raises(ReadingError, match="The source has no 'Fee', so the hint"):
        ar.read_ledger(write(tmp_path, TEXT), layout=reading.layout, snapshot_on=DAY, hints={"ignored": ["Fee"]})
