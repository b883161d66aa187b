"""Decline: what is called one, how large it is, and what does not count."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import arkit as ar
from arkit.calendar import months_before
from arkit.segmentation.rank_trend import q_values
from tests.segmentation.companies import Found, Year
from tests.segmentation.shuffled import payments_of, shuffled

AS_OF = date(2026, 12, 31)


def paid_monthly(amounts: list[float], *, late: list[int] | None = None, customer: str = "C1") -> pl.DataFrame:
    """Invoices of the amounts, one a month up to December 2026, due on the 10th and paid so many days late."""
    rows = []
    for back, (amount, days) in enumerate(zip(reversed(amounts), reversed(late or [0] * len(amounts)), strict=True)):
        due = months_before(date(2026, 12, 10), back)
        paid = due + pd.Timedelta(days=days)
        rows.append([f"{customer}-{back}", customer, months_before(due, 1), due, amount, paid])
    names = ["item_id", "customer_id", "document_date", "due_date", "amount", "settled_on"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(currency=pl.lit("EUR"))


def payers(*customers: pl.DataFrame, as_of: date = AS_OF, **how: object) -> list[dict]:
    items = pl.concat(customers).filter(pl.col("amount") > 0)
    ledger = ar.make_ledger(items=items, shape="settled", covers=(None, AS_OF))
    return ar.deteriorating_payers(ledger, as_of=as_of, **how).to_dict("records")


def noisy(level: np.ndarray, seed: int, share: float = 0.2) -> list[float]:
    factors = 1 + share * np.random.default_rng(seed).uniform(-1, 1, len(level))
    return (level * factors).round(2).tolist()


STEADY = np.full(36, 1000.0)
HALVED = np.concatenate([np.full(28, 1000.0), np.linspace(1000, 500, 8)])
SUMMER = np.tile([60, 80, 160, 240, 340, 420, 420, 300, 160, 80, 70, 70], 3).astype(float)


def test_amounts_that_halve() -> None:
    [payer] = payers(paid_monthly(noisy(HALVED, 1)))
    assert (payer["deteriorating"], payer["aspect"]) == (True, "amount")
    assert payer["amount_trend"] < -2.5
    assert payer["billings_fell"]


def test_payments_that_grow_rare() -> None:
    fewer = STEADY.copy()
    fewer[[-11, -9, -7, -5, -4, -2, -1]] = 0
    [payer] = payers(paid_monthly(noisy(fewer, 2)))
    assert payer["deteriorating"]
    assert (payer["payments_before"], payer["payments_recent"]) == (1, pytest.approx(5 / 12))


def test_payments_that_come_later() -> None:
    late = [2, 0, 1, 3] * 6 + [1, 3, 0, 2, 5, 7, 9, 10, 12, 14, 15, 17]
    [payer] = payers(paid_monthly(noisy(STEADY, 3), late=late))
    assert (payer["deteriorating"], payer["aspect"], payer["billings_fell"]) == (True, "delay", False)
    assert payer["days_late_before"] < 2.5 < 7 < payer["days_late_recent"]


def unpaid(customer: pl.DataFrame, *last: int) -> pl.DataFrame:
    """The invoices with some of the last ones never paid, counted back from the latest, which is 0."""
    names = [f"C1-{back}" for back in last]
    day = pl.when(~pl.col("item_id").is_in(names)).then("settled_on")
    return customer.with_columns(settled_on=day)


def test_who_stops_paying_is_found_within_two_months() -> None:
    """Paid every month for two years, at the latest five days late; nothing since October."""
    [payer] = payers(unpaid(paid_monthly([1000.0] * 24, late=[0, 5] * 12), 0, 1))
    assert (payer["deteriorating"], payer["aspect"]) == (True, "silence")
    assert (payer["silent_days"], payer["silent_items"], payer["longest_wait"]) == (51, 2, 5)
    # Of 21 stretches none was as long; 21 days are the least, and two invoices wait. Simes doubles it at most.
    assert payer["p_value"] <= 2 * (21 / 51) ** 3 / 22


def test_a_forgotten_invoice_is_no_silence() -> None:
    """The one of October is not paid, those after it are: they do pay."""
    [payer] = payers(unpaid(paid_monthly(noisy(STEADY, 4)), 2))
    assert (payer["deteriorating"], payer["silent_days"]) == (False, 0)


def test_who_buys_nothing_more_is_not_silent() -> None:
    [payer] = payers(paid_monthly([1000.0] * 24 + [0.0] * 3))
    assert payer["silent_days"] == 0


def test_long_waits_of_the_past_make_silence_usual() -> None:
    late = [60, 0, 0] * 8
    [payer] = payers(unpaid(paid_monthly([1000.0] * 24, late=late), 0, 1))
    assert not payer["deteriorating"]


def test_who_pays_as_ever_is_not_called_declining() -> None:
    [payer] = payers(paid_monthly(noisy(STEADY, 4)))
    assert not payer["deteriorating"]


@pytest.mark.parametrize("as_of", [date(2026, month, 28) for month in (1, 3, 5, 7, 9, 11)])
def test_a_season_is_no_decline(as_of: date) -> None:
    customers = [paid_monthly(noisy(SUMMER, seed), customer=f"C{seed}") for seed in range(10)]
    found = payers(*customers, as_of=as_of)
    assert [(row["season_allowed"], row["deteriorating"]) for row in found] == [(True, False)] * 10


def test_who_declines_in_a_season_is_found() -> None:
    [payer] = payers(paid_monthly(noisy(SUMMER * HALVED / 1000, 5)))
    assert payer["deteriorating"]


def test_the_cash_gap_is_what_the_old_level_would_have_brought() -> None:
    """Forty a month for a year, after a hundred: 720 are missing."""
    [payer] = payers(paid_monthly([100.0] * 24 + [40.0] * 12))
    assert (payer["paid_before"], payer["paid_recent"], payer["cash_gap"]) == (100, 40, 720)


def test_the_cash_gap_of_a_season_is_against_the_same_months() -> None:
    [payer] = payers(paid_monthly((SUMMER * np.repeat([1, 1, 0.5], 12)).tolist()), months=6)
    assert payer["cash_gap"] == pytest.approx(SUMMER[6:12].sum() / 2)


def test_amounts_are_exact_to_the_minor_unit() -> None:
    [payer] = payers(paid_monthly([100.0] * 25 + [33.33] * 11))
    assert payer["cash_gap"] == 733.37


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        ([100.0] * 12, "fewer than 12 months since the first payment"),
        (([100.0] + [0.0] * 7) * 4, "fewer than 6 months with a payment"),
        ([100.0] * 13, None),
        ([100.0], "fewer than 12 months since the first payment"),
    ],
)
def test_too_little_history_is_a_reason(amounts: list[float], reason: str | None) -> None:
    [payer] = payers(paid_monthly(amounts))
    assert payer["reason"] == reason or (reason is None and pd.isna(payer["reason"]))
    assert pd.isna(payer["p_value"]) == (reason is not None)
    assert not payer["deteriorating"]


def test_who_never_paid_is_not_tested() -> None:
    unpaid = paid_monthly([100.0] * 20).with_columns(settled_on=pl.lit(None, pl.Date))
    [payer] = payers(unpaid)
    assert (payer["reason"], payer["deteriorating"]) == ("no payment yet", False)


def test_a_ledger_before_its_first_invoice_is_an_empty_table() -> None:
    ledger = ar.make_ledger(items=paid_monthly([100.0]), shape="settled", covers=("2026-01-01", AS_OF))
    assert ar.deteriorating_payers(ledger, as_of="2026-02-28").empty


def test_the_window_is_at_most_half_of_the_history() -> None:
    [payer] = payers(paid_monthly([100.0] * 16))
    assert (payer["history_months"], payer["recent_months"], payer["season_allowed"]) == (15, 7, False)


def test_one_currency_does_not_speak_for_another() -> None:
    dollars = paid_monthly([100.0] * 30).with_columns(currency=pl.lit("USD"), item_id=pl.format("usd-{}", "item_id"))
    found = payers(paid_monthly(noisy(HALVED, 1)), dollars)
    assert {row["currency"]: row["deteriorating"] for row in found} == {"EUR": True, "USD": False}


def test_the_p_value_of_a_customer_is_its_own() -> None:
    ledger = ar.sample_ledger()
    whole = ar.deteriorating_payers(ledger, as_of="2026-10-31").set_index("customer_id")["p_value"]
    names = ["000195", "000158", "000164"]
    part = ar.deteriorating_payers(ledger.where(customer_id=names), as_of="2026-10-31").set_index("customer_id")[
        "p_value"
    ]
    assert part[names].tolist() == whole[names].tolist()


def test_later_entries_change_nothing() -> None:
    ledger = ar.sample_ledger()
    until = date(2026, 6, 30)
    items = ledger.frames.items.filter(pl.col("document_date") <= until)
    entries = ledger.frames.entries.filter(pl.col("effective_on") <= until)
    cut = _with_frames(ledger, entries=entries.join(items.select("item"), on="item", how="semi"), items=items)
    found = [ar.deteriorating_payers(each, as_of=until) for each in (ledger, cut)]
    pd.testing.assert_frame_equal(*found)


def _with_frames(ledger: ar.Ledger, **frames: pl.DataFrame) -> ar.Ledger:
    return replace(ledger, frames=replace(ledger.frames, **frames))


@pytest.mark.parametrize("wrong", [{"months": 0}, {"false_discovery_rate": 0.0}, {"false_discovery_rate": 1.0}])
def test_impossible_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ar.errors.UnknownNameError):
        ar.deteriorating_payers(ar.sample_ledger(), as_of="2026-10-31", **wrong)


def limit(shares: list[float]) -> float:
    """Two standard errors of a mean."""
    return 2 * float(np.std(shares, ddof=1)) / len(shares) ** 0.5


@pytest.mark.slow
def test_planted_decliners_are_found_and_few_others(record_property: Callable[[str, object], None]) -> None:
    companies = [Found.of_seed(seed) for seed in range(1, 21)]
    recall, wrong = [each.recall("deteriorating") for each in companies], [each.false_share for each in companies]
    by_payments = [each.recall("by_payments") for each in companies]
    seasonal = pl.concat([each.customers for each in companies]).filter(pl.col("behaviour") == "seasonal")
    called = int(seasonal["deteriorating"].sum())
    record_property(
        "notice",
        f"decline: found {np.mean(recall):.3f} of the halved ({np.mean(by_payments):.3f} without their delays, "
        f"two standard errors {limit(by_payments):.3f}); false {np.mean(wrong):.3f} of the found "
        f"(two standard errors {limit(wrong):.3f}); seasonal called deteriorating {called} of {seasonal.height}",
    )
    assert np.mean(recall) >= 0.7
    assert np.mean(by_payments) >= 0.7
    assert np.mean(wrong) <= 0.1 + limit(wrong)
    assert called == 0


@pytest.mark.prove
def test_who_stops_paying_is_found_within_90_days(record_property: Callable[[str, object], None]) -> None:
    """Twelve looks a year at 20 companies; the share of wrong names over all of them is kept, too."""
    years = [Year.of_seed(seed) for seed in range(1, 21)]
    stopped = pl.concat([each.stopped for each in years])
    found, wrong = (stopped["days"] <= 90).sum() / stopped.height, [each.false_share for each in years]
    record_property(
        "notice",
        f"decline: found {found:.3f} of {stopped.height} who stopped paying within 90 days of the first unpaid due "
        f"date; false {np.mean(wrong):.3f} of those called in a year (two standard errors {limit(wrong):.3f})",
    )
    assert found >= 0.9
    assert np.mean(wrong) <= 0.1 + limit(wrong)


@pytest.mark.slow
def test_shuffled_payments_show_no_decline(
    ibm_late_payment: Path, record_property: Callable[[str, object], None]
) -> None:
    layout = ar.resource("templates/layouts/ibm_late_payment_mdy.toml")
    real = ar.read_ledger(ibm_late_payment / "invoices_mdy.csv", layout=layout)
    ledger = shuffled(payments_of(real), times=100, seed=4)
    found = pl.from_pandas(ar.deteriorating_payers(ledger, as_of="2013-12-31"))
    found = found.filter(pl.col("p_value").is_not_null())
    share = (found["p_value"] <= 0.05).mean()
    copies = found.with_columns(copy=pl.col("customer_id").str.split("/").list.first()).partition_by("copy")
    any_found = np.mean([(q_values(copy["p_value"].to_numpy()) <= 0.1).any() for copy in copies])
    record_property(
        "notice",
        f"decline, shuffled: {share:.4f} of {found.height} below 0.05; a discovery in {any_found:.2f} of 100 shuffles",
    )
    assert share <= 0.05 + 2 * (0.05 * 0.95 / found.height) ** 0.5
    assert any_found <= 0.1 + 2 * (0.1 * 0.9 / len(copies)) ** 0.5
