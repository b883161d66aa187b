"""Fates: what happens to an invoice besides being paid, and the credits and advances that this brings."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from arkit.ledger.sample.customers import looked_up
from arkit.ledger.sample.days import Window, off_weekend
from arkit.ledger.sample.draws import Draws

# How many invoices in a thousand meet each fate; all others are simply paid.
PER_THOUSAND: Final = {
    "paid in parts": 80,
    "credited": 30,
    "disputed": 20,
    "short paid": 15,
    "renegotiated": 12,
    "paid in advance": 12,
    "rebate": 8,
    "payment returned": 6,
    "replaced": 4,
    "written off": 3,
}
PLAIN: Final = "paid"
CANCELLED: Final = "cancelled"
OVERPAID: Final = "overpaid"
FATES: Final = pl.Enum([*PER_THOUSAND, PLAIN, CANCELLED, OVERPAID])
CANCELLED_PAIRS: Final = 2
CALM: Final = ("punctual", "habitually late", "slides slowly", "seasonal", "slid last month")
NEW_TERMS: Final = (30, 45, 60)
AGREED_DAYS: Final = 60  # an item that continues another is due so many days after the agreement
NEVER_USED_PER_HUNDRED: Final = 25  # rebates that nobody sets against an invoice


def with_fates(lines: pl.DataFrame, clients: pl.DataFrame, window: Window, *, faults: bool, seed: int) -> pl.DataFrame:
    """Add the fate of each line, two numbers of chance (0-99) to shape it, and a renegotiated due date."""
    draws = Draws(seed, "fates")
    n = lines.height
    dealt = [name for name, quota in PER_THOUSAND.items() for _ in range(quota)]
    fates = pl.Series([*dealt, *[PLAIN] * (1000 - len(dealt))], dtype=FATES).gather(draws.below(n, 1000))
    lines = lines.with_columns(
        fate=fates,
        luck=pl.Series(draws.below(n, 100)),
        wait=pl.Series(draws.below(n, 100)),
        behaviour=looked_up(clients, ["behaviour"], lines["client"])["behaviour"],
        intercompany=looked_up(clients, ["intercompany"], lines["client"])["intercompany"],
    )
    lines = lines.with_columns(fate=pl.when(_can_meet(window)).then("fate").otherwise(pl.lit(PLAIN, dtype=FATES)))
    if faults:
        lines = _with_planted(lines, window, Draws(seed, "planted fates"))
    return _renegotiated(lines)


def _can_meet(window: Window) -> pl.Expr:
    """Tell which lines can meet their fate: none of the opening items, and only steady customers' single invoices."""
    early = pl.col("fate").is_in(["paid in advance", "rebate"]) & (pl.col("day") < window.start + 70)
    steady = pl.col("behaviour").is_in(CALM) & ~pl.col("intercompany") & ~pl.col("late_invoice")
    single = (pl.col("instalment") == 0) | (pl.col("fate") == "paid in parts")
    return steady & single & ~early & (pl.col("day") >= window.start)


def _with_planted(lines: pl.DataFrame, window: Window, draws: Draws) -> pl.DataFrame:
    """Let a few small invoices of the first entity, in its own currency, be cancelled and one be overpaid."""
    recent = pl.col("day").is_between(window.last - 200, window.last - 100)
    plain = (pl.col("fate") == PLAIN) & (pl.col("kind") == "invoice") & (pl.col("instalment") == 0)
    home = (pl.col("entity") == 0) & (pl.col("currency") == pl.col("base"))
    pays = pl.col("behaviour").is_in(["punctual", "habitually late"]) & ~pl.col("intercompany")
    smallest = lines.filter(recent & plain & home & pays).sort("amount", "line")["line"].head(12)
    chosen = smallest.gather(draws.order(smallest.len())[: CANCELLED_PAIRS + 1])
    cancelled = pl.col("line").is_in(chosen[:CANCELLED_PAIRS].implode())
    overpaid = pl.col("line").is_in(chosen[CANCELLED_PAIRS:].implode())
    fate = pl.when(cancelled).then(pl.lit(CANCELLED, dtype=FATES)).when(overpaid).then(pl.lit(OVERPAID, dtype=FATES))
    return lines.with_columns(fate=fate.otherwise("fate"))


def _renegotiated(lines: pl.DataFrame) -> pl.DataFrame:
    """Move the due date of renegotiated lines and keep the original one."""
    moved = pl.col("fate") == "renegotiated"
    later = pl.Series(NEW_TERMS).gather(lines["luck"] % len(NEW_TERMS))
    return lines.with_columns(
        original_due=pl.when(moved).then("due"),
        due=pl.when(moved).then(pl.col("due") + later).otherwise("due"),
    )


def credits_of(lines: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Return the credit notes and advances: kind, day, amount (positive), and the day of setting them against a line.

    Rebates and advances come before their invoice and wait for it, unapplied; an invoice that comes only after the
    books were closed leaves them open.
    """
    luck, wait, day = pl.col("luck"), pl.col("wait"), pl.col("day")
    before = off_weekend(day - 7 - wait * 55 // 99)
    shapes = {
        "credited": (pl.when(luck < 15).then(100).otherwise(5 + luck % 21), off_weekend(day + 5 + wait % 21), None),
        "rebate": (5 + luck % 11, before, pl.when(luck < NEVER_USED_PER_HUNDRED).then(window.never).otherwise(day)),
        "paid in advance": (30 + luck % 31, before, day),
        CANCELLED: (pl.lit(100), off_weekend(day + 2 + wait % 8), pl.lit(window.never)),
    }
    rows = [
        lines.filter(pl.col("fate") == fate).select(
            "line",
            "fate",
            kind=pl.lit("receipt" if fate == "paid in advance" else "credit_note"),
            credit_day=on,
            credit=pl.col("amount") * percent // 100,
            applied=(on if applied is None else applied).cast(pl.Int64),
        )
        for fate, (percent, on, applied) in shapes.items()
    ]
    return pl.concat(rows).sort("credit_day", "line").with_row_index("credit_number")


def with_replacements(lines: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Add the items that continue replaced ones: the same amount, due 60 days after the new agreement.

    The old item is closed by a transfer on the day on which the new one begins (``replaced_on``).
    """
    agreed = pl.when(pl.col("fate") == "replaced").then(off_weekend(pl.col("due") + 20 + pl.col("wait") * 30 // 99))
    lines = lines.with_columns(
        replaced_on=pl.when(agreed <= window.close).then(agreed), replaces=pl.lit(None, dtype=pl.UInt32)
    )
    old = lines.filter(pl.col("replaced_on").is_not_null()).sort("replaced_on", "line")
    number = pl.Series(np.arange(lines.height, lines.height + old.height), dtype=pl.UInt32)
    new = old.with_columns(
        line=number,
        document=number,
        replaces="line",
        day="replaced_on",
        recorded=pl.max_horizontal("recorded", "replaced_on"),
        due=pl.col("replaced_on") + AGREED_DAYS,
        kind=pl.lit("journal"),
        fate=pl.lit(PLAIN, dtype=FATES),
        replaced_on=pl.lit(None, dtype=pl.Int64),
    )
    return pl.concat([lines, new])
