"""Roll rates: how much of each bucket grows older, is paid or is written off from one month-end to the next."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import By, group_columns
from arkit.ledger.model import Ledger
from arkit.ledger.money import to_units
from arkit.measures.transitions import OUTCOMES, days_followed, outcomes, transitions
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

_RATES: Final = {
    "roll_rate": ("rolled", "amount"),
    "roll_rate_items": ("rolled_items", "items"),
    "cure_rate": ("cured", "amount"),
    "cure_rate_items": ("cured_items", "items"),
}
_COUNTS: Final = tuple(f"{name}_items" for name in OUTCOMES)
_NOTHING_OPEN: Final = "nothing was open in this bucket"
_OLDEST: Final = "no bucket is older, so nothing can roll"
_NOTHING_PAST_DUE: Final = "nothing was past due"
_NO_DUE_DATES: Final = "the policy ages by document date, so nothing is known to be past due"


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
        The last month-end; any other day stands for the same day of the months before.
    months
        How many months back items are followed; fewer where the ledger begins later.
    by
        Column or columns of items or customers to group by, with the currency; attributes of customers are those valid
        at the earlier month-end.
    policy
        Edges, basis, day 0 and the treatment of unapplied amounts.
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
    policy = policy or Policy()
    days = days_followed(ledger, as_of, months)
    keys = group_columns(by, ledger)
    period = [*keys, "as_of"] if monthly else keys
    moves = transitions(ledger, days, by=by, policy=policy)
    table = _every_bucket(outcomes(moves, period), period, len(policy.labels))
    oldest = pl.col("bucket") == len(policy.labels) - 1
    nothing = pl.col("amount") == 0
    reason = pl.when(nothing).then(pl.lit(_NOTHING_OPEN)).when(oldest).then(pl.lit(_OLDEST)).alias("reason")
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
    policy = policy or Policy()
    days = days_followed(ledger, as_of, months)
    keys = group_columns(by, ledger)
    period = [*keys, "as_of"] if monthly else keys
    values = ["amount", "cured", "items", "cured_items"]
    known = pl.lit(policy.has_not_due)
    late = pl.when(known).then(pl.col(values) * (pl.col("bucket") > 0))
    moves = transitions(ledger, days, by=by, policy=policy).with_columns(late)
    table = moves.group_by(period).agg(pl.col(values).sum()).sort(period)
    reason = pl.when(~known).then(pl.lit(_NO_DUE_DATES)).when(pl.col("amount") == 0).then(pl.lit(_NOTHING_PAST_DUE))
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
    """Return a row for each group and bucket, with nothing where nothing was open."""
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
    """Return a table in currency units with its buckets as an ordered category."""
    labels = dict(enumerate(policy.labels))
    bucket = pl.col("bucket").replace_strict(labels, return_dtype=pl.Enum(policy.labels))
    return to_units(table.with_columns(bucket), dict.fromkeys(amounts, "currency")).to_pandas()
