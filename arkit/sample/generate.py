"""From a seed to the sample: every table of the company, and one file for each, as people would export it."""

from datetime import date
from pathlib import Path
from typing import Final, Literal

import polars as pl

from arkit.calendar import decimals
from arkit.errors import LedgerError, unknown_name
from arkit.sample import tables
from arkit.sample.company import item_rows, keep_books
from arkit.sample.customers import behaviours_table, customers_table, draw_clients, entity_list, with_attributes
from arkit.sample.movements import draw_rates
from arkit.sample.world import Sample, Window

LEAST_ITEMS: Final = 500
LEAST_MONTHS: Final = 18
HISTORY_DAYS: Final = 480  # a few customers changed hands so many days before the day reported on


def generate(
    *,
    items: int = 5000,
    seed: int = 20261031,
    last_day: date = date(2026, 10, 31),
    entities: int = 3,
    months: int = 36,
    faults: bool = True,
    hostile: bool = False,
) -> Sample:
    """A synthetic company and its receivables: a distributor, its entities, customers and three years of books.

    The same arguments give the same tables on every machine. The books end on ``last_day`` and were closed five days
    later, so they also know the first days of the next month.

    Parameters
    ----------
    items
        About how many items (invoices, credit notes and receipts) there shall be; at least 500.
    seed
        The number that everything drawn by chance follows from.
    last_day
        The day reported on, usually the last of a month.
    entities
        The number of legal entities; the first three are in Spain, the United Kingdom and the United States.
    months
        The number of calendar months of the books, the month of ``last_day`` included; at least 18.
    faults
        Whether a few faulty rows are planted, as they come out of real systems; a very small sample may have no fit
        invoice for some of them.
    hostile
        Whether the two largest customers are called what an attacker would call them: HTML and a formula.

    Returns
    -------
    Sample
        The tables, in canonical columns, with amounts as exact decimals in currency units.

    Raises
    ------
    LedgerError
        There are too few items, months or entities to make a company of.

    Examples
    --------
    >>> sample = generate(items=500, seed=1)
    >>> sample.items["entity"].unique().sort().to_list()
    ['ES', 'UK', 'US']
    >>> str(sample.gl["date"].max())
    '2026-10-31'
    """
    _check(items=items, months=months, entities=entities)
    companies, window = entity_list(entities), Window.ending(last_day, months=months)
    rates = draw_rates(window, seed=seed)
    clients = draw_clients(companies, window, items=items, seed=seed)
    clients = with_attributes(clients, companies, rates, seed=seed, hostile=hostile)
    books = keep_books(clients, companies, window, rates, faults=faults, seed=seed)
    rows = item_rows(books, companies)
    sample = Sample(
        items=tables.items_table(rows, clients, companies),
        applications=tables.applications_table(books, rows),
        entries=tables.entries_table(books, rows),
        customers=customers_table(clients, changed_on=window.last - HISTORY_DAYS),
        marks=tables.marks_table(books, rows, clients, seed=seed),
        rates=rates.table(),
        gl=tables.gl_table(books, rows, companies),
        sales=tables.sales_table(books, rows, clients, companies),
        behaviours=behaviours_table(clients),
        faults=tables.planted_in_books(books, rows) if faults else tables.NO_FAULTS,
    )
    return tables.with_faults(sample, seed=seed) if faults else sample


def _check(**given: int) -> None:
    least = {"items": LEAST_ITEMS, "months": LEAST_MONTHS, "entities": 1}
    for name, number in given.items():
        if number < least[name]:
            raise LedgerError(f"A sample needs at least {least[name]} {name}, found {number}. Ask for more.")


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
    for place, several in ((folder, sample.tables), (folder / ANSWERS_FOLDER, sample.answers)):
        place.mkdir(parents=True, exist_ok=True)
        for name, table in several.items():
            if format == "csv":
                as_text(table, name, sample).write_csv(place / f"{name}.csv")
            else:
                table.write_parquet(place / f"{name}.parquet")
    return folder


def as_text(table: pl.DataFrame, name: str, sample: Sample) -> pl.DataFrame:
    """A table with its amounts as text, each with the decimals of its currency."""
    money = [column for column, dtype in table.schema.items() if dtype == tables.MONEY]
    if not money:
        return table
    currencies = _currencies(table, name, sample)
    return table.with_columns(
        _plain(pl.col(column), currencies["base_currency" if column == "base_amount" else "currency"])
        for column in money
    )


def _currencies(table: pl.DataFrame, name: str, sample: Sample) -> pl.DataFrame:
    """The currencies of each row: its own, or those of the item that it names."""
    if "base_currency" in table.columns:
        return table.select("currency", "base_currency")
    if "currency" in table.columns:
        return table.select("currency")
    # Once each: the planted duplicate would give its entries a second row.
    of_item = sample.items.select("item_id", "currency", "base_currency").unique("item_id", keep="first")
    key = "counterpart_item_id" if name == "applications" else "item_id"
    return table.select(item_id=key).join(of_item, on="item_id", how="left", maintain_order="left")


def _plain(amount: pl.Expr, currency: pl.Series) -> pl.Expr:
    """Exact decimals as text without the decimals that the currency does not have."""
    text = amount.cast(pl.String)
    shown = text
    for code in currency.drop_nulls().unique().sort():
        surplus = "0" * (tables.MONEY_DECIMALS - decimals(code))
        if not surplus:
            continue
        cut = text.str.strip_suffix(surplus if decimals(code) else "." + surplus)
        shown = pl.when(currency == code).then(cut).otherwise(shown)
    return shown
