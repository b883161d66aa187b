"""Vintage: what is left of the billings of each month."""

import pandas as pd
import pytest

import arkit as ar
from tests.drawn import AS_OF, ledger_of_drawn, on_drawn
from tests.literal import ITEM, ledger_of, table

pytestmark = pytest.mark.usefixtures("engine")

COVERS = ("2026-01-01", "2026-06-30")


def shares(ledger: ar.Ledger, as_of: str, **how: object) -> dict[str, list[float]]:
    """Return the shares still open of each billing month, by age."""
    cells = ar.vintage(ledger, as_of=as_of, **how)
    months = cells["billing_month"].dt.strftime("%Y-%m")
    return {str(month): rows["share"].round(4).tolist() for month, rows in cells.groupby(months)}


@pytest.mark.parametrize("sales", [(100, 200, 300), (300, 200, 100)])
def test_the_same_payments_give_the_same_shares_when_sales_change(sales: tuple[int, int, int]) -> None:
    """Brigham and Ehrhardt: at the end of the quarter 0, 20 and 70 % of its months are open, whatever was sold."""
    rows, paid = ["item_id document_date due_date amount"], ["item_id effective_on amount"]
    for month, amount in enumerate(sales, start=4):
        rows.append(f"{month} 2026-0{month}-10 2026-0{month}-28 {amount}")
        for later, tenths in enumerate((3, 5, 2)):
            paid.append(f"{month} 2026-0{month + later}-28 {amount * tenths / 10}")
    ledger = ledger_of("\n".join(rows), payments="\n".join(paid), covers=("2026-01-01", "2026-08-31"))
    assert shares(ledger, "2026-06-30") == {"2026-04": [0.7, 0.2, 0.0], "2026-05": [0.7, 0.2], "2026-06": [0.7]}
    at_quarter_end = ar.vintage(ledger, as_of="2026-06-30").groupby("billing_month")["share"].last()
    assert at_quarter_end.round(4).tolist() == [0.0, 0.2, 0.7]
    assert at_quarter_end.sum() == pytest.approx(0.9)


def test_a_month_end_after_the_day_is_not_there() -> None:
    ledger = ledger_of("item_id document_date due_date amount\n1 2026-01-10 2026-01-31 100", covers=COVERS)
    assert shares(ledger, "2026-03-30") == {"2026-01": [1.0, 1.0]}
    assert shares(ledger, "2026-03-31") == {"2026-01": [1.0, 1.0, 1.0]}
    assert shares(ledger, "2026-01-30") == {}


def test_a_month_paid_in_full_is_there_with_nothing() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\n1 2026-01-10 2026-01-31 100",
        payments="item_id effective_on amount\n1 2026-01-20 100",
        covers=COVERS,
    )
    assert shares(ledger, "2026-02-28") == {"2026-01": [0.0, 0.0]}


def test_a_renegotiated_debt_stays_with_the_month_in_which_it_was_billed() -> None:
    items = """item_id document_date due_date amount replaces
1 2026-01-10 2026-01-31 100 -
2 2026-02-10 2026-04-30 100 1
3a 2026-03-10 2026-05-31 60 2
3b 2026-03-10 2026-06-30 40 2"""
    entries = """item_id entry_type effective_on amount
1 transfer 2026-02-10 -100
2 transfer 2026-03-10 -100
3b settlement 2026-04-10 -40"""
    ledger = ledger_of(items, entries=entries, covers=COVERS)
    assert shares(ledger, "2026-04-30") == {"2026-01": [1.0, 1.0, 1.0, 0.6]}


def test_items_that_replace_each_other_in_a_circle_do_not_hang() -> None:
    items = (
        "item_id document_date due_date amount replaces\n1 2026-01-10 2026-01-31 100 2\n2 2026-02-10 2026-04-30 100 1"
    )
    assert ar.vintage(ledger_of(items, covers=COVERS), as_of="2026-04-30").empty


def test_credit_notes_settle_and_are_no_billings() -> None:
    items = """item_id item_type document_date due_date amount
1 invoice 2026-01-10 2026-01-31 100
2 credit_note 2026-02-10 2026-02-10 -30"""
    applied = "item_id counterpart_item_id effective_on amount\n1 2 2026-02-10 30"
    assert shares(ledger_of(items, applications=applied, covers=COVERS), "2026-02-28") == {"2026-01": [1.0, 0.7]}


def test_of_the_month_in_which_the_ledger_begins_what_was_billed_since() -> None:
    items = """item_id document_date due_date amount
1 2025-12-20 2025-12-31 900
2 2026-01-10 2026-01-31 70
3 2026-01-20 2026-01-31 30"""
    ledger = ledger_of(
        items, payments="item_id effective_on amount\n3 2026-01-25 30", covers=("2026-01-15", "2026-06-30")
    )
    assert shares(ledger, "2026-02-28") == {"2026-01": [0.0, 0.0]}


def test_the_months_asked_for_are_the_last_whole_ones() -> None:
    rows = [f"{month} 2026-0{month}-10 2026-0{month}-28 100" for month in range(1, 6)]
    ledger = ledger_of("\n".join(["item_id document_date due_date amount", *rows]), covers=COVERS)
    assert shares(ledger, "2026-05-15", months=2) == {"2026-03": [1.0, 1.0], "2026-04": [1.0]}


def test_a_snapshot_does_not_know_what_was_billed() -> None:
    items = table("item_id document_date due_date open_amount\n1 2026-01-10 2026-01-31 100", **ITEM)
    ledger = ar.make_ledger(items=items, shape="open_items", snapshot_on="2026-01-31")
    with pytest.raises(ar.errors.CoverageError, match="snapshot"):
        ar.vintage(ledger, as_of="2026-01-31")


@on_drawn
def test_groups_add_up_and_what_comes_later_changes_nothing(items: list[dict]) -> None:
    whole = ar.vintage(ledger_of_drawn(items), as_of=AS_OF)
    parts = ar.vintage(ledger_of_drawn(items), as_of=AS_OF, by="customer_id")
    keys = ["currency", "billing_month", "age_months"]
    sums = parts.groupby(keys)[["billed", "open_amount"]].sum().round(3)
    pd.testing.assert_frame_equal(sums, whole.set_index(keys)[["billed", "open_amount"]].round(3))
    pd.testing.assert_frame_equal(ar.vintage(ledger_of_drawn(items, until=AS_OF), as_of=AS_OF), whole)


def test_the_sample_adds_up_to_what_is_open() -> None:
    """Journals aside, the last month-end's cells of all months are the receivables."""
    ledger = ar.sample_ledger()
    cells = ar.vintage(ledger, as_of="2026-10-31", months=36)
    items = ar.open_items(ledger, as_of="2026-10-31")
    carried = ledger.items.dropna(subset="replaces")["item_id"]
    debts = items[items["item_type"].isin(["invoice", "debit_note"]) | items["item_id"].isin(carried)]
    open_now = debts[debts["open_amount"] > 0].groupby("currency")["open_amount"].sum()
    last = cells[cells["as_of"] == "2026-10-31"].groupby("currency")["open_amount"].sum()
    pd.testing.assert_series_equal(last, open_now)
    assert cells["share"].between(0, 1).all()
