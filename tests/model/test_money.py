"""Money is exact: integers in minor units inside, the nearest double at the door."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.build.written_amounts import as_decimals
from arkit.calendar import decimals
from arkit.model.money import check_sums, to_minor, to_units
from tests.literal import codes, ledger_of, open_amounts, table
from tests.model.books import examples

ITEM = "item_id customer_id document_date due_date currency amount\n{0} C1 2026-01-01 2026-01-31 {1} {2}"
DAY = "2026-01-01"


def minor(values: object, unit: int, dtype: object = None, mark: str = ".") -> list[int | None]:
    column = pl.Series(values, dtype=dtype)  # type: ignore[arg-type]
    return to_minor(as_decimals(column, decimal_mark=mark), unit=pl.Series([unit]))[0].to_list()


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("USD", 2)])
def test_each_currency_has_its_decimals(currency: str, places: int) -> None:
    assert decimals(currency) == places


@pytest.mark.parametrize(
    ("currency", "text", "found"),
    [
        ("JPY", "1500", []),
        ("JPY", "1500.5", ["too_many_decimals"]),
        ("KWD", "1.234", []),
        ("EUR", "1.234", ["too_many_decimals"]),
    ],
)
def test_more_decimals_than_the_currency_has_are_told(currency: str, text: str, found: list[str]) -> None:
    ledger = ar.make_ledger(items=table(ITEM.format("A", currency, text)))
    assert codes(ledger) == found


def test_what_rounding_leaves_is_shown_in_the_reconciliation() -> None:
    """Three thirds of a cent each make a cent that the items do not have."""
    rows = "\n".join(f"{number} 2026-01-01 2026-01-31 0.3333" for number in range(3))
    ledger = ledger_of(f"item_id document_date due_date amount\n{rows}")
    proof = ar.reconcile(ledger, as_of=DAY)
    columns = ["gross", "rounding", "control_total", "difference"]
    assert proof[columns].to_numpy().tolist() == [[0.99, 0.01, 1.0, 0]]


@given(value=st.decimals("-99999999999", "99999999999", places=4), unit=st.sampled_from([1, 100, 1000]))
@examples(2)
def test_text_is_read_as_the_decimal_it_is(value: Decimal, unit: int) -> None:
    expected = int((value * unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert minor([str(value)], unit) == [expected]
    assert minor([value], unit, pl.Decimal(20, 4)) == [expected]


@given(cents=st.integers(-(10**13), 10**13))
@examples(2)
def test_a_double_is_the_amount_that_it_shows(cents: int) -> None:
    assert minor([cents / 100], 100) == [cents]
    frame = pl.DataFrame({"amount": [cents, cents], "currency": ["EUR", "EUR"]})
    assert to_units(frame, {"amount": "currency"})["amount"].to_list() == [cents / 100] * 2


@given(cents=st.integers(-(10**6), 10**6))
@examples(1)
def test_single_precision_is_read_as_far_as_it_goes(cents: int) -> None:
    assert minor(np.array([cents / 100], dtype=np.float32), 100) == [cents]


def test_integers_of_every_size_are_read() -> None:
    for dtype in (pl.Int8, pl.Int32, pl.Int64, pl.UInt64, pl.Int128):
        assert minor([5, None, 100], 100, dtype) == [500, None, 10000]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e18, 2.0**53])
def test_what_cannot_be_exact_is_missing(value: float) -> None:
    assert minor([value, 1.0], 100) == [None, 100]


@pytest.mark.parametrize("largest", ["90071992547409.92", "-90071992547409.92"])
def test_the_largest_amount_is_that_which_a_double_can_show(largest: str) -> None:
    assert minor([largest], 100) == [int(Decimal(largest) * 100)]
    assert minor([largest.replace(".92", ".93")], 100) == [None]


def test_amounts_at_the_door_are_the_nearest_doubles() -> None:
    """Not 14868688.700000001, which a product with 0.01 gives."""
    frame = pl.DataFrame({"amount": [1486868870, None, 29], "currency": ["EUR"] * 3})
    assert to_units(frame, {"amount": "currency"})["amount"].to_list() == [14868688.7, None, 0.29]


def test_an_amount_too_large_for_the_door_is_refused() -> None:
    frame = pl.DataFrame({"amount": [2**53 + 2], "currency": ["EUR"]})
    with pytest.raises(ar.errors.AmountError, match="9,007,199,254,740,994 minor units"):
        to_units(frame, {"amount": "currency"})


def test_a_sum_that_could_overflow_is_refused() -> None:
    with pytest.raises(ar.errors.AmountError, match="sums could overflow"):
        check_sums(pl.Series([2**61, -(2**61), 2**61]), table="entries")


def test_sums_do_not_depend_on_the_order_of_large_and_small() -> None:
    items = """
    item_id document_date due_date   amount
    1       2026-01-01    2026-01-31 89999999999999.99
    2       2026-01-01    2026-01-31 0.01
    3       2026-01-01    2026-01-31 -89999999999999.99
    """
    ledger = ledger_of(items)
    assert ar.aging_table(ledger, as_of=DAY)["net"].tolist() == [0.01]


def test_amounts_in_two_currencies_are_never_added() -> None:
    items = (
        "item_id document_date due_date currency amount\n1 2026-01-01 2026-01-31 EUR 1\n2 2026-01-01 2026-01-31 JPY 100"
    )
    aging = ar.aging_table(ledger_of(items), as_of=DAY)
    assert aging.set_index("currency")["net"].to_dict() == {"EUR": 1, "JPY": 100}


def test_a_share_of_large_base_amounts_does_not_overflow() -> None:
    """A milliard of dollars in roubles: the product of two amounts does not fit into 64 bits."""
    ledger = ledger_of(
        """
        item_id document_date due_date   currency base_currency exchange_rate amount
        1       2026-01-01    2026-01-31 USD      RUB           90            1000000000
        """,
        entries="item_id entry_type effective_on amount\n1 write_off 2026-01-01 -250000000",
    )
    assert ar.aging_table(ledger, as_of=DAY, of="base_open_amount")["net"].tolist() == [67_500_000_000]


@pytest.mark.parametrize(("rate", "expected"), [("inf", []), ("1e300", []), ("0", [0]), ("words", []), ("1.1", [110])])
def test_a_rate_that_is_none_leaves_the_base_amount_missing_and_is_told(rate: str, expected: list[float]) -> None:
    header = "item_id document_date due_date currency base_currency exchange_rate amount"
    ledger = ledger_of(f"{header}\n1 2026-01-01 2026-01-31 USD EUR {rate} 100")
    assert open_amounts(ledger, DAY) == {"1": 100}
    assert ("missing_base_amount" in codes(ledger)) == (not expected)
    assert ar.aging_table(ledger, as_of=DAY, of="base_open_amount")["net"].tolist() == (expected or [0])
