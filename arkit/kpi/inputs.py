"""What KPIs are made of, for each group, currency and window: balances, sales, payments, delays, losses."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise, takewhile
from typing import Final, cast

import narwhals as nw
import polars as pl

from arkit.aging.aging import bucketed, open_on, trend_frame
from arkit.aging.open_items import held_amounts
from arkit.aging.returned import PAID, returned_payments
from arkit.calendar import day_of
from arkit.kpi.question import AS_OF, BILLINGS, DEBITS, INVOICES, SALES, Question, by_month, has_tax, of_days, once
from arkit.model.engine import ATTRIBUTES, Rows, beside, collect, is_one_of, touching
from arkit.model.money import at_rate
from arkit.policy import Policy
from arkit.words.columns import BILLING_TYPES, NOT_DUE

LARGEST: Final = 10


@once
def balances(question: Question) -> pl.DataFrame:
    """``receivables`` (gross), ``not_due``, ``past_due``, ``oldest`` (last bucket), ``unapplied``, ``net``."""
    labels = question.policy.labels
    table = trend_frame(question.ledger, question.days, by=question.by, policy=question.policy)
    not_due = pl.col(NOT_DUE) if NOT_DUE in labels else pl.lit(None, dtype=pl.Int64)
    return table.select(
        pl.col("as_of").cast(pl.Int32).alias(AS_OF),
        *question.groups,
        pl.col("gross").alias("receivables"),
        not_due.alias("not_due"),
        (pl.col("gross") - not_due).alias("past_due"),
        pl.col(labels[-1]).alias("oldest"),
        "unapplied",
        "net",
    )


def opening(question: Question) -> pl.DataFrame:
    """``opening``, gross, and ``opening_net`` receivables at the start; missing where the ledger begins later."""
    begun = [window for window in question.windows if question.ledger.complete_from <= window.start]
    # A ledger that begins on the first day of the window had nothing open on the day before.
    nothing = pl.when(question.knows_window).then(0).cast(pl.Int64)
    groups = balances(question).select(question.keys).filter(~of_days([window.end for window in begun]))
    others = groups.with_columns(opening=nothing, opening_net=nothing)
    if not begun:
        return others
    starts = {"day": [day_of(window.start) for window in begun], AS_OF: [day_of(window.end) for window in begun]}
    of_start = pl.DataFrame(starts, schema={"day": pl.Int32, AS_OF: pl.Int32})
    rows = open_on(question.ledger, [window.start for window in begun], policy=question.policy)
    rows = rows.join(beside(of_start, rows), on="day", how="inner")
    amount = nw.col("open_amount")
    gross = nw.when(amount > 0).then(amount).otherwise(0)
    rows = rows.with_columns(gross.alias("opening"), amount.alias("opening_net"))
    return pl.concat([question.sums(rows, ["opening", "opening_net"]), others])


def _receivables(question: Question, days: Sequence[date]) -> Rows:
    """What is owed on each ``day``: all that is open but the unapplied."""
    return open_on(question.ledger, days, policy=question.policy).filter(nw.col("open_amount") > 0)


@once
def receivables_by_document_day(question: Question) -> pl.DataFrame:
    """``not_due`` and ``past_due`` receivables by group and ``day`` of their document."""
    gross = nw.col("bucket") < len(question.policy.labels)
    due = nw.col("bucket") > (0 if question.policy.has_not_due else -1)
    rows = bucketed(question.ledger, question.days, policy=question.policy).filter(gross)
    split = rows.with_columns(
        nw.col("day").alias(AS_OF),
        nw.col("document_day").alias("day"),
        nw.when(due).then(0).otherwise(nw.col("open_amount")).alias("not_due"),
        nw.when(due).then(nw.col("open_amount")).otherwise(0).alias("past_due"),
    )
    return question.sums(split, ["not_due", "past_due"], along=["day"])


def disputes(question: Question) -> pl.DataFrame:
    """``disputed``: receivables in dispute; missing where the ledger records no disputes."""
    ledger = question.ledger
    groups = balances(question).select(question.keys)
    if not (ledger.frames.marks["kind"] == "dispute").any():
        return groups.with_columns(disputed=pl.lit(None, dtype=pl.Int64))
    daily = [
        held_amounts(ledger, day, "dispute").with_columns(day=pl.lit(day_of(day), pl.Int32)) for day in question.days
    ]
    rows = _receivables(question, question.days)
    held = beside(pl.concat(daily).select("item", "day", "held"), rows)
    rows = rows.join(held, on=["item", "day"], how="inner")
    # Where the policy nets, less may be open than is disputed.
    disputed = nw.min_horizontal("held", "open_amount").alias("disputed")
    rows = rows.with_columns(disputed, nw.col("day").alias(AS_OF))
    sums = question.sums(rows, ["disputed"])
    together = groups.join(sums, on=question.keys, how="left", nulls_equal=True)
    return together.with_columns(pl.col("disputed").fill_null(0))


def concentration(question: Question) -> pl.DataFrame:
    """Of the customers' positive balances their sum, ``positive``, the ten ``largest`` and their ``squares``."""
    rows = open_on(question.ledger, question.days)
    rows = rows.with_columns(nw.col("open_amount").alias("net"), nw.col("day").alias(AS_OF))
    # By customer first: what is on account of one is no claim against another.
    along = [] if "customer_id" in question.groups else ["customer_id"]
    owing = question.sums(rows, ["net"], along=along).filter(pl.col("net") > 0)
    # In whole numbers, so that the order of the rows cannot change the last digit of the sum.
    exact = pl.col("net").cast(pl.Int128)
    return owing.group_by(question.keys).agg(
        positive=pl.col("net").sum(),
        largest=pl.col("net").top_k(LARGEST).sum(),
        squares=(exact * exact).sum().cast(pl.Float64),
    )


