"""Totals of a file are left out, and prove that nothing was lost; one that differs stops the month-end."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError, ReconciliationError
from tests.recognise.exports import DAY, ITEMS, PLAIN, decided, items_of, read

LINES = PLAIN.splitlines(keepends=True)
HEADER, A, B, C = LINES

PROVEN = {
    "a grand total": (PLAIN + "Total;;;;;;3134,46\n", "all 1 proven"),
    "a grand total in Russian": (PLAIN + "Итого;;;;;;3134,46\n", "all 1 proven"),
    "a grand total in Chinese": (PLAIN + ";;合计;;;;3134,46\n", "all 1 proven"),
    "subtotals": (
        HEADER + A + B + "Summe;;;;;;3234,56\n" + C + "Summe;;;;;;-100,10\nGesamtsumme;;;;;;3134,46\n",
        "all 3 proven",
    ),
    "stars": (HEADER + A + B + "*;;;;;EUR;3234,56\n" + C + "*;;;;;EUR;-100,10\n**;;;;;EUR;3134,46\n", "all 3 proven"),
    "without a word": (HEADER + A + B + ";;;;;;3234,56\n" + C + ";;;;;;-100,10\n;;;;;;3134,46\n", "all 3 proven"),
    "above the header": ("Total;;;;;;3134,46\n" + PLAIN, "all 1 proven"),
    "above their items": (HEADER + ";Total;;;;;3134,46\n" + A + B + C, "all 1 proven"),
    "per customer": (
        HEADER + A + B + "Total Alfa GmbH;;;;;;3234,56\n" + C + "Total Beta AG;;;;;;-100,10\n",
        "all 2 proven",
    ),
    "per page and carried over": (HEADER + A + "Total;;;;;;1234,56\n" + B + C + "Total;;;;;;3134,46\n", "all 2 proven"),
}


@pytest.mark.parametrize("name", PROVEN)
def test_totals_prove_the_items(name: str, tmp_path: Path) -> None:
    text, said = PROVEN[name]
    ledger = read(tmp_path, text)
    assert items_of(ledger) == ITEMS
    assert decided(ledger, "totals") == said
    assert ledger.findings.empty
    assert ar.require_reconciled(ledger, as_of=DAY)["control_total"].tolist() == [3134.46]


def test_a_total_of_each_currency(tmp_path: Path) -> None:
    text = PLAIN.replace("AG;20.10.2026;20.10.2026;EUR", "AG;20.10.2026;20.10.2026;USD")
    ledger = read(tmp_path, text + "Total;;;;;EUR;3234,56\nTotal;;;;;USD;-100,10\n")
    assert decided(ledger, "totals") == "all 2 proven"
    assert ledger.findings.empty


def test_a_grand_total_that_differs_stops_the_month_end(tmp_path: Path) -> None:
    ledger = read(tmp_path, HEADER + A + C + "Total;;;;;;3134,46\n")
    found = ledger.findings[["code", "source_row", "amount", "action"]].to_numpy().tolist()
    assert found == [["total_differs", 4, 2000.0, "kept"]]
    assert decided(ledger, "totals") == "1 of 1 differ"
    table = ar.reconcile(ledger, as_of=DAY)
    assert table[["control_total", "difference", "status"]].to_numpy().tolist() == [
        [3134.46, 2000.0, "does not reconcile"]
    ]
    with pytest.raises(ReconciliationError, match=r"2,000\.00 between control total"):
        ar.require_reconciled(ledger, as_of=DAY)


def test_a_subtotal_that_differs_under_a_grand_total_that_does_not(tmp_path: Path) -> None:
    ledger = read(tmp_path, HEADER + A + B + "Subtotal;;;;;;9,99\n" + C + "Grand total;;;;;;3134,46\n")
    assert ledger.findings["code"].tolist() == ["total_differs"]
    assert ar.require_reconciled(ledger, as_of=DAY)["difference"].tolist() == [0]


def test_a_subtotal_that_differs_alone_stops_the_month_end(tmp_path: Path) -> None:
    ledger = read(tmp_path, HEADER + A + B + "Subtotal;;;;;;3234,57\n" + C + "Subtotal;;;;;;-100,10\n")
    assert ar.reconcile(ledger, as_of=DAY)["difference"].tolist() == [0.01]


def test_a_row_that_only_looks_like_a_total_is_a_faulty_item(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN + ";10047;Beta AG;;;EUR;55,00\n")
    assert ledger.findings[["code", "source_row", "amount"]].to_numpy().tolist() == [["missing_id", 5, 55.0]]
    assert ar.reconcile(ledger, as_of=DAY)[["excluded", "control_total"]].to_numpy().tolist() == [[55.0, 3189.46]]


def test_a_customer_called_total_is_no_total(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN.replace("Alfa GmbH", "Total Energies SE"))
    assert items_of(ledger) == ITEMS


def test_a_row_that_is_nothing_known_is_a_finding(tmp_path: Path) -> None:
    ledger = read(tmp_path, HEADER + A + "as agreed with Mr Meier\n" + B + C)
    assert ledger.findings[["code", "source_row", "value"]].to_numpy().tolist() == [
        ["unrecognised_row", 3, "as agreed with Mr Meier"]
    ]


def test_an_amount_that_is_no_number_is_excluded(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN.replace("2000,00", "two thousand") + "Total;;;;;;3134,46\n")
    codes = dict(zip(ledger.findings["code"], ledger.findings["source_row"], strict=True))
    assert codes == {"unreadable_amount": 3, "total_differs": 5}
    assert ar.reconcile(ledger, as_of=DAY)["status"].tolist() == ["does not reconcile"]


@pytest.mark.parametrize("amount", ["55,00", "0,00"])
def test_an_opening_balance_is_of_items_that_are_not_there(amount: str, tmp_path: Path) -> None:
    text = PLAIN.replace("Open amount", "Debit;Credit;Balance").replace("1234,56", "1234,56;;1234,56")
    text = text.replace("2000,00", "2000,00;;3234,56").replace("-100,10", ";100,10;3134,46")
    opening = f";10023;Alfa GmbH;Opening balance;;;;;{amount}\n"
    lines = text.splitlines(keepends=True)
    text = "".join([lines[0], opening, *lines[1:]])
    if amount == "0,00":
        assert items_of(read(tmp_path, text)) == ITEMS
    else:
        with pytest.raises(ReadingError, match=r"Row 2 of export\.csv is an opening balance .*55,00"):
            read(tmp_path, text)


def test_items_outside_every_total_are_told(tmp_path: Path) -> None:
    """As when a file was cut off: the last total is missing."""
    ledger = read(tmp_path, HEADER + A + B + "Subtotal;;;;;;3234,56\n" + C)
    assert ledger.findings[["code", "source_row", "value"]].to_numpy().tolist() == [["not_in_a_total", 5, "1 rows"]]


def test_a_row_between_sections_that_names_nothing_is_a_finding(tmp_path: Path) -> None:
    text = (
        "Document No.;Document Date;Due Date;Currency;Open amount\nCustomer: 10023\n"
        "1001;05.10.2026;04.11.2026;EUR;1234,56\nas agreed with Mr Meier\n1002;13.10.2026;12.11.2026;EUR;2000,00\n"
        "Customer: 10047\n1003;20.10.2026;20.10.2026;EUR;-100,10\n"
    )
    ledger = read(tmp_path, text)
    assert items_of(ledger) == ITEMS
    assert ledger.findings[["code", "source_row"]].to_numpy().tolist() == [["unrecognised_row", 4]]
