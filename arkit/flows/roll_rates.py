"""Roll rates: how much of each bucket grows older, is paid or is written off from one month-end to the next.

Transitions: what became of each open item from one month-end to the next.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, bucketed, group_columns, with_columns_for
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import Rows, beside, collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES: Final = ("rolled", "stayed", "cured", "written_off", "transferred")
# The next bucket of what is no longer open.
GONE: Final = -1
_ENDINGS: Final = ("cured", "written_off", "transferred")
_SUMS: Final = ("amount", "kept", *_ENDINGS, *(f"{name}_items" for name in ("kept", *_ENDINGS)))


def days_followed(ledger: Ledger, as_of: date | str, months: int, *, policy: Policy) -> list[date]:
    """The month-ends between which items are followed, the earliest first, as far back as the ledger goes.

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or not the month before it either.
    """
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    last = ledger.require(as_of)
    days = ledger.looked_back(policy.month_ends(last, months))
    if len(days) == 1:
        ledger.require(policy.before(last, 1))
    return days


def transitions(ledger: Ledger, days: list[date], *, by: By, policy: Policy) -> pl.DataFrame:
    """What was open on each day but the last, by the bucket in which it was on the next.

    Returns
    -------
    DataFrame
        The group columns (attributes of customers as of the earlier day), ``day`` (the next one), ``bucket``,
        ``bucket_next``, ``amount`` with its parts ``kept`` (still open), ``cured``, ``written_off`` and ``transferred``
        in minor units, and ``items`` with their parts.
    """
    keys = group_columns(by, ledger)
    rows = with_columns_for(_followed(ledger, days, policy), keys, ledger, days)
    rows = _counted(_split(rows)).select(*keys, nw.col("next_day").alias("day"), "bucket", "bucket_next", *_SUMS)
    sums = rows.group_by(*keys, "day", "bucket", "bucket_next").agg(nw.col(*_SUMS).sum(), nw.len().alias("items"))
    as_of = pl.from_epoch("day", time_unit="d").alias("as_of")
    return collect(sums, as_text=keys).select(*keys, as_of, pl.exclude(*keys, "day"))


def _followed(ledger: Ledger, days: list[date], policy: Policy) -> Rows:
    """Each item owed on a day beside its bucket and balance on the next, and what was booked in between."""
    owed = bucketed(ledger, days, policy=policy).filter(nw.col("open_amount") > 0)
    numbers = [day_of(day) for day in days]
    steps = pl.DataFrame({"day": numbers[:-1], "next_day": numbers[1:]}, schema={"day": pl.Int32, "next_day": pl.Int32})
    then = owed.join(beside(steps, owed), on="day", how="inner")
    now = owed.select(
        "item",
        nw.col("day").alias("next_day"),
        nw.col("bucket").alias("bucket_next"),
        nw.col("open_amount").alias("open_next"),
    )
    # An item is open once on a day, so neither join repeats a row.
    rows = then.join(now, on=["item", "next_day"], how="left")
    return rows.join(_booked(ledger, numbers), on=["item", "next_day"], how="left")


def _booked(ledger: Ledger, numbers: list[int]) -> Rows:
    """``off`` and ``moved``, what was written off and transferred of each item up to each day since the last."""
    rows = ledger.scan("entries").select("item", "amount", "entry_type", nw.col("effective_day").alias("day"))
    rows = rows.filter(
        is_one_of("entry_type", "write_off", "transfer"), nw.col("day") > numbers[0], nw.col("day") <= numbers[-1]
    )
    # The few days are spelt out: no join by ranges is there on every engine. From the last to the first, so that the
    # earliest that fits has the last word.
    next_day = nw.lit(numbers[-1], nw.Int32)
    for number in reversed(numbers[1:-1]):
        next_day = nw.when(nw.col("day") <= number).then(nw.lit(number, nw.Int32)).otherwise(next_day)
    is_off = nw.col("entry_type") == "write_off"
    rows = rows.with_columns(
        next_day.alias("next_day"),
        nw.when(is_off).then(-nw.col("amount")).otherwise(0).alias("off"),
        nw.when(is_off).then(0).otherwise(-nw.col("amount")).alias("moved"),
    )
    return rows.group_by("item", "next_day").agg(nw.col("off", "moved").sum())


def _split(rows: Rows) -> Rows:
    """Rows with their amount in parts: what is still open, and how the rest went; to the last minor unit."""
    rows = rows.with_columns(nw.col("open_next", "off", "moved").fill_null(0), nw.col("open_amount").alias("amount"))
    # One after the other, each at most what is left, so that the parts add up to the amount in any case.
    rows = rows.with_columns(_at_most(nw.col("open_next"), nw.col("amount")).alias("kept"))
    rows = rows.with_columns(_at_most(nw.col("off"), nw.col("amount") - nw.col("kept")).alias("written_off"))
    rest = nw.col("amount") - nw.col("kept") - nw.col("written_off")
    rows = rows.with_columns(_at_most(nw.col("moved"), rest).alias("transferred"))
    gone = nw.col("kept") == 0
    return rows.with_columns(
        (rest - nw.col("transferred")).alias("cured"),
        nw.when(gone).then(nw.lit(GONE)).otherwise(nw.col("bucket_next")).alias("bucket_next"),
    )


def _at_most(wanted: nw.Expr, most: nw.Expr) -> nw.Expr:
    some = nw.when(wanted < most).then(wanted).otherwise(most)
    return nw.when(wanted > 0).then(some).otherwise(0)


def _counted(rows: Rows) -> Rows:
    """Rows with a one where the item as a whole went: a settled item where most of its amount went."""
    kept = nw.col("kept") > 0
    off = nw.col("written_off") * 2 > nw.col("amount")
    moved = nw.col("transferred") * 2 > nw.col("amount")
    flags = {"kept": kept, "written_off": ~kept & off, "transferred": ~kept & moved, "cured": ~kept & ~off & ~moved}
    return rows.with_columns(
        nw.when(flag).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)).alias(f"{name}_items")
        for name, flag in flags.items()
    )


def outcomes(moves: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Transitions summed over the next buckets: ``amount`` and ``items`` of each group and bucket by outcome."""
    older = pl.col("bucket_next") > pl.col("bucket")
    kept = [
        pl.col(source).filter(flag).sum().alias(name)
        for suffix in ("", "_items")
        for source, name, flag in (
            (f"kept{suffix}", f"rolled{suffix}", older),
            (f"kept{suffix}", f"stayed{suffix}", ~older),
        )
    ]
    columns = [*OUTCOMES, *(f"{name}_items" for name in OUTCOMES)]
    endings = [name for name in columns if not name.startswith(("rolled", "stayed"))]
    sums = moves.group_by(*keys, "bucket").agg(pl.col("amount", "items", *endings).sum(), *kept)
    return sums.select(*keys, "bucket", "amount", "items", *columns)


