"""Lists of open items of several days as one ledger: every list adds up, and what lies between is marked inferred."""

from datetime import date, timedelta

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.build.snapshots import history_of
from arkit.errors import CoverageError, ReadingError
from arkit.model.snapshot import freeze
from tests.drawn import few
from tests.random_ledgers import FIRST, ledgers

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
NAMES = ["item_id", "customer_id", "document_date", "due_date", "open_amount"]
DUE = "2026-10-15"
OF_LIST = ["item_id", "entity", "account", "customer_id", "item_type", "document_date", "due_date", "currency"]
BY = ["entity", "account", "customer_id"]


def list_of(day: date, *rows: tuple[object, ...], **columns: object) -> ar.Ledger:
    items = pd.DataFrame(rows, columns=NAMES).assign(**{"currency": "EUR", **columns})
    return ar.make_ledger(items=items, shape="open_items", snapshot_on=day)


def two_lists(earlier: list[tuple[object, ...]], later: list[tuple[object, ...]]) -> ar.Ledger:
    return history_of([list_of(SEPTEMBER, *earlier), list_of(OCTOBER, *later)])


def row(item: str, amount: float, *, customer: str = "C1", dated: str = "2026-09-01", due: str = DUE) -> tuple:
    return item, customer, dated, due, amount


def entries(ledger: ar.Ledger) -> list[tuple[object, ...]]:
    table = ledger.entries.assign(day=ledger.entries["effective_on"].dt.strftime("%d %b"))
    return list(table[["item_id", "entry_type", "day", "amount"]].itertuples(index=False, name=None))


def found(ledger: ar.Ledger) -> dict[str, list[str]]:
    table = ledger.findings
    return {str(code): sorted(rows["item_id"].dropna()) for code, rows in table.groupby("code", observed=True)}


STAYS = row("stays", 1.0)


def test_what_is_gone_was_settled_on_the_day_of_the_later_list() -> None:
    ledger = two_lists([row("I1", 100.0), STAYS], [STAYS])
    assert entries(ledger)[:2] == [("I1", "original", "01 Sep", 100.0), ("I1", "inferred_settlement", "31 Oct", -100.0)]
    [finding] = ledger.findings[["code", "action", "value", "amount"]].to_dict("records")
    assert finding == {
        "code": "inferred_settlement",
        "action": "derived",
        "value": "after 2026-09-30, by 2026-10-31",
        "amount": -100.0,
    }


def test_an_amount_that_fell_is_a_part_payment_and_one_that_rose_a_finding() -> None:
    ledger = two_lists([row("less", 100.0), row("more", 100.0)], [row("less", 40.0), row("more", 130.0)])
    assert entries(ledger)[1::2] == [
        ("less", "inferred_settlement", "31 Oct", -60.0),
        ("more", "correction", "31 Oct", 30.0),
    ]
    assert found(ledger)["open_amount_rose"] == ["more"]


def test_an_item_counts_from_its_date_and_one_that_the_earlier_list_lacks_from_the_day_of_the_later() -> None:
    ledger = two_lists([STAYS], [STAYS, row("new", 10.0, dated="2026-10-05"), row("late", 20.0)])
    assert entries(ledger)[1:] == [("new", "original", "05 Oct", 10.0), ("late", "original", "31 Oct", 20.0)]
    assert found(ledger) == {"appeared_late": ["late"]}


def test_a_new_due_date_carries_the_item_on() -> None:
    ledger = two_lists([row("I1", 100.0), STAYS], [row("I1", 60.0, due="2026-12-01"), STAYS])
    moved = ar.movements(ledger, as_of=OCTOBER, since=SEPTEMBER).set_index("item_id")["movement"]
    assert dict(moved) == {"I1": "renegotiated", "I1 (2026-09-30)": "renegotiated", "stays": "worsened"}
    rolled = ar.roll_forward(ledger, as_of=OCTOBER, since=SEPTEMBER).iloc[0]
    assert (rolled["settlements"], rolled["transfers"], rolled["closing"]) == (-40.0, 0.0, 61.0)


