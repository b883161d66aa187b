"""What must hold for any books whatever, on any day: the rules of the design, on random ledgers with random faults."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from tests.model import model_of_books as model
from tests.model.books import COVERS, DECIMALS, Books, Case, as_of_days, cases, day_text, examples
from tests.random_ledgers import DAYS, ledgers
from tests.read.files import layout, workbook_of

pytestmark = pytest.mark.usefixtures("engine")

KEYS = ["item_id", "currency", "bucket", "open_amount"]
POLICIES = [
    ar.Policy(),
    ar.Policy(day_zero="overdue"),
    ar.Policy(basis="document_date"),
    ar.Policy(edges=(7, 30, 45, 120)),
    ar.Policy(edges=(1,)),
]


def exact(amount: Any, currency: Any) -> Decimal:
    """Return an amount at the door as the minor units it stands for, in units."""
    places = DECIMALS.get(currency, 2)
    return Decimal(str(amount)).quantize(Decimal(1).scaleb(-places))


def opened(ledger: ar.Ledger, as_of: date, **how: Any) -> list[list[Any]]:
    """Return what is open on a day, in order of items."""
    return ar.open_items(ledger, as_of=as_of, **how)[KEYS].astype({"bucket": str}).sort_values(KEYS).to_numpy().tolist()


# Rule 1


@given(case=cases(faults=True), policy=st.sampled_from(POLICIES))
@examples(0.5)
def test_what_is_shown_and_excluded_is_the_raw_column(case: Case, policy: ar.Policy) -> None:
    drawn, as_of = case
    proof = ar.reconcile(drawn.ledger(), as_of=as_of, policy=policy)
    assert proof["difference"].eq(0).all()
    found: dict[Any, Decimal] = defaultdict(Decimal)
    lines: dict[Any, int] = defaultdict(int)
    for row in proof.to_dict("records"):
        currency = row["currency"] if isinstance(row["currency"], str) else None
        found[currency] += sum(exact(row[name], currency) for name in ("gross", "unapplied", "excluded", "rounding"))
        lines[currency] += 1
    expected = model.raw_totals(drawn, as_of)
    for currency in {*found, *expected}:
        minor = Decimal(1).scaleb(-DECIMALS.get(currency, 2))
        # Rounding is shown once for each line, to the minor unit.
        assert abs(found[currency] - expected.get(currency, 0)) <= lines[currency] * minor / 2


@given(case=cases())
@examples(0.3)
def test_without_faults_the_total_is_the_raw_column_to_the_cent(case: Case) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    net = ar.aging_table(ledger, as_of=as_of).set_index("currency")["net"]
    found = {currency: exact(amount, currency) for currency, amount in net.items() if amount}
    assert found == model.raw_totals(drawn, as_of)
    assert ar.reconcile(ledger, as_of=as_of)[["excluded", "rounding"]].eq(0).all(axis=None)


@given(case=cases(faults=True), policy=st.sampled_from(POLICIES))
@examples(0.5)
def test_each_item_is_open_with_what_the_rows_say_and_in_its_bucket(case: Case, policy: ar.Policy) -> None:
    drawn, as_of = case
    items = model.usable_items(drawn)
    first = policy.first_overdue_day
    expected = []
    for name, minor in model.balances(drawn, as_of).items():
        row = items[name]
        since = model.due_day(row) if policy.basis == "due_date" else date.fromisoformat(row["document_date"] or "")
        label = model.bucket((as_of - since).days, first=first, edges=policy.edges, not_due=policy.has_not_due)
        amount = float(Decimal(minor).scaleb(-DECIMALS[row["currency"] or ""]))
        expected.append([name, row["currency"], "unapplied" if minor < 0 else label, amount])
    assert opened(drawn.ledger(), as_of, policy=policy) == sorted(expected)


# Rule 2


@given(case=cases(references=True))
@examples(0.2)
def test_what_counts_later_never_changes_what_was_open(case: Case) -> None:
    drawn, as_of = case
    then = as_of.isoformat()
    counted = drawn.without(lambda table, row: table == "items" or (row["effective_on"] or "") <= then)
    named = {row[name] for row in (*counted.applications, *counted.entries) for name in row if name.endswith("item_id")}
    begun = counted.without(
        lambda table, row: table != "items" or row["document_date"] <= then or row["item_id"] in named
    )
    for earlier in (counted, begun):
        if earlier.items:
            assert opened(earlier.ledger(), as_of) == opened(drawn.ledger(), as_of)


@given(case=cases(), back=st.integers(0, 20))
@examples(0.3)
def test_what_is_recorded_later_never_changes_what_was_known(case: Case, back: int) -> None:
    drawn, known = _recorded_after_its_items(case[0]), case[1]
    as_of = max(known - timedelta(days=back), date.fromisoformat(COVERS[0]))
    seen = drawn.without(lambda _, row: (row["recorded_on"] or "") <= known.isoformat())
    if seen.items:
        assert opened(seen.ledger(), as_of) == opened(drawn.ledger().known_on(known), as_of)
    else:
        assert opened(drawn.ledger().known_on(known), as_of) == []


def _recorded_after_its_items(drawn: Books) -> Books:
    """Let no entry be recorded before the items it is on."""
    of_item = {row["item_id"]: row["recorded_on"] or "" for row in drawn.items}
    for row in (*drawn.applications, *drawn.entries):
        names = (row["item_id"], row.get("counterpart_item_id", row["item_id"]))
        row["recorded_on"] = max(row["recorded_on"] or "", *(of_item[name] for name in names))
    return drawn


@given(case=cases())
@examples(0.2)
def test_what_was_known_reconciles_by_itself(case: Case) -> None:
    drawn, known = case
    ledger = drawn.ledger().known_on(known)
    assert ar.reconcile(ledger, as_of=known)["difference"].eq(0).all()


# Rule 3


@given(case=cases(references=True), policy=st.sampled_from([*POLICIES, ar.Policy(unapplied="net")]), data=st.data())
@examples(0.25)
def test_the_order_of_rows_is_irrelevant(case: Case, policy: ar.Policy, data: st.DataObject) -> None:
    drawn, as_of = case
    shuffled = Books(*(data.draw(st.permutations(rows)) for rows in (drawn.items, drawn.applications, drawn.entries)))
    one, other = drawn.ledger(), shuffled.ledger()
    assert opened(one, as_of, policy=policy) == opened(other, as_of, policy=policy)
    for by in ("entity", "salesperson"):
        agings = [ar.aging_table(ledger, as_of=as_of, by=by, policy=policy) for ledger in (one, other)]
        pd.testing.assert_frame_equal(*agings)
    pd.testing.assert_frame_equal(*(ar.reconcile(ledger, as_of=as_of, policy=policy) for ledger in (one, other)))


@given(case=cases(), share=st.integers(1, 99), data=st.data())
@examples(0.3)
def test_an_item_in_two_parts_leaves_every_total(case: Case, share: int, data: st.DataObject) -> None:
    drawn, as_of = case
    place = data.draw(st.integers(0, len(drawn.items) - 1))
    whole = drawn.items[place]
    amount = Decimal(whole["amount"] or 0)
    part = (amount * share / 100).quantize(Decimal(1).scaleb(-DECIMALS[whole["currency"] or ""]))
    if not 0 < abs(part) < abs(amount):
        return
    # Entries stay on the first part: only what is over-applied by them may move between gross and unapplied.
    named = {row["item_id"] for row in (*drawn.applications, *drawn.entries)}
    named |= {row["counterpart_item_id"] for row in drawn.applications}
    parts = [{**whole, "amount": str(amount - part)}, {**whole, "item_id": "part", "amount": str(part)}]
    split = Books([*drawn.items[:place], *parts, *drawn.items[place + 1 :]], drawn.applications, drawn.entries)
    columns = ["net"] if whole["item_id"] in named else [*ar.Policy().labels, "gross", "unapplied", "net"]
    totals = [ar.aging_table(books.ledger(), as_of=as_of, by=["entity", "customer_id"]) for books in (drawn, split)]
    keys = ["entity", "customer_id", "currency"]
    one, other = (table.set_index(keys)[columns].round(3).query("net != 0") for table in totals)
    pd.testing.assert_frame_equal(one, other)


# Rule 5


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    dates = [name for name in frame.columns if name.endswith(("_date", "_on"))]
    return frame.with_columns(pl.col(dates).str.to_date(), pl.col("amount").cast(pl.Float64))


def _from_duckdb(frame: pl.DataFrame) -> Any:
    return duckdb.connect().from_arrow(frame.to_arrow())


INPUTS = {
    "text": lambda frame: frame,
    "Polars": _typed,
    "lazy Polars": lambda frame: _typed(frame).lazy(),
    "exact Polars": lambda frame: _typed(frame).with_columns(frame["amount"].cast(pl.Decimal(20, 4))),
    "pandas": lambda frame: _typed(frame).to_pandas(),
    "pandas of objects": lambda frame: pd.DataFrame(frame.to_dicts(), dtype=object),
    "Arrow": lambda frame: _typed(frame).to_arrow(),
    "DuckDB": lambda frame: _from_duckdb(_typed(frame)),
}


@given(case=cases())
@examples(0.1)
def test_every_kind_of_table_gives_the_same(case: Case) -> None:
    drawn, as_of = case
    tables = drawn.tables()
    agings = []
    for convert in INPUTS.values():
        ledger = ar.make_ledger(**{name: convert(frame) for name, frame in tables.items()}, covers=COVERS)
        agings.append(ar.aging_table(ledger, as_of=as_of, by=["entity", "customer_id", "salesperson"]))
    for other in agings[1:]:
        pd.testing.assert_frame_equal(agings[0], other)


FILES: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    "csv": lambda frame, path: frame.write_csv(path),
    "parquet": lambda frame, path: frame.write_parquet(path),
    "xlsx": lambda frame, path: path.write_bytes(workbook_of([frame.columns, *frame.rows()])),
}


@given(case=cases(faults=True, references=True))
@examples(0.1)
def test_every_kind_of_file_gives_the_same(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn, as_of = case
    ledgers = []
    for kind, write in FILES.items():
        folder = tmp_path_factory.mktemp(kind)
        for name, frame in drawn.tables().items():
            write(frame, folder / f"{name}.{kind}")
        ledgers.append(ar.read_ledger(folder, layout=layout()))
    for other in ledgers[1:]:
        pd.testing.assert_frame_equal(ledgers[0].findings.drop(columns="source"), other.findings.drop(columns="source"))
        assert opened(ledgers[0], as_of) == opened(other, as_of)


@given(case=cases(), gone=st.lists(st.none() | st.integers(0, 60), min_size=8, max_size=8))
@examples(0.2)
def test_a_settled_item_is_open_until_the_day(case: Case, gone: list[int | None]) -> None:
    drawn, as_of = case
    rows = [
        {**row, "settled_on": None if day is None else day_text(day)}
        for row, day in zip(drawn.items, gone, strict=False)
    ]
    ledger = ar.make_ledger(
        items=pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)), shape="settled", covers=COVERS
    )
    then = as_of.isoformat()
    expected = {}
    for row in rows:
        begun, settled = (row["document_date"] or "") <= then, (row["settled_on"] or "9999") <= then
        if begun != settled:
            expected[row["item_id"]] = (1 if begun else -1) * float(row["amount"] or 0)
    items = ar.open_items(ledger, as_of=as_of)
    assert dict(zip(items["item_id"], items["open_amount"], strict=True)) == expected
    assert ar.reconcile(ledger, as_of=as_of)["difference"].eq(0).all()


# Parts and wholes

GROUPS = ["entity", "account", "customer_id", "item_type", "salesperson", "terms", "document_id", "due_date"]


@given(case=cases(faults=True), by=st.sampled_from(GROUPS))
@examples(0.3)
def test_groups_add_up_to_the_total(case: Case, by: str) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    whole = ar.aging_table(ledger, as_of=as_of).set_index("currency")
    parts = ar.aging_table(ledger, as_of=as_of, by=by).drop(columns=by).groupby("currency").sum()
    pd.testing.assert_frame_equal(whole, parts.round(3), check_names=False)
    assert whole[[*ar.Policy().labels]].sum(axis=1).round(3).tolist() == whole["gross"].tolist()
    assert (whole["gross"] + whole["unapplied"]).round(3).tolist() == whole["net"].tolist()


@given(case=cases(faults=True), name=st.sampled_from(["entity", "account", "customer_id", "item_type"]))
@examples(0.3)
def test_parts_reconcile_and_add_up_to_the_whole(case: Case, name: str) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    parts = [ledger.where(**{name: value}) for value in ledger.items[name].astype(str).unique()]
    for part in parts:
        assert ar.reconcile(part, as_of=as_of)["difference"].eq(0).all()
    columns = ["not due", "1-30", "31-60", "61-90", "over 90", "gross", "unapplied", "net", "items"]
    tables = [ar.aging_table(part, as_of=as_of) for part in parts]
    together = pd.concat(tables).groupby("currency")[columns].sum().round(3)
    pd.testing.assert_frame_equal(together, ar.aging_table(ledger, as_of=as_of).set_index("currency")[columns])


@given(case=cases(faults=True))
@examples(0.15)
def test_entities_keep_the_control_total_of_their_rows(case: Case) -> None:
    """All but the rows that name no item of any entity."""
    drawn, as_of = case
    ledger = drawn.ledger()
    names = [str(name) for name in ledger.items["entity"].unique()]
    whole = ar.reconcile(ledger, as_of=as_of).query("entity in @names")
    parts = pd.concat(ar.reconcile(ledger.where(entity=name), as_of=as_of) for name in names)
    keys = ["entity", "account", "currency"]
    columns = ["gross", "unapplied", "excluded", "rounding", "control_total", "status"]
    one, other = (table.set_index(keys)[columns].sort_index() for table in (whole, parts))
    pd.testing.assert_frame_equal(one, other)


@given(case=cases(faults=True, references=True), first=as_of_days)
@examples(0.3)
def test_a_statement_ends_with_what_is_open(case: Case, first: date) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    aging = ar.aging_table(ledger, as_of=as_of, by="customer_id").set_index(["customer_id", "currency"])["net"]
    for customer in ledger.items["customer_id"].astype(str).unique():
        for since in (None, min(first, as_of)):
            lines = ar.statement(ledger, as_of=as_of, customer_id=customer, first=since)
            last = lines.groupby("currency")["balance"].last()
            assert {currency: amount for currency, amount in last.items() if amount} == {
                currency: amount for (of, currency), amount in aging.items() if of == customer and amount
            }


@given(case=cases(faults=True), by=st.sampled_from(["entity", "customer_id", "salesperson"]))
@examples(0.15)
def test_the_evidence_of_a_cell_adds_up_to_it(case: Case, by: str) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    labels = [*ar.Policy().labels, "unapplied"]
    for row in ar.aging_table(ledger, as_of=as_of, by=by).to_dict("records"):
        for label in labels:
            keys = {by: row[by], "currency": row["currency"], "bucket": label}
            behind = ar.evidence(ledger, as_of=as_of, **keys)
            assert exact(round(behind["amount"].sum(), 4), row["currency"]) == exact(row[label], row["currency"])


@given(case=cases(faults=True))
@examples(0.3)
def test_netting_keeps_the_total_of_each_customer(case: Case) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    by = ["entity", "account", "customer_id"]
    apart = ar.aging_table(ledger, as_of=as_of, by=by).set_index([*by, "currency"])["net"]
    netted = ar.aging_table(ledger, as_of=as_of, by=by, policy=ar.Policy(unapplied="net")).set_index([*by, "currency"])
    assert netted["net"].to_dict() == {key: amount for key, amount in apart.items() if amount}
    # Either something is owed or something is left over, never both.
    assert ((netted["gross"] == 0) | (netted["unapplied"] == 0)).all()
    assert ar.reconcile(ledger, as_of=as_of, policy=ar.Policy(unapplied="net"))["difference"].eq(0).all()


@given(ledger=ledgers(), day=DAYS)
@examples(0.3)
def test_an_advance_reduces_the_debts_of_its_customer_on_every_account(ledger: ar.Ledger, day: date) -> None:
    policy = ar.Policy(unapplied="net", advances_accounts=("120900",))
    of_customer = ["entity", "customer_id", "currency"]
    apart = ar.aging_table(ledger, as_of=day, by=["account", *of_customer]).set_index("account")
    netted = ar.aging_table(ledger, as_of=day, by=["account", *of_customer], policy=policy).set_index("account")
    nets = [table.groupby(of_customer)["net"].sum().round(2) for table in (apart, netted)]
    assert {key: net for key, net in nets[0].items() if net} == {key: net for key, net in nets[1].items() if net}
    owed = netted.groupby(of_customer)["gross"].sum()
    advances = netted[netted.index == "120900"].set_index(of_customer)["unapplied"]
    # Something is owed, or something of the advances is left, never both.
    assert (owed.reindex(advances.index)[advances != 0] == 0).all()
    base = [
        ar.aging_table(ledger, as_of=day, policy=each, of="base_open_amount")["net"].sum().round(2)
        for each in (ar.Policy(), policy)
    ]
    assert base[0] == base[1]
    proof = ar.reconcile(ledger, as_of=day, policy=policy)
    assert proof["difference"].eq(0).all()
    assert proof.groupby("currency")["control_total"].sum().round(2).sum() == round(netted["net"].sum(), 2)


@given(case=cases(faults=True), policy=st.sampled_from([*POLICIES, ar.Policy(unapplied="net")]))
@examples(0.15)
def test_a_trend_is_the_agings_of_its_days(case: Case, policy: ar.Policy) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    trend = ar.aging_trend(ledger, as_of=as_of, months=3, by="entity", policy=policy)
    for day, part in trend.groupby("as_of"):
        aging = ar.aging_table(ledger, as_of=pd.Timestamp(day), by="entity", policy=policy)
        pd.testing.assert_frame_equal(part.drop(columns="as_of").reset_index(drop=True), aging)


@given(case=cases(faults=True, references=True))
@examples(0.15)
def test_a_frozen_ledger_is_the_same_ledger(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn, as_of = case
    ledger = drawn.ledger()
    again = ar.read_ledger(ar.freeze(ledger, tmp_path_factory.mktemp("frozen")))
    assert again.covers == ledger.covers
    assert again.source_rows == ledger.source_rows
    for table in ("items", "entries", "customers", "findings"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(ledger, table))
    pd.testing.assert_frame_equal(ar.reconcile(again, as_of=as_of), ar.reconcile(ledger, as_of=as_of))
    assert opened(again, as_of) == opened(ledger, as_of)
