"""The worklist: which customers to call first, why, and what the next step is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import first_late_bucket, open_on, with_customers
from arkit.aging.open_items import held_amounts, open_frame
from arkit.calendar import day_of
from arkit.collection.advice import aged_name, listed_items, next_step, old_credits, promised, reasons, with_case
from arkit.model.engine import beside, collect, day_number
from arkit.model.ledger import Ledger
from arkit.model.money import minor_per_unit, to_units
from arkit.model.presented import DOCUMENT_CURRENCY
from arkit.policy import DEFAULT_POLICY, CollectionPolicy, Policy, categories_of
from arkit.segmentation.behaviour import KEYS, lateness, payment_days, short_paid
from arkit.words.catalogue import current_language, speaking, text
from arkit.words.columns import Column, column

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    *"""
    rank customer_id name currency category priority_amount to_collect due_soon open_amount past_due disputed_amount
    unapplied oldest_days stage_days insured_share promise stage next_step items_to_ask reasons collector
    """.split(),
)
ACCOUNT: Final = ["customer_id", "entity", "document_currency"]
_CREDIT: Final = [*ACCOUNT, "credit", "paid"]
ONE: Final = 100_000_000  # weights as whole numbers, so that the order of the rows does not affect a sum
_SUMS: Final = (
    *("asked", "to_collect", "ladder", "short", "weighted", "due_soon", "unapplied", "waiting", "deducted"),
    *("exactly", "in_grace"),
)
# What the payment behaviour says of a customer, beside the category.
_BEHAVIOUR: Final = (
    *("open_amount", "past_due", "disputed_amount", "limit_use", "last_payment", "last_paid", "usual_gap", "rules"),
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
    booked: Ledger | None = None,
) -> pd.DataFrame:
    """The customers to call, one row each, by priority amount, with the items to ask about, the next step and why.

    Formula: ``priority_amount = (1 - insured_share) x sum over items of (to_collect x weight)``. ``to_collect`` is what
    is past due for more than ``grace_days`` and can be asked for, not disputed, promised or in a payment plan
    (``held_by``), less the cash and credits on account for it: to the cent of an item, of two or of the oldest ones,
    else the oldest first. The weight is that of the item's days past due (``weights`` of the policy). ``insured_share``
    is the insured amount / the balance. Customers with something to ask for or to wait for are listed; ties go to the
    older debt.

    There is one next step. The stage is the last one whose days ``stage_days`` has reached: the age that a share of the
    amount to collect has (``share_of_stage``); categories may have a latest stage, and hard stages need an amount and a
    share of the balance (``in_proportion``). But an invoice that was left out while enough later ones are paid is
    clarified, whatever its age; where payments have stopped (``stopped_by``), the management is called, whatever the
    days; and what short payments left is settled with sales, out of the stages. Where that holds, the step also says
    what to apply first, what the insurer asks for, and to hold deliveries above the limit.

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
    booked
        The ledger in document currency, where ``ledger`` is a translated one: payments are matched, and items named, in
        the currency of their documents.

    Returns
    -------
    DataFrame
        ``rank``, the customer, ``category``, ``priority_amount``, ``to_collect``, ``due_soon`` (due within
        ``due_soon_days`` of the policy), ``open_amount``, ``past_due``, ``disputed_amount`` (shown, not collected),
        ``unapplied`` (cash and credits on account), ``oldest_days`` and ``stage_days`` of what is to be collected,
        ``insured_share``, ``promise`` (the next day, where one is running), ``stage`` (none where the step is not to
        ask), ``next_step``, ``items_to_ask``,
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
    items = asked_items(ledger, day, stages=stages, policy=policy, booked=booked)
    rows = _facts(ledger, day, items, categorised, stages)
    with speaking(language or current_language()):
        found = promises(ledger, day, items)
        rows = rows.join(promised(running(found), rows), on=KEYS, how="left")
        rows = rows.join(broken(ledger, day, found), on=KEYS, how="left")
        ranked = _ranked(with_case(rows, stages, policy))
        first = ranked if capacity is None else ranked.filter(pl.col("rank") <= capacity)
        first = first.join(listed_items(items, first), on=KEYS, how="left", maintain_order="left")
        first = first.join(old_credits(items, day, stages), on=KEYS, how="left", maintain_order="left")
        worded = first.with_columns(next_step=next_step(first, stages, day), reasons=reasons(first, stages, policy))
    return worded.with_columns(pl.col("category").cast(pl.Enum(categories_of(categorised)))).select(COLUMNS).to_pandas()


