"""Time to pay: Kaplan and Meier over invoices, open ones counted for as long as they are known."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from tests.drawn import AS_OF, ledger_of_drawn, on_drawn
from tests.literal import ledger_of

COVERS = ("2026-01-01", "2026-06-30")


def survival(ledger: ar.Ledger, as_of: str, **how: object) -> dict[int, float]:
    """The share unpaid after each day on which something was paid."""
    curve = ar.time_to_pay(ledger, as_of=as_of, **how)
    paid = curve[curve["settled"] > 0]
    return dict(zip(paid["day"], paid["survival"].round(3), strict=True))


def followed(*times: str) -> ar.Ledger:
    """A ledger of invoices paid after some days or, with a plus, still open so many days after their date."""
    end, rows = date(2026, 6, 30), []
    for number, time in enumerate(times):
        days = int(time.rstrip("+"))
        dated = end - timedelta(days=days if time.endswith("+") else days + 10)
        settled = "-" if time.endswith("+") else dated + timedelta(days=days)
        rows.append(f"{number} {dated} {dated} 100 {settled}")
    items = "\n".join(["item_id document_date due_date amount settled_on", *rows])
    return ledger_of(items, shape="settled", covers=COVERS)


# Published answers


def test_the_example_of_bewick() -> None:
    """Bewick, Cheek and Ball 2004, Statistics review 12: 1, 1, 4, 5, 6+, 9, 9+, 22."""
    ledger = followed("1", "1", "4", "5", "6+", "9", "9+", "22")
    assert survival(ledger, "2026-06-30") == {1: 0.75, 4: 0.625, 5: 0.5, 9: 0.333, 22: 0.0}
    assert ar.median_days_to_pay(ledger, as_of="2026-06-30")["median_days_to_pay"].tolist() == [5]


@pytest.fixture(scope="module")
def ibm(ibm_late_payment: Path) -> ar.Ledger:
    layout = ar.resource("templates/layouts/ibm_late_payment_mdy.toml")
    return ar.read_ledger(ibm_late_payment / "invoices_mdy.csv", layout=layout)


def test_ibm_late_payments(ibm: ar.Ledger) -> None:
    curve = ar.time_to_pay(ibm, as_of="2013-06-30").set_index("day")
    assert (curve["at_risk"].iloc[0], curve["settled"].sum(), curve["censored"].sum()) == (1930, 1846, 84)
    at = [curve.loc[:day, "survival"].iloc[-1].round(6) for day in (10, 20, 30, 40, 50, 60)]
    assert at == [0.915878, 0.699775, 0.376715, 0.152041, 0.039435, 0.004507]
    [row] = ar.median_days_to_pay(ibm, as_of="2013-06-30").to_dict("records")
    assert (row["median_days_to_pay"], row["items"], row["settled"], row["censored"]) == (26, 1930, 1846, 84)


def test_ibm_customers_by_themselves_are_the_curves_of_the_groups(ibm: ar.Ledger) -> None:
    curves = ar.time_to_pay(ibm, as_of="2013-06-30", by="customer_id")
    assert curves["settled"].sum() == 1846
    for customer in ("0379-NEVHP", "8976-AMJEO"):
        alone = ar.time_to_pay(ibm.where(customer_id=customer), as_of="2013-06-30")
        of_group = curves[curves["customer_id"] == customer].drop(columns="customer_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(of_group, alone)


# What counts as paid


def test_a_part_paid_is_not_settled() -> None:
    items = "item_id document_date due_date amount\n1 2026-01-01 2026-01-31 100"
    ledger = ledger_of(items, payments="item_id effective_on amount\n1 2026-01-11 99", covers=COVERS)
    assert ar.time_to_pay(ledger, as_of="2026-01-31").to_dict("records") == [
        {"currency": "EUR", "day": 30, "at_risk": 1, "settled": 0, "censored": 1, "survival": 1.0}
    ]


def test_an_invoice_paid_on_its_date_is_settled_after_no_day() -> None:
    assert survival(followed("0", "5"), "2026-06-30") == {0: 0.5, 5: 0.0}


def test_a_payment_that_the_bank_took_back_opens_the_invoice_again() -> None:
    entries = """item_id entry_type effective_on amount
1 settlement 2026-01-11 -100
1 correction 2026-01-13 100
1 settlement 2026-01-21 -100"""
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2026-01-01 2026-01-31 100", entries=entries, covers=COVERS
    )
    assert survival(ledger, "2026-01-12") == {10: 0.0}
    assert survival(ledger, "2026-01-15") == {}
    assert survival(ledger, "2026-01-31") == {20: 0.0}


TWO = "item_id document_date due_date amount\n1 2026-01-01 2026-01-31 100\n2 2026-01-01 2026-01-31 100"


def test_what_was_written_off_was_never_paid() -> None:
    entries = "item_id entry_type effective_on amount\n1 write_off 2026-01-11 -100\n2 settlement 2026-01-31 -100"
    ledger = ledger_of(TWO, entries=entries, covers=COVERS)
    assert survival(ledger, "2026-03-31") == {30: 0.5}
    assert ar.time_to_pay(ledger, as_of="2026-03-31")["censored"].tolist() == [0, 1]


def test_a_rest_written_off_does_not_undo_the_payment() -> None:
    entries = """item_id entry_type effective_on amount
1 settlement 2026-01-11 -99.75
1 write_off 2026-01-12 -0.25
2 settlement 2026-01-31 -100"""
    assert survival(ledger_of(TWO, entries=entries, covers=COVERS), "2026-03-31") == {11: 0.5, 30: 0.0}


def test_what_was_credited_is_followed_up_to_the_credit() -> None:
    items = """item_id item_type document_date due_date amount
