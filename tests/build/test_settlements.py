"""Documents with the day of their settlement: paid in part, paid on a day that is unknown, unreadable or ahead."""

from datetime import date
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import LayoutError
from arkit.model.layout import TableLayout

CASES = Path(__file__).parents[1] / "read" / "cases"
COLUMNS = {
    "item_id": "Invoice",
    "customer_id": "Customer",
    "document_date": "Invoice Date",
    "due_date": "Due Date",
    "amount": "Amount",
    "settled_on": "Payment Date",
    "currency": "Currency",
}
HEADER = "item_id,customer_id,document_date,due_date,currency,amount,settled_on"


def _layout(columns: dict[str, str] | None = None, **settings: object) -> ar.Layout:
    table = {name: settings.pop(name) for name in ("paid_when",) if name in settings}
    items = TableLayout(columns={**COLUMNS, **(columns or {})}, **table)  # type: ignore[arg-type]
    return ar.Layout(**{"name": "x", "shape": "settled", "items": items, **settings})  # type: ignore[arg-type]


def _aging(ledger: ar.Ledger, day: str) -> dict[str, float]:
    table = ar.aging_table(ledger, as_of=day)
    sums = table[["not due", "1-30", "31-60", "61-90", "over 90", "net"]].sum()
    return {str(name): amount for name, amount in sums.items() if amount}


def _found(ledger: ar.Ledger) -> list[list[object]]:
    return ledger.findings[["code", "item_id", "amount", "action"]].to_numpy().tolist()


def test_what_is_still_open_was_not_settled_on_the_day_of_payment() -> None:
    ledger = ar.read_ledger(CASES / "part_paid_with_date_and_balance.csv", layout=_layout({"open_amount": "Balance"}))
    assert _aging(ledger, "2026-02-20") == {"not due": 250, "1-30": 600, "net": 850}
    assert _aging(ledger, "2026-02-05") == {"not due": 650, "1-30": 1000, "net": 1650}
    assert _found(ledger) == []


def test_a_part_payment_takes_its_part_of_the_base_amount(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    row = "A,C,2026-01-01,2026-01-31,USD,30.00,2026-02-01,10.00,EUR,27.00"
    path.write_text(f"{HEADER},open_amount,base_currency,base_amount\n{row}\n")
    aging = ar.aging_table(ar.read_ledger(path), as_of="2026-02-01", of="base_open_amount")
    assert aging["net"].tolist() == [9.0]


def test_what_is_paid_without_a_day_is_neither_open_nor_in_the_history() -> None:
    layout = _layout(paid_when={"Status": ("Paid",)})
    ledger = ar.read_ledger(CASES / "paid_without_a_day.csv", layout=layout)
    assert _aging(ledger, "2026-02-20") == {"not due": 250, "net": 250}
    assert _aging(ledger, "2026-02-05") == {"not due": 650, "net": 650}
    assert _found(ledger) == [["paid_without_a_day", "M-331", 1000, "excluded"]]
    sums = ar.reconcile(ledger, as_of="2026-02-20").iloc[0]
    assert (sums["gross"], sums["excluded"], sums["difference"]) == (250, 1000, 0)


@pytest.mark.parametrize("shape", ["open_items", "applied"])
def test_what_is_paid_is_of_settled_items_alone(shape: str) -> None:
    with pytest.raises(LayoutError, match="paid_when of items has no effect"):
        _layout(shape=shape, paid_when={"Status": ("Paid",)})


def test_a_day_of_settlement_that_cannot_be_read_excludes_the_amount(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    rows = ("A,C,2026-01-01,2026-01-31,EUR,100,2026-02-01", "B,C,2026-01-02,2026-02-01,EUR,50,soon")
    path.write_text("\n".join([HEADER, *rows]))
    ledger = ar.read_ledger(path)
    assert [_aging(ledger, day) for day in ("2026-01-31", "2026-02-01")] == [{"not due": 100, "net": 100}, {}]
    assert _found(ledger) == [["unreadable_settlement", "B", 50, "excluded"]]
    assert ledger.findings["value"].tolist() == ["settled_on = soon"]


def test_a_payment_ahead_of_the_export_is_named_and_the_item_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    rows = ("A,C,2026-01-01,2026-01-31,EUR,100,2026-02-01", "B,C,2026-01-02,2026-02-01,EUR,50,2026-05-01")
    path.write_text("\n".join([HEADER, *rows]))
    ledger = ar.read_ledger(path, layout=ar.Layout(name="x", shape="settled", snapshot_on=date(2026, 3, 31)))
    assert ledger.covers[1] == date(2026, 3, 31)
    assert _aging(ledger, "2026-03-31") == {"31-60": 50, "net": 50}
    assert _found(ledger) == [["paid_after_last_day", "B", 50, "kept"]]


def test_more_open_than_was_invoiced_is_named(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"{HEADER},open_amount\nA,C,2026-01-01,2026-01-31,EUR,100,2026-02-01,130\n")
    ledger = ar.read_ledger(path)
    assert _aging(ledger, "2026-02-01") == {"1-30": 130, "net": 130}
    assert ["open_above_amount", "A", 100, "kept"] in _found(ledger)


def test_canonical_headers_with_a_day_of_settlement_are_settled_items(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"{HEADER}\nA,C,2026-01-01,2026-01-31,EUR,100,2026-02-01\nB,C,2026-01-05,2026-03-31,EUR,50,\n")
    assert _aging(ar.read_ledger(path), "2026-02-01") == {"not due": 50, "net": 50}


def test_canonical_headers_with_an_open_amount_are_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    columns = "item_id,customer_id,document_date,due_date,currency,amount,open_amount"
    path.write_text(f"{columns}\nA,C,2026-01-01,2026-01-31,EUR,100,40\n")
    with pytest.raises(LayoutError, match="of which day"):
        ar.read_ledger(path)
    assert _aging(ar.read_ledger(path, snapshot_on="2026-02-10"), "2026-02-10") == {"1-30": 40, "net": 40}
