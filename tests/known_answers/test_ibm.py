"""The IBM sample of late payments: reference figures computed independently; both files hold the same invoices."""

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import arkit as ar

ORDERS = ("dmy", "mdy")
BUCKETS = ["not due", "1-30", "31-60", "gross"]


@pytest.fixture(scope="module")
def ledgers(ibm_late_payment: Path) -> dict[str, ar.Ledger]:
    return {
        order: ar.read_ledger(
            ibm_late_payment / f"invoices_{order}.csv",
            layout=ar.resource(f"templates/layouts/ibm_late_payment_{order}.toml"),
        )
        for order in ORDERS
    }


@pytest.fixture(scope="module", params=ORDERS)
def ledger(ledgers: dict[str, ar.Ledger], request: pytest.FixtureRequest) -> ar.Ledger:
    return ledgers[request.param]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2012-06-30", [4594.36, 909.73, 0, 5504.09]),
        ("2012-09-30", [5416.55, 542.72, 69.95, 6029.22]),
        ("2012-12-31", [4936.32, 788.74, 0, 5725.06]),
        ("2013-06-30", [4284.29, 835.56, 0, 5119.85]),
    ],
)
def test_aging(ledger: ar.Ledger, as_of: str, expected: list[float]) -> None:
    assert ar.aging_table(ledger, as_of=as_of)[BUCKETS].to_numpy().tolist() == [expected]


@pytest.mark.parametrize(("as_of", "count"), [("2012-12-31", 99), ("2013-06-30", 84)])
def test_number_of_open_items(ledger: ar.Ledger, as_of: str, count: int) -> None:
    assert len(ar.open_items(ledger, as_of=as_of)) == count
    assert ar.aging_table(ledger, as_of=as_of)["items"].tolist() == [count]


@pytest.mark.parametrize(
    ("as_of", "month", "days_90", "effectiveness"),
    [("2012-12-31", 27.3299, 26.8407, 0.892933), ("2013-06-30", 26.2575, 23.1508, 0.901509)],
)
def test_kpis(ledger: ar.Ledger, as_of: str, month: float, days_90: float, effectiveness: float) -> None:
    assert ar.dso(ledger, as_of=as_of, window="month")["dso"].round(4).tolist() == [month]
    assert ar.dso(ledger, as_of=as_of, window=90)["dso"].round(4).tolist() == [days_90]
    index = ar.collection_effectiveness_index(ledger, as_of=as_of, window="month")["collection_effectiveness_index"]
    assert index.round(6).tolist() == [effectiveness]


def test_count_back_within_the_last_month(ledger: ar.Ledger) -> None:
    assert ar.countback_dso(ledger, as_of="2012-12-31")["countback_dso"].round(4).tolist() == [27.3299]


def test_the_whole_file(ledger: ar.Ledger) -> None:
    items = ledger.items.merge(ledger.entries.query("entry_type == 'settlement'")[["item_id", "effective_on"]])
    settle = (items["effective_on"] - items["document_date"]).dt.days
    late = (items["effective_on"] - items["due_date"]).dt.days
    amounts = items["original_amount"]
    on_time = late <= 0
    assert len(items) == len(ledger.items) == 2466
    assert round(amounts.sum(), 2) == 147703.18
    assert round(settle.mean(), 5) == 26.44485
    assert round(late.mean(), 5) == -3.55515
    assert round(on_time.mean(), 6) == 0.644363
    assert round(amounts[on_time].sum() / amounts.sum(), 6) == 0.634667


def test_disputes(ledger: ar.Ledger) -> None:
    disputed = ledger.frames.marks.filter(pl.col("kind") == "dispute")["item_id"].to_list()
    assert len(disputed) == 561
    assert round(ledger.items.set_index("item_id")["original_amount"][disputed].sum(), 2) == 36746.12


def test_every_day_reconciles(ledger: ar.Ledger) -> None:
    for day in pd.date_range("2012-01-03", "2013-12-31", freq="45D"):
        assert ar.require_reconciled(ledger, as_of=day)["difference"].tolist() == [0]


def test_both_files_are_the_same_ledger(ledgers: dict[str, ar.Ledger]) -> None:
    one, other = (ledger.items.sort_values("item_id", ignore_index=True) for ledger in ledgers.values())
    pd.testing.assert_frame_equal(one, other, check_categorical=False)
    for as_of in ("2012-06-30", "2013-06-30"):
        agings = [ar.aging_table(ledger, as_of=as_of, by="customer_id") for ledger in ledgers.values()]
        pd.testing.assert_frame_equal(*agings)


def test_a_wrong_date_order_is_found(ibm_late_payment: Path) -> None:
    """Days above 12 are no months: hundreds of findings, and the month-end stops."""
    layout = ar.Layout.load(ar.resource("templates/layouts/ibm_late_payment_mdy.toml"))
    ledger = ar.read_ledger(ibm_late_payment / "invoices_dmy.csv", layout=layout)
    assert ledger.findings["code"].eq("unreadable_date").sum() > 1000
    with pytest.raises(ar.errors.TooManyFaultsError, match="unreadable_date"):
        ar.require_reconciled(ledger, as_of="2012-12-31")