def sales(question: Question) -> pl.DataFrame:
    """``sales`` of the window; missing where the ledger does not know the whole window."""
    return window_sales(question).with_columns(sales=pl.when(knows_sales(question)).then("sales"))


def window_sales(question: Question) -> pl.DataFrame:
    """``sales`` of the window, as far as they are known."""
    daily = beside(daily_sales(question), question.ledger.scan("items"))
    return question.sums(question.in_windows(daily), ["sales"])


@once
def daily_sales(question: Question) -> pl.DataFrame:
    """Sales by ``day``, by what is grouped by, and by customer where the group follows from the customer.

    Billings are the originals of invoices and debit notes less credit notes; an item that continues another one is no
    sale.
    """
    ledger, groups = question.ledger, question.groups
    if question.basis != BILLINGS:
        rows, table = ledger.scan("sales").with_columns(_with_tax(question).alias("sales")), "sales"
    else:
        wanted = is_one_of("item_type", *BILLING_TYPES), nw.col("replaces").is_null()
        originals = ledger.scan("entries").filter(nw.col("entry_type") == "original")
        originals = originals.select("item", nw.col("amount").alias("sales"), nw.col("effective_day").alias("day"))
        rows, table = originals.join(ledger.scan("items").filter(*wanted), on="item", how="inner"), "items"
    inside = [name for name in groups if name in ledger.columns(table)]
    named = ["customer_id"] if len(inside) < len(groups) else []
    return collect(rows.group_by(*dict.fromkeys([*inside, *named]), "day").agg(nw.col("sales").sum()))


def _with_tax(question: Question) -> nw.Expr:
    """The sales of a row of the sales table, with their tax where the basis is with tax."""
    amount, rate = nw.col("amount"), question.policy.sales_tax
    if question.basis != SALES:
        return amount
    return amount + nw.col("tax") if has_tax(question.ledger) else amount + at_rate(amount, nw.lit(rate or 0.0))


def knows_sales(question: Question) -> pl.Expr:
    """Whether the sales of the whole window of a row are known."""
    first, last = _known_days(question)
    known = [window.end for window in question.windows if first <= window.start + timedelta(days=1)]
    return of_days([day for day in known if day <= last])


@once
def _known_days(question: Question) -> tuple[date, date]:
    """The days whose sales are known: those of the ledger, or the months that the sales table speaks of."""
    if question.basis == BILLINGS:
        return question.ledger.complete_from, question.ledger.covers[1]
    dates = question.ledger.frames.sales["date"]
    first, last = cast(date, dates.min()), cast(date, dates.max())
    # The last days of a month may pass without a sale, but not without the sum of the month.
    over = last if by_month(dates) else last.replace(day=monthrange(last.year, last.month)[1])
    return first.replace(day=1), over


@once
def months(question: Question) -> pl.DataFrame:
    """The months counted back whose sales are known: ``month``, ``upto`` its last day, ``length``."""
    rows = [row for day in question.days for row in _months_back(day, _known_days(question), question.policy)]
    return pl.DataFrame(rows, orient="row", schema=dict.fromkeys((AS_OF, "month", "upto", "length"), pl.Int32))


