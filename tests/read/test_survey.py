"""What is looked at before a workbook is opened: harm is refused with a reason, what a sheet hides is noticed."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

import arkit as ar
from arkit.errors import ReadingError
from tests.read.files import DAY, GOOD, GOOD_TOTAL, HEADER, csv_of, layout, workbook_of
from tests.read.office import SHEET, ods, ods_row, ole, with_change, with_parts

WORKBOOK = workbook_of([HEADER, *GOOD])


def read(folder: Path, content: bytes, *, name: str = "items.xlsx", **settings: object) -> ar.Ledger:
    path = folder / name
    path.write_bytes(content)
    return ar.read_ledger(path, layout=layout(**settings))


def made(change: Callable[[Workbook, Worksheet], None]) -> bytes:
    """Return the good workbook with something done to it."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        page = book.add_worksheet("Items")
        for number, row in enumerate([HEADER, *GOOD]):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
        change(book, page)
    return memory.getvalue()


def seen(ledger: ar.Ledger) -> dict[str, tuple[float, str]]:
    """Return row and value of each finding by its code; no row is 0."""
    findings = ledger.findings.fillna({"source_row": 0})
    return {row["code"]: (row["source_row"], row["value"]) for row in findings.to_dict("records")}


def bomb(size: int) -> bytes:
    return with_parts(WORKBOOK, {"xl/media/image1.png": bytes(size)})


