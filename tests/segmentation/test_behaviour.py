"""Payment behaviour: what counts as late, what is known on a day, and published numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import arkit as ar
from tests.drawn import AS_OF, ledger_of_drawn, on_drawn
from tests.literal import ledger_of

SETTLED = "item_id document_date due_date amount settled_on"
COVERS = ("2026-01-01", "2026-06-30")


def behaviour_of(*rows: str, as_of: str = "2026-06-30", **tables: str) -> dict[str, Any]:
    ledger = ledger_of("\n".join([SETTLED, *rows]), shape="settled", covers=COVERS, **tables)
    [found] = ar.payment_behaviour(ledger, as_of=as_of).to_dict("records")
    return found


def test_lateness_is_weighted_by_amount_and_early_payment_counts() -> None:
    """Ten days late on 300, ten early on 100: five days late by amount, none by count."""
    found = behaviour_of("A 2026-01-01 2026-01-31 300 2026-02-10", "B 2026-02-01 2026-03-03 100 2026-02-21")
    assert (found["days_late"], found["days_late_median"], found["days_late_worst"]) == (5, 0, 10)
    assert (found["on_time_share"], found["on_time_share_amount"]) == (0.5, 0.25)
    assert (found["settled_items"], found["settled_amount"]) == (2, 400)


def test_an_open_item_is_at_least_this_late() -> None:
    """An unpaid invoice is not ignored: it is thirty days late so far."""
    found = behaviour_of("A 2026-01-01 2026-01-31 100 2026-01-31", "B 2026-05-01 2026-05-31 100 -")
    assert (found["days_late"], found["late_open_items"], found["on_time_share"]) == (15, 1, 0.5)
    assert (found["open_amount"], found["past_due"], found["oldest_days"]) == (100, 100, 30)


def test_what_is_not_yet_due_shows_nothing() -> None:
    found = behaviour_of("A 2026-01-01 2026-01-31 100 2026-01-31", "B 2026-06-01 2026-07-31 900 -")
    assert (found["items"], found["on_time_share"], found["open_amount"]) == (1, 1, 1000 - 100)


@pytest.mark.parametrize("day", ["2026-06-29", "2026-06-30"])
def test_what_was_credited_away_is_no_payment_on_its_own_day_either(day: str) -> None:
    """On the day of the credit itself nothing is owed any more, however late it was."""
    items = f"""item_id item_type document_date due_date amount
        A invoice 2026-01-01 2026-01-31 100
        B credit_note {day} {day} -100"""
    applications = f"item_id counterpart_item_id effective_on amount\nA B {day} 100"
    ledger = ledger_of(items, applications=applications, covers=COVERS)
    [found] = ar.payment_behaviour(ledger, as_of="2026-06-30").to_dict("records") or [{"items": 0}]
    assert (found["items"], found.get("late_open_items", 0)) == (0, 0)


@pytest.mark.parametrize(
    ("mark", "late"),
    [("A - dispute 10", 20), ("A - dispute 60", 5), ("- C1 dispute -", 5), ("A - dispute -\n- C1 dispute -", 5)],
)
def test_a_dispute_of_a_small_part_is_no_excuse_and_one_of_the_customer_is(mark: str, late: int) -> None:
    marks = "item_id customer_id kind amount from to\n"
    marks += "\n".join(f"{line} 2026-02-05 2026-02-20" for line in mark.split("\n"))
    assert behaviour_of("A 2026-01-01 2026-01-31 100 2026-02-20", marks=marks)["days_late"] == late


def test_a_small_dispute_does_not_cut_off_the_days_of_one_about_the_whole() -> None:
    marks = "item_id kind amount from to\nA dispute 10 2026-02-01 2026-02-18\nA dispute 100 2026-02-05 2026-02-15"
    found = behaviour_of("A 2026-01-01 2026-01-31 100 2026-02-20", marks=marks)
    assert (found["days_late"], found["disputed_items"]) == (10, 1)


def test_what_is_written_off_is_as_late_as_it_was_then() -> None:
    """Written off thirty days after it was due; the months since make it no later."""
    off = "item_id entry_type effective_on amount\nA write_off 2026-03-02 -100"
    found = behaviour_of("A 2026-01-01 2026-01-31 100 -", entries=off)
    assert (found["items"], found["days_late"], found["on_time_share"]) == (1, 30, 0)


def test_a_limit_is_used_in_its_currency_and_with_the_parent() -> None:
    """C1 owes 100 dollars, worth 90, and 10, of 400. With C2, who owes 300, the parent's 500 is used to 80 %."""
    ledger = ledger_of(
        """item_id customer_id currency document_date due_date amount
        A C1 USD 2026-06-01 2026-07-01 100
        B C1 EUR 2026-06-01 2026-07-01 10
        C C2 EUR 2026-06-01 2026-07-01 300
        D C3 EUR 2026-06-01 2026-07-01 300
        E C4 GBP 2026-06-01 2026-07-01 300""",
        customers="""customer_id parent credit_limit limit_currency
        C1 P 400 EUR
        C2 P - -
        P - 500 EUR
        C3 - - -
        C4 - 9 EUR""",
        rates="currency base_currency date rate\nUSD EUR 2026-06-30 0.9",
        covers=COVERS,
    )
    found = ar.payment_behaviour(ledger, as_of="2026-06-30").set_index(["customer_id", "currency"])["limit_use"]
    assert found["C1"].tolist() == pytest.approx([0.8, 0.8])
    assert found["C2"].tolist() == pytest.approx([0.8])
    assert found[["C3", "C4"]].isna().all()


