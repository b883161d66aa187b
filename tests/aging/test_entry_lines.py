"""Evidence of flows: lines, keys and days that do not exist, and what no entry makes."""

import pytest

import arkit as ar
from arkit.errors import CoverageError, LedgerError, UnknownNameError
from tests.literal import ledger_of

pytestmark = pytest.mark.usefixtures("engine")

COVERS = ("2026-01-01", "2026-03-31")
WINDOW = {"since": "2026-01-31", "as_of": "2026-02-28"}


@pytest.fixture(scope="module")
def ledger(engine: str) -> ar.Ledger:
    return ledger_of(
        """
        item_id item_type document_date due_date   amount
        A       invoice   2026-01-10    2026-02-09 100
        R       receipt   2026-02-15    2026-02-15 -60
        """,
        applications="item_id counterpart_item_id effective_on amount\nA R 2026-02-16 60",
        customers="customer_id valid_from collector\nC1 - Ann\nC1 2026-02-05 Ben",
        covers=COVERS,
    )


def rows(ledger: ar.Ledger, **how: str) -> list[tuple[object, ...]]:
    found = ar.evidence(ledger, **{**WINDOW, **how})  # type: ignore[arg-type]
    return list(found[["item_id", "line", "amount"]].itertuples(index=False, name=None))


def test_without_a_line_all_entries_between_the_two_days(ledger: ar.Ledger) -> None:
    assert rows(ledger) == [("A", "applied", -60), ("R", "cash", -60), ("R", "applied", 60)]


def test_the_entries_of_a_line(ledger: ar.Ledger) -> None:
    assert rows(ledger, line="cash") == [("R", "cash", -60)]
    assert rows(ledger, line="applied", bucket="not due") == [("A", "applied", -60)]
    assert rows(ledger, line="billed") == []


def test_the_entries_behind_both_ends(ledger: ar.Ledger) -> None:
    assert rows(ledger, line="opening") == [("A", "opening", 100)]
    assert rows(ledger, line="closing") == [("A", "closing", 100), ("A", "closing", -60)]


def test_what_aged_or_changed_hands_is_one_row_an_item(ledger: ar.Ledger) -> None:
    assert rows(ledger, line="aged_in", bucket="1-30") == [("A", "aged_in", 40)]
    assert rows(ledger, line="aged_out", bucket="not due") == [("A", "aged_out", -40)]
    assert rows(ledger, line="regrouped", collector="Ann") == [("A", "regrouped", -100)]
    assert rows(ledger, line="regrouped", collector="Ben") == [("A", "regrouped", 100)]


def test_what_is_open_of_the_item_at_the_closing_is_beside_each_entry(ledger: ar.Ledger) -> None:
    found = ar.evidence(ledger, **WINDOW)  # type: ignore[arg-type]
    assert found["open_amount"].tolist() == [40, 0, 0]


def test_a_line_without_an_opening_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(LedgerError, match="since which day"):
        ar.evidence(ledger, as_of="2026-02-28", line="cash")


@pytest.mark.parametrize("wrong", [{"line": "regrouped"}, {"line": "receipts"}, {"bucket": "0-7"}, {"nothing": "x"}])
def test_a_name_that_does_not_exist_is_refused(ledger: ar.Ledger, wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError):
        rows(ledger, **wrong)


def test_a_day_that_is_not_covered_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(CoverageError):
        rows(ledger, since="2025-12-01", line="cash")