1 invoice 2026-01-01 2026-01-31 100
2 invoice 2026-01-01 2026-01-31 100
3 credit_note 2026-01-11 2026-01-11 -100"""
    ledger = ledger_of(
        items,
        applications="item_id counterpart_item_id effective_on amount\n1 3 2026-01-11 100",
        payments="item_id effective_on amount\n2 2026-01-31 100",
        covers=COVERS,
    )
    assert survival(ledger, "2026-03-31") == {30: 0.0}
    assert ar.time_to_pay(ledger, as_of="2026-03-31")["at_risk"].tolist() == [2, 1]


def test_a_renegotiated_invoice_is_paid_when_what_carries_it_on_is() -> None:
    items = (
        "item_id document_date due_date amount replaces\n1 2026-01-01 2026-01-31 100 -\n2 2026-01-31 2026-03-31 100 1"
    )
    entries = "item_id entry_type effective_on amount\n1 transfer 2026-01-31 -100\n2 settlement 2026-03-02 -100"
    ledger = ledger_of(items, entries=entries, covers=COVERS)
    assert survival(ledger, "2026-02-28") == {}
    assert survival(ledger, "2026-03-31") == {60: 0.0}


def test_receipts_and_journals_are_not_paid() -> None:
    items = """item_id item_type document_date due_date amount
1 journal 2026-01-01 2026-01-31 100
2 receipt 2026-01-01 2026-01-01 -100"""
    assert ar.time_to_pay(ledger_of(items, covers=COVERS), as_of="2026-03-31").empty


def test_an_invoice_older_than_the_ledger_is_at_risk_from_the_ledgers_first_day() -> None:
    """The 40 days before are known only because it was still open after them."""
    items = """item_id document_date due_date amount settled_on
1 2025-11-22 2025-12-31 100 2026-01-11
2 2026-01-01 2026-01-31 100 2026-01-06"""
    ledger = ledger_of(items, shape="settled", covers=COVERS)
    curve = ar.time_to_pay(ledger, as_of="2026-03-31")
    assert curve[["day", "at_risk", "survival"]].to_numpy().tolist() == [[5, 1, 0], [50, 1, 0]]


# Weights and medians


def test_large_invoices_weigh_more_by_amount() -> None:
    items = """item_id document_date due_date amount settled_on
1 2026-01-01 2026-01-31 100 2026-01-11
2 2026-01-01 2026-01-31 300 2026-01-31"""
    ledger = ledger_of(items, shape="settled", covers=COVERS)
    assert survival(ledger, "2026-03-31") == {10: 0.5, 30: 0.0}
    assert survival(ledger, "2026-03-31", weights="amount") == {10: 0.75, 30: 0.0}
    assert ar.median_days_to_pay(ledger, as_of="2026-03-31")["median_days_to_pay"].tolist() == [10]
    assert ar.median_days_to_pay(ledger, as_of="2026-03-31", weights="amount")["median_days_to_pay"].tolist() == [30]


def test_a_curve_that_stays_above_one_half_has_no_median_but_a_reason() -> None:
    [row] = ar.median_days_to_pay(followed("5", "20+", "20+"), as_of="2026-06-30").to_dict("records")
    assert pd.isna(row["median_days_to_pay"])
    assert row["reason"] == "more than half was still unpaid as far as items could be followed"


def test_a_group_that_was_not_followed_has_no_median_but_a_reason() -> None:
    items = "item_id document_date due_date amount\n1 2025-11-22 2025-12-31 100"
    [row] = ar.median_days_to_pay(ledger_of(items, covers=COVERS), as_of="2026-01-01").to_dict("records")
    assert (row["items"], row["reason"]) == (0, "no item was followed for a day")


def test_another_weight_is_refused() -> None:
    with pytest.raises(ar.errors.UnknownNameError, match="weight 'customers'"):
        ar.time_to_pay(followed("5"), as_of="2026-06-30", weights="customers")


# Whole ledgers


@on_drawn
def test_every_billing_is_settled_or_censored_and_the_curve_only_falls(items: list[dict]) -> None:
    ledger = ledger_of_drawn(items)
    billed = ledger.items[ledger.items["item_type"].isin(["invoice", "debit_note"])]
    known = billed[billed["document_date"] <= pd.Timestamp(AS_OF)]
    for by in (None, "customer_id"):
        curve = ar.time_to_pay(ledger, as_of=AS_OF, by=by)
        keys = ["currency", *([by] if by else [])]
        assert curve["settled"].sum() + curve["censored"].sum() == len(known)
        assert curve["survival"].between(0, 1).all()
        assert curve.groupby(keys)["survival"].apply(lambda falls: falls.is_monotonic_decreasing).all()
        assert curve.groupby(keys)["at_risk"].first().to_dict() == known.groupby(keys).size().to_dict()


@on_drawn
def test_what_comes_later_changes_nothing(items: list[dict]) -> None:
    now, later = ledger_of_drawn(items, until=AS_OF), ledger_of_drawn(items)
    for measure in (ar.time_to_pay, ar.median_days_to_pay):
        for weights in ("items", "amount"):
            then = measure(now, as_of=AS_OF, weights=weights)
            pd.testing.assert_frame_equal(then, measure(later, as_of=AS_OF, weights=weights))


@on_drawn
def test_an_item_split_into_two_leaves_the_curve_by_amount(items: list[dict]) -> None:
    twice = [{**each, "amount": 2 * each["amount"]} for each in items]
    split = [each for each in items for _ in range(2)]
    one, two = (ar.time_to_pay(ledger_of_drawn(each), as_of=AS_OF, weights="amount") for each in (twice, split))
    pd.testing.assert_frame_equal(one, two)
