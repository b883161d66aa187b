"""Sales: of the window, and month by month counted back from the day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, cast

import narwhals as nw
import polars as pl

from arkit.balances.grouping import with_columns_for
from arkit.days import day_of, months_before
from arkit.ledger.periods import day_number
from arkit.measures.inputs.balances import balances, receivables_by_document_day
from arkit.measures.inputs.rows import Rows
from arkit.measures.question import Question, once
from arkit.terms import BILLING_TYPES

SALES: Final = "sales, net of tax"
BILLINGS: Final = "billings, tax included"
# Sales on so many days, all of them the last of a month, are sales by month.
_A_HABIT: Final = 3


def sales(question: Question) -> pl.DataFrame:
    """Return ``sales`` of the window; missing where the ledger does not know the whole window."""
    daily, _ = daily_sales(question)
    start, end = day_of(question.window.start), day_of(question.window.end)
    inside = daily.filter((pl.col("day") > start) & (pl.col("day") <= end))
    sums = inside.group_by(question.keys).agg(pl.col("sales").sum())
    return sums.with_columns(sales=pl.when(pl.lit(knows_sales(question))).then("sales"))


@once
def daily_sales(question: Question) -> tuple[pl.DataFrame, str]:
    """Return sales by group and day, and their basis: the sales table where it can tell, else billings.

    The sales table cannot tell by a column that neither it nor the customers have; nor, where it has one day a month,
    the sales of a part of a month. Billings are the originals of invoices and debit notes less credit notes; an item
    that continues another one is no sale.
    """
    ledger, keys = question.ledger, question.keys
    table = ledger.frames.sales
    of_customer = [name for name in keys if name not in table.columns]
    if _can_tell(question) and all(name in ledger.frames.customers.columns for name in of_customer):
        rows = nw.from_native(table.lazy().with_columns(day=day_number("date"), sales="amount"))
        rows = with_columns_for(rows, of_customer, ledger, [question.day]) if of_customer else rows
        return _by_day(rows, keys), SALES
    wanted = pl.col("item_type").is_in(BILLING_TYPES) & pl.col("replaces").is_null()
    inside = [name for name in keys if name in ledger.frames.items.columns]
    items = ledger.frames.items.lazy().filter(wanted).select("item", *{"customer_id", *inside})
    originals = ledger.frames.entries.lazy().filter(pl.col("entry_type") == "original")
    posted = originals.select("item", sales="amount", day=day_number("effective_on"))
    rows = nw.from_native(posted).join(nw.from_native(items), on="item", how="inner")
    return _by_day(with_columns_for(rows, keys, ledger, [question.day]), keys), BILLINGS


def _can_tell(question: Question) -> bool:
    """Return whether there is a sales table, and it can tell the sales of the window from those around it."""
    dates = question.ledger.frames.sales["date"]
    if dates.is_empty() or not _by_month(dates):
        return not dates.is_empty()
    edges = pl.Series([question.window.start, question.window.end])
    return bool(((edges == edges.dt.month_end()) | (edges == dates.max())).all())


def _by_month(dates: pl.Series) -> bool:
    """Return whether sales are given by month: all on last days of months, but for a month that is not over."""
    days = dates.unique().sort()
    return len(days) >= _A_HABIT and bool((days == days.dt.month_end()).head(-1).all())


def _by_day(rows: Rows, keys: list[str]) -> pl.DataFrame:
    sums: pl.DataFrame = rows.group_by(*keys, "day").agg(nw.col("sales").sum()).to_native().collect()
    return sums.with_columns(pl.col(keys).cast(pl.String))


def knows_sales(question: Question) -> bool:
    """Return whether the sales of the whole window are known."""
    first, last = _known_days(question)
    return first <= question.window.start + timedelta(days=1) and question.window.end <= last


def _known_days(question: Question) -> tuple[date, date]:
    """Return the days whose sales are known: those of the ledger, or the months that the sales table speaks of."""
    if daily_sales(question)[1] == BILLINGS:
        return question.ledger.covers
    dates = question.ledger.frames.sales["date"]
    first, last = cast(date, dates.min()), cast(date, dates.max())
    # The last days of a month may pass without a sale, but not without the sum of the month.
    over = last if _by_month(dates) else last.replace(day=monthrange(last.year, last.month)[1])
    return first.replace(day=1), over


@once
def months(question: Question) -> pl.DataFrame:
    """Return the months counted back whose sales are known: ``month``, ``upto`` its last day, ``length``."""
    first, last = _known_days(question)
    ends = [question.day]
    while question.day <= last and (end := months_before(question.day, len(ends))) >= first - timedelta(days=1):
        ends.append(end)
    lengths = [(end - before).days for end, before in pairwise(ends)]
    return pl.DataFrame(
        {"month": range(len(lengths)), "upto": [day_of(end) for end in ends[:-1]], "length": lengths},
        schema={"month": pl.Int32, "upto": pl.Int32, "length": pl.Int32},
    )


def in_months(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return rows that have a ``day`` with its ``month`` counted back; missing where its sales are not known."""
    known = months(question)
    ends = pl.concat([known["upto"] - known["length"], known["upto"]]).unique().sort()
    back = len(ends) - 1 - ends.search_sorted(rows["day"]).cast(pl.Int32)
    return rows.with_columns(month=back.set((back < 0) | (back >= known.height), None))


