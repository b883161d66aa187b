"""The company at work: from customers to invoices, payments and all that goes wrong, cut when the books were closed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from arkit.ledger.sample.billing import draw_lines, without_tax
from arkit.ledger.sample.days import Window
from arkit.ledger.sample.draws import Draws
from arkit.ledger.sample.fates import credits_of, with_fates, with_replacements
from arkit.ledger.sample.movements import movements_of
from arkit.ledger.sample.payments import draw_parts, with_opening, with_payment_days
from arkit.ledger.sample.rates import Rates
from arkit.ledger.sample.receipts import draw_receipts
from arkit.ledger.sample.recording import recorded_on
from arkit.ledger.sample.world import Entity


@dataclass(frozen=True)
class Books:
    """The working tables of a company, as known when its books were closed.

    ``lines`` are invoices, debit notes and journals, one row per instalment; ``credits`` are credit notes and
    advances; ``parts`` say how much of each receipt went to which line; ``movements`` are all other entries. Amounts
    are minor units, days are day numbers, and names are positions in the lists of the world.
    """

    window: Window
    lines: pl.DataFrame
    credits: pl.DataFrame
    receipts: pl.DataFrame
    parts: pl.DataFrame
    movements: pl.DataFrame

    @property
    def used_credits(self) -> pl.DataFrame:
        """The credits that were set against their line."""
        return self.credits.filter("used")


def keep_books(
    clients: pl.DataFrame, entities: tuple[Entity, ...], window: Window, rates: Rates, *, faults: bool, seed: int
) -> Books:
    """Return the books of the months of a window.

    A little more is drawn than is kept, before the first day and after the last, and then cut off by the day of
    recording: so the first day has opening items and the last one advances whose invoice is still to come.
    """
    lines = draw_lines(clients, entities, window, rates, seed=seed)
    lines = with_fates(lines, clients, window, faults=faults, seed=seed)
    lines = lines.with_columns(
        recorded=recorded_on(lines["day"], Draws(seed, "invoices recorded")),
        base_amount=rates.to_base(lines["amount"], lines["currency"], lines["base"], lines["day"]),
    )
    lines = with_payment_days(with_replacements(lines, window), clients, window, seed=seed).pipe(with_opening, window)
    credits = _booked(credits_of(lines, window), lines, rates, window, seed=seed)
    receipts, parts = draw_receipts(draw_parts(lines, credits, window), rates, seed=seed)
    known = pl.col("recorded") <= window.close
    lines, credits, parts = lines.filter(known), credits.filter(known), parts.filter(known)
    movements = movements_of(lines, parts, credits.filter("used"), rates, window)
    return Books(window, lines, credits, receipts.filter(known), parts, movements)


def _booked(credits: pl.DataFrame, lines: pl.DataFrame, rates: Rates, window: Window, *, seed: int) -> pl.DataFrame:
    """Add to the credits what they have from their line, when they were recorded, and whether they were used."""
    of_line = lines.select("line", "entity", "client", "currency", "base", "tax", line_recorded="recorded")
    credits = credits.join(of_line, on="line", how="left", maintain_order="left")
    credits = credits.with_columns(
        recorded=recorded_on(credits["credit_day"], Draws(seed, "credits recorded")),
        base_credit=rates.to_base(credits["credit"], credits["currency"], credits["base"], credits["credit_day"]),
        credit_net=without_tax(pl.col("credit"), pl.col("tax")),
    )
    applied_recorded = pl.max_horizontal("applied", "recorded", "line_recorded")
    return credits.with_columns(applied_recorded=applied_recorded, used=applied_recorded <= window.close)
