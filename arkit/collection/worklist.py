"""The worklist: which customers to call first, why, and what the next step is."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import first_late_bucket, with_customers
from arkit.aging.open_items import held_amounts, open_frame
from arkit.model.engine import beside, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, CollectionPolicy, Policy, Proportion, categories_of
from arkit.segmentation.behaviour import KEYS, least
from arkit.segmentation.categories import BETWEEN_RULES, sentence, worded
from arkit.words.catalogue import current_language, speaking, text
from arkit.words.columns import day_shown, number_shown, shown_value

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    *"""
    rank customer_id name currency category priority_amount to_collect due_soon open_amount past_due disputed_amount
    unapplied oldest_days stage_days insured_share promise stage next_step items_to_ask reasons collector
    """.split(),
)
SHOWN_ITEMS: Final = 3
SMALL: Final = 100
ONE: Final = 100_000_000  # weights as whole numbers, so that the order of the rows does not affect a sum
_SUMS: Final = ("to_collect", "weighted", "due_soon", "unapplied", "waiting")


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
    """The customers to call, one row each, by priority amount, with the items to ask about, the next step and why.

    Formula: ``priority_amount = (1 - insured_share) x sum over items of (to_collect x weight)``. ``to_collect`` is what
    is past due and can be asked for: not disputed, promised or in a payment plan (``held_by``). The weight is that of
    the item's days past due (``weights`` of the policy). ``insured_share`` is the insured amount / the balance.
    Customers with something to collect or to wait for are listed; ties go to the older debt. The stage is the last one
    whose days ``stage_days`` has reached: the age that a share of the amount to collect has (``share_of_stage``), so
    that neither a forgotten cent nor a disputed invoice makes a lawsuit; categories may have a latest stage, and hard
    stages need an amount and a share of the balance (``in_proportion``): below them the step concerns the items.

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
        The stages and weights; by default those of the policy.
    policy
        What is past due, the stages, and the latest stage of each category.
    language
        Of next step and reasons: ``en``, ``ru`` or ``zh``; by default that of the page.

    Returns
    -------
    DataFrame
        ``rank``, the customer, ``category``, ``priority_amount``, ``to_collect``, ``due_soon`` (due within
        ``due_soon_days`` of the policy), ``open_amount``, ``past_due``, ``disputed_amount`` (shown, not collected),
        ``unapplied`` (cash and credits on account), ``oldest_days`` and ``stage_days`` of what is to be collected,
        ``insured_share``, ``promise`` (day, where one is running), ``stage``, ``next_step``, ``items_to_ask``,
        ``reasons`` and ``collector``. Ranks are by currency: amounts of two are never compared.

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
    Collection priorities by amount and age; in place of the weights a chance of payment may be learned.
    """
    day, policy = ledger.require(as_of), policy or DEFAULT_POLICY
    stages = stages or policy.stages
    items = asked_items(ledger, day, stages=stages, policy=policy)
    rows = pl.from_pandas(categorised).drop("oldest_days")
    rows = rows.with_columns(pl.col("category").cast(pl.String), pl.col("disputed_amount").fill_null(0.0))
    rows = with_customers(rows, ledger, day, ["insured_amount", "limit_currency", "collector"])
    rows = rows.join(_by_customer(items, stages), on=KEYS).with_columns(insured_share=_insured_share())
    ranked = _ranked(rows.join(_promises(ledger, day), on="customer_id", how="left"))
    first = ranked if capacity is None else ranked.filter(pl.col("rank") <= capacity)
    with speaking(language or current_language()):
        staged = _with_stage(first, stages, policy).join(_items_to_ask(items, first), on=KEYS, how="left")
        worded = staged.with_columns(next_step=_next_step(staged, stages))
        worded = worded.with_columns(reasons=_reasons(worded, stages, policy))
    return worded.with_columns(pl.col("category").cast(pl.Enum(categories_of(categorised)))).select(COLUMNS).to_pandas()


def asked_items(ledger: Ledger, day: date, *, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """The open items with what of each can be asked for, in minor units: ``to_collect``, ``weighted``, ``due_soon``.

    Formula: ``asked = open - held``; what is past due of it is to collect, ``weighted = to_collect x weight`` of its
    days past due; what falls due within ``due_soon_days`` is due soon; what is past due and promised, or in a plan, is
    ``waiting``; a negative balance is ``unapplied``.
    """
    held = held_amounts(ledger, day, *stages.held_by).select("item_id", "held")
    disputed = held_amounts(ledger, day, "dispute").select("item_id", pl.col("held").alias("in_dispute"))
    rows = open_frame(ledger, day, policy=policy).with_columns(pl.col(KEYS).cast(pl.String))
    rows = rows.join(held, on="item_id", how="left").join(disputed, on="item_id", how="left")
    late = pl.col("bucket") >= first_late_bucket(policy)
    owed, soon = pl.col("open_amount") > 0, pl.col("days_past_due") >= -stages.due_soon_days
    held_back = pl.min_horizontal("open_amount", pl.col("held").fill_null(0))
    asked = pl.col("open_amount") - held_back
    # A dispute holds back as well, but it is no promise that one would wait for.
    waits = (held_back - pl.col("in_dispute").fill_null(0)).clip(0)
    rows = rows.with_columns(
        to_collect=pl.when(owed & late).then(asked).otherwise(0),
        due_soon=pl.when(owed & ~late & soon).then(asked).otherwise(0),
        waiting=pl.when(owed & late).then(waits).otherwise(0),
        unapplied=(-pl.col("open_amount")).clip(0),
    )
    return rows.with_columns(weighted=pl.col("to_collect") * _weight(stages))


def _weight(stages: CollectionPolicy) -> pl.Expr:
    """The weight of an item by its days past due, in parts of ``ONE``."""
    weight = pl.lit(0, pl.Int64)
    for each in stages.weights:
        reached = pl.col("days_past_due") >= each.from_days
        weight = pl.when(reached).then(pl.lit(round(each.weight * ONE), pl.Int64)).otherwise(weight)
    return weight.cast(pl.Int128)


def _by_customer(items: pl.DataFrame, stages: CollectionPolicy) -> pl.DataFrame:
    """The sums of each customer who has something to collect or to wait for, in units, and the ages of it.

    Formula: of what is to be collected, the oldest first, ``stage_days`` is the age of the item with which the amounts
    reach ``share`` of the customer's total. With a share of 20 %, a customer who owes 5 for 180 days and 995 for 20
    days has ``stage_days`` of 20: the 5 is less than 20 % of the 1,000. For each stage that needs an amount, the column
    of its name has what is old enough for it.
    """
    share = stages.share_of_stage
    rows = items.sort("days_past_due", descending=True)
    so_far = pl.col("to_collect").cum_sum().over(KEYS).cast(pl.Float64)
    reached = (so_far >= share * pl.col("to_collect").sum().over(KEYS)) & (pl.col("to_collect") > 0)
    age, asked = pl.col("days_past_due").cast(pl.Int64), pl.col("to_collect") > 0
    late = asked | (pl.col("waiting") > 0)
    needing = {each.stage for each in stages.proportions}
    hard = {each.name: each.from_days for each in stages.stages if each.name in needing}
    sums = (
        rows.with_columns(reached=reached)
        .group_by(KEYS)
        .agg(
            pl.col(_SUMS).sum(),
            *(pl.col("to_collect").filter(age >= days).sum().alias(_aged(name)) for name, days in hard.items()),
            pl.coalesce(age.filter(asked).max(), age.filter(late).max()).alias("oldest_days"),
            pl.coalesce(age.filter("reached").max(), age.filter(late).max()).alias("stage_days"),
        )
    )
    sums = sums.filter((pl.col("to_collect") > 0) | (pl.col("waiting") > 0))
    whole = (pl.col("weighted") + ONE // 2) // ONE
    return to_units(
        sums.with_columns(weighted=whole.cast(pl.Int64)), dict.fromkeys((*_SUMS, *map(_aged, hard)), "currency")
    )


def _aged(stage: str) -> str:
    """The column of what is old enough for a stage."""
    return f"aged_{stage}"


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Customers in order: by priority amount, ties by age."""
    rows = rows.with_columns(priority_amount=(pl.col("weighted") * (1 - pl.col("insured_share"))).round(2))
    order = {"currency": False, "priority_amount": True, "oldest_days": True, "customer_id": False}
    rows = rows.sort(*order, descending=list(order.values()))
    return rows.with_columns(rank=pl.int_range(1, pl.len() + 1).over("currency"))