@once
def monthly_sales(question: Question) -> pl.DataFrame:
    """Return ``sales`` by group and known month, and its ``length``; months without sales are there with nothing."""
    daily, _ = daily_sales(question)
    sums = in_months(daily, question).group_by(*question.keys, "month").agg(pl.col("sales").sum())
    groups = daily.select(question.keys).unique().join(months(question).select("month", "length"), how="cross")
    return groups.join(sums, on=[*question.keys, "month"], how="left", nulls_equal=True).with_columns(
        pl.col("sales").fill_null(0)
    )


def countback(question: Question) -> pl.DataFrame:
    """Return ``exhausted``: days of the latest months whose sales the receivables exhaust, and what follows.

    ``rest`` is what remains of the receivables for the month that they do not exhaust, ``rest_sales`` the sales of that
    month and ``rest_days`` its days; missing where the known sales run out.
    """
    keys = question.keys
    owed = balances(question).select(*keys, "receivables").with_row_index("group")
    steps = owed.join(monthly_sales(question), on=keys, how="left", nulls_equal=True).sort("group", "month")
    taken = pl.col("sales").cum_sum().over("group")
    steps = steps.with_columns(
        rest=pl.col("receivables") - taken + pl.col("sales"), goes_on=taken < pl.col("receivables")
    )
    # The months up to the first that is not exhausted.
    whole = pl.col("goes_on").cast(pl.Int8).cum_min().over("group") == 1
    exhausted = steps.filter(whole).group_by("group").agg(exhausted=pl.col("length").sum())
    last = steps.filter(~pl.col("goes_on")).unique("group", keep="first", maintain_order=True)
    last = last.select("group", *keys, "rest", rest_sales="sales", rest_days="length")
    found = last.join(exhausted, on="group", how="left").drop("group")
    return found.with_columns(pl.col("exhausted").fill_null(0))


def uncollected(question: Question) -> pl.DataFrame:
    """Return receivables by the month they come from, with that month's sales and days, each as a list.

    ``unmatched`` are the receivables that come from months whose sales are not known, or are none.
    """
    keys = question.keys
    owed = in_months(receivables_by_document_day(question), question)
    owed = owed.group_by(*keys, "month").agg(owed=(pl.col("not_due") + pl.col("past_due")).sum())
    matched = owed.join(monthly_sales(question), on=[*keys, "month"], how="left", nulls_equal=True).sort("month")
    known = (pl.col("sales") > 0).fill_null(False)
    lists = {"owed_by_month": "owed", "sales_by_month": "sales", "days_by_month": "length"}
    return matched.group_by(keys).agg(
        *(pl.col(name).filter(known).cast(pl.Float64).alias(title) for title, name in lists.items()),
        unmatched=pl.col("owed").filter(~known).sum(),
    )
