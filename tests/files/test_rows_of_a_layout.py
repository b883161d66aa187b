"""Which rows of a file a layout reads, in which unit: what it leaves out is named, what it does not know is refused."""

from datetime import date
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError, ReadingError
from arkit.model.layout import TableLayout
from tests.read.files import DAY, GOOD, HEADER, write

KIND = (*HEADER, "Kind")
ROWS = [(*GOOD[0], "AR"), (*GOOD[1], "AP"), ("C", *GOOD[1][1:6], "50", "AP"), ("D", *GOOD[1][1:6], "7", "")]
BY_HEADER = {"header": KIND, "columns": {name: name for name in HEADER}}


@pytest.fixture(params=[{}, BY_HEADER], ids=["canonical headers", "a stated header"])
def stated(request: pytest.FixtureRequest) -> dict[str, object]:
    return dict(request.param)


def _layout(stated: dict[str, object], **settings: object) -> ar.Layout:
    covers = {"covers_from": date(2026, 1, 1), "covers_until": date(2026, 12, 31)}
    return ar.Layout(name="x", **covers, items=TableLayout(**{**stated, **settings}))  # type: ignore[arg-type]


def test_rows_with_a_value_that_is_left_out_are_named_with_their_sum(stated: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path, "csv", ROWS, header=KIND)
    ledger = ar.read_ledger(path, layout=_layout(stated, leave_out={"Kind": ("AP",)}))
    assert ledger.items["item_id"].tolist() == ["A", "D"]
    assert ledger.findings[["code", "value", "source_row", "amount"]].to_numpy().tolist() == [
        ["left_out", "2 rows: Kind AP, currency EUR, sum 250.1", 3, 250.1]
    ]


def test_a_blank_cell_is_the_empty_text(stated: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path, "csv", ROWS, header=KIND)
    layout = _layout(stated, keep={"Kind": ("AR", "")}, leave_out={"Kind": ("AP",)})
    assert ar.read_ledger(path, layout=layout).items["item_id"].tolist() == ["A", "D"]


def test_a_value_that_is_neither_kept_nor_left_out_is_refused(stated: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path, "csv", [*ROWS, ("E", *GOOD[1][1:6], "7", "ZZ")], header=KIND)
    layout = _layout(stated, keep={"Kind": ("AR",)}, leave_out={"Kind": ("AP",)})
    with pytest.raises(ReadingError, match=r"'Kind' of items\.csv .*nothing of: blank \(row 5\), ZZ \(row 6\)"):
        ar.read_ledger(path, layout=layout)


def test_a_header_of_rows_that_are_left_out_must_be_there(stated: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="Sort"):
        ar.read_ledger(write(tmp_path, "csv", ROWS, header=KIND), layout=_layout(stated, leave_out={"Sort": ("AP",)}))


def test_a_header_that_is_ignored_need_not_be_there(stated: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path, "csv", ROWS, header=KIND)
    assert len(ar.read_ledger(path, layout=_layout(stated, ignored=("Kind", "Colour"))).items) == len(ROWS)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_amounts_in_thousands(stated: dict[str, object], kind: str, tmp_path: Path) -> None:
    rows = [(*GOOD[0][:6], "1.23456", "AR"), (*GOOD[1][:6], "-0.5", "AR")]
    ledger = ar.read_ledger(write(tmp_path, kind, rows, header=KIND), layout=_layout(stated, unit=1000))
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [pytest.approx(734.56)]
    assert ar.reconcile(ledger, as_of=DAY)["difference"].tolist() == [0]


def test_totals_of_a_file_in_millions_are_in_millions_too(tmp_path: Path) -> None:
    rows = [(*GOOD[0][:6], "1.23456789"), (*GOOD[1][:6], "2"), (*["Total"], *[""] * 5, "3.23456789")]
    layout = _layout({"header": HEADER, "columns": {name: name for name in HEADER}}, unit=1_000_000)
    ledger = ar.read_ledger(write(tmp_path, "csv", rows), layout=layout)
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [3_234_567.89]
    assert "total_differs" not in set(ledger.findings["code"])
    short = write(tmp_path, "csv", [*rows[:2], (*["Total"], *[""] * 5, "3.3")])
    differs = ar.read_ledger(short, layout=layout).findings.query("code == 'total_differs'")
    assert differs["amount"].tolist() == [pytest.approx(65_432.11)]


def test_numbers_handed_over_in_thousands_are_exact() -> None:
    import polars as pl

    from arkit.build.written_amounts import as_decimals

    numbers = pl.Series([1.23456, -3.0, 0.1])
    assert [str(one) for one in as_decimals(numbers, decimal_mark=".", unit=1000)] == [
        "1234.560000",
        "-3000.000000",
        "100.000000",
    ]


def test_a_unit_that_is_none_is_refused() -> None:
    with pytest.raises(LayoutError, match=r"unit of items must be one of 1, 10, 100, .*found 7"):
        _layout({}, unit=7)


def test_an_amount_is_rounded_once(tmp_path: Path) -> None:
    texts = ("1.0049999", "1.005", "-1.0049999999", "-1.005", "2.99499999999999999999")
    rows = [(str(place), *GOOD[0][1:6], text) for place, text in enumerate(texts)]
    ledger = ar.read_ledger(write(tmp_path, "csv", rows), layout=_layout({}))
    items = ar.open_items(ledger, as_of=DAY).sort_values("item_id")
    assert items["open_amount"].tolist() == [1.0, 1.01, -1.0, -1.01, 2.99]
