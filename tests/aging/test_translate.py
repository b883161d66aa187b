"""Translation: closing rates found or missing, exact products, and nothing left out."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.aging.translate import Rate, Translation, rates_on
from arkit.errors import AmountError, CoverageError, UnknownNameError
from tests.literal import ledger_of

DAY = "2026-02-28"
COVERS = ("2026-01-01", "2026-03-31")
ITEMS = """
item_id entity document_date due_date   currency amount
A       ES     2026-01-10    2026-02-09 USD      100.01
B       ES     2026-01-10    2026-03-12 USD      50.02
C       US     2026-01-10    2026-03-12 GBP      10
D       US     2026-01-10    2026-03-12 JPY      1001
E       ES     2026-01-10    2026-03-12 EUR      7
F       ES     2026-01-10    2026-01-10 EUR      -2
"""
RATES = """
currency base_currency date       rate
USD      EUR           2026-02-28 0.9
GBP      EUR           2026-02-27 1.2
JPY      EUR           2026-02-28 0.00625
"""


def rate_of(rates: str, currency: str = "USD", to: str = "EUR", *, day: str = DAY, max_rate_age: int = 10) -> Any:
    """The rate of a currency, its day and way; or the reason why there is none."""
    ledger = ledger_of(f"item_id document_date currency amount\nA 2026-01-10 {currency} 1", rates=rates, covers=COVERS)
    [row] = ar.closing_rates(ledger, as_of=day, to=to, max_rate_age=max_rate_age).to_dict("records")
    if row["rate"] != row["rate"]:
        return row["reason"]
    return row["rate"], row["rate_on"].date().isoformat(), row["rate_way"]


HEADER = "currency base_currency date rate\n"


def test_a_stated_rate_of_the_day() -> None:
    assert rate_of(HEADER + "USD EUR 2026-02-28 0.9") == (0.9, DAY, "stated")


def test_the_latest_rate_before_the_day_and_none_after_it() -> None:
    rates = HEADER + "USD EUR 2026-02-20 0.8\nUSD EUR 2026-02-25 0.9\nUSD EUR 2026-03-01 1.5"
    assert rate_of(rates) == (0.9, "2026-02-25", "stated")


def test_a_rate_is_used_up_to_its_oldest_age_and_no_longer() -> None:
    rates = HEADER + "USD EUR 2026-02-18 0.9"
    assert rate_of(rates) == (0.9, "2026-02-18", "stated")
    stale = "The latest rate of USD in EUR is of 2026-02-18, more than 9 days before 2026-02-28."
    assert rate_of(rates, max_rate_age=9) == stale


def test_a_missing_rate_is_never_one() -> None:
    assert rate_of(HEADER + "GBP EUR 2026-02-28 1.2") == "There is no rate of USD in EUR by 2026-02-28."


def test_a_currency_is_worth_one_in_itself_whatever_the_table_says() -> None:
    assert rate_of(HEADER + "EUR EUR 2026-02-28 2", "EUR") == (1, DAY, "same")


def test_the_inverse_of_the_opposite_rate() -> None:
    assert rate_of(HEADER + "EUR USD 2026-02-28 1.25") == (0.8, DAY, "inverse")


def test_a_stated_rate_goes_before_its_inverse() -> None:
    assert rate_of(HEADER + "EUR USD 2026-02-28 1.25\nUSD EUR 2026-02-27 0.9") == (0.9, "2026-02-27", "stated")


def test_a_cross_rate_is_as_old_as_the_older_of_its_two() -> None:
    rates = HEADER + "USD EUR 2026-02-28 0.9\nGBP EUR 2026-02-27 1.2"
    assert rate_of(rates, "USD", "GBP") == (0.75, "2026-02-27", "through EUR")


def test_a_fresh_cross_rate_goes_before_a_stale_stated_one() -> None:
    rates = HEADER + "USD GBP 2025-02-28 0.1\nUSD EUR 2026-02-28 0.9\nGBP EUR 2026-02-28 1.2"
    assert rate_of(rates, "USD", "GBP") == (0.75, DAY, "through EUR")


def test_of_two_ways_through_others_the_fresher_one() -> None:
    by_chf = "USD CHF 2026-02-20 0.5\nGBP CHF 2026-02-28 1\n"
    by_eur = "USD EUR 2026-02-28 0.9\nGBP EUR 2026-02-28 1.2"
    assert rate_of(HEADER + by_chf + by_eur, "USD", "GBP") == (0.75, DAY, "through EUR")


@pytest.mark.parametrize("wrong", ["0", "-1", "-"])
def test_a_rate_that_cannot_be_one_is_none(wrong: str) -> None:
    assert rate_of(HEADER + f"USD EUR 2026-02-28 {wrong}") == "There is no rate of USD in EUR by 2026-02-28."


def test_two_rates_of_one_day_are_none() -> None:
    rates = HEADER + "USD EUR 2026-02-28 0.9\nUSD EUR 2026-02-28 0.8"
    assert rate_of(rates) == "There is no rate of USD in EUR by 2026-02-28."
    assert rate_of(HEADER + "USD EUR 2026-02-28 0.9\nUSD EUR 2026-02-28 0.9") == (0.9, DAY, "stated")


def test_rates_without_a_base_currency_are_those_of_the_only_one() -> None:
    item = "item_id document_date currency base_currency amount base_amount\nA 2026-01-10 USD EUR 1 1"
    ledger = ledger_of(item, rates="currency date rate\nUSD 2026-02-28 0.9", covers=COVERS)
    assert rates_on(ledger, date(2026, 2, 28), to="EUR", currencies=["USD"])["USD"].value == Fraction("0.9")
    two = ledger_of(item + "\nB 2026-01-10 USD GBP 1 1", rates="currency date rate\nUSD 2026-02-28 0.9", covers=COVERS)
    assert rates_on(two, date(2026, 2, 28), to="EUR", currencies=["USD"])["USD"].value is None


def test_what_is_open_without_a_rate_is_told_with_its_amount() -> None:
    ledger = ledger_of(ITEMS, rates=RATES.replace("JPY", "CHF"), covers=COVERS)
    missing = ar.closing_rates(ledger, as_of=DAY, to="EUR").query("rate.isna()")
    assert missing[["currency", "net", "items"]].to_numpy().tolist() == [["JPY", 1001, 1]]


@pytest.fixture(scope="module")
def ledger() -> ar.Ledger:
    return ledger_of(ITEMS, rates=RATES, covers=COVERS)


def test_an_aging_in_one_currency(ledger: ar.Ledger) -> None:
    """90.01 past due; 45.02 + 12 + 6.26 + 7 not due; -2 unapplied: 158.29, a cent more than 158.28325 as a whole."""
    [row] = ar.translated(ledger, as_of=DAY, to="EUR").to_dict("records")
    shown = {name: value for name, value in row.items() if value and value == value}
    assert shown == {
        "currency": "EUR",
        "not due": 70.28,
        "1-30": 90.01,
        "gross": 160.29,
        "unapplied": -2,
        "net": 158.29,
        "rounding": -0.01,
        "items": 6,
    }


def test_the_rounding_is_shown(ledger: ar.Ledger) -> None:
    """ES in USD: 90.009 and 45.018 are 135.027; the columns are 90.01 and 45.02."""
    part = ledger.where(item_id=["A", "B"])
    [row] = ar.translated(part, as_of=DAY, to="EUR").to_dict("records")
    assert (row["net"], row["rounding"]) == (135.03, 0)
    [row] = ar.translated(ledger.where(item_id=["A", "B", "D"]), as_of=DAY, to="JPY").to_dict("records")
    assert row["net"] + row["rounding"] == round(135.027 / 0.00625 + 1001)


@pytest.mark.parametrize(("cents", "expected"), [("0.01", 0.01), ("-0.01", -0.01), ("0.03", 0.02)])
def test_half_a_minor_unit_is_rounded_away_from_zero(cents: str, expected: float) -> None:
    ledger = ledger_of(
        f"item_id document_date currency amount\nA 2026-01-10 USD {cents}",
        rates=HEADER + "USD EUR 2026-02-28 0.5",
        covers=COVERS,
    )
    assert ar.translated(ledger, as_of=DAY, to="EUR")["net"].tolist() == [expected]


def test_what_rounding_each_item_makes_is_the_rounding() -> None:
    items = "item_id document_date currency amount\n" + "\n".join(f"A{n} 2026-01-10 USD 0.01" for n in range(100))
    ledger = ledger_of(items, rates=HEADER + "USD EUR 2026-02-28 0.4", covers=COVERS)
    [row] = ar.translated(ledger, as_of=DAY, to="EUR").to_dict("records")
    assert (row["net"], row["rounding"], row["items"]) == (0, 0.4, 100)


def test_currencies_have_their_own_decimals() -> None:
    ledger = ledger_of(
        "item_id document_date currency amount\nA 2026-01-10 KWD 1.234\nB 2026-01-10 JPY 100",
        rates=HEADER + "KWD JPY 2026-02-28 500\nKWD USD 2026-02-28 3.25",
        covers=COVERS,
    )
    assert ar.translated(ledger, as_of=DAY, to="JPY")["net"].tolist() == [717]
    assert ar.translated(ledger, as_of=DAY, to="KWD")["net"].tolist() == [1.434]
    assert ar.translated(ledger, as_of=DAY, to="USD")["net"].tolist() == [4.66]


def test_what_has_no_rate_stays_in_its_own_currency_with_the_reason() -> None:
    ledger = ledger_of(ITEMS, rates=RATES.replace("GBP", "CHF"), covers=COVERS)
    table = ar.translated(ledger, as_of=DAY, to="EUR", by="entity").set_index(["entity", "currency"])
    assert table["net"].to_dict() == {("ES", "EUR"): 140.03, ("US", "EUR"): 6.26, ("US", "GBP"): 10}
    assert table["reason"].dropna().to_dict() == {("US", "GBP"): "There is no rate of GBP in EUR by 2026-02-28."}


def test_without_any_rates_nothing_is_lost() -> None:
    ledger = ledger_of(ITEMS, covers=COVERS)
    table = ar.translated(ledger, as_of=DAY, to="CHF")
    assert table["items"].sum() == 6
    assert table["reason"].notna().all()
    aged = ar.aging_table(ledger, as_of=DAY)
    assert table[["currency", "net"]].to_numpy().tolist() == aged[["currency", "net"]].to_numpy().tolist()


def test_what_is_open_in_each_currency_in_the_reporting_one(ledger: ar.Ledger) -> None:
    table = ar.translated(ledger, as_of=DAY, to="EUR", by="currency")
    assert table.set_index("document_currency")["net"].to_dict() == {"EUR": 5, "GBP": 12, "JPY": 6.26, "USD": 135.03}
    assert set(table["currency"]) == {"EUR"}


def test_base_currencies_can_be_translated_instead() -> None:
    ledger = ledger_of(
        "item_id document_date currency base_currency amount base_amount\nA 2026-01-10 USD GBP 100 80",
        rates=RATES,
        covers=COVERS,
    )
    assert ar.translated(ledger, as_of=DAY, to="EUR")["net"].tolist() == [90]
    assert ar.translated(ledger, as_of=DAY, to="EUR", of="base_open_amount")["net"].tolist() == [96]


def test_into_a_currency_that_all_is_in_already_it_is_the_aging() -> None:
    sample = ar.sample_ledger().where(currency="EUR")
    table = ar.translated(sample, as_of="2026-10-31", to="EUR", by="entity")
    aged = ar.aging_table(sample, as_of="2026-10-31", by="entity")
    assert table[aged.columns].equals(aged)
    assert table["rounding"].eq(0).all()


def test_the_group_is_the_sum_of_its_entities_in_each_currency_and_to_the_cent_in_one() -> None:
    sample = ar.sample_ledger()
    group = ar.aging_table(sample, as_of="2026-10-31").set_index("currency")["net"]
    entities = ar.aging_table(sample, as_of="2026-10-31", by="entity").groupby("currency")["net"].sum()
    assert group.round(3).equals(entities.round(3))
    whole = ar.translated(sample, as_of="2026-10-31", to="USD")
    parts = ar.translated(sample, as_of="2026-10-31", to="USD", by="entity")
    assert whole["net"].sum().round(2) == parts["net"].sum().round(2)


@given(
    amounts=st.lists(st.tuples(st.sampled_from(("USD", "GBP", "JPY")), st.integers(-(10**9), 10**9)), min_size=1),
    rates=st.fixed_dictionaries(dict.fromkeys(("USD", "GBP", "JPY"), st.integers(1, 10**9))),
)
def test_the_product_is_exact(amounts: list[tuple[str, int]], rates: dict[str, int]) -> None:
    given = {name: Rate(Fraction(rate, 10**6)) for name, rate in rates.items()}
    translation = Translation.at("EUR", given)
    frame = translation.beside(
        pl.DataFrame(amounts, schema=["currency", "amount"], orient="row"), "currency", amounts=["amount"]
    )
    found = frame.select(translation.rounded((pl.col("amount") * pl.col("factor_0")).sum())).item()
    decimals = {"USD": 1, "GBP": 1, "JPY": 100}
    exact = sum(Fraction(rates[name] * decimals[name], 10**6) * cents for name, cents in amounts)
    assert abs(found - exact) <= Fraction(1, 2)


def test_amounts_that_could_not_be_exact_are_refused() -> None:
    ledger = ledger_of(
        "item_id document_date currency amount\nA 2026-01-10 USD 90000000000000",
        rates=HEADER + "USD EUR 2026-02-28 1000000",
        covers=COVERS,
    )
    with pytest.raises(AmountError, match="too large"):
        ar.translated(ledger, as_of=DAY, to="EUR")


def test_a_day_or_a_name_that_does_not_exist_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(CoverageError):
        ar.translated(ledger, as_of="2027-01-01", to="EUR")
    with pytest.raises(UnknownNameError):
        ar.translated(ledger, as_of=DAY, to="Euro")
    with pytest.raises(UnknownNameError):
        ar.translated(ledger, as_of=DAY, to="EUR", of="items")  # type: ignore[arg-type]
