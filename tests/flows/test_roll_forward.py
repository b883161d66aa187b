"""The roll-forward: it closes to the cent, ties to the aging at both ends, and each number opens to its entries."""

from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar
from arkit.aging.aging import aging_frame
from arkit.aging.entry_lines import LINES
from arkit.calendar import month_ends_back
from arkit.errors import CoverageError, LedgerError, UnknownNameError
from arkit.flows.roll_forward import roll_forward_frame
from arkit.policy import Policy
from arkit.words.columns import ENTRY_TYPES, ITEM_TYPES, UNAPPLIED
from tests.drawn import few
from tests.literal import ledger_of
from tests.random_ledgers import DAYS, LAST, ledgers

WINDOW = {"since": "2026-01-31", "as_of": "2026-02-28"}
COVERS = ("2026-01-01", "2026-03-31")
CUTS = (None, "entity", "account", "customer_id", "currency", "item_id", "collector", "bucket", ("entity", "bucket"))
POLICIES = (Policy(), Policy(edges=(10, 20), basis="document_date"), Policy(day_zero="overdue", unapplied="net"))
AMOUNTS = st.sampled_from(["amount", "base_amount"])
WINDOWS = st.tuples(DAYS, DAYS).map(sorted)


def net_of(ledger: ar.Ledger, day: date, by: Any, policy: Policy, of: str) -> dict[tuple[object, ...], int]:
    """The net of the aging, group by group."""
    names = [by] if isinstance(by, str) else list(by or [])
    items = [name for name in names if name != "bucket"]
    of = "open_amount" if of == "amount" else "base_open_amount"
    aged = aging_frame(ledger, day, by=items, policy=policy, of=of)  # type: ignore[arg-type]
    keys = [name for name in aged.columns[: aged.columns.index(policy.labels[0])]]
    if "bucket" in names:
        labels = [*policy.labels, UNAPPLIED]
        aged = aged.drop("net").unpivot(labels, index=keys, variable_name="bucket", value_name="net")
        aged = aged.with_columns(pl.col("bucket").replace_strict({label: n for n, label in enumerate(labels)}))
        keys = [*names, keys[-1]]
    return {row[:-1]: row[-1] for row in aged.select(*keys, "net").iter_rows() if row[-1]}


def assert_closes(
    ledger: ar.Ledger, first: date, last: date, by: Any = None, policy: Policy = POLICIES[0], of: str = "amount"
) -> None:
    rolled = roll_forward_frame(ledger, first, last, by=by, policy=policy, of=of)  # type: ignore[arg-type]
    start = rolled.columns.index("opening")
    keys, lines = rolled.columns[:start], rolled.columns[start:-1]
    apart = rolled.filter(pl.sum_horizontal(lines) != pl.col("closing"))
    assert apart.is_empty(), apart
    for end, day in (("opening", first), ("closing", last)):
        shown = {row[:-1]: row[-1] for row in rolled.select(*keys, end).iter_rows() if row[-1]}
        assert shown == net_of(ledger, day, by, policy, of)


def lines_of(ledger: ar.Ledger, **how: Any) -> dict[str, float]:
    """The numbers of a roll-forward of one row that are something."""
    [row] = ar.roll_forward(ledger, **{**WINDOW, **how}).to_dict("records")
    return {name: value for name, value in row.items() if isinstance(value, float) and abs(value) > 0}


@pytest.fixture(scope="module")
def sample() -> ar.Ledger:
    return ar.sample_ledger()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "of"), [*product(CUTS, ["amount"]), *product([None, "customer_id", "bucket"], ["base_amount"])]
)
def test_every_month_of_the_sample_closes(sample: ar.Ledger, by: Any, of: str) -> None:
    ends = month_ends_back(date(2026, 10, 31), 36)
    # The sample begins on 1 November 2023; the day before opens with nothing.
    assert ends[0] == date(2023, 10, 31)
    for first, last in pairwise(ends):
        assert_closes(sample, first, last, by, of=of)


@pytest.mark.slow
@pytest.mark.parametrize("by", [None, "customer_id", "bucket"])
@pytest.mark.parametrize("of", ["amount", "base_amount"])
def test_every_month_of_a_real_ledger_closes(ibm_late_payment: Path, xero: Path, by: Any, of: str) -> None:
    layouts = {
        ibm_late_payment / "invoices_mdy.csv": "ibm_late_payment_mdy",
        xero / "xero_invoice_data.csv": "xero_invoices",
    }
    for file, layout in layouts.items():
        ledger = ar.read_ledger(file, layout=ar.resource(f"templates/layouts/{layout}.toml"))
        first, last = ledger.covers
        before = [end for end in month_ends_back(last, 40) if end >= first]
        for start, end in pairwise([first - timedelta(days=1), *before]):
            assert_closes(ledger, start, end, by, of=of)