def _months_back(day: date, known: tuple[date, date], policy: Policy) -> list[tuple[int, int, int, int]]:
    first, last = known
    earliest = first - timedelta(days=1)
    before = takewhile(lambda end: end >= earliest, policy.ends_before(day)) if day <= last else ()
    ends = [day, *before]
    spans = enumerate(pairwise(ends))
    return [(day_of(day), month, day_of(end), (end - before).days) for month, (end, before) in spans]


@once
def _stretches(question: Question) -> tuple[pl.Series, pl.DataFrame]:
    """The ends of the stretches that the months of all days are made of, and the months of each stretch."""
    known = months(question)
    ends = pl.concat([known["upto"] - known["length"], known["upto"]]).unique().sort()
    numbered = pl.DataFrame({"end": ends}).with_row_index("stretch")
    # The months of several days overlap. Cut at all their ends, a row is in one stretch, and the few stretches are
    # repeated in place of the many rows.
    inside = (pl.col("end") > pl.col("upto") - pl.col("length")) & (pl.col("end") <= pl.col("upto"))
    return ends, known.join(numbered, how="cross").filter(inside).select(AS_OF, "month", "stretch")


def in_months(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Rows that have a ``day`` with its ``month`` counted back; missing where its sales are not known."""
    ends, months_of = _stretches(question)
    # The last day of a month is found as its own end: it belongs to the month that it closes.
    placed = rows.with_columns(stretch=ends.search_sorted(rows["day"]))
    # A row before the known months stays without a month: what is owed from then is unmatched, not nothing.
    return placed.join(months_of, on=[AS_OF, "stretch"], how="left").drop("stretch")


@once
def monthly_sales(question: Question) -> pl.DataFrame:
    """``sales`` by group and known month, and its ``length``; months without sales are there with nothing."""
    ends, months_of = _stretches(question)
    daily = daily_sales(question)
    # Summed before they are repeated for each day asked for.
    of_stretch = daily.drop("day").with_columns(stretch=ends.search_sorted(daily["day"]))
    summed = of_stretch.group_by(pl.exclude("sales")).agg(pl.col("sales").sum()).join(months_of, on="stretch")
    rows = beside(summed, question.ledger.scan("items"))
    sums = question.sums(rows, ["sales"], along=["month"])
    groups = sums.select(question.keys).unique().join(months(question).select(AS_OF, "month", "length"), on=AS_OF)
    known = groups.join(sums, on=[*question.keys, "month"], how="left", nulls_equal=True)
    return known.with_columns(pl.col("sales").fill_null(0))


def countback(question: Question) -> pl.DataFrame:
    """``exhausted``: days of the latest months whose sales the receivables exhaust, and what follows.

    ``rest`` is what remains of the receivables for the month that they do not exhaust, ``rest_sales`` the sales of that
    month and ``rest_days`` its days; missing where the known sales run out. ``least`` are the smallest sales of these
    months: below zero, the credit notes of a month were more than its invoices.
    """
    keys, sold = question.keys, monthly_sales(question)
    groups = pl.concat([balances(question).select(keys), sold.select(keys)]).unique(maintain_order=True)
    owed = groups.join(balances(question).select(*keys, "receivables"), on=keys, how="left", nulls_equal=True)
    owed = owed.with_columns(pl.col("receivables").fill_null(0)).with_row_index("group")
    steps = owed.join(sold, on=keys, how="left", nulls_equal=True).sort("group", "month")
    taken = pl.col("sales").cum_sum().over("group")
    rest = pl.col("receivables") - taken + pl.col("sales")
    least = pl.col("sales").cum_min().over("group")
    steps = steps.with_columns(rest=rest, goes_on=taken < pl.col("receivables"), least=least)
    # The months up to the first that is not exhausted.
    # The least so far: credit notes of an earlier month may bring
    # the sum below the receivables again, and it stays exhausted.
    whole = pl.col("goes_on").cast(pl.Int8).cum_min().over("group") == 1
    exhausted = steps.filter(whole).group_by("group").agg(exhausted=pl.col("length").sum())
    last = steps.filter(~pl.col("goes_on")).unique("group", keep="first", maintain_order=True)
    last = last.select("group", *keys, "rest", "least", rest_sales="sales", rest_days="length")
    found = last.join(exhausted, on="group", how="left").drop("group")
    return found.with_columns(pl.col("exhausted").fill_null(0))


def uncollected(question: Question) -> pl.DataFrame:
    """Receivables by the month they come from, with that month's sales and days, each as a list.

    ``unmatched`` are the receivables that come from months whose sales are not known, or are none.
    """
    keys = question.keys
    owed = in_months(receivables_by_document_day(question), question)
    owed = owed.group_by(*keys, "month").agg(owed=(pl.col("not_due") + pl.col("past_due")).sum())
    # Sorted, and below with one filter for all: the lists are multiplied place by place.
    matched = owed.join(monthly_sales(question), on=[*keys, "month"], how="left", nulls_equal=True).sort("month")
    known = (pl.col("sales") > 0).fill_null(False)
    lists = {"owed_by_month": "owed", "sales_by_month": "sales", "days_by_month": "length"}
    return matched.group_by(keys).agg(
        *(pl.col(name).filter(known).cast(pl.Float64).alias(title) for title, name in lists.items()),
        unmatched=pl.col("owed").filter(~known).sum(),
    )


@once
def payments_by_delay(question: Question) -> pl.DataFrame:
    """``paid`` in the window by group, days since the document (``taken``) and days after the due date."""
    entries = question.as_known(question.in_windows(question.entries(*PAID)))
    rows = question.paid(entries).join(question.items(INVOICES), on="item", how="inner")
    rows = rows.with_columns(
        (nw.col("day") - nw.col("document_day")).alias("taken"), (nw.col("day") - nw.col("first_due_day")).alias("late")
    )
    return question.sums(rows, ["paid"], along=["taken", "late"])


def payments(question: Question) -> pl.DataFrame:
    """``paid`` in the window, and sums of payment times days late, days taken and days of terms."""
    paid, taken, late = pl.col("paid"), pl.col("taken"), pl.col("late")
    sums = payments_by_delay(question).group_by(question.keys)
    days = {"paid_days_late": late, "paid_days": taken, "paid_terms": taken - late}
    weighted = [(paid * count).sum().alias(name) for name, count in days.items()]
    return question.known(sums.agg(paid.sum(), *weighted))


def punctuality(question: Question) -> pl.DataFrame:
    """Items and amounts that fell due in the window, and what of them was paid by the due date.

    What was credited, written off or transferred by the due date had not to be paid. What is still open on the due date
    is late, paid since or not.
    """
    due = _due(question)
    rows = question.entries().join(due.select("item", "deadline", AS_OF), on="item", how="inner")
    rows = question.paid(question.as_known(rows).filter(nw.col("day") <= nw.col("deadline")))
    rows = rows.with_columns((nw.col("paid") + _discount()).alias("paid"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid").sum())
    items = items.with_columns(nw.when(nw.col("amount") > 0).then(nw.col("amount")).otherwise(0).alias("left"))
    items = items.filter((nw.col("left") > 0) | (nw.col("paid") > 0)).with_columns(
        nw.lit(1, nw.Int64).alias("due_items"),
        (nw.col("left") == 0).cast(nw.Int64).alias("on_time_items"),
        (nw.col("left") + nw.col("paid")).alias("due_amount"),
        nw.col("paid").alias("on_time_amount"),
    )
    items = items.join(due, on=["item", AS_OF], how="inner")
    return question.known(question.sums(items, ["due_items", "on_time_items", "due_amount", "on_time_amount"]))


def _due(question: Question) -> Rows:
    """The invoices and debit notes that fell due in the window."""
    # Nobody can pay before the invoice is there.
    deadline = nw.max_horizontal("first_due_day", "document_day")
    items = question.items(INVOICES).with_columns(deadline.alias("deadline"))
    return question.in_windows(items, on="deadline")


def write_offs(question: Question) -> pl.DataFrame:
    """``written_off`` in the window, of everything but credits and receipts."""
    entries = question.in_windows(question.entries("write_off"))
    rows = entries.join(question.items(DEBITS), on="item", how="inner")
    rows = rows.with_columns((-nw.col("amount")).alias("written_off"))
    return question.known(question.sums(rows, ["written_off"]))


def discounts(question: Question) -> pl.DataFrame:
    """Discounts ``taken`` and ``offered`` on the items with discount terms that were settled in the window.

    Offered is the discount rate on what was paid or discounted: a part that was credited earns no discount.
    """
    offers = question.items(INVOICES, "discount_date", "discount_rate")
    offers = offers.filter(nw.col("discount_rate") > 0, ~nw.col("discount_date").is_null())
    entries = question.entries().join(offers.select("item"), on="item", how="inner")
    # Settled in the window is what was changed in it and has nothing open on its last day.
    changed = question.in_windows(entries.filter(nw.col("amount") != 0)).select("item", AS_OF).unique()
    rows = question.paid(entries).join(changed, on="item", how="inner")
    rows = question.as_known(rows).filter(nw.col("day") <= nw.col(AS_OF)).with_columns(_discount().alias("taken"))
    items = rows.group_by("item", AS_OF).agg(nw.col("amount", "paid", "taken").sum())
    settled = items.filter(nw.col("amount") == 0).join(offers, on="item", how="inner")
    offered = at_rate(nw.col("paid") + nw.col("taken"), nw.col("discount_rate"))
    sums = question.sums(settled.with_columns(offered.alias("offered")), ["taken", "offered"])
    return question.known(sums)


def _discount() -> nw.Expr:
    """What an entry gave as a discount."""
    return nw.when(nw.col("entry_type") == "discount").then(-nw.col("amount")).otherwise(0)


def delays(question: Question) -> pl.DataFrame:
    """Return, as lists by age, ``paid_share`` of what was open in the window at that age, and ``days_at_age``.

    The age is the days since the document. Amounts that are still open, or left otherwise than by payment, count at
    every age at which they were open in the window, and at no later one: they are censored.
    """
    keys = question.keys
    # Paid before the document has its day, an item was never open: its payment is of the first age.
    paid = payments_by_delay(question).select(*keys, pl.col("taken").clip(0).alias("age"), "paid")
    both = pl.concat([_changes(question), paid], how="diagonal_relaxed")
    # Before the youngest age at which anything was open, nothing was paid.
    birth = both.select(keys).unique().with_columns(age=pl.lit(0), change=pl.lit(0), paid=pl.lit(0))
    both = pl.concat([both, birth], how="diagonal_relaxed")
    ages = both.group_by(*keys, "age").agg(pl.col("change", "paid").sum()).sort(*keys, "age")
    # What is paid at an age has left the sum by then, but was open when it was paid.
    open_then = pl.col("change").cum_sum().over(keys) + pl.col("paid")
    ages = ages.with_columns(
        paid_share=pl.when(open_then > 0).then(pl.col("paid") / open_then).otherwise(0.0),
        days_at_age=(pl.col("age").shift(-1) - pl.col("age")).over(keys).fill_null(0).cast(pl.Float64),
    )
    return question.known(ages.group_by(keys, maintain_order=True).agg("paid_share", "days_at_age"))


def _changes(question: Question) -> pl.DataFrame:
    """By group and age how much more was open at that age, on days of the window, than at the age before."""
    spans = [(window.start + timedelta(days=1), window.end) for window in question.windows]
    rows = touching(question.ledger, spans)
    rows = rows.filter(nw.col("open_amount") > 0, is_one_of("item_type", *INVOICES))
    firsts = question.calendar.group_by(AS_OF).agg(first=pl.col("day").min())
    rows = rows.rename({"day": AS_OF})
    if (back := _owed_all_along(question, firsts)) is not None:
        rows = nw.concat([rows.select(*back.collect_schema().names()), back])
    rows = rows.join(beside(firsts, rows), on=AS_OF, how="left")
    begins = nw.max_horizontal("since", "first")
    # Half-open like the periods: the day after the window, so that its last day counts.
    ends = nw.min_horizontal(nw.col("until"), nw.col(AS_OF) + 1)
    rows = rows.with_columns(
        nw.max_horizontal(begins - nw.col("document_day"), nw.lit(0)).alias("from_age"),
        (ends - nw.col("document_day")).alias("to_age"),
    ).filter(nw.col("to_age") > nw.col("from_age"))
    return pl.concat([_at_age(question, rows, "from_age", 1), _at_age(question, rows, "to_age", -1)])


def _owed_all_along(question: Question, firsts: pl.DataFrame) -> Rows | None:
    """What payments that came back left open: from their day to that on which they came back, where that is known."""
    back = returned_payments(question.ledger)
    if back.is_empty():
        return None
    open_then = back.select("item", since="paid_day", until="returned_day", open_amount="amount")
    spans = open_then.join(firsts, how="cross")
    spans = spans.filter((pl.col("until") > pl.col("first")) & (pl.col("until") <= pl.col(AS_OF))).drop("first")
    items = question.items(INVOICES)
    rows = items.join(beside(spans, items), on="item", how="inner")
    columns = ["item", "customer_id", "document_day", "since", "until", "open_amount", AS_OF]
    # A group may be by the customer, who is among the columns already.
    return rows.select(*dict.fromkeys([*columns, *(name for name in question.groups if name in ATTRIBUTES)]))


def _at_age(question: Question, rows: Rows, age: str, sign: int) -> pl.DataFrame:
    changed = rows.with_columns((nw.col("open_amount") * sign).alias("change"), nw.col(age).alias("age"))
    return question.sums(changed, ["change"], along=["age"])
