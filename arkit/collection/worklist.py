"""The worklist: whom to call first, and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import customers_on
from arkit.collection.stages import CollectionPolicy, default_stages
from arkit.ledger.model import Ledger
from arkit.words import recommendation

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "rank",
    "customer_id",
    "name",
    "currency",
    "category",
    "amount_at_risk",
    "open_amount",
    "past_due",
    "disputed_amount",
    "oldest_days",
    "chance_late",
    "insured_share",
    "promise",
    "stage",
    "next_step",
    "reasons",
    "collector",
)


def worklist(
    ledger: Ledger,
    categorised: pd.DataFrame,
    *,
    as_of: date | str,
    capacity: int | None = None,
    policy: CollectionPolicy | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Rank the customers to chase: one row each, by amount at risk, with the reasons and the next step.

    Formula: ``amount_at_risk = (open - disputed) x chance_late x (1 - insured_share)``. ``chance_late`` is observed: of
    what the customers of a category and currency had to pay in the last six months, the share by amount that was not
    paid on time; 1 where nothing was due.
    Customers with something past due and not disputed are ranked; one who is inside a promise comes after all others;
    ties go to the older debt. The stage follows from the days that the oldest item is past due.

    Parameters
    ----------
    ledger
        The ledger.
    categorised
        The table of :func:`arkit.categorise` of the same day.
    as_of
        The day.
    capacity
        How many customers can be worked; by default all are listed.
    policy
        The stages; by default those of ``templates/policies/collection.toml``.
    language
        Of the next step: ``en``, ``ru`` or ``zh``.

    Returns
    -------
    DataFrame
        ``rank``, the customer, ``category``, ``amount_at_risk``, ``open_amount``, ``past_due``, ``disputed_amount``
        (shown, not chased), ``oldest_days``, ``chance_late``, ``insured_share``, ``promise`` (day, where
        one is running), ``stage``, ``next_step``, ``reasons`` and ``collector``. Ranks are by
        currency: amounts of two are never compared.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> categorised = ar.categorise(ar.payment_behaviour(ledger, as_of="2026-10-31"))
    >>> ar.worklist(ledger, categorised, as_of="2026-10-31", capacity=1)["rank"].unique().tolist()
    [1]

    References
    ----------
    Risk-based collections: exposure times probability times loss share.
    """
    day = ledger.require(as_of)
    rows = pl.from_pandas(categorised).with_columns(pl.col("disputed_amount").fill_null(0.0))
    rows = rows.join(_chances(rows), on=["category", "currency"], how="left")
    rows = rows.join(_insurance(ledger, day), on="customer_id", how="left").with_columns(_insured_share())
    chased = rows.filter(pl.col("past_due") - pl.col("disputed_amount") > 0)
    chased = chased.join(_promises(ledger, day), on="customer_id", how="left")
    at_risk = (
        (pl.col("open_amount") - pl.col("disputed_amount")) * pl.col("chance_late") * (1 - pl.col("insured_share"))
    )
    ranked = chased.with_columns(amount_at_risk=at_risk.round(2), waits=pl.col("promise").is_not_null()).sort(
        "currency",
        "waits",
        "amount_at_risk",
        "oldest_days",
        "customer_id",
        descending=[False, False, True, True, False],
    )
    ranked = ranked.with_columns(rank=pl.int_range(1, pl.len() + 1).over("currency"))
    table = _with_stage(ranked, policy or default_stages(), language).with_columns(reasons=_reasons())
    first = table if capacity is None else table.filter(pl.col("rank") <= capacity)
    return first.select(COLUMNS).to_pandas()


def _chances(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the observed share of late amounts by category and currency."""
    seen = pl.col("recent_amount").fill_null(0.0)
    late = (seen * (1 - pl.col("recent_on_time_share"))).fill_null(0.0)
    sums = rows.group_by("category", "currency").agg(late=late.sum(), seen=seen.sum())
    chance = pl.when(pl.col("seen") > 0).then(pl.col("late") / pl.col("seen")).otherwise(1.0)
    return sums.select("category", "currency", chance_late=chance)


def _insurance(ledger: Ledger, day: date) -> pl.DataFrame:
    columns = ["insured_amount", "limit_currency", "collector"]
    return customers_on(ledger, day, columns).with_columns(pl.col(pl.Categorical).cast(pl.String))


def _insured_share() -> pl.Expr:
    covered = pl.when(pl.col("limit_currency") == pl.col("currency")).then(pl.col("insured_amount")).fill_null(0.0)
    share = pl.when(pl.col("open_amount") > 0).then(covered / pl.col("open_amount")).otherwise(0.0)
    return share.clip(0.0, 1.0).alias("insured_share")


def _promises(ledger: Ledger, day: date) -> pl.DataFrame:
    """Return by customer the day of a promise that is running: given, not yet due."""
    marks = ledger.frames.marks.filter(pl.col("kind").cast(pl.String) == "promise")
    running = marks.filter((pl.col("from") <= day) & (pl.col("promised_on") >= day))
    running = running.filter(pl.col("to").is_null() | (pl.col("to") >= day))
    named = running.join(ledger.frames.items.select("item_id", of_item="customer_id"), on="item_id", how="left")
    customer = pl.coalesce(pl.col("customer_id").cast(pl.String), pl.col("of_item").cast(pl.String))
    return named.group_by(customer_id=customer).agg(promise=pl.col("promised_on").max())


def _with_stage(rows: pl.DataFrame, policy: CollectionPolicy, language: str) -> pl.DataFrame:
    stage, step = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    for reached in policy.stages:
        due = pl.col("oldest_days") >= reached.from_days
        stage = pl.when(due).then(pl.lit(reached.name)).otherwise(stage)
        step = pl.when(due).then(pl.lit(recommendation("stage", reached.name, language=language))).otherwise(step)
    return rows.with_columns(stage=stage, next_step=step)


def _reasons() -> pl.Expr:
    """Return why a customer stands where he stands, in words."""
    share = (pl.col("past_due") / pl.col("open_amount") * 100).round(0).cast(pl.Int64)
    late = pl.format(
        "{}% of the balance is past due, the oldest for {} days", share, pl.col("oldest_days").cast(pl.Int64)
    )
    rules = pl.when(pl.col("rules") != "").then(pl.format("{}: {}", "category", "rules")).otherwise(pl.col("category"))
    disputed = pl.when(pl.col("disputed_amount") > 0).then(pl.lit("part is disputed and not chased"))
    promised = pl.when(pl.col("promise").is_not_null()).then(pl.format("promised for {}", pl.col("promise")))
    return pl.concat_str([late, rules, disputed, promised], separator="; ", ignore_nulls=True)
