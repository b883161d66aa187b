"""Every way of writing an amount gives the same value, and what could be two amounts gives none."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.build.written_amounts import amount_pattern, as_decimals, currencies_in, exact_amounts
from arkit.model.money import to_minor
from tests.model.books import examples

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


def groups(whole: str, first: int, mark: str) -> str:
    """Digits with a mark before the last three and, going left, before every ``first`` of the others."""
    head, tail = whole[:-3], whole[-3:]
    parts = [head[max(0, end - first) : end] for end in range(len(head), 0, -first)][::-1]
    return mark.join([*parts, tail])


GROUPS = (("", 3), (",", 3), (",", 2), ("'", 3), ("’", 3), (" ", 3), ("\u202f", 3), ("\u2009", 3), ("\u00a0", 2))
ABOVE = ("{}", "{} EUR", "€{}", "USD {}", "Rs. {}", "\\{}", '="{}"', "'{}", "{} Dr", "Dr. {}", "S {}", "借{}", "{} Д")
BELOW = (
    "-{}",
    "{}-",
    "{} -",
    "−{}",
    "({})",
    "△{}",
    "▲¥{}",
    "(USD {})",
    "$({})",
    "{} CR",
    "Cr {}",
    "{} H",
    "贷 {}",
    "{}К",
)


@given(
    cents=st.integers(0, 10**12),
    grouped=st.sampled_from(GROUPS),
    about=st.sampled_from([*ABOVE, *BELOW]),
    comma=st.booleans(),
    wide=st.booleans(),
)
@examples(2)
def test_every_way_of_writing_is_the_same_amount(
    cents: int, grouped: tuple[str, int], about: str, comma: bool, wide: bool
) -> None:
    whole, decimals = f"{cents // 100}", f"{cents % 100:02}"
    text = f"{groups(whole, grouped[1], grouped[0]) if len(whole) > 3 else whole}.{decimals}"
    mark = "," if comma else "."
    text = text.translate(str.maketrans(".,", ",.")) if comma else text
    text = about.format(text.translate(WIDE) if wide else text)
    cells = pl.Series([text])
    expected = Decimal(cents) / 100 * (-1 if about in BELOW else 1)
    assert exact_amounts(cells, decimal_mark=mark).to_list() == [expected], text
    assert cells.str.contains(amount_pattern()).all(), text


@pytest.mark.parametrize(
    "text",
    [
        *("-100 Cr", "(100) Cr", "--5", "1 2", "12 34", "1,5", "0,125", "12,345,67", "1e3", "100 XYZ", "INV-100"),
        *("S11", "EUR 100 EUR", "EUR.50", "٥٠", "100 200 EUR 5", "1,234,-"),
    ],
)
def test_what_could_be_something_else_is_no_amount(text: str) -> None:
    assert exact_amounts(pl.Series([text]), decimal_mark=".").to_list() == [None]


@pytest.mark.parametrize(
    ("text", "mark"), [("1.234,-", ","), ("1'234.-", "."), ("CHF 1234.--", "."), ("1.234,—", ","), ("1 234,– €", ",")]
)
def test_a_dash_for_the_decimals_is_no_minus(text: str, mark: str) -> None:
    assert exact_amounts(pl.Series([text]), decimal_mark=mark).to_list() == [1234]


def test_a_dash_alone_is_nothing() -> None:
    assert exact_amounts(pl.Series(["-", "–", "—"]), decimal_mark=".").to_list() == [None] * 3


def test_a_sign_of_several_currencies_names_none() -> None:
    cells = pl.Series(["$5", "¥5", "5 kr", "R$ 5", "5 円", "12,50 руб.", "(CHF 5)", "US$ 5 Cr"])
    assert currencies_in(cells).to_list() == [None, None, None, "BRL", "JPY", "RUB", "CHF", "USD"]


def test_a_number_is_cut_off_where_text_is_and_rounded_once() -> None:
    given = [1.0049999, -1.0049999, 1.005, 0.1 + 0.2, 1.00499999999999989, 1e-7]
    exact = as_decimals(pl.Series(given), decimal_mark=".")
    assert [str(each) for each in exact] == ["1.004999", "-1.004999", "1.005000", "0.300000", "1.005000", "0.000000"]
    minor, _ = to_minor(exact, unit=pl.Series([100] * len(given)))
    assert minor.to_list() == [100, -100, 101, 30, 101, 0]
