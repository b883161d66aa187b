"""Payments: on which day each customer pays which part of its invoices, in which receipt, and when the books know it.

What a customer pays on one day is one receipt, applied to its invoices at once or later, sometimes with too much. A
document is posted mostly on its own day, sometimes only in the next month.
"""

from typing import Final

import numpy as np
import polars as pl

from arkit.sample import world
from arkit.sample.billing import OVERPAID, PLAIN
from arkit.sample.customers import looked_up
from arkit.sample.movements import Rates

UNPAID_FATES: Final = ("replaced", "written off", "cancelled")
DAYS_PER_SLID_DAY: Final = 16  # who slides slowly pays one day later every so many days
DAYS_PER_DECLINED_DAY: Final = 15  # and so do decliners, from the day on which the decline begins
DECLINE_DAYS: Final = 180
DECLINED_PER_HUNDRED: Final = 15  # of each invoice decliners leave unpaid, after those days
LATE_INVOICE_DAYS: Final = 150
RUN_AHEAD: Final = (0, 1, 5, 10)  # with few payment runs one pays some invoices early, so as not to pay others late
SHORT_BY: Final = 400  # bank charges take one in so many
RECEIPT_KEYS: Final = ("pay_day", "entity", "client", "currency")  # what is paid together makes one receipt


