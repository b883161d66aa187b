"""Loss rates: the share of each bucket that is lost in the end, by the chain of its roll rates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.aging import By, aging_frame, group_columns
from arkit.flows.roll_rates import at_the_door, days_followed, transitions
from arkit.model.ledger import Ledger
from arkit.model.money import at_rate
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

ASSUMED: Final = "taken as lost"
ENTERED: Final = "what entered it"
CHAIN: Final = "roll rates"
_SUMS: Final = ("left", "written_off", "cured", "transferred", "items")


def loss_rates(
    ledger: Ledger, *, as_of: date | str, months: int = 12, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """The share of each bucket that will be lost if items go on to age, be paid and be written off as they did.

    Formula: ``loss_rate = (sum of rolled x loss rate of the bucket it rolled into + written off) / left``, where what
    left the bucket was rolled, cured or written off; what stayed in it is still on its way. Where everything is
    paid or in the next bucket a month later, this is the product of the roll rates. Of the oldest bucket, from which
    nothing rolls: of what entered it in these months, ``(written off + still open at their end) / all that entered``;
    where nothing did, all is taken as lost.
    ``expected_loss = loss_rate x open_amount``.

    Parameters
    ----------
    ledger, as_of, months, by, policy
        As in :func:`roll_rates`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``months`` (how many went into the rates), ``bucket``, ``items`` (those that
        left the bucket, the n of the rate), ``loss_rate`` (0-1), ``loss_basis`` (*roll rates*, *what entered it* or
        *taken as lost*), ``open_amount`` on the day and ``expected_loss`` in currency units, ``reason`` where there is
        no rate.

    Raises
    ------
    CoverageError, UnknownNameError
        As in :func:`roll_rates`.

    Examples
    --------
    >>> import arkit as ar
    >>> rates = ar.loss_rates(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(rates["loss_rate"].dropna().between(0, 1).all())
    True

    References
    ----------
    IFRS 9, B5.5.35, provision matrix; IFRScommunity, worked example of a provision matrix from ageing history.
    """
    policy = policy or DEFAULT_POLICY
    days = days_followed(ledger, as_of, months, policy=policy)
    keys = group_columns(by, ledger)
    last = len(policy.labels) - 1
    sums = _by_group(transitions(ledger, days, by=by, policy=policy), keys, last)
    old = _endings(transitions(ledger, [days[0], days[-1]], by=by, policy=policy), keys, last)
    aging = aging_frame(ledger, days[-1], by=by, policy=policy).rename(
        {label: f"open_{bucket}" for bucket, label in enumerate(policy.labels)}
    )
    wide = aging.select(*keys, pl.col("^open_.*$")).join(sums, on=keys, how="full", coalesce=True, nulls_equal=True)
    wide = wide.join(old, on=keys, how="left", nulls_equal=True).with_columns(pl.exclude(keys).fill_null(0))
    wide = wide.with_columns(_entered(last))
    # From the oldest on: the rate of a bucket is made of the rates of those into which it rolls.
    for bucket in range(last, -1, -1):
        wide = wide.with_columns(_loss(bucket, last).alias(f"loss_{bucket}"))
    rows = pl.concat([_row(wide, keys, bucket, last) for bucket in range(last + 1)])
    rows = rows.with_columns(months=pl.lit(len(days) - 1)).sort(*keys, "bucket")
    columns = ["months", "bucket", "items", "loss_rate", "loss_basis", "open_amount", "expected_loss", "reason"]
    return at_the_door(rows.select(*keys, *columns), ["open_amount", "expected_loss"], policy)


def _by_group(moves: pl.DataFrame, keys: list[str], last: int) -> pl.DataFrame:
    """One row for each group: of each bucket what was written off, what left, and what rolled where."""
    older = pl.col("bucket_next") > pl.col("bucket")
    rolled = pl.when(older).then("kept").otherwise(0)
    rolled_items = pl.when(older).then("kept_items").otherwise(0)
    moves = moves.with_columns(
        left=rolled + pl.col("cured") + pl.col("written_off"),
        items=rolled_items + pl.col("cured_items") + pl.col("written_off_items"),
    )
    sums = []
    for bucket in range(last + 1):
        here = pl.col("bucket") == bucket
        sums += [pl.col(name).filter(here).sum().alias(f"{name}_{bucket}") for name in _SUMS]
        sums += [
            pl.col("kept").filter(here & (pl.col("bucket_next") == later)).sum().alias(f"rolled_{bucket}_{later}")
            for later in range(bucket + 1, last + 1)
        ]
    return moves.group_by(keys).agg(sums)


def _endings(moves: pl.DataFrame, keys: list[str], last: int) -> pl.DataFrame:
    """What became over all the months of what was in the oldest bucket before them: it did not enter in them."""
    old = moves.filter(pl.col("bucket") == last).group_by(keys)
    return old.agg(pl.col("kept", "written_off", "cured", "transferred").sum().name.prefix("old_"))


def _entered(last: int) -> list[pl.Expr]:
    """Of what entered the oldest bucket in the months: what is ``lost``, and what was paid or transferred."""
    open_then = (pl.col(f"open_{last}") - pl.col("old_kept")).clip(0)
    ended = {
        name: (pl.col(f"{name}_{last}") - pl.col(f"old_{name}")).clip(0)
        for name in ("written_off", "cured", "transferred")
    }
    return [(open_then + ended["written_off"]).alias("lost"), (ended["cured"] + ended["transferred"]).alias("saved")]


def _loss(bucket: int, last: int) -> pl.Expr:
    """The loss rate of a bucket out of those of the older ones; missing where one that matters is missing."""
    if bucket == last:
        entered = pl.col("lost") + pl.col("saved")
        return pl.when(entered > 0).then(pl.col("lost") / entered).otherwise(1.0)
    lost, left = pl.col(f"written_off_{bucket}"), pl.col(f"left_{bucket}")
    for later in range(bucket + 1, last + 1):
        rolled = pl.col(f"rolled_{bucket}_{later}")
        lost = lost + pl.when(rolled > 0).then(rolled * pl.col(f"loss_{later}")).otherwise(0.0)
    return pl.when(left > 0).then(lost / left)


def _row(wide: pl.DataFrame, keys: list[str], bucket: int, last: int) -> pl.DataFrame:
    """The rows of one bucket."""
    loss, amount, left = pl.col(f"loss_{bucket}"), pl.col(f"open_{bucket}"), pl.col(f"left_{bucket}")
    of_oldest = pl.when(pl.col("lost") + pl.col("saved") > 0).then(pl.lit(ENTERED)).otherwise(pl.lit(ASSUMED))
    basis = of_oldest if bucket == last else pl.when(loss.is_not_null()).then(pl.lit(CHAIN))
    nothing_left, unknown = (text(f"credit.no_loss_rate.{why}") for why in ("nothing_left", "older_unknown"))
    why = pl.when(left == 0).then(pl.lit(nothing_left)).otherwise(pl.lit(unknown))
    # Nothing open loses nothing, where no rate is known too.
    expected = pl.when(amount == 0).then(0).otherwise(at_rate(amount, loss))
    return wide.select(
        *keys,
        bucket=pl.lit(bucket, dtype=pl.Int32),
        items=pl.col(f"items_{bucket}").cast(pl.Int64),
        loss_rate=loss,
        loss_basis=basis,
        open_amount=amount,
        expected_loss=expected,
        reason=pl.when(loss.is_null()).then(why),
    )
