"""A column that a layout does not name and that could change the number is told, or asked about."""

import sqlite3
from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.files.questions import QuestionsError
from arkit.model.layout import TableLayout

DAY = "2026-03-31"
HEADER = "Doc,Party,Issued,Due,Cur,Open,Fee,Booked,Colour,Mail,Empty"
ROWS = """
A,K1,2026-01-10,2026-02-09,EUR,100.00,10.00,2026-01-11,red,a@b.de,
B,K1,2026-02-10,2026-03-12,EUR,200.00,5.50,2026-02-11,red,c@d.de,
C,K1,2026-03-10,2026-04-09,JPY,300,7,2026-03-11,blue,e@f.de,
"""
CANONICAL = ("item_id", "customer_id", "document_date", "due_date", "currency", "open_amount")
NAMED = dict(zip(CANONICAL, HEADER.split(",")[: len(CANONICAL)], strict=True))
TOLD = [
    ("Booked: 2026-01-11, 2026-02-11, 2026-03-11", None, None),
    ("Colour: red, blue", None, None),
    ("Fee: sum 15.5 in 2 rows", "EUR", 15.5),
    ("Fee: sum 7 in 1 rows", "JPY", 7.0),
]


def export(folder: Path, text: str = HEADER + ROWS) -> Path:
    path = folder / "export.csv"
    path.write_text(text)
    return path


def layout(**settings: object) -> ar.Layout:
    return ar.Layout(name="own", shape="open_items", items=TableLayout(columns=NAMED, **settings))


def told(ledger: ar.Ledger) -> list[tuple[object, ...]]:
    found = ledger.findings.query("code == 'unexplained_column'")[["value", "currency", "amount"]]
    rows = found.astype(object).where(found.notna(), None)
    return sorted(map(tuple, rows.to_numpy().tolist()))


def test_a_layout_written_by_hand_gets_a_finding_for_each_column_with_its_sum(tmp_path: Path) -> None:
    ledger = ar.read_ledger(export(tmp_path), layout=layout(), snapshot_on=DAY)
    assert told(ledger) == TOLD
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [300, 300]


def test_what_cannot_bear_on_the_number_is_no_finding(tmp_path: Path) -> None:
    ledger = ar.read_ledger(export(tmp_path), layout=layout(ignored=("Booked", "Fee", "Colour")), snapshot_on=DAY)
    assert told(ledger) == []


def test_a_layout_that_ignores_columns_asks_about_another_one(tmp_path: Path) -> None:
    path, own = export(tmp_path), layout(ignored=("Booked", "Fee"))
    with pytest.raises(QuestionsError, match=r"What is 'Colour' of export\.csv \(red, blue\)") as asked:
        ar.read_ledger(path, layout=own, snapshot_on=DAY)
    (question,) = asked.value.questions
    assert question.as_layout() == 'ignored = ["Colour"] under [items]'
    ledger = ar.read_ledger(path, layout=own, snapshot_on=DAY, hints={"ignored": "Colour"})
    assert ledger.reading
    assert ledger.reading.layout.items.ignored == ("Booked", "Fee", "Colour")


def test_a_query_is_looked_at_too(tmp_path: Path) -> None:
    file = tmp_path / "books.sqlite"
    rows = pd.read_csv(export(tmp_path), dtype=str)
    with sqlite3.connect(file) as books:
        rows.to_sql("export", books, index=False)
    books.close()
    query = "select * from export"
    assert told(ar.read_ledger(file, layout=layout(query=query), snapshot_on=DAY)) == TOLD
    own = layout(query=query, ignored=("Booked", "Fee", "Colour"))
    assert told(ar.read_ledger(file, layout=own, snapshot_on=DAY)) == []


def test_tables_in_python_are_looked_at_too(tmp_path: Path) -> None:
    rows = pd.read_csv(export(tmp_path)).rename(columns={header: name for name, header in NAMED.items()})
    made = ar.make_ledger(items=rows, shape="open_items", snapshot_on=DAY)
    assert told(made) == TOLD
    ignoring = ar.make_ledger(items=rows, shape="open_items", snapshot_on=DAY, ignored=["Booked", "Fee", "Colour"])
    assert told(ignoring) == []


def test_canonical_headers_are_looked_at_too(tmp_path: Path) -> None:
    canonical = ",".join([*NAMED, *HEADER.split(",")[len(NAMED) :]])
    path = export(tmp_path, canonical + ROWS)
    assert told(ar.read_ledger(path, snapshot_on=DAY)) == TOLD
    hints = {"ignored": ["Booked", "Fee", "Colour"]}
    assert told(ar.read_ledger(path, snapshot_on=DAY, hints=hints)) == []


KNOWN = "Invoice,Customer,Invoice Date,Due Date,Currency,Open amount,City,Charge\n"
MONTH = "N-1,Abel,2026-01-10,2026-02-09,EUR,100.00,Riga,\nN-2,Baker,2026-02-10,2026-03-12,EUR,200.00,Wien,\n"


def saved(folder: Path) -> Path:
    ledger = ar.read_ledger(export(folder, KNOWN + MONTH), snapshot_on=DAY)
    assert ledger.reading
    return ledger.reading.save(folder / "layout.toml")


def test_a_saved_layout_reads_the_next_file_without_a_question(tmp_path: Path) -> None:
    path = saved(tmp_path)
    assert ar.Layout.load(path).items.ignored == ("City",)
    again = export(tmp_path, KNOWN + MONTH.replace("Wien", "Riga"))
    assert told(ar.read_ledger(again, layout=path, snapshot_on=DAY)) == []


@pytest.mark.parametrize("column", ["new", "blank until now"])
def test_a_saved_layout_asks_about_a_column_that_says_more_than_before(column: str, tmp_path: Path) -> None:
    path = saved(tmp_path)
    texts = {
        "new": KNOWN.replace("Charge", "Charge,Deducted") + MONTH.replace(",\n", ",,20.00\n"),
        "blank until now": KNOWN + MONTH.replace(",\n", ",20.00\n"),
    }
    header = {"new": "Deducted", "blank until now": "Charge"}[column]
    month = export(tmp_path, texts[column])
    with pytest.raises(QuestionsError, match=f"What is '{header}' of export"):
        ar.read_ledger(month, layout=path, snapshot_on=DAY)
    assert ar.read_ledger(month, layout=path, snapshot_on=DAY, hints={"ignored": header}).size == 2
