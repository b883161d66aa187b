"""Billing: when each customer is invoiced and how much; what happens to an invoice besides being paid.

A fate (disputed, credited, paid in advance, ...) is dealt to each line, and brings the credits and advances with it.
"""

from typing import Final

import numpy as np
import polars as pl

from arkit.sample.customers import looked_up
from arkit.sample.movements import Rates
from arkit.sample.world import (
    MIXED_FROM_RANK,
    SEASON_NAMES,
    SHRINKING,
    WORLD,
    Draws,
    Entity,
    Flags,
    Floats,
    Ints,
    Window,
    calendar_days,
    is_working_day,
    month_index,
    off_weekend,
)

SHRINKS: Final = 42
SHRINKS_BETWEEN: Final = (280, 100)
GROWTH_PER_MONTH: Final = 4  # thousandths: about 5 % more invoices a year
INFLATION_PER_YEAR: Final = 3  # percent on the amount of an invoice
INSTALMENTS: Final = 3
INSTALMENT_DAYS: Final = 30
INSTALMENT_PER_THOUSAND: Final = 25
DEBIT_NOTE_PER_THOUSAND: Final = 6
TWINS_PER_HUNDRED: Final = 40  # invoices of the same day as the one before: one order in two deliveries
LATE_INVOICE_FACTOR: Final = 2  # the one late invoice of a good payer is so many times as large as the others
_MEAN_OF_NOISE: Final = 1.2528  # of (0.5 + u) / (0.4 + v) for u, v between 0 and 1: ln(1.4 / 0.4)


def draw_lines(
    clients: pl.DataFrame, entities: tuple[Entity, ...], window: Window, rates: Rates, *, seed: int
) -> pl.DataFrame:
    """One row per invoice or instalment, opening items and invoices after the closing included.

    ``net`` and ``amount`` (tax included) are minor units of the line's currency, ``day`` and ``due`` day numbers;
    ``instalment`` is 0 for an invoice that is due at once. The row number is the line's number from here on.
    """
    documents = _documents(clients, window, Draws(seed, "documents"))
    documents = _priced(documents, clients, entities, rates)
    documents = _typed(documents, window, Draws(seed, "types"))
    return _in_instalments(documents).with_row_index("line")


def _documents(clients: pl.DataFrame, window: Window, draws: Draws) -> pl.DataFrame:
    """Customer, day and net amount in euro cents of each document, in order of day."""
    counts = clients["documents"].to_numpy()
    total = int(counts.sum())
    client = np.repeat(np.arange(clients.height), counts)
    place = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    steady = clients["regular"].to_numpy()[client] | (client < MIXED_FROM_RANK)
    jitter = draws.share(total)
    step = (place + np.where(steady, 0.3 + 0.4 * jitter, jitter)) / counts[client]
    twin = (draws.below(total, 100) < TWINS_PER_HUNDRED) & (place > 0) & ~steady
    # Never the first of a customer, so that the step before it is the same customer's.
    step = np.where(twin, np.roll(step, 1), step)
    day = _days_of_demand(clients, client, step, window)
    grown = 1 + INFLATION_PER_YEAR / 100 / 365 * (day - window.start)
    cents = np.floor(clients["usual_cents"].to_numpy()[client] * _noise(draws, steady) * grown).astype(np.int64)
    documents = pl.DataFrame({"client": client, "day": day, "place": place, "cents": cents})
    documents = documents.sort("day", "client", "place").drop("place").with_row_index("document")
    return _with_late_invoice(documents, clients)


def _noise(draws: Draws, steady: Flags) -> Floats:
    """Factors around 1: with a long tail to the right, or within 15 % for those who order evenly."""
    n = len(steady)
    wide = (0.5 + draws.share(n)) / (0.4 + draws.share(n)) / _MEAN_OF_NOISE
    return np.asarray(np.where(steady, 0.85 + 0.3 * draws.share(n), wide), dtype=np.float64)


def _demand(window: Window, season: str) -> Ints:
    """The demand before each day: by season of the year, growing, none on days off."""
    days = np.arange(window.first, window.end)
    month, _, _ = calendar_days(days)
    grown = 1000 + GROWTH_PER_MONTH * (month_index(days, start=window.start) + 3)
    weight = np.asarray(WORLD.seasons[season], dtype=np.int64)[month - 1] * grown * is_working_day(days)
    if season == SHRINKING:
        begin, finish = SHRINKS_BETWEEN
        fallen = np.clip(days - window.last + begin, 0, begin - finish)
        weight = weight * (100 * (begin - finish) - SHRINKS * fallen)
    return np.concatenate([[0], np.cumsum(weight)])


def _days_of_demand(clients: pl.DataFrame, client: Ints, step: Floats, window: Window) -> Ints:
    """The day on which each step (0-1) of a customer's demand from its first to its last day is reached."""
    day = np.zeros(len(client), dtype=np.int64)
    begin = clients["active_from"].to_numpy()[client] - window.first
    finish = clients["active_to"].to_numpy()[client] - window.first
    seasons = clients["season"].to_physical().to_numpy()[client]
    for number, season in enumerate(SEASON_NAMES):
        mine = seasons == number
        demand = _demand(window, season)
        low, high = demand[begin[mine]], demand[finish[mine]]
        reached = low + (step[mine] * (high - low)).astype(np.int64)
        # From the right: over days off the sum stands still, and the
        # last of its places is the working day on which it goes on.
        day[mine] = window.first + np.searchsorted(demand, reached, side="right") - 1
    return day


