"""Layouts and frozen ledgers: what is not usable is refused with the name of the thing and the way out."""

from datetime import date
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError, LedgerError, ReadingError
from tests.literal import ledger_of
from tests.read.files import DAY, GOOD, GOOD_TOTAL, HEADER, csv_of, write

ITEMS = csv_of(GOOD)

UNUSABLE = {
    "an unknown key": ('name = "x"\ncolour = "red"', "colour"),
    "an unknown key of a table": ('name = "x"\n[items]\ncolour = "red"', "colour"),
    "an unknown table": ('name = "x"\n[invoices.columns]\nitem_id = "No"', "invoices"),
    "a shape that does not exist": ('name = "x"\nshape = "closed_items"', "closed_items"),
    "a date order that does not exist": ('name = "x"\ndate_order = "myd"', "myd"),
    "a decimal mark that is none": ('name = "x"\ndecimal_mark = ";"', "';'"),
    "a column that does not exist": ('name = "x"\n[items.columns]\ninvoice_no = "No"', "'invoice_no'"),
    "a constant that does not exist": ('name = "x"\n[items.constants]\ncur = "EUR"', "'cur'"),
    "a number for text": ("name = 5", "str"),
    "text for a day": ('name = "x"\ncovers_from = "first of May"', "covers_from"),
    "no name": ('shape = "settled"', "name"),
    "no TOML": ("name = ", "Invalid"),
    "no text": (b"\xff\xfe\x00", "codec"),
    "a delimiter of two characters": ('name = "x"\ndelimiter = ";;"', "delimiter"),
    "a delimiter of none": ('name = "x"\ndelimiter = ""', "delimiter"),
    "a delimiter that is a quotation mark": ("name = 'x'\ndelimiter = '\"'", "delimiter"),
    "a delimiter beyond ASCII": ('name = "x"\ndelimiter = "§"', "delimiter"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_layout_that_is_not_usable_is_refused(name: str, tmp_path: Path) -> None:
    content, said = UNUSABLE[name]
    path = tmp_path / "export.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(LayoutError, match=r"^The layout .*export\.toml cannot be used: ") as refusal:
        ar.Layout.load(path)
    assert said in str(refusal.value)


@pytest.mark.parametrize("place", ["missing.toml", "."])
def test_a_layout_that_is_no_file_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="cannot be used"):
        ar.read_ledger(write(tmp_path, "csv", GOOD), layout=tmp_path / place)


def test_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"no file or folder .*nothing\.csv"):
        ar.read_ledger(tmp_path / "nothing.csv")


def test_a_folder_without_items_says_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(ITEMS)
    with pytest.raises(ReadingError, match=r"no items table.*It has: notes\.md"):
        ar.read_ledger(tmp_path)


def test_a_folder_with_a_file_for_each_table(tmp_path: Path) -> None:
    write(tmp_path, "xlsx", GOOD)
    (tmp_path / "payments.csv").write_text("item_id,effective_on,amount\nA,2026-02-01,40\n")
    ledger = ar.read_ledger(tmp_path)
    assert ar.aging_table(ledger, as_of="2026-02-01")["net"].tolist() == [GOOD_TOTAL - 40]
    assert ledger.source_rows == 3


def test_tables_that_the_layout_names_by_file(tmp_path: Path) -> None:
    (tmp_path / "invoices.csv").write_text(ITEMS)
    (tmp_path / "cash.csv").write_text("Invoice;Paid on;Sum\nA;1.2.2026;40\n")
    path = tmp_path / "export.toml"
    text = (
        'name = "export"\ndate_order = "dmy"\n[items]\nfile = "invoices.csv"\n[payments]\nfile = "cash.csv"\n'
        '[payments.columns]\nitem_id = "Invoice"\neffective_on = "Paid on"\namount = "Sum"\n'
    )
    path.write_text(text)
    # One delimiter for all files of an export: the other is found, not guessed.
    with pytest.raises(ReadingError, match=r"cash\.csv has no column Invoice, Paid on, Sum.*Invoice;Paid on;Sum"):
        ar.read_ledger(tmp_path, layout=path)
    (tmp_path / "cash.csv").write_text("Invoice,Paid on,Sum\nA,1.2.2026,40.5\n")
    ledger = ar.read_ledger(tmp_path, layout=path)
    assert ar.aging_table(ledger, as_of="2026-02-01")["net"].tolist() == [pytest.approx(GOOD_TOTAL - 40.5)]


def test_rows_that_the_layout_leaves_out_are_counted(tmp_path: Path) -> None:
    rows = [(*GOOD[0], "AR"), (*GOOD[1], "AP"), ("C", *GOOD[1][1:], " AR ")]
    path = write(tmp_path, "csv", rows, header=(*HEADER, "Kind"))
    layout = ar.Layout(name="x", items=_table(keep={"Kind": ("AR",)}))
    ledger = ar.read_ledger(path, layout=layout)
    assert ledger.items["item_id"].tolist() == ["A", "C"]
    assert ledger.findings[["code", "value"]].to_numpy().tolist() == [
        ["left_out_by_layout", "1 rows: Kind AP, currency EUR, sum 200.1"]
    ]


