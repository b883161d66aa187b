"""The company at work: from customers to invoices, payments and all that goes wrong, cut when the books were closed.

Its items are one table of invoices, journals, credit notes and receipts, with document numbers.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.sample.billing import credits_of, draw_lines, with_fates, with_replacements, without_tax
from arkit.sample.movements import Rates, movements_of
from arkit.sample.payments import draw_parts, draw_receipts, recorded_on, with_opening, with_payment_days
from arkit.sample.world import (
    DISCOUNT_DAYS,
    DISCOUNT_PERCENT,
    DISCOUNT_TERM,
    INSTALMENT_TERMS,
    WORLD,
    Draws,
    Entity,
    Window,
)


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
    """The books of the months of a window.

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
    # After the cut, so that nothing moves an invoice that the books do not know.
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


# The type of each column of the item rows; kinds of items lack some of them.
ROW_COLUMNS: Final = {
    **dict.fromkeys(("line", "credit_number", "receipt", "replaces", "of_line"), pl.UInt32),
    **dict.fromkeys(
        ("order", "instalment", "entity", "account", "client", "currency", "base", "day", "recorded"), pl.Int64
    ),
    **dict.fromkeys(("due", "original_due", "amount", "base_amount", "net", "discount_date"), pl.Int64),
    **dict.fromkeys(("kind", "letter", "terms", "discount_rate", "reference"), pl.String),
}
LETTERS: Final = {"invoice": "I", "debit_note": "D", "journal": "J"}


def item_rows(books: Books, entities: tuple[Entity, ...]) -> pl.DataFrame:
    """Every item with its number: invoices, debit notes, journals, credit notes, advances and receipts."""
    kinds = (_line_columns(books.lines), _credit_columns(books.credits), _receipt_columns(books.receipts))
    rows = pl.concat([_rows(kind) for kind in kinds])
    # Dense, since what was drawn and cut off would leave gaps in the numbers; the instalments of a document share one.
    rows = rows.with_columns(number=pl.col("order").rank("dense").over("entity", "letter"))
    width = max(4, len(str(rows["number"].max())))
    code = pl.Series([entity.code for entity in entities]).gather(rows["entity"])
    document = code + rows["letter"] + rows["number"].cast(pl.String).str.zfill(width)
    part = pl.when(pl.col("instalment") > 0).then(pl.format("-{}", "instalment")).otherwise(pl.lit(""))
    rows = rows.with_columns(document_id=document).with_columns(item_id=pl.col("document_id") + part)
    return rows.sort("day", "entity", "letter", "number", "instalment").drop("number")


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of the item rows; those it lacks are empty."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ROW_COLUMNS.items()
    )


def _line_columns(lines: pl.DataFrame) -> pl.DataFrame:
    texts = pl.Series([term.text for term in WORLD.terms]).gather(lines["terms"])
    billed = pl.col("kind") != "journal"
    discount = billed & (pl.col("terms") == DISCOUNT_TERM) & (pl.col("instalment") == 0)
    agreed = pl.col("replaces").is_not_null()
    order_number = pl.format("PO{}", 10_000 + pl.col("document").cast(pl.Int64) * 7919 % 90_000)
    return lines.with_columns(
        order=pl.col("document"),
        letter=pl.col("kind").replace_strict(LETTERS),
        account=pl.lit(0),
        net=pl.when(billed).then("net").otherwise(0),
        terms=pl.when(agreed).then(None).when(pl.col("instalment") > 0).then(pl.lit(INSTALMENT_TERMS)).otherwise(texts),
        discount_date=pl.when(discount).then(pl.col("day") + DISCOUNT_DAYS),
        discount_rate=pl.when(discount).then(pl.lit(f"0.{DISCOUNT_PERCENT:02d}")),
        # One customer in seven gives no order number: a reason not to pay that collectors know well.
        reference=pl.when(billed & (pl.col("document") % 7 != 3)).then(order_number),
    )


def _credit_columns(credits: pl.DataFrame) -> pl.DataFrame:
    advance = pl.col("kind") == "receipt"
    return credits.select(
        "credit_number",
        "kind",
        "entity",
        "client",
        "currency",
        "base",
        "recorded",
        order=pl.col("credit_number"),
        instalment=pl.lit(0),
        letter=pl.when(advance).then(pl.lit("A")).otherwise(pl.lit("C")),
        account=advance.cast(pl.Int64),
        day=pl.col("credit_day"),
        amount=-pl.col("credit"),
        base_amount=-pl.col("base_credit"),
        net=pl.when(advance).then(0).otherwise(-pl.col("credit_net")),
        of_line=pl.when(pl.col("fate").is_in(["credited", "cancelled"])).then("line"),
    )


def _receipt_columns(receipts: pl.DataFrame) -> pl.DataFrame:
    return receipts.with_columns(
        order=pl.col("receipt"),
        instalment=pl.lit(0),
        kind=pl.lit("receipt"),
        letter=pl.lit("R"),
        account=pl.lit(0),
        day=pl.col("pay_day"),
        amount=-pl.col("amount"),
        base_amount=-pl.col("base_amount"),
        net=pl.lit(0),
    )
