"""One document in several rows: counted once, whichever reading the other columns prove."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError, ReadingError
from arkit.files.questions import QuestionsError
from arkit.model.layout import Layout, TableLayout


def read(folder: Path, text: str, **told: object) -> ar.Ledger:
    file = folder / "export.csv"
    file.write_text(text.strip() + "\n", encoding="utf-8")
    return ar.read_ledger(file, **told)  # type: ignore[arg-type]


def owed(ledger: ar.Ledger, day: str) -> dict[str, float]:
    rows = ar.open_items(ledger, as_of=day)
    return dict(zip(rows["item_id"], rows["open_amount"], strict=True))


PAYMENTS = """
Invoice,Customer,Invoice date,Due date,Currency,Invoice amount,Payment amount,Payment date
A,K1,2026-01-05,2026-02-04,EUR,100.00,30.00,2026-02-01
A,K1,2026-01-05,2026-02-04,EUR,100.00,20.00,2026-03-01
B,K2,2026-01-06,2026-02-05,EUR,70.00,,
C,K2,2026-01-07,2026-02-06,EUR,50.00,50.00,2026-02-10
"""


def test_a_row_for_each_payment_is_one_document_with_its_payments(tmp_path: Path) -> None:
    ledger = read(tmp_path, PAYMENTS, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"A": 50, "B": 70}
    assert owed(ledger, "2026-02-05") == {"A": 70, "B": 70, "C": 50}
    assert ledger.findings.empty


def test_payments_without_a_day_are_taken_off_the_document_once(tmp_path: Path) -> None:
    text = "\n".join(line.rpartition(",")[0] for line in PAYMENTS.strip().splitlines())
    assert owed(read(tmp_path, text, snapshot_on="2026-03-31"), "2026-03-31") == {"A": 50, "B": 70}


def test_a_payment_that_failed_settles_nothing(tmp_path: Path) -> None:
    lines = PAYMENTS.strip().splitlines()
    states = ["Status", "failed", "succeeded", "", "succeeded"]
    text = "\n".join(",".join(each) for each in zip(lines, states, strict=True))
    ledger = read(tmp_path, text, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"A": 80, "B": 70}
    assert ledger.findings["code"].to_list() == ["payment_not_made"]


def test_the_total_below_counts_a_document_once(tmp_path: Path) -> None:
    ledger = read(tmp_path, f"{PAYMENTS.strip()}\nTotal,,,,,220.00,100.00,", snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"A": 50, "B": 70}
    assert ledger.findings.empty


def test_the_layout_of_a_row_for_each_payment_reads_the_file_again(tmp_path: Path) -> None:
    ledger = read(tmp_path, PAYMENTS, snapshot_on="2026-03-31")
    ledger.reading.save(tmp_path / "ours.toml")  # type: ignore[union-attr]
    again = ar.read_ledger(tmp_path / "export.csv", layout=tmp_path / "ours.toml", snapshot_on="2026-03-31")
    assert owed(again, "2026-03-31") == {"A": 50, "B": 70}


LINES = """
Invoice,Customer,Invoice date,Due date,Currency,Amount due,Service,Line total
A,K1,2026-01-05,2026-02-04,EUR,100.00,Design,60.00
A,K1,2026-01-05,2026-02-04,EUR,100.00,Print,40.00
B,K2,2026-01-06,2026-02-05,EUR,70.00,Print,70.00
C,K2,2026-01-07,2026-02-06,EUR,90.00,Print,50.00
C,K2,2026-01-07,2026-02-06,EUR,90.00,Design,40.00
"""


def test_lines_that_add_up_to_the_document_prove_that_it_counts_once(tmp_path: Path) -> None:
    assert owed(read(tmp_path, LINES, snapshot_on="2026-03-31"), "2026-03-31") == {"A": 100, "B": 70, "C": 90}


def test_an_amount_that_each_row_of_a_document_has_is_asked_where_nothing_proves_it(tmp_path: Path) -> None:
    text = "\n".join(line.rpartition(",")[0].rpartition(",")[0] for line in LINES.strip().splitlines())
    with pytest.raises(QuestionsError) as asked:
        read(tmp_path, text, snapshot_on="2026-03-31")
    (question,) = asked.value.questions
    assert [(each.value, each.total) for each in question.candidates] == [
        ("Amount due", "260.00"),
        ("source_row", "450.00"),
    ]
    found = {}
    for each in question.candidates:
        key, value = question.answer(each)
        hints = {key[0]: [value]} if len(key) == 1 else {key[0]: {key[1]: value}}
        ledger = read(tmp_path, text, snapshot_on="2026-03-31", hints=hints)
        found[each.value] = sum(owed(ledger, "2026-03-31").values())
    assert found == {"Amount due": 260, "source_row": 450}


def test_a_document_whose_rows_differ_is_found_and_not_added_up(tmp_path: Path) -> None:
    layout = Layout(
        name="lines",
        shape="open_items",
        items=TableLayout(
            columns={
                "item_id": "Invoice",
                "customer_id": "Customer",
                "document_date": "Invoice date",
                "currency": "Currency",
                "open_amount": "Amount due",
            },
            once=("Amount due",),
        ),
    )
    text = LINES.replace("EUR,90.00,Design", "EUR,91.00,Design")
    ledger = read(tmp_path, text, layout=layout, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"A": 100, "B": 70, "C": 90}
    assert ledger.findings.query("action == 'excluded'")["code"].to_list() == ["duplicate_item"]


def test_payments_from_items_need_documents_that_count_once() -> None:
    with pytest.raises(LayoutError, match="from_items"):
        Layout(name="x", payments=TableLayout(from_items=True))


def test_a_folder_with_payments_and_a_layout_that_has_them_in_the_items_is_refused(tmp_path: Path) -> None:
    ledger = read(tmp_path, PAYMENTS, snapshot_on="2026-03-31")
    ledger.reading.save(tmp_path / "ours.toml")  # type: ignore[union-attr]
    folder = tmp_path / "books"
    folder.mkdir()
    (tmp_path / "export.csv").rename(folder / "items.csv")
    (folder / "payments.csv").write_text("item_id,effective_on,amount\nA,2026-02-01,30.00\n", encoding="utf-8")
    with pytest.raises(ReadingError, match="from_items"):
        ar.read_ledger(folder, layout=tmp_path / "ours.toml", snapshot_on="2026-03-31")


def test_instalments_that_add_up_to_the_invoice_are_the_items(tmp_path: Path) -> None:
    text = """
