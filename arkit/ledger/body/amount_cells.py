"""Amounts as people write them: currency signs, debit and credit marks, thousands marks, a minus on either side."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.money import SCALE, plain_numbers
from arkit.ledger.vocabulary import currency_of

EXACT: Final = pl.Decimal(38, SCALE)
_CODE: Final = r"([A-Z]{3}|[€£$¥₽₴₸₹]|US\$|HK\$|(?i:руб|р|rmb)\.?|元|人民币)"
CURRENCY_IN_CELL: Final = rf"^[-(+]?\s*{_CODE}\s*[-(]?\s*[\d.,]|[\d.,)\-]\s*{_CODE}\s*-?$"
_CREDIT: Final = r"(?i)^(.*\d)\s*(cr|h|haben|к|кт|贷|c)\.?$"
_DEBIT: Final = r"(?i)^(.*\d)\s*(dr|s|soll|д|дт|借|d)\.?$"
NO_AMOUNT: Final = r"^[-–—−./\s]+$"


def bare(amount: pl.Expr) -> pl.Expr:
    """Return amounts without currency, with a minus in front for a credit mark; a dash alone is nothing."""
    cell = amount.str.strip_chars()
    cell = (
        pl.when(cell.str.contains(CURRENCY_IN_CELL)).then(cell.str.replace(_CODE, "").str.strip_chars()).otherwise(cell)
    )
    credit = cell.str.contains(_CREDIT)
    cell = pl.when(cell.str.contains(_DEBIT)).then(cell.str.replace(_DEBIT, "$1")).otherwise(cell)
    cell = pl.when(credit).then(pl.lit("-") + cell.str.replace(_CREDIT, "$1").str.strip_chars()).otherwise(cell)
    return pl.when(~cell.str.contains(NO_AMOUNT)).then(cell)


def currency_in(amount: pl.Expr, cells: pl.Series) -> pl.Expr:
    """Return the currency that stands in the cell of an amount, as its ISO code; missing where there is none."""
    found = pl.coalesce(amount.str.extract(CURRENCY_IN_CELL, 1), amount.str.extract(CURRENCY_IN_CELL, 2))
    given = cells.to_frame("x").select(
        pl.coalesce(pl.col("x").str.extract(CURRENCY_IN_CELL, group) for group in (1, 2))
    )
    names = [name for name in given.to_series().drop_nulls().unique() if currency_of(name)]
    codes = {name: currency_of(name) for name in names}
    return found.replace_strict(codes, default=None, return_dtype=pl.String) if codes else pl.lit(None, dtype=pl.String)


def exact(amount: pl.Expr, *, decimal_mark: str) -> pl.Expr:
    """Return amounts as exact decimals, missing where there is no number."""
    return plain_numbers(bare(amount), decimal_mark=decimal_mark).cast(EXACT, strict=False)


def written(amount: pl.Expr, *, decimal_mark: str) -> pl.Expr:
    """Return exact decimals as text with a decimal mark, as an amount of the file is read."""
    text = amount.cast(pl.String)
    return text.str.replace(".", ",", literal=True) if decimal_mark == "," else text
