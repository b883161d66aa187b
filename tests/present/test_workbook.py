"""The workbook, read back: numbers are numbers, dates dates, texts texts, totals formulas that carry their values."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from arkit.present.sheets import Chart, Sheet
from arkit.present.workbook import write_workbook
from arkit.words.columns import Column

CREATED = datetime(2026, 10, 31)
HOSTILE = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "{=1}", "http://example.com", "internal:A1", "0010"]
BUCKETS = ("not due", "1-30", "over 30")

Written = Callable[..., Workbook]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write sheets and read them back: with formulas, or with the values that they carry."""

    def write_and_read(*sheets: Sheet, values: bool = False) -> Workbook:
        write_workbook(tmp_path / "report.xlsx", sheets=sheets, created=CREATED)
        return load_workbook(tmp_path / "report.xlsx", data_only=values)

    return write_and_read


def items(**columns: list[Any]) -> Sheet:
    return Sheet(name="Items", table=pd.DataFrame(columns), title="Open items", subtitle="31 Oct 2026", note="In EUR.")


def aging(rows: int = 2, **columns: list[Any]) -> pd.DataFrame:
    names = {"entity": [f"E{row}" for row in range(rows)], "currency": ["EUR"] * rows}
    numbers = {label: [float(number + 1)] * rows for number, label in enumerate(BUCKETS)}
    return pd.DataFrame({**names, **numbers, **columns})


def body(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=6, values_only=True))


