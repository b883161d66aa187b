"""A half of a minor unit goes away from zero, on the exact product, in every place and on every engine."""

from fractions import Fraction

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.model.engine import ENGINES
from arkit.model.money import LARGEST_EXACT, at_exchange_rate, at_rate, decimal_units, proportion
from tests.engines import ledgers_on
from tests.literal import ledger_of
from tests.model.books import examples

COVERS = ("2026-01-01", "2026-01-31")
amounts = st.integers(-LARGEST_EXACT, LARGEST_EXACT)
small = st.integers(-1000, 1000)
wholes = small.filter(bool) | st.integers(-LARGEST_EXACT, LARGEST_EXACT).filter(bool)


def half_away(value: Fraction) -> int:
    """The nearest whole number; of two that are as near the one further from zero."""
    size = abs(value)
    return int((size + Fraction(1, 2)) // 1) * (1 if value >= 0 else -1)


def on_engine(engine: str, table: pl.DataFrame, expression: nw.Expr) -> list[int | None]:
    rows = nw.from_native(table.lazy() if engine == "polars" else table)
    rows = rows if engine == "polars" else rows.lazy("duckdb")
    found = rows.select(nw.col("row"), expression.alias("found")).collect("polars").to_native()
    return found.sort("row")["found"].to_list()


@pytest.mark.parametrize("engine", ENGINES)
@given(rows=st.lists(st.tuples(amounts | small, amounts | small, wholes), min_size=1, max_size=20))
@examples(0.3)
def test_a_proportion_is_exact(engine: str, rows: list[tuple[int, int, int]]) -> None:
    # Halves are rare among random numbers: half of them end in one.
    rows = [*rows, *((amount, part // 2 * 2 + 1, 2) for amount, part, _ in rows if abs(part) < 2**20)]
    rows = [row for row in rows if abs(Fraction(row[0] * row[1], row[2])) <= LARGEST_EXACT] or [(5, 1, 2)]
    expected = [half_away(Fraction(amount * part, whole)) for amount, part, whole in rows]
    table = pl.DataFrame(rows, schema=["amount", "part", "whole"], orient="row").with_row_index("row")
    found = on_engine(engine, table, proportion(nw.col("amount"), part=nw.col("part"), whole=nw.col("whole")))
    assert found == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("units", "rounded"), [(1, 1), (3, 2), (5, 3), (-1, -1), (-5, -3), (4, 2), (0, 0)])
def test_halves_go_away_from_zero(engine: str, units: int, rounded: int) -> None:
    table = pl.DataFrame({"row": [0], "amount": [units], "rate": [0.5]})
    assert on_engine(engine, table, at_rate(nw.col("amount"), nw.col("rate"))) == [rounded]


@pytest.mark.parametrize("engine", ENGINES)
@given(rows=st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 10**6)), min_size=1, max_size=20))
@examples(0.3)
def test_a_rate_is_the_decimal_that_it_stands_for(engine: str, rows: list[tuple[int, int]]) -> None:
    table = pl.DataFrame(rows, schema=["amount", "rate"], orient="row").with_row_index("row")
    table = table.with_columns(rate=pl.Series([rate / 10**6 for _, rate in rows]))
    expected = [half_away(Fraction(amount * rate, 10**6)) for amount, rate in rows]
    assert on_engine(engine, table, at_rate(nw.col("amount"), nw.col("rate"))) == expected


@given(digits=st.integers(1, 10**15), decimals=st.integers(0, 15))
def test_the_decimal_of_a_float_is_found_again(digits: int, decimals: int) -> None:
    value = Fraction(digits, 10**decimals)
    if value < 9:
        units = pl.select(decimal_units(pl.lit(float(value)), decimals=15)).item()
        assert Fraction(int(units), 10**15) == value


@pytest.mark.parametrize(("inverse", "base"), [(False, 13), (True, 800)])
def test_an_exchange_rate_of_a_half(inverse: bool, base: int) -> None:
    one = pl.lit(100)
    amount = at_exchange_rate(pl.lit(100), pl.lit(0.125), unit=one, base_unit=one, inverse=inverse)
    assert pl.select(amount).item() == base


# Where the package rounds


@pytest.mark.parametrize("engine", ENGINES)
def test_a_discount_of_a_half_cent(engine: str) -> None:
    """2 % of 1.25 is 2.5 cents: 3 were offered and 3 taken."""
    with ledgers_on(engine):
        ledger = ledger_of(
            """
            item_id document_date due_date   discount_date discount_rate amount
            A       2026-06-01    2026-06-30 2026-06-15    0.02          1.25
            """,
            entries=(
                "item_id entry_type effective_on amount\nA discount 2026-06-10 -0.03\nA settlement 2026-06-10 -1.22"
            ),
            covers=("2026-01-01", "2026-06-30"),
        )
        [row] = ar.kpis(ledger, as_of="2026-06-30", names=["discount_uptake"]).to_dict("records")
        assert row["value"] == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("base", "left"), [("1", 0.01), ("5", 0.03), ("7", 0.04)])
def test_the_base_amount_of_half_an_item(engine: str, base: str, left: float) -> None:
    """A credit nets half of an item; its base amount is an odd number of cents."""
    with ledgers_on(engine):
        ledger = ledger_of(
            f"""
            item_id item_type   document_date due_date   currency base_currency amount base_amount
            A       invoice     2026-01-01    2026-01-31 USD      EUR           2      0.0{base}
            C       credit_note 2026-01-01    2026-01-01 USD      EUR           -1     -0.01
            """,
            covers=COVERS,
        )
        table = ar.aging_table(ledger, as_of="2026-01-31", policy=ar.Policy(unapplied="net"), of="base_open_amount")
        assert table["gross"].tolist() == [left]
        # The net is that of the two base amounts; what differs by rate is exchange, under unapplied.
        assert table["net"].tolist() == [round(int(base) / 100 - 0.01, 2)]


def test_the_rounding_of_a_reconciliation() -> None:
    """Two amounts of 0.0025: half a cent is left over, and shown as a cent."""
    rows = "\n".join(f"{name} 2026-01-01 2026-01-31 {amount}" for name, amount in (("A", "1.0025"), ("B", "1.0025")))
    ledger = ledger_of(f"item_id document_date due_date amount\n{rows}", covers=COVERS)
    [row] = ar.reconcile(ledger, as_of="2026-01-31").to_dict("records")
    assert (row["gross"], row["rounding"], row["control_total"], row["difference"]) == (2.0, 0.01, 2.01, 0)


def test_the_carrying_cost_of_a_half_cent() -> None:
    """36.50 x 0.05 x 1 / 365 is half a cent."""
    ledger = ledger_of("item_id document_date due_date amount\nA 2026-01-01 2026-01-31 36.50", covers=COVERS)
    policy = ar.Policy(cost_of_capital=0.05)
    [row] = ar.kpis(ledger, as_of="2026-01-31", window=1, names=["carrying_cost"], policy=policy).to_dict("records")
    assert row["value"] == 0.01
