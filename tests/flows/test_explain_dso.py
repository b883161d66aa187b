"""Why days sales outstanding changed: the parts add up, and each answers to its own cause."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given

import arkit as ar
from tests.drawn import AS_OF, drawn_items, few, ledger_of_drawn
from tests.kpi.asked import settled

PARTS = ["from_sales_timing", "from_terms", "from_early_payment", "from_delinquency"]
COVERS = ("2025-12-01", "2026-06-30")


def parts(ledger: ar.Ledger, as_of: str, since: str, **how: object) -> dict[str, float]:
    """Return the parts of the change that are not nothing, and the change."""
    [row] = ar.explain_dso(ledger, as_of=as_of, since=since, **how).to_dict("records")
    return {name: round(row[name], 6) for name in ("dso_change", *PARTS) if abs(row[name]) > 1e-9}


def quarter(first_month: int, sales: tuple[int, int, int]) -> list[str]:
    """Write invoices of three months of which 0, 20 and 70 % are open, and not due, at the end of the quarter."""
    rows = []
    for month, amount, tenths in zip(range(first_month, first_month + 3), sales, (0, 2, 7), strict=True):
        later = f"2026-0{first_month + 3}"
        rows += [f"{month}o 2026-0{month}-10 {later}-05 {amount * tenths / 10} {later}-05"] if tenths else []
        rows += [f"{month}p 2026-0{month}-10 2026-0{month}-20 {amount * (10 - tenths) / 10} 2026-0{month}-20"]
    return rows


def test_the_same_payments_at_other_sales_are_timing_of_sales_alone() -> None:
    """Brigham and Ehrhardt: sales of 100, 200, 300, then 300, 200, 100; 250 and 110 are open. 90 and 91 days."""
    ledger = settled(*quarter(1, (100, 200, 300)), *quarter(4, (300, 200, 100)), covers=COVERS)
    change = round(110 / 600 * 91 - 250 / 600 * 90, 6)
    assert parts(ledger, "2026-06-30", "2026-03-31", window="quarter") == {
        "dso_change": change,
        "from_sales_timing": change,
    }


def test_longer_terms() -> None:
    """Everything was due, and paid, within the month; then half of the sales is on longer terms."""
    short = ["a 2026-04-10 2026-04-20 200 2026-04-20"]
    longer = ["b 2026-06-10 2026-06-20 100 2026-06-20", "c 2026-06-10 2026-07-31 100 -"]
    ledger = settled(*short, *longer, covers=COVERS)
    assert parts(ledger, "2026-06-30", "2026-04-30", window="month") == {"dso_change": 15, "from_terms": 15}


def test_customers_who_no_longer_pay_early() -> None:
    """On the same terms all was paid before it was due, then nothing is."""
    ledger = settled("a 2026-04-10 2026-05-10 100 2026-04-20", "b 2026-06-10 2026-07-10 100 -", covers=COVERS)
    assert parts(ledger, "2026-06-30", "2026-04-30", window="month") == {"dso_change": 30, "from_early_payment": 30}


def test_customers_who_pay_late() -> None:
    ledger = settled("a 2026-04-10 2026-04-20 100 2026-04-20", "b 2026-06-10 2026-06-20 100 -", covers=COVERS)
    assert parts(ledger, "2026-06-30", "2026-04-30", window="month") == {"dso_change": 30, "from_delinquency": 30}


def test_a_debt_older_than_the_known_sales_counts_by_its_amount() -> None:
    """50 of before the ledger: 15 days of sales of 100; then 60 days less half of it paid, at sales of 25."""
    rows = [
        "old1 2025-01-10 2025-02-10 25 -",
        "old2 2025-01-10 2025-02-10 25 2026-05-15",
        "a 2026-04-10 2026-04-20 100 2026-04-20",
        "b 2026-06-10 2026-06-20 25 2026-06-20",
    ]
    found = parts(settled(*rows, covers=COVERS), "2026-06-30", "2026-04-30", window="month")
    # Mean debt 37.5 at 1.2 days a unit rather than 0.3; 25 less at 0.75 days a unit.
    assert found == {"dso_change": 15, "from_sales_timing": 33.75, "from_delinquency": -18.75}


@pytest.mark.parametrize(("as_of", "since"), [("2026-06-30", "2026-02-15"), ("2026-02-15", "2026-01-31")])
def test_a_day_without_sales_is_a_reason(as_of: str, since: str) -> None:
    ledger = settled("a 2026-01-10 2026-07-10 100 -", "b 2026-06-10 2026-07-10 100 -", covers=COVERS)
    [row] = ar.explain_dso(ledger, as_of=as_of, since=since, window=15).to_dict("records")
    assert row["reason"] in ("2026-02-15: no sales in the window", "2026-01-31: no sales in the window")
    assert pd.isna([row[name] for name in ("dso_change", *PARTS)]).all()


def test_a_group_that_is_new_is_a_reason() -> None:
    ledger = settled("a 2026-01-10 2026-02-10 100 -", "b 2026-06-10 2026-07-10 100 -", covers=COVERS)
    table = ar.explain_dso(ledger, as_of="2026-06-30", since="2025-12-31")
    assert table["reason"].tolist() == ["2025-12-31: no sales in the window"]


def test_a_policy_without_due_dates_tells_no_delinquency() -> None:
    ledger = settled("a 2026-05-10 2026-06-10 100 -", "b 2026-06-10 2026-07-10 100 -", covers=COVERS)
    table = ar.explain_dso(ledger, as_of="2026-06-30", since="2026-05-31", policy=ar.Policy(basis="document_date"))
    assert table["reason"].str.contains("ages by document date").all()


def test_sales_on_two_bases_are_not_compared() -> None:
    """The sample knows sales by month: within a month they are billings, tax included."""
    table = ar.explain_dso(
        ar.sample_ledger(), as_of="2026-10-31", since="2026-09-15", window="month", policy=ar.Policy(sales_tax=0)
    )
    assert set(table["reason"]) == {"2026-09-15: sales are known on another basis than 2026-10-31"}
    assert table[["dso_change", *PARTS]].isna().all(axis=None)


def test_the_days_stand_in_order() -> None:
    with pytest.raises(ar.errors.LedgerError, match="backwards"):
        ar.explain_dso(ar.sample_ledger(), as_of="2026-09-30", since="2026-10-31")


# What holds of every ledger


def assert_adds_up(table: pd.DataFrame) -> None:
    known = table[table["reason"].isna()]
    assert (known["dso"] - known["dso_before"]).tolist() == pytest.approx(known["dso_change"].tolist())
    assert known[PARTS].sum(axis=1).tolist() == pytest.approx(known["dso_change"].tolist(), abs=1e-6)


@few(30)
@given(items=drawn_items)
def test_the_parts_add_up(items: list[dict]) -> None:
    ledger = ledger_of_drawn(items)
    for policy in (ar.Policy(), ar.Policy(unapplied="net", day_zero="overdue")):
        how = {"since": date(2026, 4, 15), "by": "customer_id", "window": "quarter", "policy": policy}
        assert_adds_up(ar.explain_dso(ledger, as_of=AS_OF, **how))


@pytest.mark.parametrize("window", ["month", "quarter", "year", 45])
@pytest.mark.parametrize("by", [None, "entity", "salesperson", ["industry", "entity"]])
def test_the_parts_add_up_on_the_sample(by: object, window: object) -> None:
    table = ar.explain_dso(ar.sample_ledger(), as_of="2026-10-31", since="2026-07-31", by=by, window=window)
    assert table["reason"].isna().any()
    assert_adds_up(table)
