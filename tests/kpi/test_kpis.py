"""KPIs of balances and sales: what counts, and when there is no number."""

from datetime import date

import pandas as pd
import pytest

import arkit as ar
from tests.kpi.asked import COVERS, DAY, figure, settled
from tests.literal import ledger_of, table

pytestmark = pytest.mark.usefixtures("engine")

# Days of sales and turnover


@pytest.mark.parametrize("sales", [(100, 200, 300), (300, 200, 100)])
def test_the_sales_weighted_dso_does_not_move_with_sales(sales: tuple[int, int, int]) -> None:
    """Brigham and Ehrhardt: 0, 20 and 70 % are open in both quarters; 31 and 30 days of May and June."""
    rows = []
    for month, (amount, share) in enumerate(zip(sales, (0, 0.2, 0.7), strict=True), start=4):
        rows += [f"{month}a 2026-0{month}-10 2026-07-10 {amount * share} -"] if share else []
        rows += [f"{month}b 2026-0{month}-10 2026-07-10 {amount * (1 - share)} 2026-0{month}-20"]
    assert figure(settled(*rows), "sales_weighted_dso", window="quarter") == round(0.2 * 31 + 0.7 * 30, 4)


def test_the_sales_weighted_dso_needs_the_sales_of_every_month_that_is_open() -> None:
    ledger = settled("old 2025-11-10 2025-12-10 50 -", "new 2026-06-01 2026-07-01 100 -")
    assert figure(ledger, "sales_weighted_dso") == (
        "some receivables come from months whose sales are not known or are zero"
    )


def test_the_sales_weighted_dso_on_a_day_within_a_month() -> None:
    """Months counted back from the 15th: half of 16 May to 15 June (31 days) is open, and nothing before."""
    ledger = settled(
        "a 2026-06-10 2026-07-10 100 -",
        "b 2026-05-20 2026-06-19 100 2026-06-15",
        "c 2026-05-15 2026-05-31 9 2026-06-01",
    )
    assert figure(ledger, "sales_weighted_dso", as_of="2026-06-15") == 15.5


def test_turnover_is_on_the_average_of_opening_and_closing() -> None:
    ledger = settled(
        "a 2025-12-20 2026-01-20 400 2026-02-01",
        "b 2026-06-01 2026-07-01 600 -",
        "c 2026-03-01 2026-03-31 3400 2026-04-01",
        covers=("2025-12-01", DAY),
    )
    window = {"window": 181}
    assert figure(ledger, "receivables_turnover", **window) == 8
    assert figure(ledger, "turnover_days", **window) == 181 / 8


def test_turnover_without_anything_open_is_undefined() -> None:
    ledger = settled("a 2026-06-05 2026-06-10 400 2026-06-10")
    assert figure(ledger, "receivables_turnover") == "nothing was open at the start or the end of the window"
    assert figure(ledger, "turnover_days") == 0


def test_count_back_of_a_group_that_owes_nothing_is_nothing() -> None:
    rows = "item_id customer_id document_date due_date amount settled_on\n"
    rows += "a C1 2026-05-05 2026-06-10 400 2026-06-10\nb C2 2026-06-05 2026-07-10 400 -"
    ledger = ledger_of(rows, shape="settled", covers=COVERS)
    found = ar.countback_dso(ledger, as_of=DAY, by="customer_id").set_index("customer_id")["countback_dso"]
    assert found.to_dict() == {"C1": 0, "C2": 30}


def test_count_back_over_a_month_of_net_credits_is_no_number() -> None:
    rows = """
    item_id item_type   document_date due_date   amount
    a       invoice     2026-05-05    2026-06-05 300
    b       credit_note 2026-06-05    2026-06-05 -100
    c       invoice     2026-06-06    2026-07-06 20
    """
    paid = "item_id entry_type effective_on amount\na settlement 2026-06-10 -100"
    ledger = ledger_of(rows, entries=paid, covers=COVERS)
    assert figure(ledger, "countback_dso", as_of="2026-05-31") == 31
    assert "credit notes exceed the invoices" in str(figure(ledger, "countback_dso"))


# Discounts, write-offs, disputes

WITH_DISCOUNT = """
item_id document_date due_date   discount_date discount_rate amount
taken   2026-06-01    2026-06-30 2026-06-10    0.02          1000
missed  2026-06-01    2026-06-30 2026-06-10    0.02          3000
open    2026-06-01    2026-06-30 2026-06-10    0.02          9000
none    2026-06-01    2026-06-30 -             -             500
"""


