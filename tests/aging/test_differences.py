"""What does not tie out: the bridge adds up, and the items that explain a difference are found."""

import pandas as pd
import pytest

import arkit as ar
from arkit.aging.differences import bridge, difference_candidates
from arkit.errors import ReconciliationError
from arkit.policy import Accepted

DAY = "2026-03-31"
AMOUNTS = {"I1": 100.00, "I2": 250.00, "I3": 36.45, "I4": 720.00, "I5": 41.10}


def ledger_of(gl: float, *more: tuple[str, str, float]) -> ar.Ledger:
    """Five invoices of 1,147.55 and some more (number, day, amount), beside a balance of the general ledger."""
    rows = [(number, "2026-02-10", amount) for number, amount in AMOUNTS.items()] + list(more)
    items = pd.DataFrame(rows, columns=["item_id", "document_date", "amount"])
    items = items.assign(entity="DE", account="1200", customer_id="A", currency="EUR", due_date=items["document_date"])
    balance = pd.DataFrame({"entity": ["DE"], "account": "1200", "date": DAY, "currency": "EUR", "balance": gl})
    return ar.make_ledger(items=items, gl=balance, covers=("2026-01-01", "2026-04-30"))


def found(gl: float, *more: tuple[str, str, float]) -> set[tuple[str, str]]:
    table = difference_candidates(ledger_of(gl, *more), as_of=DAY)
    return set(zip(table["likely_error"], table["item_id"], strict=True))


def test_an_item_that_the_general_ledger_lacks() -> None:
    assert ("booked on one side only", "I2") in found(897.55)


def test_an_item_on_the_wrong_side() -> None:
    # 1,147.55 with 41.10 on the wrong side is 1,065.35.
    assert ("booked on the wrong side", "I5") in found(1_065.35)


def test_two_items_together() -> None:
    assert ("two items together", "I1") in found(1_147.55 - 141.10)


def test_a_decimal_point_that_moved() -> None:
    # 720.00 booked as 72.00.
    assert ("decimal point moved", "I4") in found(1_147.55 - 648.00)


def test_digits_that_were_swapped() -> None:
    # 36.45 booked as 63.45.
    assert ("digits swapped", "I3") in found(1_147.55 + 27.00)


def test_an_entry_of_the_next_day() -> None:
    assert ("booked in the other month", "N1") in found(1_147.55 + 77.70, ("N1", "2026-04-02", 77.70))


def test_nothing_is_looked_for_where_all_ties_out() -> None:
    assert found(1_147.55) == set()


def test_the_bridge_adds_up() -> None:
    [row] = bridge(ledger_of(900.00), as_of=DAY).to_dict("records")
    assert (row["balance"], row["unexplained"], row["gl_balance"]) == (1_147.55, 247.55, 900.00)


def test_the_bridge_adds_up_where_a_row_is_there_twice() -> None:
    """100.00 came twice and 50.00 has no day; the general ledger has the second, and lacks another 7.00."""
    rows = [("I1", "2026-02-10", 100.0), ("I1", "2026-02-10", 100.0), ("I2", "", 50.0), ("I3", "2026-02-10", 900.0)]
    items = pd.DataFrame(rows, columns=["item_id", "document_date", "amount"])
    items = items.assign(entity="DE", account="1200", customer_id="A", currency="EUR", due_date="2026-03-10")
    balance = pd.DataFrame({"entity": ["DE"], "account": "1200", "date": DAY, "currency": "EUR", "balance": 1_043.0})
    ledger = ar.make_ledger(items=items, gl=balance, covers=("2026-01-01", "2026-04-30"))
    [row] = bridge(ledger, as_of=DAY).to_dict("records")
    steps = row["balance"] - row["posted_after_cut_off"] + row["excluded"] - row["unexplained"]
    assert (row["balance"], row["excluded"], row["unexplained"]) == (1_000.0, 50.0, 7.0)
    assert steps == row["gl_balance"]


def test_a_difference_is_accepted_to_the_cent() -> None:
    ledger = ledger_of(1_147.54)
    accepted = Accepted(name="A. Weber", reason="rounding of the interface", amount=0.01, account="1200")
    table = ar.require_reconciled(ledger, as_of=DAY, accepted=[accepted])
    assert table["status"].tolist() == ["difference accepted"]
    for other in (
        Accepted(name="A. Weber", reason="rounding", amount=0.02),
        Accepted(name="A. Weber", reason="rounding", amount=0.01, account="1300"),
        Accepted(name="A. Weber", reason="rounding", amount=0.01, day=pd.Timestamp("2026-02-28").date()),
    ):
        with pytest.raises(ReconciliationError, match=r"0\.01 unexplained"):
            ar.require_reconciled(ledger, as_of=DAY, accepted=[other])
