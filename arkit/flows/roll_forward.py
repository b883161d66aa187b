"""From the opening balance to the closing one by what happened in between; what is left of each month of billings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import narwhals as nw
import polars as pl
from msgspec.structs import replace

from arkit.aging.aging import By, aging_frame, group_columns, open_on, with_columns_for
from arkit.aging.entry_lines import (
    AGED,
    BUCKET,
    CLOSING,
    LINES,
    OPENING,
    REGROUPED,
    Moves,
    billings,
    moves,
    open_in_buckets,
    opening_day,
    require_history,
    with_debt,
)
from arkit.aging.presentation import Presentation
from arkit.aging.translate import MAX_AGE, Translation, rates_on, reporting_keys
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import Rows, collect
from arkit.model.ledger import Ledger
from arkit.model.money import to_units
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

Amount = Literal["amount", "base_amount"]
NETTED: Final = "netted"
TRANSLATION: Final = "translation"
ROUNDING: Final = "rounding"


def roll_forward(
    ledger: Ledger,
    *,
    as_of: date | str,
    since: date | str,
    by: By = None,
    policy: Policy | None = None,
    of: Amount = "amount",
    to: str | None = None,
    max_rate_age: int = MAX_AGE,
) -> pd.DataFrame:
    """Roll the receivables forward from one day to another.

    Formula: opening + billed + credit notes + cash + settlements + discounts + write-offs + exchange + transfers +
    corrections + journals + applied = closing. A line is the sum of the entries of its types that take effect after
    ``since`` and by ``as_of``; opening and closing are the net of the aging on the two days. An item that continues
    another one is a transfer, neither billing nor cash.

    Parameters
    ----------
    ledger
        The ledger.
    as_of, since
        The days of the closing and of the opening. The day before the first of the ledger opens with nothing.
    by
        Column or columns of items or customers, and ``bucket``; the currency is always one of them.
    policy
        Edges, basis and day 0 of the buckets, and the treatment of unapplied amounts.
    of
        ``amount`` in the item's currency, or ``base_amount`` in the entity's. In base currency, ``exchange`` holds
        also what a settled item leaves over.
    to
        A reporting currency: the opening is translated at its closing rate, all else at the closing rate of ``as_of``.
    max_rate_age
        The oldest closing rate that may be used, in days before its day.

    Returns
    -------
    DataFrame
        The group columns, ``currency`` (``base_currency``), ``opening``, one column for each line, and ``closing``, in
        currency units: what they are is in ``arkit.aging.entry_lines.LINES``. ``applied`` is nothing unless a group has
        only one of two items applied to each other. By ``bucket``: ``aged_out`` and ``aged_in``; the flows of an item
        belong to the bucket in which it was at the opening, those of a new item to the bucket at the closing. By an
        attribute of customers that changed: ``regrouped``. With a policy that nets: ``netted``, the change of what was
        netted. In a reporting currency: ``translation`` (the opening at the change of the rate), ``rounding``, and
        ``reason``: what cannot be translated stays in its own currency, and this says why.

    Raises
    ------
    CoverageError
        The ledger does not cover both days.
    UnknownNameError
        There is no such column, amount or currency.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> rolled = ar.roll_forward(ledger, as_of="2026-10-31", since="2026-09-30", by="entity")
    >>> lines = rolled.loc[:, "opening":"applied"].sum(axis=1)
    >>> bool((lines.round(2) == rolled["closing"].round(2)).all())
    True

    References
    ----------
    Roll-forward of the accounts receivable control account; IAS 21.23 and 21.39 for translation.
    """
    policy = policy or DEFAULT_POLICY
    last = ledger.require(as_of)
    first = opening_day(ledger, since, last=last)
    frame = roll_forward_frame(ledger, first, last, by=by, policy=policy, of=of)
    if to is not None:
        currency = _currency(of)
        closing = rates_on(ledger, last, to=to, currencies=frame[currency].unique(), max_age=max_rate_age)
        # Where nothing was open, no rate of the opening is needed.
        opened = frame.filter(pl.col(OPENING) != 0)[currency].unique()
        opening = closing | rates_on(ledger, first, to=to, currencies=opened, max_age=max_rate_age)
        frame = _translated(frame, Translation.at(to, closing, opening), currency, by=by)
    currency = _currency(of) if to is None else "currency"
    return _at_the_door(frame, currency, policy)


def roll_forward_frame(
    ledger: Ledger, first: date, last: date, *, by: By, policy: Policy, of: Amount = "amount"
) -> pl.DataFrame:
    """The roll-forward with amounts in minor units and ``bucket`` as the position of its label."""
    keys = _keys(by, ledger, of)
    parts = [*_ends(ledger, first, last, policy), *moves(ledger, first, last, policy=policy, columns=keys)]
    sums = pl.concat([_summed(part, keys, of, ledger) for part in parts])
    there = {line for part in parts for line in part.lines}
    lines = [line for line in (OPENING, *LINES, *AGED, REGROUPED, NETTED, CLOSING) if line in there]
    value = pl.col(of)
    # Not as a pivot, which has no column for a line that moved nothing.
    spread = sums.group_by(keys).agg(value.filter(pl.col("line") == line).sum().alias(line) for line in lines)
    return spread.sort(keys)


def _keys(by: By, ledger: Ledger, of: Amount) -> list[str]:
    if of not in ("amount", "base_amount"):
        raise unknown_name("amount of a roll-forward", of, known=("amount", "base_amount"))
    names = [by] if isinstance(by, str) else list(by or [])
    known = group_columns([name for name in names if name != BUCKET], ledger, currency=_currency(of))
    return list(dict.fromkeys([*names, *known]))


def _currency(of: Amount) -> str:
    return "currency" if of == "amount" else "base_currency"


def _ends(ledger: Ledger, first: date, last: date, policy: Policy) -> list[Moves]:
    """What is open at both ends, and by how much more was netted at the closing than at the opening."""
    ends = [_end(OPENING, ledger, first, policy, on=first), _end(CLOSING, ledger, last, policy, on=last)]
    if policy.unapplied == "apart":
        return ends
    apart = replace(policy, unapplied="apart")
    signed = ((last, policy, 1), (last, apart, -1), (first, policy, -1), (first, apart, 1))
    return ends + [_end(NETTED, ledger, day, each, on=last, sign=sign) for day, each, sign in signed]


def _end(line: str, ledger: Ledger, day: date, policy: Policy, *, on: date, sign: int = 1) -> Moves:
    rows = open_in_buckets(ledger, day, policy=policy)
    return Moves(rows.with_columns(nw.lit(line).alias("line"), nw.col("amount", "base_amount") * sign), (line,), on)


def _summed(part: Moves, keys: Sequence[str], of: Amount, ledger: Ledger) -> pl.DataFrame:
    rows = part.rows.filter(nw.col(of) != 0)
    named = [name for name in keys if name != BUCKET]
    rows = with_columns_for(rows, named, ledger, [part.on])
    return collect(rows.group_by(*keys, "line").agg(nw.col(of).sum()), as_text=named)


def presented_roll_forward(shown: Presentation, first: date) -> pd.DataFrame:
    """The roll-forward of a whole ledger in its presentation currency, from a day to the one reported on.

    Opening and closing are those of the agings of the two days, each at its own rates; the lines between them are at
    the rates of the day reported on, and ``translation`` is what the opening gained by the change of the rates.
    """
    # The lines come from the books in their own currencies: the presented
    # ledgers of two days differ in each entry by the change of rates.
    frame = roll_forward_frame(shown.ledger, first, shown.day, by=None, policy=shown.policy)
    translation = Translation.at(shown.currency, shown.rates(shown.day), shown.rates(first))
    table = _translated(frame, translation, "currency", by=None)
    for end, day in ((OPENING, first), (CLOSING, shown.day)):
        aged = aging_frame(shown.at(day), day, by=None, policy=shown.policy).select("currency", net="net")
        table = (
            table.join(aged, on="currency", how="left").with_columns(pl.col("net").fill_null(0).alias(end)).drop("net")
        )
    lines = table.columns[table.columns.index(OPENING) : table.columns.index(ROUNDING)]
    return _at_the_door(
        table.with_columns((pl.col(CLOSING) - pl.sum_horizontal(lines)).alias(ROUNDING)), "currency", shown.policy
    )


def _translated(frame: pl.DataFrame, translation: Translation, currency: str, *, by: By) -> pl.DataFrame:
    """A roll-forward in a reporting currency: the opening at its rate, all else at the rate of the closing."""
    keys = reporting_keys(by)
    amounts = frame.columns[frame.columns.index(OPENING) :]
    moved, change = pl.col(amounts[1:]), pl.col("factor_0") - pl.col("factor_1")
    sums = (
        translation.beside(frame, currency, amounts=amounts)
        .group_by(*keys, "reason")
        .agg(
            (pl.col(OPENING) * pl.col("factor_1")).sum(),
            (moved * pl.col("factor_0")).sum(),
            (pl.col(OPENING) * change).sum().alias(TRANSLATION),
        )
    )
    lines = [OPENING, *amounts[1:-1], TRANSLATION]
    # Summed first: rounded once a line, all that is lost shows as rounding.
    table = sums.with_columns(translation.rounded(pl.col(*lines, CLOSING)))
    table = table.with_columns((pl.col(CLOSING) - pl.sum_horizontal(lines)).alias(ROUNDING))
    return table.select(*keys, *lines, ROUNDING, CLOSING, "reason").sort(*keys, "reason")


def _at_the_door(frame: pl.DataFrame, currency: str, policy: Policy) -> pd.DataFrame:
    import pandas as pd

    amounts = frame.columns[frame.columns.index(OPENING) : frame.columns.index(CLOSING) + 1]
    table = to_units(frame, dict.fromkeys(amounts, currency)).to_pandas()
    if BUCKET in table:
        labels = [*policy.labels, UNAPPLIED]
        positions = table[BUCKET].to_numpy()
        table[BUCKET] = pd.Categorical.from_codes(positions, categories=pd.Index(labels), ordered=True)
    return table


def vintage(
    ledger: Ledger, *, as_of: date | str, months: int = 12, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show the share of each month's billings that is still open after 0, 1, 2, ... month-ends.

    Formula: ``share = what is open on a month-end of the debts billed in a month / billings of that month``. Billings
    are the invoices and debit notes at their original amounts; a debt stays open while an item that carries it on is.
    Unlike days sales outstanding, the shares do not move when sales rise or fall while customers pay as before.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day up to which month-ends are taken: a month-end after it is not known yet and has no row.
    months
        How many billing months, counted back from the last whole month; fewer where the ledger begins later. Of the
        month in which it begins, only what was billed from its first day on is taken.
    by
        Column or columns of items or customers to group by, with the currency; attributes of customers are those valid
        on the day.
    policy
        Whose months they are: those of the calendar, or the company's own periods.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``billing_month`` (its last day), ``age_months`` (0 at the end of the billing
        month), ``as_of`` (the month-end), ``billed`` and ``open_amount`` in currency units, and ``share`` (0-1).

    Raises
    ------
    CoverageError
        The ledger does not cover the day, or is a snapshot of it.
    UnknownNameError
        There is no such column, or no month at all was asked for.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.vintage(ar.sample_ledger(), as_of="2026-10-31", months=3)
    >>> euros = table[table["currency"] == "EUR"]
    >>> euros["age_months"].tolist()
    [0, 1, 2, 0, 1, 0]

    References
    ----------
    Brigham and Ehrhardt, Financial Management, uncollected balances schedule.
    """
    day = require_history(ledger, as_of)
    keys = group_columns(by, ledger)
    before, *ends = _whole_months(ledger, day, months, policy or DEFAULT_POLICY)
    first = max(day_of(ledger.complete_from), day_of(before) + 1)
    debts = billings(ledger, day).filter(nw.col("document_day") >= first, nw.col("document_day") <= _last(ends))
    debts = with_columns_for(debts, keys, ledger, [day]).with_columns(_month_of(ends).alias("month"))
    billed = collect(debts.group_by(*keys, "month").agg(nw.col("billed").sum()), as_text=keys)
    owed = collect(_owed(ledger, ends, debts, keys), as_text=keys)
    table = _cells(billed, ends).join(owed, on=[*keys, "month", "day"], how="left", nulls_equal=True)
    table = table.with_columns(pl.col("open_amount").fill_null(0)).sort(*keys, "month", "day")
    return to_units(_shown(table, keys), {"billed": "currency", "open_amount": "currency"}).to_pandas()


