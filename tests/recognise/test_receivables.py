"""What a row is: words of payment, of whose debt it is, of types and marks, under any header."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.files.questions import QuestionsError
from tests.recognise.exports import DAY, decided, read

HEADER = "Document No.;Customer No.;Document Date;Due Date;Currency;Amount"
AMOUNTS = ("100,00", "20,00", "3,00")


def register(header: str, words: tuple[str, ...], *, amounts: tuple[str, ...] = AMOUNTS) -> str:
    rows = [
        f"{place};K{place};05.10.2026;04.11.2026;EUR;{amount};{word}\n"
        for place, (amount, word) in enumerate(zip(amounts, words, strict=True))
    ]
    return f"{HEADER};{header}\n" + "".join(rows)


def net(ledger: ar.Ledger) -> float:
    return float(ar.aging_table(ledger, as_of=DAY)["net"].sum())


LEFT_OUT = {
    "paid": ("Status", ("Unpaid", "Paid", "Overdue"), 103.0),
    "paid in German": ("Zahlstand", ("Offen", "Bezahlt", "Überfällig"), 103.0),
    "paid in Russian": ("Оплата", ("Не оплачен", "Оплачен", "Просрочен"), 103.0),
    "paid in Chinese": ("收款情况", ("未收款", "已收款", "逾期"), 103.0),
    "draft and void": ("Status", ("Sent", "Draft", "Void"), 100.0),
    "written off": ("Status", ("Open", "Bad debt", "Open"), 103.0),
    "pending beside paid waits for money": ("Status", ("Pending", "Paid", "Pending"), 103.0),
    "pending beside draft waits for approval": ("Status", ("Posted", "Pending", "Draft"), 100.0),
    "a payment that failed settles nothing": ("Payment status", ("Failed", "Paid", "Returned"), 103.0),
    "payables": ("Ledger", ("AR", "AP", "AR"), 103.0),
    "payables under an unknown header": ("Xyz", ("Kunde", "Lieferant", "Kunde"), 103.0),
    "payables among types": ("Type", ("AR", "AP", "AR"), 103.0),
    "a side under an unknown header": ("Xyz", ("Debit", "Credit", "Debit"), 83.0),
    "letters under a header that says side": ("Ledger type", ("N", "Z", "N"), 103.0),
    "marks in Chinese": ("Xyz", ("借", "贷", "借"), 83.0),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_words_of_a_row_decide(name: str, tmp_path: Path) -> None:
    header, words, total = LEFT_OUT[name]
    ledger = read(tmp_path, register(header, words))
    assert net(ledger) == total
    assert ledger.reading is not None
    again = ar.read_ledger(tmp_path / "export.csv", layout=ledger.reading.layout, snapshot_on=DAY)
    assert net(again) == total


ASKED: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], dict[str, dict[str, str]], float]] = {
    "an unknown status": ("Status", ("Open", "Odd", "Open"), ("statuses", "Odd"), {"statuses": {"Odd": "paid"}}, 103.0),
    "pending alone": (
        "Status",
        ("Open", "Pending", "Open"),
        ("statuses", "Pending"),
        {"statuses": {"Pending": "pending"}},
        123.0,
    ),
    "partial, and nothing taken off": (
        "Status",
        ("Open", "Partial", "Paid"),
        ("statuses", "Partial"),
        {"statuses": {"Partial": "open"}},
        120.0,
    ),
    "unknown types without a minus": (
        "Type",
        ("Invoice", "CRX", "Invoice"),
        ("types", "CRX"),
        {"types": {"CRX": "not_receivable"}},
        103.0,
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_a_word_does_not_say_is_asked(name: str, tmp_path: Path) -> None:
    header, words, key, hints, total = ASKED[name]
    text = register(header, words)
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text)
    assert [question.key for question in error.value.questions] == [key]
    offered = {each.value: each.total for each in error.value.questions[0].candidates}
    assert offered[hints[key[0]][key[1]]] == f"{total:,.2f}"
    assert net(read(tmp_path, text, **hints)) == total


def test_a_status_beside_what_is_open_is_a_proof_or_asked(tmp_path: Path) -> None:
    text = register("Status;Open amount", ("Open;100,00", "Paid;0,00", "Open;3,00"))
    ledger = read(tmp_path, text)
    assert net(ledger) == 103.0
    assert "paid" in decided(ledger, "status")
    with pytest.raises(QuestionsError, match="It says paid, and an amount is open"):
        read(tmp_path, text.replace("Paid;0,00", "Paid;5,00"))


def test_a_new_status_next_month_is_refused(tmp_path: Path) -> None:
    ledger = read(tmp_path, register("Status", ("Open", "Paid", "Open")))
    assert ledger.reading is not None
    (tmp_path / "export.csv").write_text(register("Status", ("Open", "Odd", "Open")))
    with pytest.raises(ReadingError, match=r"says nothing of: Odd \(row 3\)"):
        ar.read_ledger(tmp_path / "export.csv", layout=ledger.reading.layout, snapshot_on=DAY)


def test_a_hint_of_types_where_there_are_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="Open"):
        read(tmp_path, register("Status", ("Open", "Paid", "Open")), types={"Open": "invoice"})


CLEARED = """Customer;Document;Type;Date;Due;Amount;Currency;Clearing Document
C1;1001;RV;2026-01-10;2026-02-09;100.00;EUR;9001
C1;9001;DZ;2026-02-07;2026-02-07;-100.00;EUR;9001
C1;1002;RV;2026-02-10;2026-03-12;70.00;EUR;9002
C2;1003;RV;2026-02-11;2026-03-13;55.00;EUR;9003
C2;9003;DZ;2026-03-11;2026-03-11;-55.00;EUR;9003
C2;1004;RV;2026-03-01;2026-03-31;40.00;EUR;
"""


@pytest.mark.parametrize(
    ("answer", "open_"),
    [({"keep": {"Clearing Document": [""]}}, 40), ({"columns": {"match": "Clearing Document"}}, 110)],
)
def test_a_row_whose_mark_no_other_row_has_is_asked(tmp_path: Path, answer: dict[str, object], open_: int) -> None:
    path = tmp_path / "items.csv"
    path.write_text(CLEARED)
    with pytest.raises(QuestionsError, match="no other row has the same") as error:
        ar.read_ledger(path, snapshot_on="2026-03-31")
    totals = {candidate.total for question in error.value.questions for candidate in question.candidates}
    assert f"{open_:.2f}" in totals
    ledger = ar.read_ledger(path, snapshot_on="2026-03-31", hints=answer)
    assert ar.open_items(ledger, as_of="2026-03-31")["open_amount"].sum() == open_


def test_marks_in_unknown_words_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    rows = ["1;2026-01-05;Abel;100.00;V", "2;2026-01-06;Abel;30.00;K", "3;2026-01-07;Baker;50.00;V"]
    path.write_text("Document;Date;Customer;Open Amount;Puoli\n" + "\n".join(rows))
    hints = {"currency": "EUR", "columns": {"mark": "Puoli"}}
    with pytest.raises(QuestionsError, match="lower what is owed") as error:
        ar.read_ledger(path, snapshot_on="2026-03-31", hints=hints)
    assert "120.00" in [candidate.total for candidate in error.value.questions[0].candidates]
    ledger = ar.read_ledger(path, snapshot_on="2026-03-31", hints=hints | {"minus_when": {"Puoli": "K"}})
    assert ar.open_items(ledger, as_of="2026-03-31")["open_amount"].sum() == 120
