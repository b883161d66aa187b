"""What stands in a cell, whatever kind of column it comes from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from arkit.present.sheets import cell_values, exact_total

DAY, NUMBER = date(2026, 10, 31), 46326


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pd.Series([DAY, None]), id="days"),
        pytest.param(pd.Series(pd.to_datetime([DAY, None])), id="times"),
        pytest.param(pd.Series(pd.to_datetime([DAY, None])).dt.tz_localize("Asia/Tokyo"), id="times of a zone"),
        pytest.param(pd.Series(["2026-10-31", None]), id="texts"),
        pytest.param(pd.Series(pd.array([DAY, None], dtype="date32[pyarrow]")), id="days of Arrow"),
        pytest.param(pd.Series(pd.to_datetime([DAY, None])).astype("timestamp[ns][pyarrow]"), id="times of Arrow"),
    ],
)
def test_a_day_is_its_number_in_the_calendar_of_a_workbook(column: pd.Series) -> None:
    assert cell_values(column, "date") == [NUMBER, None]


def test_days_before_the_calendar_of_a_workbook_begins_count_down() -> None:
    assert cell_values(pd.Series([date(1899, 12, 29), date(9999, 12, 31)]), "date") == [-1, 2958465]


@pytest.mark.parametrize("numbers", [[np.int64(3), np.float64(2)], [Decimal("3"), 2.0], [3, 2, None, "no sales"]])
def test_a_total_counts_every_kind_of_number(numbers: list[object]) -> None:
    assert exact_total(numbers, places=2) == 5.0


def test_a_total_leaves_out_what_is_no_finite_number() -> None:
    assert exact_total([0.1, 0.2, float("nan"), float("inf")], places=2) == 0.3
