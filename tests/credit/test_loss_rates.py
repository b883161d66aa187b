"""Loss rates: the chain from each bucket to the end."""

import pandas as pd
import pytest

import arkit as ar
from tests.drawn import AS_OF, ledger_of_drawn, on_drawn
from tests.literal import ledger_of

COVERS = ("2026-01-01", "2026-06-30")
# Of 100000 billed in January, due on its last day: what was paid when it was in each bucket, and 2000 never.
JANUARY = """item_id document_date due_date amount
on_time 2026-01-10 2026-01-31 50000
late_1 2026-01-10 2026-01-31 27000
late_2 2026-01-10 2026-01-31 15000
late_3 2026-01-10 2026-01-31 6000
never 2026-01-10 2026-01-31 2000"""
PAID = """item_id effective_on amount
on_time 2026-02-10 50000
late_1 2026-03-10 27000
late_2 2026-04-10 15000
late_3 2026-05-10 6000"""
# What is open on 31 May beside the 2000; new, so it says nothing about how items aged.
OPEN = """
open_0 2026-05-31 2026-06-15 300000
open_1 2026-05-31 2026-05-15 140000
open_2 2026-05-31 2026-04-15 60000
open_3 2026-05-31 2026-03-15 23000
open_4 2026-05-31 2026-01-15 3000"""


def rates_of(ledger: ar.Ledger, as_of: str = "2026-05-31", **how: object) -> pd.DataFrame:
    return ar.loss_rates(ledger, as_of=as_of, **how).set_index("bucket")


def test_the_published_example() -> None:
    """IFRScommunity: 100000, 50000, 23000, 8000, 2000; the unrounded rates on what is open give 27567."""
    ledger = ledger_of(JANUARY + OPEN, payments=PAID, covers=COVERS)
    rolled = ar.roll_rates(ledger, as_of="2026-05-31").set_index("bucket")["roll_rate"]
    assert rolled.round(4).tolist()[:-1] == [0.5, 0.46, 0.3478, 0.25]
    rates = rates_of(ledger)
    assert (100 * rates["loss_rate"]).round(4).tolist() == [2.0, 4.0, 8.6957, 25.0, 100.0]
    assert rates["open_amount"].tolist() == [300_000, 140_000, 60_000, 23_000, 5_000]
    assert round(rates["expected_loss"].sum()) == 27567
    assert rates["loss_basis"].tolist() == ["roll rates"] * 4 + ["what entered it"]


def test_what_stays_in_its_bucket_is_still_on_its_way() -> None:
    """On 60 days, half pays: a quarter of what is not due rolls in a month, but half of it will."""
    items = "item_id document_date due_date amount\n1 2026-01-10 2026-03-11 100\n2 2026-01-10 2026-03-11 100"
    ledger = ledger_of(items, payments="item_id effective_on amount\n1 2026-03-11 100", covers=COVERS)
    policy = ar.Policy(edges=(30,))
    assert ar.roll_rates(ledger, as_of="2026-04-30", policy=policy)["roll_rate"].tolist()[:2] == [0.25, 1]
    assert rates_of(ledger, "2026-04-30", policy=policy)["loss_rate"].tolist() == [0.5, 1, 1]


def test_a_write_off_on_the_way_is_lost() -> None:
    off = "item_id entry_type effective_on amount\nlate_1 write_off 2026-03-10 -27000"
    ledger = ledger_of(JANUARY, payments=PAID.replace("late_1 2026-03-10 27000\n", ""), entries=off, covers=COVERS)
    assert rates_of(ledger)["loss_rate"].round(4).tolist() == [0.29, 0.58, 0.087, 0.25, 1]


def test_of_the_oldest_bucket_the_write_offs_tell() -> None:
    items = "item_id document_date due_date amount\n1 2025-11-01 2025-12-01 300\n2 2025-11-01 2025-12-01 100"
    ledger = ledger_of(
        items,
        payments="item_id effective_on amount\n1 2026-06-10 300",
        entries="item_id entry_type effective_on amount\n2 write_off 2026-06-10 -100",
        covers=("2025-11-01", "2026-06-30"),
    )
    oldest = rates_of(ledger, "2026-06-30").loc["over 90"]
    assert (oldest["loss_rate"], oldest["loss_basis"], oldest["items"]) == (0.25, "what entered it", 2)


@pytest.mark.parametrize("cents", ["0", "0.01"])
def test_a_written_off_cent_does_not_make_the_oldest_bucket_safe(cents: str) -> None:
    """Of 400 that entered, 100 was paid; 300 is open or written off. What was there before is not of it."""
    items = """item_id document_date due_date amount
    old 2025-06-01 2025-07-01 1000
    1   2025-11-01 2025-12-01 300
    2   2025-11-01 2025-12-01 100"""
    off = "item_id entry_type effective_on amount\nold write_off 2026-06-10 -500"
    off += f"\n1 write_off 2026-06-10 -{cents}" if cents != "0" else ""
    payments = "item_id effective_on amount\n2 2026-06-10 100"
    ledger = ledger_of(items, payments=payments, entries=off, covers=("2025-06-01", "2026-06-30"))
    rates = ar.loss_rates(ledger, as_of="2026-06-30", months=6).set_index("bucket")
    assert rates.loc["over 90", "loss_rate"] == 0.75


def test_what_was_transferred_is_neither_lost_nor_paid() -> None:
    moved = "item_id entry_type effective_on amount\nlate_1 transfer 2026-03-10 -27000"
    ledger = ledger_of(JANUARY, payments=PAID.replace("late_1 2026-03-10 27000\n", ""), entries=moved, covers=COVERS)
    assert rates_of(ledger)["loss_rate"].round(4).tolist() == [0.0435, 0.087, 0.087, 0.25, 1]


def test_a_bucket_that_nothing_left_has_no_rate_but_a_reason() -> None:
    items = "item_id document_date due_date amount\n1 2026-01-10 2026-01-31 100"
    ledger = ledger_of(items, covers=COVERS)
    rates = rates_of(ledger, "2026-02-28")
    assert rates["reason"].tolist()[:4] == [
        "what rolled on went into a bucket without a loss rate",
        *["nothing left this bucket in these months"] * 3,
    ]
    assert pd.isna(rates.loc["1-30", "expected_loss"])
    assert rates.loc["31-60", "expected_loss"] == 0


def test_a_group_that_is_new_has_its_open_amount() -> None:
    items = """item_id customer_id document_date due_date amount
1 C1 2026-01-10 2026-01-31 100
2 C2 2026-03-30 2026-04-30 70"""
    rates = ar.loss_rates(ledger_of(items, covers=COVERS), as_of="2026-03-31", by="customer_id")
    of_new = rates[rates["customer_id"] == "C2"]
    assert of_new["open_amount"].tolist() == [70, 0, 0, 0, 0]
    assert of_new["items"].tolist() == [0] * 5


@on_drawn
def test_every_rate_is_a_share_and_the_open_amounts_are_the_aging(items: list[dict]) -> None:
    ledger = ledger_of_drawn(items)
    rates = ar.loss_rates(ledger, as_of=AS_OF, by="customer_id")
    assert rates["loss_rate"].dropna().between(0, 1).all()
    assert (rates["expected_loss"].fillna(0) <= rates["open_amount"] + 1e-9).all()
    assert rates["reason"].isna().eq(rates["loss_rate"].notna()).all()
    aging = ar.aging_table(ledger, as_of=AS_OF)
    assert rates["open_amount"].sum() == pytest.approx(aging["gross"].sum())
