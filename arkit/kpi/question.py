"""A question to a ledger: the days, the window that ends on each, the groups and the policy, and the rows of all that.

A window is the stretch of days, ending on a day, whose sales and payments a KPI takes. Sales are those of the sales
table where it can tell them for the groups and windows asked for, else what was billed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import Any, Final, TypeVar

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, group_columns, with_columns_for, without_intercompany
from arkit.aging.entry_lines import first_due_days
from arkit.aging.returned import PAID, movements
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.model.engine import Rows, beside, collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
LONGEST: Final = 36_525
Length = str | int
INVOICES: Final = ("invoice", "debit_note")
DEBITS: Final = (*INVOICES, "journal")
AS_OF: Final = "as_of"
"""The column of answers that names which of the days asked for a row is of, as days since 1970-01-01."""


@dataclass(frozen=True)
class Window:
    """The days after ``start`` up to and including ``end``."""

    start: date
    end: date
    months: float

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.end - self.start).days


def window_ending(day: date, length: Length, policy: Policy = DEFAULT_POLICY) -> Window:
    """The window of a length that ends on a day.

    A month that ends on the last day of a month is that calendar month; one that ends on the 15th begins after the 15th
    of the month before.

    >>> window_ending(date(2026, 2, 28), "month").days
    28
    >>> window_ending(date(2026, 3, 15), "month").start
    datetime.date(2026, 2, 15)
    >>> window_ending(date(2026, 3, 15), 90).days
    90
    """
    if isinstance(length, int) and 1 <= length <= LONGEST:
        return Window(day - timedelta(days=length), day, months=length / 30)
    if isinstance(length, int) or length not in MONTHS:
        raise unknown_name("window", length, known=[*MONTHS, "a number of days"])
    return Window(policy.before(day, MONTHS[length]), day, months=MONTHS[length])


def with_window(days: Sequence[date], length: Length, policy: Policy) -> list[date]:
    """The days whose window the periods of the policy go back far enough for; the last day in any case.

    >>> ends = [date(2026, 1, 24), date(2026, 2, 21), date(2026, 3, 28)]
    >>> with_window(ends, "month", Policy(period_ends=ends))
    [datetime.date(2026, 2, 21), datetime.date(2026, 3, 28)]
    """
    months = 0 if isinstance(length, int) else MONTHS.get(length, 0)
    return [*(day for day in days[:-1] if len(policy.month_ends(day, months)) > months), days[-1]]


SALES: Final = "sales, tax included"
NET_SALES: Final = "sales, net of tax: too high by the tax"
BILLINGS: Final = "billings, tax included"
# Sales on so many days, all of them the last of a month, are sales by month.
_A_HABIT: Final = 3


def bases(ledger: Ledger, groups: Sequence[str], windows: Sequence[Window], policy: Policy) -> list[str]:
    """What the sales of each window are taken from.

    Receivables are with tax. So sales are those of the sales table where their tax is known; where it is not, billings,
    or, of a window that the ledger does not cover, the sales without their tax: named, since it is a mixed basis.

    The sales table cannot tell by a column that neither it nor the customers have; nor, where it has one day a month,
    the sales of a part of a month.
    """
    dates = ledger.frames.sales["date"]
    if dates.is_empty() or of_customers(ledger, groups) - {*ledger.columns("customers")}:
        return [BILLINGS] * len(windows)
    if has_tax(ledger) or policy.sales_tax is not None:
        return _where_by_month(dates, windows, SALES)
    first = ledger.complete_from
    net = _where_by_month(dates, windows, NET_SALES)
    return [
        BILLINGS if first <= window.start + timedelta(days=1) else basis
        for window, basis in zip(windows, net, strict=True)
    ]


def has_tax(ledger: Ledger) -> bool:
    """Whether the sales table has the tax of every row."""
    sales = ledger.frames.sales
    return "tax" in sales.columns and sales["tax"].null_count() == 0


def known_tax(ledger: Ledger) -> float | None:
    """The tax of the sales of the sales table, as a share of them, by those whose tax is known."""
    sales = ledger.frames.sales
    if "tax" not in sales.columns:
        return None
    known = sales.drop_nulls("tax").select(pl.col("amount", "tax").sum())
    amount, tax = known.row(0)
    return tax / amount if amount > 0 else None


def _where_by_month(dates: pl.Series, windows: Sequence[Window], basis: str) -> list[str]:
    """The basis of the sales table where it can tell the sales of a window, else billings."""
    if not by_month(dates):
        return [basis] * len(windows)
    edges = pl.DataFrame({"start": [w.start for w in windows], "end": [w.end for w in windows]})
    # The last day of the table may lie within a month that is not over.
    whole = [(pl.col(edge) == pl.col(edge).dt.month_end()) | (pl.col(edge) == dates.max()) for edge in edges.columns]
    return edges.select(pl.when(*whole).then(pl.lit(basis)).otherwise(pl.lit(BILLINGS))).to_series().to_list()


def of_customers(ledger: Ledger, groups: Sequence[str]) -> set[str]:
    """The group columns that the sales table does not have, so that they must be those of the customer."""
    return {*groups} - {*ledger.columns("sales")}


def by_month(dates: pl.Series) -> bool:
    """Whether sales are given by month: all on last days of months, but for a month that is not over."""
    days = dates.unique().sort()
    return len(days) >= _A_HABIT and bool((days == days.dt.month_end()).head(-1).all())


@dataclass(frozen=True)
class Question:
    """What is asked of a ledger: the days, the window that ends on each, the groups and the policy.

    Several days are asked for together, so that one pass over the ledger answers for all of them.

    Attributes
    ----------
    windows
        One for each day, the earliest first.
    groups
        Group columns with the currency.
    length
        Of the windows, as it was asked for.
    basis
        What sales are taken from; the same for all windows.
    answers
        What was computed for this question already (see :func:`once`).
    """

    ledger: Ledger
    windows: tuple[Window, ...]
    by: tuple[str, ...]
    groups: tuple[str, ...]
    policy: Policy
    length: Length
    basis: str
    answers: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def keys(self) -> list[str]:
        """The columns that make one row of an answer different from the others."""
        return [AS_OF, *self.groups]

    @cached_property
    def days(self) -> list[date]:
        """The days asked for."""
        return [window.end for window in self.windows]

    @property
    def knows_window(self) -> pl.Expr:
        """Whether the ledger covers every day of the window of a row of an answer."""
        first = self.ledger.complete_from
        # The window begins on the day after its start.
        return of_days([window.end for window in self.windows if first <= window.start + timedelta(days=1)])

    @cached_property
    def calendar(self) -> pl.DataFrame:
        """Each ``day`` of each window, with the day that the window ends on."""
        spans = [(day_of(window.start) + 1, day_of(window.end)) for window in self.windows]
        firsts = pl.DataFrame(spans, orient="row", schema={"day": pl.Int32, AS_OF: pl.Int32})
        return firsts.with_columns(pl.int_ranges("day", pl.col(AS_OF) + 1, dtype=pl.Int32)).explode("day")

    def entries(self, *types: str) -> Rows:
        """The entries of some types, or of all, up to the last ``day`` of the question; see :meth:`as_known`."""
        rows = movements(self.ledger, self.days[-1])
        return rows.filter(is_one_of("entry_type", *types)) if types else rows

    def items(self, types: Sequence[str], *columns: str) -> Rows:
        """The items of some types with their document day, first due day, group columns, and some more columns."""
        inside = [name for name in self.groups if name in self.ledger.columns("items")]
        wanted = dict.fromkeys(("item", "customer_id", "document_day", "due_day", *inside, *columns))
        rows = self.ledger.scan("items").filter(is_one_of("item_type", *types)).select(*wanted)
        return rows.join(first_due_days(self.ledger), on="item", how="left")

    def paid(self, entries: Rows) -> Rows:
        """Entries with ``paid``: what they settled; what a credit note settles is not paid."""
        credits = self.ledger.scan("items").filter(nw.col("item_type") == "credit_note")
        # Numbers of items are unique: the join marks entries and repeats none.
        credits = credits.select(nw.col("item_id").alias("counterpart_item_id"), nw.lit(True).alias("credited"))
        rows = entries.join(credits, on="counterpart_item_id", how="left")
        paid = is_one_of("entry_type", *PAID) & nw.col("credited").is_null()
        return rows.with_columns(nw.when(paid).then(-nw.col("amount")).otherwise(0).alias("paid"))

    def as_known(self, rows: Rows) -> Rows:
        """Entries as they were known on the day asked for: that a payment came back, not before it did."""
        return rows.filter(nw.col("known_day") <= nw.col(AS_OF))

    def in_windows(self, rows: Rows, *, on: str = "day") -> Rows:
        """Rows once for each window that contains their day, with the day on which it ends as ``as_of``."""
        # Fewer rows are looked up in the calendar.
        near = rows.filter(nw.col(on) > day_of(self.windows[0].start), nw.col(on) <= day_of(self.days[-1]))
        return near.join(beside(self.calendar, near), left_on=on, right_on="day", how="inner")

    def sums(self, rows: Rows, columns: Sequence[str], *, along: Sequence[str] = ()) -> pl.DataFrame:
        """The sums of some columns by the days and groups of the question, and by some more columns."""
        rows = with_columns_for(rows, self.groups, self.ledger, self.days, on=AS_OF)
        return collect(rows.group_by(*self.keys, *along).agg(nw.col(*columns).sum()), as_text=self.groups)

    def known(self, table: pl.DataFrame) -> pl.DataFrame:
        """Inputs of the window, missing where the ledger begins within it."""
        inputs = [name for name in table.columns if name not in self.keys]
        return table.with_columns(pl.when(self.knows_window).then(name).alias(name) for name in inputs)


def ask(ledger: Ledger, *, as_of: date | str, by: By, window: Length | None, policy: Policy | None) -> Question:
    """A question about a day that the ledger covers.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.
    UnknownNameError
        There is no such window or column.
    """
    [question] = ask_each(ledger, days=[ledger.require(as_of)], by=by, window=window, policy=policy)
    return question


def ask_each(
    ledger: Ledger, *, days: Sequence[date], by: By, window: Length | None, policy: Policy | None
) -> list[Question]:
    """A question about several days; where sales are taken from several sources, one for each of them.

    Without a window it is that of the policy. Intercompany is left out where the policy keeps it apart.
    """
    chosen = policy or DEFAULT_POLICY
    ledger = without_intercompany(ledger, chosen)
    names = (by,) if isinstance(by, str) else tuple(by or ())
    groups = tuple(group_columns(names, ledger))
    length = chosen.window if window is None else window
    windows = [window_ending(day, length, chosen) for day in days]
    of_basis: dict[str, list[Window]] = {}
    for stretch, basis in zip(windows, bases(ledger, groups, windows, chosen), strict=True):
        of_basis.setdefault(basis, []).append(stretch)
    return [Question(ledger, tuple(found), names, groups, chosen, length, basis) for basis, found in of_basis.items()]


def of_days(days: Sequence[date]) -> pl.Expr:
    """Whether a row of an answer is of one of some days."""
    return pl.col(AS_OF).is_in(pl.Series([day_of(day) for day in days], dtype=pl.Int32).implode())


Answer = TypeVar("Answer")


def once(compute: Callable[[Question], Answer]) -> Callable[[Question], Answer]:
    """A function of a question that computes once for each question, however many figures need it."""

    @wraps(compute)
    def answer(question: Question) -> Answer:
        if compute not in question.answers:
            question.answers[compute] = compute(question)
        found: Answer = question.answers[compute]
        return found

    return answer
