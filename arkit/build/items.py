"""Rows of documents to items: keys, types and due dates completed, unusable rows set apart with their amounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from arkit.build.conform import Conformed
from arkit.build.parsing import in_base, read_amounts
from arkit.build.postings import KEYS, as_categories
from arkit.calendar import currencies
from arkit.errors import LedgerError, missing_columns
from arkit.model.findings import find, find_faults, repeats, together, with_first_fault
from arkit.model.layout import NEEDED_FOR_SHAPE, Layout
from arkit.model.money import minor_per_unit
from arkit.model.schema import ITEM_COLUMNS, TABLES
from arkit.words.columns import DEFAULT_ENTITY, ITEM_TYPES

_MONEY: Final = {"amount": "currency", "open_amount": "currency", "base_amount": "base_currency"}
_LONGEST_TERMS: Final = 3650
_DAYS_IN_TERMS: Final = r"(?i)^\s*(?:net|n|due in)?\s*(\d{1,3})\s*(?:d|days?|дн\.?|дней|天|tage?)?\s*(?:net)?\s*$"


@dataclass(frozen=True)
class Items:
    """Every row of the items table: ``item`` numbers the usable ones; the others carry the code of their fault."""

    rows: pl.DataFrame
    findings: pl.DataFrame

    @cached_property
    def usable(self) -> pl.DataFrame:
        """The rows that become items."""
        return self.rows.filter(pl.col("fault").is_null())


def make_items(
    conformed: Conformed, *, layout: Layout, terms_days: pl.DataFrame | None, posted: pl.Series | None = None
) -> Items:
    """Return the items of a conformed table, complete and with their faults.

    ``posted`` are the items whose original entry is a row of the entries table.
    """
    rows = _completed(_amount_of_shape(conformed.rows, layout, posted))
    money = {name: currency for name, currency in _MONEY.items() if name in rows.columns}
    rows, amount_findings = read_amounts(rows, money, table="items", layout=layout)
    rows = _with_base(rows, layout=layout)
    rows, type_findings = _with_type(rows, layout=layout)
    rows = _with_faults(rows)
    rows, due_findings = _with_due_date(rows, layout=layout, terms_days=terms_days)
    excluded = find_faults(rows.with_columns(effective_on="document_date"), table="items")
    findings = together(conformed.findings, amount_findings, type_findings, due_findings, excluded)
    return Items(rows, findings)


def _amount_of_shape(given: pl.DataFrame, layout: Layout, posted: pl.Series | None) -> pl.DataFrame:
    needed = [name for name in NEEDED_FOR_SHAPE[layout.shape] if name not in given.columns]
    if needed:
        raise missing_columns("items", missing=needed, found=given.columns, source=f"shape {layout.shape!r}")
    if layout.shape != "open_items":
        return given if "amount" in given.columns else _with_posted_amount(given, posted)
    absent = given.drop("amount", "base_amount", strict=False)
    return absent.rename({"open_amount": "amount", "base_open_amount": "base_amount"}, strict=False)


def _with_posted_amount(given: pl.DataFrame, posted: pl.Series | None) -> pl.DataFrame:
    """Let items without an amount column have none of their own where their original entry has it; else it is lost."""
    if posted is None or not given["item_id"].is_in(posted.implode()).any():
        raise missing_columns(
            "items", missing=["amount"], found=given.columns, source="a ledger without original entries"
        )
    return given.with_columns(amount=pl.when(pl.col("item_id").is_in(posted.implode())).then(0).cast(pl.Int64))


def _completed(given: pl.DataFrame) -> pl.DataFrame:
    absent = [name for name in ITEM_COLUMNS if name not in given.columns]
    types = TABLES["items"].polars_schema()
    rows = given.with_columns(
        pl.lit(None, dtype=types[name] if types[name] != pl.Categorical else pl.String).alias(name) for name in absent
    )
    rows = rows.with_columns(pl.col("currency", "base_currency").str.to_uppercase()).with_columns(as_categories(KEYS))
    return rows.with_columns(
        document_id=pl.coalesce("document_id", "item_id"),
        entity=pl.col("entity").fill_null(DEFAULT_ENTITY),
        account=pl.col("account").fill_null(""),
        customer_id=pl.col("customer_id").fill_null(""),
        base_currency=pl.coalesce("base_currency", "currency"),
        recorded_on=pl.col("recorded_on") if "recorded_on" in given.columns else pl.lit(None, dtype=pl.Date),
    )


def _with_base(rows: pl.DataFrame, *, layout: Layout) -> pl.DataFrame:
    """Complete the amount in base currency: as given, the amount itself, or at the item's own exchange rate."""
    rate = pl.col("exchange_rate") if "exchange_rate" in rows.columns else pl.lit(None, dtype=pl.Float64)
    translated = in_base(
        pl.col("amount"),
        rate=1 / rate if layout.rate_means == "units_per_base" else rate,
        unit=minor_per_unit(pl.col("currency"), rows["currency"]),
        base_unit=minor_per_unit(pl.col("base_currency"), rows["base_currency"]),
    )
    same = pl.col("currency") == pl.col("base_currency")
    derived = pl.when(same).then(pl.col("amount")).otherwise(translated)
    given = pl.col("base_amount") if "base_amount" in rows.columns else pl.lit(None, dtype=pl.Int64)
    return rows.with_columns(base_amount=pl.coalesce(given, derived))


