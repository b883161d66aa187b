"""Writing the sample: one file per table, as people would export it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import polars as pl

from arkit.currencies import decimals
from arkit.errors import unknown_name
from arkit.ledger.sample.model import Sample
from arkit.ledger.sample.tables import MONEY, MONEY_DECIMALS

Format = Literal["csv", "parquet"]
FORMATS: Final = ("csv", "parquet")
ANSWERS_FOLDER: Final = "answers"


def write(sample: Sample, folder: str | Path, *, format: Format = "csv") -> Path:
    """Write each table of the sample to a file in a folder, the answers into a folder within it.

    CSV files have ISO dates, a decimal point, and as many decimals as the currency has (the planted amount with too
    many excepted); nothing passes through a floating-point number. Parquet files hold exact decimals.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnknownNameError
        The format is neither csv nor parquet.
    """
    if format not in FORMATS:
        raise unknown_name("format", format, known=FORMATS)
    folder = Path(folder)
    for place, tables in ((folder, sample.tables), (folder / ANSWERS_FOLDER, sample.answers)):
        place.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            if format == "csv":
                as_text(table, name, sample).write_csv(place / f"{name}.csv")
            else:
                table.write_parquet(place / f"{name}.parquet")
    return folder


def as_text(table: pl.DataFrame, name: str, sample: Sample) -> pl.DataFrame:
    """Return a table with its amounts as text, each with the decimals of its currency."""
    money = [column for column, dtype in table.schema.items() if dtype == MONEY]
    if not money:
        return table
    currencies = _currencies(table, name, sample)
    return table.with_columns(
        _plain(pl.col(column), currencies["base_currency" if column == "base_amount" else "currency"])
        for column in money
    )


def _currencies(table: pl.DataFrame, name: str, sample: Sample) -> pl.DataFrame:
    """Return the currencies of each row: its own, or those of the item that it names."""
    if "base_currency" in table.columns:
        return table.select("currency", "base_currency")
    if "currency" in table.columns:
        return table.select("currency")
    of_item = sample.items.select("item_id", "currency", "base_currency").unique("item_id", keep="first")
    key = "counterpart_item_id" if name == "applications" else "item_id"
    return table.select(item_id=key).join(of_item, on="item_id", how="left", maintain_order="left")


def _plain(amount: pl.Expr, currency: pl.Series) -> pl.Expr:
    """Return exact decimals as text without the decimals that the currency does not have."""
    text = amount.cast(pl.String)
    shown = text
    for code in currency.drop_nulls().unique().sort():
        surplus = "0" * (MONEY_DECIMALS - decimals(code))
        if not surplus:
            continue
        cut = text.str.strip_suffix(surplus if decimals(code) else "." + surplus)
        shown = pl.when(currency == code).then(cut).otherwise(shown)
    return shown