@pytest.mark.usefixtures("engine")
@given(ledger=ledgers(), days=WINDOWS, by=st.sampled_from(CUTS), of=AMOUNTS, policy=st.sampled_from(POLICIES))
@settings(max_examples=settings.default.max_examples // 2)
def test_a_random_ledger_closes(ledger: ar.Ledger, days: list[date], by: Any, of: str, policy: Policy) -> None:
    assert_closes(ledger, *days, by, policy, of)


@pytest.mark.usefixtures("engine")
@given(ledger=ledgers(), since=DAYS)
@few(20)
def test_the_cuts_of_a_random_ledger_add_up_to_the_whole(ledger: ar.Ledger, since: date) -> None:
    def total(by: str | None) -> pl.DataFrame:
        rolled = roll_forward_frame(ledger, since, LAST, by=by, policy=Policy())
        return rolled.group_by("currency").agg(pl.col("opening", *LINES, "closing").sum()).sort("currency")

    assert total("customer_id").equals(total(None))
    assert total("bucket").equals(total(None))


@pytest.mark.usefixtures("engine")
@given(ledger=ledgers(), days=WINDOWS, by=st.sampled_from(["entity", "collector", "bucket"]), of=AMOUNTS)
@few(10)
def test_every_number_of_a_random_ledger_opens_to_its_entries(
    ledger: ar.Ledger, days: list[date], by: str, of: str
) -> None:
    assert_opens(ledger, by, of, since=days[0], as_of=days[1])


@pytest.mark.slow
@pytest.mark.parametrize(("by", "of"), [("entity", "base_amount"), ("bucket", "amount")])
def test_every_number_of_the_sample_opens_to_its_entries(sample: ar.Ledger, by: str, of: str) -> None:
    part = sample.where(currency=["GBP", "KWD"])
    assert_opens(part, by, of, since=date(2026, 9, 30), as_of=date(2026, 10, 31))


def assert_opens(ledger: ar.Ledger, by: str, of: str, **days: Any) -> None:
    """The evidence of each number that is something adds up to it."""
    rolled = ar.roll_forward(ledger, by=by, of=of, **days)  # type: ignore[arg-type]
    start = rolled.columns.get_loc("opening")
    for row in rolled.to_dict("records"):
        keys = {name: row[name] for name in rolled.columns[:start]}
        for line in (name for name in rolled.columns[start:] if row[name]):
            found = ar.evidence(ledger, line=line, **days, **keys)
            assert round(found[of].sum(), 3) == row[line], (keys, line)


def test_each_type_of_entry_and_item_is_in_exactly_one_line() -> None:
    for entry in ENTRY_TYPES:
        for item in ITEM_TYPES:
            found = [name for name, line in LINES.items() if entry in line.entry_types and item in line.item_types]
            assert len(found) == 1, (entry, item)


MONTH = """
item_id item_type   document_date due_date   amount
old     invoice     2026-01-10    2026-02-09 100
late    invoice     2026-01-10    2026-01-20 40
new     invoice     2026-02-10    2026-03-12 200
C       credit_note 2026-02-12    2026-02-12 -30
R       receipt     2026-02-15    2026-02-15 -150
"""
ENTRIES = """
item_id entry_type effective_on amount
old     discount   2026-02-15   -2
late    write_off  2026-02-20   -40
new     correction 2026-02-21   5
"""
APPLICATIONS = """
item_id counterpart_item_id effective_on amount
old     R                   2026-02-15   98
new     C                   2026-02-16   30
"""


@pytest.fixture(scope="module")
def month() -> ar.Ledger:
    return ledger_of(MONTH, entries=ENTRIES, applications=APPLICATIONS, covers=COVERS)


def test_a_month_with_a_discount_a_write_off_and_a_correction(month: ar.Ledger) -> None:
    assert lines_of(month) == {
        "opening": 140,
        "billed": 200,
        "credit_notes": -30,
        "cash": -150,
        "discounts": -2,
        "write_offs": -40,
        "corrections": 5,
        "closing": 123,
    }


def test_the_month_by_bucket(month: ar.Ledger) -> None:
    rolled = ar.roll_forward(month, by="bucket", **WINDOW).set_index("bucket").drop(columns="currency")
    something = {bucket: {name: value for name, value in row.items() if value} for bucket, row in rolled.T.items()}
    assert something == {
        "not due": {"opening": 100, "billed": 200, "corrections": 5, "discounts": -2, "applied": -128, "closing": 175},
        "1-30": {"opening": 40, "write_offs": -40},
        "unapplied": {"credit_notes": -30, "cash": -150, "applied": 128, "closing": -52},
    }


def test_what_remains_of_an_item_ages_out_of_its_bucket_and_into_the_next() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\nA 2026-01-10 2026-02-09 100",
        entries="item_id entry_type effective_on amount\nA settlement 2026-02-20 -60",
        covers=COVERS,
    )
    rolled = ar.roll_forward(ledger, by="bucket", **WINDOW).set_index("bucket")
    columns = ["opening", "settlements", "aged_in", "aged_out", "closing"]
    assert rolled.loc["not due", columns].tolist() == [100, -60, 0, -40, 0]
    assert rolled.loc["1-30", columns].tolist() == [0, 0, 40, 0, 40]