def _with_type(rows: pl.DataFrame, *, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    by_sign = pl.when(pl.col("amount") < 0).then(pl.lit("credit_note")).otherwise(pl.lit("invoice"))
    stated = pl.col("item_type").replace(layout.items.types) if layout.items.types else pl.col("item_type")
    known = stated.is_in(ITEM_TYPES)
    unknown = rows.filter(~known & pl.col("item_type").is_not_null())
    rows = rows.with_columns(given_type="item_type", item_type=pl.when(known).then(stated).otherwise(by_sign))
    _refuse_unsigned_credits(rows)
    return rows, find("unknown_type", unknown, table="items", value="item_type")


def _refuse_unsigned_credits(rows: pl.DataFrame) -> None:
    credits = rows.filter(pl.col("item_type").is_in(["credit_note", "receipt"]) & (pl.col("amount") != 0))
    if credits.height and (credits["amount"] > 0).all():
        raise LedgerError(
            f"All {credits.height} credit notes and receipts of the items table have positive amounts, so they would "
            f"raise what is owed ({credits['item_id'][0]} is the first). "
            "Export them with a minus sign, or reverse the sign before reading."
        )


def _with_faults(rows: pl.DataFrame) -> pl.DataFrame:
    given_codes = rows["currency"].unique().to_list()
    unknown_currency = ~pl.col("currency").is_in([code for code in given_codes if code in currencies()])
    no_date = pl.col("document_date").is_null()
    rows = with_first_fault(
        rows,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("item_id").is_null(), "missing_id", None),
            (unknown_currency | pl.col("currency").is_null(), "unknown_currency", pl.col("currency")),
            (no_date & pl.col("unread").is_not_null(), "unreadable_date", pl.col("unread")),
            (no_date, "missing_date", None),
            (repeats(rows["item_id"]), "duplicate_item", pl.col("item_id")),
        ],
    )
    usable = pl.col("fault").is_null()
    return rows.with_columns(item=pl.when(usable).then(usable.cum_sum() - 1).cast(pl.Int32))


def _with_due_date(
    rows: pl.DataFrame, *, layout: Layout, terms_days: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    usable = pl.col("fault").is_null()
    early = rows.filter(usable & (pl.col("due_date") < pl.col("document_date")))
    findings = [find("due_before_document", early, table="items", value=pl.col("due_date").cast(pl.String))]
    if rows["due_date"].null_count() == 0:
        return rows, together(*findings)
    by_layout = pl.col("terms").replace_strict(layout.terms, default=None, return_dtype=pl.Int64)
    in_words = pl.col("terms").str.extract(_DAYS_IN_TERMS).cast(pl.Int64, strict=False)
    days = pl.coalesce(by_layout, in_words)
    if terms_days is not None:
        rows = rows.join(terms_days, on="customer_id", how="left", maintain_order="left")
        days = pl.coalesce(days, pl.col("terms_days").cast(pl.Int64, strict=False))
        rows = rows.with_columns(days=days).drop("terms_days")
    else:
        rows = rows.with_columns(days=days)
    rows = rows.with_columns(pl.when(pl.col("days").abs() <= _LONGEST_TERMS).then("days"))
    due_at_once = pl.col("item_type").is_in(["receipt", "credit_note"])
    missing = usable & pl.col("due_date").is_null() & ~due_at_once
    for code, test in (("missing_due_date", pl.col("days").is_not_null()), ("missing_terms", pl.col("days").is_null())):
        findings.append(find(code, rows.filter(missing & test), table="items", value="terms"))
    derived = pl.col("document_date").dt.offset_by(pl.format("{}d", pl.col("days").fill_null(0)))
    derived = pl.when(due_at_once).then(pl.col("document_date")).otherwise(derived)
    return rows.with_columns(due_date=pl.coalesce("due_date", derived)).drop("days"), together(*findings)
