"""Relations among columns are found without a word of their headers, and never by the chance of a few rows."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.recognise.arithmetic import Facts, facts_of, measured
from tests.drawn import few

CENTS = st.integers(-10_000_000, 10_000_000)
SOME = st.integers(1, 10_000_000)


def facts(columns: dict[str, list[object]], *, buckets: tuple[str, ...] = ()) -> Facts:
    texts = {name: [None if cell is None else str(cell) for cell in cells] for name, cells in columns.items()}
    rows = pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).with_row_index("source_row", offset=2)
    return facts_of(
        measured(rows.with_columns(pl.col("source_row").cast(pl.Int64)), mark=".", order="ymd"), buckets=buckets
    )


def money(cents: list[int]) -> list[object]:
    return [f"{'-' if each < 0 else ''}{abs(each) // 100}.{abs(each) % 100:02}" for each in cents]


def found(known: Facts) -> list[tuple[str, dict[str, tuple[str, ...]], str]]:
    return [(each.proof.kind, each.columns, each.value) for each in known.relations if each.holds]


RELATIONS: dict[str, tuple[dict[str, list[object]], tuple[str, dict[str, tuple[str, ...]], str]]] = {
    "amount and tax": (
        {"x": [400, 250, 150], "y": [72, 45, 27], "z": [472, 295, 177]},
        ("sum", {"plus": ("x", "y"), "is": ("z",)}, ""),
    ),
    "paid and open": (
        {"x": [400, 250, 150, 90], "y": [400, 0, 100, 40], "z": [0, 250, 50, 50]},
        ("sum", {"plus": ("y", "z"), "is": ("x",)}, ""),
    ),
    "debit less credit": (
        {"x": [400, 250, None, None], "y": [None, None, 100, 70], "z": [400, 250, -100, -70]},
        ("sum", {"plus": ("x",), "minus": ("y",), "is": ("z",)}, ""),
    ),
    "net, tax and freight, not side by side": (
        {"x": [10, 20, 30], "z": [14, 26, 39.5], "y": [3, 4, 6], "b": [1, 2, 3.5]},
        ("sum", {"plus": ("x", "y", "b"), "is": ("z",)}, ""),
    ),
    "a running balance of each customer": (
        {
            "c": ["A", "B", "A", "B", "A"],
            "x": [100, 30, None, 45, 20],
            "y": [None, None, 70, None, None],
            "z": [100, 30, 30, 75, 50],
        },
        ("running", {"debit": ("x",), "credit": ("y",), "balance": ("z",), "by": ("c",)}, ""),
    ),
    "a running balance of one column, the newest row first": (
        {"x": [20, -70, 45, 100], "z": [95, 75, 145, 100]},
        ("running", {"debit": ("x",), "balance": ("z",)}, "up"),
    ),
    "document and base currency": (
        {"c": ["USD", "EUR", "USD"], "x": [1000, 500, 400], "z": [850, 500, 340]},
        ("base", {"document": ("x",), "base": ("z",), "currency": ("c",)}, "EUR"),
    ),
    "thousands": ({"x": [1.5, 2.25, 3], "z": [1500, 2250, 3000]}, ("ratio", {"part": ("x",), "whole": ("z",)}, "1000")),
    "marks that add up to zero": (
        {"m": ["A", "A", "B", "B", None], "x": [100, None, 70, None, 55], "y": [None, 100, None, 70, None]},
        ("zero", {"debit": ("x",), "credit": ("y",), "mark": ("m",)}, ""),
    ),
    "debits that equal credits": (
        {"d": ["1", "1", "2", "2", "2"], "x": [100, None, 70, 5, None], "y": [None, 100, None, None, 75]},
        ("balanced", {"debit": ("x",), "credit": ("y",), "by": ("d",)}, ""),
    ),
    "days overdue": (
        {"d": ["2026-02-09", "2026-02-19", "2026-03-31"], "n": [47, 37, -3], "x": [100, 50, 75]},
        ("days", {"day": ("d",), "days": ("n",)}, "2026-03-28"),
    ),
    "days overdue that are 0 before the due day": (
        {"d": ["2026-02-09", "2026-02-19", "2026-05-31"], "n": [47, 37, 0], "x": [100, 50, 75]},
        ("days", {"day": ("d",), "days": ("n",)}, "2026-03-28"),
    ),
    "days until due": (
        {"d": ["2026-02-09", "2026-02-19", "2026-03-31"], "n": [-47, -37, 3], "x": [100, 50, 75]},
        ("days", {"day": ("d",), "days_left": ("n",)}, "2026-03-28"),
    ),
    "terms": (
        {
            "d": ["2026-01-10", "2026-01-20", "2026-02-01"],
            "n": [30, 30, 14],
            "e": ["2026-02-09", "2026-02-19", "2026-02-15"],
        },
        ("terms", {"day": ("d",), "days": ("n",), "due": ("e",)}, ""),
    ),
}


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_is_found(name: str) -> None:
    columns, expected = RELATIONS[name]
    assert found(facts(columns)) == [expected]


def test_what_one_part_explains_alone_is_no_support() -> None:
    assert found(facts({"x": [400, 250, 150], "y": [0, 0, 0], "z": [400, 250, 150]})) == [
        ("same", {"columns": ("x", "z")}, "")
    ]
    one = facts({"x": [400, 250, 150], "y": [0, 250, 0], "z": [400, 0, 150]})
    assert [(each.support, each.fits, each.holds) for each in one.sums] == [(1, True, False)]


def test_rows_with_equal_amounts_count_once() -> None:
    assert found(facts({"x": [100] * 9, "y": [20] * 9, "z": [120] * 9})) == []


def test_the_columns_of_an_aging_are_summed_with_those_that_are_blank() -> None:
    columns: dict[str, list[object]] = {
        "a": [0, 0, 150],
        "b": [0, 250, 0],
        "c": [400, 0, 0],
        "d": [0, 0, 0],
        "z": [400, 250, 150],
    }
    assert found(facts(columns, buckets=("a", "b", "c", "d"))) == [
        ("sum", {"plus": ("a", "b", "c", "d"), "is": ("z",)}, "")
    ]
    assert found(facts(columns)) == [("sum", {"plus": ("a", "b", "c"), "is": ("z",)}, "")]


def test_the_columns_of_an_aging_bound_the_day() -> None:
    columns: dict[str, list[object]] = {
        "due": ["2026-02-09", "2026-03-12", "2026-03-31"],
        "a": [0, 0, 150],
        "b": [0, 250, 0],
        "c": [400, 0, 0],
    }
    ranges = {"a": (None, 0), "b": (1, 30), "c": (31, 60)}
    bounds = facts(columns).bounds(ranges, "due")
    assert bounds is not None
    assert bounds[:2] == (date(2026, 3, 13), date(2026, 3, 31))
    assert bounds[2].holds
    astray = facts({**columns, "due": ["2026-02-09", "2026-03-12", "2026-01-31"]}).bounds(ranges, "due")
    assert astray is not None
    assert astray[2].against == (4,)


def test_an_open_amount_above_the_original_is_named() -> None:
    known = facts({"x": [1000, 400, -50], "y": [600, 400, -80]})
    assert known.at_most("y", "x").against == (4,)
    assert known.at_most("x", "y").against == (2,)


def test_numbers_of_accounts_are_no_amounts() -> None:
    cells = facts(
        {"k": ["1210", "6010", "1210"], "x": ["1500.00", "900.00", "300.50"], "id": ["007", "011", "012"]}
    ).cells
    assert (cells.amounts, cells.codes) == (("x",), ("k", "id"))


def test_one_day_in_every_row_is_named() -> None:
    known = facts({"d": ["2026-03-31", "2026-03-31"], "e": ["2026-01-31", "2026-02-28"], "x": [1, 2]})
    assert known.constant_days == {"d": date(2026, 3, 31)}


@few(30)
@given(st.lists(st.tuples(SOME, SOME, CENTS), min_size=4, max_size=12, unique=True), st.data())
def test_a_sum_is_found_and_the_row_that_breaks_it_is_named(
    rows: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    net, tax, other = ([row[place] for row in rows] for place in range(3))
    total = [a + b for a, b in zip(net, tax, strict=True)]
    columns = {"n": money(net), "o": money(other), "t": money(tax), "z": money(total)}
    expected = ("sum", {"plus": ("n", "t"), "is": ("z",)}, "")
    assert expected in found(facts(columns))
    if len(rows) < 6:
        return
    place = data.draw(st.integers(0, len(rows) - 1))
    total[place] += 1
    broken = [each for each in facts({**columns, "z": money(total)}).sums if each.broken]
    assert [each.against for each in broken] == [(place + 2,)]


@few(60)
@given(st.lists(st.tuples(*[CENTS] * 6), min_size=3, max_size=8))
def test_columns_that_have_nothing_to_do_with_each_other_give_no_relation(rows: list[tuple[int, ...]]) -> None:
    columns = {f"c{place}": money([row[place] // 5000 * 5000 for row in rows]) for place in range(6)}
    assert [each for each in found(facts(columns)) if each[0] in ("running", "zero", "balanced", "ratio")] == []


@few(30)
@given(st.lists(st.tuples(st.sampled_from("ABC"), CENTS.filter(bool)), min_size=6, max_size=30), st.booleans())
def test_a_running_balance_is_found(rows: list[tuple[str, int]], up: bool) -> None:
    balance = dict.fromkeys("ABC", 0)
    lines = []
    for customer, cents in rows:
        balance[customer] += cents
        lines.append((customer, cents, balance[customer]))
    lines = lines[::-1] if up else lines
    known = facts(
        {
            "k": [line[0] for line in lines],
            "x": money([max(line[1], 0) for line in lines]),
            "y": money([max(-line[1], 0) for line in lines]),
            "z": money([line[2] for line in lines]),
        }
    )
    for each in known.running:
        assert each.agreeing == each.tested


@few(30)
@given(st.lists(st.integers(-300, 300).filter(bool), min_size=2, max_size=9, unique=True))
def test_days_overdue_give_the_day(numbers: list[int]) -> None:
    day = date(2026, 3, 31)
    due = [day - timedelta(days=number) for number in numbers]
    issued = [min(each - timedelta(days=30), day) for each in due]
    relation = facts({"i": [*issued], "d": [*due], "n": [*numbers]}).snapshot_day("d")
    assert relation is not None
    assert relation.value == "2026-03-31"