def test_discounts_taken_of_those_offered_on_what_was_settled() -> None:
    """20 of 20 + 60; what is still open, and what has no discount terms, does not count."""
    entries = """
    item_id entry_type effective_on amount
    taken   settlement 2026-06-09   -980
    taken   discount   2026-06-09   -20
    missed  settlement 2026-06-29   -3000
    none    settlement 2026-06-09   -490
    none    discount   2026-06-09   -10
    """
    ledger = ledger_of(WITH_DISCOUNT, entries=entries, covers=COVERS)
    assert figure(ledger, "discount_uptake") == 0.25
    assert figure(ledger, "discount_uptake", as_of="2026-06-08") == "nothing with discount terms was paid"


def test_a_part_that_was_credited_earns_no_discount() -> None:
    entries = """
    item_id entry_type effective_on amount
    taken   correction 2026-06-05   -500
    taken   settlement 2026-06-09   -490
    taken   discount   2026-06-09   -10
    """
    assert figure(ledger_of(WITH_DISCOUNT, entries=entries, covers=COVERS), "discount_uptake") == 1


def test_written_off_in_the_window_against_its_sales() -> None:
    entries = """
    item_id entry_type effective_on amount
    old     write_off  2026-06-15   -30
    old     write_off  2026-05-15   -20
    """
    ledger = ledger_of(
        """
        item_id item_type   document_date due_date   amount
        old     invoice     2026-02-01    2026-03-01 50
        new     invoice     2026-06-01    2026-07-01 600
        """,
        entries=entries,
        covers=COVERS,
    )
    assert figure(ledger, "write_off_ratio") == 0.05
    assert figure(ledger, "write_off_ratio", as_of="2026-05-31") == "no sales in the window"


MARKS = "item_id kind from to\na dispute 2026-06-01 2026-06-20\nb dispute 2026-06-10 -"


def test_only_what_is_disputed_on_the_day_counts() -> None:
    items = "item_id document_date due_date amount\na 2026-05-01 2026-05-31 300\nb 2026-05-01 2026-05-31 100"
    ledger = ledger_of(items, marks=MARKS, covers=COVERS)
    assert figure(ledger, "dispute_ratio", as_of="2026-05-31") == 0
    assert figure(ledger, "dispute_ratio", as_of="2026-06-15") == 1
    assert figure(ledger, "dispute_ratio") == 0.25


def test_of_a_disputed_item_only_the_disputed_amount_counts() -> None:
    marks = "item_id customer_id kind from amount\na - dispute 2026-06-01 10\n- C1 dispute 2026-06-10 100"
    ledger = settled("a 2026-06-01 2026-07-01 60 -", "b 2026-06-02 2026-07-02 140 -", marks=marks)
    assert figure(ledger, "dispute_ratio", as_of="2026-06-05") == 0.05
    assert figure(ledger, "dispute_ratio") == 0.55


def test_a_ledger_that_records_no_disputes_does_not_claim_that_there_are_none() -> None:
    assert figure(settled("a 2026-06-01 2026-07-01 100 -"), "dispute_ratio") == "the ledger records no disputes"


# The day's balance


def test_the_oldest_bucket_is_that_of_the_policy() -> None:
    ledger = settled("a 2026-03-01 2026-03-31 25 -", "b 2026-05-01 2026-05-31 75 -")
    assert figure(ledger, "oldest_bucket_ratio") == 0.25
    assert figure(ledger, "oldest_bucket_ratio", policy=ar.Policy(edges=(15,))) == 1


def test_unapplied_receipts_and_credits_against_the_receivables() -> None:
    ledger = settled("a 2026-06-01 2026-07-01 200 -", "C 2026-06-02 2026-06-02 -30 -")
    assert figure(ledger, "unapplied_ratio") == 0.15
    assert figure(ledger, "unapplied_ratio", policy=ar.Policy(unapplied="net")) == 0


@pytest.mark.parametrize(("currency", "cost"), [("EUR", 2.4), ("JPY", 2), ("KWD", 2.4)])
def test_the_cost_of_capital_in_the_units_of_each_currency(currency: str, cost: float) -> None:
    items = table(
        f"item_id customer_id document_date due_date currency amount\na C1 2026-05-01 2026-07-01 {currency} 365"
    )
    ledger = ar.make_ledger(items=items, covers=COVERS)
    assert figure(ledger, "carrying_cost") == cost
    assert figure(ledger, "carrying_cost", policy=ar.Policy(cost_of_capital=0.0)) == 0


