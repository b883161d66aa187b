"""Amounts of a table: read exactly, in the currency of each row, with what rounding left over."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.findings import find, together
from arkit.ledger.layout import Layout
from arkit.ledger.money import LARGEST_EXACT, minor_per_unit, to_minor
from arkit.ledger.parsing import text

# An unreadable amount of these sets the row apart; one of the others is only missing.
_JUDGED_BY_CALLER: Final = ("amount", "balance")


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
        if unread is not None and name not in _JUDGED_BY_CALLER:
            lost = rows.filter(pl.col(f"unread_{name}").is_not_null())
            value = pl.format(f"{name} = {{}}", f"unread_{name}")
            findings.append(find("unreadable_optional", lost, table=table, value=value))
    return rows, together(*findings)


def in_base(amount: pl.Expr, *, rate: pl.Expr, unit: pl.Expr, base_unit: pl.Expr) -> pl.Expr:
    """Return an amount in minor units of the base currency, at base units per unit of the currency."""
    return as_minor(amount.cast(pl.Float64) * rate * base_unit / unit)


def proportion(amount: pl.Expr, *, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return the share of an amount that a part is of a whole, in minor units; missing where there is none.

    In floating point: the product of two amounts does not fit into an integer of 64 bits.
    """
    return as_minor(amount.cast(pl.Float64) * part / whole)


def as_minor(amount: pl.Expr) -> pl.Expr:
    """Return an amount as a whole number of minor units, missing where it is no number or too large to be exact."""
    return pl.when(amount.abs() <= LARGEST_EXACT).then(amount.round(0)).cast(pl.Int64)