def _with_late_invoice(documents: pl.DataFrame, clients: pl.DataFrame) -> pl.DataFrame:
    """Mark, and enlarge, the one late invoice: the first that such a customer gets from its day on."""
    since = clients.select(since=pl.when(pl.col("behaviour") == "one late invoice").then("since"))["since"]
    after = documents.filter(pl.col("day") >= since.gather(documents["client"]))
    first = after.select(pl.col("document").filter(pl.col("client").is_first_distinct()))["document"]
    late = pl.col("document").is_in(first.implode())
    enlarged = pl.when("late_invoice").then(pl.col("cents") * LATE_INVOICE_FACTOR).otherwise("cents")
    return documents.with_columns(late_invoice=late).with_columns(cents=enlarged)


def _priced(documents: pl.DataFrame, clients: pl.DataFrame, entities: tuple[Entity, ...], rates: Rates) -> pl.DataFrame:
    """Add what an invoice has from its customer; the net amount in its currency and the amount with tax."""
    of_client = looked_up(clients, ["entity", "currency", "base", "terms", "regular"], documents["client"])
    tax = pl.Series([entity.tax for entity in entities]).gather(of_client["entity"])
    net = pl.Series(rates.from_euro(documents["cents"].to_numpy(), of_client["currency"].to_numpy()))
    # In whole numbers, all of them above zero: a half is rounded up, and alike on every machine.
    amount = net + (net * tax + 50) // 100
    return documents.drop("cents").with_columns(*of_client.get_columns(), tax=tax, net=net, amount=amount)


def without_tax(amount: pl.Expr, percent: pl.Expr) -> pl.Expr:
    """The net part of amounts that include tax, rounded to the nearest minor unit.

    >>> amounts = pl.DataFrame({"amount": [1210, 1216], "tax": [21, 21]})
    >>> amounts.select(without_tax(pl.col("amount"), pl.col("tax"))).to_series().to_list()
    [1000, 1005]
    """
    whole = 100 + percent
    return (200 * amount + whole) // (2 * whole)


def _typed(documents: pl.DataFrame, window: Window, draws: Draws) -> pl.DataFrame:
    """Add type, due date and number of instalments; what was billed before the books began is an opening journal."""
    luck = pl.Series(draws.below(documents.height, 1000))
    opening = pl.col("day") < window.start
    plain = ~opening & ~pl.col("regular") & ~pl.col("late_invoice")
    # From the other end of the same draw, so that no document is both this and in instalments.
    debit_note = plain & (luck >= 1000 - DEBIT_NOTE_PER_THOUSAND)
    days = pl.Series([term.days for term in WORLD.terms]).gather(documents["terms"])
    return documents.with_columns(
        kind=pl.when(opening)
        .then(pl.lit("journal"))
        .when(debit_note)
        .then(pl.lit("debit_note"))
        .otherwise(pl.lit("invoice")),
        due=pl.col("day") + days,
        parts=pl.when(plain & (luck < INSTALMENT_PER_THOUSAND)).then(INSTALMENTS).otherwise(1),
    ).drop("regular")


def _in_instalments(documents: pl.DataFrame) -> pl.DataFrame:
    """One row per instalment: equal parts, the last one taking the rest; 30, 60 and 90 days."""
    parts = documents["parts"].to_numpy()
    row = np.repeat(np.arange(documents.height), parts)
    number = pl.Series(np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts) + 1)
    several = pl.col("parts") > 1
    last = pl.col("instalment") == pl.col("parts")

    def share(name: str) -> pl.Expr:
        equal = pl.col(name) // pl.col("parts")
        return pl.when(last).then(pl.col(name) - equal * (pl.col("parts") - 1)).otherwise(equal)

    lines = documents[row].with_columns(instalment=number)
    return lines.with_columns(
        net=share("net"),
        amount=share("amount"),
        due=pl.when(several).then(pl.col("day") + INSTALMENT_DAYS * pl.col("instalment")).otherwise("due"),
        instalment=pl.when(several).then("instalment").otherwise(0),
    ).drop("parts")


PLAIN: Final = "paid"
CANCELLED: Final = "cancelled"
OVERPAID: Final = "overpaid"
FATES: Final = pl.Enum([*WORLD.fates_per_thousand, PLAIN, CANCELLED, OVERPAID])
CANCELLED_PAIRS: Final = 2
CALM: Final = ("punctual", "habitually late", "slides slowly", "seasonal", "slid last month")
NEW_TERMS: Final = (30, 45, 60)
AGREED_DAYS: Final = 60  # an item that continues another is due so many days after the agreement
NEVER_USED_PER_HUNDRED: Final = 25  # rebates that are never set against an invoice


def with_fates(lines: pl.DataFrame, clients: pl.DataFrame, window: Window, *, faults: bool, seed: int) -> pl.DataFrame:
    """Add the fate of each line, two numbers of chance (0-99) to shape it, and a renegotiated due date."""
    draws = Draws(seed, "fates")
    n = lines.height
    dealt = [name for name, quota in WORLD.fates_per_thousand.items() for _ in range(quota)]
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
        original_due=pl.when(moved).then("due"), due=pl.when(moved).then(pl.col("due") + later).otherwise("due")
    )


def credits_of(lines: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The credit notes and advances: kind, day, amount (positive), and the day of setting them against a line.

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
