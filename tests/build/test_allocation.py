"""Accounts: credits pay what they name, then the oldest debts; what is inferred is said."""

from pathlib import Path

import arkit as ar
from arkit.model.layout import Layout, TableLayout
from tests.literal import codes, open_amounts

HEADER = "item_id,document_id,customer_id,document_date,currency,amount,reference,match\n"
ACCOUNT = """
A,,C1,2026-01-10,EUR,100,,
B,,C1,2026-02-10,EUR,200,,
P,,C1,2026-03-10,EUR,-150,,
Z,,C2,2026-01-05,EUR,70,,
"""


def account(folder: Path, rows: str, *, allocate: str = "oldest_first") -> ar.Ledger:
    path = folder / "account.csv"
    path.write_text(HEADER + rows.strip() + "\n", encoding="utf-8")
    layout = Layout(name="account", items=TableLayout(allocate=allocate))  # type: ignore[arg-type]
    return ar.read_ledger(path, layout=layout, snapshot_on="2026-03-31")


def test_the_oldest_debts_of_a_customer_are_paid_first_and_that_is_said(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT)
    assert open_amounts(ledger, "2026-03-31") == {"B": 150, "Z": 70}
    assert open_amounts(ledger, "2026-02-28") == {"A": 100, "B": 200, "Z": 70}
    found = ledger.findings.query("code == 'inferred_allocation'")
    assert found[["source_row", "amount"]].to_numpy().tolist() == [[4, 150]]


def test_without_the_rule_a_payment_that_names_nothing_stays_unapplied(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT, allocate="by_reference")
    assert open_amounts(ledger, "2026-03-31") == {"A": 100, "B": 200, "Z": 70, "P": -150}
    assert "inferred_allocation" not in codes(ledger)


def test_what_a_payment_names_comes_before_what_is_older(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("-150,,", "-150,B,"))
    assert open_amounts(ledger, "2026-03-31") == {"A": 100, "B": 50, "Z": 70}
    assert "inferred_allocation" not in codes(ledger)


def test_the_rest_of_a_payment_goes_to_the_oldest(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("-150,,", "-250,B,"))
    assert open_amounts(ledger, "2026-03-31") == {"A": 50, "Z": 70}


def test_a_payment_does_not_pay_the_document_of_another_customer(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("-150,,", "-150,Z,"), allocate="by_reference")
    assert open_amounts(ledger, "2026-03-31") == {"A": 100, "B": 200, "Z": 70, "P": -150}


def test_rows_with_one_mark_pay_each_other(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("200,,", "200,,m").replace("-150,,", "-200,,m"))
    assert open_amounts(ledger, "2026-03-31") == {"A": 100, "Z": 70}


def test_a_payment_in_advance_pays_what_comes_later(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("2026-03-10", "2026-01-20"))
    assert open_amounts(ledger, "2026-01-31") == {"P": -50, "Z": 70}
    assert open_amounts(ledger, "2026-03-31") == {"B": 150, "Z": 70}


def test_what_is_paid_too_much_stays_with_the_customer(tmp_path: Path) -> None:
    ledger = account(tmp_path, ACCOUNT.replace("-150", "-400"))
    assert open_amounts(ledger, "2026-03-31") == {"P": -100, "Z": 70}


def test_a_payment_without_a_type_is_a_receipt(tmp_path: Path) -> None:
    types = dict(account(tmp_path, ACCOUNT).items[["item_id", "item_type"]].astype(str).itertuples(index=False))
    assert types == {"A": "invoice", "B": "invoice", "P": "receipt", "Z": "invoice"}


def test_nothing_is_lost_in_an_account_of_many_rows(tmp_path: Path) -> None:
    rows = "".join(f"I{n},,C{n % 7},2026-01-{n % 28 + 1:02},EUR,{n % 90 + 10},,\n" for n in range(700))
    paid = "".join(f"P{n},,C{n % 7},2026-02-{n % 28 + 1:02},EUR,-{n % 60 + 5},,\n" for n in range(700))
    ledger = account(tmp_path, rows + paid)
    proof = ar.reconcile(ledger, as_of="2026-03-31")
    assert proof["difference"].tolist() == [0]
    of_each = ar.open_items(ledger, as_of="2026-03-31").groupby("customer_id", observed=True)["open_amount"]
    assert all((sums > 0).all() or (sums < 0).all() for _, sums in of_each)
