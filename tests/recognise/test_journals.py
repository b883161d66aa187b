"""General journals: only the rows of the receivable accounts make the ledger, and which they are is proved or asked."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LedgerError, ReadingError
from arkit.files.questions import QuestionsError
from tests.recognise.exports import write

JOURNAL = """\
entry,date,account,account name,debit,credit,customer no,invoice no
1,2026-01-31,1100,Accounts Receivable,1000.00,,K1,V1
1,2026-01-31,3000,Revenue,,1000.00,,V1
2,2026-02-15,1000,Cash,400.00,,,
2,2026-02-15,1100,Accounts Receivable,,400.00,K1,V1
3,2026-02-20,5000,Expenses,250.00,,,
3,2026-02-20,2000,Accounts Payable,,250.00,,
4,2026-02-28,1100,Accounts Receivable,700.00,,K2,V2
4,2026-02-28,3000,Revenue,,700.00,,V2
"""
UNNAMED = JOURNAL.replace("account name", "text").replace("Accounts Receivable", "x").replace("Accounts Payable", "y")
OWED = {"K1": 600, "K2": 700}


def read(folder: Path, text: str, **hints: object) -> ar.Ledger:
    return ar.read_ledger(write(folder, text), snapshot_on="2026-03-31", hints={"currency": "EUR", **hints})


def owed(ledger: ar.Ledger) -> dict[str, float]:
    items = ar.open_items(ledger, as_of="2026-03-31")
    sums: dict[str, float] = items.groupby("customer_id", observed=True)["open_amount"].sum().to_dict()
    return sums


def test_the_receivable_account_is_known_by_its_name_and_its_customers(tmp_path: Path) -> None:
    ledger = read(tmp_path, JOURNAL)
    assert owed(ledger) == OWED
    assert set(ledger.items["account"]) == {"1100"}


def test_without_a_name_the_customers_that_are_named_in_its_rows_alone_prove_it(tmp_path: Path) -> None:
    assert owed(read(tmp_path, UNNAMED)) == OWED


def test_the_order_of_rows_is_irrelevant(tmp_path: Path) -> None:
    header, *rows = JOURNAL.splitlines()
    assert owed(read(tmp_path, "\n".join([header, *reversed(rows)]) + "\n")) == OWED


def test_accounts_that_nothing_tells_apart_are_asked_with_their_balances_and_the_answer_works(tmp_path: Path) -> None:
    text = UNNAMED.replace("Cash,400.00,,,", "Cash,400.00,,K1,").replace(
        "3000,Revenue,,700.00,,", "3000,Revenue,,700.00,K2,"
    )
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text)
    (question,) = error.value.questions
    assert question.key == ("keep", "account")
    totals = {each.value[0]: each.total for each in question.candidates}
    assert totals["1100"] == "1,300.00"
    assert totals["2000"] == "-250.00"
    assert owed(read(tmp_path, text, keep={"account": ["1100"]})) == OWED


def test_the_layout_reads_it_again_and_refuses_an_account_that_nobody_has_judged(tmp_path: Path) -> None:
    layout = read(tmp_path, JOURNAL).reading
    assert layout is not None
    saved = layout.save(tmp_path / "layout.toml")
    again = ar.read_ledger(write(tmp_path, JOURNAL), layout=saved, snapshot_on="2026-03-31")
    assert owed(again) == OWED
    new = JOURNAL.replace("3,2026-02-20,5000,Expenses", "3,2026-02-20,1150,Other debts")
    with pytest.raises((ReadingError, LedgerError), match="1150"):
        ar.read_ledger(write(tmp_path, new), layout=saved, snapshot_on="2026-03-31")


def test_an_entry_that_does_not_balance_is_a_fault_of_a_journal_all_the_same(tmp_path: Path) -> None:
    more = "5,2026-03-01,1000,Cash,90.00,,,\n5,2026-03-01,6000,Interest,,90.00,,\n"
    text = JOURNAL.replace("Expenses,250.00", "Expenses,240.00") + more
    assert owed(read(tmp_path, text)) == OWED


def test_customers_in_unknown_words_are_the_column_filled_in_the_receivable_rows_alone(tmp_path: Path) -> None:
    text = JOURNAL.replace("customer no", "wer")
    assert owed(
        read(tmp_path, text + "5,2026-03-01,1100,Accounts Receivable,,1.00,K2,\n5,2026-03-01,1000,Cash,1.00,,,\n")
    ) == {"K1": 600, "K2": 699}
