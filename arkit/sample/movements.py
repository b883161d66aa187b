"""Exchange rates, and movements other than cash: discounts, write-offs, returns, replacements, exchange differences.

An amount is taken into the base currency of its entity at the rate of its month; what is left over of a settled
invoice is the exchange difference.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from arkit.calendar import decimals
from arkit.sample.world import CURRENCIES, WORLD, Draws, Ints, Window, month_index, off_weekend

RATE_DECIMALS: Final = 6  # as published; kept as whole numbers, so that every translation is exact
ANCHOR: Final = "EUR"
_MOVE_PER_MONTH: Final = 0.03  # a rate moves by at most 1.5 % from one month-end to the next
_DECIMALS: Final = np.asarray([decimals(code) for code in CURRENCIES], dtype=np.int64)


@dataclass(frozen=True)
class Rates:
    """Closing rates against the euro, one row per currency, one column per month-end.

    ``closing[c, 0]`` is the rate at the end of the month before the books begin. Entries of a month are booked at the
    closing rate of the month before, as many companies do; so every base amount can be checked against rates.csv.
    """

    closing: Ints
    window: Window

    def to_base(self, amount: pl.Series, currency: pl.Series, base: pl.Series, day: pl.Series) -> pl.Series:
        """Amounts in minor units of the base currency, half a unit rounded away from zero."""
        of, to = currency.to_numpy(), base.to_numpy()
        month = np.clip(month_index(day.to_numpy().astype(np.int64), start=self.window.start), 0, self.window.months)
        # Multiplied on either side, because whole numbers have no negative powers of ten in numpy.
        shift = _DECIMALS[to] - _DECIMALS[of]
        numerator = amount.to_numpy() * self.closing[of, month] * 10 ** np.maximum(shift, 0)
        denominator = self.closing[to, month] * 10 ** np.maximum(-shift, 0)
        # In whole numbers: numpy rounds halves to even, and floats would miss some of them.
        size = (2 * np.abs(numerator) + denominator) // (2 * denominator)
        return pl.Series("base", np.sign(numerator) * size)

    def from_euro(self, cents: Ints, currency: Ints) -> Ints:
        """Euro cents as minor units of other currencies, at the rates of the start."""
        units = 10 ** _DECIMALS[currency]
        return np.asarray(cents * 10**RATE_DECIMALS // self.closing[currency, 0] * units // 100, dtype=np.int64)

    def table(self) -> pl.DataFrame:
        """Rates.csv: euro per unit of each currency at each month-end."""
        ends = np.concatenate([[self.window.start - 1], self.window.month_ends]).astype(np.int32)
        return pl.DataFrame(
            {
                "currency": np.repeat(CURRENCIES, len(ends)),
                "base_currency": ANCHOR,
                "date": pl.Series(np.tile(ends, len(CURRENCIES))).cast(pl.Date),
                "rate": pl.Series(self.closing.ravel()),
            }
        ).with_columns((pl.col("rate").cast(pl.Decimal(38, RATE_DECIMALS)) / 10**RATE_DECIMALS).alias("rate"))


def draw_rates(window: Window, *, seed: int) -> Rates:
    """Rates that wander from month-end to month-end; the euro stays at 1."""
    draws = Draws(seed, "rates")
    shape = (len(CURRENCIES), window.months)
    moves = 1.0 + (draws.share(shape[0] * shape[1]).reshape(shape) - 0.5) * _MOVE_PER_MONTH
    moves[CURRENCIES.index(ANCHOR)] = 1.0
    start = np.asarray([float(WORLD.rate_at_start[code]) for code in CURRENCIES])[:, None]
    wandering = np.concatenate([start, start * np.cumprod(moves, axis=1)], axis=1)
    return Rates(np.round(wandering * 10**RATE_DECIMALS).astype(np.int64), window)


RETURNED_DAYS: Final = 5  # a returned payment is taken back so many days after it was applied
COLUMNS: Final[dict[str, pl.DataType]] = {
    "line": pl.UInt32(),
    "entry_type": pl.Enum(["discount", "write_off", "exchange", "transfer", "correction"]),
    "effective": pl.Int64(),
    "recorded": pl.Int64(),
    "amount": pl.Int64(),
    "base_amount": pl.Int64(),
    "receipt": pl.UInt32(),
    "other_line": pl.UInt32(),
}


def movements_of(
    lines: pl.DataFrame, parts: pl.DataFrame, credits: pl.DataFrame, rates: Rates, window: Window
) -> pl.DataFrame:
    """The entries on invoices that are neither original nor application, as known when the books were closed."""
    taken = [
        _on_payment(parts.filter(pl.col("discount") > 0), "discount", -pl.col("discount"), rates),
        _on_payment(parts.filter(pl.col("short") > 0), "write_off", -pl.col("short"), rates),
        _returned(parts),
        _written_off(lines, rates, window),
        _replaced(lines),
    ]
    # What is not known yet leaves an invoice open, and an open one has no exchange difference.
    moved = pl.concat(taken).filter(pl.col("recorded") <= window.close)
    entries = pl.concat([moved, _exchange(lines, parts, credits, moved)])
    return entries.sort("effective", "line", "entry_type")


def _entries(rows: pl.DataFrame, **stated: pl.Expr) -> pl.DataFrame:
    """Rows as entries with all columns and one type for each."""
    absent = {name: pl.lit(None) for name in ("receipt", "other_line") if name not in stated}
    columns = {**stated, **absent}
    return rows.select(columns.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in COLUMNS.items())


def _on_payment(parts: pl.DataFrame, entry_type: str, amount: pl.Expr, rates: Rates) -> pl.DataFrame:
    """What was booked off together with a payment, in the direction of the payment."""
    rows = parts.with_columns(off=amount)
    base = rates.to_base(rows["off"], rows["currency"], rows["base"], rows["applied"])
    return _entries(
        rows.with_columns(base_amount=base),
        entry_type=pl.lit(entry_type),
        effective=pl.col("applied"),
        amount=pl.col("off"),
        receipt=pl.col("receipt"),
    )


def _returned(parts: pl.DataFrame) -> pl.DataFrame:
    """The corrections of payments that the bank took back: the invoice is open again."""
    day = off_weekend(pl.col("applied") + RETURNED_DAYS)
    return _entries(
        parts.filter("returned"),
        entry_type=pl.lit("correction"),
        effective=day,
        recorded=pl.max_horizontal("recorded", day),
        amount=pl.col("paid"),
        base_amount=pl.col("base_paid"),
        receipt=pl.col("receipt"),
    )


def _written_off(lines: pl.DataFrame, rates: Rates, window: Window) -> pl.DataFrame:
    """The write-off of each bad debt, seven to eleven months after it was due."""
    day = off_weekend(pl.col("due") + 210 + pl.col("wait") * 130 // 99)
    bad = lines.filter(pl.col("fate") == "written off").with_columns(effective=day)
    rows = bad.filter(pl.col("effective") <= window.close)
    base = rates.to_base(-rows["amount"], rows["currency"], rows["base"], rows["effective"])
    return _entries(
        rows.with_columns(base_off=base),
        entry_type=pl.lit("write_off"),
        recorded=pl.max_horizontal("recorded", "effective"),
        amount=-pl.col("amount"),
        base_amount=pl.col("base_off"),
    )


def _replaced(lines: pl.DataFrame) -> pl.DataFrame:
    """The transfers that close replaced items on the day on which their successors begin."""
    new = lines.filter(pl.col("replaces").is_not_null())
    return _entries(
        new,
        line=pl.col("replaces"),
        entry_type=pl.lit("transfer"),
        effective=pl.col("day"),
        amount=-pl.col("amount"),
        base_amount=-pl.col("base_amount"),
        other_line=pl.col("line"),
    )


def _exchange(lines: pl.DataFrame, parts: pl.DataFrame, credits: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Return, for each settled invoice in a foreign currency, the entry that brings its base amount to zero too.

    The invoice was booked at the rate of its month, the payment at the rate of its own; what is left over in base
    currency when nothing is left in the invoice's is the exchange difference.
    """
    foreign = lines.filter(pl.col("currency") != pl.col("base"))
    keys = {"line": pl.col("line").cast(pl.UInt32), "recorded": pl.col("recorded")}
    legs = [
        foreign.select(**keys, effective="day", amount="amount", base_amount="base_amount"),
        parts.select(**keys, effective="applied", amount=-pl.col("paid"), base_amount=-pl.col("base_paid")),
        credits.select(**keys, effective="applied", amount=-pl.col("credit"), base_amount=-pl.col("base_credit")),
        moved.select(**keys, effective="effective", amount="amount", base_amount="base_amount"),
    ]
    all_legs = pl.concat(legs).join(foreign.select("line"), on="line", how="semi")
    totals = all_legs.group_by("line").agg(pl.col("effective", "recorded").max(), pl.col("amount", "base_amount").sum())
    settled = totals.filter((pl.col("amount") == 0) & (pl.col("base_amount") != 0))
    return _entries(settled, entry_type=pl.lit("exchange"), base_amount=-pl.col("base_amount"))
