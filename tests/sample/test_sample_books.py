"""The books of the made-up company: whole at every day on both clocks, and as believable as they claim to be."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from arkit.sample import Sample, generate
from arkit.sample.world import WORLD

START, LAST, CLOSE = date(2023, 11, 1), date(2026, 10, 31), date(2026, 11, 5)
OWED = ("invoice", "debit_note", "journal")
MONEY = ("amount", "base_amount")


@pytest.fixture(scope="module")
def clean() -> Sample:
    return generate(items=8000, seed=7, faults=False)


@pytest.fixture(scope="module")
def entries(clean: Sample) -> pl.DataFrame:
    """Every entry of the ledger: originals, both legs of each application, and the others."""
    columns = ["item_id", "entry_type", "effective_on", "recorded_on", *MONEY]
    applied = clean.applications.with_columns(entry_type=pl.lit("application"))
    legs = [
        clean.items.with_columns(entry_type=pl.lit("original"), effective_on="document_date"),
        applied.with_columns(-pl.col(MONEY)),
        applied.with_columns(item_id="counterpart_item_id"),
        clean.entries,
    ]
    keys = ["item_id", "entity", "account", "customer_id", "item_type", "currency", "due_date"]
    return pl.concat([leg.select(columns) for leg in legs]).join(clean.items.select(keys), on="item_id")


def open_items(entries: pl.DataFrame, day: date) -> pl.DataFrame:
    """Open invoices of a day with the amount in base currency at the rates of their own days."""
    known = entries.filter((pl.col("effective_on") <= day) & pl.col("item_type").is_in(OWED))
    return (
        known.group_by("item_id", "entity", "customer_id", "due_date")
        .agg(pl.col(MONEY).sum())
        .filter(pl.col("amount") > 0)
    )


# The books


def test_nothing_is_faulty_without_planted_faults(clean: Sample) -> None:
    owed = clean.items.filter(pl.col("item_type").is_in(OWED))
    assert clean.faults.is_empty()
    assert clean.items["item_id"].is_unique().all()
    assert (owed["due_date"] >= owed["document_date"]).all()
    assert set(clean.items["customer_id"]) <= set(clean.customers["customer_id"])


def test_books_cover_three_years_and_the_days_until_they_were_closed(clean: Sample) -> None:
    assert clean.items["document_date"].min() == START
    assert clean.items["document_date"].max() > LAST
    for table in (clean.items, clean.applications, clean.entries, clean.marks):
        assert table["recorded_on"].max() <= CLOSE


def test_applications_take_effect_and_are_recorded_not_before_either_item(clean: Sample) -> None:
    keys = ["entity", "customer_id", "currency"]
    item = clean.items.select("item_id", "document_date", "recorded_on", *keys)
    both = clean.applications.join(item, on="item_id", suffix="_of_item").join(
        item, left_on="counterpart_item_id", right_on="item_id", suffix="_of_other"
    )
    assert both.height == clean.applications.height
    assert (both["effective_on"] >= both["document_date"]).all()
    assert (both["effective_on"] >= both["document_date_of_other"]).all()
    assert (both["recorded_on"] >= both["recorded_on_of_item"]).all()
    assert (both["recorded_on"] >= both["recorded_on_of_other"]).all()
    assert both.select(keys).equals(both.select(pl.col(f"{key}_of_other").alias(key) for key in keys))


@pytest.mark.parametrize("clock", ["effective_on", "recorded_on"])
def test_no_item_ever_changes_its_side(entries: pl.DataFrame, clock: str) -> None:
    by_day = entries.group_by("item_id", "item_type", clock).agg(pl.col("amount").sum()).sort("item_id", clock)
    balance = by_day.with_columns(balance=pl.col("amount").cum_sum().over("item_id"))
    owed = pl.col("item_type").is_in(OWED)
    assert balance.filter(owed & (pl.col("balance") < 0)).is_empty()
    assert balance.filter(~owed & (pl.col("balance") > 0)).is_empty()


def test_applying_conserves_amount_and_base_amount(entries: pl.DataFrame) -> None:
    assert entries.filter(entry_type="application").select(pl.col(MONEY).sum()).row(0) == (0, 0)


def test_transfers_are_continued_by_the_item_that_replaces(clean: Sample) -> None:
    moved = clean.entries.filter(entry_type="transfer")
    new = clean.items.filter(pl.col("replaces").is_not_null())
    both = moved.join(new, left_on=["counterpart_item_id", "item_id"], right_on=["item_id", "replaces"])
    assert moved.height == new.height == both.height > 0
    for name in MONEY:
        assert (both[name] + both[f"{name}_right"] == 0).all()


def test_settled_items_have_no_base_amount_left(entries: pl.DataFrame) -> None:
    totals = entries.group_by("item_id").agg(pl.col(MONEY).sum())
    assert totals.filter((pl.col("amount") == 0) & (pl.col("base_amount") != 0)).is_empty()
    assert entries.filter(entry_type="exchange")["amount"].unique().to_list() == [0]


def test_base_amounts_are_at_the_closing_rate_of_the_month_before(clean: Sample) -> None:
    following = pl.col("date").dt.offset_by("1d")
    rates = clean.rates.select("currency", month=following, rate=pl.col("rate").cast(pl.Float64))
    items = clean.items.filter(pl.col("replaces").is_null() & (pl.col("item_type") != "receipt"))
    items = items.with_columns(month=pl.col("document_date").dt.truncate("1mo"))
    items = items.join(rates, on=["currency", "month"], how="left")
    base = rates.rename({"currency": "base_currency", "rate": "base_rate"})
    items = items.join(base, on=["base_currency", "month"], how="left")
    expected = pl.col("amount").cast(pl.Float64) * pl.col("rate") / pl.col("base_rate")
    off = items.select((pl.col("base_amount").cast(pl.Float64) - expected).abs()).to_series()
    assert off.null_count() == 0
    assert off.max() <= 0.00501


def test_general_ledger_holds_what_was_effective_and_recorded(clean: Sample, entries: pl.DataFrame) -> None:
    keys = ["entity", "account", "currency"]
    for day in (date(2023, 11, 30), date(2025, 12, 31), LAST):
        known = entries.filter((pl.col("effective_on") <= day) & (pl.col("recorded_on") <= day))
        expected = known.group_by(keys).agg(balance=pl.col("amount").sum()).sort(keys)
        given = clean.gl.filter(date=day).select(*keys, "balance").sort(keys)
        assert given.equals(expected.cast(given.schema)), day


def test_some_entries_of_a_month_are_recorded_in_the_next(entries: pl.DataFrame) -> None:
    originals = entries.filter(entry_type="original")
    late = originals.filter(pl.col("recorded_on").dt.truncate("1mo") > pl.col("effective_on").dt.truncate("1mo"))
    assert 0.005 < late.height / originals.height < 0.05
    assert (late["recorded_on"].dt.day() <= 5).mean() > 0.8


def test_sales_are_what_was_billed_without_tax(clean: Sample) -> None:
    tax = {entity.code: 1 + entity.tax / 100 for entity in WORLD.entities}
    billed = clean.items.filter(pl.col("item_type").is_in(["invoice", "debit_note", "credit_note"]))
    net = pl.col("amount").cast(pl.Float64) / pl.col("entity").replace_strict(tax)
    keys = ["entity", "customer_id", "currency", "month"]
    month = pl.col("document_date").dt.month_end()
    expected = billed.with_columns(net=net, month=month).group_by(keys).agg(pl.col("net").sum())
    sold = clean.sales.with_columns(month=pl.col("date").dt.month_end())
    both = expected.join(sold, on=keys, how="left")
    assert both.height == sold.height
    assert both.filter(pl.col("currency") != "JPY").select((pl.col("net") - pl.col("amount")).abs().max()).item() < 0.1


# The company


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_receivables_look_like_those_of_a_distributor(seed: int) -> None:
    sample = generate(items=20_000, seed=seed, faults=False)
    rows = [
        sample.items.filter(pl.col("item_type").is_in(OWED)).with_columns(effective_on="document_date"),
        sample.applications.with_columns(-pl.col(MONEY)),
        sample.entries,
    ]
    legs = pl.concat([row.select("item_id", "effective_on", *MONEY) for row in rows])
    items = sample.items.select("item_id", "item_type", "entity", "customer_id", "due_date")
    opened = open_items(legs.join(items, on="item_id"), LAST)
    total = opened["base_amount"].sum()
    overdue = opened.with_columns(days=(LAST - pl.col("due_date")).dt.total_days())
    assert 0.15 < overdue.filter(pl.col("days") > 0)["base_amount"].sum() / total < 0.32
    assert 0.01 < overdue.filter(pl.col("days") > 90)["base_amount"].sum() / total < 0.10
    top = opened.group_by("customer_id").agg(pl.col("base_amount").sum()).top_k(10, by="base_amount")
    assert 0.25 < top["base_amount"].sum() / total < 0.50


def payments(sample: Sample, behaviour: str) -> pl.DataFrame:
    chosen = sample.behaviours.filter(behaviour=behaviour)
    return sample.items.filter(item_type="receipt", account="120000").join(chosen, on="customer_id")


def test_who_stops_paying_pays_nothing_from_that_day_on(clean: Sample) -> None:
    paid = payments(clean, "stops paying")
    assert (paid["document_date"] < paid["since"]).all()
    held = clean.marks.filter(kind="hold")["customer_id"]
    assert set(held) == set(clean.behaviours.filter(behaviour="stops paying")["customer_id"])


def test_payments_of_decliners_halve(clean: Sample) -> None:
    paid = payments(clean, "declines").filter(pl.col("document_date") <= LAST)
    recent = pl.col("document_date") > date(2026, 7, 31)
    before = pl.col("document_date").is_between(date(2025, 8, 1), date(2026, 1, 31))
    amount = -pl.col("base_amount")
    by_customer = paid.group_by("customer_id").agg(
        recent=amount.filter(recent).sum() / 3, before=amount.filter(before).sum() / 6
    )
    ratio = by_customer["recent"].cast(pl.Float64) / by_customer["before"].cast(pl.Float64)
    assert 0.4 < ratio.median() < 0.6
    assert ratio.max() < 0.75


def test_static_debt_is_not_reduced_by_any_payment(clean: Sample, entries: pl.DataFrame) -> None:
    old = clean.behaviours.filter(behaviour="static debt")
    assert payments(clean, "static debt").filter(pl.col("document_date") > date(2026, 4, 30)).is_empty()
    assert set(old["customer_id"]) <= set(open_items(entries, LAST)["customer_id"])


def test_good_payers_have_one_late_invoice(clean: Sample, entries: pl.DataFrame) -> None:
    chosen = clean.behaviours.filter(behaviour="one late invoice")
    late = open_items(entries, LAST).filter(pl.col("due_date") < date(2026, 10, 15)).join(chosen, on="customer_id")
    assert set(late["customer_id"]) == set(chosen["customer_id"])
    assert late["customer_id"].is_unique().all()


def test_customers_of_the_last_month_pay_nothing_in_it_and_paid_well_before(clean: Sample) -> None:
    paid = payments(clean, "slid last month")["document_date"].dt.truncate("1mo")
    assert date(2026, 10, 1) not in set(paid)
    assert {date(2026, 8, 1), date(2026, 9, 1)} <= set(paid)
