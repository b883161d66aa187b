"""The customers page: sections of a ledger and of its edges, names as data, and the same numbers as the workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.present.html import Html
from arkit.reports import CustomersPage
from tests.literal import ledger_of, table

DAY = date(2026, 10, 31)
SECTIONS = (
    "headline", "segment_map", "categories", "categories_over_time", "classes", "migration", "movers", "deteriorating",
    "deteriorating_chart", "inactive_past_due", "worklist", "reconciliation",
)  # fmt: skip


def small(name: str = "Somebody") -> ar.Ledger:
    """One customer, one invoice, paid late."""
    items = "item_id document_date due_date amount settled_on\nA 2026-05-01 2026-05-31 100 2026-07-10"
    customers = pd.DataFrame({"customer_id": ["C1"], "name": [name], "industry": [name]})
    invoices = table(items, customer_id="C1", currency="EUR")
    return ar.make_ledger(items=invoices, customers=customers, shape="settled", covers=("2026-01-01", "2026-12-31"))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_one_customer_who_owes_nothing(section: str) -> None:
    assert getattr(CustomersPage(small(), day=DAY), section)()


def test_names_out_of_files_never_become_markup() -> None:
    page = CustomersPage(small("<img src=x onerror=alert(1)>"), day=DAY)
    for part in (page.one.behaviour(), page.one.statement(), page.groups("industry"), page.worklist()):
        assert isinstance(part, Html)
        assert "<img" not in part.markup


def test_a_customer_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ar.errors.UnknownNameError, match="C9"):
        _ = CustomersPage(small(), day=DAY, chosen="C9").one


def test_the_summary_weighs_by_amount() -> None:
    items = """item_id customer_id document_date due_date amount settled_on
        A C1 2026-01-01 2026-01-31 300 2026-02-10
        B C1 2026-02-01 2026-03-03 300 2026-03-13
        C C1 2026-03-01 2026-03-31 300 2026-04-10
        D C2 2026-01-01 2026-01-31 100 2026-01-31
        E C2 2026-02-01 2026-03-03 100 2026-03-03
        F C2 2026-03-01 2026-03-31 100 2026-03-31"""
    page = CustomersPage(ledger_of(items, shape="settled", covers=("2025-09-01", "2026-12-31")), day=date(2026, 6, 30))
    [sheet] = [sheet for sheet in page.sheets() if sheet.name == "Categories"]
    assert sheet.table[["category", "customers", "days_late", "recent_on_time_share"]].to_numpy().tolist() == [
        ["problem", 1, 10.0, 0.0],
        ["reliable", 1, 0.0, 1.0],
    ]


def test_the_workbook_has_every_customer_and_the_same_exposure_as_the_aging(tmp_path: Path) -> None:
    ledger = ar.sample_ledger()
    page = CustomersPage(ledger, day=DAY)
    sheets = {sheet.name: sheet.table for sheet in page.sheets()}
    aging = ar.aging_table(page.shown, as_of=DAY, by="intercompany")
    aging = aging[aging["intercompany"] != "true"].groupby("currency")["gross"].sum()
    for name in ("Categories", "Customers"):
        owed = sheets[name].groupby("currency")["open_amount"].sum()
        pd.testing.assert_series_equal(owed.round(3), aging.round(3), check_names=False)
    assert len(sheets["Customers"]) == len(page.categorised)
    assert set(sheets["Worklist"]["customer_id"]) <= set(sheets["Customers"]["customer_id"])


def test_the_worklist_says_what_is_not_on_it() -> None:
    items = """item_id customer_id document_date due_date amount settled_on
        A C1 2026-05-01 2026-05-31 100 -
        B C2 2026-05-01 2026-05-31 4000 -"""
    marks = "item_id kind from\nB dispute 2026-06-10"
    page = CustomersPage(ledger_of(items, shape="settled", covers=("2026-01-01", "2026-12-31"), marks=marks), day=DAY)
    markup = page.worklist().markup
    assert (
        "Not on the list, since all of it is disputed or at most 3 days late: EUR 4K past due of 1 customer."
        in markup.replace("\u00a0", " ")
    )
