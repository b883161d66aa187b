"""The tables of the sample as people know them: items, applications, entries and marks."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.currencies import decimals
from arkit.ledger.sample.company import Books
from arkit.ledger.sample.world import ADVANCES_ACCOUNT, CURRENCIES, RECEIVABLES_ACCOUNT, Entity

MONEY_DECIMALS: Final = 3  # the most that a currency of the sample has
MONEY: Final = pl.Decimal(18, MONEY_DECIMALS)
ACCOUNTS: Final = (RECEIVABLES_ACCOUNT, ADVANCES_ACCOUNT)
_STEP: Final = pl.Series([10 ** (MONEY_DECIMALS - decimals(code)) for code in CURRENCIES])


def in_units(amount: pl.Expr, currency: pl.Series) -> pl.Expr:
    """Return minor units as exact decimal amounts in currency units."""
    thousandths = (amount * _STEP.gather(currency)).cast(pl.Decimal(38, MONEY_DECIMALS))
    return (thousandths / 10**MONEY_DECIMALS).cast(MONEY)


def as_date(day: str) -> pl.Expr:
    """Return a column of day numbers as dates."""
    return pl.col(day).cast(pl.Int32).cast(pl.Date)


def items_table(rows: pl.DataFrame, clients: pl.DataFrame, entities: tuple[Entity, ...]) -> pl.DataFrame:
    """Return items.csv from the item rows."""
    rows = _with_other_items(rows)
    codes, bases = pl.Series([entity.code for entity in entities]), pl.Series(CURRENCIES)
    who = clients.select(pl.col("customer_id", "salesperson", "contract").gather(rows["client"]))
    billed = pl.col("kind").is_in(["invoice", "debit_note"])
    return rows.select(
        "item_id",
        "document_id",
        entity=codes.gather(rows["entity"]),
        account=pl.Series(ACCOUNTS).gather(rows["account"]),
        customer_id=who["customer_id"],
        item_type="kind",
        document_date=as_date("day"),
        recorded_on=as_date("recorded"),
        due_date=as_date("due"),
        original_due_date=as_date("original_due"),
        replaces="replaced_id",
        currency=bases.gather(rows["currency"]),
        amount=in_units(pl.col("amount"), rows["currency"]),
        base_currency=bases.gather(rows["base"]),
        base_amount=in_units(pl.col("base_amount"), rows["base"]),
        terms="terms",
        discount_date=as_date("discount_date"),
        discount_rate=pl.col("discount_rate").cast(pl.Decimal(4, 2)),
        reference=pl.coalesce("reference", "credited_id"),
        salesperson=pl.when(billed).then(who["salesperson"]),
        contract=pl.when(billed).then(who["contract"]),
    )


def _with_other_items(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the id of the item that a row continues, and the number of the invoice that a credit note names."""
    ids = rows.select("line", "item_id", "document_id").filter(pl.col("line").is_not_null())
    old = ids.select(replaces="line", replaced_id="item_id")
    credited = ids.select(of_line="line", credited_id="document_id")
    rows = rows.join(old, on="replaces", how="left", maintain_order="left")
    return rows.join(credited, on="of_line", how="left", maintain_order="left")


def _ids(rows: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    """Return the item ids of one kind of rows by their working number."""
    return rows.filter(pl.col(key).is_not_null()).select(key, pl.col("item_id").alias(name))


def applications_table(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Return applications.csv: what of each receipt, advance and credit note was set against which invoice."""
    credits = books.used_credits.with_columns(recorded="applied_recorded", paid="credit", base_paid="base_credit")
    counterparts = ((books.parts, "receipt"), (credits, "credit_number"))
    columns = ["line", "entity", "currency", "base", "applied", "recorded", "paid", "base_paid", "counterpart_item_id"]
    named = [
        applied.join(_ids(rows, key, "counterpart_item_id"), on=key, how="left", maintain_order="left").select(columns)
        for applied, key in counterparts
    ]
    together = pl.concat(named).sort("applied", "entity", "line", maintain_order=True)
    together = together.join(_ids(rows, "line", "item_id"), on="line", how="left", maintain_order="left")
    return together.select(
        "item_id",
        "counterpart_item_id",
        effective_on=as_date("applied"),
        recorded_on=as_date("recorded"),
        amount=in_units(pl.col("paid"), together["currency"]),
        base_amount=in_units(pl.col("base_paid"), together["base"]),
    )


def entries_table(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Return entries.csv: discounts, write-offs, exchange differences, transfers and corrections."""
    moved = books.movements.join(_ids(rows, "line", "item_id"), on="line", how="left", maintain_order="left")
    moved = moved.join(_ids(rows, "receipt", "receipt_id"), on="receipt", how="left", maintain_order="left")
    other = _ids(rows, "line", "other_id").rename({"line": "other_line"})
    moved = moved.join(other, on="other_line", how="left", maintain_order="left")
    keys = rows.filter(pl.col("line").is_not_null()).select("line", "currency", "base")
    moved = moved.join(keys, on="line", how="left", maintain_order="left")
    return moved.select(
        "item_id",
        pl.col("entry_type").cast(pl.String),
        effective_on=as_date("effective"),
        recorded_on=as_date("recorded"),
        amount=in_units(pl.col("amount"), moved["currency"]),
        base_amount=in_units(pl.col("base_amount"), moved["base"]),
        counterpart_item_id=pl.coalesce("receipt_id", "other_id"),
    )
