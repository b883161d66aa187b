"""With a layout that states its header reading is strict: next month's file is read, a changed one is refused."""

from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import ReadingError
from tests.recognise.exports import DAY, ITEMS, PLAIN, items_of, read, write

LINES = PLAIN.splitlines(keepends=True)
HEADER = LINES[0]


@pytest.fixture
def layout(tmp_path: Path) -> ar.Layout:
    reading = read(tmp_path, PLAIN).reading
    assert reading is not None
    return reading.layout


def test_the_layout_says_what_was_found(layout: ar.Layout) -> None:
    assert layout.items.header == tuple(HEADER.strip().split(";"))
    assert (layout.date_order, layout.decimal_mark, layout.delimiter) == ("dmy", ",", ";")


SAME = {
    "more title rows": "ACME\n\nOpen items\n" + PLAIN,
    "columns in another order": "".join(";".join(reversed(line.strip().split(";"))) + "\n" for line in LINES),
    "a blank column in front": "".join(";" + line for line in LINES),
    "a new column that cannot change the number": PLAIN.replace("Currency;", "Currency;Web;").replace(
        "EUR;", "EUR;www.example.com;"
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_does_not_matter_may_change(name: str, layout: ar.Layout, tmp_path: Path) -> None:
    ledger = ar.read_ledger(write(tmp_path, SAME[name]), layout=layout, snapshot_on=DAY)
    assert items_of(ledger) == ITEMS


CHANGED = {
    "renamed": (HEADER.replace("Due Date", "Net due date"), "'Due Date' is now 'Net due date'"),
    "missing": (HEADER.replace(";Currency", ""), "missing: 'Currency'"),
    "missing and new": (HEADER.replace(";Currency", ";Dunning level"), "new: 'Dunning level'"),
    "doubled": (HEADER.replace(";Currency", ";Currency;Currency"), "'Currency' is there twice"),
    "another language": ("Belegnummer;Debitor;Datum;Betrag\n", "no row with the header of the layout"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_header_is_told(name: str, layout: ar.Layout, tmp_path: Path) -> None:
    header, said = CHANGED[name]
    path = write(tmp_path, PLAIN.replace(HEADER, header))
    with pytest.raises(ReadingError) as refusal:
        ar.read_ledger(path, layout=layout, snapshot_on=DAY)
    assert said in str(refusal.value)


def test_columns_of_one_name_must_not_move(tmp_path: Path) -> None:
    text = PLAIN.replace("Currency", "Note").replace("Open amount", "Open amount;Note").replace(",56\n", ",56;x\n")
    ledger = read(tmp_path, text, currency="EUR")
    assert ledger.reading is not None
    moved = "".join(";".join(reversed(line.strip().split(";"))) + "\n" for line in text.splitlines())
    with pytest.raises(ReadingError, match="another order than in the layout, and 'Note' is above several"):
        ar.read_ledger(write(tmp_path, moved), layout=ledger.reading.layout, snapshot_on=DAY)


def test_signs_that_have_changed_are_refused(tmp_path: Path) -> None:
    text = PLAIN.replace("Open amount", "D/C;Open amount").replace("1234", "S;1234").replace("2000", "S;2000")
    ledger = read(tmp_path, text.replace("-100", "H;100"))
    assert ledger.reading is not None
    path = write(tmp_path, text.replace("-100", "H;-100"))
    with pytest.raises(ReadingError, match=r"D/C H are stated without their minus, but 1 of 1 have one \(row 4"):
        ar.read_ledger(path, layout=ledger.reading.layout, snapshot_on=DAY)


def test_a_day_that_no_longer_stands_above_is_told(tmp_path: Path) -> None:
    ledger = read(tmp_path, "Open items as of 31.10.2026\n" + PLAIN, day=None)
    assert ledger.reading is not None
    with pytest.raises(ReadingError, match="the day after 'as of' above the header"):
        ar.read_ledger(write(tmp_path, "Open items\n" + PLAIN), layout=ledger.reading.layout)


def test_the_currency_above_is_read_anew(tmp_path: Path) -> None:
    text = PLAIN.replace("Currency;", "").replace("EUR;", "")
    ledger = read(tmp_path, "Currency: EUR\n" + text)
    assert ledger.reading is not None
    again = ar.read_ledger(write(tmp_path, "Currency: USD\n" + text), layout=ledger.reading.layout, snapshot_on=DAY)
    assert again.items["currency"].unique().tolist() == ["USD"]


def test_hints_are_not_for_a_layout(layout: ar.Layout, tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="hints are for a file that is read without a layout"):
        ar.read_ledger(write(tmp_path, PLAIN), layout=layout, hints={"currency": "EUR"})


def test_a_part_of_a_ledger_keeps_its_reading(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN)
    assert ledger.where(customer_id="10023").reading == ledger.reading


def test_a_ledger_of_tables_has_no_reading() -> None:
    row = {"item_id": "A", "customer_id": "C", "document_date": "2026-01-01", "currency": "EUR", "amount": 1}
    assert ar.make_ledger(items=pd.DataFrame([row])).reading is None