def _facts(
    ledger: Ledger, day: date, items: pl.DataFrame, categorised: pd.DataFrame, stages: CollectionPolicy
) -> pl.DataFrame:
    """What is known of each customer who has something past due: sums, behaviour, insurance, supply."""
    rows = pl.from_pandas(categorised[[*KEYS, "name", "category", *_BEHAVIOUR]])
    rows = rows.with_columns(pl.col("category").cast(pl.String), pl.col("disputed_amount").fill_null(0.0))
    rows = with_customers(rows, ledger, day, ["insured_amount", "limit_currency", "collector"])
    sums = asked_customers(items, stages)
    rows = rows.join(sums, on=KEYS).join(paid_later(ledger, day, sums), on=KEYS, how="left")
    rows = rows.join(supply_stops(ledger, day), on="customer_id", how="left")
    rows = rows.with_columns(pl.col("last_payment").cast(pl.Date), pl.col("usual_gap", "limit_use").fill_nan(None))
    return rows.with_columns(
        insured_share=_insured_share(), paid_days_ago=day_of(day) - day_number("last_payment").cast(pl.Int64)
    )


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Customers in order: by priority amount, ties by age."""
    rows = rows.with_columns(priority_amount=(pl.col("weighted") * (1 - pl.col("insured_share"))).round(2))
    order = {"currency": False, "priority_amount": True, "oldest_days": True, "customer_id": False}
    rows = rows.sort(*order, descending=list(order.values()))
    return rows.with_columns(rank=pl.int_range(1, pl.len() + 1).over("currency"))


def _insured_share() -> pl.Expr:
    covered = pl.when(pl.col("limit_currency") == pl.col("currency")).then(pl.col("insured_amount")).fill_null(0.0)
    share = pl.when(pl.col("open_amount") > 0).then(covered / pl.col("open_amount")).otherwise(0.0)
    return share.clip(0.0, 1.0)


def titles(stages: CollectionPolicy) -> dict[str, Column]:
    """The titles that the settings of the policy are part of.

    >>> from arkit.policy import DEFAULT_POLICY
    >>> titles(DEFAULT_POLICY.stages)["due_soon"].title
    'Due within 14 days'
    """
    return {"due_soon": replace(column("due_soon"), title=text("collection.due_soon", days=stages.due_soon_days))}


def formula_in_words(stages: CollectionPolicy) -> str:
    """The formula of the priority amount with the weights of the policy, as a page prints it.

    >>> from arkit.policy import DEFAULT_POLICY
    >>> formula_in_words(DEFAULT_POLICY.stages)[-96:]
    '(from 0 days 25 %, from 15 days 50 %, from 31 days 75 %, from 61 days 100 %) x share not insured'
    """
    said = [text("collection.weight", count=each.from_days, share=f"{each.weight * 100:g}") for each in stages.weights]
    weights = text("collection.between_weights").join(said)
    return text("collection.formula", grace=stages.grace_days, weights=weights)


# What can be asked for: of each open item, and of each customer


def asked_items(
    ledger: Ledger, day: date, *, stages: CollectionPolicy, policy: Policy, booked: Ledger | None = None
) -> pl.DataFrame:
    """The open items with what of each can be asked for, in minor units.

    Formula: ``asked = open - held`` of what is past due for more than the days of grace; ``deducted`` is what is on
    account for it; ``to_collect = asked - deducted``, ``weighted = to_collect x weight`` of its days past due. Of it
    ``short`` is what short payments left, ``ladder`` the rest, from whose age the stage follows. What falls due within
    ``due_soon_days`` is due soon; what is past due and promised, or in a plan, is ``waiting``; a negative balance is
    ``unapplied``.
    """
    rows = _with_documents(_with_held(ledger, day, stages, policy), day, booked)
    late, owed = pl.col("bucket") >= first_late_bucket(policy), pl.col("open_amount") > 0
    beyond = late & ((pl.col("days_past_due") > stages.grace_days) | (stages.grace_days == 0))
    free = pl.col("open_amount") - pl.col("held")
    rows = rows.with_columns(
        free=pl.when(owed).then(free).otherwise(0),
        asked=pl.when(owed & beyond).then(free).otherwise(0),
        in_grace=pl.when(owed & late & ~beyond).then(free).otherwise(0),
        # A dispute holds back as well, but it is no promise that one would wait for.
        waiting=pl.when(owed & late).then((pl.col("held") - pl.col("in_dispute")).clip(0)).otherwise(0),
        unapplied=(-pl.col("open_amount")).clip(0),
    )
    short = short_paid(ledger, day, policy=policy, stages=stages)["item"]
    rows = rows.with_columns(is_short=(pl.col("asked") > 0) & pl.col("item").is_in(short.implode()))
    # A customer who pays short pays other invoices next, not what was deducted before.
    turn = pl.when(pl.col("asked") == 0).then(2).when("is_short").then(1).otherwise(0)
    off = taken_off(rows.with_columns(asked="free", turn=turn))
    rows = rows.join(off, on="item", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("deducted").fill_null(0), pl.col("exact").fill_null(False))
    return _collectable(rows, stages, late=late)


def _collectable(rows: pl.DataFrame, stages: CollectionPolicy, *, late: pl.Expr) -> pl.DataFrame:
    """The items with what is left to collect, and what is on account for it."""
    soon = ~late & (pl.col("days_past_due") >= -stages.due_soon_days)
    left = pl.col("free") - pl.col("deducted")
    rows = rows.with_columns(
        to_collect=pl.when(pl.col("asked") > 0).then(left).otherwise(0),
        due_soon=pl.when(soon).then(left).otherwise(0),
        deducted=pl.when(pl.col("asked") > 0).then("deducted").otherwise(0),
    )
    amount = pl.col("to_collect")
    return rows.with_columns(
        exactly=pl.when("exact").then("deducted").otherwise(0),
        ladder=pl.when(~pl.col("is_short")).then(amount).otherwise(0),
        short=pl.when("is_short").then(amount).otherwise(0),
        weighted=amount * _weight(stages),
    )


def _with_held(ledger: Ledger, day: date, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """The open items with what flags hold back of each, and what of it is in dispute."""
    rows = open_frame(ledger, day, policy=policy).with_columns(pl.col(*KEYS, "entity").cast(pl.String))
    for name, kinds in (("held", stages.held_by), ("in_dispute", ("dispute",))):
        flagged = held_amounts(ledger, day, *kinds).select("item_id", pl.col("held").alias(name))
        rows = rows.join(flagged, on="item_id", how="left", maintain_order="left")
    held = pl.min_horizontal("open_amount", pl.col("held").fill_null(0))
    return rows.with_columns(held=held, in_dispute=pl.col("in_dispute").fill_null(0))


def _with_documents(rows: pl.DataFrame, day: date, booked: Ledger | None) -> pl.DataFrame:
    """Items with what is open in document currency."""
    if booked is None or DOCUMENT_CURRENCY not in rows.columns:
        return rows.with_columns(document_amount="open_amount", document_currency="currency")
    own = collect(open_on(booked, [day]).select("item", nw.col("open_amount").alias("document_amount")))
    rows = rows.join(own, on="item", how="left", maintain_order="left")
    return rows.with_columns(pl.col("document_amount").fill_null(0), pl.col(DOCUMENT_CURRENCY).cast(pl.String))


def _weight(stages: CollectionPolicy) -> pl.Expr:
    """The weight of an item by its days past due, in parts of ``ONE``."""
    weight = pl.lit(0, pl.Int64)
    for each in stages.weights:
        reached = pl.col("days_past_due") >= each.from_days
        weight = pl.when(reached).then(pl.lit(round(each.weight * ONE), pl.Int64)).otherwise(weight)
    return weight.cast(pl.Int128)


def asked_customers(items: pl.DataFrame, stages: CollectionPolicy) -> pl.DataFrame:
    """The sums of each customer who has something past due, in units, and the ages of it.

    Formula: of what the stage follows from (``ladder``), the oldest first, ``stage_days`` is the age of the item with
    which the amounts reach ``share_of_stage`` of the customer's total. With a share of 20 %, a customer who owes 5 for
    180 days and 995 for 20 days has ``stage_days`` of 20: the 5 is less than 20 % of the 1,000. ``old_amount`` is what
    is as old as that. For each stage that needs an amount, the column of its name has what is old enough for it.
    """
    rows = items.sort("days_past_due", descending=True)
    so_far = pl.col("ladder").cum_sum().over(KEYS).cast(pl.Float64)
    in_ladder = pl.col("ladder") > 0
    reached = (so_far >= stages.share_of_stage * pl.col("ladder").sum().over(KEYS)) & in_ladder
    age, late = pl.col("days_past_due").cast(pl.Int64), (pl.col("asked") > 0) | (pl.col("waiting") > 0)
    rows = rows.with_columns(stage_days=age.filter(reached).max().over(KEYS))
    old = age >= pl.col("stage_days")
    aged = {aged_name(each.stage): each.stage for each in stages.proportions}
    from_days = {stage.name: stage.from_days for stage in stages.stages}
    sums = rows.group_by(KEYS).agg(
        pl.col(_SUMS).sum(),
        *(pl.col("ladder").filter(age >= from_days[stage]).sum().alias(name) for name, stage in aged.items()),
        pl.col("ladder").filter(old).sum().alias("old_amount"),
        pl.coalesce(age.filter(pl.col("to_collect") > 0).max(), age.filter(late).max()).alias("oldest_days"),
        pl.coalesce(pl.col("stage_days").first(), age.filter(late).max()),
        pl.col("due_day").filter(in_ladder).min().alias("first_due"),
        in_ladder.sum().cast(pl.Int64).alias("ladder_items"),
        (pl.col("short") > 0).sum().cast(pl.Int64).alias("short_items"),
    )
    sums = sums.filter((pl.col("asked") > 0) | (pl.col("waiting") > 0))
    whole = (pl.col("weighted") + ONE // 2) // ONE
    return to_units(
        sums.with_columns(weighted=whole.cast(pl.Int64)), dict.fromkeys((*_SUMS, "old_amount", *aged), "currency")
    )


def paid_later(ledger: Ledger, day: date, customers: pl.DataFrame) -> pl.DataFrame:
    """By customer the invoices that fell due after ``first_due`` and are paid: how many, their amount, the last due.

    Who pays what fell due later has left out what fell due before: it is for a reason, and not for want of money.
    """
    rows = lateness(ledger, day).filter(nw.col("paid") == 1)
    rows = rows.join(beside(customers.select(*KEYS, "first_due"), rows), on=list(KEYS), how="inner")
    rows = rows.filter(nw.col("due_day") > nw.col("first_due"))
    sums = collect(
        rows.group_by(*KEYS).agg(
            nw.len().cast(nw.Int64).alias("later_items"),
            nw.col("billed").sum().alias("later_amount"),
            nw.col("due_day").max().alias("later_due"),
        ),
        as_text=KEYS,
    )
    return to_units(sums, {"later_amount": "currency"})


# Cash and credits on account. Nothing is posted: for the worklist alone each is taken off what it most likely pays. A
# payment to the cent of one item, of two, or of the oldest ones together was made for them; of any other nobody knows,
# and the oldest debt comes first.


def taken_off(items: pl.DataFrame) -> pl.DataFrame:
    """By ``item`` what is on account for it: ``deducted`` in minor units, and ``exact``, whether to the cent.

    Formula: within a customer, entity and document currency, each credit first settles an item of its very amount,
    then two items that add up to it, then the oldest items that do; what is left of all reduces the rest, by ``turn``
    and the oldest first.

    Parameters
    ----------
    items
        Open items with ``item``, the account, ``due_day``, ``document_amount`` and ``open_amount`` (minor units; a
        credit is below zero), ``asked`` (what of an item could be asked for, now or later) and ``turn``.
    """
    debts = items.filter(pl.col("asked") > 0).sort("due_day", "item_id")
    credits = items.filter(pl.col("open_amount") < 0).sort("due_day", "item_id")
    credits = credits.select(*ACCOUNT, "open_amount", credit="item", paid=-pl.col("document_amount"))
    debts = debts.join(credits.select(ACCOUNT).unique(), on=ACCOUNT, how="semi", maintain_order="left")
    # What is disputed or promised in part is not what a payment to the cent is for.
    whole, used = debts.filter(pl.col("asked") == pl.col("open_amount")), credits.head(0).select("credit")
    settled = debts.head(0).select("item")
    for matched in (_one_item, _two_items, _oldest_items):
        left = whole.join(settled, on="item", how="anti", maintain_order="left")
        found = matched(left, credits.join(used, on="credit", how="anti", maintain_order="left").select(_CREDIT))
        settled, used = pl.concat([settled, found.select("item")]), pl.concat([used, found.select("credit").unique()])
    exact = debts.join(settled, on="item", how="semi").select("item", deducted="asked", exact=pl.lit(True))
    rest = debts.join(settled, on="item", how="anti")
    return pl.concat([exact, _oldest_first(rest, credits.join(used, on="credit", how="anti"))])


def _one_item(debts: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Credits with the item of their very amount; of several alike the first with the first."""
    alike = [*ACCOUNT, "paid"]
    debts = debts.with_columns(paid="document_amount")
    numbered = [rows.with_columns(number=pl.int_range(pl.len()).over(alike)) for rows in (debts, credits)]
    return numbered[0].join(numbered[1], on=[*alike, "number"]).select("item", "credit")