def lying(workbook: bytes) -> bytes:
    """Return a workbook whose table of contents says of the cells that they are shorter than they are."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        size = archive.getinfo(SHEET).file_size
    return workbook.replace(size.to_bytes(4, "little"), (size // 2).to_bytes(4, "little"))


def far_cell(sheet: bytes) -> bytes:
    return sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def far_cell_before_the_others(sheet: bytes) -> bytes:
    return sheet.replace(b"<sheetData>", b"<sheetData><row r='1048576'><c s='0' r='XFD1048576'><v>1</v></c></row>")


def far_cells_without_address(sheet: bytes) -> bytes:
    wide = b"<row>" + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    return sheet.replace(b"</sheetData>", wide + b"<row><c><v>1</v></c></row>" * 10_000 + b"</sheetData>")


def two_far_cells(sheet: bytes) -> bytes:
    """The last row and the last column are those of two cells, and neither comes last."""
    far = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row><row r="2"><c r="XFD2"><v>1</v></c></row>'
    return sheet.replace(b"<sheetData>", b"<sheetData>" + far)


REFUSED = {
    "a password": (ole("EncryptedPackage", "EncryptionInfo"), ("with a password", "without a password")),
    "macros": (with_parts(WORKBOOK, {"xl/vbaProject.bin": b"x"}), ("contains macros (xl/vbaProject.bin)",)),
    "macros of an old workbook": (ole("Workbook", "_VBA_PROJECT_CUR"), ("contains macros",)),
    "an old document": (ole("WordDocument"), ("Office document, but no workbook",)),
    "a part that expands beyond measure": (bomb(60 * 2**20), ("xl/media/image1.png expands", "times", ".csv")),
    "a part larger than it says": (lying(WORKBOOK), ("damaged", "Save it again")),
    "a cell in the last corner": (with_change(WORKBOOK, far_cell), ("1,048,576 rows and 16,384 columns", "Delete")),
    "the corner before the rest": (with_change(WORKBOOK, far_cell_before_the_others), ("1,048,576 rows",)),
    "the corner made of two cells": (with_change(WORKBOOK, two_far_cells), ("1,048,576 rows and 16,384 columns",)),
    "cells without an address": (with_change(WORKBOOK, far_cells_without_address), ("16,384 columns", "Delete")),
    "an archive of nothing": (b"PK\x05\x06" + bytes(18), ("UTF-8",)),
    "a web page": (b"<html><table></table></html>", ("a web page", "Save it again")),
    "a picture": (b"\x89PNG\r\n\x1a\n", ("of the kind PNG", "Export it")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_harm_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    content, said = REFUSED[name]
    with pytest.raises(ReadingError) as refusal:
        read(tmp_path, content)
    assert [part for part in said if part not in str(refusal.value)] == [], str(refusal.value)
    assert "items.xlsx" in str(refusal.value)
    assert "\n" not in str(refusal.value)


NOTICED: dict[str, tuple[Callable[[Workbook, Worksheet], object], str, float, str]] = {
    "a hidden row": (lambda _, page: page.set_row(1, None, None, {"hidden": True}), "hidden_rows", 2, "1 rows"),
    "hidden columns": (lambda _, page: page.set_column(2, 3, 9, None, {"hidden": True}), "hidden_columns", 0, "col"),
    "a merged block": (lambda _, page: page.merge_range("I1:I3", "x"), "merged_rows", 1, "I1:I3"),
    "an error": (lambda _, page: page.write_formula("I3", "=1/0", None, "#DIV/0!"), "errors", 3, "first is I3"),
    "a long number": (lambda _, page: page.write("I2", 1234567890123456789), "long_numbers", 2, "first is I2"),
    "a hidden sheet": (lambda book, _: book.add_worksheet("Prices").hide(), "hidden_sheets", 0, "not read: Prices"),
}


@pytest.mark.parametrize("name", NOTICED)
def test_what_a_sheet_hides_is_noticed_and_read(name: str, tmp_path: Path) -> None:
    change, code, row, value = NOTICED[name]
    ledger = read(tmp_path, made(lambda book, page: (change(book, page), None)[1]))
    found = seen(ledger)
    assert set(found) == {code}
    assert found[code][0] == row
    assert value in found[code][1]
    assert ledger.findings["source"].tolist() == ["items.xlsx"]
    assert round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2) == GOOD_TOTAL


def test_a_filter_is_noticed_only_when_it_is_set(tmp_path: Path) -> None:
    def set_filter(_: Workbook, page: Worksheet) -> None:
        page.autofilter("A1:G3")
        page.filter_column("A", "x == A")
        page.set_row(2, None, None, {"hidden": True})

    assert seen(read(tmp_path, made(lambda _, page: page.autofilter("A1:G3") and None))) == {}
    assert seen(read(tmp_path, made(set_filter)))["filters"] == (0, "in 1 columns")


def test_titles_merged_within_a_row_are_nothing_to_notice(tmp_path: Path) -> None:
    assert seen(read(tmp_path, made(lambda _, page: page.merge_range("I1:K1", "x") and None))) == {}


def test_formulas_count_as_the_values_they_were_stored_with(tmp_path: Path) -> None:
    ledger = read(tmp_path, made(lambda _, page: page.write_formula("G3", "=2*100.05", None, 200.10) and None))
    assert seen(ledger) == {}
    assert round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2) == GOOD_TOTAL


def test_formulas_stored_without_a_value_are_named(tmp_path: Path) -> None:
    content = made(lambda _, page: page.write_formula("G3", "=2*100.05", None, "") and None)
    found = seen(read(tmp_path, content))
    assert found["uncomputed"] == (3, "1 cells, the first is G3")
    assert found["unreadable_amount"][0] == 3


def test_formulas_that_no_program_computed_are_refused(tmp_path: Path) -> None:
    """A program that only writes formulas stores 0 with each; as values they would make another total."""
    with pytest.raises(ReadingError, match=r"1 formulas .* never computed: each holds 0 \(the first is G3\)"):
        read(tmp_path, made(lambda _, page: page.write_formula("G3", "=2*100.05") and None))


def test_names_of_another_kind_are_told(tmp_path: Path) -> None:
    for content, name, told in (
        (WORKBOOK, "items.csv", "items.csv holds a workbook"),
        (WORKBOOK, "items.xls", "items.xls holds a workbook"),
        (csv_of(GOOD).encode(), "items.xlsx", "items.xlsx holds delimited text"),
    ):
        ledger = read(tmp_path, content, name=name)
        assert seen(ledger) == {"named_otherwise": (0, told)}
        assert round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2) == GOOD_TOTAL


def test_prefixed_names_are_the_same_names(tmp_path: Path) -> None:
    """As some libraries write them."""

    def prefixed(sheet: bytes) -> bytes:
        head, rest = sheet.split(b"?>", 1)
        rest = rest.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")
        return head + b"?>" + rest

    content = made(lambda _, page: page.set_row(1, None, None, {"hidden": True}) and None)
    assert set(seen(read(tmp_path, with_change(content, prefixed)))) == {"hidden_rows"}


def test_far_cells_without_a_value_are_harmless(tmp_path: Path) -> None:
    def styled(sheet: bytes) -> bytes:
        return sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')

    assert seen(read(tmp_path, with_change(WORKBOOK, styled))) == {}


OPEN_DOCUMENT = "".join(ods_row(*row) for row in (HEADER, *GOOD))


def test_an_open_document_is_read_whatever_empty_rows_it_ends_with(tmp_path: Path) -> None:
    ledger = read(tmp_path, ods(OPEN_DOCUMENT + ods_row(16_384, times=1_048_000)), name="items.ods")
    assert seen(ledger) == {}
    assert round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2) == GOOD_TOTAL


def test_empty_rows_below_a_wide_open_document_are_harmless(tmp_path: Path) -> None:
    wide = ods_row(*HEADER, 93, "note") + "".join(ods_row(*row) for row in GOOD)
    assert seen(read(tmp_path, ods(wide + ods_row(16_384, times=1_048_000)), name="items.ods")) == {}


@pytest.mark.parametrize(
    "rows",
    {
        "the last corner": OPEN_DOCUMENT + ods_row(1, times=1_000_000) + ods_row(16_000, "x"),
        "a row a million times": OPEN_DOCUMENT + ods_row(16_000, "x", times=1_000_000),
    }.values(),
)
def test_an_open_document_that_reaches_too_far_is_refused(rows: str, tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="16,001 columns"):
        read(tmp_path, ods(rows), name="items.ods")