def test_a_number_of_another_customer_is_another_item() -> None:
    ledger = two_lists([row("I1", 100.0)], [row("I1", 100.0, customer="C2", dated="2026-10-05")])
    assert set(ledger.items["item_id"]) == {"I1 (2026-09-30)", "I1"}
    assert found(ledger)["number_used_again"] == ["I1 (2026-09-30)"]


def test_a_pair_that_is_cancelled_later_is_applied_and_not_paid() -> None:
    credit = ("K1", "C1", "2026-10-05", "2026-10-05", -100.0)
    later = list_of(OCTOBER, row("I1", 100.0), credit, reference=[None, "I1"])
    ledger = history_of([list_of(SEPTEMBER, row("I1", 100.0), STAYS), later])
    kinds = {(item, kind) for item, kind, *_ in entries(ledger)}
    assert {("I1", "application"), ("K1", "application")} <= kinds
    assert ("I1", "inferred_settlement") not in kinds
    rolled = ar.roll_forward(ledger, as_of=OCTOBER, since=SEPTEMBER).iloc[0]
    assert (rolled["credit_notes"], rolled["applied"], rolled["settlements"]) == (-100.0, 0.0, -1.0)


def test_what_a_list_excludes_is_excluded_until_a_list_has_it_no_more() -> None:
    both, gone = row("both", 5.0), row("gone", 7.0)
    ledger = two_lists([both, both, gone, gone], [both, both])
    excluded = [ar.reconcile(ledger, as_of=day).iloc[0]["excluded"] for day in (SEPTEMBER, OCTOBER)]
    status = [ar.reconcile(ledger, as_of=day).iloc[0]["difference"] for day in (SEPTEMBER, OCTOBER)]
    assert (excluded, status) == ([12.0, 5.0], [0.0, 0.0])


def test_a_dispute_lasts_as_long_as_the_lists_say() -> None:
    lists = [
        list_of(day, row("I1", 10.0), row("I2", 20.0), disputed=flags)
        for day, flags in ((SEPTEMBER, ["yes", "no"]), (OCTOBER, ["no", "yes"]))
    ]
    ledger = history_of(lists)
    held = [ar.open_items(ledger, as_of=day).set_index("item_id")["disputed"] for day in (SEPTEMBER, OCTOBER)]
    assert [list(one[one > 0].index) for one in held] == [["I1"], ["I2"]]


def test_only_the_days_of_the_lists_are_answered_and_nothing_that_needs_sales() -> None:
    ledger = two_lists([row("I1", 100.0), STAYS], [STAYS])
    with pytest.raises(CoverageError, match="in none of these lists"):
        ar.aging_table(ledger, as_of="2026-10-15")
    assert ar.aging_trend(ledger, as_of=OCTOBER)["as_of"].dt.date.unique().tolist() == [SEPTEMBER, OCTOBER]
    rates = ar.roll_rates(ledger, as_of=OCTOBER)
    assert rates["cured"].sum() == 100.0
    panel = ar.kpis(ledger, as_of=OCTOBER, window="month", names=["dso", "countback_dso", "past_due_ratio"])
    assert dict(zip(panel["kpi"], panel["value"].notna(), strict=True)) == {
        "dso": False,
        "countback_dso": False,
        "past_due_ratio": True,
    }
    with pytest.raises(CoverageError, match="billed and paid between two lists"):
        ar.vintage(ledger, as_of=OCTOBER)


@pytest.mark.parametrize(
    ("lists", "says"),
    [
        ([list_of(OCTOBER, STAYS), list_of(OCTOBER, STAYS)], "of one day"),
        ([list_of(SEPTEMBER, STAYS, entity="ES"), list_of(OCTOBER, STAYS, entity="UK")], "has no items of"),
        ([list_of(OCTOBER, STAYS), ar.sample_ledger()], "only lists"),
    ],
)
def test_lists_that_make_no_history_are_refused(lists: list[ar.Ledger], says: str) -> None:
    with pytest.raises(ReadingError, match=f"(?i){says}"):
        history_of(lists)


