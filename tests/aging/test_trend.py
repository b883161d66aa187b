"""Many month-ends in one pass are the same as an aging for each."""

from __future__ import annotations

import pandas as pd
import pytest

import arkit as ar
from arkit.policy import Policy

pytestmark = pytest.mark.usefixtures("engine")

POLICIES = [Policy(), Policy(unapplied="net"), Policy(basis="document_date", edges=(10, 20))]


@pytest.fixture(scope="module")
def sample(engine: str) -> ar.Ledger:
    return ar.sample_ledger()


@pytest.mark.parametrize("policy", POLICIES, ids=["apart", "net", "document date"])
@pytest.mark.parametrize("by", [None, "entity", ["entity", "industry"], "customer_id"], ids=str)
@pytest.mark.parametrize("of", ["open_amount", "base_open_amount", "items"])
def test_a_trend_is_the_aging_of_each_day(
    sample: ar.Ledger, policy: Policy, by: str | list[str] | None, of: str
) -> None:
    trend = ar.aging_trend(sample, as_of="2026-10-31", months=35, by=by, policy=policy, of=of)
    for day in ("2023-11-30", "2024-02-29", "2025-12-31", "2026-10-31"):
        expected = ar.aging_table(sample, as_of=day, by=by, policy=policy, of=of)
        found = trend[trend["as_of"] == day].drop(columns="as_of").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected)


def test_days_before_the_ledger_begins_are_left_out(sample: ar.Ledger) -> None:
    trend = ar.aging_trend(sample, as_of="2024-01-31", months=12)
    assert sorted(trend["as_of"].dt.strftime("%Y-%m-%d").unique()) == ["2023-11-30", "2023-12-31", "2024-01-31"]
