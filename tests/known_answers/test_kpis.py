"""Published examples of KPIs. Two published tables of collection effectiveness are wrong and not copied:
one states 40m but reckons with 30m and prints 0.57 where 0.6667 is right; one prints 0.96 where 0.875 is right.
"""

import pytest

import arkit as ar
from tests.literal import table

ITEMS = "item_id customer_id document_date due_date currency amount settled_on"


def books(*rows: str, covers: tuple[str, str], sales: str | None = None) -> ar.Ledger:
    """Return a ledger of invoices with the day each was settled."""
    others = {} if sales is None else {"sales": table(f"date currency amount\n{sales}")}
    return ar.make_ledger(items=table("\n".join([ITEMS, *rows])), shape="settled", covers=covers, **others)


@pytest.mark.parametrize(("days", "expected"), [(365, 121.67), (183, 61.00), (283, 94.33)])
def test_days_sales_outstanding_over_any_window(days: int, expected: float) -> None:
    """Microsoft Dynamics 365 Finance, credit statistics: 50000 on 150000."""
    ledger = books(
        "1 C1 2024-12-01 2024-12-31 EUR 100000 2024-12-20",
        "2 C1 2024-12-02 2025-01-01 EUR 50000 -",
        covers=("2023-12-01", "2024-12-31"),
    )
    assert ar.dso(ledger, as_of="2024-12-31", window=days)["dso"].round(2).tolist() == [expected]


@pytest.mark.parametrize(
    ("sales", "receivables", "expected"), [((100, 200, 300), 250, 37.9), ((300, 200, 100), 110, 16.7)]
)
def test_the_same_payments_give_another_dso_when_sales_change(
    sales: tuple[int, int, int], receivables: int, expected: float
) -> None:
    """Brigham and Ehrhardt, Financial Management: of a month's sales 0, 20 and 70 % are open at the quarter's end."""
    rows = []
    for month, (amount, open_tenths) in enumerate(zip(sales, (0, 2, 7), strict=True), start=4):
        still_open = amount * open_tenths // 10
        rows.append(f"{month}a C1 2026-0{month}-10 2026-0{month}-28 EUR {amount - still_open} 2026-0{month}-28")
        rows.append(f"{month}b C1 2026-0{month}-10 2026-0{month}-28 EUR {still_open} -")
    ledger = books(*rows, covers=("2026-01-01", "2026-06-30"))
    assert ar.aging_table(ledger, as_of="2026-06-30")["gross"].tolist() == [receivables]
    assert ar.dso(ledger, as_of="2026-06-30", window="quarter")["dso"].round(1).tolist() == [expected]


UNTAXED = ar.Policy(sales_tax=0)


def countback(balance: int, sales: str, as_of: str = "2026-06-30") -> tuple[float, object]:
    ledger = books(f"1 C1 2025-01-01 2025-01-31 EUR {balance} -", covers=("2025-01-01", as_of), sales=sales)
    return tuple(ar.countback_dso(ledger, as_of=as_of, policy=UNTAXED)[["countback_dso", "reason"]].to_numpy()[0])


def test_count_back_takes_whole_days_of_each_month_that_is_exhausted() -> None:
    """212000 on 100000, 80000 and 70000: 73.71 where each month has 30 days; here May has one more."""
    days, reason = countback(212_000, "2026-06-30 EUR 100000\n2026-05-31 EUR 80000\n2026-04-30 EUR 70000")
    assert round(days - 1, 2) == 73.71
    assert reason != reason


def test_count_back_in_the_lengths_of_the_calendar() -> None:
    """2.1m on 900000 (31 days), 800000 (28) and 700000 (31)."""
    sales = "2026-03-31 EUR 900000\n2026-02-28 EUR 800000\n2026-01-31 EUR 700000"
    days, _ = countback(2_100_000, sales, as_of="2026-03-31")
    assert round(days, 2) == 76.71


