"""The real files read without a layout: the figures are those of the files read with one."""

from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import ReadingError

IBM = {
    "2012-06-30": [4594.36, 909.73, 0, 5504.09],
    "2012-09-30": [5416.55, 542.72, 69.95, 6029.22],
    "2012-12-31": [4936.32, 788.74, 0, 5725.06],
    "2013-06-30": [4284.29, 835.56, 0, 5119.85],
}

# What a person says of the columns that could change the number and that the ledger does not need.
NOT_NEEDED = {
    "ibm": ["PaperlessDate", "PaperlessBill"],
    "hrc": [
        "key_0",
        "document_create_date",
        "baseline_create_date",
        "Day_due",
        "Delay_predict",
        "Payment_date_predict",
    ],
    "xero": [
        *("updated_date_utc", "_fivetran_synced", "has_attachments", "has_errors", "is_discounted"),
        *("line_amount_types", "sent_to_contact"),
    ],
}


@pytest.fixture(scope="module")
def ibm(ibm_late_payment: Path) -> dict[str, ar.Ledger]:
    files = {order: ibm_late_payment / f"invoices_{order}.csv" for order in ("dmy", "mdy")}
    hints = {"currency": "USD", "ignored": NOT_NEEDED["ibm"]}
    return {order: ar.read_ledger(file, hints=hints) for order, file in files.items()}


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_ibm(order: str, ibm: dict[str, ar.Ledger]) -> None:
    """The order of day and month is found."""
    reading = ibm[order].reading
    assert reading is not None
    assert reading.layout.date_order == order
    for as_of, expected in IBM.items():
        aging = ar.require_reconciled(ibm[order], as_of=as_of), ar.aging_table(ibm[order], as_of=as_of)
        assert aging[1][["not due", "1-30", "31-60", "gross"]].to_numpy().tolist() == [expected]
    assert len(ibm[order].items) == 2466


def test_both_ibm_files_are_the_same_ledger(ibm: dict[str, ar.Ledger]) -> None:
    one, other = (ledger.items.sort_values("item_id", ignore_index=True) for ledger in ibm.values())
    pd.testing.assert_frame_equal(one, other, check_categorical=False)


def test_ibm_names_no_currency(ibm_late_payment: Path) -> None:
    with pytest.raises(ReadingError, match=r'hints=\{"currency": "EUR"\}'):
        ar.read_ledger(ibm_late_payment / "invoices_mdy.csv")


def test_hrc(hrc_open_items: Path) -> None:
    hints = {"ignored": NOT_NEEDED["hrc"]}
    ledger = ar.read_ledger(hrc_open_items / "open_items.csv", snapshot_on="2020-05-22", hints=hints)
    aging = ar.aging_table(ledger, as_of="2020-05-22").set_index("currency")
    columns = ["not due", "1-30", "31-60", "61-90", "gross"]
    assert aging.loc["USD", columns].tolist() == [10128874.55, 107523520.97, 127851304.87, 29610016.44, 275113716.83]
    assert aging.loc["CAD", columns].tolist() == [631669.56, 14868688.70, 22554342.69, 6416308.13, 44471009.08]
    assert len(ledger.items) == 9700
    assert ledger.items["customer_id"].str.startswith("0").any()
    assert not ledger.items["item_id"].str.contains(".", regex=False).any()
    assert ar.require_reconciled(ledger, as_of="2020-05-22")["difference"].eq(0).all()


def test_xero(xero: Path) -> None:
    """Receivables only: payables, voided and deleted documents are left out."""
    ledger = ar.read_ledger(
        xero / "xero_invoice_data.csv", hints={"base_currency": "CAD", "ignored": NOT_NEEDED["xero"]}
    )
    aging = ar.aging_table(ledger, as_of="2020-12-31").set_index("currency")
    columns = ["not due", "1-30", "31-60", "61-90", "over 90", "net"]
    assert aging.loc["GBP", columns].tolist() == [4500, 0, 2250, 0, 0, 6750]
    assert aging.loc["USD", columns].tolist() == [36725, 2400, 0, 0, 0, 39125]
    unpaid = ar.aging_table(ledger, as_of=ledger.covers[1]).set_index("currency")["net"]
    assert unpaid.to_dict() == {"GBP": 12735, "USD": 30106}
