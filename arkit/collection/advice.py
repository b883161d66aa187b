"""The one advice of a customer: which case it is, the stage that may be taken, what to do next and why."""

from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import polars as pl

from arkit.calendar import day_of
from arkit.model.money import to_units
from arkit.policy import CollectionPolicy, Policy, Proportion
from arkit.segmentation.behaviour import KEYS, least
from arkit.segmentation.categories import BETWEEN_RULES, sentence, worded
from arkit.words.catalogue import text
from arkit.words.columns import day_shown, number_shown, shown_value

SMALL: Final = 100
SHOWN_ITEMS: Final = 3
SHOWN_USE: Final = 0.8
_OLDEST: Final = ["days_past_due", "to_collect", "item_id"]
WAIT: Final = "wait"
COVERED: Final = "covered"
CLARIFY: Final = "clarify"
STOPPED: Final = "stopped"
DEDUCTIONS: Final = "deductions"
STAGE: Final = "stage"


def with_case(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """Rows with the ``case``, from which next step and reasons follow, and the ``stage`` that may be taken.

    Cases, the first that holds: ``wait`` (all is promised or in a plan), ``covered`` (what is on account covers it),
    ``deductions`` (nothing but short payments), ``stopped`` (payments have stopped, and no harder stage is reached),
    ``clarify`` (invoices were left out while later ones were paid, or too little is to be collected for the hard stage
    of its age) and ``stage``. ``held`` is a stage earlier by the latest stage of the category, ``too_little`` by the
    amount and share that stages need.
    """
    rows = rows.with_columns(_stops(stages), _pays(stages)).with_columns(_left_out(stages))
    rows = _with_places(rows, stages, policy)
    hard, mild = _first_hard(stages), _first_hard(stages) - 1
    about_few = pl.col("ladder_items") <= stages.few_items
    left_out = pl.col("left_out") & ((pl.col("reached") >= hard) | ((pl.col("reached") >= mild) & about_few))
    clarify = left_out | pl.col("of_items")
    calls = stages.place_of(stages.stopped_stage)
    stopped = pl.col("stops") & (pl.col("place") <= calls) & (calls < len(stages.names))
    case = (
        pl.when(pl.col("asked") <= 0)
        .then(pl.lit(WAIT))
        .when(is_covered(stages))
        .then(pl.lit(COVERED))
        .when(pl.col("ladder") <= 0)
        .then(pl.lit(DEDUCTIONS))
        .when(stopped)
        .then(pl.lit(STOPPED))
        .when(clarify)
        .then(pl.lit(CLARIFY))
        .otherwise(pl.lit(STAGE))
    )
    # A question about an invoice is no visit and no lawsuit.
    asked = pl.when(pl.col("case") == CLARIFY).then(pl.min_horizontal("place", pl.lit(max(mild, 0))))
    place = asked.when(pl.col("case") == STOPPED).then(calls).otherwise("place")
    rows = rows.with_columns(case=case).with_columns(place=place.cast(pl.Int32))
    asks = pl.col("case").is_in([CLARIFY, STOPPED, STAGE])
    names = dict(enumerate(stages.names))
    return rows.with_columns(
        stage=pl.when(asks).then(pl.col("place").replace_strict(names, default=None, return_dtype=pl.String)),
        held=(pl.col("case") == STAGE) & pl.col("held"),
        too_little=(pl.col("case") == STAGE) & pl.col("too_little"),
    )


def _stops(stages: CollectionPolicy) -> pl.Expr:
    """Whether a rule fired by which payments have stopped."""
    fired = pl.col("rules").fill_null("").str.split(BETWEEN_RULES)
    return fired.list.set_intersection(list(stages.stopped_by)).list.len().gt(0).alias("stops")


def _pays(stages: CollectionPolicy) -> pl.Expr:
    """Whether the last payment is no longer ago than usual."""
    usual = pl.max_horizontal(pl.lit(stages.recent_days), stages.recent_gaps * pl.col("usual_gap"))
    return (pl.col("paid_days_ago") <= usual).fill_null(False).alias("pays")


def _left_out(stages: CollectionPolicy) -> pl.Expr:
    """Whether the oldest item was left out: enough of what fell due later is paid, by one who pays."""
    many = pl.col("later_items") >= stages.skipped_items
    large = (pl.col("later_items") >= stages.skipped_items_of_amount) & (pl.col("later_amount") >= pl.col("ladder"))
    return ((many | large).fill_null(False) & pl.col("pays") & ~pl.col("stops")).alias("left_out")


def _with_places(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.DataFrame:
    """Rows with the place of the stage ``reached`` by age, and the ``place`` that the amounts and category allow.

    ``of_items`` is where all that is to be collected is too little for any hard stage.
    """
    last, hard = len(stages.names) - 1, _first_hard(stages)
    reached = pl.sum_horizontal((pl.col("stage_days") >= stage.from_days).cast(pl.Int32) for stage in stages.stages) - 1
    bound = pl.col("category").replace_strict(policy.latest_stages(stages), default=last, return_dtype=pl.Int32)
    allowed = pl.min_horizontal(reached, bound)
    in_proportion = [_place_if_enough(each, stages, allowed) for each in stages.proportions]
    in_all = [_is_enough(each, pl.col("ladder")) for each in stages.proportions]
    # Overdue from day 0 on is overdue before the first stage: the first step all the same.
    place = pl.max_horizontal(pl.min_horizontal(allowed, pl.lit(hard - 1)), *in_proportion).clip(0)
    # Who promised was spoken to: a letter would be a step back.
    spoken = stages.place_of(stages.broken_stage)
    place = (
        pl.when((pl.col("broken") > 0) & (spoken <= last))
        .then(pl.max_horizontal(place, pl.lit(spoken)))
        .otherwise(place)
    )
    return rows.with_columns(
        reached=reached,
        place=place,
        held=(reached > bound) & (place == bound),
        too_little=allowed > place,
        of_items=(allowed > place) & ~pl.any_horizontal(pl.lit(False), *in_all),
    )


def _first_hard(stages: CollectionPolicy) -> int:
    """The place of the first stage that needs an amount and a share; after the last one where none does."""
    return min([len(stages.names), *(stages.names.index(each.stage) for each in stages.proportions)])


def _place_if_enough(proportion: Proportion, stages: CollectionPolicy, allowed: pl.Expr) -> pl.Expr:
    """The place of a stage that is reached, where enough is old enough for it."""
    place = stages.names.index(proportion.stage)
    return pl.when(_is_enough(proportion, pl.col(aged_name(proportion.stage))) & (allowed >= place)).then(place)


def _is_enough(proportion: Proportion, amount: pl.Expr) -> pl.Expr:
    return (amount >= least(proportion.least_amount)) & (amount >= proportion.least_share * pl.col("open_amount"))


def is_covered(stages: CollectionPolicy) -> pl.Expr:
    """Whether what is on account covers what is past due, but for a part not worth a call."""
    covers = pl.col("to_collect") <= stages.apply_first_share * pl.col("asked")
    return (pl.col("deducted") > 0) & covers


def next_step(rows: pl.DataFrame, stages: CollectionPolicy, day: date) -> pl.Expr:
    """What to do next: first what costs nothing, then the step of the case, then insurer and supply."""
    large = pl.col("deducted") >= stages.apply_first_share * pl.col("asked")
    first = (pl.col("deducted") > 0) & large & (pl.col("case") != COVERED)
    parts = [
        pl.when(first).then(sentence("collection.step.apply_first", amount=amount(rows, "deducted"))),
        pl.when((pl.col("short") > 0) & (pl.col("case") != COVERED)).then(_deductions(rows)),
        _step_of_case(rows, stages),
        pl.when(pl.col("insured_share") > 0).then(_insurer(rows, stages, day)),
        _supply(rows, stages),
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _said(step: str) -> pl.Expr:
    return pl.lit(text(f"collection.step.{step}"))


def _deductions(rows: pl.DataFrame) -> pl.Expr:
    return sentence("collection.step.deductions", count=rows["short_items"], amount=amount(rows, "short"))


def _step_of_case(rows: pl.DataFrame, stages: CollectionPolicy) -> pl.Expr:
    """The step of the case; beside short payments, of what is left."""
    steps = {stage.name: stage.sentence() for stage in stages.stages}
    of_stage = pl.col("stage").replace_strict(steps, default=None, return_dtype=pl.String)
    rest = sentence("collection.step.rest", amount=amount(rows, "ladder"), step=of_stage)
    clarify = sentence("collection.step.clarify", count=rows["clarified_items"], items=pl.col("clarified"))
    of_wait = pl.when(pl.col("promise").is_not_null()).then(_said("promise")).otherwise(_said("plan"))
    steps_of_case = {
        WAIT: of_wait,
        COVERED: _said("covered"),
        CLARIFY: clarify,
        STOPPED: _said("stopped"),
        STAGE: pl.when(pl.col("short") > 0).then(rest).otherwise(of_stage),
    }
    return pl.coalesce(pl.when(pl.col("case") == case).then(step) for case, step in steps_of_case.items())


def _insurer(rows: pl.DataFrame, stages: CollectionPolicy, day: date) -> pl.Expr:
    """What the insurance asks for: the consent to hard steps, notice in time, and the claim."""
    asks = pl.col("case").is_in([CLARIFY, STOPPED, STAGE])
    hard = (pl.col("case") == STAGE) & (pl.col("place") >= stages.place_of(stages.consent_from))
    late = pl.col("stage_days") >= stages.claim_after_days
    stopped = pl.col("case") == STOPPED
    calls = pl.col("place") >= stages.place_of(stages.stopped_stage)
    notice = pl.when(asks & late).then(_said("claim")).when(stopped).then(_said("notify_now"))
    notice = notice.when(asks & calls).then(_notice(rows, stages, day))
    consent = pl.when(hard).then(_said("consent"))
    both = pl.concat_str([consent, notice], separator=" ", ignore_nulls=True)
    return pl.when(both != "").then(both)


def _notice(rows: pl.DataFrame, stages: CollectionPolicy, day: date) -> pl.Expr:
    """Until when the insurer is to be told, where the policy knows the period; else to look it up."""
    if (period := stages.insurer_notice_days) is None:
        return _said("notice")
    until = worded(rows["stage_days"], lambda days: day_shown(day + timedelta(days=period - days)))
    return (
        pl.when(pl.col("stage_days") > period)
        .then(_said("notify_now"))
        .otherwise(sentence("collection.step.notice_until", day=until))
    )


def _supply(rows: pl.DataFrame, stages: CollectionPolicy) -> pl.Expr:
    """To hold deliveries: above the limit, where payments have stopped, and beside hard steps; unless they are held."""
    asks = pl.col("case").is_in([CLARIFY, STOPPED, STAGE])
    over = pl.col("limit_use") > stages.full_limit_use
    hard = pl.col("place") >= stages.place_of(stages.consent_from)
    free = pl.col("hold_since").is_null() & asks
    soon = pl.when(pl.col("due_soon") > 0).then(amount(rows, "due_soon"))
    use = percent(pl.col("limit_use"))
    over_limit = pl.coalesce(
        sentence("collection.step.hold_over_limit_soon", use=use, amount=soon, days=str(stages.due_soon_days)),
        sentence("collection.step.hold_over_limit", use=use),
    )
    stops = (pl.col("case") == STOPPED) | ((pl.col("case") == STAGE) & (hard | pl.col("stops")))
    return pl.when(free & over.fill_null(False)).then(over_limit).when(free & stops).then(_said("hold"))


def aged_name(stage: str) -> str:
    """The column of what is old enough for a stage."""
    return f"aged_{stage}"


def amount(rows: pl.DataFrame, name: str) -> pl.Expr:
    """An amount within a sentence: whole units, of small ones two places."""
    return worded(rows[name], lambda value: number_shown(value, places=0 if abs(value) >= SMALL else 2))


def percent(share: pl.Expr) -> pl.Expr:
    """A share in per cent, to whole ones."""
    return (share * 100).round(0).cast(pl.Int64)


# Why, and which items to ask about


def listed_items(items: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """By customer the ``items_to_ask``, the oldest first and short payments as one, and those to be ``clarified``.

    Clarified are the items that fell due before the latest one that is paid; where nothing later is paid, those of
    ``stage_days`` and more.
    """
    known = customers.select(*KEYS, "stage_days", "later_due", "left_out")
    rows = items.filter(pl.col("to_collect") > 0).join(known, on=KEYS)
    rows = to_units(rows, {"to_collect": "currency", "document_amount": "document_currency"})
    before = pl.when("left_out").then(pl.col("due_day") < pl.col("later_due"))
    rows = rows.with_columns(clarified=pl.coalesce(before, pl.col("days_past_due") >= pl.col("stage_days")))
    asked = rows.filter(~pl.col("is_short")).sort(_OLDEST, descending=[True, True, False])
    listed = _in_words(asked, customers).join(_short_in_words(rows), on=KEYS, how="full", coalesce=True)
    items_to_ask = pl.concat_str("said", "short_said", separator=text("collection.between_items"), ignore_nulls=True)
    clarified = _in_words(asked.filter("clarified"), customers)
    clarified = clarified.select(*KEYS, pl.col("said").alias("clarified"), pl.col("number").alias("clarified_items"))
    return listed.select(*KEYS, items_to_ask=items_to_ask).join(clarified, on=KEYS, how="left")


def _in_words(rows: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """By customer the first items in words, and how many there are beside them."""
    rows = rows.with_columns(place=pl.int_range(pl.len()).over(KEYS), number=pl.len().cast(pl.Int64).over(KEYS))
    shown = rows.filter(pl.col("place") < SHOWN_ITEMS)
    shown = shown.with_columns(said=_item_in_words(shown))
    between = text("collection.between_items")
    listed = shown.group_by(KEYS, maintain_order=True).agg(pl.col("said").str.join(between), pl.col("number").first())
    more = rows.filter(pl.col("place") >= SHOWN_ITEMS).group_by(KEYS)
    rest = more.agg(more=pl.len().cast(pl.Int64), rest=pl.col("to_collect").sum())
    listed = listed.join(rest, on=KEYS, how="left")
    further = sentence(
        "collection.more_items", count=listed["more"], more=pl.col("more"), amount=amount(listed, "rest")
    )
    said = pl.concat_str("said", further, separator=between, ignore_nulls=True)
    return listed.select(*KEYS, "number", said=said)


def _item_in_words(rows: pl.DataFrame) -> pl.Expr:
    """An item with what to collect of it and its age; in document currency too, where that is another one."""
    own = pl.col("document_currency")
    said: dict[str, Any] = {"number": pl.col("item_id"), "amount": amount(rows, "to_collect")}
    whole = pl.col("deducted") == 0
    document = pl.when((own != pl.col("currency")) & whole).then(amount(rows, "document_amount"))
    other = sentence("collection.item_in", count=rows["days_past_due"], document=document, currency=own, **said)
    return pl.coalesce(other, sentence("collection.item", count=rows["days_past_due"], **said))


def _short_in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """By customer what short payments left, as one: how many invoices, how much, from which age to which."""
    age = pl.col("days_past_due").cast(pl.Int64)
    groups = rows.filter("is_short").group_by(KEYS)
    short = groups.agg(
        pl.len().cast(pl.Int64).alias("number"), pl.col("to_collect").sum(), least=age.min(), most=age.max()
    )
    ages: dict[str, Any] = {"least": pl.col("least"), "most": pl.col("most")}
    said = sentence("collection.short_items", count=short["number"], amount=amount(short, "to_collect"), **ages)
    return short.select(*KEYS, short_said=said)


def old_credits(items: pl.DataFrame, day: date, stages: CollectionPolicy) -> pl.DataFrame:
    """By customer every credit on account that is older than the policy says, in words."""
    rows = items.filter(pl.col("unapplied") > 0).with_columns(days=day_of(day) - pl.col("document_day").cast(pl.Int64))
    rows = to_units(rows.filter(pl.col("days") > stages.old_credit_days), {"unapplied": "currency"})
    rows = rows.sort("days", "item_id", descending=[True, False])
    said = sentence("collection.item", count=rows["days"], number=pl.col("item_id"), amount=amount(rows, "unapplied"))
    groups = rows.with_columns(said=said).group_by(KEYS, maintain_order=True)
    return groups.agg(old_credits=pl.col("said").str.join(text("collection.between_items")))


def promised(found: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """By customer the next day that is promised (``promise``), and each day with its amount in words."""
    rows = found.join(waiting.select(*KEYS, "waiting"), on=KEYS)
    only = pl.len().over(KEYS) == 1
    rows = to_units(rows, {"amount": "currency"}).with_columns(amount=pl.when(only).then("waiting").otherwise("amount"))
    day = worded(rows["promised_on"], day_shown)
    dated = sentence("collection.promised", amount=amount(rows, "amount"), day=day)
    groups = rows.with_columns(said=pl.coalesce(dated, day)).group_by(KEYS, maintain_order=True)
    said = pl.col("said").str.join(text("collection.between_items"))
    return groups.agg(promise=pl.col("promised_on").first(), promises=said)


def reasons(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> pl.Expr:
    """Why a customer has this rank and next step: the priority, the debt, the payments, what is agreed, the account."""
    parts = [*_of_debt(rows), *_of_payments(rows), *_of_account(rows, stages), *_of_judgement(rows, stages, policy)]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _of_debt(rows: pl.DataFrame) -> list[pl.Expr]:
    """The factors of the priority amount, what is past due, and how old the bulk of it is."""
    weight = percent(pl.col("weighted") / pl.col("to_collect"))
    factors: dict[str, Any] = {
        "amount": amount(rows, "to_collect"),
        "weight": weight,
        "share": percent(1 - pl.col("insured_share")),
    }
    share_late = percent(pl.col("past_due") / pl.col("open_amount"))
    late: dict[str, Any] = {"amount": amount(rows, "past_due"), "share": share_late}
    bulk = sentence("collection.reason.bulk", count=rows["stage_days"], amount=amount(rows, "old_amount"))
    older = (pl.col("stage_days") < pl.col("oldest_days")) & (pl.col("short") <= 0)
    return [
        pl.when(pl.col("to_collect") > 0).then(sentence("collection.reason.priority", **factors)),
        sentence("collection.reason.past_due", count=rows["oldest_days"], **late),
        pl.when(older).then(bulk),
    ]


def _of_payments(rows: pl.DataFrame) -> list[pl.Expr]:
    """The last payment beside the usual gap, what was paid of what fell due later, promises that were broken."""
    last: dict[str, Any] = {"amount": amount(rows, "last_paid"), "day": worded(rows["last_payment"], day_shown)}
    gap = worded(rows["usual_gap"], number_shown)
    usual = sentence("collection.reason.last_payment_usual", count=rows["paid_days_ago"], gap=gap, **last)
    paid = pl.coalesce(usual, sentence("collection.reason.last_payment", count=rows["paid_days_ago"], **last))
    later = sentence("collection.reason.paid_later", count=rows["later_items"], amount=amount(rows, "later_amount"))
    promise: dict[str, Any] = {"amount": amount(rows, "broken_amount"), "day": worded(rows["broken_on"], day_shown)}
    return [
        pl.coalesce(paid, pl.lit(text("collection.reason.no_payment"))),
        pl.when(pl.col("ladder") > 0).then(later),
        sentence("collection.reason.broken", count=rows["broken"], **promise),
        sentence("collection.reason.promises", promises=pl.col("promises")),
    ]


def _of_account(rows: pl.DataFrame, stages: CollectionPolicy) -> list[pl.Expr]:
    """The use of the limit, a stop of supply, what is on account, and what is not asked for."""
    used = pl.when(pl.col("limit_use") >= SHOWN_USE).then(percent(pl.col("limit_use")))
    taken = amount(rows, "deducted")
    exactly = sentence("collection.reason.deducted_exactly", exact=amount(rows, "exactly"), amount=taken)
    in_grace, days = amount(rows, "in_grace"), str(stages.grace_days)
    return [
        sentence("collection.reason.limit", use=used),
        sentence("collection.reason.on_hold", day=worded(rows["hold_since"], day_shown)),
        pl.when(pl.col("exactly") > 0)
        .then(exactly)
        .when(pl.col("deducted") > 0)
        .then(sentence("collection.reason.deducted", amount=taken)),
        sentence("collection.reason.old_credits", items=pl.col("old_credits")),
        pl.when(pl.col("in_grace") > 0).then(sentence("collection.reason.grace", amount=in_grace, days=days)),
        pl.when(pl.col("disputed_amount") > 0).then(
            sentence("collection.reason.disputed", amount=amount(rows, "disputed_amount"))
        ),
    ]


def _of_judgement(rows: pl.DataFrame, stages: CollectionPolicy, policy: Policy) -> list[pl.Expr]:
    """The insurance, the category with the rules that made it, and what keeps the stage from a harder one."""
    category, stage = (worded(rows[name], partial(shown_value, name=name)) for name in ("category", "stage"))
    insured, rules = percent(pl.col("insured_share")), worded(rows["rules"], partial(_gravest_rules, policy=policy))
    by_rules = sentence("collection.reason.category_by_rules", category=category, rules=rules)
    none, missed = pl.lit(None, pl.String), [_too_little(rows, each, stages, stage) for each in stages.proportions]
    left_out = (pl.col("case") == CLARIFY) & pl.col("left_out")
    return [
        pl.when(insured > 0).then(sentence("collection.reason.insured", share=insured)),
        pl.when(pl.col("rules") != "")
        .then(by_rules)
        .otherwise(sentence("collection.reason.category", category=category)),
        pl.when("held").then(sentence("collection.reason.held", stage=stage)),
        pl.when("too_little").then(pl.coalesce(none, *missed)),
        pl.when(left_out).then(pl.lit(text("collection.reason.left_out"))),
    ]


def _gravest_rules(names: str, policy: Policy) -> str:
    """Of the rules that fired those of the gravest category, in words: milder ones say the same of less."""
    known = {rule.name: rule for rule in policy.categories.rules}
    fired = [known[name] for name in names.split(BETWEEN_RULES) if name in known]
    if not fired:
        return names
    gravity = policy.categories.names.index
    worst = max((rule.category for rule in fired), key=gravity)
    return text("segmentation.evidence.between_rules").join(r.sentence() for r in fired if r.category == worst)


def _too_little(rows: pl.DataFrame, proportion: Proportion, stages: CollectionPolicy, stage: pl.Expr) -> pl.Expr:
    """What of it is old enough for the first hard stage that is reached and not taken."""
    place, name = stages.names.index(proportion.stage), aged_name(proportion.stage)
    old: dict[str, Any] = {"amount": amount(rows, name), "share": percent(pl.col(name) / pl.col("open_amount"))}
    days = text("collection.days", count=stages.stages[place].from_days)
    missed = (pl.col("place") < place) & (pl.col("reached") >= place)
    return pl.when(missed).then(sentence("collection.reason.too_little", days=days, stage=stage, **old))
