"""The made-up company: the same for ever, whole in its books, and believable."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from arkit.errors import LedgerError, UnknownNameError
from arkit.ledger.sample import Sample, generate, write
from arkit.ledger.sample.customers import BEHAVIOUR
from arkit.ledger.sample.writing import as_text

SHIPPED = Path(__file__).parents[2] / "data" / "sample"
START, LAST, CLOSE = date(2023, 11, 1), date(2026, 10, 31), date(2026, 11, 5)
OWED = ("invoice", "debit_note", "journal")


@pytest.fixture(scope="module")
def shipped() -> Sample:
    return generate()


@pytest.fixture(scope="module")
def clean() -> Sample:
    return generate(items=8000, seed=7, faults=False)


@pytest.fixture(scope="module")
def entries(clean: Sample) -> pl.DataFrame:
    return all_entries(clean)


def all_entries(sample: Sample) -> pl.DataFrame:
    """Every entry of the ledger: originals, both legs of each application, and the others."""
    dates = {"effective_on": "effective_on", "recorded_on": "recorded_on"}
    minus = {name: -pl.col(name) for name in ("amount", "base_amount")}
    plus = {name: pl.col(name) for name in minus}
    originals = sample.items.select("item_id", effective_on="document_date", recorded_on="recorded_on", **plus)
    rows = [
        originals.with_columns(entry_type=pl.lit("original")),
        sample.applications.select("item_id", **dates, **minus, entry_type=pl.lit("application")),
        sample.applications.select(item_id="counterpart_item_id", **dates, **plus, entry_type=pl.lit("application")),
        sample.entries.select("item_id", **dates, **plus, entry_type="entry_type"),
    ]
    keys = ["item_id", "entity", "account", "customer_id", "item_type", "currency", "base_currency"]
    columns = ["item_id", "entry_type", *dates, *plus]
    return pl.concat([row.select(columns) for row in rows]).join(sample.items.select(keys).unique("item_id"), on="item_id")


def open_on(entries: pl.DataFrame, day: date) -> pl.DataFrame:
    known = entries.filter(pl.col("effective_on") <= day)
    return known.group_by("item_id").agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)


# The shipped sample


def test_shipped_files_are_what_the_seed_gives(shipped: Sample) -> None:
    for folder, tables in ((SHIPPED, shipped.tables), (SHIPPED / "answers", shipped.answers)):
        assert {path.stem for path in folder.glob("*.csv")} == set(tables)
        for name, table in tables.items():
            given = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
            assert given.equals(as_text(table, name, shipped).cast(pl.String)), name


def test_shipped_files_are_about_5000_items_and_under_1_mb(shipped: Sample) -> None:
    assert 4500 < shipped.items.height < 5500
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.csv")) < 1_000_000


def test_shipped_sample_has_every_kind_of_document_entry_and_mark(shipped: Sample) -> None:
    assert set(shipped.items["item_type"]) == {*OWED, "credit_note", "receipt"}
    assert set(shipped.entries["entry_type"]) == {"discount", "write_off", "exchange", "transfer", "correction"}
    assert set(shipped.marks["kind"]) == {"dispute", "promise", "hold", "plan"}
    assert set(shipped.behaviours["behaviour"]) == set(BEHAVIOUR.categories)
    assert shipped.items["currency"].unique().sort().to_list() == ["EUR", "GBP", "JPY", "KWD", "USD"]
    for column in ("original_due_date", "replaces", "discount_date", "contract", "reference"):
        assert shipped.items[column].drop_nulls().len() > 0, column
    assert shipped.items["item_id"].str.ends_with("-3").any()
    assert set(shipped.customers["language"]) == {"en", "es", "de", "ru", "zh"}


def test_shipped_amounts_have_the_decimals_of_their_currency(shipped: Sample) -> None:
    text = as_text(shipped.items, "items", shipped)
    decimals = text.select("currency", "item_id", n=pl.col("amount").str.split(".").list.get(1, null_on_oob=True).str.len_chars())
    fine = shipped.faults.filter(fault="too_many_decimals")["item_id"].to_list()
    found = decimals.filter(~pl.col("item_id").is_in(fine)).group_by("currency").agg(pl.col("n").fill_null(0).unique())
    assert dict(found.iter_rows()) == {"EUR": [2], "GBP": [2], "USD": [2], "JPY": [0], "KWD": [3]}
    assert decimals.filter(item_id=fine[0])["n"].to_list() == [3]


def test_planted_faults_are_where_the_answers_say(shipped: Sample) -> None:
    items = shipped.items

    def planted(fault: str) -> pl.DataFrame:
        return items.filter(pl.col("item_id").is_in(shipped.faults.filter(fault=fault)["item_id"].to_list()))

    early, no_due, twice = (planted(name) for name in ("due_before_document", "missing_due_date", "duplicate_item"))
    assert early.height == 2
    assert (early["due_date"] < early["document_date"]).all()
    assert no_due.height == 3
    assert no_due["due_date"].null_count() == 3
    assert twice.height == 2
    assert twice.unique().height == 1
    assert not set(planted("unknown_customer")["customer_id"]) & set(shipped.customers["customer_id"])
    assert shipped.applications.filter(~pl.col("item_id").is_in(items["item_id"].to_list())).height == 1
    pairs = planted("cancelled_pair").join(items, left_on="reference", right_on="document_id")
    assert pairs.height == 2
    assert (pairs["amount"] + pairs["amount_right"] == 0).all()
    over = open_on(all_entries(shipped), CLOSE).join(planted("over_applied"), on="item_id")
    assert (over["amount"] < 0).all()
    assert over.height == 1


def test_nothing_else_is_faulty(clean: Sample) -> None:
    items = clean.items
    assert clean.faults.is_empty()
    assert items["item_id"].is_unique().all()
    assert set(items["customer_id"]) <= set(clean.customers["customer_id"])
    owed = items.filter(pl.col("item_type").is_in(OWED))
    assert (owed["due_date"] >= owed["document_date"]).all()


# The books


def test_applications_take_effect_not_before_either_item(clean: Sample) -> None:
    dates = clean.items.select("item_id", "document_date", "recorded_on", "entity", "customer_id", "currency")
    both = clean.applications.join(dates, on="item_id", suffix="_item").join(
        dates, left_on="counterpart_item_id", right_on="item_id", suffix="_other"
    )
    assert both.height == clean.applications.height
    assert (both["effective_on"] >= both["document_date"]).all()
    assert (both["effective_on"] >= both["document_date_other"]).all()
    assert (both["recorded_on"] >= pl.Series(both.select(pl.max_horizontal("recorded_on_item", "recorded_on_other")).to_series())).all()
    for key in ("entity", "customer_id", "currency"):
        assert (both[key] == both[f"{key}_other"]).all()


@pytest.mark.parametrize("clock", ["effective_on", "recorded_on"])
def test_no_item_ever_changes_its_side(entries: pl.DataFrame, clock: str) -> None:
    by_day = entries.group_by("item_id", "item_type", clock).agg(pl.col("amount").sum()).sort("item_id", clock)
    balance = by_day.with_columns(balance=pl.col("amount").cum_sum().over("item_id"))
    owed = pl.col("item_type").is_in(OWED)
    assert balance.filter(owed & (pl.col("balance") < 0)).is_empty()
    assert balance.filter(~owed & (pl.col("balance") > 0)).is_empty()


def test_applying_moves_nothing_and_transfers_are_continued(clean: Sample, entries: pl.DataFrame) -> None:
    assert entries.filter(entry_type="application").select(pl.col("amount", "base_amount").sum()).row(0) == (0, 0)
    moved = clean.entries.filter(entry_type="transfer").join(
        clean.items, left_on=["counterpart_item_id", "item_id"], right_on=["item_id", "replaces"]
    )
    assert moved.height == clean.items["replaces"].drop_nulls().len() > 0
    assert (moved["amount"] + moved["amount_right"] == 0).all()


def test_settled_items_have_no_base_amount_left(entries: pl.DataFrame) -> None:
    totals = entries.group_by("item_id").agg(pl.col("amount", "base_amount").sum())
    assert totals.filter((pl.col("amount") == 0) & (pl.col("base_amount") != 0)).is_empty()


def test_base_amounts_are_at_the_closing_rate_of_the_month_before(clean: Sample) -> None:
    rates = clean.rates.select("currency", month=pl.col("date").dt.offset_by("1d"), rate=pl.col("rate").cast(pl.Float64))
    own = clean.items.filter(pl.col("replaces").is_null() & (pl.col("base_currency") != "JPY"))
    own = own.with_columns(month=pl.col("document_date").dt.truncate("1mo"))
    own = own.join(rates, on=["currency", "month"]).join(
        rates, left_on=["base_currency", "month"], right_on=["currency", "month"], suffix="_base"
    )
    expected = pl.col("amount").cast(pl.Float64) * pl.col("rate") / pl.col("rate_base")
    off = own.with_columns(off=(pl.col("base_amount").cast(pl.Float64) - expected).abs(), receipt=pl.col("item_type") == "receipt")
    assert off.filter(~pl.col("receipt"))["off"].max() <= 0.00501
    assert off["off"].max() <= 0.1  # a receipt's base amount is the sum of its parts, each rounded


def test_general_ledger_is_the_entries_effective_and_recorded(clean: Sample, entries: pl.DataFrame) -> None:
    assert clean.gl["date"].max() == LAST
    keys = ["entity", "account", "currency"]
    for day in (date(2023, 11, 30), date(2025, 12, 31), LAST):
        known = entries.filter((pl.col("effective_on") <= day) & (pl.col("recorded_on") <= day))
        expected = known.group_by(keys).agg(pl.col("amount").sum().alias("balance")).sort(keys)
        given = clean.gl.filter(date=day).select(*keys, "balance").sort(keys)
        assert given.equals(expected.cast(dict(given.schema))), day
    late = entries.filter((pl.col("effective_on") <= LAST) & (pl.col("recorded_on") > LAST) & (pl.col("amount") != 0))
    assert not late.is_empty()


def test_sales_are_billings_without_tax(clean: Sample) -> None:
    tax = pl.col("entity").replace_strict({"ES": 1.21, "UK": 1.2, "US": 1.0})
    billed = clean.items.filter(pl.col("item_type").is_in(["invoice", "debit_note", "credit_note"]))
    keys = ["entity", "customer_id", "currency"]
    net = billed.group_by(keys).agg((pl.col("amount").cast(pl.Float64) / tax).sum().alias("net"))
    sold = clean.sales.group_by(keys).agg(pl.col("amount").cast(pl.Float64).sum())
    both = net.join(sold, on=keys, how="full")
    assert both.null_count().sum_horizontal().item() == 0
    assert (both["net"] - both["amount"]).abs().max() < 1


def test_books_cover_three_years_and_the_days_until_closing(clean: Sample) -> None:
    assert clean.items["document_date"].min() == START
    for table in (clean.items, clean.applications, clean.entries, clean.marks):
        assert table["recorded_on"].max() <= CLOSE
    assert clean.items["document_date"].max() > LAST
