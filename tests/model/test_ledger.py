"""The ledger: its days, its parts, its two clocks, and the tables it is made of."""

from datetime import date, datetime, time

import numpy as np
import pandas as pd
import polars as pl
import pytest

import arkit as ar
from arkit.errors import ArkitError, CoverageError, HistoryError, LedgerError, UnknownNameError
from tests.literal import ITEM, aged, codes, ledger_of, open_amounts, table

BOOK = """
item_id entity account customer_id item_type document_date recorded_on due_date   salesperson amount
A       ES     4300    C1          invoice   2026-01-01    2026-01-02  2026-01-31 Ann         100
B       ES     4310    C2          invoice   2026-01-10    2026-01-11  2026-02-09 Bob         200
C       DE     4300    C2          invoice   2026-01-15    2026-02-20  2026-02-14 -           400
R       ES     4300    C1          receipt   2026-02-01    2026-02-05  2026-02-01 -           -30
"""
APPLIED = "item_id counterpart_item_id effective_on recorded_on amount\nA R 2026-02-01 2026-02-05 30"
COVERS = ("2026-01-01", "2026-03-31")


@pytest.fixture(scope="module")
def ledger() -> ar.Ledger:
    return ledger_of(BOOK, applications=APPLIED, covers=COVERS)


# Days


@pytest.mark.parametrize("day", ["2025-12-31", "2026-04-01"])
def test_a_day_that_is_not_covered_is_refused(ledger: ar.Ledger, day: str) -> None:
    side = "before the first" if day < "2026" else "after the last"
    with pytest.raises(CoverageError, match=rf"{day} is {side} day .*2026-01-01 to 2026-03-31.*--hint covers_"):
        ar.aging_table(ledger, as_of=day)


def test_without_more_a_ledger_covers_the_days_that_it_mentions() -> None:
    assert ledger_of(BOOK, applications=APPLIED).covers == (date(2026, 1, 1), date(2026, 2, 20))


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(LedgerError, match=r"from 2026-03-31 to 2026-01-01\. Give the earlier one first"):
        ledger_of(BOOK, covers=("2026-03-31", "2026-01-01"))


@pytest.mark.parametrize("day", ["2026-02-01", date(2026, 2, 1), datetime(2026, 2, 1, 18), pd.Timestamp("2026-02-01")])
def test_a_day_is_a_date_a_moment_of_it_or_text(ledger: ar.Ledger, day: object) -> None:
    assert open_amounts(ledger, day) == {"A": 70, "B": 200, "C": 400}  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [None, "", "today", "31.01.2026", "2026-02-30", 20260201, pd.NaT, np.nan])
def test_what_is_no_day_is_refused(ledger: ar.Ledger, day: object) -> None:
    for ask in (ledger.known_on, lambda day: ar.reconcile(ledger, as_of=day)):
        with pytest.raises(LedgerError, match="is no day"):
            ask(day)  # type: ignore[arg-type]


# Two clocks


def test_what_was_known_on_a_day_leaves_out_what_was_recorded_later(ledger: ar.Ledger) -> None:
    """The receipt of 1 February was recorded on the 5th, invoice C only on the 20th."""
    known = ledger.known_on("2026-02-04")
    assert open_amounts(known, "2026-02-04") == {"A": 100, "B": 200}
    assert open_amounts(ledger.known_on("2026-02-05"), "2026-02-01") == {"A": 70, "B": 200}
    assert open_amounts(ledger, "2026-02-04") == {"A": 70, "B": 200, "C": 400}


def test_what_was_known_covers_no_later_day(ledger: ar.Ledger) -> None:
    known = ledger.known_on("2026-02-04")
    assert known.covers == (date(2026, 1, 1), date(2026, 2, 4))
    with pytest.raises(CoverageError, match="after the last"):
        ar.aging_table(known, as_of="2026-02-05")


def test_what_was_known_before_the_first_day_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(CoverageError, match="before the first"):
        ledger.known_on("2025-12-31")


def test_without_recorded_dates_nothing_is_known_of_what_was_known() -> None:
    ledger = ledger_of("item_id document_date due_date amount\nA 2026-01-01 2026-01-31 100")
    with pytest.raises(HistoryError, match="Map the posting or entry date to recorded_on"):
        ledger.known_on("2026-01-01")


