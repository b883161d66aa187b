"""The worklist: which customers to call first, why, and what the next step is."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import with_customers
from arkit.aging.open_items import open_frame
from arkit.model.engine import beside, collect
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, CollectionPolicy, Policy, categories_of
from arkit.segmentation.behaviour import KEYS
from arkit.segmentation.categories import BETWEEN_RULES, sentence, worded
from arkit.words.catalogue import current_language, speaking, text
from arkit.words.columns import day_shown, shown_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    *"""
    rank customer_id name currency category priority_amount open_amount past_due disputed_amount oldest_days
    stage_days chance_late insured_share promise stage next_step reasons collector
    """.split(),
)


def worklist(
    ledger: Ledger,
    categorised: pd.DataFrame,
    *,
    as_of: date | str,
    capacity: int | None = None,
    stages: CollectionPolicy | None = None,
    policy: Policy | None = None,
    language: str | None = None,
) -> pd.DataFrame:
    """The customers to call, one row each, by priority amount, with the reasons and the next step.

    Formula: ``priority_amount = (open - disputed) x chance_late x (1 - insured_share)``. ``chance_late`` is the
    observed probability of late payment: of what the customers of a category and currency had to pay in the last six
    months, the share by amount that was not paid on time; 1 where nothing was due. Customers with something past due
    and not disputed are ranked; those with a running promise to pay come after all others; ties go to the older debt.
    The stage is the last one whose days ``stage_days`` has reached: the age that a share of the collectable amount has
    (``share_of_stage``), so that neither a forgotten cent nor a disputed invoice makes a lawsuit; categories may have
    a latest stage.

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
        The stages; by default those of the policy.
    policy
        What is past due, the stages, and the latest stage of each category.
    language
        Of next step and reasons: ``en``, ``ru`` or ``zh``; by default that of the page.

    Returns
    -------
    DataFrame
        ``rank``, the customer, ``category``, ``priority_amount``, ``open_amount``, ``past_due``, ``disputed_amount``
        (shown, not collected), ``oldest_days`` and ``stage_days`` of what is collectable, ``chance_late``,
        ``insured_share``, ``promise`` (day, where one is running), ``stage``, ``next_step``, ``reasons`` and
        ``collector``. Ranks are by currency: amounts of two are never compared.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    PolicyError
        The latest stage of a category is not one of the stages.

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
    day, policy = ledger.require(as_of), policy or DEFAULT_POLICY
    stages = stages or policy.stages
    rows = pl.from_pandas(categorised).drop("oldest_days")
    rows = rows.with_columns(pl.col("category").cast(pl.String), pl.col("disputed_amount").fill_null(0.0))
    rows = rows.join(_chances(rows), on=["category", "currency"], how="left")
    rows = with_customers(rows, ledger, day, ["insured_amount", "limit_currency", "collector"])
    rows = rows.with_columns(insured_share=_insured_share())
    due = rows.join(collectable_ages(ledger, day, share=stages.share_of_stage, policy=policy), on=KEYS)
    ranked = _ranked(due.join(_promises(ledger, day), on="customer_id", how="left"))
    first = ranked if capacity is None else ranked.filter(pl.col("rank") <= capacity)
    with speaking(language or current_language()):
        staged = _with_stage(first, stages, policy).with_columns(next_step=_next_step(stages))
        worded = staged.with_columns(reasons=_reasons(staged, stages, policy))
    return worded.with_columns(pl.col("category").cast(pl.Enum(categories_of(categorised)))).select(COLUMNS).to_pandas()