Invoice,Customer,Invoice Date,Instalment,Due Date,Instalment Amount,Invoice Total,Currency
I-1,Ash,2026-01-10,1,2026-02-10,100.00,200.00,EUR
I-1,Ash,2026-01-10,2,2026-03-10,100.00,200.00,EUR
I-2,Oak,2026-02-01,1,2026-03-01,250.00,500.00,EUR
I-2,Oak,2026-02-01,2,2026-04-01,250.00,500.00,EUR
"""
    ledger = read(tmp_path, text, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"I-1/1": 100, "I-1/2": 100, "I-2/1": 250, "I-2/2": 250}


def test_documents_without_a_number_are_numbered_by_row_and_that_is_said(tmp_path: Path) -> None:
    text = """
Customer,Date,Due,Currency,Open amount
Nord,2026-01-10,2026-02-09,EUR,100.00
Nord,2026-02-20,2026-03-22,EUR,50.00
"""
    ledger = read(tmp_path, text, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"row 2": 100, "row 3": 50}
    assert ledger.findings[["code", "value"]].to_numpy().tolist() == [["numbered_by_row", "2 rows"]]


MARKS = """
Beleg;Konto;Datum;Fällig;Soll;Haben;OP-Kennzeichen;Währung
1;10001;10.01.2026;09.02.2026;1000,00;;A;EUR
2;10001;12.02.2026;12.02.2026;;1000,00;A;EUR
3;10002;15.01.2026;14.02.2026;500,00;;B;EUR
4;10002;20.02.2026;20.02.2026;;450,00;B;EUR
5;10003;20.02.2026;22.03.2026;300,00;;;EUR
6;10003;21.01.2026;20.02.2026;200,00;;C;EUR
7;10003;22.02.2026;22.02.2026;;200,00;C;EUR
"""


def test_a_mark_that_does_not_add_up_is_found_with_its_rows_and_what_is_left(tmp_path: Path) -> None:
    ledger = read(tmp_path, MARKS, snapshot_on="2026-03-31")
    assert owed(ledger, "2026-03-31") == {"3": 50, "5": 300}
    assert ledger.findings[["code", "value", "amount"]].to_numpy().tolist() == [
        ["marks_differ", "mark B, rows 4, 5", 50]
    ]


def test_what_is_open_in_base_currency_alone_is_not_labelled_as_the_documents(tmp_path: Path) -> None:
    text = """
Invoice,Customer,Date,Due,Currency,Amount,Amount in local currency,Balance
A,Nord,2026-01-10,2026-02-09,NOK,1000.00,1000.00,1000.00
B,Berg,2026-01-20,2026-02-19,EUR,100.00,1150.00,700.00
C,Berg,2026-03-01,2026-03-31,EUR,200.00,2300.00,1150.00
D,Nord,2026-03-02,2026-04-01,NOK,400.00,400.00,400.00
"""
    with pytest.raises(ReadingError, match=r"'Balance' of export\.csv is what is open of 'Amount in local currency'"):
        read(tmp_path, text, snapshot_on="2026-03-31")


def test_a_base_amount_of_a_snapshot_is_kept(tmp_path: Path) -> None:
    text = """
Invoice,Customer,Date,Due,Currency,Amount,Amount in local currency
A,Nord,2026-01-10,2026-02-09,NOK,1000.00,1000.00
B,Berg,2026-01-20,2026-02-19,EUR,100.00,1150.00
C,Berg,2026-03-01,2026-03-31,EUR,200.00,2300.00
D,Nord,2026-03-02,2026-04-01,NOK,400.00,400.00
"""
    ledger = read(tmp_path, text, snapshot_on="2026-03-31")
    rows = ar.open_items(ledger, as_of="2026-03-31").set_index("item_id")
    assert rows.loc["C", "open_amount"] == 200
    assert rows["base_open_amount"].sum() == 1000 + 1150 + 2300 + 400