# What there is no number for

OF_THE_DAY = {"past_due_ratio", "oldest_bucket_ratio", "unapplied_ratio", "top_10_share", "hhi"}


def test_a_snapshot_has_the_figures_of_its_day_and_reasons_for_the_others() -> None:
    items = "item_id document_date due_date open_amount\na 2026-05-01 2026-05-31 100"
    ledger = ar.make_ledger(items=table(items, customer_id="C1", currency="EUR"), shape="open_items", snapshot_on=DAY)
    panel = ar.kpis(ledger, as_of=DAY)
    assert set(panel.loc[panel["value"].notna(), "kpi"]) == OF_THE_DAY
    assert panel.loc[panel["value"].isna(), "reason"].str.len().gt(10).all()


def test_cash_on_account_is_collected() -> None:
    """Of 100 due, 60 was received and not applied yet: 60 % is collected, and the control account is 40."""
    book = """item_id item_type document_date due_date amount
    a invoice 2026-06-01 2026-06-20 100
    r receipt 2026-06-25 2026-06-25 -60"""
    ledger = ledger_of(book, covers=COVERS)
    assert figure(ledger, "collection_effectiveness_index") == 0.6
    assert (figure(ledger, "dso"), figure(ledger, "control_account_dso")) == (30, 12)


def test_the_carrying_cost_is_that_of_the_average_balance() -> None:
    ledger = settled("a 2026-05-05 2026-06-10 36500 2026-06-10", "b 2026-06-05 2026-07-10 109500 -")
    assert figure(ledger, "carrying_cost") == round(73000 * 0.08 * 30 / 365, 2)


def test_a_ledger_with_nothing_open_has_reasons() -> None:
    ledger = settled("a 2026-06-01 2026-06-10 100 2026-06-10")
    panel = ar.kpis(ledger, as_of=DAY).set_index("kpi")
    assert panel.loc["past_due_ratio", "reason"] == "nothing is open"
    assert panel.loc[["dso", "sales_weighted_dso", "carrying_cost"], "value"].tolist() == [0, 0, 0]
    assert (panel["value"].isna() == panel["reason"].notna()).all()


def test_currencies_are_never_added() -> None:
    rows = "a C1 2026-06-01 2026-07-01 EUR 100 -\nb C1 2026-06-01 2026-06-20 USD 300 2026-06-25"
    items = table(f"item_id customer_id document_date due_date currency amount settled_on\n{rows}")
    ledger = ar.make_ledger(items=items, shape="settled", covers=COVERS)
    panel = ar.kpis(ledger, as_of=DAY, window="month").set_index(["currency", "kpi"])["value"]
    assert panel["EUR", "dso"] == 30
    assert panel["USD", "dso"] == 0
    assert panel["USD", "average_days_to_pay"] == 24
    assert pd.isna(panel["EUR", "average_days_to_pay"])


def test_the_panel_keeps_the_order_of_the_names() -> None:
    names = ["hhi", "dso", "carrying_cost"]
    panel = ar.kpis(ar.sample_ledger(), as_of="2026-10-31", names=names, by="entity")
    assert {tuple(rows["kpi"]) for _, rows in panel.groupby(["entity", "currency"])} == {tuple(names)}


# Which sales

UNFINISHED = "date currency amount\n2026-03-31 EUR 100\n2026-04-30 EUR 100\n2026-05-31 EUR 100\n2026-06-05 EUR 20"
MONTHLY = "date currency amount\n2026-04-30 EUR 100\n2026-05-31 EUR 100\n2026-06-30 EUR 100"


@pytest.mark.parametrize(
    ("as_of", "window", "basis"),
    [
        (DAY, "quarter", "sales, tax included"),
        (DAY, 30, "sales, tax included"),
        (DAY, 45, "billings, tax included"),
        ("2026-06-15", "month", "billings, tax included"),
    ],
)
def test_sales_by_month_cannot_tell_those_of_a_part_of_a_month(as_of: str, window: str | int, basis: str) -> None:
    items = "item_id document_date due_date amount\na 2026-05-20 2026-06-20 121\nb 2026-06-10 2026-07-10 121"
    ledger = ledger_of(items, sales=MONTHLY, covers=COVERS)
    assert ar.dso(ledger, as_of=as_of, window=window, policy=TAXED)["basis"].tolist() == [basis]


TAXED = ar.Policy(sales_tax=0.21)