def _two_items(debts: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Credits with two items that add up to them.

    The second is looked up by what the first leaves, so the work is credits x items, not items x items.
    """
    first = credits.join(debts.select(*ACCOUNT, "item", "document_amount"), on=ACCOUNT)
    second = debts.select(*ACCOUNT, other="item", rest="document_amount")
    pairs = first.with_columns(rest=pl.col("paid") - pl.col("document_amount")).join(second, on=[*ACCOUNT, "rest"])
    pairs = (
        pairs.filter(pl.col("item") < pl.col("other")).sort("credit", "item", "other").unique("credit", keep="first")
    )
    # An item is paid once: of two pairs that share one, that of the earlier credit stands.
    rows = pl.concat([pairs.select("credit", "item"), pairs.select("credit", item="other")])
    taken = pl.col("credit") != pl.col("credit").min().over("item")
    return rows.filter(~taken.any().over("credit")).select("item", "credit")


def _oldest_items(debts: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Credits with the oldest items that add up to them, one of each account."""
    running = debts.with_columns(paid=pl.col("document_amount").cum_sum().over(ACCOUNT))
    ends = running.join(credits, on=[*ACCOUNT, "paid"]).sort("paid", "credit").unique(ACCOUNT, keep="first")
    ends = ends.select(*ACCOUNT, "credit", end="paid")
    return running.join(ends, on=ACCOUNT).filter(pl.col("paid") <= pl.col("end")).select("item", "credit")


def _oldest_first(debts: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """What is left of the credits, off the debts in their turn."""
    left = credits.group_by(ACCOUNT).agg(left=-pl.col("open_amount").sum())
    rows = debts.join(left, on=ACCOUNT).sort("turn", "due_day", "item_id")
    before = (pl.col("asked").cum_sum() - pl.col("asked")).over(ACCOUNT)
    deducted = pl.min_horizontal("asked", (pl.col("left") - before).clip(0))
    rows = rows.with_columns(deducted=deducted, exact=pl.lit(False)).filter(pl.col("deducted") > 0)
    return rows.select("item", "deducted", "exact")


# What flags say: promises that run, promises that were broken, stops of supply


def promises(ledger: Ledger, day: date, items: pl.DataFrame) -> pl.DataFrame:
    """Every promise about an open item, or all items of a customer: of whom, from when, for which day, how much.

    ``amount`` is in minor units; without one stated, what is open of the item, and nothing for a customer. ``runs`` is
    whether its day is still to come.
    """
    marks = ledger.frames.marks.filter((pl.col("kind").cast(pl.String) == "promise") & (pl.col("from") <= day))
    marks = marks.with_columns(pl.col("customer_id", "item_id").cast(pl.String)).drop_nulls("promised_on")
    # One that was taken back before its day is neither running nor broken.
    marks = marks.filter(pl.col("to").is_null() | (pl.col("to") >= pl.min_horizontal("promised_on", pl.lit(day))))
    owed = items.filter(pl.col("open_amount") > 0)
    of_item = marks.drop("customer_id").join(owed.select("item", "item_id", *KEYS, "open_amount"), on="item_id")
    of_customer = marks.filter(pl.col("item_id").is_null()).join(owed.select(KEYS).unique(), on="customer_id")
    rows = pl.concat([of_item, of_customer], how="diagonal_relaxed")
    unit = minor_per_unit(pl.col("currency"), rows["currency"])
    stated = (pl.col("amount") * unit).round().cast(pl.Int64)
    amount = pl.when(pl.col("open_amount").is_null()).then(stated).otherwise(pl.min_horizontal("open_amount", stated))
    return rows.select(
        *KEYS,
        "item",
        "promised_on",
        since=day_number("from"),
        until=day_number("promised_on"),
        runs=pl.col("promised_on") >= day,
        amount=amount,
    )


def running(found: pl.DataFrame) -> pl.DataFrame:
    """By customer and day what is promised for it, in minor units, the next day first."""
    rows = found.filter("runs").group_by(*KEYS, "promised_on")
    known = pl.col("amount").is_not_null().all()
    return rows.agg(amount=pl.when(known).then(pl.col("amount").sum())).sort(*KEYS, "promised_on")


def broken(ledger: Ledger, day: date, found: pl.DataFrame) -> pl.DataFrame:
    """By customer the promises whose day has passed without the payment: how many, the last day and its amount.

    Kept is a promise about an item on which as much was paid from the day of the promise to the day promised, and one
    of a customer where the customer paid as much. Promises about items that are paid by now are over.
    """
    past = found.filter(~pl.col("runs")).with_row_index("promise")
    paid = pl.concat([_paid_on_items(ledger, day, past), _paid_by_customers(ledger, day, past)])
    past = past.join(paid.group_by("promise").agg(pl.col("paid").sum()), on="promise", how="left")
    kept = pl.col("paid").fill_null(0) >= pl.max_horizontal(pl.col("amount").fill_null(1), pl.lit(1))
    rows = past.filter(~kept).sort("promised_on")
    last = {"broken_on": pl.col("promised_on").last(), "broken_amount": pl.col("amount").last()}
    table = rows.group_by(KEYS, maintain_order=True).agg(broken=pl.len().cast(pl.Int64), **last)
    return to_units(table, {"broken_amount": "currency"})


def _paid_on_items(ledger: Ledger, day: date, past: pl.DataFrame) -> pl.DataFrame:
    """What was paid on the item of each promise from its day to the day promised."""
    rows = ledger.scan("entries").filter(nw.col("amount") < 0, nw.col("effective_on") <= day)
    rows = rows.join(beside(past.drop_nulls("item").select("item").unique(), rows), on="item", how="inner")
    paid = collect(rows.select("item", nw.col("effective_day").alias("day"), (-nw.col("amount")).alias("paid")))
    return _in_time(past.drop_nulls("item").join(paid, on="item"))


def _paid_by_customers(ledger: Ledger, day: date, past: pl.DataFrame) -> pl.DataFrame:
    """What the customer of each promise about no item paid from its day to the day promised."""
    own = past.filter(pl.col("item").is_null())
    return _in_time(own.join(collect(payment_days(ledger, day), as_text=KEYS), on=KEYS))


def _in_time(rows: pl.DataFrame) -> pl.DataFrame:
    in_time = (pl.col("day") >= pl.col("since")) & (pl.col("day") <= pl.col("until"))
    return rows.filter(in_time).select("promise", pl.col("paid").cast(pl.Int64))


def supply_stops(ledger: Ledger, day: date) -> pl.DataFrame:
    """By customer since when supply is on hold."""
    marks = ledger.frames.marks.filter(pl.col("kind").cast(pl.String) == "hold")
    now = (pl.col("from") <= day) & (pl.col("to").is_null() | (pl.col("to") > day))
    rows = marks.filter(now).drop_nulls("customer_id")
    return rows.group_by(pl.col("customer_id").cast(pl.String)).agg(hold_since=pl.col("from").max())