def _whole_months(ledger: Ledger, day: date, months: int, policy: Policy) -> list[date]:
    """The last ends of whole months that the ledger covers up to a day, the earliest first, and the end before them."""
    if months < 1:
        raise unknown_name("number of months", months, known=["1 and more"])
    ends = policy.month_ends(policy.last_month_end(day), months)
    return ends[max(bisect_left(ends, ledger.complete_from), 1) - 1 :]


def _last(ends: list[date]) -> int:
    return day_of(ends[-1]) if ends else -1


def _month_of(ends: list[date]) -> nw.Expr:
    """The last day of the month of ``document_day``."""
    # From the last month to the first, so that the earliest end that is not before the day is asked first.
    month = nw.lit(_last(ends), nw.Int32)
    for end in reversed(ends[:-1]):
        number = day_of(end)
        month = nw.when(nw.col("document_day") <= number).then(nw.lit(number, nw.Int32)).otherwise(month)
    return month


def _owed(ledger: Ledger, ends: list[date], debts: Rows, keys: list[str]) -> Rows:
    """What is open on each month-end of the debts of each billing month."""
    owed = open_on(ledger, ends).filter(nw.col("open_amount") > 0)
    rows = with_debt(owed.select("item", "day", "open_amount"), ledger)
    of_debt = debts.select(*keys, "month", nw.col("item").alias("debt"))
    rows = rows.join(of_debt, on="debt", how="inner")
    return rows.group_by(*keys, "month", "day").agg(nw.col("open_amount").sum())


def _cells(billed: pl.DataFrame, ends: list[date]) -> pl.DataFrame:
    """A row for each billing month and each month-end from its own on."""
    numbers = [day_of(end) for end in ends]
    places = pl.DataFrame({"day": numbers, "place": range(len(ends))}, schema={"day": pl.Int32, "place": pl.Int64})
    # From what was billed: a month of which nothing is open any more has its rows with a share of nothing.
    begun = billed.join(places.rename({"day": "month", "place": "begin"}), on="month")
    cells = begun.join(places, how="cross").filter(pl.col("place") >= pl.col("begin"))
    return cells.with_columns(age_months=pl.col("place") - pl.col("begin"))


def _shown(table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return table.select(
        *keys,
        pl.from_epoch("month", time_unit="d").alias("billing_month"),
        "age_months",
        pl.from_epoch("day", time_unit="d").alias("as_of"),
        "billed",
        "open_amount",
        share=pl.col("open_amount") / pl.col("billed"),
    )