def test_disputed_days_are_no_lateness() -> None:
    """Twenty days late, fifteen of them disputed after the due date: five."""
    marks = "item_id kind from to\nA dispute 2026-02-05 2026-02-20"
    found = behaviour_of("A 2026-01-01 2026-01-31 100 2026-02-20", marks=marks)
    assert (found["days_late"], found["disputed_items"]) == (5, 1)


def test_later_lateness_shows_as_a_trend() -> None:
    rows = [f"I{month} 2026-0{month}-01 2026-0{month}-11 100 2026-0{month}-{11 + 3 * month}" for month in (1, 2, 3, 4)]
    assert behaviour_of(*rows)["days_late_trend"] == pytest.approx(3.07, abs=0.05)


def test_silence_lasts_while_something_is_past_due() -> None:
    """From 3 March on: what was paid before is no silence, and neither is a month without an invoice."""
    rows = ("A 2026-01-01 2026-01-31 100 2026-01-31", "B 2026-02-01 2026-03-03 100 -")
    found = behaviour_of(*rows)
    assert (found["payments"], found["last_payment"].isoformat()[:10]) == (1, "2026-01-31")
    assert found["silence"] == 119
    assert pd.isna(behaviour_of(*rows[:1])["usual_gap"])


def test_part_payments_are_counted() -> None:
    items = "item_id item_type document_date amount\nA invoice 2026-01-01 100\nB invoice 2026-01-01 100"
    payments = "payment_id item_id effective_on amount\nP A 2026-02-01 40\nQ A 2026-03-01 60\nR B 2026-03-01 100"
    ledger = ledger_of(items, payments=payments, covers=COVERS)
    [found] = ar.payment_behaviour(ledger, as_of="2026-06-30").to_dict("records")
    assert (found["part_paid_share"], found["payments"], found["paid_amount"]) == (0.5, 2, 200)


def test_a_snapshot_has_no_behaviour() -> None:
    items = pd.DataFrame({"item_id": ["A"], "customer_id": ["C"], "document_date": ["2026-01-01"], "currency": ["EUR"]})
    ledger = ar.make_ledger(items=items.assign(open_amount=1.0), shape="open_items", snapshot_on="2026-02-01")
    with pytest.raises(ar.errors.CoverageError):
        ar.payment_behaviour(ledger, as_of="2026-02-01")


@on_drawn
def test_behaviour_is_unchanged_by_what_comes_later(items: list[dict]) -> None:
    whole, cut = ledger_of_drawn(items), ledger_of_drawn(items, until=AS_OF)
    found = [ar.payment_behaviour(ledger, as_of=AS_OF) for ledger in (whole, cut)]
    pd.testing.assert_frame_equal(*found)
    categories = [ar.categorise(each) for each in found]
    pd.testing.assert_frame_equal(*categories)


