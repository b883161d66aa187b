"""The Xero connector's sample: receivables among payables, three currencies, a rate for each invoice."""

from pathlib import Path

import pytest

import arkit as ar

DAY = "2020-12-31"


@pytest.fixture(scope="module")
def ledger(xero: Path) -> ar.Ledger:
    return ar.read_ledger(xero / "xero_invoice_data.csv", layout=ar.resource("templates/layouts/xero_invoices.toml"))


def test_aging_in_document_currency(ledger: ar.Ledger) -> None:
    columns = ["not due", "1-30", "31-60", "61-90", "over 90", "unapplied", "net"]
    aging = ar.aging_table(ledger, as_of=DAY).set_index("currency")[columns]
    assert aging.loc["GBP"].tolist() == [4500, 0, 2250, 0, 0, 0, 6750]
    assert aging.loc["USD"].tolist() == [36725, 2400, 0, 0, 0, 0, 39125]
    assert set(aging.index) == {"GBP", "USD"}


def test_base_amounts_at_the_rate_of_each_invoice(ledger: ar.Ledger) -> None:
    """Document amount / `currency_rate`, not at closing rates."""
    aging = ar.aging_table(ledger, as_of=DAY, of="base_open_amount")
    assert aging[["base_currency", "net"]].to_numpy().tolist() == [["CAD", 62016.88]]


def test_what_is_unpaid_at_the_end_of_the_file(ledger: ar.Ledger) -> None:
    aging = ar.aging_table(ledger, as_of=ledger.covers[1]).set_index("currency")["net"]
    assert aging.to_dict() == {"GBP": 12735, "USD": 30106}


def test_payables_are_left_out_and_counted(ledger: ar.Ledger) -> None:
    left_out = ledger.findings.query("code == 'left_out_by_layout'")["value"]
    assert left_out.str.extract(r"^(\d+) rows: type \w+, status \w+, currency_code \w+, sum")[0].astype(int).sum() == (
        601 - len(ledger.items)
    )


def test_it_reconciles(ledger: ar.Ledger) -> None:
    assert ar.require_reconciled(ledger, as_of=DAY)["difference"].eq(0).all()
