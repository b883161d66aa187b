"""Findings: what was wrong with a row, what was done about it, and the amount it carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import polars as pl

Action = Literal["kept", "derived", "excluded"]

SCHEMA: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "table": pl.String(),
    "source": pl.String(),
    "source_row": pl.Int64(),
    "entity": pl.String(),
    "account": pl.String(),
    "customer_id": pl.String(),
    "currency": pl.String(),
    "item_id": pl.String(),
    "effective_on": pl.Date(),
    "recorded_on": pl.Date(),
    "value": pl.String(),
    "amount": pl.Int64(),
    "action": pl.String(),
    "message": pl.String(),
}


@dataclass(frozen=True)
class Fault:
    """One kind of row fault: what is done with the row, and the sentence that tells why."""

    action: Action
    message: str


FAULTS: Final[dict[str, Fault]] = {
    "unreadable_amount": Fault("excluded", "The amount is missing, no number, or too large to stay exact."),
    "unreadable_date": Fault("excluded", "The date does not exist or is not in the order that the layout states."),
    "unreadable_optional": Fault("kept", "The value cannot be read and is treated as missing."),
    "unreadable_row": Fault("excluded", "The row cannot be used without this value."),
    "missing_date": Fault("excluded", "The row has no date from which it counts."),
    "missing_id": Fault("excluded", "The row names no item."),
    "unknown_currency": Fault("excluded", "The currency is not an ISO 4217 code."),
    "unknown_type": Fault("derived", "The type is not in the layout; it was taken from the sign of the amount."),
    "two_currencies": Fault(
        "excluded", "The two items are in different currencies; give an application in the entries table for each."
    ),
    "unknown_entry_type": Fault("excluded", "The entry type is not one of the schema's."),
    "duplicate_item": Fault("excluded", "Another row has the same item number; the first one counts."),
    "payment_to_no_item": Fault("excluded", "The entry names an item that is not in the ledger."),
    "payment_on_account": Fault("kept", "The payment names an item that is not in the ledger; it stays on account."),
    "missing_base_amount": Fault(
        "kept", "Neither base amount nor rate is given; figures in base currency leave it out."
    ),
    "too_many_decimals": Fault("derived", "The amount has more decimals than its currency; it was rounded."),
    "missing_due_date": Fault("derived", "The due date was derived from the terms."),
    "missing_terms": Fault("derived", "Neither due date nor terms are given; the document date is taken as due date."),
    "due_before_document": Fault("kept", "The item is due before its document date."),
    "no_customer": Fault("kept", "The item names no customer."),
    "unknown_customer": Fault("kept", "The customer is not in the customers table."),
    "several_names": Fault("kept", "The customer is spelt in several ways; the most frequent is shown."),
    "over_applied": Fault("kept", "More was applied than the item's amount; the excess is shown with the unapplied."),
    "cancelled_pair": Fault(
        "derived", "The credit note cancels the whole document it refers to; the two are paired off."
    ),
    "missing_recorded_date": Fault("derived", "The day of recording is missing; the effective day is taken."),
    "undated_payment": Fault("derived", "Paid in part on an unknown day; the last day of the ledger is taken."),
    "before_its_items": Fault(
        "derived", "Applied before one of its items existed; it counts from the later item's day."
    ),
    "dated_after_snapshot": Fault("kept", "The item is dated after the day of the snapshot that contains it."),
    "payment_before_invoice": Fault("kept", "The payment is dated before its invoice; until then it stands unapplied."),
    "left_out_by_layout": Fault("kept", "The layout leaves these rows out: they are no receivables."),
    "unrecognised_row": Fault("kept", "The row is neither item nor total nor section; it was passed over."),
    "total_differs": Fault("kept", "The items do not add up to this total of the file; the amount is what they lack."),
    "not_in_a_total": Fault(
        "kept", "The file has totals, but these items stand in none that is proven; it may be cut off."
    ),
    "repeated_customer": Fault("kept", "The customer is listed more than once; the first row counts."),
    "blank_row": Fault("kept", "Rows without anything in them are passed over."),
    "named_otherwise": Fault("kept", "The file is of another kind than its name says; it was read as what it is."),
    "hidden_rows": Fault("kept", "The sheet hides rows, by hand or by a filter; they are read too."),
    "hidden_columns": Fault("kept", "The sheet hides columns; they are read too."),
    "hidden_sheets": Fault("kept", "The workbook has sheets that it does not show."),
    "filters": Fault("kept", "A filter is set in the sheet; the rows that it leaves out are read too."),
    "merged_rows": Fault("kept", "Cells are merged over several rows; only the first of the rows has their value."),
    "uncomputed": Fault("kept", "The formulas were stored without a value; their cells are read as empty."),
    "errors": Fault("kept", "The cells hold errors, such as #REF! or #N/A; they are read as empty."),
    "long_numbers": Fault(
        "kept", "A spreadsheet keeps 15 digits of a number; of longer ones the last are lost. Export them as text."
    ),
}


@cache
def no_findings() -> pl.DataFrame:
    """Return a findings table without rows."""
    return pl.DataFrame(schema=SCHEMA)


def find(code: str, rows: pl.DataFrame, *, table: str, value: str | pl.Expr | None = None) -> pl.DataFrame:
    """Return one finding of a kind for each of the rows; columns that the rows lack stay empty.

    ``value`` is what was found: the name of a column or an expression.
    """
    fault = FAULTS[code]
    if rows.is_empty():
        return no_findings()
    shown = pl.col(value) if isinstance(value, str) else value
    stated = {
        "code": pl.lit(code),
        "table": pl.lit(table),
        "value": pl.lit(None) if shown is None else shown,
        "action": pl.lit(fault.action),
        "message": pl.lit(fault.message),
    }
    columns = [
        stated.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SCHEMA.items()
    ]
    return rows.lazy().select(columns).collect()


def with_first_fault(rows: pl.DataFrame, tests: list[tuple[pl.Expr, str, pl.Expr | None]]) -> pl.DataFrame:
    """Return the rows with ``fault`` and ``fault_value``: the first code whose test holds, and what was found."""
    # Most rows have no fault, so what is said of one is put together for the faulty rows alone.
    named = {f"test {number}": test for number, test in enumerate(tests)}
    fails = rows.select(test.fill_null(False).alias(name) for name, (test, _, _) in named.items())
    faulty = fails.select(pl.any_horizontal(pl.all())).to_series()
    if not faulty.any():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("fault", "fault_value"))
    fault, value = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    for name, (_, code, shown) in reversed(named.items()):
        found = pl.lit(None) if shown is None else shown
        fault = pl.when(name).then(pl.lit(code)).otherwise(fault)
        value = pl.when(name).then(found.cast(pl.String)).otherwise(value)
    told = rows.filter(faulty).hstack(fails.filter(faulty)).select(fault=fault, fault_value=value)
    place = (faulty.cum_sum() - 1).set(~faulty, None)
    return rows.with_columns(told[name].gather(place) for name in told.columns)


def repeats(ids: pl.Series) -> pl.Expr:
    """Return, as an expression, which rows repeat the id of an earlier one."""
    # Ids of different hashes differ, and hashes are compared much faster than texts: only those alike are looked at.
    hashes = ids.hash()
    ordered = hashes.sort()
    alike = hashes.is_in(ordered.filter(ordered == ordered.shift(1)).unique().implode())
    again = ~ids.filter(alike).is_first_distinct()
    return pl.lit(pl.zeros(len(ids), dtype=pl.Boolean, eager=True).scatter(alike.arg_true(), again))


def find_faults(rows: pl.DataFrame, *, table: str) -> pl.DataFrame:
    """Return a finding for each row that has a ``fault``."""
    faulty = rows.filter(pl.col("fault").is_not_null())
    return together(
        *(find(str(code), some, table=table, value="fault_value") for (code,), some in faulty.group_by("fault"))
    )


def together(*tables: pl.DataFrame) -> pl.DataFrame:
    """Return findings of several checks as one table, in the order of the source."""
    found = [table for table in tables if table.height]
    return pl.concat(found).sort("table", "source_row", "code", nulls_last=True) if found else no_findings()
