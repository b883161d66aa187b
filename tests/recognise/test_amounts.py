"""Which amounts are owed: words say what each may be, the arithmetic of the rows decides, or it is asked."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.files.questions import QuestionsError
from tests.recognise.exports import DAY, read

HEADER = "Document No.;Customer No.;Document Date;Due Date;Currency"


def export(headers: str, *rows: str, currency: str = "EUR") -> str:
    lines = [f"{place};K{place};05.10.2026;04.11.2026;{currency};{row}\n" for place, row in enumerate(rows)]
    return f"{HEADER};{headers}\n" + "".join(lines)


def net(ledger: ar.Ledger) -> float:
    return float(ar.aging_table(ledger, as_of=DAY)["net"].sum())


READ = {
    "amount less what was paid": ("Amount;Amount paid", ("100,00;100,00", "50,00;20,00", "7,00;0,00"), 37.0),
    "paid with a minus": ("Amount;Amount paid", ("100,00;-100,00", "50,00;-20,00", "7,00;0,00"), 37.0),
    "paid and credited": ("Amount;Paid;Credited", ("100,00;60,00;10,00", "50,00;20,00;0,00", "7,00;0,00;7,00"), 60.0),
    "due is what was billed": ("Amount due;Amount paid", ("100,00;100,00", "50,00;20,00", "7,00;0,00"), 37.0),
    "due is what is left": ("Amount due;Amount paid", ("0,00;100,00", "30,00;20,00", "7,00;0,00"), 37.0),
    "the total with tax": ("Amount;Tax;Xyz", ("100,00;19,00;119,00", "50,00;9,50;59,50", "10,00;1,90;11,90"), 190.4),
    "net and tax without a total": ("Net amount;Tax", ("100,00;19,00", "50,00;9,50", "10,00;1,90"), 190.4),
    "what is left by arithmetic": (
        "Amount;Paid;Xyz",
        ("100,00;60,00;40,00", "50,00;20,00;30,00", "7,00;0,00;7,00"),
        77.0,
    ),
}


@pytest.mark.parametrize("name", READ)
def test_the_arithmetic_of_the_rows_decides(name: str, tmp_path: Path) -> None:
    headers, rows, total = READ[name]
    ledger = read(tmp_path, export(headers, *rows))
    assert net(ledger) == total
    assert ledger.reading is not None
    again = ar.read_ledger(tmp_path / "export.csv", layout=ledger.reading.layout, snapshot_on=DAY)
    assert net(again) == total


@pytest.mark.parametrize("headers", ["Xyz;Abc", "Abc;Xyz"])
def test_amounts_in_two_currencies_are_told_apart(headers: str, tmp_path: Path) -> None:
    text = export("Open amount;Open amount (LCY)", "100,00;85,00", "20,00;17,00", "3,00;3,00", currency="USD")
    text = text.replace("2;K2;05.10.2026;04.11.2026;USD", "2;K2;05.10.2026;04.11.2026;EUR")
    table = ar.aging_table(read(tmp_path, text), as_of=DAY).set_index("currency")
    assert table["net"].to_dict() == {"EUR": 3.0, "USD": 120.0}


ASKED = {
    "tax in the amount or on top": (
        "Amount;Tax",
        ("100,00;19,00", "50,00;9,50", "10,00;1,90"),
        {"amount": "Amount"},
        160.0,
        {"160.00", "190.40"},
    ),
    "an unknown amount": (
        "Amount;Xyz",
        ("100,00;60,00", "50,00;20,00", "7,00;0,00"),
        {"paid": "Xyz"},
        77.0,
        {"80.00", "77.00", "157.00"},
    ),
    "more is open than there was": (
        "Amount;Open amount",
        ("100,00;160,00", "50,00;20,00", "7,00;9,00"),
        {"open_amount": "Open amount"},
        189.0,
        {"189.00", "157.00"},
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_two_readings_are_asked_with_the_total_of_each(name: str, tmp_path: Path) -> None:
    headers, rows, columns, total, totals = ASKED[name]
    text = export(headers, *rows)
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text)
    assert {each.total for question in error.value.questions for each in question.candidates} == totals
    assert net(read(tmp_path, text, columns=columns)) == total


def test_a_total_of_the_file_proves_which_column_is_open(tmp_path: Path) -> None:
    text = export("Original amount;Xyz", "100,00;60,00", "50,00;20,00", "7,00;7,00")
    assert net(read(tmp_path, text + "Total;;;;;;87,00\n")) == 87.0


def test_a_currency_in_some_cells_is_that_of_these_cells(tmp_path: Path) -> None:
    text = export("Open amount", "USD 100,00", "50,00", "EUR 7,00").replace(";Currency", "").replace(";EUR;", ";")
    table = ar.aging_table(read(tmp_path, text, currency="EUR"), as_of=DAY).set_index("currency")
    assert table["net"].to_dict() == {"EUR": 57.0, "USD": 100.0}
    with pytest.raises(QuestionsError, match="1 of 3 amounts"):
        read(tmp_path, text)


def test_a_header_that_names_another_currency_than_the_hint_is_refused(tmp_path: Path) -> None:
    text = export("Open amount (USD)", "100,00").replace(";Currency", "").replace(";EUR;", ";")
    with pytest.raises(ReadingError, match="names USD, and the hints say EUR"):
        read(tmp_path, text, currency="EUR")


def test_a_side_comes_before_what_an_amount_is_made_of(tmp_path: Path) -> None:
    """Net and tax of a return have no side; debit and credit, which are with tax, have one."""
    text = export("Net amount;Tax;Debit;Credit", "100,00;20,00;120,00;0,00", "50,00;10,00;0,00;60,00")
    assert net(read(tmp_path, text)) == 60.0
