"""The report of a snapshot: what it says without history, to the cent, and what it leaves out, once."""

import json
from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.reports import OpenItemsReport
from arkit.run.report import report

DAY = "2026-03-31"
ROWS = [
    ("I1", "A", "Alfa", "2025-10-01", "2025-11-01", 100.10),
    ("I2", "A", "Alfa", "2026-02-01", "2026-03-01", 200.20),
    ("I3", "B", "Beta", "2026-02-20", "2026-03-21", 50.00),
    ("I4", "B", "Beta", "2026-03-20", "2026-04-01", 10.00),
    ("I5", "C", "Ceta", "2026-03-20", "2026-04-10", 20.00),
    ("I6", "C", "Ceta", "2026-03-20", "2026-05-30", 30.00),
    ("C1", "C", "Ceta", "2026-03-25", "2026-03-25", -5.00),
]


@pytest.fixture(scope="module")
def items() -> pd.DataFrame:
    names = ["item_id", "customer_id", "name", "document_date", "due_date", "amount"]
    return pd.DataFrame(ROWS, columns=names).assign(currency="EUR", entity="DE")


@pytest.fixture(scope="module")
def page(items: pd.DataFrame) -> OpenItemsReport:
    return OpenItemsReport(ar.make_ledger(items=items, covers=(DAY, DAY)), as_of=DAY)


def test_the_tiles(page: OpenItemsReport) -> None:
    shown = page.amounts()._repr_html_()
    # 350.30 of 410.30 is past due, on average 61.4 days: (150 x 100.10 + 30 x 200.20 + 10 x 50.00) / 350.30.
    for value in ("EUR 410.3", "EUR 350.3", "85.4 %", "EUR 100.1", "150 days", "61 days", "EUR 5"):
        assert f">{value}<" in shown.replace("\u00a0", " "), value


def test_whom_to_call(page: OpenItemsReport) -> None:
    rows = page.to_call[["customer_id", "past_due", "oldest_bucket", "items", "oldest_days"]].to_numpy().tolist()
    assert rows == [["A", 300.30, 100.10, 2, 150], ["B", 50.00, 0.0, 1, 10]]


def test_what_falls_due(page: OpenItemsReport) -> None:
    assert page.calendar[["due", "open_amount", "items"]].to_numpy().tolist() == [
        ["1 Apr 2026 to 7 Apr 2026", 10.0, 1],
        ["8 Apr 2026 to 14 Apr 2026", 20.0, 1],
        ["later, from 29 Apr 2026", 30.0, 1],
    ]


def test_a_snapshot_gets_this_report(items: pd.DataFrame, tmp_path: Path) -> None:
    items.rename(columns={"amount": "open_amount"}).to_csv(tmp_path / "items.csv", index=False)
    layout = tmp_path / "layout.toml"
    layout.write_text(f'name = "snapshot"\nshape = "open_items"\nsnapshot_on = {DAY}\n', encoding="utf-8")
    made = report(ledger=tmp_path / "items.csv", layout=layout, as_of=DAY, output=tmp_path / "out")
    shown = (made.folder / "report.html").read_text(encoding="utf-8")
    assert shown.count("What needs history is left out") == 1
    assert "has no history" not in shown
    assert json.loads((made.folder / "run.json").read_text())["aging"][0]["gross"] == 410.30
