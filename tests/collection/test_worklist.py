"""The worklist: which customers come first and why, what is not collected, and which step is next."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pandas as pd
import pytest

import arkit as ar
from arkit.policy import Stage, default_rules
from arkit.words.catalogue import languages, speaking, text
from arkit.words.columns import day_shown
from tests.literal import ledger_of

DAY = "2026-06-30"
HEADER = "item_id customer_id document_date due_date amount settled_on"


REMINDER = Stage(name="reminder", from_days=1, channel="e-mail", owner="clerk")
SAID = {
    "en": "Send the final notice by registered letter.",
    "ru": "Направить последнее уведомление заказным письмом.",
    "zh": "以挂号信寄出最后通知。",
}
NOTICE = Stage(name="final notice", from_days=45, channel="letter", owner="clerk", say=SAID)


def worked(
    *rows: str,
    capacity: int | None = None,
    stages: ar.CollectionPolicy | None = None,
    language: str | None = None,
    **tables: str,
) -> pd.DataFrame:
    ledger = ledger_of("\n".join([HEADER, *rows]), shape="settled", covers=("2026-01-01", DAY), **tables)
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY))
    return ar.worklist(ledger, judged, as_of=DAY, capacity=capacity, stages=stages, language=language)


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
    assert "50 % of the balance is insured." in row["reasons"]
    assert row["next_step"].endswith("Keep to the insurer's notice period.")


def test_disputed_amounts_are_shown_and_not_collected() -> None:
    marks = "item_id kind from\nB dispute 2026-05-10"
    row = one(late("C1", "100", item="A"), late("C1", "900", days=170, item="B"), marks=marks)
    assert (row["disputed_amount"], row["open_amount"], row["oldest_days"]) == (900, 1000, 60)
    assert row["priority_amount"] <= 100
    assert (row["stage"], "The disputed part is not collected." in row["reasons"]) == ("visit", True)


def test_a_customer_who_disputes_everything_is_not_on_the_list() -> None:
    assert worked(late("C1", "100", item="A"), marks="item_id kind from\nA dispute 2026-05-10").empty


def test_a_customer_with_a_running_promise_goes_down() -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-20 2026-07-05"
    rows = worked(late("C1", "900"), late("C2", "100"), marks=marks)
    assert rows["customer_id"].tolist() == ["C2", "C1"]
    assert "Payment is promised for 5 Jul 2026." in rows["reasons"].iloc[1]
    assert rows["next_step"].iloc[1].startswith("Wait for the promised payment")


def test_a_broken_promise_changes_no_rank() -> None:
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
    assert (
        "the oldest for 180 days. At least 20 % of the past-due amount is 20 days past due or more." in row["reasons"]
    )


def test_a_good_payer_with_one_old_invoice_is_called_before_anything_harder() -> None:
    """The sample's good payers with one late invoice of twice the usual size: 90 and 112 days past due."""
    ledger = ar.sample_ledger()
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31"))
    rows = ar.worklist(ledger, judged, as_of="2026-10-31").set_index("customer_id")
    old = rows[(rows["category"] == "reliable") & (rows["stage_days"] >= 90)]
    assert len(old) >= 2
    assert set(old["stage"]) == {"call"}
    assert old["reasons"].str.contains("Anything beyond the stage call needs a person's decision.").all()


@pytest.mark.parametrize(("language", "said"), SAID.items())
def test_a_stage_of_the_companys_own_has_its_sentence(language: str, said: str) -> None:
    stages = ar.CollectionPolicy(name="short", stages=[REMINDER, NOTICE])
    [row] = worked(late("C1", "100", days=60), stages=stages, language=language).to_dict("records")
    assert (row["stage"], row["next_step"]) == ("final notice", said)


@pytest.mark.parametrize(
    ("say", "language", "said"),
    [
        ({"en": "Ring them."}, "ru", "Ring them."),
        ({"ru": "Позвонить."}, "en", "Next step: final notice."),
        ({}, "zh", "下一步：final notice。"),
    ],
)
def test_a_missing_language_falls_back(say: dict[str, str], language: str, said: str) -> None:
    stage = Stage(name="final notice", from_days=45, channel="letter", owner="clerk", say=say)
    assert stage.sentence(language) == said


@pytest.mark.parametrize("language", languages())
def test_steps_and_reasons_are_in_the_language(language: str) -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-20 2026-07-05"
    [row] = worked(late("C1", "900"), marks=marks, language=language).to_dict("records")
    assert row["next_step"] == text("collection.step.promise", language=language)
    assert day_of_promise(language) in row["reasons"]
    assert text("segmentation.rule.much is past due", language=language) in row["reasons"]


def day_of_promise(language: str) -> str:
    with speaking(language):
        return text("collection.reason.promise", day=day_shown(date(2026, 7, 5)))


def test_a_stage_before_the_first_day_is_the_first_one() -> None:
    stages = ar.CollectionPolicy(name="short", stages=(Stage(name="x", from_days=10, channel="", owner=""),))
    assert one(late("C1", "100", days=5), stages=stages)["stage"] == "x"


def test_a_category_may_have_its_latest_stage() -> None:
    """The earlier one of what the category and the stages allow counts."""
    [*others, risky] = default_rules().categories
    mild = [*others, msgspec.structs.replace(risky, latest_stage="letter")]
    rules = msgspec.structs.replace(default_rules(), categories=mild)
    ledger = ledger_of("\n".join([HEADER, late("C1", "100")]), shape="settled", covers=("2026-01-01", DAY))
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY), policy=rules)
    judged["category"] = judged["category"].map(lambda _: "risky").astype(judged["category"].dtype)
    stage = ar.worklist(ledger, judged, as_of=DAY)["stage"].tolist()
    held = ar.worklist(ledger, judged, as_of=DAY, policy=ar.Policy(segmentation=rules))["stage"].tolist()
    assert (stage, held) == (["visit"], ["letter"])


def test_ranks_are_of_one_currency() -> None:
    ledger = ar.sample_ledger()
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31"))
    rows = ar.worklist(ledger, judged, as_of="2026-10-31")
    assert (rows.groupby("currency")["rank"].min() == 1).all()
    assert rows.groupby("currency")["rank"].apply(lambda ranks: ranks.is_monotonic_increasing).all()
    assert rows["next_step"].notna().all()
    assert (rows["reasons"].str.len() > 0).all()