def test_an_over_applied_invoice_ages_into_the_unapplied() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\nA 2026-01-10 2026-02-09 100",
        entries="item_id entry_type effective_on amount\nA settlement 2026-02-20 -130",
        covers=COVERS,
    )
    rolled = ar.roll_forward(ledger, by="bucket", **WINDOW).set_index("bucket")
    columns = ["opening", "settlements", "aged_in", "aged_out", "closing"]
    assert rolled.loc["not due", columns].tolist() == [100, -130, 0, 30, 0]
    assert rolled.loc["unapplied", columns].tolist() == [0, 0, -30, 0, -30]


def test_buckets_are_in_order_and_known_by_their_labels(month: ar.Ledger) -> None:
    rolled = ar.roll_forward(month, by="bucket", **WINDOW)
    assert rolled["bucket"].tolist() == ["not due", "1-30", UNAPPLIED]
    assert rolled["bucket"].cat.categories.tolist() == [*Policy().labels, UNAPPLIED]


def test_a_renegotiated_item_is_a_transfer_neither_billed_nor_cash() -> None:
    ledger = ledger_of(
        """
        item_id item_type document_date due_date   amount replaces
        A       invoice   2026-01-10    2026-01-31 100    -
        B       invoice   2026-02-10    2026-05-31 100    A
        """,
        entries="item_id entry_type effective_on amount counterpart_item_id\nA transfer 2026-02-10 -100 B",
        covers=COVERS,
    )
    assert lines_of(ledger) == {"opening": 100, "closing": 100}
    by_item = ar.roll_forward(ledger, by="item_id", **WINDOW).set_index("item_id")
    assert by_item["transfers"].to_dict() == {"A": -100, "B": 100}
    assert by_item["billed"].eq(0).all()


def test_applications_show_where_a_group_has_one_of_the_two_items(month: ar.Ledger) -> None:
    assert "applied" not in lines_of(month)
    by_item = ar.roll_forward(month, by="item_id", **WINDOW).set_index("item_id")["applied"]
    assert by_item.to_dict() == {"old": -98, "late": 0, "new": -30, "C": 30, "R": 98}


REVALUED = """
item_id document_date due_date   currency base_currency amount base_amount
A       2026-01-10    2026-05-31 USD      INR           100    8000
"""
REVALUATION = "item_id entry_type effective_on amount base_amount\nA exchange 2026-02-28 0 500"


def test_a_revaluation_is_an_exchange_difference_in_base_currency_only() -> None:
    """ERPNext: 100 USD at 80 are 8000; at 85 there is a gain of 500, and the document balance stays 100."""
    ledger = ledger_of(REVALUED, entries=REVALUATION, covers=COVERS)
    assert lines_of(ledger) == {"opening": 100, "closing": 100}
    assert lines_of(ledger, of="base_amount") == {"opening": 8000, "exchange": 500, "closing": 8500}


SETTLED_AT_ANOTHER_RATE = """
item_id entry_type effective_on amount base_amount
A       settlement 2026-02-20   -100   -8300
"""


