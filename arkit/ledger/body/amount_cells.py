"""Amounts as people write them: currency signs, debit and credit marks, thousands marks, a minus on either side."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.ledger.money import SCALE, as_plain
from arkit.ledger.vocabulary import currency_of

EXACT: Final = pl.Decimal(38, SCALE)
_CODE: Final = r"([A-Z]{3}|[€£$¥₽₴₸₹]|US\$|HK\$|(?i:руб|р|rmb)\.?|元|人民币)"
CURRENCY_IN_CELL: Final = rf"^[-(+]?\s*{_CODE}\s*[-(]?\s*[\d.,]|[\d.,)\-]\s*{_CODE}\s*-?$"
_CREDIT: Final = r"(?i)^(.*\d)\s*(cr|h|haben|к|кт|贷|c)\.?$"
_DEBIT: Final = r"(?i)^(.*\d)\s*(dr|s|soll|д|дт|借|d)\.?$"
_BARE: Final = r"^[-+(<]?[\d.,\s\u00a0\u202f'’]*\d[)>]?-?$"
NO_AMOUNT: Final = r"^[-–—−./\s]+$"


def bare(cells: pl.Series) -> pl.Series:
    """Return amounts without currency, with a minus in front for a credit mark; a dash alone is nothing.

    >>> bare(pl.Series(["1.234,56 EUR", "100,00 Cr", "-"])).to_list()
    ['1.234,56', '-100,00', None]
    """
    others = cells.is_not_null() & ~cells.str.contains(_BARE)
    if not others.any():
        return cells
    # Step by step: nested in one expression, each step would be computed once for each mention of it.
    cell, given = pl.col("cell"), cells.filter(others).alias("cell").to_frame()
    given = given.with_columns(
        pl.when(cell.str.contains(CURRENCY_IN_CELL)).then(cell.str.replace(_CODE, "").str.strip_chars()).otherwise(cell)
    )
    given = given.with_columns(cell.str.replace(_DEBIT, "$1"))
    credit = pl.lit("-") + cell.str.replace(_CREDIT, "$1").str.strip_chars()
    given = given.with_columns(cell=pl.when(cell.str.contains(_CREDIT)).then(credit).otherwise(cell))
    given = given.with_columns(pl.when(~cell.str.contains(NO_AMOUNT)).then(cell))
    return cells.clone().scatter(others.arg_true(), given["cell"])


def currency_in(cells: pl.Series) -> pl.Series:
    """Return the currency that stands in the cell of an amount, as its ISO code; missing where there is none.

    >>> currency_in(pl.Series(["1,50 EUR", "2,50", "£3"])).to_list()
    ['EUR', None, 'GBP']
    """
    found = cells.to_frame("x").select(
        pl.coalesce(pl.col("x").str.extract(CURRENCY_IN_CELL, group) for group in (1, 2))
    )
    names = found.to_series()
    codes = {name: code for name in names.drop_nulls().unique() if (code := currency_of(name))}
    return names.replace_strict(codes, default=None, return_dtype=pl.String)


def exact(cells: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Return amounts as exact decimals, missing where there is no number.

    >>> exact(pl.Series(["1 234,56-", "ten"]), decimal_mark=",").to_list()
    [Decimal('-1234.560000'), None]
    """
    return as_plain(bare(cells), decimal_mark).cast(EXACT, strict=False)


def written(amounts: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Return exact decimals as text with a decimal mark, as an amount of the file is read."""
    text = amounts.cast(pl.String)
    return text.str.replace(".", ",", literal=True) if decimal_mark == "," else text
