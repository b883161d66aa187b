"""Several files make one ledger: every row keeps its file, and what stands in two of them counts once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.model.layout import TableLayout
from tests.read.files import DAY, GOOD, GOOD_TOTAL, HEADER, Row, csv_of, layout, workbook_of, write

A, B = GOOD
C: Row = ("C", "0020", "Beta", "2026-01-07", "2026-02-06", "EUR", "50.00")
FAULTY: Row = ("X", "0020", "Beta", "2026-01-07", "2026-02-06", "EUR", "fifty")


def put(folder: Path, files: dict[str, Sequence[Row]], *, header: Row = HEADER) -> list[Path]:
    for name, rows in files.items():
        (folder / name).write_text(csv_of(rows, header=header), encoding="utf-8")
    return [folder / name for name in files]


def net(ledger: ar.Ledger) -> float:
    return float(round(ar.aging_table(ledger, as_of=DAY)["net"].sum(), 2))


def where(ledger: ar.Ledger) -> list[list[object]]:
    return ledger.findings[["code", "source", "source_row", "item_id"]].fillna("").to_numpy().tolist()


def test_a_folder_and_its_files_give_the_same_ledger(tmp_path: Path) -> None:
    paths = put(tmp_path, {"items_ES.csv": [A], "items_PL.csv": [B, C]})
    for given in (tmp_path, paths, paths[::-1], [str(path) for path in paths]):
        assert net(ar.read_ledger(given, layout=layout())) == GOOD_TOTAL + 50


def test_a_finding_names_its_file_and_the_row_in_it(tmp_path: Path) -> None:
    put(tmp_path, {"items_ES.csv": [A, FAULTY], "items_PL.csv": [B, C, (*FAULTY[:1], "1", *FAULTY[2:])]})
    ledger = ar.read_ledger(tmp_path, layout=layout())
    assert where(ledger) == [
        ["unreadable_amount", "items_ES.csv", 3, "X"],
        ["unreadable_amount", "items_PL.csv", 4, "X"],
    ]


def test_an_item_in_two_files_counts_once_and_is_found(tmp_path: Path) -> None:
    """As when two periods overlap."""
    put(tmp_path, {"items_01.csv": [A, B], "items_02.csv": [B, C]})
    ledger = ar.read_ledger(tmp_path, layout=layout())
    assert where(ledger) == [["duplicate_item", "items_02.csv", 2, "B"]]
    assert net(ledger) == GOOD_TOTAL + 50
    proof = ar.reconcile(ledger, as_of=DAY)
    assert proof[["excluded", "difference", "status"]].to_numpy().tolist() == [[200.10, 0, "reconciled"]]


def test_the_only_file_is_named_too(tmp_path: Path) -> None:
    put(tmp_path, {"items.csv": [A, FAULTY]})
    assert where(ar.read_ledger(tmp_path / "items.csv", layout=layout())) == [
        ["unreadable_amount", "items.csv", 3, "X"]
    ]


def test_the_entity_stands_in_the_name_of_the_file(tmp_path: Path) -> None:
    put(tmp_path, {"AR_ES_2026-03.csv": [A], "AR_PL_2026-03.csv": [B, C]})
    for table in (TableLayout(), TableLayout(columns={name: name for name in HEADER})):
        stated = TableLayout(columns=table.columns, file="AR_*.csv", in_file_name={"entity": r"AR_(\w\w)_"})
        items = ar.read_ledger(tmp_path, layout=layout(items=stated)).items
        assert items["entity"].tolist() == ["ES", "PL", "PL"]


def test_a_name_that_does_not_tell_the_entity_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"AR_ES.csv": [A], "AR.csv": [B]})
    stated = TableLayout(file="AR*.csv", in_file_name={"entity": r"AR_(\w\w)"})
    with pytest.raises(ReadingError, match=r"The name AR\.csv does not give the entity.*Rename the file"):
        ar.read_ledger(tmp_path, layout=layout(items=stated))


def test_tables_come_from_systems_of_their_own(tmp_path: Path) -> None:
    """Each with its delimiter, marks and date order."""
    put(tmp_path, {"items.csv": GOOD})
    (tmp_path / "payments.csv").write_bytes(
        "Beleg;Tag;Betrag\nA;15.02.2026;40,00\nB;16.02.2026;1.00,1".encode("cp1252")
    )
    payments = TableLayout(
        columns={"item_id": "Beleg", "effective_on": "Tag", "amount": "Betrag"},
        delimiter=";",
        decimal_mark=",",
        date_order="dmy",
        encoding="cp1252",
    )
    ledger = ar.read_ledger(tmp_path, layout=layout(payments=payments))
    assert where(ledger) == [["unreadable_amount", "payments.csv", 3, "payment 3"]]
    assert net(ledger) == GOOD_TOTAL - 40


def test_payments_without_a_number_in_two_files_are_two_payments(tmp_path: Path) -> None:
    put(tmp_path, {"items.csv": GOOD})
    for month in "12":
        (tmp_path / f"payments_{month}.csv").write_text(f"item_id,effective_on,amount\nA,2026-02-0{month},10\n")
    ledger = ar.read_ledger(tmp_path, layout=layout())
    assert ledger.findings.empty
    assert net(ledger) == GOOD_TOTAL - 20


def test_files_that_differ_in_columns_are_refused(tmp_path: Path) -> None:
    put(tmp_path, {"items_1.csv": [A]})
    put(tmp_path, {"items_2.csv": [B[:-1]]}, header=HEADER[:-1])
    with pytest.raises(ReadingError, match=r"items_2\.csv has no column 'amount', which items_1\.csv has"):
        ar.read_ledger(tmp_path, layout=layout())


@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_of_a_sheet_and_text_of_a_file_are_put_together_exactly(mark: str, tmp_path: Path) -> None:
    (tmp_path / "items_1.xlsx").write_bytes(workbook_of([HEADER, (17, *A[1:6], 1.234), ("K", *A[1:5], "KWD", 2.345)]))
    rows = [(*B[:6], B[6].replace(".", mark))]
    (tmp_path / "items_2.csv").write_text(csv_of(rows, delimiter=";"), encoding="utf-8")
    ledger = ar.read_ledger(tmp_path, layout=layout(decimal_mark=mark, delimiter=";"))
    items = ledger.items.set_index("item_id")["original_amount"]
    assert items.to_dict() == {"17": 1.23, "K": 2.345, "B": 200.10}
    assert ledger.findings["code"].tolist() == ["too_many_decimals"]


def test_locks_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, {"AR_1.csv": GOOD, "~$AR_1.csv": [C], ".AR_2.csv": [C]})
    ledger = ar.read_ledger(tmp_path, layout=layout(items=TableLayout(file="*AR_*.csv")))
    assert net(ledger) == GOOD_TOTAL


def test_no_file_and_no_match_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="No file is named"):
        ar.read_ledger([])
    with pytest.raises(ReadingError, match=r"No file in .* matches AR_\*\.csv, which the layout names"):
        ar.read_ledger(tmp_path, layout=layout(items=TableLayout(file="AR_*.csv")))


@pytest.mark.parametrize("parts", ["plain", "by entity"])
def test_a_folder_of_parquet_files(parts: str, tmp_path: Path) -> None:
    """As data platforms write a table: in many files, a column perhaps in the names of the folders."""
    for number, row in enumerate([A, B, C]):
        folder = tmp_path / "lake" / (f"entity=E{number % 2}" if parts == "by entity" else ".")
        folder.mkdir(parents=True, exist_ok=True)
        write(tmp_path, "parquet", [row]).rename(folder / f"part-{number}.parquet")
    ledger = ar.read_ledger(tmp_path / "lake", layout=layout())
    assert net(ledger) == GOOD_TOTAL + 50
    assert sorted(ledger.items["entity"]) == (["E0", "E0", "E1"] if parts == "by entity" else ["main"] * 3)


def test_a_ledger_frozen_before_findings_named_their_file_is_read(tmp_path: Path) -> None:
    import polars as pl

    put(tmp_path, {"items.csv": [A, FAULTY]})
    folder = ar.freeze(ar.read_ledger(tmp_path, layout=layout()), tmp_path / "frozen")
    pl.read_parquet(folder / "findings.parquet").drop("source").write_parquet(folder / "findings.parquet")
    assert where(ar.read_ledger(folder)) == [["unreadable_amount", "", 3, "X"]]
