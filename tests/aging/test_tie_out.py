"""Tie-out: what each difference to the general ledger is, account by account."""

from __future__ import annotations

import pytest

from arkit.aging.reconcile import credit_balances, late_entries, reconcile, require_reconciled, tie_out
from arkit.errors import ReconciliationError
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.read.reading import make_ledger
from arkit.sample import generate

pytestmark = pytest.mark.usefixtures("engine")

pl = pytest.importorskip("polars")
DAY = "2026-10-31"


def book(gl: dict[str, float], **accounts: list[tuple[float, str]]) -> Ledger:
    """Return a ledger of one entity: for each account its items, an amount with the day on which it was recorded."""
    rows = [(account, amount, recorded) for account, items in accounts.items() for amount, recorded in items]
    items = pl.DataFrame(
        {
            "item_id": [f"I{number}" for number in range(len(rows))],
            "entity": "ES",
            "account": [account for account, _, _ in rows],
            "customer_id": [f"C{number}" for number in range(len(rows))],
            "document_date": "2026-10-15",
            "recorded_on": [recorded for _, _, recorded in rows],
            "due_date": "2026-11-15",
            "currency": "EUR",
            "amount": [amount for _, amount, _ in rows],
        }
    )
    balances = pl.DataFrame(
        {"entity": "ES", "account": list(gl), "date": DAY, "currency": "EUR", "balance": list(gl.values())},
        schema_overrides={"balance": pl.Float64},
    )
    return make_ledger(items=items, gl=balances, covers=("2026-10-01", "2026-11-30"))


def verdicts(ledger: Ledger, **policy: float) -> dict[str, str]:
    table = tie_out(ledger, as_of=DAY, policy=Policy(**policy))
    return dict(zip(table["account"], table["verdict"], strict=True))


IN_TIME, LATE = "2026-10-15", "2026-11-03"


@pytest.mark.parametrize(
    ("gl", "items", "verdict"),
    [
        ({"A": 100.0}, {"A": [(100.0, IN_TIME)]}, "agrees"),
        ({"A": 100.0}, {"A": [(100.0, IN_TIME), (7.0, LATE)]}, "recorded after the cut-off"),
        ({"A": 107.0}, {"A": [(100.0, IN_TIME), (7.0, LATE)]}, "agrees"),
        ({"A": 100.01}, {"A": [(100.0, IN_TIME)]}, "unexplained"),
        ({"B": 0.0}, {"A": [(100.0, IN_TIME)]}, "account missing in the general ledger"),
        ({"A": 5.0, "B": 1.0}, {"B": [(1.0, IN_TIME)]}, "account without items"),
        ({}, {"A": [(100.0, IN_TIME)]}, "no balance given"),
    ],
    ids=["agrees", "late", "late and in the general ledger", "a cent", "missing account", "no items", "no balance"],
)
def test_each_difference_has_a_name(
    gl: dict[str, float], items: dict[str, list[tuple[float, str]]], verdict: str
) -> None:
    assert verdicts(book(gl, **items))["A"] == verdict


def test_a_difference_within_the_tolerance_is_no_difference() -> None:
    ledger = book({"A": 101.0}, A=[(100.0, IN_TIME)])
    assert verdicts(ledger, gl_tolerance=1.0) == {"A": "within the tolerance"}
    assert verdicts(ledger, gl_tolerance=0.99) == {"A": "unexplained"}


def test_a_line_adds_up_whatever_the_tolerance_lets_pass() -> None:
    """7 are recorded late; of the difference of 8 one remains, tolerated but shown."""
    ledger = book({"A": 99.0}, A=[(100.0, IN_TIME), (7.0, LATE)])
    line = tie_out(ledger, as_of=DAY, policy=Policy(gl_tolerance=5.0)).iloc[0]
    assert (line["gl_difference"], line["posted_after_cut_off"], line["excluded"], line["unexplained"]) == (
        8.0,
        7.0,
        0.0,
        1.0,
    )
    assert line["verdict"] == "within the tolerance"
    assert require_reconciled(ledger, as_of=DAY, policy=Policy(gl_tolerance=5.0))["unexplained"].tolist() == [1.0]


def test_an_account_that_the_general_ledger_lacks_stops_a_report() -> None:
    ledger = book({"A": 100.0}, A=[(100.0, IN_TIME)], B=[(30.0, IN_TIME)])
    with pytest.raises(
        ReconciliationError, match=r"ES B EUR: the general ledger of the day lacks this account, .* 30.00"
    ):
        require_reconciled(ledger, as_of=DAY)


def test_an_account_of_late_entries_alone_may_be_missing() -> None:
    ledger = book({"A": 100.0}, A=[(100.0, IN_TIME)], B=[(30.0, LATE)])
    assert set(reconcile(ledger, as_of=DAY)["status"]) == {"reconciled"}


def test_late_entries_are_those_of_the_day_recorded_after_the_cut_off() -> None:
    late = late_entries(book({}, A=[(100.0, IN_TIME), (7.0, LATE), (-9.0, "2026-11-10")]), as_of=DAY)
    assert late[["item_id", "amount", "days_to_record"]].values.tolist() == [["I2", -9.0, 26], ["I1", 7.0, 19]]


def test_another_cut_off_lists_what_came_after_it() -> None:
    ledger = book({}, A=[(100.0, IN_TIME), (7.0, LATE), (-9.0, "2026-11-10")])
    assert late_entries(ledger, as_of=DAY, known="2026-11-05")["item_id"].tolist() == ["I2"]


def test_customers_with_a_credit_balance_are_proposed_with_its_amount() -> None:
    credits = credit_balances(book({}, A=[(100.0, IN_TIME), (-7.0, IN_TIME)], B=[(-9.5, IN_TIME)]), as_of=DAY)
    assert credits[["account", "customer_id", "customer_credit"]].values.tolist() == [
        ["B", "C2", 9.5],
        ["A", "C1", 7.0],
    ]


def test_what_is_on_an_account_of_advances_is_a_liability_already() -> None:
    """Receipts alone are on 120900 of the sample: it is told from the items, or by the policy."""
    sample = make_ledger(**generate(items=600, seed=3, faults=False).tables)
    own = {account for account in sample.items["account"].unique() if account != "120900"}
    assert set(credit_balances(sample, as_of=DAY)["account"]) <= own
    assert "120900" in set(sample.items["account"])
    named = credit_balances(sample, as_of=DAY, policy=Policy(advances_accounts=[*own]))
    assert set(named["account"]) <= {"120900"}


def test_the_late_entries_of_the_sample_are_the_late_part_of_its_reconciliation() -> None:
    sample = generate(items=600, seed=3, faults=False)
    ledger = make_ledger(**sample.tables, covers=(None, "2026-11-05"))
    late = late_entries(ledger, as_of=DAY).groupby("currency")["amount"].sum().round(6)
    proved = reconcile(ledger, as_of=DAY).groupby("currency")["posted_after_cut_off"].sum().round(6)
    assert late.to_dict() == {code: amount for code, amount in proved.items() if code in late}
    assert proved.drop(late.index, errors="ignore").eq(0).all()
