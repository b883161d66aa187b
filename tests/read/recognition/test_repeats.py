"""One document in several rows: counted once, whichever reading the other columns prove."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError, ReadingError
from arkit.model.layout import Layout, TableLayout
from arkit.read.recognise.questions import QuestionsError


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
