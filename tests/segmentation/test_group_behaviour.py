"""Groups against their own history: equal maturity of windows, small groups pooled, n shown."""

import pandas as pd
import pytest

import arkit as ar

COVERS = ("2024-06-30", "2026-06-30")


def ledger_with(*customers: tuple[str, str, list[int]]) -> ar.Ledger:
    """Each customer: number, industry, and how late one invoice of 100 was paid in each of eight quarters."""
    rows = []
    for number, _, lateness in customers:
        for quarter, days in enumerate(lateness):
            due = pd.Timestamp("2024-08-15") + pd.DateOffset(months=3 * quarter)
            rows.append(
                [f"{number}-{quarter}", number, due - pd.Timedelta(days=30), due, due + pd.Timedelta(days=days)]
            )
    items = pd.DataFrame(rows, columns=["item_id", "customer_id", "document_date", "due_date", "settled_on"])
    items["settled_on"] = items["settled_on"].where(items["settled_on"] <= pd.Timestamp(COVERS[1]))
    names = pd.DataFrame([(number, industry) for number, industry, _ in customers], columns=["customer_id", "industry"])
    tables = {"items": items.assign(amount=100.0, currency="EUR"), "customers": names}
    return ar.make_ledger(**tables, shape="settled", covers=COVERS)


def groups(ledger: ar.Ledger, **how: object) -> pd.DataFrame:
    return ar.group_behaviour(ledger, as_of="2026-06-30", **{"least": 1, **how}).set_index("industry")


STEADY, SLOWING, FASTER = [5] * 8, [5, 5, 5, 5, 5, 5, 20, 25], [9, 9, 9, 9, 9, 9, 1, 0]


def test_a_group_is_held_against_its_own_history() -> None:
    ledger = ledger_with(("C1", "Steel", STEADY), ("C2", "Food", SLOWING), ("C3", "Paper", FASTER))
    table = groups(ledger)
    assert table["against_history"].to_dict() == {
        "Steel": "as before", "Food": "slower than ever", "Paper": "faster than ever"
    }  # fmt: skip
    assert table.loc["Food", ["customers", "items", "days_late", "windows"]].tolist() == [1, 2, 22.5, 3]
    assert table.loc["Paper", ["days_late_least", "days_late_most", "on_time_share_amount"]].tolist() == [9, 9, 0.5]


def test_earlier_windows_are_seen_as_they_were_at_their_end() -> None:
    """Paid 60 days late in each quarter: at the end of a window the last invoice was only 46 days late so far."""
    table = groups(ledger_with(("C1", "Steel", [60] * 8)))
    assert table.loc["Steel", "days_late"] == (60 + 46) / 2
    # The windows end on 31 December, 30 June: 46 days after 15 November, 46 after 15 May.
    assert table.loc["Steel", ["days_late_least", "days_late_most"]].tolist() == [53, 53]
    assert table.loc["Steel", "against_history"] == "as before"


def test_small_groups_are_pooled_and_said_so() -> None:
    customers = [(f"C{n}", "Steel", STEADY) for n in range(5)] + [("C8", "Food", SLOWING), ("C9", "Paper", FASTER)]
    table = groups(ledger_with(*customers), least=5)
    assert table["customers"].to_dict() == {"Steel": 5, "small groups": 2}
    assert table.loc["small groups", "pooled"] == "Food, Paper"
    assert table.loc["Steel", "pooled"] == ""


def test_nobody_is_lost_by_pooling() -> None:
    ledger = ar.sample_ledger()
    whole = ar.group_behaviour(ledger, as_of="2026-10-31", by="currency", least=1)
    for by in ("industry", "size", "country", "salesperson"):
        table = ar.group_behaviour(ledger, as_of="2026-10-31", by=by)
        for name in ("items", "billed_amount"):
            sums = table.groupby("currency")[name].sum().round(3)
            assert sums.to_dict() == whole.set_index("currency")[name].round(3).to_dict()


def test_a_customer_without_the_attribute_is_in_a_group_of_its_own() -> None:
    ledger = ledger_with(("C1", "Steel", STEADY), ("C2", None, STEADY))
    assert groups(ledger)["customers"].to_dict() == {"Steel": 1, "not known": 1}


def test_without_history_there_is_no_verdict() -> None:
    table = groups(ledger_with(("C1", "Steel", STEADY)), months=24)
    assert table["against_history"].tolist() == ["no history"]


@pytest.mark.parametrize("wrong", [{"months": 0}, {"least": 0}, {"by": "weather"}])
def test_impossible_questions_are_refused(wrong: dict) -> None:
    with pytest.raises(ar.errors.UnknownNameError):
        ar.group_behaviour(ar.sample_ledger(), as_of="2026-10-31", **wrong)
