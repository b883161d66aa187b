"""The worklist: who comes first and why, what is not chased, and which step is next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import arkit as ar
from arkit.collection.stages import Stage
from tests.literal import ledger_of

DAY = "2026-06-30"
HEADER = "item_id customer_id document_date due_date amount settled_on"


def worked(
    *rows: str, capacity: int | None = None, stages: ar.CollectionPolicy | None = None, **tables: str
) -> pd.DataFrame:
    ledger = ledger_of("\n".join([HEADER, *rows]), shape="settled", covers=("2026-01-01", DAY), **tables)
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY))
    return ar.worklist(ledger, judged, as_of=DAY, capacity=capacity, stages=stages)


def one(*rows: str, **how: Any) -> dict[str, Any]:
    [row] = worked(*rows, **how).to_dict("records")
    return row


def late(customer: str, amount: str, *, days: int = 60, item: str = "") -> str:
    due = pd.Timestamp(DAY) - pd.Timedelta(days=days)
    return f"{item or customer} {customer} {(due - pd.Timedelta(days=30)).date()} {due.date()} {amount} -"


def test_the_larger_priority_amount_comes_first_and_ties_go_to_the_older() -> None:
    rows = worked(late("C1", "100"), late("C2", "500"), late("C3", "100", days=70))
    assert rows["customer_id"].tolist() == ["C2", "C3", "C1"]
    assert rows["rank"].tolist() == [1, 2, 3]


def test_capacity_cuts_the_list() -> None:
    assert worked(late("C1", "100"), late("C2", "500"), capacity=1)["customer_id"].tolist() == ["C2"]


def test_the_priority_amount_is_exposure_by_observed_chance_by_share_not_insured() -> None:
    """Of 1000 that were due in six months 250 were paid in time; 400 of the 800 open are insured."""
    customers = "customer_id insured_amount limit_currency\nC1 400 EUR"
    row = one(
        "A C1 2026-02-01 2026-03-03 250 2026-03-01",
        "B C1 2026-04-01 2026-05-01 750 -",
        "C C1 2026-06-20 2026-07-20 50 -",
        customers=customers,
    )
    assert (row["chance_late"], row["insured_share"], row["open_amount"]) == (0.75, 0.5, 800)
    assert row["priority_amount"] == 800 * 0.75 * 0.5
    assert "50 % insured" in row["reasons"]
    assert row["next_step"].endswith("Keep to the insurer's notice period.")


def test_disputed_amounts_are_shown_and_not_chased() -> None:
    marks = "item_id kind from\nB dispute 2026-05-10"
    row = one(late("C1", "100", item="A"), late("C1", "900", days=170, item="B"), marks=marks)
    assert (row["disputed_amount"], row["open_amount"], row["oldest_days"]) == (900, 1000, 60)
    assert row["priority_amount"] <= 100
    assert (row["stage"], "a disputed part is not chased" in row["reasons"]) == ("visit", True)


def test_who_disputes_everything_is_not_on_the_list() -> None:
    assert worked(late("C1", "100", item="A"), marks="item_id kind from\nA dispute 2026-05-10").empty


def test_who_keeps_a_promise_goes_down() -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-20 2026-07-05"
    rows = worked(late("C1", "900"), late("C2", "100"), marks=marks)
    assert rows["customer_id"].tolist() == ["C2", "C1"]
    assert "payment promised for 2026-07-05" in rows["reasons"].iloc[1]
    assert rows["next_step"].iloc[1].startswith("Wait for the promised payment")


def test_a_broken_promise_helps_nobody() -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-01 2026-06-20"
    rows = worked(late("C1", "900"), late("C2", "100"), marks=marks)
    assert rows["customer_id"].tolist() == ["C1", "C2"]
    assert rows["promise"].isna().all()


@pytest.mark.parametrize(
    ("days", "stage"),
    [(1, "reminder"), (14, "reminder"), (15, "letter"), (30, "call"), (60, "visit"), (90, "agency"), (149, "agency")],
)
def test_the_stage_follows_from_the_days(days: int, stage: str) -> None:
    assert one(late("C1", "100", days=days))["stage"] == stage


def test_a_forgotten_cent_is_no_lawsuit() -> None:
    row = one(
        "A C1 2026-01-01 2026-01-01 5 -", late("C1", "995", days=20, item="B"), late("C1", "10", days=3, item="C")
    )
    assert (row["oldest_days"], row["stage_days"], row["stage"]) == (180, 20, "letter")
    assert "the oldest for 180 days; 20 % of it for 20 days or more" in row["reasons"]


def test_a_good_payer_with_one_old_invoice_is_called_before_anything_harder() -> None:
    """The sample's good payers with one late invoice of twice the usual size: 90 and 112 days past due."""
    ledger = ar.sample_ledger()
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31"))
    rows = ar.worklist(ledger, judged, as_of="2026-10-31").set_index("customer_id")
    old = rows[(rows["category"] == "reliable") & (rows["stage_days"] >= 90)]
    assert len(old) >= 2
    assert set(old["stage"]) == {"call"}
    assert old["reasons"].str.contains("beyond a call somebody has to decide").all()


def test_stages_are_the_companys_own() -> None:
    stages = ar.CollectionPolicy(
        name="short", stages=(Stage(name="reminder", from_days=10, channel="e-mail", owner="clerk"),)
    )
    assert one(late("C1", "100", days=5), stages=stages)["stage"] == "reminder"


@pytest.mark.parametrize(
    "text",
    ['latest_stage = { reliable = "hug" }', "share_of_stage = 0", "share_of_stage = 1.5"],
)
def test_a_policy_that_cannot_be_meant_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "collection.toml"
    stage = 'name = "reminder"\nfrom_days = 1\nchannel = "e-mail"\nowner = "clerk"'
    file.write_text(f'name = "x"\n{text}\n[[stages]]\n{stage}\n')
    with pytest.raises(ar.errors.PolicyError):
        ar.CollectionPolicy.load(file)


def test_ranks_are_of_one_currency() -> None:
    ledger = ar.sample_ledger()
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31"))
    rows = ar.worklist(ledger, judged, as_of="2026-10-31")
    assert (rows.groupby("currency")["rank"].min() == 1).all()
    assert rows.groupby("currency")["rank"].apply(lambda ranks: ranks.is_monotonic_increasing).all()
    assert rows["next_step"].notna().all()
    assert (rows["reasons"].str.len() > 0).all()