def test_count_back_has_no_number_when_the_sales_run_out() -> None:
    """The sales run out before the balance does: say so."""
    days, reason = countback(212_000, "2026-06-30 EUR 100000\n2026-05-31 EUR 80000")
    assert days != days
    assert reason == "the known sales run out before the balance does"


@pytest.mark.parametrize(
    ("late", "not_due", "dso", "best", "delinquent"), [(99, 59, 158, 59, 99), (128, 32, 160, 32, 128)]
)
def test_average_days_delinquent(late: int, not_due: int, dso: float, best: float, delinquent: float) -> None:
    """The Hackett Group: 158 - 59 = 99 and 160 - 32 = 128; at sales of 100 a day."""
    paid = 36_500 - 100 * (late + not_due)
    ledger = books(
        f"1 C1 2024-06-01 2024-06-30 EUR {paid} 2024-06-30",
        f"2 C1 2024-06-01 2024-06-30 EUR {late * 100} -",
        f"3 C1 2024-12-01 2025-01-31 EUR {not_due * 100} -",
        covers=("2023-12-01", "2024-12-31"),
    )
    names = ["dso", "best_possible_dso", "average_days_delinquent"]
    panel = ar.kpis(ledger, as_of="2024-12-31", window=365, names=names)
    assert panel.set_index("kpi")["value"].round(9).to_dict() == dict(zip(names, (dso, best, delinquent), strict=True))


@pytest.mark.parametrize(("convention", "expected"), [("period", 0.7963), ("monthly", 0.559)])
def test_collection_effectiveness_in_both_conventions(convention: str, expected: float) -> None:
    """Opening 6200, sales of the quarter 10890, closing 6340, not due 3590; monthly: Credit Research Foundation."""
    ledger = books(
        "1 C1 2026-03-01 2026-03-31 EUR 6200 2026-05-15",
        "2 C1 2026-04-10 2026-05-10 EUR 4550 2026-05-10",
        "3 C1 2026-04-20 2026-05-20 EUR 2750 -",
        "4 C1 2026-06-20 2026-07-20 EUR 3590 -",
        covers=("2026-03-01", "2026-06-30"),
    )
    found = ar.collection_effectiveness_index(ledger, as_of="2026-06-30", window="quarter", convention=convention)
    assert found["collection_effectiveness_index"].tolist() == [pytest.approx(expected, abs=0.0005)]
    assert found["reason"].isna().all()


def test_days_beyond_terms_are_weighted_by_amount() -> None:
    """sum(payment x days late) / sum(payment): (300 x 20 - 100 x 4) / 400 = 14."""
    ledger = books(
        "1 C1 2026-05-01 2026-05-31 EUR 300 2026-06-20",
        "2 C1 2026-06-01 2026-06-30 EUR 100 2026-06-26",
        "3 C1 2026-01-01 2026-01-31 EUR 999 2026-05-31",
        covers=("2026-01-01", "2026-06-30"),
    )
    assert ar.days_beyond_terms(ledger, as_of="2026-06-30", window="month")["days_beyond_terms"].tolist() == [14]


@pytest.mark.parametrize(
    ("balances", "expected"), [((30, 30, 20, 20), 0.2600), ((10, 9, 12, 15, 12, 11, 15, 16), 0.1296)]
)
def test_herfindahl_index_of_positive_balances(balances: tuple[int, ...], expected: float) -> None:
    """US Department of Justice: 2600 and 1296 in points; a customer in credit does not count."""
    rows = [f"{n} C{n} 2026-06-01 2026-06-30 EUR {amount} -" for n, amount in enumerate(balances)]
    ledger = books(*rows, "X CX 2026-06-01 2026-06-01 EUR -500 -", covers=("2026-06-01", "2026-06-30"))
    assert ar.hhi(ledger, as_of="2026-06-30")["hhi"].round(4).tolist() == [expected]
