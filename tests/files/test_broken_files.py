"""Broken files: each is refused with a way out, or read with a finding; never a traceback, never a wrong total."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

import arkit as ar
from arkit.errors import ArkitError
from tests.read.files import DAY, GOOD, GOOD_TOTAL, HEADER, KINDS, Row, csv_of, layout, workbook_of, write

TEXT = csv_of(GOOD)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)  # how Office stores a workbook with a password


def zipped(name: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(name, "hello")
    return memory.getvalue()


def parquet() -> bytes:
    memory = io.BytesIO()
    pl.DataFrame([*GOOD], schema=list(HEADER), orient="row").write_parquet(memory)
    return memory.getvalue()


WORKBOOK = workbook_of([HEADER, *GOOD])
FAR_APART = "2026-13-05", "2026-31-01"
ALL_DATES_WRONG = csv_of([(*row[:3], day, *row[4:]) for row, day in zip(GOOD, FAR_APART, strict=True)])
ALL_AMOUNTS_WRONG = csv_of([(*row[:6], "one hundred") for row in GOOD])
POSITIVE_CREDITS = csv_of(
    [(*GOOD[0], "invoice"), (*GOOD[1], "credit_note"), ("C", *GOOD[1][1:], "receipt")], header=(*HEADER, "item_type")
)
TOO_LARGE = csv_of([(f"N{number}", *GOOD[0][1:6], "90071992547409.92") for number in range(520)])

# name: file, content, settings of the layout, and what the message must say besides the file
REFUSED: dict[str, tuple[str, bytes | str, dict[str, object], tuple[str, ...]]] = {
    "nothing in it": ("items.csv", b"", {}, ("0 bytes", "Export it again")),
    "a byte-order mark alone": ("items.csv", b"\xef\xbb\xbf", {}, ("empty",)),
    "blank lines alone": ("items.csv", "\n\n\n", {}, ("empty",)),
    "a header and no rows": ("items.csv", csv_of([]), {}, ("no rows", "Export it again")),
    "a header and a blank row": ("items.csv", csv_of([]) + ",,,,,,\n", {}, ("no rows",)),
    "Cyrillic of Windows": ("items.csv", TEXT.replace("Alfa", "Альфа").encode("cp1251"), {}, ("UTF-8", "encoding =")),
    "Latin-1": ("items.csv", TEXT.replace("Alfa", "Älfa").encode("latin-1"), {}, ("UTF-8", "encoding =")),
    "UTF-16 of Excel": ("items.csv", TEXT.encode("utf-16"), {}, ("UTF-16", "encoding =")),
    "UTF-16 without a mark": ("items.csv", TEXT.encode("utf-16-le"), {}, ("UTF-16", "encoding =")),
    "another encoding than stated": ("items.csv", TEXT + "é", {"encoding": "ascii"}, ("ascii",)),
    "an encoding that does not exist": ("items.csv", TEXT, {"encoding": "klingon"}, ("klingon",)),
    "a picture": ("items.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(90), {}, ("of the kind PNG",)),
    "bytes of zero": ("items.csv", bytes(500), {}, ("UTF-8",)),
    "a header twice": ("items.csv", TEXT.replace("name", "amount", 1), {}, ("header twice: amount", "Rename")),
    "a column missing": ("items.csv", TEXT.replace("currency", "cur", 1), {}, ("currency", "It has: item_id")),
    "a column misspelt": ("items.csv", TEXT.replace("due_date", "due_dat", 1), {}, ("'due_dat'", "'due_date'")),
    "a column in capitals": ("items.csv", TEXT.replace("due_date", "Due_Date", 1), {}, ("'Due_Date'", "'due_date'")),
    "semicolons": ("items.csv", csv_of(GOOD, delimiter=";"), {}, ("item_id;customer_id", "layout")),
    "a row with more cells": ("items.csv", TEXT + "C,1,x,2026-01-01,,EUR,5,00\n", {}, ("delimiter", "as many cells")),
    "a quotation without end": ("items.csv", TEXT.replace("Beta", '"Beta'), {}, ("quotation mark",)),
    "an inch mark": ("items.csv", TEXT.replace("Beta", 'pipes 5"'), {}, ("quotation mark", "doubled")),
    "a quotation without end in the header": ("items.csv", '"' + TEXT + "x" * 200_000, {}, ("quotation mark",)),
    "a quotation without end in a short header": ("items.csv", '"' + TEXT, {}, ("quotation mark",)),
    "a title above the header": ("items.csv", "Open items,,,,,,\n" + TEXT, {}, ("item_id", "It has: Open items")),
    "all dates in another order": ("items.csv", ALL_DATES_WRONG, {}, ("2026-13-05", "date_order")),
    "credit notes without a minus": ("items.csv", POSITIVE_CREDITS, {}, ("2 credit notes and receipts", "minus sign")),
    "sums that overflow": ("items.csv", TOO_LARGE, {}, ("could overflow", "wrong amount")),
    "all amounts in words": ("items.csv", ALL_AMOUNTS_WRONG, {}, ("one hundred", "decimal_mark")),
    "a zip that is no workbook": ("items.xlsx", zipped("a.txt"), {}, ("workbook", "Save it again")),
    "a workbook cut off": ("items.xlsx", WORKBOOK[: len(WORKBOOK) // 2], {}, ("workbook", "Save it again")),
    "a workbook with a password": ("items.xlsx", OLE, {}, ("workbook", "without a password")),
    "an old workbook with a password": ("items.xls", OLE, {}, ("workbook", "without a password")),
    "a page called a workbook": ("items.xls", "<html><table></table></html>", {}, ("workbook", "Save it again")),
    "a sheet that is not there": ("items.xlsx", WORKBOOK, {"items": {"sheet": "June"}}, ("'June'", "It has: Items")),
    "an empty sheet": ("items.xlsx", workbook_of([]), {}, ("item_id", "It has: none")),
    "a sheet of a header": ("items.xlsx", workbook_of([HEADER]), {}, ("no rows",)),
    "a sheet with a header twice": ("items.xlsx", workbook_of([[*HEADER[:-1], "name"], *GOOD]), {}, ("twice: name",)),
    "no Parquet": ("items.parquet", b"garbage" * 50, {}, ("Parquet",)),
    "Parquet cut off": ("items.parquet", parquet()[:-20], {}, ("Parquet",)),
    "a snapshot of no day": (
        "items.csv",
        TEXT.replace("amount", "open_amount"),
        {"shape": "open_items"},
        ("which day",),
    ),
    "invoices without a day of settling": ("items.csv", TEXT, {"shape": "settled"}, ("settled_on",)),
    "a column that the layout names": (
        "items.csv",
        TEXT,
        {"items": {"columns": {"item_id": "No."}}},
        ("No.", "layout"),
    ),
    "a column to choose rows by": ("items.csv", TEXT, {"items": {"keep": {"Type": ["AR"]}}}, ("Type", "layout")),
    "a customers file that is not there": ("items.csv", TEXT, {"customers": {"file": "who.csv"}}, ("who.csv",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_with_a_way_out(name: str, tmp_path: Path) -> None:
    file, content, settings, said = REFUSED[name]
    path = tmp_path / file
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ArkitError) as refusal:
        ar.read_ledger(path, layout=layout(**_structs(settings)))
    message = str(refusal.value)
    assert any(where in message for where in (file, "table", "layout", "who.csv"))
    assert [part for part in said if part not in message] == [], message
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message


def _structs(settings: dict[str, object]) -> dict[str, object]:
    from arkit.model.layout import TableLayout

    return {name: TableLayout(**value) if isinstance(value, dict) else value for name, value in settings.items()}


def one(position: int, cell: object) -> Row:
    """A third row that is good but for one cell."""
    row: list[object] = ["C", "0010", "Alfa", "2026-01-07", "2026-02-06", "EUR", "50.00"]
    row[position] = cell
    return row


ID, CUSTOMER, NAME, DATED, DUE, CURRENCY, AMOUNT = range(7)
WAIT = "incomplete"
FINE = "reconciled"
# name: the third row; the finding's code and value; what the row adds to the items and to what is set apart; the status
FOUND: dict[str, tuple[Row, str, str | None, float, float, str]] = {
    "words": (one(AMOUNT, "fifty"), "unreadable_amount", "fifty", 0, 0, WAIT),
    "the letter O": (one(AMOUNT, "5O.00"), "unreadable_amount", "5O.00", 0, 0, WAIT),
    "no amount": (one(AMOUNT, None), "unreadable_amount", None, 0, 0, WAIT),
    "another decimal mark": (one(AMOUNT, "1,5"), "unreadable_amount", "1,5", 0, 0, WAIT),
    "two decimal marks": (one(AMOUNT, "1.234.5"), "unreadable_amount", "1.234.5", 0, 0, WAIT),
    "thousands in twos": (one(AMOUNT, "1.00.000"), "unreadable_amount", "1.00.000", 0, 0, WAIT),
    "an exponent": (one(AMOUNT, "1e3"), "unreadable_amount", "1e3", 0, 0, WAIT),
    "ten to the eighteenth": (one(AMOUNT, "1" + "0" * 18), "unreadable_amount", "1" + "0" * 18, 0, 0, WAIT),
    "forty digits": (one(AMOUNT, "9" * 40), "unreadable_amount", "9" * 40, 0, 0, WAIT),
    "not a number": (one(AMOUNT, "NaN"), "unreadable_amount", "NaN", 0, 0, WAIT),
    "infinity": (one(AMOUNT, "inf"), "unreadable_amount", "inf", 0, 0, WAIT),
    "an error of Excel": (one(AMOUNT, "#REF!"), "unreadable_amount", "#REF!", 0, 0, WAIT),
    "a currency sign": (one(AMOUNT, "€50"), "unreadable_amount", "€50", 0, 0, WAIT),
    "digits of another script": (one(AMOUNT, "٥٠"), "unreadable_amount", "٥٠", 0, 0, WAIT),
    "more decimals than cents": (one(AMOUNT, "50.005"), "too_many_decimals", "50.005", 50.01, 0, FINE),
    "31 February": (one(DATED, "2026-02-31"), "unreadable_date", "document_date = 2026-02-31", 0, 50, FINE),
    "the year 26": (one(DATED, "0026-01-07"), "unreadable_date", "document_date = 0026-01-07", 0, 50, FINE),
    "the year 2926": (one(DATED, "2926-01-07"), "unreadable_date", "document_date = 2926-01-07", 0, 50, FINE),
    "a date in another order": (one(DATED, "07.01.2026"), "unreadable_date", "document_date = 07.01.2026", 0, 50, FINE),
    "a date in words": (one(DATED, "yesterday"), "unreadable_date", "document_date = yesterday", 0, 50, FINE),
    "a day of Excel": (one(DATED, "46029"), "unreadable_date", "document_date = 46029", 0, 50, FINE),
    "no date": (one(DATED, None), "missing_date", None, 0, 50, FINE),
    "no due date": (one(DUE, None), "missing_terms", None, 50, 0, FINE),
    "a due date in words": (one(DUE, "soon"), "unreadable_optional", "due_date = soon", 50, 0, FINE),
    "due before it was made": (one(DUE, "2025-12-31"), "due_before_document", "2025-12-31", 50, 0, FINE),
    "a number that is taken": (one(ID, "A"), "duplicate_item", "A", 0, 50, FINE),
    "no number": (one(ID, None), "missing_id", None, 0, 50, FINE),
    "no customer": (one(CUSTOMER, None), "no_customer", None, 50, 0, FINE),
    "another spelling": (one(NAME, "ALFA"), "several_names", "ALFA and 1 other spellings", 50, 0, FINE),
    "a currency that does not exist": (one(CURRENCY, "ECU"), "unknown_currency", "ECU", 0, 50, FINE),
    "no currency": (one(CURRENCY, None), "unknown_currency", None, 0, 50, FINE),
    "the header again": (HEADER, "unreadable_amount", "amount", 0, 0, WAIT),
    "a total": (["Total", *[None] * 5, "300.10"], "unknown_currency", None, 0, 300.10, FINE),
    "cells missing": (["C", "0010", *[None] * 5], "unreadable_amount", None, 0, 0, WAIT),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FOUND)
def test_a_row_that_cannot_be_used_is_a_finding_and_no_total_is_wrong(name: str, kind: str, tmp_path: Path) -> None:
    row, code, value, used, apart, status = FOUND[name]
    rows = [GOOD[0], row, GOOD[1]]
    ledger = ar.read_ledger(write(tmp_path, kind, rows), layout=layout())
    finding = ledger.findings.query("code == @code").iloc[0]
    assert finding["source_row"] == 3 if code != "several_names" else 2
    assert (finding["value"] if value is not None else None) == value
    assert finding["message"]
    proof = ar.reconcile(ledger, as_of=DAY)
    assert proof["difference"].eq(0).all()
    assert round(proof["gross"].sum(), 2) == round(GOOD_TOTAL + used, 2)
    assert round(proof["excluded"].sum(), 2) == apart
    assert status in set(proof["status"]) <= {status, FINE}


def test_a_row_that_cannot_be_used_stops_the_month_end(tmp_path: Path) -> None:
    ledger = ar.read_ledger(write(tmp_path, "csv", [*GOOD, one(DATED, "soon")]), layout=layout())
    with pytest.raises(ar.errors.TooManyFaultsError, match=r"33\.3% of 3 rows.*unreadable_date \(1 rows\)"):
        ar.require_reconciled(ledger, as_of=DAY)


def test_an_amount_that_cannot_be_read_stops_the_month_end(tmp_path: Path) -> None:
    ledger = ar.read_ledger(write(tmp_path, "csv", [*GOOD, one(AMOUNT, "fifty")]), layout=layout())
    with pytest.raises(ar.errors.ReconciliationError, match="main EUR: an amount cannot be read"):
        ar.require_reconciled(ledger, as_of=DAY)


# What looks dangerous and is only text, or only unusual: read as it is, without a finding.
HARMLESS: dict[str, tuple[int, str, float]] = {
    "a formula": (NAME, '=HYPERLINK("http://example.com")', 50),
    "a command": (NAME, "=cmd|' /C calc'!A0", 50),
    "markup": (NAME, "<script>alert(1)</script>", 50),
    "a very long name": (NAME, "x" * 30_000, 50),
    "a name on two lines": (NAME, "Alfa\nand sons", 50),
    "a name with a byte of zero": (NAME, "Al\x01fa", 50),
    "a negative zero": (AMOUNT, "-0.00", 0),
    "thousands marks": (AMOUNT, "1,234.50", 1234.50),
    "thousands marks of Switzerland": (AMOUNT, "1'234.50", 1234.50),
    "spaces for thousands": (AMOUNT, "1 234.50", 1234.50),
    "narrow spaces for thousands": (AMOUNT, "1\u202f234.50", 1234.50),
    "spaces around": (AMOUNT, "  50.00 ", 50),
    "a plus": (AMOUNT, "+50.00", 50),
    "no digit before the mark": (AMOUNT, ".5", 0.5),
    "no digit after the mark": (AMOUNT, "50.", 50),
    "spaces around a date": (DATED, " 2026-01-07 ", 50),
    "a time of day": (DATED, "2026-01-07 23:59:59", 50),
    "a moment of Greenwich": (DATED, "2026-01-07T23:59:59Z", 50),
    "a currency in small letters": (CURRENCY, "eur", 50),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_only_unusual_is_read(name: str, kind: str, tmp_path: Path) -> None:
    place, cell, amount = HARMLESS[name]
    row = ["C", "0030", "Gamma", "2026-01-07", "2026-02-06", "EUR", "50.00"]
    row[place] = cell
    ledger = ar.read_ledger(write(tmp_path, kind, [*GOOD, row]), layout=layout())
    assert ledger.findings.empty
    assert round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2) == round(GOOD_TOTAL + amount, 2)
    assert ar.reconcile(ledger, as_of=DAY)["status"].tolist() == [FINE]
    if place == NAME:
        names = ledger.customers.set_index("customer_id")["name"]
        assert names["0030"] == cell


def test_negative_amounts_in_every_notation(tmp_path: Path) -> None:
    """A minus before or behind, of any kind, and brackets."""
    cells = ("-5", "5-", "(5)", "−5", "- 5", "(5.00)")
    rows = [(f"N{number}", *GOOD[0][1:6], cell) for number, cell in enumerate(cells)]
    ledger = ar.read_ledger(write(tmp_path, "csv", [*GOOD, *rows]), layout=layout())
    assert ar.aging_table(ledger, as_of=DAY)["unapplied"].tolist() == [-30]


@pytest.mark.parametrize(
    ("cell", "mark", "amount"),
    [
        ("1.234,56", ",", 1234.56),
        ("1 234,56", ",", 1234.56),
        ("1,5", ",", 1.5),
        ("0,125", ",", None),
        ("1.5", ",", None),
        ("1,5", ".", None),
        ("0,125", ".", None),
        ("1.234,56", ".", None),
        ("1,234.56", ",", None),
    ],
)
def test_a_decimal_mark_is_never_taken_for_a_thousands_mark(
    cell: str, mark: str, amount: float | None, tmp_path: Path
) -> None:
    rows = [(*row[:6], row[6].replace(".", mark)) for row in GOOD]
    path = tmp_path / "items.csv"
    path.write_text(csv_of([*rows, one(AMOUNT, cell)], delimiter=";"), encoding="utf-8")
    ledger = ar.read_ledger(path, layout=layout(delimiter=";", decimal_mark=mark))
    found = ar.open_items(ledger, as_of=DAY).set_index("item_id")["open_amount"].get("C")
    assert found == (0.13 if (cell, mark) == ("0,125", ",") else amount)
    assert (found is None) == ("unreadable_amount" in set(ledger.findings["code"]))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_blank_rows_are_passed_over_and_keep_their_numbers(kind: str, tmp_path: Path) -> None:
    """A blank row in the middle, and two above the header: the numbers are those that a spreadsheet shows."""
    rows = [[None] * 7, [None] * 7, HEADER, GOOD[0], [None] * 7, one(AMOUNT, "fifty"), GOOD[1], [None] * 7]
    path = tmp_path / f"items.{kind}"
    if kind == "csv":
        text = csv_of(rows[3:])
        path.write_text("\n\n" + text, encoding="utf-8")
    else:
        path.write_bytes(workbook_of(rows))
    ledger = ar.read_ledger(path, layout=layout())
    found = ledger.findings.set_index("code")["source_row"]
    assert found.to_dict() == {"blank_row": 5, "unreadable_amount": 6}
    assert ar.reconcile(ledger, as_of=DAY)["gross"].tolist() == [GOOD_TOTAL]


def test_a_cell_on_two_lines_is_one_row(tmp_path: Path) -> None:
    rows = [(*GOOD[0][:2], "Alfa\nand sons", *GOOD[0][3:]), one(AMOUNT, "fifty"), GOOD[1]]
    ledger = ar.read_ledger(write(tmp_path, "csv", rows), layout=layout())
    assert ledger.findings[["code", "source_row"]].to_numpy().tolist()[-1] == ["unreadable_amount", 3]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.rstrip("\n").encode(),
        (TEXT + "\n\n\n").encode(),
    ],
    ids=["plain", "mark", "Windows", "old Mac", "no last line end", "blank lines at the end"],
)
def test_every_way_to_end_a_line_gives_the_same(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(content)
    ledger = ar.read_ledger(path, layout=layout())
    assert ledger.items["item_id"].tolist() == ["A", "B"]
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [GOOD_TOTAL]
    assert set(ledger.findings["code"]) <= {"blank_row"}


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig", "koi8-r"])
def test_an_encoding_that_the_layout_states_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(TEXT.replace("Alfa", "Альфа").encode(encoding))
    ledger = ar.read_ledger(path, layout=layout(encoding=encoding))
    assert ledger.customers["name"].tolist() == ["Альфа", "Beta"]
