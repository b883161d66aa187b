"""A ledger in another currency: the same items and entries, with their amounts translated at one rate per currency.

Every measure runs on it as on any ledger. What a source controls (its totals, the general ledger) is in document
currency, so the proof is that of the ledger itself, and a translated one has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

import polars as pl

from arkit.calendar import decimals
from arkit.errors import AmountError
from arkit.model.ledger import Ledger
from arkit.model.money import per_minor, proportion

DOCUMENT_CURRENCY: Final = "document_currency"
"""What items have beside the currency they are shown in, where the ledger is translated."""
_LIMITS: Final = ("credit_limit", "insured_amount")


def in_currency(ledger: Ledger, rates: Mapping[str, Fraction], *, to: str) -> Ledger:
    """The ledger with items, entries, sales, limits and marks of some currencies in another one.

    Formula: ``amount = the item's balance after the entry x rate - its balance before it x rate``, each exact product
    rounded once. Base amounts stay those of the functional currency; a currency without a rate stays what it is.

    Raises
    ------
    AmountError
        A translated amount is too large to stay exact.
    """
    frames, own = ledger.frames, pl.col("currency").cast(pl.String)
    factors = _factors({code: rate for code, rate in rates.items() if code != to}, to)
    into = _renamed("currency", factors, to)
    items = frames.items.select("item", "item_id", own).join(factors, on="currency")
    customers = _in_units(frames.customers, _LIMITS, factors, currency="limit_currency", to=to)
    changed = {
        "items": frames.items.with_columns(into, pl.col("currency").alias(DOCUMENT_CURRENCY)),
        "entries": _translated_entries(frames.entries, items),
        "sales": _translated_sales(frames.sales, factors).with_columns(into),
        "customers": customers.with_columns(_renamed("limit_currency", factors, to)),
        "marks": _translated_marks(frames.marks, frames.items, factors, to=to),
        "control": frames.control.clear(),
        "gl": frames.gl.clear(),
    }
    return replace(ledger, frames=replace(frames, **changed))


def _factors(rates: Mapping[str, Fraction], to: str) -> pl.DataFrame:
    """For each currency the exact factor of its minor units as ``part`` of a ``whole``, and that of its units."""
    exact = [per_minor(rate, code, to=to) for code, rate in rates.items()]
    columns = {
        "currency": pl.Series(list(rates), dtype=pl.String),
        "part": pl.Series([factor.numerator for factor in exact], dtype=pl.Int128),
        "whole": pl.Series([factor.denominator for factor in exact], dtype=pl.Int128),
        "per_unit": pl.Series([float(rate) for rate in rates.values()], dtype=pl.Float64),
    }
    return pl.DataFrame(columns)


def _renamed(column: str, factors: pl.DataFrame, to: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).replace(dict.fromkeys(factors["currency"], to)).cast(pl.Categorical)


def _translated_entries(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Entries whose running balance is the translated one, so that those of a settled item add up to nothing."""
    rows = entries.lazy().select("item", "effective_on", "amount").with_row_index("row")
    # The number of the row makes the order of a day's entries one and the same each time.
    ordered = rows.join(items.lazy().select("item", "part", "whole"), on="item").sort("item", "effective_on", "row")
    running = ordered.with_columns(balance=pl.col("amount").cum_sum().over("item")).collect()
    worth = running.select("row", "item", worth=_worth(running, "balance"))
    # Differences of rounded balances: rounded amounts would leave a cent on an item that was paid in parts.
    step = pl.col("worth") - pl.col("worth").shift(1, fill_value=0).over("item")
    moved = entries.with_row_index("row").join(
        worth.select("row", step=step), on="row", how="left", maintain_order="left"
    )
    # Entries of a currency without a rate have no step and stay what they are.
    return moved.with_columns(amount=pl.coalesce("step", "amount")).select(entries.columns)


def _translated_sales(sales: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    named = sales.with_row_index("row").with_columns(own=pl.col("currency").cast(pl.String))
    others = named.join(factors, left_on="own", right_on="currency")
    worth = others.select("row", worth=_worth(others, "amount"))
    rows = named.join(worth, on="row", how="left", maintain_order="left")
    return rows.with_columns(amount=pl.coalesce("worth", "amount")).select(sales.columns)


def _worth(rows: pl.DataFrame, amount: str) -> pl.Series:
    """Amounts times the factors beside them, each rounded once."""
    exact = rows.select(proportion(pl.col(amount), part=pl.col("part"), whole=pl.col("whole"))).to_series()
    if exact.null_count():
        raise AmountError("An amount is too large to be translated exactly.")
    return exact


def _translated_marks(marks: pl.DataFrame, items: pl.DataFrame, factors: pl.DataFrame, *, to: str) -> pl.DataFrame:
    """Disputes and promises: an amount is in the currency of its item, of a customer in that of most of its items."""
    code = pl.col("currency").cast(pl.String)
    of_item = items.select("item_id", of_item=code)
    # Two currencies may be equally frequent: then the first by name, so that the order of the rows does not decide.
    of_customer = items.group_by("customer_id").agg(of_customer=code.mode().sort().first())
    named = marks.join(of_item, on="item_id", how="left", maintain_order="left")
    named = named.join(of_customer, on="customer_id", how="left", maintain_order="left")
    own = named.with_columns(currency=pl.coalesce("of_item", "of_customer"))
    return _in_units(own, ("amount",), factors, currency="currency", to=to).select(marks.columns)


def _in_units(
    table: pl.DataFrame, amounts: Sequence[str], factors: pl.DataFrame, *, currency: str, to: str
) -> pl.DataFrame:
    """Amounts that a table has as numbers of units, such as credit limits, at the rate of their currency."""
    own = table.with_columns(own=pl.col(currency).cast(pl.String))
    rates = factors.select(pl.col("currency").alias("own"), "per_unit")
    rated = own.join(rates, on="own", how="left", maintain_order="left")
    worth = [(pl.col(name) * pl.col("per_unit")).round(decimals(to)) for name in amounts]
    has = pl.col("per_unit").is_not_null()
    translated = [
        pl.when(has).then(made).otherwise(name).alias(name) for name, made in zip(amounts, worth, strict=True)
    ]
    return rated.with_columns(translated).select(table.columns)
