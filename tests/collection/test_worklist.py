"""The worklist: which customers come first and why, what is not collected, and which step is next."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pandas as pd
import pytest

import arkit as ar
from arkit.policy import AgeWeight, Stage, default_rules
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


def test_the_priority_amount_is_what_can_be_asked_for_by_age_and_not_insured() -> None:
    """Of 1000 open 400 are insured. 100 at 10 days count a quarter, 300 at 40 three quarters, 500 at 70 whole."""
    customers = "customer_id insured_amount limit_currency\nC1 400 EUR"
    items = [late("C1", "100", days=10, item="A"), late("C1", "300", days=40, item="B"), late("C1", "500", days=70)]
    row = one(*items, late("C1", "100", days=-5, item="D"), customers=customers)
    assert (row["to_collect"], row["due_soon"], row["insured_share"], row["open_amount"]) == (900, 100, 0.4, 1000)
    assert row["priority_amount"] == (100 * 0.25 + 300 * 0.75 + 500) * 0.6
    assert "40 % of the balance is insured." in row["reasons"]
    assert row["next_step"].endswith("Keep to the insurer's notice period.")


def test_the_weights_are_data() -> None:
    stages = ar.CollectionPolicy(name="x", stages=[REMINDER], weights=[AgeWeight(from_days=61, weight=0.5)])
    row = one(late("C1", "100", item="A"), late("C1", "300", days=61), stages=stages)
    assert (row["to_collect"], row["priority_amount"]) == (400, 150)


def test_what_falls_due_soon_is_a_column_of_its_own() -> None:
    row = one(late("C1", "100"), late("C1", "20", days=-14, item="B"), late("C1", "7", days=-15, item="C"))
    assert (row["due_soon"], row["to_collect"], row["open_amount"]) == (20, 100, 127)


def test_the_items_to_ask_about_are_in_the_row() -> None:
    row = one(*[late("C1", f"{100 * day}", days=day, item=f"I{day}") for day in (10, 20, 30, 40, 50)])
    assert row["items_to_ask"] == "I50 (5,000, 50 days); I40 (4,000, 40 days); I30 (3,000, 30 days); 2 more"


def test_a_part_in_dispute_leaves_the_rest_to_collect() -> None:
    row = one(late("C1", "1000", item="A"), marks="item_id kind from amount\nA dispute 2026-05-10 10")
    assert (row["to_collect"], row["disputed_amount"], row["priority_amount"]) == (990, 10, 990 * 0.75)


@pytest.mark.parametrize("kind", ["promise", "plan"])
def test_what_is_promised_or_in_a_plan_is_not_asked_for(kind: str) -> None:
    marks = f"item_id kind from promised_on\nA {kind} 2026-06-20 2026-07-05"
    row = one(late("C1", "900", item="A"), late("C1", "100", item="B"), marks=marks)
    assert (row["to_collect"], row["past_due"], row["items_to_ask"]) == (100, 1000, "B (100, 60 days)")


def test_cash_on_account_is_applied_before_a_call() -> None:
    """A receipt not applied to any invoice covers what is past due: no stage, and another step."""
    paid = "R C1 2026-06-25 2026-06-25 -500 -"
    row = one(late("C1", "500"), paid)
    assert (row["unapplied"], row["next_step"], pd.isna(row["stage"])) == (500, text("collection.step.covered"), True)
    assert one(late("C1", "540"), paid)["next_step"] == text("collection.step.covered")
    part = one(late("C1", "900"), paid)
    assert part["next_step"].startswith(text("collection.step.apply_first"))


@pytest.mark.parametrize(
    ("old", "fresh", "stage"),
    [("300", "0", "call"), ("3000", "0", "agency"), ("3000", "60000", "call"), ("30000", "60000", "agency")],
)
def test_a_hard_step_is_in_proportion(old: str, fresh: str, stage: str) -> None:
    """Agency only for an amount and a share of the balance of that age; else the step concerns the item."""
    fresh_items = [late("C1", fresh, days=-20, item="F")] if fresh != "0" else []
    row = one(late("C1", old, days=120, item="OLD"), *fresh_items)
    assert row["stage"] == stage
    assert (row["next_step"].startswith("Clarify invoice OLD")) == (stage == "call")


def test_disputed_amounts_are_shown_and_not_collected() -> None:
    marks = "item_id kind from\nB dispute 2026-05-10"
    row = one(late("C1", "100", item="A"), late("C1", "900", days=170, item="B"), marks=marks)
    assert (row["disputed_amount"], row["open_amount"], row["oldest_days"]) == (900, 1000, 60)
    assert row["priority_amount"] == 100 * 0.75
    assert (row["stage"], "The disputed part is not collected." in row["reasons"]) == ("call", True)


def test_a_customer_who_disputes_everything_is_not_on_the_list() -> None:
    assert worked(late("C1", "100", item="A"), marks="item_id kind from\nA dispute 2026-05-10").empty


def test_a_customer_with_a_running_promise_goes_down() -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-20 2026-07-05"
    rows = worked(late("C1", "900"), late("C2", "100"), marks=marks)
    assert rows["customer_id"].tolist() == ["C2", "C1"]
    assert "900 is promised for 5 Jul 2026." in rows["reasons"].iloc[1]
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
    assert one(late("C1", "10000", days=days))["stage"] == stage


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
    assert set(old["stage"].dropna()) == {"call"}
    old = old[old["stage"].notna()]
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
        return text("collection.reason.promise", amount="900", day=day_shown(date(2026, 7, 5)))


def test_a_stage_before_the_first_day_is_the_first_one() -> None:
    stages = ar.CollectionPolicy(name="short", stages=(Stage(name="x", from_days=10, channel="", owner=""),))
    assert one(late("C1", "100", days=5), stages=stages)["stage"] == "x"


def test_a_category_may_have_its_latest_stage() -> None:
    """The earlier one of what the category and the stages allow counts."""
    [*others, risky] = default_rules().categories
    mild = [*others, msgspec.structs.replace(risky, latest_stage="letter")]
    rules = msgspec.structs.replace(default_rules(), categories=mild)
    ledger = ledger_of("\n".join([HEADER, late("C1", "10000")]), shape="settled", covers=("2026-01-01", DAY))
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
