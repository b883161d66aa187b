"""Accounts by a layout: openings are items, turnovers and closing balances are proof, what is inferred is said."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import arkit as ar
from arkit.errors import ReadingError
from arkit.files.questions import QuestionsError
from arkit.model.layout import Layout, Proof, TableLayout
from tests.literal import codes
from tests.recognise.exports import write

PLAIN = """\
Customer;Date;Document;Text;Debit;Credit;Balance
Harbour Cafe;01.01.2026;;Opening balance;5000,00;;5000,00
Harbour Cafe;10.01.2026;S-11;Invoice;1200,00;;6200,00
Harbour Cafe;05.02.2026;R-4;Receipt;;5000,00;1200,00
Harbour Cafe;20.02.2026;S-29;Invoice;800,00;;2000,00
Harbour Cafe;15.03.2026;R-9;Receipt;;700,00;1300,00
Lido Spa;01.01.2026;;Opening balance;300,00;;300,00
Lido Spa;02.03.2026;S-31;Invoice;450,00;;750,00
"""
RUNNING = Proof(
    kind="running", columns={"debit": ("Debit",), "credit": ("Credit",), "balance": ("Balance",), "by": ("Customer",)}
)
TABLE = TableLayout(
    header=("Customer", "Date", "Document", "Text", "Debit", "Credit", "Balance"),
    columns={"customer_id": "Customer", "document_date": "Date", "document_id": "Document"},
    constants={"currency": "EUR"},
    plus={"amount": ("Debit",)},
    minus={"amount": ("Credit",)},
    allocate="oldest_first",
    proofs=(RUNNING,),
)
LAYOUT = Layout(name="account", date_order="dmy", decimal_mark=",", delimiter=";", items=TABLE)


def read(folder: Path, text: str) -> ar.Ledger:
    return ar.read_ledger(write(folder, text), layout=LAYOUT, snapshot_on="2026-03-31")


def owed(ledger: ar.Ledger, as_of: str = "2026-03-31") -> dict[str, float]:
    items = ar.open_items(ledger, as_of=as_of)
    sums: dict[str, float] = items.groupby("customer_id", observed=True)["open_amount"].sum().to_dict()
    return sums


def test_an_account_is_read_for_any_day(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN)
    assert owed(ledger) == {"Harbour Cafe": 1300, "Lido Spa": 750}
    assert owed(ledger, "2026-02-28") == {"Harbour Cafe": 2000, "Lido Spa": 300}
    items = ar.open_items(ledger, as_of="2026-03-31")
    assert dict(zip(items["document_id"], items["open_amount"], strict=True)) == {
        "S-11": 500,
        "S-29": 800,
        "S-31": 450,
        "opening balance, row 7": 300,
    }
    assert codes(ledger).count("opening_balance") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Opening balance;5000,00;;5000,00", "Opening balance;;;5000,00"),
        ("Harbour Cafe;01.01.2026;;Opening balance;5000,00;;5000,00\n", ""),
        ("Harbour Cafe;01.01.2026;;Opening balance", "Harbour Cafe;;;Opening balance"),
        ("Lido Spa;01.01.2026;;Opening balance;300,00;;300,00\n", ""),
    ],
    ids=["in the balance alone", "in no row", "without a day", "of the last customer in no row"],
)
def test_a_balance_brought_forward_is_found_however_it_is_written(tmp_path: Path, old: str, new: str) -> None:
    assert owed(read(tmp_path, PLAIN.replace(old, new))) == {"Harbour Cafe": 1300, "Lido Spa": 750}


ENDS = {
    "turnover and closing": ";;;Turnover;1200,00;5000,00;\n;;;Closing balance;1200,00;;\n",
    "sums with the opening": ";;;Total;6200,00;5000,00;\n;;;Closing balance;;;1200,00\n",
    "closed on both sides": ";;;Closing balance;;1200,00;\n;;;;6200,00;6200,00;\n",
    "without words": ";;;;6200,00;5000,00;\n",
}
ONE = "".join(PLAIN.splitlines(keepends=True)[:4])


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_sums_and_closing_balances_are_proof_and_no_items(tmp_path: Path, end: str) -> None:
    ledger = read(tmp_path, ONE + end)
    assert owed(ledger) == {"Harbour Cafe": 1200}
    assert not {"total_differs", "unrecognised_row"} & {*codes(ledger)}
    assert ar.reconcile(ledger, as_of="2026-03-31")["difference"].tolist() == [0]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_row_lost_is_seen_in_them(tmp_path: Path, end: str) -> None:
    lost = "".join(line for line in ONE.splitlines(keepends=True) if "S-11" not in line)
    ledger = read(tmp_path, lost.replace("1200,00", "0,00") + end)
    assert ar.reconcile(ledger, as_of="2026-03-31")["status"].tolist() != ["reconciled"]


def test_a_balance_before_the_first_row_that_is_of_all_customers_is_refused(tmp_path: Path) -> None:
    whole = Proof(kind="running", columns={**RUNNING.columns, "by": ()})
    layout = replace(LAYOUT, items=replace(TABLE, proofs=(whole,)))
    text = PLAIN.splitlines()[0] + "\nA;10.01.2026;S-1;;100,00;;400,00\nB;11.01.2026;S-2;;50,00;;450,00\n"
    with pytest.raises(ReadingError, match="before row 2 is 300"):
        ar.read_ledger(write(tmp_path, text), layout=layout, snapshot_on="2026-03-31")


def recognised(folder: Path, text: str, **hints: object) -> ar.Ledger:
    return ar.read_ledger(write(folder, text), snapshot_on="2026-03-31", hints={"currency": "EUR", **hints})


UNKNOWN = PLAIN.replace("Debit;Credit;Balance", "Plus;Less;After")
NO_OPENING = "".join(line for line in PLAIN.splitlines(keepends=True) if "Opening" not in line)


@pytest.mark.parametrize("text", [PLAIN, NO_OPENING], ids=["as it is", "without openings"])
def test_an_account_is_recognised_by_its_running_balance_and_its_layout_reads_it_again(
    text: str, tmp_path: Path
) -> None:
    ledger = recognised(tmp_path, text)
    assert owed(ledger) == {"Harbour Cafe": 1300, "Lido Spa": 750}
    assert owed(ledger, "2026-02-28")["Harbour Cafe"] == 2000
    assert ledger.reading is not None
    again = read_with(tmp_path, text, ledger)
    assert owed(again) == owed(ledger)


def read_with(folder: Path, text: str, ledger: ar.Ledger) -> ar.Ledger:
    assert ledger.reading is not None
    layout = ledger.reading.save(folder / "layout.toml")
    return ar.read_ledger(write(folder, text), layout=layout, snapshot_on="2026-03-31")


def test_an_opening_balance_that_the_running_balance_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"Row 2 .* is an opening balance"):
        recognised(
            tmp_path, PLAIN.replace("Cafe;01.01.2026;;", "Cafe;;;").replace("5000,00;;5000,00", "4900,00;;5000,00")
        )


MARKED = """\
Customer;Date;Document;Debit;Credit;Pair
Nord;10.01.2026;S-1;1200,00;;A
Nord;15.02.2026;R-1;;1200,00;A
Ost;20.01.2026;S-2;310,00;;B
Ost;21.02.2026;R-2;;310,00;B
Ost;20.03.2026;S-3;45,00;;
"""


def test_rows_with_one_mark_are_settled_on_the_day_of_the_later_one(tmp_path: Path) -> None:
    ledger = recognised(tmp_path, MARKED)
    assert owed(ledger) == {"Ost": 45}
    assert owed(ledger, "2026-02-20") == {"Ost": 310}


def test_credits_that_name_debits_pay_them(tmp_path: Path) -> None:
    text = MARKED.replace("Pair", "Zu").replace("1200,00;;A", "1200,00;;").replace("310,00;;B", "310,00;;")
    text = text.replace("1200,00;A", "700,00;S-1").replace("310,00;B", "310,00;S-2")
    assert owed(recognised(tmp_path, text)) == {"Nord": 500, "Ost": 45}


CARD = """\
Card of account 1210;;;;;;
Date;Document;Customer;Debit;;Credit;
;;;Account;Amount;Account;Amount
12.01.2026;S-12;Nord;1210;1500,00;6010;1500,00
20.02.2026;R-31;Nord;1030;900,00;1210;900,00
20.03.2026;S-29;Nord;1210;300,00;6010;300,00
13.02.2026;S-18;Ost;1210;450,50;6010;450,50
"""


def test_a_card_has_each_amount_twice_and_the_account_that_is_in_every_row_gives_its_sign(tmp_path: Path) -> None:
    ledger = recognised(tmp_path, CARD)
    assert owed(ledger) == {"Nord": 900, "Ost": 450.5}
    assert owed(read_with(tmp_path, CARD, ledger)) == owed(ledger)


HALVES = """\
Act of reconciliation;;;;;;;
By the books of Example Ltd, EUR;;;;By the books of Ost GmbH, EUR;;;
Date;Document;Debit;Credit;Date;Document;Debit;Credit
Opening balance;;600,00;;Opening balance;;;600,00
12.01.2026;Sale 12;1500,00;;12.01.2026;Purchase 12;;1500,00
20.02.2026;Payment 31;;900,00;20.02.2026;Payment 31;900,00;
Turnover;;1500,00;900,00;Turnover;;900,00;1500,00
Closing balance;;1200,00;;Closing balance;;;1200,00
"""


def test_of_two_halves_the_left_one_is_ours_and_the_partner_is_named_above_the_other(tmp_path: Path) -> None:
    ledger = ar.read_ledger(write(tmp_path, HALVES), snapshot_on="2026-03-31")
    assert owed(ledger) == {"Ost GmbH": 1200}
    assert set(ledger.items["currency"]) == {"EUR"}
    assert ar.reconcile(ledger, as_of="2026-03-31")["difference"].tolist() == [0]
    other = HALVES.replace("Ost GmbH", "West AG")
    assert owed(read_with(tmp_path, other, ledger)) == {"West AG": 1200}


def test_an_opening_and_a_closing_balance_prove_an_account_without_a_running_one(tmp_path: Path) -> None:
    text = PLAIN.replace(";Balance", "").replace("Lido Spa", "Harbour Cafe")
    text = "".join(line.rsplit(";", 1)[0] + "\n" if line[0] == "H" else line for line in text.splitlines(keepends=True))
    assert owed(recognised(tmp_path, text + ";31.03.2026;;Closing balance;2050,00;\n")) == {"Harbour Cafe": 2050}


REFERRING = """\
Customer;Date;Document;Pays;Debit;Credit;Balance
Nord;10.01.2026;S-1;;100,00;;100,00
Nord;12.01.2026;S-2;;200,00;;300,00
Nord;13.01.2026;S-3;;400,00;;700,00
Nord;01.02.2026;R-1;S-2;;200,00;500,00
Nord;02.02.2026;R-2;S-3;;100,00;400,00
Nord;03.02.2026;R-3;;;50,00;350,00
"""


def test_what_names_nothing_stays_unapplied_where_the_others_say_what_they_pay(tmp_path: Path) -> None:
    items = ar.open_items(recognised(tmp_path, REFERRING), as_of="2026-03-31")
    assert dict(zip(items["item_id"], items["open_amount"], strict=True)) == {"S-1": 100, "S-3": 300, "R-3": -50}


def test_marks_do_not_say_which_column_is_the_debit_so_words_or_a_person_do(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as error:
        recognised(tmp_path, MARKED.replace("Debit;Credit", "Eins;Zwei"))
    (question,) = [each for each in error.value.questions if each.key == ("columns", "debit")]
    assert {each.value: each.total for each in question.candidates} == {"Eins": "45.00", "Zwei": "-45.00"}
    answered = recognised(tmp_path, MARKED.replace("Debit;Credit", "Eins;Zwei"), columns={"debit": "Eins"})
    assert owed(answered) == {"Ost": 45}


def test_a_dash_is_no_mark(tmp_path: Path) -> None:
    text = MARKED.replace("45,00;;", "45,00;;-") + "Ost;22.03.2026;R-3;;5,00;-\n"
    assert owed(recognised(tmp_path, text)) == {"Ost": 40}


def test_documents_in_unknown_words_are_found_by_what_names_them(tmp_path: Path) -> None:
    text = """Laskun numero,Date,Customer,Debit,Credit,Viite
A-1,2026-01-04,Abel,364.00,,A-1
A-2,2026-01-29,Abel,683.50,,A-2
Z-1,2026-02-04,Abel,,683.50,A-2
B-1,2026-01-05,Baker,14.00,,B-1
B-2,2026-02-01,Baker,165.00,,B-2
Z-2,2026-02-20,Baker,,165.00,B-2
"""
    path = tmp_path / "account.csv"
    path.write_text(text)
    ledger = ar.read_ledger(path, hints={"currency": "EUR", "covers_until": "2026-03-31"})
    items = ar.open_items(ledger, as_of="2026-03-31")
    assert dict(zip(items["document_id"], items["open_amount"], strict=True)) == {"A-1": 364, "B-1": 14}
