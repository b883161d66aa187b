"""Categories: rules partition the customers, evidence can be read, and movers say what changed."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.policy import Category, CategoryPolicy, Limit, Rule, categories_of, default_rules
from arkit.words.catalogue import languages
from tests.literal import ledger_of

MEASURES = sorted({limit.measure for rule in default_rules().rules for limit in rule.when} - {"past_due_share"})
VERY_LATE = {"days_late_median": 90, "days_late": 90}
number = st.one_of(st.none(), st.floats(-50, 400, allow_nan=False))
customer = st.fixed_dictionaries({name: number for name in MEASURES})


def behaviour(*customers: dict[str, Any]) -> pd.DataFrame:
    """The behaviour of customers who pay on time, for years, but for what is stated."""
    usual = {
        "currency": "EUR", "name": "Somebody", "items": 20, "months_of_history": 24.0, "on_time_share": 1.0,
        "days_late": 0.0, "days_late_median": 0.0, "days_late_trend": 0.0, "material_days": 0, "silence": 0,
        "silence_in_gaps": None, "unusual_silence": None, "payments": 20,
        "open_amount": 100.0, "past_due": 0.0, "material_past_due": 0.0, "limit_use": None,
    }  # fmt: skip
    rows = [{"customer_id": f"C{n}", **usual, **said} for n, said in enumerate(customers)]
    numbers = {name: "float64" for name in rows[0] if name not in ("customer_id", "currency", "name")}
    return pd.DataFrame(rows).astype(numbers)


@given(customers=st.lists(customer, min_size=1, max_size=20))
def test_the_rules_partition_the_customers(customers: list[dict[str, float | None]]) -> None:
    """Whatever the measures are, missing ones too, each customer has one category: the gravest whose rules fired."""
    judged = ar.categorise(behaviour(*customers))
    assert len(judged) == len(customers)
    of_rule = {rule.name: rule.category for rule in default_rules().rules}
    for row in judged.to_dict("records"):
        fired = [of_rule[name] for name in row["rules"].split("; ") if name]
        assert row["category"] == max(fired, key=default_rules().names.index, default="reliable")


@pytest.mark.parametrize(
    ("said", "category", "evidence"),
    {
        "pays on time": ({}, "reliable", ""),
        "two invoices": ({"items": 2}, "new", "items 2 (at most 2)"),
        "just below new": ({"items": 3}, "reliable", ""),
        "late by the median": (
            {"days_late_median": 45, "days_late": 30},
            "risky",
            "days late, median 45 (at least 45), days late 30 (at least 30), items 20 (at least 3)",
        ),
        "a day short of it": ({"days_late_median": 44, "days_late": 60}, "reliable", ""),
        "late with cents only": ({"days_late_median": 45, "days_late": 1}, "reliable", ""),
        "risky beats new": ({"months_of_history": 2, "days_late_median": 60, "days_late": 60}, "risky", None),
        "half past due for a month": (
            {"material_past_due": 50, "material_days": 30, "on_time_share": 0.9},
            "problem",
            "past due, share 50% (at least 25%), material past due, days 30 (at least 30)",
        ),
        "one late invoice of a good payer": (
            {"material_past_due": 20, "material_days": 100, "on_time_share": 0.95},
            "reliable",
            "",
        ),
        "nobody is reliable while much is past due": (
            {"material_past_due": 80, "material_days": 100, "on_time_share": 0.95},
            "problem",
            None,
        ),
        "payments have stopped": (
            {"material_past_due": 30, "silence": 21, "silence_in_gaps": 2.9, "unusual_silence": 2},
            "problem",
            None,
        ),
        "stopped paying": ({"material_past_due": 50, "silence": 31, "silence_in_gaps": 3}, "risky", None),
        "silent for a while, as often": (
            {"material_past_due": 50, "silence": 29, "silence_in_gaps": 1, "unusual_silence": 0.9},
            "reliable",
            "",
        ),
        "a missing measure reaches no limit": ({"days_late_median": None, "on_time_share": None}, "reliable", ""),
    }.values(),
)  # fmt: skip
def test_a_category_follows_from_its_rules(said: dict[str, Any], category: str, evidence: str | None) -> None:
    [row] = ar.categorise(behaviour(said)).to_dict("records")
    assert row["category"] == category
    if evidence is not None:
        assert row["evidence"] == evidence


@pytest.mark.parametrize("language", languages())
def test_each_category_has_a_recommendation_in_each_language(language: str) -> None:
    customers = behaviour({}, {"items": 1}, {"days_late_median": 10, "on_time_share": 0.1}, VERY_LATE)
    judged = ar.categorise(customers, language=language)
    assert set(judged["category"]) == set(default_rules().names)
    assert judged["recommendation"].str.len().min() > 10
    assert judged["recommendation"].nunique() == 4


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ar.errors.UnknownNameError, match="de"):
        ar.categorise(behaviour({}), language="de")


def test_a_rule_on_an_unknown_measure_is_refused() -> None:
    rules = CategoryPolicy(
        name="mine", rules=(Rule(name="x", category="risky", when=(Limit(measure="mood", at_least=1),)),)
    )
    with pytest.raises(ar.errors.UnknownNameError, match="mood"):
        ar.categorise(behaviour({}), policy=rules)


VIP = Category(
    name="vip",
    say={
        "en": "The key account manager calls.",
        "ru": "Звонит менеджер ключевого клиента.",
        "zh": "由大客户经理致电。",
    },
)
OWN = CategoryPolicy(
    name="ours",
    categories=(VIP, Category(name="ordinary"), Category(name="risky")),
    otherwise="ordinary",
    rules=(
        Rule(name="buys a lot", category="vip", when=(Limit(measure="items", at_least=30),)),
        Rule(name="pays very late", category="risky", when=(Limit(measure="days_late_median", at_least=45),)),
    ),
)


@pytest.mark.parametrize("language", languages())
def test_a_category_of_the_companys_own(language: str) -> None:
    customers = behaviour({}, {"items": 40}, {"items": 40, "days_late_median": 90})
    judged = ar.categorise(customers, policy=OWN, language=language)
    assert judged["category"].tolist() == ["ordinary", "vip", "risky"]
    assert categories_of(judged) == OWN.names
    assert judged["recommendation"][1] == VIP.say[language]
    assert "ordinary" in judged["recommendation"][0]


def test_movers_and_the_matrix_know_categories_of_the_companys_own() -> None:
    before, after = (ar.categorise(behaviour(*said), policy=OWN) for said in ([{"items": 40}, {}], [{}, {"items": 40}]))
    moves = ar.migration(before, after)
    assert moves["moved"].tolist() == ["worse", "better"]
    assert categories_of(moves) == OWN.names
    classes = pd.DataFrame({"customer_id": ["C0", "C1"], "currency": "EUR", "class_of_exposure": ["A", "A"]})
    assert ar.category_matrix(after, classes)["category"].tolist() == ["ordinary", "vip"]


def test_tables_of_different_policies_are_not_compared() -> None:
    with pytest.raises(ar.errors.UnknownNameError, match="vip"):
        ar.migration(ar.categorise(behaviour({"items": 40}), policy=OWN), ar.categorise(behaviour({})))


def test_a_table_without_order_has_the_bundled_one() -> None:
    judged = ar.categorise(behaviour({}, {"items": 1}))
    plain = judged.astype({"category": str})
    assert categories_of(plain) == default_rules().names
    assert ar.migration(plain, plain)["moved"].tolist() == ["same", "same"]
    with pytest.raises(ar.errors.UnknownNameError, match="vip"):
        categories_of(plain.assign(category="vip"))


@pytest.mark.parametrize(
    ("language", "evidence"),
    {
        "en": "days late, median 90 (at least 45), days late 90 (at least 30), items 20 (at least 3)",
        "ru": (
            "дней опоздания, медиана: 90 (не менее 45), дней опоздания: 90 (не менее 30), документов: 20 (не менее 3)"
        ),
        "zh": "延迟付款天数中位数 90（不低于 45），延迟付款天数 90（不低于 30），单据数 20（不低于 3）",
    }.items(),
)
def test_evidence_is_in_the_language(language: str, evidence: str) -> None:
    assert ar.categorise(behaviour(VERY_LATE), language=language)["evidence"].tolist() == [evidence]


def test_planted_behaviours_have_the_category_they_were_made_for() -> None:
    """The sample says how each customer was made to pay.

    A good payer with one late invoice is no problem, but where it is a quarter of the balance and a month late: nobody
    is reliable while much is past due.
    """
    judged = ar.categorise(ar.payment_behaviour(ar.sample_ledger(), as_of="2026-10-31")).set_index("customer_id")
    planted = pd.read_csv(ar.resource("data/sample/answers/behaviours.csv"), dtype=str).set_index("customer_id")
    rows = judged.join(planted, how="inner")
    shares = pd.crosstab(rows["behaviour"], rows["category"], normalize="index")
    one = rows[rows["behaviour"] == "one late invoice"]
    assert set(one["rules"][one["category"] != "reliable"]) <= {"much is past due"}
    assert set(one["category"]) <= {"reliable", "problem"}
    assert shares.loc["punctual", "reliable"] > 0.9
    assert shares.loc["seasonal", "risky"] == 0
    # They pay a little less of each invoice: a matter for sales at first, but never reliable.
    assert shares.loc["declines", "problem"] == 1
    assert shares.loc["stops paying", "risky"] == 1


def test_movers_say_which_rules_began_and_ended() -> None:
    before = ar.categorise(behaviour({}, {"items": 1}, VERY_LATE))
    after = ar.categorise(behaviour(VERY_LATE, {"items": 3}))
    moves = ar.migration(before, after).set_index("customer_id")
    assert moves["moved"].to_dict() == {"C0": "worse", "C1": "better", "C2": "went"}
    assert moves.loc["C0", ["category_before", "category", "began", "ended"]].tolist() == [
        "reliable", "risky", "pays very late", ""
    ]  # fmt: skip
    assert moves.loc["C1", "ended"] == "little history"


def test_the_matrix_of_classes_and_categories_loses_nobody() -> None:
    items = """item_id customer_id document_date due_date amount settled_on
        A C1 2026-01-01 2026-01-31 800 -
        B C2 2026-01-01 2026-01-31 150 -
        C C3 2026-01-01 2026-01-31 50 -
        D C4 2026-01-01 2026-01-31 70 2026-01-20"""
    ledger = ledger_of(items, shape="settled", covers=("2026-01-01", "2026-12-31"))
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-12-31"))
    classes = ar.abc(ledger, as_of="2026-12-31")
    matrix = ar.category_matrix(judged, classes)
    found = {row["abc_class"]: (row["customers"], row["open_amount"]) for row in matrix.to_dict("records")}
    assert found == {"A": (1, 800.0), "B": (1, 150.0), "C": (1, 50.0), "none": (1, 0.0)}
    with pytest.raises(ar.errors.UnknownNameError, match="profit"):
        ar.category_matrix(judged, classes, of="profit")


DAY = "2026-06-30"
PAID = [f"I{month} C1 2025-{month:02}-01 2025-{month:02}-28 1000 2025-{month:02}-28" for month in range(1, 13)]


def judged_with(*rows: str, policy: ar.Policy | None = None, **tables: str) -> dict[str, Any]:
    """The category of a customer who paid a year of invoices on time and owes some more."""
    header = "item_id customer_id document_date due_date amount settled_on"
    ledger = ledger_of("\n".join([header, *PAID, *rows]), shape="settled", covers=("2025-01-01", DAY), **tables)
    [row] = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY, policy=policy), policy=policy).to_dict("records")
    return row


OLD = "OLD C1 2025-12-01 2025-12-31 {} -"


@pytest.mark.parametrize(
    ("amount", "marks", "category"),
    [
        ("0.01", "", "reliable"),
        ("99.99", "", "reliable"),
        ("100", "", "risky"),
        ("5000", "item_id kind from\nOLD dispute 2026-01-10", "reliable"),
        ("5000", "item_id kind from amount\nOLD dispute 2026-01-10 4950", "reliable"),
    ],
)
def test_neither_a_forgotten_cent_nor_a_dispute_makes_a_customer_risky(amount: str, marks: str, category: str) -> None:
    tables = {"marks": marks} if marks else {}
    row = judged_with(OLD.format(amount), **tables)
    assert (row["category"], row["material_days"]) == (category, 181 if category == "risky" else 0)


def test_an_immaterial_old_debt_lends_its_age_to_no_other() -> None:
    """A cent of 181 days beside 1000 of two days, on a balance of 1000.01."""
    row = judged_with(OLD.format("0.01"), "NEW C1 2026-06-01 2026-06-28 1000 -")
    assert (row["oldest_days"], row["material_days"], row["material_past_due"], row["category"]) == (
        181, 2, 1000.01, "reliable"
    )  # fmt: skip


def test_what_is_material_is_a_share_of_the_balance_and_in_the_policy() -> None:
    """Of 10,000 open, 400 are less than 5 %."""
    large = "LARGE C1 2026-06-01 2026-07-28 9600 -"
    assert judged_with(OLD.format("400"), large)["material_days"] == 0
    rules = msgspec.structs.replace(default_rules(), least_share=0.01)
    assert judged_with(OLD.format("400"), large, policy=ar.Policy(segmentation=rules))["material_days"] == 181


@pytest.mark.parametrize(("past_due", "limit_use", "offered"), [(0, 0.8, True), (0.01, 0.1, False), (0, 0.81, False)])
def test_longer_terms_are_for_those_who_owe_nothing_overdue(past_due: float, limit_use: float, offered: bool) -> None:
    [row] = ar.categorise(behaviour({"past_due": past_due, "limit_use": limit_use})).to_dict("records")
    assert ("longer term" in row["recommendation"]) == offered


def test_intercompany_is_apart_unless_the_policy_includes_it() -> None:
    ledger = ledger_of(
        "item_id customer_id document_date due_date amount settled_on\nA C1 2026-01-01 2026-01-31 100 -\n"
        "B C2 2026-01-01 2026-01-31 900 -",
        shape="settled", covers=("2026-01-01", DAY), customers="customer_id intercompany\nC2 true",
    )  # fmt: skip
    together = ar.Policy(intercompany="included")
    found = {}
    for name, policy in (("apart", ar.Policy()), ("included", together)):
        judged = ar.categorise(ar.payment_behaviour(ledger, as_of=DAY, policy=policy))
        kpis = ar.kpis(ledger, as_of=DAY, policy=policy).set_index("kpi")["value"]
        listed = ar.worklist(ledger, judged, as_of=DAY, policy=policy)["customer_id"].tolist()
        classes = ar.abc(ledger, as_of=DAY, policy=policy)["customer_id"].tolist()
        found[name] = (sorted(judged["customer_id"]), listed, sorted(classes), round(kpis["hhi"], 2))
    assert found["apart"] == (["C1"], ["C1"], ["C1"], 1.0)
    assert found["included"] == (["C1", "C2"], ["C2", "C1"], ["C1", "C2"], 0.82)