def test_a_layout_that_leaves_everything_out_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "csv", GOOD)
    with pytest.raises(LedgerError, match=r"items\.csv has .*no rows"):
        ar.read_ledger(path, layout=ar.Layout(name="x", items=_table(keep={"currency": ("USD",)})))


def _table(**settings: object) -> object:
    from arkit.model.layout import TableLayout

    return TableLayout(**settings)  # type: ignore[arg-type]


def test_terms_of_the_layout_and_in_words(tmp_path: Path) -> None:
    header = ("item_id", "customer_id", "document_date", "currency", "amount", "terms")
    terms = ("Z030", "30", "net 60", "45 days", "10 дней", "2/10 net 30", "Z999", None)
    rows = [(str(number), "C1", "2026-01-01", "EUR", "1", cell) for number, cell in enumerate(terms)]
    layout = ar.Layout(name="x", terms={"Z030": 30, "Z999": 999_999_999})
    ledger = ar.read_ledger(write(tmp_path, "csv", rows, header=header), layout=layout)
    due = [(day.date() - date(2026, 1, 1)).days for day in ledger.items["due_date"]]
    assert due == [30, 30, 60, 45, 10, 0, 0, 0]
    assert ledger.findings["code"].value_counts().to_dict() == {"missing_due_date": 5, "missing_terms": 3}


def test_terms_of_the_customer(tmp_path: Path) -> None:
    header = ("item_id", "customer_id", "document_date", "currency", "amount")
    write(tmp_path, "csv", [(name, name, "2026-01-01", "EUR", "1") for name in "ABCD"], header=header)
    (tmp_path / "customers.csv").write_text("customer_id,terms_days\nA,14\nB,inf\nC,1e300\nD,\n")
    ledger = ar.read_ledger(tmp_path)
    due = [(day.date() - date(2026, 1, 1)).days for day in ledger.items["due_date"]]
    assert due == [14, 0, 0, 0]


def test_a_snapshot_is_dated_by_the_layout_or_by_the_caller(tmp_path: Path) -> None:
    path = write(tmp_path, "csv", GOOD, header=(*HEADER[:-1], "open_amount"))
    ledger = ar.read_ledger(path, layout=ar.Layout(name="x", shape="open_items"), snapshot_on=DAY)
    assert ledger.covers == (date(2026, 3, 31), date(2026, 3, 31))
    assert ledger.is_snapshot
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [GOOD_TOTAL]


def test_an_item_dated_after_its_snapshot_is_told_and_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "csv", GOOD, header=(*HEADER[:-1], "open_amount"))
    ledger = ar.read_ledger(path, layout=ar.Layout(name="x", shape="open_items"), snapshot_on="2026-01-05")
    assert ledger.findings[["code", "item_id"]].to_numpy().tolist() == [["dated_after_snapshot", "B"]]
    assert ar.reconcile(ledger, as_of="2026-01-05")["gross"].tolist() == [GOOD_TOTAL]


# Frozen ledgers

FROZEN = "item_id document_date due_date amount\nA 2026-01-01 2026-01-31 100"


def test_a_frozen_ledger_needs_no_layout(tmp_path: Path) -> None:
    ledger = ar.read_ledger(ar.freeze(ledger_of(FROZEN), tmp_path / "deep" / "frozen"))
    assert ar.aging_table(ledger, as_of="2026-01-01")["net"].tolist() == [100]


def test_a_frozen_ledger_keeps_what_was_known(tmp_path: Path) -> None:
    text = "item_id document_date recorded_on due_date amount\nA 2026-01-01 2026-01-01 2026-01-31 100"
    later = "item_id entry_type effective_on recorded_on amount\nA write_off 2026-01-02 2026-01-09 -40"
    known = ledger_of(text, entries=later).known_on("2026-01-05")
    again = ar.read_ledger(ar.freeze(known, tmp_path))
    assert (again.known, again.covers) == (known.known, known.covers)
    assert ar.aging_table(again, as_of="2026-01-05")["net"].tolist() == [100]


@pytest.mark.parametrize(
    ("file", "content"),
    [("ledger.json", b"{"), ("ledger.json", b"{}"), ("items.parquet", b"PAR1"), ("entries.parquet", None)],
)
def test_a_frozen_ledger_that_is_not_whole_is_refused(file: str, content: bytes | None, tmp_path: Path) -> None:
    folder = ar.freeze(ledger_of(FROZEN), tmp_path)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(ReadingError, match="no complete frozen ledger"):
        ar.read_ledger(folder)


def test_a_frozen_ledger_of_another_format_is_refused(tmp_path: Path) -> None:
    folder = ar.freeze(ledger_of(FROZEN), tmp_path)
    manifest = folder / "ledger.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ReadingError, match="format 99; this version reads 1"):
        ar.read_ledger(folder)
