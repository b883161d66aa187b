"""Presentation: which currency a ledger is shown in, and the whole ledger translated once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.aging.presentation import Presentation
from arkit.errors import UnknownNameError
from arkit.policy import Policy
from tests.drawn import few
from tests.literal import ledger_of
from tests.random_ledgers import DAYS, FIRST, LAST, ledgers

DAY = date(2026, 2, 28)
BEFORE = date(2026, 1, 31)
COVERS = ("2026-01-01", "2026-03-31")
ITEMS = """
item_id entity customer_id document_date due_date   currency base_currency amount
A       ES     C1          2026-01-10    2026-02-09 USD      EUR           100.01
B       US     C2          2026-01-10    2026-03-12 JPY      USD           1001
C       ES     C2          2026-01-10    2026-03-12 EUR      EUR           7
D       US     C1          2026-01-10    2026-02-12 USD      USD           30
"""
RATES = """
currency base_currency date       rate
USD      EUR           2026-01-31 0.8
USD      EUR           2026-02-28 0.9
JPY      EUR           2026-02-28 0.00625
"""


def shown(
    items: str = ITEMS, *, rates: str = RATES, currency: str = "", policy: Policy | None = None, **tables: str
) -> Presentation:
    """The presentation of a ledger that is written out."""
    ledger = ledger_of(items, covers=COVERS, **({"rates": rates} if rates else {}), **tables)
    return Presentation.of(ledger, DAY, policy or Policy(), currency=currency)


def gross(made: Presentation, day: date = DAY) -> dict[str, float]:
    aged = ar.aging_table(made.at(day), as_of=day)
    return dict(zip(aged["currency"], aged["gross"], strict=True))


def test_the_base_currency_of_the_rates_is_the_default() -> None:
    assert (shown().currency, shown().why) == ("EUR", "rates")


def test_a_currency_that_is_asked_for_comes_before_that_of_the_policy_and_both_before_the_default() -> None:
    policy = Policy(currency="JPY")
    assert (shown(policy=policy).currency, shown(policy=policy, currency="USD").currency) == ("JPY", "USD")
    with pytest.raises(UnknownNameError):
        shown(currency="XYZ1").at(DAY)


def test_of_rates_in_two_currencies_the_functional_currency_with_the_largest_gross_at_closing_rates_counts() -> None:
    both = RATES + "GBP USD 2026-02-28 1.2\n"
    # ES is owed 7 EUR and 100.01 USD; US is owed more dollars, which are worth less.
    assert (shown(rates=both).currency, shown(rates=both).why) == ("EUR", "largest")


def test_of_two_functional_currencies_that_are_worth_the_same_the_first_by_name_counts() -> None:
    even = """
    item_id entity document_date currency base_currency amount
    A       ES     2026-01-10    EUR      EUR           90
    B       US     2026-01-10    USD      USD           100
    """
    assert shown(even, rates=RATES + "GBP USD 2026-02-28 1.2\n").currency == "EUR"


def test_without_rates_the_currency_with_most_open_items_is_shown_and_the_others_are_named() -> None:
    made = shown(rates="")
    assert (made.currency, made.why, made.translates) == ("USD", "items", False)
    assert sorted(made.missing) == ["EUR", "JPY"]
    assert gross(made) == {"EUR": 7.0, "JPY": 1001.0, "USD": 130.01}


def test_the_whole_is_what_translated_gives_and_each_item_is_rounded_once() -> None:
    # 100.01 x 0.9 = 90.009, 1001 x 0.00625 = 6.25625, 30 x 0.9 = 27: 90.01 + 6.26 + 7 + 27.
    assert gross(shown()) == {"EUR": 130.27}
    [whole] = ar.translated(shown().ledger, as_of=DAY, to="EUR")["gross"]
    assert whole == 130.27  # 130.26525


def test_an_earlier_day_is_translated_at_its_own_rates_and_at_those_of_the_day_where_it_has_none() -> None:
    # 130.01 USD at 0.8; yen have no rate in January.
    assert gross(shown(), BEFORE) == {"EUR": round(80.01 + 24 + 6.26 + 7, 2)}


def test_an_amount_without_a_rate_stays_in_its_currency_and_the_reason_is_told() -> None:
    made = shown(rates=RATES.replace("JPY      EUR           2026-02-28", "JPY      EUR           2026-01-02"))
    assert gross(made) == {"EUR": 124.01, "JPY": 1001.0}
    assert "more than 31 days before" in made.missing["JPY"]
    rows = made.by_currency().set_index("document_currency")
    assert rows.loc["JPY", "currency"] == "JPY"
    assert "JPY" in rows.loc["JPY", "reason"]


def test_of_which_by_currency_adds_up_and_names_each_rate_with_its_day() -> None:
    rows = shown().by_currency()
    assert rows["document_currency"].tolist() == ["USD", "EUR", "JPY"]
    assert rows["document_amount"].tolist() == [130.01, 7.0, 1001.0]
    assert rows["rate"].tolist() == [0.9, 1.0, 0.00625]
    assert round(rows["gross"].sum(), 2) == 130.27
    assert rows["rate_on"].dt.date.eq(DAY).all()


def test_a_settled_item_stays_settled_after_payments_that_do_not_divide() -> None:
    items = "item_id document_date currency base_currency amount\nA 2026-01-10 USD EUR 1.00"
    payments = """
    item_id effective_on amount
    A       2026-02-01   0.33
    A       2026-02-02   0.33
    A       2026-02-03   0.34
    """
    made = shown(items, payments=payments)
    # 0.90, then 0.603, 0.306 and nothing: 0.90, 0.60, 0.31 and 0.
    assert gross(made) == {}
    entries = made.at(DAY).entries
    assert entries[entries["item_id"] == "A"]["amount"].round(2).tolist() == [0.9, -0.3, -0.29, -0.31]


def test_limits_and_disputed_amounts_are_translated_with_the_ledger() -> None:
    customers = "customer_id credit_limit limit_currency insured_amount\nC1 1000 USD 500"
    marks = "item_id customer_id kind from amount\nA - dispute 2026-02-01 10\n- C1 dispute 2026-02-01 20"
    frames = shown(customers=customers, marks=marks).at(DAY).frames
    assert frames.customers.select("credit_limit", "insured_amount").row(0) == (900.0, 450.0)
    assert frames.customers["limit_currency"].drop_nulls().to_list() == ["EUR"]
    assert sorted(frames.marks["amount"]) == [9.0, 18.0]


def test_netting_stays_within_the_document_currency() -> None:
    items = """
    item_id document_date currency base_currency item_type amount
    A       2026-01-10    USD      EUR           invoice   10
    B       2026-01-10    EUR      EUR           receipt   -4
    """
    net = Policy(unapplied="net")
    made = shown(items, policy=net)
    [row] = ar.aging_table(made.at(DAY), as_of=DAY, policy=net).to_dict("records")
    assert (row["gross"], row["unapplied"]) == (9.0, -4.0)


@few(30)
@given(
    ledger=ledgers(),
    to=st.sampled_from(("KWD", "JPY", "USD")),
    rates=st.tuples(*3 * [st.decimals("0.0001", 300, places=4)]),
    day=DAYS,
    net=st.booleans(),
)
def test_the_aging_of_a_translated_ledger_is_what_translated_gives(
    engine: str, ledger: ar.Ledger, to: str, rates: tuple[Decimal, ...], day: date, net: bool
) -> None:
    """Items of two currencies into one of three decimals, of none, and of two; netted or not."""
    codes = ("EUR", "JPY", "USD")
    stated = pl.DataFrame({"currency": codes, "base_currency": "KWD", "date": FIRST, "rate": [*map(float, rates)]})
    stated = stated.with_columns(pl.col("currency", "base_currency").cast(pl.Categorical))
    ledger = replace(ledger, frames=replace(ledger.frames, rates=stated))
    policy = Policy(unapplied="net" if net else "apart", max_rate_age=366)
    made = Presentation.of(ledger, day, policy, currency=to)
    by = ["entity", "customer_id"]
    shown = ar.aging_table(made.at(day), as_of=day, by=by, policy=policy).drop(columns="items")
    found = ar.translated(ledger, as_of=day, to=to, by=by, policy=policy, max_rate_age=366)
    # An item may be worth less than half a minor unit: nothing, in a translated ledger.
    there = found[found[["gross", "unapplied"]].ne(0).any(axis=1)].reset_index(drop=True)
    assert shown.to_dict("records") == there[shown.columns].to_dict("records")


@given(ledgers())
def test_every_open_item_of_a_random_ledger_is_its_own_amount_times_the_rate(ledger: ar.Ledger) -> None:
    rates = pl.DataFrame({"currency": ["JPY"], "base_currency": ["EUR"], "date": [LAST], "rate": [0.00612]})
    rates = rates.with_columns(pl.col("currency", "base_currency").cast(pl.Categorical))
    ledger = replace(ledger, frames=replace(ledger.frames, rates=rates))
    made = ar.open_items(Presentation.of(ledger, LAST, Policy()).at(LAST), as_of=LAST).set_index("item_id")
    for row in ar.open_items(ledger, as_of=LAST).to_dict("records"):
        exact = row["open_amount"] * (0.00612 if row["currency"] == "JPY" else 1)
        assert abs(made["open_amount"].get(row["item_id"], 0.0) - exact) <= 0.005 + 1e-9
