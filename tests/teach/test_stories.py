"""What each lesson tells is what its ledger holds, for every learner."""

import pytest

import arkit as ar
from arkit.teach import lesson

STUDENTS = ("", "Ann", "b", "c", "d")


@pytest.mark.parametrize("student", STUDENTS)
def test_lesson_1_has_its_planted_faults(student: str) -> None:
    ledger = lesson(1, student=student).ledger
    assert sorted(ledger.findings["code"]) == ["duplicate_item", "missing_due_date"]
    items = ar.open_items(ledger, as_of="2026-10-31").set_index("item_id")
    assert set(items.index[items["open_amount"] < 0]) == {"C21", "R34"}
    assert items.loc["105", "days_past_due"] == 0
    assert "109" not in items.index
    assert ar.reconcile(ledger, as_of="2026-10-31")["difference"].tolist() == [0]
    assert (ar.open_items(ledger, as_of="2026-11-16")["open_amount"] > 0).all()


@pytest.mark.parametrize("student", STUDENTS)
def test_in_lesson_2_sales_change_and_nobody_pays_otherwise(student: str) -> None:
    """Brigham's two quarters, 100, 200, 300 and 300, 200, 100: DSO 37.9 and 16.7 at 70 and 20 % uncollected."""
    ledger = lesson(2, student=student).ledger
    speed = {
        day: ar.kpis(ledger, as_of=day, window=91).set_index("kpi")["value"] for day in ("2026-06-30", "2026-09-30")
    }
    june, september = speed.values()
    assert 35 < june["dso"] < 41
    assert 14 < september["dso"] < 19
    assert september["countback_dso"] > june["countback_dso"]
    assert september["sales_weighted_dso"] == pytest.approx(june["sales_weighted_dso"])
    assert june["unapplied_ratio"] > 0


@pytest.mark.parametrize("student", STUDENTS)
def test_lesson_3_tells_decline_from_season_and_habit_from_accident(student: str) -> None:
    ledger = lesson(3, student=student).ledger
    judged = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31")).set_index("customer_id")
    assert judged["category"].to_dict() == {
        "Aspen Foods": "reliable",
        "Beech Retail": "problem",
        "Cypress Build": "risky",
        "Dahlia Garden": "reliable",
        "Fern Print": "reliable",
        "Hazel Cafe": "new",
    }
    assert judged["oldest_days"].nlargest(2).index.tolist() == ["Cypress Build", "Aspen Foods"]
    payers = ar.deteriorating_payers(ledger, as_of="2026-10-31")
    assert payers.loc[payers["deteriorating"], "customer_id"].tolist() == ["Fern Print"]
    assert not ar.deteriorating_payers(ledger, as_of="2025-10-31")["deteriorating"].any()