def test_a_missing_recorded_date_is_the_effective_day() -> None:
    ledger = ledger_of(
        "item_id document_date recorded_on due_date amount\nA 2026-01-01 2026-01-02 2026-01-31 100",
        entries="item_id entry_type effective_on amount\nA write_off 2026-01-10 -40",
    )
    assert open_amounts(ledger.known_on("2026-01-09"), "2026-01-09") == {"A": 100}
    assert open_amounts(ledger.known_on("2026-01-10"), "2026-01-10") == {"A": 60}


def test_findings_and_control_totals_are_those_known_then() -> None:
    ledger = ledger_of(
        BOOK,
        entries="item_id entry_type effective_on recorded_on amount\nZ write_off 2026-01-05 2026-02-10 -7",
        covers=COVERS,
    )
    assert codes(ledger) == ["payment_to_no_item"]
    assert codes(ledger.known_on("2026-02-09")) == []
    assert ar.reconcile(ledger.known_on("2026-02-09"), as_of="2026-02-01")["excluded"].eq(0).all()


def test_a_ledger_is_never_changed(ledger: ar.Ledger) -> None:
    before = open_amounts(ledger, "2026-03-31")
    items = ledger.items
    items["original_amount"] = 0
    ledger.where(entity="ES")
    ledger.known_on("2026-01-31")
    assert open_amounts(ledger, "2026-03-31") == before
    assert ledger.items["original_amount"].tolist() == [100, 200, 400, -30]
    with pytest.raises(AttributeError):
        ledger.covers = (date(2026, 1, 1), date(2026, 1, 1))  # type: ignore[misc]


# Parts


def test_a_part_by_one_value_and_by_several(ledger: ar.Ledger) -> None:
    assert open_amounts(ledger.where(entity="DE"), "2026-03-31") == {"C": 400}
    assert open_amounts(ledger.where(customer_id=["C1", "C2"]), "2026-03-31") == {"A": 70, "B": 200, "C": 400}
    assert open_amounts(ledger.where(entity="ES", account="4310"), "2026-03-31") == {"B": 200}


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"entity": "FR"}, r"no entity 'FR'. Known: DE, ES"),
        ({"entity": ["ES", "FR"]}, r"no entity 'FR'"),
        ({"colour": "red"}, r"no column 'colour'"),
        ({"entity": "ES", "customer_id": "C9"}, r"no customer_id 'C9'. Known: C1, C2"),
    ],
)
def test_a_part_of_nothing_is_refused(ledger: ar.Ledger, conditions: dict[str, object], said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        ledger.where(**conditions)


def test_a_part_of_no_value_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(LedgerError, match="names no value"):
        ledger.where(entity=[])


def test_a_part_has_its_findings_and_balances_of_the_general_ledger() -> None:
    ledger = ledger_of(
        BOOK,
        entries="item_id entry_type effective_on amount\nB gift 2026-02-01 -5",
        gl="entity account date currency balance\nES 4300 2026-03-31 EUR 70\nDE 4300 2026-03-31 EUR 400",
        covers=COVERS,
    )
    spain, germany = ledger.where(entity="ES"), ledger.where(entity="DE")
    assert (codes(spain), codes(germany)) == (["unknown_entry_type"], [])
    assert ar.reconcile(germany, as_of="2026-03-31")[["gl_balance", "status"]].to_numpy().tolist() == [
        [400, "reconciled"]
    ]
    assert ar.reconcile(spain, as_of="2026-03-31")["excluded"].sum() == -5


def test_a_part_by_an_attribute_of_customers_is_by_the_latest() -> None:
    customers = "customer_id valid_from industry\nC1 2026-02-01 steel\nC1 2026-01-01 paper\nC2 - paper"
    ledger = ledger_of(BOOK, customers=customers, covers=COVERS)
    assert set(ledger.where(industry="paper").items["customer_id"]) == {"C2"}
    assert set(ledger.where(industry="steel").items["customer_id"]) == {"C1"}


def test_a_part_is_the_same_before_and_after_the_periods_are_prepared() -> None:
    ledger = ledger_of(BOOK, covers=COVERS)
    before = open_amounts(ledger.where(entity="ES"), "2026-03-31")
    assert open_amounts(ledger, "2026-03-31")
    assert open_amounts(ledger.where(entity="ES"), "2026-03-31") == before


# Tables of every kind


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(LedgerError, match="items table cannot be read as a table"):
        ar.make_ledger(items=[{"item_id": "A"}])


def test_a_table_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ArkitError, match="no table 'invoices'"):
        ar.make_ledger(invoices=table(BOOK, **ITEM))


