"""Keys of a layout act wherever the names of the columns come from; one that cannot act is refused."""

import sqlite3
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

import arkit as ar
from arkit.errors import LayoutError
from arkit.model.layout import TableLayout

ROWS = pl.DataFrame(
    {
        "item_id": ["A", "B", "C"],
        "line": ["1", "2", "3"],
        "customer_id": ["K1", "K1", "K2"],
        "text": ["of 2026-01-05", "of 2026-01-06", "of 2026-01-07"],
        "document_date": ["2026-01-05", "2026-01-05T23:30:00Z", "2026-01-07"],
        "due_date": ["2026-02-05", "2026-02-06", "2026-02-07"],
        "currency": ["EUR", "EUR", "EUR"],
        "open_amount": ["100.00", "40.00", "20.00"],
        "fee": ["1.00", "1.00", "1.00"],
        "paid": ["0.00", "0.00", "5.00"],
        "side": ["D", "C", "D"],
    }
)
# What each key changes of the sum of what is open, 160.00; the mark is of amounts that are one column.
KEYS: dict[str, dict[str, Any]] = {
    "plus": {"plus": {"open_amount": ("open_amount", "fee")}},
    "minus": {"plus": {"open_amount": ("open_amount",)}, "minus": {"open_amount": ("paid",)}},
    "minus_when": {"minus_when": {"side": ("C",)}},
    "joined": {"joined": {"item_id": ("item_id", "line")}},
    "dated_in": {"dated_in": {"document_date": "text"}},
    "time_zone": {"time_zone": "Asia/Tokyo"},
}
SUMS = {"plus": 163, "minus": 155, "minus_when": 80, "joined": 160, "dated_in": 160, "time_zone": 160}
BOTH = {("plus", "minus"): 158}


def layout_of(items: dict[str, Any]) -> ar.Layout:
    zone = items.get("time_zone", "")
    table = {key: value for key, value in items.items() if key != "time_zone"}
    return ar.Layout(name="keys", shape="open_items", time_zone=zone, items=msgspec.convert(table, TableLayout))


def written(folder: Path, kind: str) -> Path:
    file = folder / f"items.{kind}"
    ROWS.write_csv(file) if kind == "csv" else ROWS.with_columns(
        pl.col("open_amount", "fee", "paid").cast(pl.Decimal(18, 2))
    ).write_parquet(file)
    return file


def read(file: Path, *keys: str, header: bool = False) -> ar.Ledger:
    settings: dict[str, Any] = {}
    for key in keys:
        for name, value in KEYS[key].items():
            settings[name] = {**settings.get(name, {}), **value} if isinstance(value, dict) else value
    if {"plus", "minus"} <= {*keys}:
        settings["plus"] = KEYS["plus"]["plus"]
    if header:
        settings["header"] = tuple(ROWS.columns)
    layout = layout_of(settings)
    return ar.read_ledger(file, layout=layout, snapshot_on="2026-03-31")


def total(ledger: ar.Ledger) -> float:
    return float(ar.open_items(ledger, as_of="2026-03-31")["open_amount"].sum())


def day_of_b(ledger: ar.Ledger) -> str:
    return str(ledger.items["document_date"].iloc[1].date())


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("key", KEYS)
def test_a_key_acts(tmp_path: Path, key: str, kind: str, header: bool) -> None:
    ledger = read(written(tmp_path, kind), key, header=header)
    assert total(ledger) == SUMS[key]
    assert set(ar.open_items(ledger, as_of="2026-03-31")["item_id"]) == (
        {"A/1", "B/2", "C/3"} if key == "joined" else {"A", "B", "C"}
    )
    # A time in UTC has the next day in Tokyo, and stays as it is written where no zone is stated.
    assert day_of_b(ledger) == ("2026-01-06" if key in ("dated_in", "time_zone") else "2026-01-05")


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("keys", [pair for pair in combinations(KEYS, 2) if pair[1] != "minus_when"], ids="+".join)
def test_two_keys_act_together(tmp_path: Path, keys: tuple[str, str], header: bool) -> None:
    moved = sum(SUMS[key] - 160 for key in keys)
    assert total(read(written(tmp_path, "csv"), *keys, header=header)) == BOTH.get(keys, 160 + moved)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_acts_on_a_query(tmp_path: Path, key: str) -> None:
    file = tmp_path / "books.sqlite"
    with sqlite3.connect(file) as books:
        books.execute(f"create table export ({', '.join(ROWS.columns)})")
        places = ", ".join("?" * ROWS.width)
        books.executemany(f"insert into export values ({places})", ROWS.rows())
    books.close()
    layout = layout_of({**KEYS[key], "query": "select * from export"})
    assert total(ar.read_ledger(file, layout=layout, snapshot_on="2026-03-31")) == SUMS[key]


@pytest.mark.parametrize("key", ["plus", "minus"])
def test_a_mark_beside_a_sum_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(LayoutError, match="minus_when"):
        read(written(tmp_path, "csv"), key, "minus_when")


@pytest.mark.parametrize(
    "key",
    [
        {"serials": ("due_date",)},
        {"day_parts": {"day": ("2026", "m", "d")}},
        {"sections": "above"},
        {"section_labels": {"customer_id": "Customer"}},
        {"stated_above": {"currency": "in"}},
    ],
)
def test_what_is_around_a_header_needs_one(key: dict[str, Any]) -> None:
    with pytest.raises(LayoutError, match="no effect without header"):
        layout_of(key)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_day_of_a_time_zone_counts_in_text_and_in_types(tmp_path: Path, kind: str) -> None:
    times = pl.Series(["2026-01-05T09:00", "2026-01-05T23:30", "2026-01-31T15:00"]).str.to_datetime(time_zone="UTC")
    file = tmp_path / f"items.{kind}"
    rows = ROWS.with_columns(document_date=times)
    rows.write_csv(file) if kind == "csv" else rows.write_parquet(file)
    days = {
        zone: ar.read_ledger(file, layout=layout_of({"time_zone": zone}), snapshot_on="2026-03-31").items[
            "document_date"
        ]
        for zone in ("", "Asia/Tokyo")
    }
    found = {zone: [str(day.date()) for day in each] for zone, each in days.items()}
    assert found[""] == ["2026-01-05", "2026-01-05", "2026-01-31"]
    assert found["Asia/Tokyo"] == ["2026-01-05", "2026-01-06", "2026-02-01"]


def test_a_time_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LayoutError, match="no time zone 'Europe/Berln'"):
        layout_of({"time_zone": "Europe/Berln"})
