"""Amounts of a table: read exactly, in the currency of each row, with what rounding left over."""

from __future__ import annotations

import polars as pl

from arkit.ledger.findings import find, together
from arkit.ledger.layout import Layout
from arkit.ledger.money import minor_per_unit, to_minor
from arkit.ledger.parsing import text


def read_amounts(
    rows: pl.DataFrame, columns: dict[str, str], *, table: str, layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with amounts in minor units, and findings on amounts that were rounded.

    ``columns`` tells for each amount the column of its currency. Beside ``amount`` comes ``amount_rest``, what rounding
    left over, in millionths of a currency unit, and ``unread_amount``, the text of an amount that cannot be read.
    """
    findings = []
    for name, currency in columns.items():
        given = rows[name]
        unit = rows.select(minor_per_unit(pl.col(currency), rows[currency])).to_series()
        minor, rest = to_minor(given, unit=unit, decimal_mark=layout.decimal_mark)
        unread = text(given).set(minor.is_not_null(), None) if minor.null_count() > given.null_count() else None
        rows = rows.with_columns(
            minor.alias(name),
            rest.fill_null(0).alias(f"{name}_rest"),
            pl.lit(unread, dtype=pl.String).alias(f"unread_{name}"),
        )
        if (rest != 0).any():
            rounded = rows.with_columns(given=text(given)).filter(pl.col(f"{name}_rest") != 0)
            findings.append(find("too_many_decimals", rounded, table=table, value="given"))
    return rows, together(*findings)


def in_base(amount: pl.Expr, *, rate: pl.Expr, unit: pl.Expr, base_unit: pl.Expr) -> pl.Expr:
    """Return an amount in minor units of the base currency, at base units per unit of the currency."""
    return (amount * rate * base_unit / unit).round(0).cast(pl.Int64)
