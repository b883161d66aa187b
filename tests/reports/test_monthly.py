"""The monthly report's sections, on small ledgers whose numbers can be checked by hand."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import ReconciliationError
from arkit.reports import MonthlyReport
from arkit.reports.facts import movement_summary
from arkit.reports.tiles import dashboard_tiles

SECTIONS = (
    "headline",
    "kpis",
    "aging",
    "entities",
    "customers",
    "exposures",
    "movements",
    "categories",
    "worklist",
    "findings",
    "definitions",
    "settings",
    "reconciliation",
)


def ledger_of(*rows: tuple[str, str, str, str, float, str | None], **more: Any) -> ar.Ledger:
    names = ["item_id", "customer_id", "document_date", "due_date", "amount", "settled_on"]
    items = pd.DataFrame(list(rows), columns=names).assign(currency="EUR")
    return ar.make_ledger(items=items, shape="settled", **{"covers": ("2026-01-01", "2026-12-31"), **more})


TWO_MONTHS = (
    ("A", "C1", "2026-01-10", "2026-02-09", 1000.0, None),
    ("B", "C2", "2026-01-20", "2026-02-19", 500.0, "2026-03-10"),
    ("C", "C2", "2026-03-05", "2026-04-04", 2000.0, None),
)


def report_of(ledger: ar.Ledger, as_of: str = "2026-03-31", **more: Any) -> MonthlyReport:
    return MonthlyReport(ledger, as_of=as_of, **more)


def test_headline_says_the_change_the_overdue_share_and_who_holds_it() -> None:
    markup = report_of(ledger_of(*TWO_MONTHS)).headline().markup.replace("\u00a0", " ")
    # 3000 after 1500; 1000 of 3000 past due, after all of 1500; all of it with one customer.
    assert "Receivables rose 100.0 % to EUR 3K" in markup
    assert "33 % is past due, 67 points less than in February, all of it at one customer: C1 EUR 1K." in markup


SALES = """date,currency,amount{tax}
2026-01-31,EUR,500{january}
2026-02-28,EUR,500{later}
2026-03-31,EUR,500{later}
"""


@pytest.mark.parametrize(
    ("tax", "said"),
    [
        ((",tax", ",95", ","), "180 days is about 28.7 days too high at a tax of 19.0 %"),
        (("", "", ""), "180 days is 8.6 to 38.3 days too high at a tax of 5.0 % to 27.0 %"),
    ],
    ids=["known of some sales", "not known"],
)
def test_a_mixed_basis_is_a_sentence_with_its_effect_and_no_number(tax: tuple[str, str, str], said: str) -> None:
    """3,000 with tax over 1,500 without, in 90 days; nobody knows what was billed in January, so sales are taken."""
    stated = dict(zip(("tax", "january", "later"), tax, strict=True))
    more = {"sales": pd.read_csv(StringIO(SALES.format(**stated))), "covers": ("2026-02-01", "2026-03-31")}
    ledger = ledger_of(("A", "C1", "2026-02-01", "2026-04-04", 3000.0, None), **more)
    report = report_of(ledger)
    [aging] = (row for _, row in report.facts.aging.iterrows())
    dashboard = dashboard_tiles(ledger, aging, currency="EUR", day=date(2026, 3, 31), policy=ar.Policy())
    for shown in (report.kpis(), dashboard):
        assert said in shown.markup.replace("\u00a0", " ")
    rows = report.facts.kpis.set_index("kpi")
    assert pd.isna(rows.loc["dso", "value"])
    assert rows.loc["average_days_delinquent", "value"] == rows.loc["past_due_ratio", "value"] == 0


def test_headline_says_why_dso_and_count_back_dso_disagree() -> None:
    """In August the sales of the summer make DSO fall, while what is past due grows."""
    markup = report_of(ar.sample_ledger(), as_of="2026-08-31").headline().markup
    assert "DSO and count-back DSO disagree" in markup
    assert "DSO and count-back DSO disagree" not in report_of(ar.sample_ledger(), as_of="2026-10-31").headline().markup


@pytest.mark.parametrize(("on_account", "said"), [(-250, True), (-50, False)])
def test_headline_has_both_kinds_of_dso_where_much_is_unapplied(on_account: float, said: bool) -> None:
    """1000 owed of 1000 sold in 90 days, and 250 on account: 90 days gross, 67.5 on the control account."""
    items = pd.DataFrame(
        {
            "item_id": ["A", "R"],
            "item_type": ["invoice", "receipt"],
            "customer_id": "C1",
            "currency": "EUR",
            "document_date": ["2026-02-10", "2026-03-10"],
            "due_date": ["2026-05-10", "2026-03-10"],
            "amount": [1000.0, on_account],
        }
    )
    markup = report_of(ar.make_ledger(items=items, covers=("2026-01-01", "2026-03-31"))).headline().markup
    assert ("DSO is 90.0 days gross and 67.5 days on the control account" in markup) is said


def test_headline_of_a_first_month_compares_with_nothing() -> None:
    markup = report_of(ledger_of(*TWO_MONTHS), as_of="2026-01-31").headline().markup
    assert "Receivables are EUR 1.5K on 31 Jan 2026" in markup


def test_headline_without_open_items() -> None:
    paid = ledger_of(("A", "C1", "2026-01-10", "2026-02-09", 1000.0, "2026-02-01"))
    assert "EUR 0" in report_of(paid).headline().markup


def test_tiles_show_the_value_the_change_and_the_reason_where_there_is_none() -> None:
    markup = report_of(ledger_of(*TWO_MONTHS)).kpis().markup
    assert "33.3 %" in markup
    assert "66.7 pts" in markup
    first = report_of(ledger_of(*TWO_MONTHS), as_of="2026-01-15").kpis().markup
    assert "No number: " in first


def test_movements_add_up_to_the_change_of_the_balance() -> None:
    report = report_of(ledger_of(*TWO_MONTHS))
    moved = report.facts.moved
    assert moved is not None
    summary = movement_summary(moved).set_index("movement")
    assert summary.loc["cured", "change"] == -500.0
    assert summary.loc["new", "change"] == 2000.0
    assert summary.loc["worsened", "open_amount"] == 1000.0
    assert summary["change"].sum() == 1500.0


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_a_snapshot_says_what_it_can(section: str) -> None:
    items = pd.DataFrame(
        {
            "item_id": ["A"],
            "customer_id": ["C1"],
            "document_date": ["2026-03-01"],
            "due_date": ["2026-03-20"],
            "currency": ["EUR"],
            "open_amount": [12.34],
        }
    )
    snapshot = ar.make_ledger(items=items, shape="open_items", snapshot_on="2026-03-31")
    markup = getattr(report_of(snapshot), section)().markup
    assert markup
    assert ("needs a ledger with history" in markup) == (section in ("movements", "categories", "worklist"))


def test_names_out_of_files_never_become_markup() -> None:
    name = "<img src=x onerror=alert(1)>"
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "name": [name, name]})
    report = report_of(ledger_of(*TWO_MONTHS, customers=customers))
    for section in ("customers", "exposures"):
        markup = getattr(report, section)().markup
        assert "<img" not in markup
        assert "&lt;img src=x" in markup


def test_a_report_that_does_not_tie_out_stops() -> None:
    gl = pd.DataFrame({"date": ["2026-03-31"], "currency": ["EUR"], "balance": [2999.99]})
    with pytest.raises(ReconciliationError, match=r"0\.01 unexplained difference to the general ledger"):
        report_of(ledger_of(*TWO_MONTHS, gl=gl)).reconciliation()


def test_the_workbook_has_the_same_numbers_as_the_page() -> None:
    report = report_of(ledger_of(*TWO_MONTHS))
    sheets = {sheet.name: sheet.table for sheet in report.sheets()}
    close = ["Tie-out", "Posted after cut-off", "Credit balances"]
    first = ["Summary", "Aging", "Drivers", "Customers", "Items", "Movements"]
    assert list(sheets) == [*first, *close, "Findings", "Reconciliation"]
    assert sheets["Aging"]["gross"].sum() == sheets["Items"]["open_amount"].sum() == 3000.0
    assert sheets["Reconciliation"]["control_total"].sum() == 3000.0


@pytest.mark.parametrize("entities", [1, 40])
def test_figures_hold_for_one_customer_and_for_forty_entities(entities: int) -> None:
    rows = [(f"I{n}", f"C{n}", "2026-01-10", "2026-02-09", 100.0 + n, None) for n in range(entities)]
    items = pd.DataFrame(rows, columns=["item_id", "customer_id", "document_date", "due_date", "amount", "settled_on"])
    items = items.assign(currency="EUR", entity=[f"E{n:02}" for n in range(entities)])
    ledger = ar.make_ledger(items=items, shape="settled", covers=("2026-01-01", "2026-12-31"))
    report = report_of(ledger)
    assert report.aging_chart().data
    assert report.entities().markup.count("<tr>") == entities + 1
