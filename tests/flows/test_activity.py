"""Balances, sales and receipts by month agree with the roll-forward of each month."""

from __future__ import annotations

import pandas as pd
import pytest

import arkit as ar
from tests.literal import ledger_of

pytestmark = pytest.mark.usefixtures("engine")


def test_months_of_a_small_ledger() -> None:
    ledger = ledger_of(
        """
        item_id item_type document_date due_date   amount
        A       invoice   2026-01-10    2026-02-09 100.00
        B       invoice   2026-02-10    2026-03-12  40.00
        R       receipt   2026-02-20    -          -70.00
        """,
        covers=("2025-12-31", "2026-03-31"),
    )
    trend = ar.activity_trend(ledger, as_of="2026-03-31", months=3).set_index("as_of")
    assert trend["sales"].tolist() == [100.0, 40.0, 0.0]
    assert trend["receipts"].tolist() == [0.0, 70.0, 0.0]
    assert trend["net"].tolist() == [100.0, 70.0, 70.0]


WHOLE = ar.Policy(intercompany="included")


@pytest.mark.parametrize("by", [None, "entity", "industry"])
def test_receipts_are_those_of_the_roll_forward(by: str | None) -> None:
    ledger = ar.sample_ledger()
    keys = [*([by] if by else []), "currency"]
    trend = ar.activity_trend(ledger, as_of="2026-10-31", months=2, by=by, policy=WHOLE)
    now = trend[trend["as_of"] == "2026-10-31"].set_index(keys)
    forward = ar.roll_forward(ledger, as_of="2026-10-31", since="2026-09-30", by=by).set_index(keys)
    expected = -(forward["cash"] + forward["settlements"])
    pd.testing.assert_series_equal(now["receipts"].round(3), expected.reindex(now.index).round(3), check_names=False)