@pytest.mark.parametrize("posted", ["", "A exchange 2026-02-20 0 300"])
def test_what_a_settled_item_leaves_over_in_base_is_an_exchange_difference(posted: str) -> None:
    ledger = ledger_of(REVALUED, entries=SETTLED_AT_ANOTHER_RATE + posted, covers=COVERS)
    assert lines_of(ledger, of="base_amount") == {"opening": 8000, "settlements": -8300, "exchange": 300}
    found = ar.evidence(ledger, line="exchange", **WINDOW)
    assert found[["item_id", "entry_type", "base_amount"]].to_numpy().tolist() == [["A", "exchange", 300]]


def test_a_customer_who_changes_hands_is_regrouped() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\nA 2026-01-10 2026-02-09 100\nB 2026-02-10 2026-03-12 20",
        customers="customer_id valid_from collector\nC1 - Ann\nC1 2026-02-05 Ben",
        covers=COVERS,
    )
    rolled = ar.roll_forward(ledger, by="collector", **WINDOW).set_index("collector")
    columns = ["opening", "regrouped", "billed", "closing"]
    assert rolled[columns].T.to_dict("list") == {"Ann": [100, -100, 0, 0], "Ben": [0, 100, 20, 120]}


def test_netting_on_request_is_a_line_of_its_own(month: ar.Ledger) -> None:
    rolled = ar.roll_forward(month, by="bucket", policy=Policy(unapplied="net"), **WINDOW).set_index("bucket")
    columns = ["opening", "applied", "netted", "closing"]
    assert rolled.loc["not due", columns].tolist() == [100, -128, -52, 123]
    assert rolled.loc["unapplied", columns].tolist() == [0, 128, 52, 0]


def test_columns_that_can_only_be_nothing_are_not_there(month: ar.Ledger) -> None:
    rolled = ar.roll_forward(month, by="entity", **WINDOW)
    assert rolled.columns.tolist() == ["entity", "currency", "opening", *LINES, "closing"]


def test_the_day_before_the_first_opens_with_nothing(month: ar.Ledger) -> None:
    found = lines_of(month, since="2025-12-31", as_of="2026-01-31")
    assert found == {"billed": 140, "closing": 140}
    with pytest.raises(CoverageError):
        ar.roll_forward(month, since="2025-12-30", as_of="2026-01-31")


def test_the_day_before_a_snapshot_with_movements_is_not_known() -> None:
    ledger = ledger_of(MONTH, covers=("2026-02-01", "2026-03-31"))
    assert lines_of(ledger, since="2026-02-01")["opening"] == 140
    with pytest.raises(CoverageError):
        ar.roll_forward(ledger, since="2026-01-31", as_of="2026-02-28")


def test_one_and_the_same_day_moves_nothing(month: ar.Ledger) -> None:
    assert lines_of(month, since="2026-02-28") == {"opening": 123, "closing": 123}
    for cut, policy in product(CUTS, POLICIES):
        assert_closes(month, date(2026, 2, 28), date(2026, 2, 28), cut, policy)


def test_days_in_the_wrong_order_are_refused(month: ar.Ledger) -> None:
    with pytest.raises(LedgerError, match="after its closing"):
        ar.roll_forward(month, since="2026-03-01", as_of="2026-02-28")


def test_what_was_recorded_later_is_not_known_yet() -> None:
    ledger = ledger_of(
        "item_id document_date recorded_on due_date amount\nA 2026-01-10 2026-01-10 2026-02-09 100",
        entries="item_id entry_type effective_on recorded_on amount\nA settlement 2026-02-20 2026-03-02 -100",
        covers=COVERS,
    )
    assert lines_of(ledger) == {"opening": 100, "settlements": -100}
    assert lines_of(ledger.known_on("2026-03-01")) == {"opening": 100, "closing": 100}


@pytest.mark.parametrize("wrong", [{"by": "nothing"}, {"of": "items"}, {"to": "XX"}])
def test_a_name_that_does_not_exist_is_refused(month: ar.Ledger, wrong: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError):
        ar.roll_forward(month, **WINDOW, **wrong)


RATES = """
currency base_currency date       rate
USD      EUR           2026-01-31 0.90
USD      EUR           2026-02-28 0.80
GBP      EUR           2026-02-28 1.20
"""
TWO_CURRENCIES = """
item_id document_date due_date   currency amount
A       2026-01-10    2026-02-09 USD      100
B       2026-02-10    2026-03-12 USD      50
C       2026-02-10    2026-03-12 GBP      10
D       2026-01-10    2026-02-09 EUR      7
"""