def _items_to_ask(items: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Of some customers the items to ask about in words, what weighs most first, and the largest of the old ones.

    Old are those of ``stage_days`` and more: ``old_item``, and ``old_items``, how many there are beside it.
    """
    rows = items.filter(pl.col("to_collect") > 0).join(customers.select(*KEYS, "stage_days"), on=KEYS)
    rows = rows.sort("weighted", "days_past_due", "item_id", descending=[True, True, False])
    old, place = pl.col("days_past_due") >= pl.col("stage_days"), pl.int_range(pl.len()).over(KEYS)
    largest = old & (pl.col("to_collect") == pl.col("to_collect").filter(old).max().over(KEYS))
    more, others = pl.len().cast(pl.Int64).over(KEYS) - SHOWN_ITEMS, old.cast(pl.Int64).sum().over(KEYS) - 1
    rows = rows.with_columns(place=place, largest=largest, more=more, old_items=others)
    shown = to_units(rows.filter((pl.col("place") < SHOWN_ITEMS) | pl.col("largest")), {"to_collect": "currency"})
    shown = shown.with_columns(said=_item_in_words(shown))
    between = text("collection.between_items")
    first = shown.filter(pl.col("place") < SHOWN_ITEMS).group_by(KEYS, maintain_order=True)
    listed = first.agg(pl.col("said").str.join(between), pl.col("more").first())
    further = sentence("collection.more_items", count=listed["more"], more=pl.col("more"))
    further = pl.when(pl.col("more") > 0).then(further)
    listed = listed.select(
        *KEYS, pl.concat_str("said", further, separator=between, ignore_nulls=True).alias("items_to_ask")
    )
    oldest = shown.filter("largest").unique(KEYS, keep="first", maintain_order=True)
    return listed.join(oldest.select(*KEYS, "old_items", pl.col("said").alias("old_item")), on=KEYS, how="left")


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


def _item_in_words(rows: pl.DataFrame) -> pl.Expr:
    """An item with what to collect of it and its age."""
    amount = _amount(rows, "to_collect")
    return sentence("collection.item", count=rows["days_past_due"], number=pl.col("item_id"), amount=amount)


def _amount(rows: pl.DataFrame, name: str) -> pl.Expr:
    """An amount within a sentence: whole units, of small ones two places."""
    return worded(rows[name], lambda value: number_shown(value, places=0 if value >= SMALL else 2))


def _with_stage(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """Rows with the last stage that is reached, or an earlier one, and why that is so.

    ``held`` is earlier by the latest stage of the category, ``too_little`` by the amount and share that stages need;
    ``of_items`` where all that is to be collected is too little for any of them. Where there is nothing to ask for,
    there is no stage.
    """
    last = len(stages.names) - 1
    reached = pl.sum_horizontal((pl.col("stage_days") >= stage.from_days).cast(pl.Int32) for stage in stages.stages) - 1
    latest = policy.latest_stages(stages)
    bound = pl.col("category").replace_strict(latest, default=last, return_dtype=pl.Int32)
    allowed = pl.min_horizontal(reached, bound)
    first_hard = min([last + 1, *(stages.names.index(each.stage) for each in stages.proportions)])
    in_proportion = [_place_if_enough(each, stages, allowed) for each in stages.proportions]
    in_all = [_is_enough(each, pl.col("to_collect")) for each in stages.proportions]
    # Overdue from day 0 on is overdue before the first stage: the first step all the same.
    place = pl.max_horizontal(pl.min_horizontal(allowed, pl.lit(first_hard - 1)), *in_proportion).clip(0)
    asks = (pl.col("to_collect") > 0) & ~_is_covered(stages)
    stage = (
        pl.when(asks).then(place).replace_strict(dict(enumerate(stages.names)), default=None, return_dtype=pl.String)
    )
    return rows.with_columns(
        stage=stage,
        held=asks & (reached > bound) & (place == bound),
        too_little=asks & (allowed > place),
        of_items=asks & (allowed > place) & ~pl.any_horizontal(pl.lit(False), *in_all),
    )


def _place_if_enough(proportion: Proportion, stages: CollectionPolicy, allowed: pl.Expr) -> pl.Expr:
    """The place of a stage that is reached, where enough is old enough for it."""
    place = stages.names.index(proportion.stage)
    return pl.when(_is_enough(proportion, pl.col(_aged(proportion.stage))) & (allowed >= place)).then(place)


def _is_enough(proportion: Proportion, amount: pl.Expr) -> pl.Expr:
    return (amount >= least(proportion.least_amount)) & (amount >= proportion.least_share * pl.col("open_amount"))


def _next_step(rows: pl.DataFrame, stages: CollectionPolicy) -> pl.Expr:
    """What to do next: wait, apply what is on account, or ask; and the insurer's terms where there is insurance."""
    asked, unapplied = pl.col("to_collect"), pl.col("unapplied")
    by_promise = pl.col("promise").is_not_null()
    wait = pl.when(by_promise).then(_said("promise")).otherwise(_said("plan"))
    is_part = (unapplied > 0) & ~_is_covered(stages) & (unapplied >= stages.apply_first_share * asked)
    step = pl.when(asked <= 0).then(wait).when(_is_covered(stages)).then(_said("covered"))
    parts = [
        pl.when(is_part).then(_said("apply_first")),
        step.otherwise(_step_of_stage(rows, stages)),
        pl.when(pl.col("insured_share") > 0).then(_said("insured")),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _is_covered(stages: CollectionPolicy) -> pl.Expr:
    """Whether cash and credits on account cover what is to be collected, but for a part not worth a call."""
    return pl.col("unapplied") >= (1 - stages.apply_first_share) * pl.col("to_collect")


def _said(step: str) -> pl.Expr:
    return pl.lit(text(f"collection.step.{step}"))


def _step_of_stage(rows: pl.DataFrame, stages: CollectionPolicy) -> pl.Expr:
    """What the stage asks for; to clarify the items where too little is to be collected for a hard step."""
    steps = {stage.name: stage.sentence() for stage in stages.stages}
    old_item = pl.col("old_item")
    item = sentence("collection.step.item", item=old_item)
    items = sentence("collection.step.items", count=rows["old_items"], item=old_item)
    clarify = pl.when(pl.col("old_items") > 0).then(items).otherwise(item)
    of_stage = pl.col("stage").replace_strict(steps, default=None, return_dtype=pl.String)
    return pl.when("of_items").then(clarify).otherwise(of_stage)


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
        pl.when("too_little").then(sentence("collection.reason.too_little", stage=stage)),
        pl.when(pl.col("disputed_amount") > 0).then(sentence("collection.reason.disputed")),
        pl.when(insured > 0).then(sentence("collection.reason.insured", share=insured)),
        sentence("collection.reason.promise", amount=_amount(rows, "waiting"), day=worded(rows["promise"], day_shown)),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def formula_in_words(stages: CollectionPolicy) -> str:
    """The formula of the priority amount with the weights of the policy, as a page prints it.

    >>> from arkit.policy import DEFAULT_POLICY
    >>> formula_in_words(DEFAULT_POLICY.stages)[-96:]
    '(from 0 days 25 %, from 15 days 50 %, from 31 days 75 %, from 61 days 100 %) x share not insured'
    """
    said = [text("collection.weight", count=each.from_days, share=f"{each.weight * 100:g}") for each in stages.weights]
    return text("collection.formula", weights=text("collection.between_weights").join(said))


def _percent(share: pl.Expr) -> pl.Expr:
    return (share * 100).round(0).cast(pl.Int64)