def with_payment_days(lines: pl.DataFrame, clients: pl.DataFrame, window: world.Window, *, seed: int) -> pl.DataFrame:
    """Add the day on which each line is paid (``window.never`` if it is not) and the discount taken."""
    draws = world.Draws(seed, "payment days")
    columns = ["delay", "spread", "since", "run", "takes_discount"]
    habits = lines.with_columns(*looked_up(clients, columns, lines["client"]).get_columns())
    noise = pl.Series(np.floor((draws.share(lines.height) + draws.share(lines.height) - 1.0) * 100)).cast(pl.Int64)
    early = _takes_discount()
    target = habits.select(
        target=pl.when(early).then(pl.col("day") + 6 + pl.col("luck") % 3).otherwise(_usual_day(noise)),
        run=pl.when(early).then(0).otherwise("run"),
        early=early,
        since="since",
    )
    paid = _next_run(target["target"].to_numpy(), target["run"].to_numpy(), window)
    habits = habits.with_columns(pay_day=pl.Series(paid), early=target["early"])
    discount = pl.when("early").then((pl.col("amount") * world.DISCOUNT_PERCENT + 50) // 100).otherwise(0)
    settled = habits.with_columns(pay_day=_final_day(window), discount=discount)
    return settled.drop("early", "delay", "spread", "run", "takes_discount")


def _takes_discount() -> pl.Expr:
    """Tell which lines are paid early for the discount: three in four of the customers who do so."""
    offered = (pl.col("terms") == world.DISCOUNT_TERM) & (pl.col("instalment") == 0) & pl.col("replaces").is_null()
    steady = pl.col("behaviour").is_in(["punctual", "habitually late"]) & ~pl.col("late_invoice")
    return offered & steady & pl.col("takes_discount") & (pl.col("fate") == PLAIN) & (pl.col("wait") < 75)


def _usual_day(noise: pl.Series) -> pl.Expr:
    """The day on which a customer would pay: due date, usual delay, and what its behaviour and the fate add."""
    since = (pl.col("due") - pl.col("since")).clip(lower_bound=0)
    behaviour = (
        pl.when(pl.col("behaviour") == "slides slowly")
        .then(since // DAYS_PER_SLID_DAY)
        .when(pl.col("behaviour") == "declines")
        .then(since // DAYS_PER_DECLINED_DAY)
        .when("late_invoice")
        .then(LATE_INVOICE_DAYS)
        .otherwise(0)
    )
    disputed = pl.when(pl.col("fate") == "disputed").then(20 + pl.col("wait") // 2).otherwise(0)
    ahead = pl.col("run").replace_strict(dict(enumerate(RUN_AHEAD)))
    usual = pl.col("due") + pl.col("delay") - ahead + pl.col("spread") * noise // 100 + behaviour + disputed
    return pl.max_horizontal(usual, pl.col("day") + 1)


def _next_run(target: world.Ints, run: world.Ints, window: world.Window) -> world.Ints:
    """The first day not before the target on which a customer with such payment runs pays."""
    days = np.arange(window.first, window.end + 40)
    _, day_of_month, weekday = world.calendar_days(days)
    working = world.next_marked(world.is_working_day(days))
    runs = np.stack([world.next_marked(mark) for mark in (
        weekday < 7, weekday == 3, (day_of_month == 15) | (day_of_month == 28), day_of_month == 25
    )])  # fmt: skip
    place = np.clip(target - window.first, 0, len(days) - 1)
    found = days[working[runs[run, place]]]
    return np.asarray(np.where(target < window.end, found, window.never), dtype=np.int64)


def _final_day(window: world.Window) -> pl.Expr:
    """The day of payment after all: never for some; later for the customers of the last month's story."""
    behaviour, day = pl.col("behaviour"), pl.col("pay_day")
    stopped = (behaviour == "stops paying") & (day >= pl.col("since"))
    static = (behaviour == "static debt") & (pl.col("due") >= pl.col("since"))
    unpaid = stopped | static | pl.col("fate").is_in(UNPAID_FATES)
    slid = (behaviour == world.SLID) & (day >= pl.col("since"))
    return pl.when(unpaid).then(window.never).when(slid).then(world.off_weekend(day + world.SLID_DAYS)).otherwise(day)


def with_opening(lines: pl.DataFrame, window: world.Window) -> pl.DataFrame:
    """Take over what was billed before the books began and is still unpaid: as a journal of the first day."""
    opening = pl.col("day") < window.start
    kept = lines.filter(~opening | (pl.col("pay_day") > window.start))
    return kept.with_columns(
        day=pl.when(opening).then(window.start).otherwise("day"),
        recorded=pl.when(opening).then(window.start).otherwise("recorded"),
        due=pl.when(opening).then(pl.max_horizontal("due", window.start)).otherwise("due"),
        discount=pl.when(opening).then(0).otherwise("discount"),
    )


def draw_parts(lines: pl.DataFrame, credits: pl.DataFrame, window: world.Window) -> pl.DataFrame:
    """What is paid of each line, when: one row per part, ``short`` the small difference not paid."""
    used = credits.filter(pl.col("applied") < window.never).select("line", "credit")
    owed = lines.join(used, on="line", how="left", maintain_order="left").with_columns(pl.col("credit").fill_null(0))
    short = pl.when(pl.col("fate") == "short paid").then(pl.col("amount") // SHORT_BY).otherwise(0)
    owed = owed.with_columns(short=short)
    owed = owed.with_columns(rest=pl.col("amount") - pl.col("credit") - pl.col("discount") - pl.col("short"))
    rest, day, luck, wait = pl.col("rest"), pl.col("pay_day"), pl.col("luck"), pl.col("wait")
    share = rest * (30 + luck * 40 // 99) // 100
    declined = 100 * DECLINE_DAYS - DECLINED_PER_HUNDRED * (day - pl.col("since")).clip(0, DECLINE_DAYS)
    in_parts, returned = pl.col("fate") == "paid in parts", pl.col("fate") == "payment returned"
    whole = pl.when(pl.col("behaviour") == "declines").then(rest * declined // (100 * DECLINE_DAYS)).otherwise(rest)
    extra = pl.when(pl.col("fate") == OVERPAID).then(rest // 10).otherwise(0)
    first = owed.with_columns(paid=pl.when(in_parts).then(share).otherwise(whole) + extra, returned=returned)
    second = owed.filter(in_parts | returned).with_columns(
        paid=pl.when(in_parts).then(rest - share).otherwise(rest),
        pay_day=world.off_weekend(day + 20 + wait * 30 // 99),
        returned=pl.lit(False),
    )
    parts = pl.concat([first, second]).filter((pl.col("pay_day") <= window.close) & (pl.col("paid") > 0))
    return parts.sort(*RECEIPT_KEYS, "line")


LATE_FROM_DAY: Final = 21  # of the month: what comes in then may be recorded after the month's end
LATE_PER_THOUSAND: Final = 70
FORGOTTEN_PER_THOUSAND: Final = 1
LATEST_DAY: Final = 5  # of the next month


def recorded_on(days: pl.Series, draws: world.Draws) -> pl.Series:
    """The day on which each document was recorded.

    Of the documents of a month's last days, a few are recorded on the 1st to 5th of the next month; very few, of any
    day, were forgotten and come three to six weeks late; all others are recorded on their day.
    """
    day = days.to_numpy().astype(np.int64)
    luck, wait = draws.below(len(day), 1000), draws.below(len(day), 100)
    _, day_of_month, _ = world.calendar_days(day)
    next_month = day.astype("datetime64[D]").astype("datetime64[M]") + np.timedelta64(1, "M")
    first = next_month.astype("datetime64[D]").astype(np.int64)
    late = (day_of_month >= LATE_FROM_DAY) & (luck < LATE_PER_THOUSAND)
    forgotten = luck >= 1000 - FORGOTTEN_PER_THOUSAND
    recorded = np.where(late, first + wait % LATEST_DAY, np.where(forgotten, day + 20 + wait % 25, day))
    return pl.Series("recorded", recorded)


TOO_MUCH_PER_THOUSAND: Final = 8
APPLIED_LATER_PER_THOUSAND: Final = 25


def draw_receipts(parts: pl.DataFrame, rates: Rates, *, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The receipts, and the parts with the receipt that each one belongs to and when it was applied."""
    new = pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in RECEIPT_KEYS).fill_null(False)
    parts = parts.with_columns(
        receipt=new.cum_sum(),
        base_paid=rates.to_base(parts["paid"], parts["currency"], parts["base"], parts["pay_day"]),
    )
    receipts = parts.group_by("receipt", maintain_order=True).agg(
        pl.col(*RECEIPT_KEYS, "base").first(), pl.col("paid", "base_paid").sum(), pl.col("returned").any()
    )
    receipts = _with_extras(receipts, rates, world.Draws(seed, "receipts"))
    of_receipt = receipts.select(pl.col("wait", "recorded").gather(parts["receipt"]))
    applied = parts["pay_day"] + of_receipt["wait"]
    booked = parts.with_columns(applied=applied, received=of_receipt["recorded"])
    recorded = pl.max_horizontal("applied", "received", "recorded")
    return receipts, booked.with_columns(applied=world.off_weekend(pl.col("applied"))).with_columns(recorded=recorded)


def _with_extras(receipts: pl.DataFrame, rates: Rates, draws: world.Draws) -> pl.DataFrame:
    """Add the day of recording, the days until the receipt is applied, and what was paid too much."""
    n = receipts.height
    luck, share = pl.Series(draws.below(n, 1000)), pl.Series(draws.between(n, 1, 5))
    plain = pl.col("returned")  # a payment that comes back is booked without delay, so that the reversal follows it
    wait = pl.Series(draws.between(n, 4, 35))
    too_much = pl.when(~plain & (luck < TOO_MUCH_PER_THOUSAND)).then(pl.col("paid") * share // 100).otherwise(0)
    large = pl.col("client") < world.MIXED_FROM_RANK
    later = ~plain & ~large & (luck >= 1000 - APPLIED_LATER_PER_THOUSAND)
    receipts = receipts.with_columns(
        recorded=pl.when(plain).then("pay_day").otherwise(recorded_on(receipts["pay_day"], draws)),
        wait=pl.when(later).then(wait).otherwise(0),
        too_much=too_much,
    )
    base = rates.to_base(receipts["too_much"], receipts["currency"], receipts["base"], receipts["pay_day"])
    return receipts.with_columns(amount=pl.col("paid") + pl.col("too_much"), base_amount=pl.col("base_paid") + base)
