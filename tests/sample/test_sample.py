"""The shipped sample: the same for ever, with every kind of document, and faults where the answers say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import arkit as ar
from arkit.calendar import decimals
from arkit.errors import LedgerError, UnknownNameError
from arkit.sample import Sample, generate, write
from arkit.sample.customers import BEHAVIOUR, HOSTILE_NAMES
from arkit.sample.generate import as_text

SHIPPED = Path(__file__).parents[2] / "data" / "sample"
CLOSE = date(2026, 11, 5)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate()


def planted(sample: Sample, fault: str) -> pl.DataFrame:
    return sample.items.filter(pl.col("item_id").is_in(sample.faults.filter(fault=fault)["item_id"].to_list()))


# The files


def test_shipped_files_are_what_the_seed_gives(sample: Sample) -> None:
    for folder, tables in ((SHIPPED, sample.tables), (SHIPPED / "answers", sample.answers)):
        assert {path.stem for path in folder.glob("*.csv")} == set(tables)
        for name, table in tables.items():
            given = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
            assert_frame_equal(given, as_text(table, name, sample).cast(pl.String))


def test_shipped_files_hold_about_5000_items_in_less_than_1_mb(sample: Sample) -> None:
    assert sample.items.height == pytest.approx(5000, rel=0.05)
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.csv")) < 1_000_000


def test_amounts_are_written_with_the_decimals_of_their_currency(sample: Sample) -> None:
    written = as_text(sample.items, "items", sample).with_columns(pl.col("amount").str.split("."))
    places = pl.col("amount").list.get(1, null_on_oob=True).str.len_chars().fill_null(0)
    fine = pl.col("item_id").is_in(sample.faults.filter(fault="too_many_decimals")["item_id"].to_list())
    found = written.filter(~fine).group_by("currency").agg(places.unique())
    assert dict(found.iter_rows()) == {code: [decimals(code)] for code in ("EUR", "GBP", "USD", "JPY", "KWD")}
    assert written.filter(fine).select(places).to_series().to_list() == [3]


def test_applications_and_entries_are_written_in_the_currency_of_their_item(tmp_path: Path) -> None:
    sample = generate(items=500, seed=3)
    write(sample, tmp_path)
    for name in ("applications", "entries"):
        rows = pl.read_csv(tmp_path / f"{name}.csv", infer_schema=False)
        yen = sample.items.filter(currency="JPY")["item_id"].to_list()
        assert not rows.filter(pl.col("item_id").is_in(yen))["amount"].str.contains(".", literal=True).any()
        assert rows["amount"].null_count() == 0


def test_parquet_holds_the_same_tables(tmp_path: Path) -> None:
    sample = generate(items=500, seed=3)
    folder = write(sample, tmp_path / "new" / "folder", format="parquet")
    for name, table in sample.tables.items():
        assert_frame_equal(pl.read_parquet(folder / f"{name}.parquet"), table)


def test_another_format_is_refused(tmp_path: Path, sample: Sample) -> None:
    with pytest.raises(UnknownNameError, match=r"no format 'xls'\. Known: csv, parquet"):
        write(sample, tmp_path, format="xls")  # type: ignore[arg-type]


# The arguments


def test_the_same_seed_gives_the_same_company_and_another_one_another(sample: Sample) -> None:
    assert generate(items=500, seed=1).items.equals(generate(items=500, seed=1).items)
    assert not generate(items=500, seed=1).items.equals(generate(items=500, seed=2).items)


@pytest.mark.parametrize("items", [500, 20_000])
def test_the_number_of_items_is_about_what_was_asked_for(items: int) -> None:
    assert generate(items=items).items.height == pytest.approx(items, rel=0.25 if items < 1000 else 0.08)


def test_forty_entities() -> None:
    sample = generate(items=6000, entities=40)
    assert sample.items["entity"].n_unique() == 40
    assert {"ES", "UK", "US", "JP", "ES2", "UK4"} <= set(sample.items["entity"])
    assert set(sample.items["base_currency"]) == {"EUR", "GBP", "USD", "JPY"}


def test_one_entity_has_no_group_companies() -> None:
    sample = generate(items=600, entities=1)
    assert set(sample.items["entity"]) == {"ES"}
    assert not sample.customers["intercompany"].any()


def test_hostile_names_are_there_when_asked_for(sample: Sample, tmp_path: Path) -> None:
    hostile = write(generate(items=600, hostile=True), tmp_path)
    assert set(HOSTILE_NAMES) <= set(pl.read_csv(hostile / "customers.csv", infer_schema=False)["name"])
    assert not sample.customers["name"].str.contains("[<=>]").any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"items": 499}, "at least 500 items, found 499"),
        ({"entities": 0}, "at least 1 entities, found 0"),
        ({"months": 17}, "at least 18 months, found 17"),
    ],
)
def test_too_small_a_company_is_refused(given: dict[str, int], message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        generate(**given)


def test_another_last_day_and_fewer_months() -> None:
    sample = generate(items=1000, last_day=date(2025, 2, 28), months=20)
    assert sample.items["document_date"].min() == date(2023, 7, 1)
    assert sample.items["recorded_on"].max() <= date(2025, 3, 5)
    assert sample.gl["date"].max() == date(2025, 2, 28)


# What is in it


def test_every_kind_of_document_entry_mark_and_behaviour_is_there(sample: Sample) -> None:
    assert set(sample.items["item_type"]) == {"invoice", "debit_note", "credit_note", "receipt", "journal"}
    assert set(sample.entries["entry_type"]) == {"discount", "write_off", "exchange", "transfer", "correction"}
    assert set(sample.marks["kind"]) == {"dispute", "promise", "hold", "plan"}
    assert set(sample.behaviours["behaviour"]) == set(BEHAVIOUR.categories)
    assert set(sample.customers["language"]) == {"en", "es", "de", "ru", "zh"}
    assert sample.items["item_id"].str.ends_with("-3").any()
    for column in ("original_due_date", "replaces", "discount_date", "contract", "reference"):
        assert sample.items[column].drop_nulls().len() > 0, column


def test_credits_and_cash_are_there_applied_at_once_later_and_not_at_all(sample: Sample) -> None:
    credits = sample.items.filter(pl.col("amount") < 0)
    applied = sample.applications.join(credits, left_on="counterpart_item_id", right_on="item_id")
    later = applied.filter(pl.col("effective_on") > pl.col("document_date"))
    assert set(later["item_type"]) == {"credit_note", "receipt"}
    unused = credits.join(sample.applications, left_on="item_id", right_on="counterpart_item_id", how="anti")
    assert set(unused["item_type"]) == {"credit_note", "receipt"}
    several = applied.group_by("counterpart_item_id").len().filter(pl.col("len") > 1)
    assert several.height > 200
    assert {"120000", "120900"} == set(applied["account"])


def test_faults_are_where_the_answers_say(sample: Sample) -> None:
    early, no_due, twice = (
        planted(sample, name) for name in ("due_before_document", "missing_due_date", "duplicate_item")
    )
    assert (early["due_date"] < early["document_date"]).to_list() == [True, True]
    assert no_due["due_date"].to_list() == [None, None, None]
    assert no_due["terms"].str.contains(r"^N\d+$").all()
    assert (twice.height, twice.unique().height) == (2, 1)
    assert planted(sample, "unknown_customer")["customer_id"].is_in(
        sample.customers["customer_id"].implode()
    ).to_list() == [False]
    assert planted(sample, "too_many_decimals").height == 1


def test_cancelled_pairs_are_opposite_and_not_applied(sample: Sample) -> None:
    pairs = planted(sample, "cancelled_pair").join(sample.items, left_on="reference", right_on="document_id")
    assert (pairs["amount"] + pairs["amount_right"]).to_list() == [0, 0]
    touched = {*sample.applications["item_id"], *sample.applications["counterpart_item_id"]}
    assert not touched & {*pairs["item_id"], *pairs["item_id_right"]}


def test_more_was_applied_to_the_overpaid_invoice_than_its_amount(sample: Sample) -> None:
    over = planted(sample, "over_applied").join(sample.applications, on="item_id")
    assert over["amount_right"].sum() > over["amount"][0]


def test_one_application_names_an_item_that_does_not_exist(sample: Sample) -> None:
    stray = sample.applications.join(sample.items, on="item_id", how="anti")
    assert stray["counterpart_item_id"].to_list() == planted(sample, "payment_to_no_item")["item_id"].to_list()


def test_planted_rows_stay_far_below_what_stops_a_month_end(sample: Sample) -> None:
    assert sample.faults.height < 0.005 * sample.items.height
    apart = planted(sample, "duplicate_item")["base_amount"][0]
    balances = sample.gl.filter(date=date(2026, 10, 31), entity="ES", currency="EUR")["balance"].sum()
    assert apart < balances / 100


def test_the_readme_of_the_data_says_what_the_library_says() -> None:
    ledger = ar.sample_ledger()
    now, before, year = (
        ar.translated(ledger, as_of=day, to="EUR").iloc[0] for day in ("2026-10-31", "2026-09-30", "2025-10-31")
    )
    late = [f"{1 - row['not due'] / row['gross']:.1%}".replace("%", " %") for row in (now, before, year)]
    customers = ar.translated(ledger, as_of="2026-10-31", to="EUR", by="customer_id")["gross"]
    said = (
        f"receivables of EUR {now['gross'] / 1e6:.2f} million (a year before {year['gross'] / 1e6:.2f}), less "
        f"{-now['unapplied'] / 1e6:.2f} unapplied; {late[0]} is past due ({late[1]} a month before, {late[2]} a year "
        f"before), {now['over 90'] / now['gross'] * 100:.1f} % by more than 90 days; the ten largest customers hold "
        f"{customers.nlargest(10).sum() / now['gross'] * 100:.0f} %."
    )
    assert said in " ".join((SHIPPED.parent / "README.md").read_text(encoding="utf-8").split())