def test_behaviour_as_known_is_unchanged_by_later_recording() -> None:
    """What was recorded in November is unknown to the books of 31 October, whatever day it counts from."""
    ledger = ar.sample_ledger()
    known = ar.payment_behaviour(ledger.known_on("2026-10-31"), as_of="2026-10-31")
    all_of_it = ar.payment_behaviour(ledger, as_of="2026-10-31")
    assert not known.equals(all_of_it)
    again = ar.payment_behaviour(ledger.known_on("2026-10-31").known_on("2026-10-31"), as_of="2026-10-31")
    pd.testing.assert_frame_equal(known, again)


@pytest.mark.slow
def test_thirty_six_months_in_one_run_are_thirty_six_runs() -> None:
    ledger = ar.sample_ledger()
    trend = ar.behaviour_trend(ledger, as_of="2026-10-31", months=35)
    days = trend["as_of"].dt.date.unique()
    assert (len(days), days[0], days[-1]) == (36, date(2023, 11, 30), date(2026, 10, 31))
    single = [ar.payment_behaviour(ledger, as_of=day) for day in days]
    together = [rows.drop(columns="as_of").reset_index(drop=True) for _, rows in trend.groupby("as_of")]
    for one, other in zip(single, together, strict=True):
        pd.testing.assert_frame_equal(one, other, check_dtype=False)  # of one day, a column may have no gaps
    judged = ar.categorise(trend)
    pd.testing.assert_frame_equal(
        judged[judged["as_of"].dt.date == days[-1]].drop(columns="as_of").reset_index(drop=True),
        ar.categorise(single[-1]),
        check_dtype=False,
    )


@pytest.fixture(scope="module")
def ibm(ibm_late_payment: Path) -> ar.Ledger:
    layout = ar.resource("templates/layouts/ibm_late_payment_mdy.toml")
    return ar.read_ledger(ibm_late_payment / "invoices_mdy.csv", layout=layout)


def test_the_figures_of_the_whole_ibm_ledger(ibm: ar.Ledger) -> None:
    """All 2,466 invoices are paid: the shares and days of the file itself, disputes aside as the file has them."""
    undisputed = ar.make_ledger(
        items=ibm.items.merge(ibm.entries.query("entry_type == 'settlement'")[["item_id", "effective_on"]])
        .drop(columns="amount", errors="ignore")
        .rename(columns={"original_amount": "amount", "effective_on": "settled_on"}),
        shape="settled",
    )
    found = ar.payment_behaviour(undisputed, as_of=undisputed.covers[1])
    items, billed = found["items"], found["billed_amount"]
    assert (items.sum(), round(billed.sum(), 2)) == (2466, 147703.18)
    assert round((found["on_time_share"] * items).sum() / items.sum(), 6) == 0.644363
    assert round((found["on_time_share_amount"] * billed).sum() / billed.sum(), 6) == 0.634667


def test_categories_of_2012_tell_the_lateness_of_2013(ibm: ar.Ledger, record_property: Any) -> None:
    """What was said at the end of 2012 orders what happened after it, which it did not know."""
    judged = ar.categorise(ar.payment_behaviour(ibm, as_of="2012-12-31"))
    items = ibm.items.merge(ibm.entries.query("entry_type == 'settlement'")[["item_id", "effective_on"]])
    later = items[items["document_date"] > "2012-12-31"]
    late = (later["effective_on"] - later["due_date"]).dt.days.groupby(later["customer_id"].astype(str)).mean()
    rows = judged.set_index("customer_id").join(late.rename("late"), how="inner")
    place = rows["category"].map({"reliable": 0, "problem": 1, "risky": 2})
    of_category = place.rank().corr(rows["late"].rank())
    of_days = rows["days_late"].rank().corr(rows["late"].rank())
    means = rows.groupby("category")["late"].mean()
    counts = rows["category"].value_counts()
    stated = ", ".join(f"{name} {means[name]:.2f} (n {counts[name]})" for name in ("reliable", "problem"))
    record_property(
        "notice",
        f"IBM, categories of 2012 and days late of 2013: {stated}; rank correlation {of_category:.2f}, "
        f"of the days late themselves {of_days:.2f}",
    )
    assert means["reliable"] < 0 < means["problem"]
    assert of_category > 0.4
    assert of_days > 0.8