def test_a_frozen_history_is_the_same(tmp_path: object) -> None:
    ledger = two_lists([row("I1", 100.0), STAYS], [STAYS])
    again = ar.read_ledger(freeze(ledger, str(tmp_path)))
    assert again.snapshots == (SEPTEMBER, OCTOBER)
    assert again.is_snapshot


def listed_on(ledger: ar.Ledger, day: date) -> ar.Ledger:
    """Return what a company with this ledger exports on a day; a row with nothing open for each entity."""
    items = ar.open_items(ledger, as_of=day)
    items = items.merge(ledger.items[[*OF_LIST, "base_currency"]], on="item_id", suffixes=("", "_of_item"))
    # A list whose credits all raise what is owed is refused; a credit that is applied too often is like a debt.
    items.loc[items["open_amount"] > 0, "item_type"] = "invoice"
    nothing = pd.DataFrame({"item_id": ["A0", "B0"], "entity": ["A", "B"], "account": "120000", "customer_id": "C1"})
    nothing = nothing.assign(item_type="invoice", document_date=pd.Timestamp(day))
    nothing = nothing.assign(due_date=pd.Timestamp(day), currency="EUR", base_currency="EUR")
    rows = pd.concat([items[[*OF_LIST, "base_currency", "open_amount"]], nothing.assign(open_amount=0.0)])
    return ar.make_ledger(items=rows, shape="open_items", snapshot_on=day)


@few(25)
@given(ledgers(), st.lists(st.integers(0, 120), min_size=2, max_size=5, unique=True))
def test_every_list_adds_up_to_the_ledger_of_its_day(ledger: ar.Ledger, numbers: list[int]) -> None:
    days = [FIRST + timedelta(days=number) for number in numbers]
    history = history_of([listed_on(ledger, day) for day in days])
    assert history.snapshots == tuple(sorted(days))
    for day in days:
        true, made = (ar.aging_table(one, as_of=day, by=BY) for one in (ledger, history))
        pd.testing.assert_frame_equal(made, true, check_dtype=False)
        assert set(ar.reconcile(history, as_of=day)["difference"]) <= {0.0}


ROW = st.fixed_dictionaries(
    {
        "item_id": st.sampled_from(["I1", "I2", "I3", "I4"]),
        "entity": st.just("A"),
        "account": st.sampled_from(["120000", "120000", "120900"]),
        "customer_id": st.sampled_from(["C1", "C1", "C2"]),
        "item_type": st.just("journal"),
        "document_date": st.sampled_from([date(2026, 1, 5), date(2026, 2, 10)]),
        "due_date": st.sampled_from([date(2026, 2, 1), date(2026, 2, 1), date(2026, 6, 1)]),
        "currency": st.sampled_from(["EUR", "EUR", "JPY"]),
        "open_amount": st.sampled_from([-30.0, 0.0, 40.0, 100.0]),
    }
)


@few(30)
@given(st.lists(st.lists(ROW, min_size=1, max_size=5), min_size=2, max_size=4))
def test_whatever_lists_say_each_is_the_ledger_of_its_day(drawn: list[list[dict[str, object]]]) -> None:
    """Numbers that are used again, moved due dates and accounts, rows that come twice, items that come back."""
    lists = [
        ar.make_ledger(items=pl.DataFrame(rows), shape="open_items", snapshot_on=FIRST + timedelta(days=31 * month))
        for month, rows in enumerate(drawn, start=1)
    ]
    history = history_of(lists[::-1])
    assert history.frames.items["item_id"].is_unique().all()
    for one in lists:
        day = one.covers[0]
        parts = [ar.aging_table(each, as_of=day, by=BY) for each in (one, history)]
        pd.testing.assert_frame_equal(parts[1], parts[0], check_dtype=False)
        proofs = [ar.reconcile(each, as_of=day)[["control_total", "excluded", "difference"]] for each in (one, history)]
        assert proofs[1].sum().tolist() == proofs[0].sum().tolist()