_RATES: Final = {
    "roll_rate": ("rolled", "amount"),
    "roll_rate_items": ("rolled_items", "items"),
    "cure_rate": ("cured", "amount"),
    "cure_rate_items": ("cured_items", "items"),
}
_COUNTS: Final = tuple(f"{name}_items" for name in OUTCOMES)


def roll_rates(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    policy: Policy | None = None,
    monthly: bool = False,
) -> pd.DataFrame:
    """Show how much of each bucket was in an older one a month later, and what became of the rest.

    Formula: every item owed at a month-end is followed to the next one. ``amount`` = ``rolled`` (still open, in an
    older bucket) + ``stayed`` (still open, in the same) + ``cured`` (paid, credited or discounted; the paid part of an
    item too) + ``written_off`` + ``transferred`` (to another item). ``roll_rate = rolled / amount``,
    ``cure_rate = cured / amount``. Counted as a whole, an item is where it stands if anything of it is open, else
    where most of it went.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last month-end; in the calendar any other day stands for the same day of the months before.
    months
        How many months back items are followed; fewer where the ledger begins later.
    by
        Column or columns of items or customers to group by, with the currency; attributes of customers are those valid
        at the earlier month-end.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts; which days are month-ends.
    monthly
        One row for each month, instead of all months together.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``as_of`` (with ``monthly``: the later month-end) or ``months`` (how many went
        into the sums), ``bucket``; ``amount`` and its five parts in currency units; ``items`` (those open at several
        month-ends count at each) and ``rolled_items``, ``stayed_items``, ...; ``roll_rate``, ``cure_rate``,
        ``roll_rate_items``, ``cure_rate_items`` (0-1); ``reason`` where a rate is missing.

    Raises
    ------
    CoverageError
        The ledger does not cover the day and the month before it.
    UnknownNameError
        There is no such column, or no month at all was asked for.

    Examples
    --------
    >>> import arkit as ar
    >>> rates = ar.roll_rates(ar.sample_ledger(), as_of="2026-10-31", by="entity")
    >>> rates["bucket"].cat.categories.tolist()
    ['not due', '1-30', '31-60', '61-90', 'over 90']
    >>> bool(rates["roll_rate"].dropna().between(0, 1).all())
    True

    References
    ----------
    FDIC, Credit Card Activities Manual, chapter XII, roll-rate models.
    """
    policy = policy or DEFAULT_POLICY
    days = days_followed(ledger, as_of, months, policy=policy)
    keys = group_columns(by, ledger)
    period = [*keys, "as_of"] if monthly else keys
    moves = transitions(ledger, days, by=by, policy=policy)
    table = _every_bucket(outcomes(moves, period), period, len(policy.labels))
    oldest = pl.col("bucket") == len(policy.labels) - 1
    nothing = pl.col("amount") == 0
    why = {name: pl.lit(text(f"flows.roll_rates.{name}")) for name in ("nothing_open", "oldest")}
    reason = pl.when(nothing).then(why["nothing_open"]).when(oldest).then(why["oldest"]).alias("reason")
    rates = [_rate(name) for name in _RATES]
    table = table.with_columns(*rates, reason).with_columns(
        pl.when(~oldest).then(pl.col("^roll_rate.*$")), months=pl.lit(len(days) - 1)
    )
    when = [] if monthly else ["months"]
    columns = [*period, *when, "bucket", "amount", *OUTCOMES, "items", *_COUNTS, *_RATES, "reason"]
    return at_the_door(table.select(columns), ["amount", *OUTCOMES], policy)


