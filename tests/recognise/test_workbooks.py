"""Workbooks without a layout: the sheet, numbers and days as cells, ids that a cell of numbers would corrupt."""

from datetime import date, datetime
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from tests.read.files import Row, workbook_of
from tests.recognise.exports import DAY, ITEMS, items_of

HEADER: Row = ("Document No.", "Customer No.", "Document Date", "Due Date", "Currency", "Open amount")
ROWS: list[Row] = [
    ("1001", "10023", date(2026, 10, 5), date(2026, 11, 4), "EUR", 1234.56),
    ("1002", "10023", datetime(2026, 10, 13, 9, 30), date(2026, 11, 12), "EUR", 2000),
    ("1003", "10047", date(2026, 10, 20), date(2026, 10, 20), "EUR", -100.1),
]


def read(folder: Path, rows: list[Row], **hints: object) -> ar.Ledger:
    path = folder / "export.xlsx"
    path.write_bytes(workbook_of(rows, sheet="Posten"))
    return ar.read_ledger(path, snapshot_on=DAY, hints=hints or None)


SAME: dict[str, list[Row]] = {
    "plain": [HEADER, *ROWS],
    "titles, a blank row and a total": [
        ("ACME",),
        ("Open items",),
        (None,),
        HEADER,
        *ROWS,
        ("Total", *4 * [None], 3134.46),
    ],
    "numbers as text": [HEADER, *((*row[:5], f"{row[5]:.2f}".replace(".", ",")) for row in ROWS)],
    "days as text": [HEADER, *((*row[:2], f"{row[2]:%d.%m.%Y}", f"{row[3]:%d.%m.%Y}", *row[4:]) for row in ROWS)],
    "ids as numbers": [HEADER, *((int(str(row[0])), int(str(row[1])), *row[2:]) for row in ROWS)],
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_items_come_out(name: str, tmp_path: Path) -> None:
    ledger = read(tmp_path, SAME[name])
    assert items_of(ledger) == ITEMS
    assert ledger.findings.empty
    assert ledger.reading is not None
    again = ar.read_ledger(
        tmp_path / "export.xlsx", layout=ledger.reading.save(tmp_path / "layout.toml"), snapshot_on=DAY
    )
    assert items_of(again) == ITEMS


def test_the_sheet_with_the_items_is_found(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("Cover").write_string(0, 0, "Open items")
        page = book.add_worksheet("Data")
        for number, row in enumerate([HEADER, *ROWS]):
            page.write_row(number, 0, row)
    assert items_of(ar.read_ledger(path, snapshot_on=DAY)) == ITEMS


def test_two_sheets_that_could_be_meant_are_asked(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name in ("June", "July"):
            page = book.add_worksheet(name)
            for number, row in enumerate([HEADER, *ROWS]):
                page.write_row(number, 0, row)
    with pytest.raises(ReadingError, match=r"sheets June, July.*hints=\{\"sheet\": \"June\"\}"):
        ar.read_ledger(path, snapshot_on=DAY)
    assert items_of(ar.read_ledger(path, snapshot_on=DAY, hints={"sheet": "July"})) == ITEMS


def test_a_long_number_in_a_cell_of_numbers_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"12345678901234570.*'Document No\.' \(row 2\).*as text"):
        read(tmp_path, [HEADER, (12345678901234567, *ROWS[0][1:]), *ROWS[1:]])
    ledger = read(tmp_path, [HEADER, ("12345678901234567", *ROWS[0][1:]), *ROWS[1:]])
    assert ledger.items["item_id"].tolist()[0] == "12345678901234567"


def test_a_long_number_is_noticed_in_a_sheet_whose_first_column_is_empty(tmp_path: Path) -> None:
    rows = [HEADER, ("12345678901234567", *ROWS[0][1:]), *ROWS[1:]]
    ledger = read(tmp_path, [[None, *row] for row in rows])
    assert ledger.items["item_id"].tolist()[0] == "12345678901234567"
    with pytest.raises(ReadingError, match=r"12345678901234570.*'Document No\.' \(row 2\).*as text"):
        read(tmp_path, [[None, *row] for row in [HEADER, (12345678901234567, *ROWS[0][1:]), *ROWS[1:]]])


def test_amounts_with_three_decimals_are_numbers(tmp_path: Path) -> None:
    rows = [(*row[:4], "KWD", amount) for row, amount in zip(ROWS, (1.234, 2.5, -1.001), strict=True)]
    assert [row[-1] for row in items_of(read(tmp_path, [HEADER, *rows]))] == [1.234, 2.5, -1.001]


def test_text_that_could_be_thousands_is_asked(tmp_path: Path) -> None:
    rows = [(*row[:5], amount) for row, amount in zip(ROWS, ("1.234", "2.500", "-1.001"), strict=True)]
    with pytest.raises(ReadingError, match="thousands or decimals"):
        read(tmp_path, [HEADER, *rows])


def test_numbers_and_text_with_a_comma_in_one_column(tmp_path: Path) -> None:
    amounts = (1234.5, "2.000,00", 234.567)
    rows = [(*row[:5], amount) for row, amount in zip(ROWS, amounts, strict=True)]
    ledger = read(tmp_path, [HEADER, *rows])
    assert [row[-1] for row in items_of(ledger)] == [1234.5, 2000]
    found = ledger.findings[["code", "source_row", "value"]].to_numpy().tolist()
    assert found == [["unreadable_amount", 4, "234.567 (a number, or text with a thousands mark)"]]