def test_translation_differences_are_a_line_of_their_own() -> None:
    """100 USD at 0.90 and 7 EUR; billed 50 USD at 0.80 and 10 GBP at 1.20; 100 USD lose 0.10 each."""
    ledger = ledger_of(TWO_CURRENCIES, rates=RATES, covers=COVERS)
    assert lines_of(ledger, to="EUR") == {"opening": 97, "billed": 52, "translation": -10, "closing": 139}


def test_a_translated_roll_forward_ties_to_the_translated_agings(sample: ar.Ledger) -> None:
    days = {"since": "2026-08-31", "as_of": "2026-09-30"}
    rolled = ar.roll_forward(sample, by="entity", to="GBP", **days).set_index("entity")
    for day, end in (("2026-08-31", "opening"), ("2026-09-30", "closing")):
        aged = ar.translated(sample, as_of=day, by="entity", to="GBP").set_index("entity")
        assert (aged["net"] + aged["rounding"]).round(2).tolist() == rolled[end].tolist()
    lines = rolled.loc[:, "opening":"rounding"].sum(axis=1)
    assert lines.round(2).tolist() == rolled["closing"].tolist()
    assert rolled["rounding"].abs().max() < 0.1


def test_what_has_no_rate_is_rolled_in_its_own_currency_with_the_reason() -> None:
    ledger = ledger_of(TWO_CURRENCIES, rates=RATES.replace("2026-01-31", "2025-01-31"), covers=COVERS)
    rolled = ar.roll_forward(ledger, to="EUR", **WINDOW).set_index("currency")
    assert rolled.loc["USD", ["opening", "billed", "translation", "closing"]].tolist() == [100, 50, 0, 150]
    assert rolled.loc["USD", "reason"] == (
        "The latest rate of USD in EUR is of 2025-01-31, more than 10 days before 2026-01-31."
    )
    assert rolled.loc["EUR", ["opening", "billed", "closing"]].tolist() == [7, 12, 19]


@pytest.mark.parametrize("reverted", [True, False])
def test_entries_on_an_item_that_is_not_known_yet_have_a_bucket(engine: str, reverted: bool) -> None:
    """The payment of an invoice was recorded before the invoice: as known then, only the payment is there."""
    back = "A correction 2026-02-20 2026-02-20 100" if reverted else ""
    ledger = ledger_of(
        """item_id item_type document_date due_date amount recorded_on
        A invoice 2026-02-01 2026-02-05 100 2026-03-10
        B invoice 2026-01-01 2026-01-31 50 2026-01-01""",
        entries=f"item_id entry_type effective_on recorded_on amount\nA settlement 2026-02-10 2026-02-10 -100\n{back}",
        covers=COVERS,
    )
    known = ledger.known_on("2026-02-28")
    assert_closes(known, date(2026, 1, 31), date(2026, 2, 28), by="bucket")
    rolled = ar.roll_forward(known, **WINDOW, by="bucket").set_index("bucket")
    assert rolled["settlements"].sum() == -100
    assert rolled["closing"].sum() == (50 if reverted else -50)


def test_netting_in_base_currency_leaves_the_exchange_difference(engine: str) -> None:
    """110 owed and 120 on account are both 100 dollars: net of each other they are -10, not nothing."""
    ledger = ledger_of(
        """item_id item_type document_date due_date amount currency base_amount base_currency
        A invoice 2026-02-01 2026-02-05 100 USD 110 EUR
        R receipt 2026-02-03 2026-02-03 -100 USD -120 EUR""",
        covers=COVERS,
    )
    netting = Policy(unapplied="net")
    for day in ("2026-02-28", "2026-03-31"):
        aged = ar.aging_table(ledger, as_of=day, policy=netting, of="base_open_amount").iloc[0]
        assert (aged["gross"], aged["unapplied"], aged["net"], aged["items"]) == (0, -10, -10, 0)
    assert_closes(ledger, date(2026, 1, 31), date(2026, 2, 28), policy=netting, of="base_amount")
    assert_closes(ledger, date(2026, 1, 31), date(2026, 2, 28), by="bucket", policy=netting, of="base_amount")
    [rolled] = ar.roll_forward(ledger, **WINDOW, policy=netting, of="base_amount").to_dict("records")
    assert (rolled["billed"], rolled["cash"], rolled["netted"], rolled["closing"]) == (110, -120, 0, -10)