def cure_rates(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    policy: Policy | None = None,
    monthly: bool = False,
) -> pd.DataFrame:
    """Show how much of all that was past due was paid within a month.

    Formula: ``cure_rate = cured / past_due``, over the past-due buckets together; the cure rate of each bucket is in
    :func:`roll_rates`.

    Parameters
    ----------
    ledger, as_of, months, by, policy, monthly
        As in :func:`roll_rates`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``as_of`` (with ``monthly``) or ``months``; ``past_due`` at the earlier
        month-ends and ``cured`` in currency units, ``items`` and ``cured_items``; ``cure_rate``, ``cure_rate_items``
        (0-1) and ``reason`` where they are missing.

    Raises
    ------
    CoverageError, UnknownNameError
        As in :func:`roll_rates`.

    Examples
    --------
    >>> import arkit as ar
    >>> rates = ar.cure_rates(ar.sample_ledger(), as_of="2026-10-31", months=6, monthly=True)
    >>> rates["as_of"].nunique()
    6

    References
    ----------
    FDIC, Credit Card Activities Manual, chapter XII, roll-rate models.
    """
    policy = policy or DEFAULT_POLICY
    days = days_followed(ledger, as_of, months, policy=policy)
    keys = group_columns(by, ledger)
    period = [*keys, "as_of"] if monthly else keys
    values = ["amount", "cured", "items", "cured_items"]
    known = pl.lit(policy.has_not_due)
    # Multiplied, not filtered, so that a group with nothing past due keeps its row.
    late = pl.when(known).then(pl.col(values) * (pl.col("bucket") > 0))
    moves = transitions(ledger, days, by=by, policy=policy).with_columns(late)
    table = moves.group_by(period).agg(pl.col(values).sum()).sort(period)
    no_due_dates, nothing = pl.lit(text("kpi.reason.no_due_dates")), pl.lit(text("flows.roll_rates.nothing_past_due"))
    reason = pl.when(~known).then(no_due_dates).when(pl.col("amount") == 0).then(nothing)
    table = table.with_columns(
        _rate("cure_rate"), _rate("cure_rate_items"), reason.alias("reason"), months=pl.lit(len(days) - 1)
    )
    table = table.with_columns(pl.when(known).then(pl.col(values))).rename({"amount": "past_due"})
    when = [] if monthly else ["months"]
    columns = [*period, *when, "past_due", "cured", "items", "cured_items", "cure_rate", "cure_rate_items", "reason"]
    return to_units(table.select(columns), {"past_due": "currency", "cured": "currency"}).to_pandas()


def _rate(name: str) -> pl.Expr:
    part, whole = _RATES[name]
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole)).alias(name)


def _every_bucket(table: pl.DataFrame, keys: list[str], count: int) -> pl.DataFrame:
    """A row for each group and bucket, with nothing where nothing was open."""
    buckets = pl.DataFrame({"bucket": range(count)}, schema={"bucket": pl.Int32})
    grid = table.select(keys).unique().sort(keys).join(buckets, how="cross", maintain_order="left_right")
    full = grid.join(
        table.with_columns(pl.col("bucket").cast(pl.Int32)),
        on=[*keys, "bucket"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return full.with_columns(pl.col("amount", "items", *OUTCOMES, *_COUNTS).fill_null(0))


def at_the_door(table: pl.DataFrame, amounts: list[str], policy: Policy) -> pd.DataFrame:
    """A table in currency units with its buckets as an ordered category."""
    labels = dict(enumerate(policy.labels))
    bucket = pl.col("bucket").replace_strict(labels, return_dtype=pl.Enum(policy.labels))
    return to_units(table.with_columns(bucket), dict.fromkeys(amounts, "currency")).to_pandas()