@pytest.mark.parametrize("paid", ["", "b 2026-07-10 -"])
def test_receivables_and_sales_are_on_one_tax_basis(paid: str) -> None:
    """Nothing is paid of 121 with tax a month: none of it is collected, whatever the sales of 100 are taken from."""
    items = "item_id document_date due_date amount\n" + "\n".join(
        f"{month} 2026-0{month}-10 2026-0{month}-20 121" for month in (4, 5, 6)
    )
    tax = MONTHLY.replace("amount", "amount tax").replace(" 100", " 100 21")
    for sales, policy, basis in (
        (MONTHLY, ar.Policy(), "billings, tax included"),
        (MONTHLY, TAXED, "sales, tax included"),
        (tax, ar.Policy(), "sales, tax included"),
    ):
        ledger = ledger_of(items, sales=sales, covers=COVERS)
        panel = ar.kpis(ledger, as_of=DAY, policy=policy).set_index("kpi")
        assert (panel.loc["dso", "value"], panel.loc["dso", "basis"]) == (91, basis)
        assert panel.loc["collection_effectiveness_index", "value"] == 0
        assert panel.loc["receivables_turnover", "value"] == 2


def test_sales_without_their_tax_are_named_where_nothing_else_is_known() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\na 2026-06-03 2026-06-20 121", sales=MONTHLY, covers=("2026-06-01", DAY)
    )
    found = ar.dso(ledger, as_of=DAY, window="quarter")
    assert found["basis"].tolist() == ["sales, net of tax: too high by the tax"]


# The window


def test_the_window_is_that_of_the_policy_and_in_the_title() -> None:
    ledger = settled("a 2026-04-10 2026-07-10 100 -", "b 2026-06-10 2026-07-10 100 -")
    for window, title, days in (
        ("quarter", "Days sales outstanding, quarter", 91),
        (45, "Days sales outstanding, 45 days", 90),
    ):
        [row] = ar.kpis(ledger, as_of=DAY, names=["dso"], policy=ar.Policy(window=window)).to_dict("records")
        assert (row["title"], row["value"]) == (title, days)
    assert ar.kpis(ledger, as_of=DAY, names=["dso"])["value"].tolist() == [91]
    assert ar.kpis(ledger, as_of=DAY, names=["past_due_ratio"])["title"].tolist() == ["Past due"]


def test_months_may_be_periods_of_the_company() -> None:
    """Four weeks and five: the last period begins after 24 May, so that only the invoice of June is in it."""
    policy = ar.Policy(window="month", period_ends=(date(2026, 4, 26), date(2026, 5, 24), date(2026, 6, 28)))
    ledger = settled("a 2026-05-20 2026-07-10 100 -", "b 2026-06-10 2026-07-10 50 -")
    assert figure(ledger, "dso", as_of="2026-06-28", policy=policy) == 150 / 50 * 35
    assert figure(ledger, "countback_dso", as_of="2026-06-28", policy=policy) == 63
    trend = ar.kpi_trend(ledger, as_of="2026-06-28", months=2, names=["dso"], policy=policy, window=10)
    assert trend["as_of"].astype(str).tolist() == ["2026-05-24", "2026-06-28"]


def test_sales_by_month_with_a_month_that_is_not_over() -> None:
    """On the last day that the table speaks of, the sales since the month-end are known, not those of 30 days."""
    ledger = ledger_of(
        "item_id document_date due_date amount\na 2026-06-03 2026-06-20 121", sales=UNFINISHED, covers=COVERS
    )
    assert ar.dso(ledger, as_of="2026-06-05", window=5, policy=TAXED)["basis"].tolist() == ["sales, tax included"]
    assert ar.dso(ledger, as_of="2026-06-05", window=30, policy=TAXED)["basis"].tolist() == ["billings, tax included"]


@pytest.mark.parametrize(("as_of", "window"), [("2026-07-31", "month"), ("2026-07-31", "quarter"), (DAY, "year")])
def test_sales_that_begin_later_or_end_earlier_are_no_sales_of_the_window(as_of: str, window: str) -> None:
    items = "item_id document_date due_date amount\na 2026-05-20 2026-06-20 121"
    ledger = ledger_of(items, sales=MONTHLY, covers=("2025-01-01", "2026-07-31"))
    assert figure(ledger, "dso", as_of=as_of, window=window, policy=TAXED) == (
        "needs the sales of the whole window; the ledger begins later, or its sales end earlier"
    )