def collectable_ages(ledger: Ledger, day: date, *, share: float, policy: Policy) -> pl.DataFrame:
    """By customer the ``oldest_days`` of what can be collected, and ``stage_days``: the age that a share has reached.

    Formula: of the items past due and undisputed, the oldest first, ``stage_days`` is the age of the one with which
    their amounts reach ``share`` of the customer's total.

    With a share of 20 %, a customer who owes 5 for 180 days and 995 for 20 days has ``stage_days`` of 20: the 5 is less
    than 20 % of the 1,000.
    """
    late = 1 if policy.has_not_due else 0
    is_collectable = (pl.col("open_amount") > 0) & (pl.col("bucket") >= late) & ~pl.col("disputed")
    items = open_frame(ledger, day, policy=policy).filter(is_collectable)
    items = items.select(pl.col(KEYS).cast(pl.String), "open_amount", "days_past_due")
    so_far = pl.col("open_amount").cum_sum().over(KEYS).cast(pl.Float64)
    reached = so_far >= share * pl.col("open_amount").sum().over(KEYS)
    oldest_first = items.sort("days_past_due", descending=True).with_columns(reached=reached)
    return oldest_first.group_by(KEYS).agg(
        pl.col("days_past_due").max().cast(pl.Int64).alias("oldest_days"),
        pl.col("days_past_due").filter("reached").max().cast(pl.Int64).alias("stage_days"),
    )


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Customers in order: those with a promise last, then by priority amount, ties by age."""
    exposed = pl.col("open_amount") - pl.col("disputed_amount")
    priority = (exposed * pl.col("chance_late") * (1 - pl.col("insured_share"))).round(2)
    rows = rows.with_columns(priority_amount=priority, waits=pl.col("promise").is_not_null())
    order = {"currency": False, "waits": False, "priority_amount": True, "oldest_days": True, "customer_id": False}
    rows = rows.sort(*order, descending=list(order.values()))
    return rows.with_columns(rank=pl.int_range(1, pl.len() + 1).over("currency"))


def _chances(rows: pl.DataFrame) -> pl.DataFrame:
    """The observed share of late amounts by category and currency."""
    seen = pl.col("recent_amount").fill_null(0.0)
    late = (seen * (1 - pl.col("recent_on_time_share"))).fill_null(0.0)
    sums = rows.group_by("category", "currency").agg(late=late.sum(), seen=seen.sum())
    chance = pl.when(pl.col("seen") > 0).then(pl.col("late") / pl.col("seen")).otherwise(1.0)
    return sums.select("category", "currency", chance_late=chance)


def _insured_share() -> pl.Expr:
    covered = pl.when(pl.col("limit_currency") == pl.col("currency")).then(pl.col("insured_amount")).fill_null(0.0)
    share = pl.when(pl.col("open_amount") > 0).then(covered / pl.col("open_amount")).otherwise(0.0)
    return share.clip(0.0, 1.0)


def _promises(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer the day of a running promise: given, not yet due."""
    marks = ledger.frames.marks.filter(pl.col("kind").cast(pl.String) == "promise")
    running = marks.filter((pl.col("from") <= day) & (pl.col("promised_on") >= day))
    running = running.filter(pl.col("to").is_null() | (pl.col("to") >= day))
    items = ledger.scan("items").select("item_id", nw.col("customer_id").alias("of_item"))
    promised = beside(running.select("item_id").drop_nulls().unique(), items)
    named = running.join(collect(items.join(promised, on="item_id", how="inner")), on="item_id", how="left")
    customer = pl.coalesce(pl.col("customer_id").cast(pl.String), pl.col("of_item").cast(pl.String))
    return named.group_by(customer_id=customer).agg(promise=pl.col("promised_on").max())


def _with_stage(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """Rows with the last stage that is reached, or the latest one of the category; ``held`` where that is earlier."""
    reached = pl.sum_horizontal((pl.col("stage_days") >= stage.from_days).cast(pl.Int32) for stage in stages.stages) - 1
    latest = policy.latest_stages(stages)
    bound = pl.col("category").replace_strict(latest, default=len(stages.names) - 1, return_dtype=pl.Int32)
    # Overdue from day 0 on is overdue before the first stage: the first step all the same.
    place = pl.min_horizontal(reached, bound).clip(0)
    stage = place.replace_strict(dict(enumerate(stages.names)), return_dtype=pl.String)
    return rows.with_columns(stage=stage, held=reached > bound)


def _next_step(stages: CollectionPolicy) -> pl.Expr:
    """What to do next: nothing harder while a promise runs, and the insurer's terms where there is insurance."""
    steps = {stage.name: stage.sentence() for stage in stages.stages}
    step = pl.col("stage").replace_strict(steps, return_dtype=pl.String)
    parts = [
        pl.when(pl.col("promise").is_not_null()).then(pl.lit(text("collection.step.promise"))).otherwise(step),
        pl.when(pl.col("insured_share") > 0).then(pl.lit(text("collection.step.insured"))),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _reasons(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.Expr:
    """Why a customer has this rank and stage, what weighs most first."""
    wording = {rule.name: rule.sentence() for rule in policy.categories.rules}
    category, stage = (worded(rows[name], partial(shown_value, name=name)) for name in ("category", "stage"))
    between = text("segmentation.evidence.between_rules")
    rules = worded(rows["rules"], lambda names: between.join(wording.get(n, n) for n in names.split(BETWEEN_RULES)))
    insured = _percent(pl.col("insured_share"))
    share_late = _percent(pl.col("past_due") / pl.col("open_amount"))
    bulk = sentence("collection.reason.bulk", count=rows["stage_days"], share=f"{stages.share_of_stage * 100:g}")
    parts = [
        sentence("collection.reason.past_due", count=rows["oldest_days"], share=share_late),
        pl.when(pl.col("stage_days") < pl.col("oldest_days")).then(bulk),
        pl.when(pl.col("rules") == "")
        .then(sentence("collection.reason.category", category=category))
        .otherwise(sentence("collection.reason.category_by_rules", category=category, rules=rules)),
        pl.when("held").then(sentence("collection.reason.held", stage=stage)),
        pl.when(pl.col("disputed_amount") > 0).then(sentence("collection.reason.disputed")),
        pl.when(insured > 0).then(sentence("collection.reason.insured", share=insured)),
        sentence("collection.reason.promise", day=worded(rows["promise"], day_shown)),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _percent(share: pl.Expr) -> pl.Expr:
    return (share * 100).round(0).cast(pl.Int64)