def test_a_ledger_without_items_is_refused() -> None:
    with pytest.raises(LedgerError, match="needs an items table; given: payments"):
        ar.make_ledger(payments=table("item_id effective_on amount\nA 2026-01-01 5"))


def test_a_shape_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"no shape 'closed'\. Known: applied, open_items, settled"):
        ledger_of(BOOK, shape="closed")


def test_a_column_of_several_kinds_is_refused() -> None:
    mixed = table(BOOK, **ITEM).to_pandas().astype(object)
    mixed.loc[0, "amount"] = 5.5
    with pytest.raises(LedgerError, match="each of its columns with one type of value"):
        ar.make_ledger(items=mixed)


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("document_date", [time(1), time(2)], "date"),
        ("reference", [["a"], ["b"]], "text"),
        ("reference", [b"\xff", b"b"], "text"),
    ],
)
def test_a_column_of_a_kind_that_says_nothing_is_refused(column: str, values: list[object], kind: str) -> None:
    items = table("item_id document_date amount\nA 2026-01-01 1\nB 2026-01-01 2", **ITEM)
    with pytest.raises(LedgerError, match=rf"column '{column}' of the items table holds .* read as a {kind}"):
        ar.make_ledger(items=items.with_columns(pl.Series(column, values)))


def test_numbers_for_ids_are_read_as_people_see_them() -> None:
    """Excel makes 17.0 of 17; a missing one is missing."""
    items = table("document_date amount\n2026-01-01 1\n2026-01-01 2\n2026-01-01 4", **ITEM)
    ledger = ar.make_ledger(items=items.with_columns(item_id=pl.Series([17.0, 18.5, float("nan")])))
    assert ledger.items["item_id"].tolist() == ["17", "18.5"]
    assert codes(ledger) == ["missing_id", "missing_terms", "missing_terms"]


def test_a_moment_counts_on_the_day_of_its_place() -> None:
    """Half past eleven at night in New York is the next day in Greenwich."""
    moments = pd.to_datetime(["2026-01-01 23:30"]).tz_localize("America/New_York")
    items = pd.DataFrame(
        {"item_id": "A", "customer_id": "C1", "currency": "EUR", "amount": 1.0, "document_date": moments}
    )
    assert ar.make_ledger(items=items).covers[0] == date(2026, 1, 1)


def test_what_is_given_is_not_changed() -> None:
    items = table("item_id document_date amount\nA 2026-01-01 1,000.00\nB 2026-01-01 ten", **ITEM)
    before = items.clone()
    ledger = ar.make_ledger(items=items)
    assert items.equals(before)
    assert "ten" in ledger.findings["value"].tolist()


def test_a_settled_ledger_has_a_settlement_on_the_day(ledger: ar.Ledger) -> None:
    text = """
    item_id document_date due_date   amount settled_on
    A       2026-01-01    2026-01-31 100    2026-02-03
    B       2026-01-01    2026-01-31 50     -
    """
    settled = ledger_of(text, shape="settled")
    assert aged(settled, "2026-02-02") == {"1-30": 150}
    assert aged(settled, "2026-02-03") == {"1-30": 50}


def test_an_item_settled_before_it_was_made_is_told() -> None:
    text = "item_id document_date due_date amount settled_on\nA 2026-01-05 2026-01-31 100 2026-01-03"
    settled = ledger_of(text, shape="settled", covers=("2026-01-01", "2026-01-31"))
    assert codes(settled) == ["payment_before_invoice"]
    assert [aged(settled, day) for day in ("2026-01-03", "2026-01-05")] == [{"unapplied": -100}, {}]


def test_a_part_paid_on_an_unknown_day_counts_on_the_last() -> None:
    text = "item_id document_date due_date amount open_amount settled_on\nA 2026-01-01 2026-01-31 100 30 -"
    settled = ledger_of(text, shape="settled", covers=("2026-01-01", "2026-02-28"))
    assert codes(settled) == ["undated_payment"]
    assert [aged(settled, day) for day in ("2026-02-27", "2026-02-28")] == [{"1-30": 100}, {"1-30": 30}]


def test_an_open_amount_that_cannot_be_read_is_told() -> None:
    text = "item_id document_date due_date amount open_amount settled_on\nA 2026-01-01 2026-01-31 100 some -"
    settled = ledger_of(text, shape="settled")
    assert settled.findings[["code", "value"]].to_numpy().tolist() == [["unreadable_optional", "open_amount = some"]]
