"""The worklist: which customers come first and why, what is not collected, and which step is next."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pandas as pd
import pytest

import arkit as ar
from arkit.policy import AgeWeight, Stage, default_rules, default_stages
from arkit.reports.customers import CustomersPage
from arkit.words.catalogue import languages, speaking, text
from arkit.words.columns import day_shown
from tests.literal import ledger_of

DAY = "2026-06-30"
SAMPLE_DAY = "2026-10-31"
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
    assert "Priority = 900 to collect x 83 % by age x 60 % not insured." in row["reasons"]


def test_the_weights_are_data() -> None:
    stages = ar.CollectionPolicy(name="x", stages=[REMINDER], weights=[AgeWeight(from_days=61, weight=0.5)])
    row = one(late("C1", "100", item="A"), late("C1", "300", days=61), stages=stages)
    assert (row["to_collect"], row["priority_amount"]) == (400, 150)


def test_what_falls_due_soon_is_a_column_of_its_own() -> None:
    row = one(late("C1", "100"), late("C1", "20", days=-14, item="B"), late("C1", "7", days=-15, item="C"))
    assert (row["due_soon"], row["to_collect"], row["open_amount"]) == (20, 100, 127)


def test_the_items_to_ask_about_are_in_the_row() -> None:
    row = one(*[late("C1", f"{100 * day}", days=day, item=f"I{day}") for day in (10, 20, 30, 40, 50)])
    assert row["items_to_ask"] == "I50 (5,000, 50 days); I40 (4,000, 40 days); I30 (3,000, 30 days); 2 more (3,000)"


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
    assert part["next_step"].startswith("First apply the cash and credits on account: 500 of what is past due.")
    assert (part["to_collect"], part["priority_amount"]) == (400, 400 * 0.75)


@pytest.mark.parametrize(
    ("old", "fresh", "stage"),
    [("300", "0", "call"), ("3000", "0", "agency"), ("3000", "60000", "call"), ("30000", "60000", "agency")],
)
def test_a_hard_step_is_in_proportion(old: str, fresh: str, stage: str) -> None:
    """Agency only for an amount and a share of the balance of that age; else the step concerns the item."""
    fresh_items = [late("C1", fresh, days=-20, item="F")] if fresh != "0" else []
    row = one(late("C1", old, days=120, item="OLD"), *fresh_items)
    assert row["stage"] == stage
    if old != "3000":
        assert row["next_step"].startswith("Clarify invoice OLD") == (stage == "call")


def test_disputed_amounts_are_shown_and_not_collected() -> None:
    marks = "item_id kind from\nB dispute 2026-05-10"
    row = one(late("C1", "100", item="A"), late("C1", "900", days=170, item="B"), marks=marks)
    assert (row["disputed_amount"], row["open_amount"], row["oldest_days"]) == (900, 1000, 60)
    assert row["priority_amount"] == 100 * 0.75
    assert (row["stage"], "900 is disputed and not collected." in row["reasons"]) == ("call", True)


def test_a_customer_who_disputes_everything_is_not_on_the_list() -> None:
    assert worked(late("C1", "100", item="A"), marks="item_id kind from\nA dispute 2026-05-10").empty


def test_a_customer_with_a_running_promise_goes_down() -> None:
    marks = "customer_id kind from promised_on\nC1 promise 2026-06-20 2026-07-05"
    rows = worked(late("C1", "900"), late("C2", "100"), marks=marks)
    assert rows["customer_id"].tolist() == ["C2", "C1"]
    assert "Promised: 900 for 5 Jul 2026." in rows["reasons"].iloc[1]
    assert rows["next_step"].iloc[1].startswith("Wait for the promised payment")


def test_a_broken_promise_changes_no_rank_and_is_a_reason() -> None:
    """Of three promises on 20 June one was paid in time; a letter to who has promised is a step back: a call."""
    items = [late("C1", "900", days=20), late("C2", "100", days=20), "P C1 2026-05-01 2026-05-31 50 2026-06-20"]
    marks = """item_id kind from promised_on amount
        C1 promise 2026-06-12 2026-06-20 900
        P promise 2026-06-12 2026-06-20 50"""
    rows = worked(*items, marks=marks)
    assert rows["customer_id"].tolist() == ["C1", "C2"]
    assert rows["promise"].isna().all()
    assert rows["reasons"].str.contains("A promise was broken: 900 for 20 Jun 2026.").tolist() == [True, False]
    assert rows["stage"].tolist() == ["call", "letter"]


@pytest.mark.parametrize(
    ("days", "stage"),
    [(4, "reminder"), (14, "reminder"), (15, "letter"), (30, "call"), (60, "visit"), (90, "agency"), (149, "agency")],
)
def test_the_stage_follows_from_the_days(days: int, stage: str) -> None:
    assert one(late("C1", "10000", days=days))["stage"] == stage


def test_a_forgotten_cent_is_no_lawsuit() -> None:
    row = one(
        "A C1 2026-01-01 2026-01-01 5 -", late("C1", "995", days=20, item="B"), late("C1", "10", days=3, item="C")
    )
    assert (row["oldest_days"], row["stage_days"], row["stage"]) == (180, 20, "letter")
    assert "the oldest for 180 days. 1,000 of it is 20 days past due or more." in row["reasons"]


def test_nobody_who_pays_later_invoices_is_sent_to_an_agency_or_to_court() -> None:
    """The sample: whoever has later invoices settled and a recent payment is asked about the invoice."""
    ledger = ar.sample_ledger()
    behaviour = ar.payment_behaviour(ledger, as_of=SAMPLE_DAY).set_index("customer_id")
    rows = ar.worklist(ledger, ar.categorise(behaviour.reset_index()), as_of=SAMPLE_DAY).set_index("customer_id")
    hard = rows[rows["stage"].isin(["visit", "agency", "court"])]
    invoices = ar.open_items(ledger, as_of=SAMPLE_DAY)
    paid = ledger.items[(ledger.items["item_type"] == "invoice") & ~ledger.items["item_id"].isin(invoices["item_id"])]
    for customer in hard.index:
        oldest = invoices[(invoices["customer_id"] == customer) & (invoices["open_amount"] > 0)]["due_date"].min()
        later = paid[(paid["customer_id"] == customer) & (paid["due_date"] > oldest)]
        recent = (pd.Timestamp(SAMPLE_DAY) - behaviour.loc[customer, "last_payment"]).days <= 30
        assert not (len(later) >= 3 and recent), customer
    assert len(hard) >= 2
    assert rows["next_step"].str.startswith("Clarify invoice").sum() >= 2


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
        return text("collection.promised", amount="900", day=day_shown(date(2026, 7, 5)))


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


# Who left out an invoice, who stopped, who pays short


def paid(customer: str, amount: str, *, due: int, ago: int, item: str) -> str:
    """An invoice that fell due ``due`` days ago and was paid ``ago`` days ago."""
    day = pd.Timestamp(DAY)
    due_day, paid_day = (day - pd.Timedelta(days=days) for days in (due, ago))
    return f"{item} {customer} {(due_day - pd.Timedelta(days=30)).date()} {due_day.date()} {amount} {paid_day.date()}"


def weekly(customer: str, *, until: int, amount: str = "1000") -> list[str]:
    """Invoices of a customer who paid every seven days, the last one ``until`` days ago."""
    return [paid(customer, amount, due=ago, ago=ago, item=f"{customer}-{ago}") for ago in range(until, 140, 7)]


@pytest.mark.parametrize(
    ("later", "ago", "stage"),
    [
        (["100", "100", "100"], 10, "call"),  # three later ones are paid
        (["100", "100"], 10, "agency"),  # two are not enough
        (["9000", "3000"], 10, "call"),  # unless they are worth as much
    ],
)
def test_an_invoice_that_was_left_out_is_clarified(later: list[str], ago: int, stage: str) -> None:
    items = [paid("C1", amount, due=110 - n, ago=ago + n, item=f"P{n}") for n, amount in enumerate(later)]
    row = one(late("C1", "12000", days=120, item="OLD"), *items)
    assert row["stage"] == stage
    assert row["next_step"].startswith("Clarify invoice OLD (12,000, 120 days)") == (stage == "call")
    assert ("something holds up" in row["reasons"]) == (stage == "call")


def test_who_has_not_paid_for_longer_than_twice_the_usual_gap_has_left_nothing_out() -> None:
    """A payment every 40 days, of invoices that fell due later; the last was 95, or 60, days ago."""
    old = late("C1", "12000", days=179, item="OLD")
    later = [[paid("C1", "100", due=ago, ago=ago, item=f"P{ago}") for ago in range(last, 178, 40)] for last in (95, 60)]
    assert [one(old, *paid_ones)["stage"] for paid_ones in later] == ["agency", "call"]


def test_a_call_about_many_items_stays_a_call() -> None:
    later = [paid("C1", "100", due=10 + n, ago=5 + n, item=f"P{n}") for n in range(3)]
    old = [late("C1", "1000", days=days, item=f"I{days}") for days in (40, 41, 42)]
    assert one(*old, *later)["next_step"].startswith("Call: ask why")
    assert one(*old[:2], *later)["next_step"].startswith("Clarify invoices I41 (1,000, 41 days); I40")


def test_who_paid_every_week_and_stops_is_called_whatever_the_days() -> None:
    """Nothing for 29 days and 26,000 past due, where a payment came every week: neither reliable nor a letter."""
    row = one(*weekly("C1", until=29), late("C1", "26000", days=26, item="A"))
    assert (row["category"], row["stage"]) == ("problem", "call")
    assert row["next_step"].startswith("Call the management today")
    assert row["next_step"].endswith("Hold new deliveries, or release them against payment.")
    assert "29 days ago; usually one every 7 days." in row["reasons"]
    assert one(*weekly("C1", until=15), late("C1", "26000", days=26, item="A"))["stage"] == "letter"


def test_silence_counts_from_when_something_was_due() -> None:
    """Nothing was paid for 29 days, and nothing was due until five days ago."""
    row = one(*weekly("C1", until=29), late("C1", "26000", days=5, item="A"))
    assert (row["category"], row["stage"]) == ("reliable", "reminder")


SHORT = [
    *(f"S{n} C1 2026-03-{10 + n} 2026-04-{10 + n} 1000 EUR invoice" for n in range(5)),
    *(f"R{n} C1 2026-04-{10 + n} 2026-04-{10 + n} -900 EUR receipt" for n in range(5)),
]


def short_payer(*rows: str) -> dict[str, Any]:
    """A customer who paid 900 of each of five invoices of 1,000."""
    header = "item_id customer_id document_date due_date amount currency item_type"
    applied = [f"S{n} R{n} 2026-04-{10 + n} 900" for n in range(5)]
    applications = "\n".join(["item_id counterpart_item_id effective_on amount", *applied])
    items = "\n".join([header, *SHORT, *rows])
    ledger = ledger_of(items, applications=applications, covers=("2026-01-01", DAY))
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY))
    [row] = ar.worklist(ledger, judged, as_of=DAY).to_dict("records")
    return dict(row)


def test_short_payments_are_settled_with_sales_and_not_chased_by_their_age() -> None:
    """Five rests of 100 at 77 days and more, beside 800 at 10 days, of which the reminder is about."""
    alone, beside = short_payer(), short_payer("A C1 2026-05-21 2026-06-20 800 EUR invoice")
    assert pd.isna(alone["stage"])
    assert alone["next_step"] == "Settle the deductions with sales: 5 invoices paid short, 500."
    assert alone["items_to_ask"] == "5 invoices paid short (500, 77 to 81 days)"
    assert beside["next_step"].endswith("Of the other 800: Send a friendly reminder with the statement.")
    assert (beside["stage"], beside["to_collect"]) == ("reminder", 1300)


def test_a_payment_short_of_an_invoice_pays_it_and_not_what_was_deducted_before() -> None:
    row = short_payer("A C1 2026-05-21 2026-06-20 800 EUR invoice", "R C1 2026-06-29 2026-06-29 -700 EUR receipt")
    assert row["items_to_ask"] == "A (100, 10 days); 5 invoices paid short (500, 77 to 81 days)"


@pytest.mark.parametrize(
    ("received", "left"),
    [
        (["-300"], "A (100, 60 days); C (400, 40 days)"),  # its very amount
        (["-700"], "A (100, 60 days)"),  # the sum of two
        (["-400", "-400"], "C (400, 40 days)"),  # the amount of one, then the sum of the two oldest
        (["-800"], ""),  # the sum of the oldest three
        (["-150"], "B (250, 50 days); C (400, 40 days)"),  # none: the oldest first
    ],
)
def test_cash_on_account_is_taken_off_to_the_cent_then_oldest_first(received: list[str], left: str) -> None:
    items = [late("C1", "100", item="A"), late("C1", "300", days=50, item="B"), late("C1", "400", days=40, item="C")]
    cash = [f"R{n} C1 2026-06-25 2026-06-25 {amount} -" for n, amount in enumerate(received)]
    row = one(*items, *cash)
    exact = {"-800": "800 of it matches invoices to the cent", "-150": "150 on account is taken off."}
    assert exact.get(received[0], "matches invoices to the cent") in row["reasons"]
    if received == ["-400", "-400"]:
        # The first settles C; the second is A and B.
        assert row["to_collect"] == 0
    else:
        assert ("" if pd.isna(row["items_to_ask"]) else row["items_to_ask"]) == left


def test_every_old_credit_is_named() -> None:
    row = one(late("C1", "9000"), "N C1 2026-04-30 2026-04-30 -20 -", "R C1 2026-05-01 2026-05-01 -10 -")
    assert "Credits on account for long: N (20.00, 61 days)." in row["reasons"]


def test_days_of_grace_are_not_asked_for() -> None:
    row = one(late("C1", "900", days=3, item="A"), late("C1", "100", days=4, item="B"))
    assert (row["to_collect"], row["priority_amount"], row["past_due"]) == (100, 25, 1000)
    assert "900 is past due for 3 days at most and not asked for yet." in row["reasons"]
    assert worked(late("C1", "900", days=3)).empty


def test_above_the_limit_deliveries_are_held_unless_they_are() -> None:
    customers = "customer_id credit_limit limit_currency\nC1 500 EUR"
    items = [late("C1", "900", days=20), late("C1", "100", days=-5, item="B")]
    over = "200 % of the credit limit is used, and 100 more falls due within 14 days."
    assert one(*items, customers=customers)["next_step"].endswith(over)
    held = one(*items, customers=customers, marks="customer_id kind from\nC1 hold 2026-06-01")
    assert "Hold" not in held["next_step"]
    assert "Supply is on hold since 1 Jun 2026." in held["reasons"]


@pytest.mark.parametrize(
    ("days", "period", "said"),
    [
        (40, None, "Check the insurer's notice period."),
        (40, 60, "Notify the insurer by 20 Jul 2026."),
        (70, 60, "Notify the insurer today."),
        (100, None, "Do so only with the insurer's consent. Check the insurer's notice period."),
        (179, None, "consent. Is the claim filed with the insurer? If not, file it now."),
    ],
)
def test_the_insurer_is_told_in_time_and_asked_first(days: int, period: int | None, said: str) -> None:
    stages = msgspec.structs.replace(default_stages(), insurer_notice_days=period, claim_after_days=150)
    customers = "customer_id insured_amount limit_currency\nC1 4000 EUR"
    assert said in one(late("C1", "12000", days=days), customers=customers, stages=stages)["next_step"]
    assert "insurer" not in one(late("C1", "12000", days=days), stages=stages)["next_step"]


def test_of_several_promises_the_next_day_is_shown_and_each_is_listed() -> None:
    marks = """item_id kind from promised_on amount
        A promise 2026-06-20 2026-07-15 500
        B promise 2026-06-20 2026-07-05 300"""
    row = one(late("C1", "500", item="A"), late("C1", "300", item="B"), late("C1", "100"), marks=marks)
    assert row["promise"] == pd.Timestamp("2026-07-05")
    assert "Promised: 300 for 5 Jul 2026; 500 for 15 Jul 2026." in row["reasons"]


def test_only_what_is_old_enough_is_named_where_a_step_is_milder() -> None:
    row = one(late("C1", "3000", days=120, item="OLD"), late("C1", "9500", days=40, item="NEW"))
    assert "Only 3,000, 24 % of the balance, is 60 days past due or more; therefore the stage call." in row["reasons"]


def test_the_reasons_name_the_gravest_rules_only() -> None:
    row = one(late("C1", "9000", days=150, item="A"), late("C1", "9000", days=150, item="B"), late("C1", "1", item="D"))
    assert "Category risky: pays very late; owes for very long." in row["reasons"]


def test_an_item_in_another_currency_has_its_own_amount_beside() -> None:
    """In the page's euro: the receipt is to the cent the sum of two invoices in dollars."""
    items = """item_id customer_id document_date due_date amount currency item_type
        A C1 2026-03-01 2026-04-01 333.33 USD invoice
        B C1 2026-03-01 2026-04-11 777.77 USD invoice
        C C1 2026-03-01 2026-04-21 500.00 USD invoice
        R C1 2026-06-20 2026-06-20 -1277.77 USD receipt"""
    rates = "currency base_currency date rate\nUSD EUR 2026-06-30 0.9173"
    ledger = ledger_of(items, rates=rates, covers=("2026-01-01", DAY))
    page = CustomersPage(ledger, day=date(2026, 6, 30))
    [row] = page.ranked.to_dict("records")
    assert (row["currency"], row["items_to_ask"]) == ("EUR", "A (333 USD = 306, 90 days)")