def test_the_heading_tells_what_the_sheet_is(written: Written) -> None:
    sheet = written(items(item_id=["1"], open_amount=[1.0]))["Items"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["Open items", "31 Oct 2026", "In EUR."]
    assert [cell.value for cell in sheet[5]] == ["Item", "Open amount"]


def test_numbers_are_numbers_and_dates_are_dates(written: Written) -> None:
    days = {"due_date": [date(2026, 8, 31)], "document_date": [pd.Timestamp("2026-08-01")]}
    sheet = written(items(**days, days_past_due=[61], share=[0.25]))["Items"]
    assert body(sheet) == [(datetime(2026, 8, 31), datetime(2026, 8, 1), 61, 0.25)]
    assert [cell.number_format for cell in sheet[6]] == ["yyyy-mm-dd", "yyyy-mm-dd", "#,##0", "0.0%"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_stays_text(name: str, written: Written) -> None:
    cell = written(items(name=[name]))["Items"]["A6"]
    assert (cell.value, cell.data_type) == (name, "s")
    assert cell.hyperlink is None


def test_what_is_missing_is_an_empty_cell_and_a_reason_is_text(written: Written) -> None:
    days, amounts = [None, "2026-08-31", "unknown"], [float("nan"), 5.0, "no sales"]
    assert body(written(items(item_id=["1", None, "3"], due_date=days, open_amount=amounts))["Items"]) == [
        ("1", None, None),
        (None, datetime(2026, 8, 31), 5),
        ("3", "unknown", "no sales"),
    ]


def test_amounts_have_the_decimals_of_their_currency(written: Written) -> None:
    sheet = written(items(currency=["EUR", "JPY", "KWD", "EUR"], open_amount=[1.5, 2.0, 3.125, 4.0]))["Items"]
    assert [sheet.cell(row, 2).number_format.split(";")[0] for row in (6, 7, 8, 9)] == [
        "#,##0.00", "#,##0", "#,##0.000", "#,##0.00"
    ]  # fmt: skip


def test_kpis_have_the_kind_of_their_row(written: Written) -> None:
    table = pd.DataFrame({"kpi": ["Past due", "DSO"], "value": [0.25, 45.6], "kind": ["ratio", "days"]})
    columns = {"kpi": Column("KPI"), "value": Column("This month", "amount")}
    sheet = written(Sheet(name="Summary", table=table, row_kind="kind", columns=columns))["Summary"]
    assert [cell.value for cell in sheet[5]] == ["KPI", "This month"]
    assert [sheet.cell(row, 2).number_format for row in (6, 7)] == ["0.0%", "#,##0.0"]


def test_the_total_of_one_currency_follows_the_filter_and_carries_its_value(written: Written) -> None:
    sheet = Sheet(name="Aging", table=aging(**{"1-30": [0.1, 0.2]}), totals=BUCKETS)
    assert written(sheet)["Aging"]["D8"].value == "=SUBTOTAL(109,D6:D7)"
    assert [cell.value for cell in written(sheet, values=True)["Aging"][8]] == ["Total EUR", "EUR", 2, 0.3, 6]


def test_two_currencies_have_a_total_each(written: Written) -> None:
    sheet = Sheet(name="Aging", table=aging(3, currency=["EUR", "JPY", "EUR"]), totals=BUCKETS[:1])
    assert written(sheet)["Aging"]["C10"].value == "=SUMIFS(C6:C8,B6:B8,B10)"
    page = written(sheet, values=True)["Aging"]
    assert [cell.value for cell in page[9]][:3] == ["Total EUR", "EUR", 2]
    assert [cell.value for cell in page[10]][:3] == ["Total JPY", "JPY", 1]
    assert page["C10"].number_format.startswith("#,##0;")


def test_base_amounts_of_two_base_currencies_are_not_added(written: Written) -> None:
    bases = {"base_currency": ["EUR", "GBP"], "base_amount": [1.0, 2.0]}
    table = pd.DataFrame({"item_id": ["1", "2"], "currency": ["USD", "USD"], **bases})
    assert written(Sheet(name="Items", table=table, totals=("base_amount",)))["Items"]["D8"].value is None


def test_the_header_is_frozen_and_filters(written: Written) -> None:
    sheet = written(Sheet(name="Aging", table=aging(), totals=BUCKETS))["Aging"]
    assert sheet.freeze_panes == "B6"
    assert sheet.auto_filter.ref == "A5:E7"


def test_the_page_is_set_up_for_print(written: Written) -> None:
    sheet = written(items(item_id=["1"]))["Items"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)  # one page wide
    assert sheet.print_title_rows == "$5:$5"


def test_each_currency_has_a_native_chart(tmp_path: Path) -> None:
    chart = Chart("Aging", BUCKETS, "entity")
    table = aging(3, currency=["EUR", "USD", "USD"])
    write_workbook(tmp_path / "x.xlsx", sheets=[Sheet(name="Aging", table=table, chart=chart)], created=CREATED)
    with ZipFile(tmp_path / "x.xlsx") as parts:
        charts = [parts.read(name).decode() for name in sorted(parts.namelist()) if "charts/chart" in name]
    assert [text.count("<c:ser>") for text in charts] == [1, 2]
    assert "Aging!$C$7:$E$7" in charts[1]
    assert "#9FBDD3"[1:] in charts[0].upper()


def test_many_rows_are_charted_as_their_total(tmp_path: Path) -> None:
    sheet = Sheet(name="Aging", table=aging(30), totals=BUCKETS, chart=Chart("Aging", BUCKETS, "entity"))
    write_workbook(tmp_path / "x.xlsx", sheets=[sheet], created=CREATED)
    with ZipFile(tmp_path / "x.xlsx") as parts:
        assert "Aging!$C$36:$E$36" in parts.read("xl/charts/chart1.xml").decode()


def test_an_empty_table_says_so(written: Written) -> None:
    chart = Chart("Aging", BUCKETS, "entity")
    sheet = written(Sheet(name="Aging", table=aging().head(0), totals=BUCKETS, chart=chart))["Aging"]
    assert body(sheet)[0][0] == "No rows."
    assert sheet.max_row == 6


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(written: Written) -> None:
    parts = list(items(item_id=["1", "2", "3"]).pieces(size=2))
    book = written(*parts)
    assert book.sheetnames == ["Items 1", "Items 2"]
    assert [body(page) for page in book] == [[("1",), ("2",)], [("3",)]]


def test_a_text_too_long_or_not_writable_is_kept_as_far_as_it_goes(written: Written) -> None:
    names = pd.Series(["x" * 40_000, "a\ud800b", "bell\x07"], dtype=object)
    sheet = written(Sheet(name="Items", table=names.to_frame("name")))["Items"]
    assert len(sheet["A6"].value) == 32_000
    assert sheet["A7"].value == "a?b"


def test_a_day_that_is_no_day_is_written_as_far_as_it_goes(written: Written) -> None:
    days = pd.Series(["2026-10-31", "a\ud800b"], dtype=object)
    assert body(written(Sheet(name="Items", table=days.to_frame("due_date")))["Items"]) == [
        (datetime(2026, 10, 31),),
        ("a?b",),
    ]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for path in paths:
        write_workbook(path, sheets=[Sheet(name="Aging", table=aging(), totals=BUCKETS)], created=CREATED)
    assert paths[0].read_bytes() == paths[1].read_bytes()
