"""The worklist: whom to call first, and why.

Ages: for how many days what is chased of a customer has been past due, without what is disputed.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.aging.grouping import customers_on
from arkit.aging.open_items import open_frame
from arkit.collection.stages import CollectionPolicy, default_stages
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.words.catalogue import text

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("customer_id", "currency")


def chased_ages(ledger: Ledger, day: date, *, share: float, policy: Policy) -> pl.DataFrame:
    """Return by customer the ``oldest_days`` of what is chased, and ``stage_days``: the age that a share has reached.

    Formula: of the items past due and undisputed, the oldest first, ``stage_days`` is the age of the one with which
    their amounts reach ``share`` of the customer's total.
    """
    rows = open_frame(ledger, day, policy=policy)
    late = 1 if policy.has_not_due else 0
    chased = rows.filter((pl.col("open_amount") > 0) & (pl.col("bucket") >= late) & ~pl.col("disputed"))
    chased = chased.select(pl.col(KEYS).cast(pl.String), "open_amount", "days_past_due")
    so_far = pl.col("open_amount").cum_sum().over(KEYS)
    total = pl.col("open_amount").sum().over(KEYS)
    reached = chased.sort("days_past_due", descending=True).with_columns(
        counts=so_far.cast(pl.Float64) >= share * total
    )
    return reached.group_by(KEYS).agg(
        pl.col("days_past_due").max().cast(pl.Int64).alias("oldest_days"),
        pl.col("days_past_due").filter("counts").max().cast(pl.Int64).alias("stage_days"),
    )


COLUMNS: Final = (
    "rank",
    "customer_id",
    "name",
    "currency",
    "category",
    "priority_amount",
    "open_amount",
    "past_due",
    "disputed_amount",
    "oldest_days",
    "stage_days",
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
    stages: CollectionPolicy | None = None,
    policy: Policy | None = None,
    language: str = "en",
) -> pd.DataFrame:
    """Rank the customers to chase: one row each, by amount at risk, with the reasons and the next step.

    Formula: ``priority_amount = (open - disputed) x chance_late x (1 - insured_share)``. ``chance_late`` is observed:
    of what the customers of a category and currency had to pay in the last six months, the share by amount that was not
    paid on time; 1 where nothing was due. Customers with something past due and not disputed are ranked; one who is
    inside a promise comes after all others; ties go to the older debt. The stage is the last one whose days
    ``stage_days`` has reached: the age that a share of what is chased has (``share_of_stage``), so that neither a
    forgotten cent nor a disputed invoice makes a lawsuit; categories may have a latest stage.

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
    stages
        The stages; by default those of ``templates/policies/collection.toml``.
    policy
        What is past due.
    language
        Of the next step: ``en``, ``ru`` or ``zh``.

    Returns
    -------
    DataFrame
        ``rank``, the customer, ``category``, ``priority_amount``, ``open_amount``, ``past_due``, ``disputed_amount``
        (shown, not chased), ``oldest_days`` and ``stage_days`` of what is chased, ``chance_late``, ``insured_share``,
        ``promise`` (day, where one is running), ``stage``, ``next_step``, ``reasons`` and ``collector``. Ranks are by
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
    stages = stages or default_stages()
    ages = chased_ages(ledger, day, share=stages.share_of_stage, policy=policy or Policy())
    rows = pl.from_pandas(categorised).drop("oldest_days").with_columns(pl.col("disputed_amount").fill_null(0.0))
    rows = rows.join(_chances(rows), on=["category", "currency"], how="left")
    rows = rows.join(_insurance(ledger, day), on="customer_id", how="left").with_columns(_insured_share())
    chased = rows.join(ages, on=KEYS).join(_promises(ledger, day), on="customer_id", how="left")
    ranked = _with_stage(_ranked(chased), stages, language).with_columns(reasons=_reasons(stages.share_of_stage))
    first = ranked if capacity is None else ranked.filter(pl.col("rank") <= capacity)
    return first.select(COLUMNS).to_pandas()


def _ranked(chased: pl.DataFrame) -> pl.DataFrame:
    """Return customers in order: promises last, then by amount at risk, ties by age."""
    exposed = pl.col("open_amount") - pl.col("disputed_amount")
    at_risk = (exposed * pl.col("chance_late") * (1 - pl.col("insured_share"))).round(2)
    rows = chased.with_columns(priority_amount=at_risk, waits=pl.col("promise").is_not_null())
    order = {"currency": False, "waits": False, "priority_amount": True, "oldest_days": True, "customer_id": False}
    rows = rows.sort(*order, descending=list(order.values()))
    return rows.with_columns(rank=pl.int_range(1, pl.len() + 1).over("currency"))


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
    """Return rows with the last stage that is reached, or the latest of the category, and the step that it asks for."""
    names = [stage.name for stage in policy.stages]
    reached = pl.sum_horizontal((pl.col("stage_days") >= stage.from_days).cast(pl.Int32) for stage in policy.stages) - 1
    latest = {category: names.index(name) for category, name in policy.latest_stage.items()}
    bound = pl.col("category").replace_strict(latest, default=len(names) - 1, return_dtype=pl.Int32)
    held = rows.with_columns(place=pl.min_horizontal(reached, bound), held=reached > bound)
    # Overdue from day 0 on is overdue before the first stage: the first step all the same.
    stage = pl.col("place").clip(0).replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    return held.with_columns(stage=stage).with_columns(next_step=_next_step(names, language))


def _next_step(stages: list[str], language: str) -> pl.Expr:
    """Return what to do next: nothing harder while a promise runs, and the insurer's terms where there is one."""
    steps = {name: text(f"collection.stage.{name}", language=language) for name in stages}
    step = pl.col("stage").replace_strict(steps, return_dtype=pl.String)
    promised = pl.lit(text("collection.step.promise", language=language))
    insurer = pl.lit(text("collection.step.insured", language=language))
    parts = [
        pl.when(pl.col("promise").is_not_null()).then(promised).otherwise(step),
        pl.when(pl.col("insured_share") > 0).then(insurer),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _reasons(share_of_stage: float) -> pl.Expr:
    """Return why a customer stands where he stands, in words, what weighs most first."""
    category = pl.when(pl.col("rules") != "").then(pl.format("{}: {}", "category", "rules")).otherwise("category")
    insured = (pl.col("insured_share") * 100).round(0).cast(pl.Int64)
    bulk = pl.format("{} % of it for {} or more", pl.lit(f"{share_of_stage * 100:g}"), _days("stage_days"))
    parts = [
        pl.format("{} % of the balance is past due, the oldest for {}", _percent_past_due(), _days("oldest_days")),
        pl.when(pl.col("stage_days") < pl.col("oldest_days")).then(bulk),
        category,
        pl.when(pl.col("held")).then(pl.format("beyond a {} somebody has to decide", "stage")),
        pl.when(pl.col("disputed_amount") > 0).then(pl.lit("a disputed part is not chased")),
        pl.when(insured > 0).then(pl.format("{} % insured", insured)),
        pl.when(pl.col("promise").is_not_null()).then(pl.format("payment promised for {}", "promise")),
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)


def _percent_past_due() -> pl.Expr:
    return (pl.col("past_due") / pl.col("open_amount") * 100).round(0).cast(pl.Int64)


def _days(name: str) -> pl.Expr:
    return pl.when(pl.col(name) == 1).then(pl.lit("1 day")).otherwise(pl.format("{} days", name))
