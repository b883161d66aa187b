"""What is decided of an analysis: buckets, the window of KPIs and the company's own periods, what is plausible."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import count, islice, pairwise
from typing import Annotated, Literal, Self

import msgspec
from msgspec import UNSET, Meta, UnsetType

from arkit.calendar import currencies, last_month_end, month_ends_back, months_before
from arkit.errors import PolicyError, unknown_name
from arkit.policy.categories import CategoryPolicy, Name, Share, default_rules
from arkit.policy.collection import CollectionPolicy, default_stages
from arkit.resources import bundled
from arkit.settings import Settings
from arkit.words.columns import NOT_DUE


class Plausible(Settings, frozen=True, kw_only=True):
    """Between which values a check of plausibility is passed, and what happens where it is not.

    Parameters
    ----------
    at_least, at_most
        The limits; one that is left out is that of ``templates/policies/plausibility.toml``.
    then
        ``warn``: said below the title of a report. ``stop``: no report is made. ``off``: not checked.

    Examples
    --------
    >>> Policy(plausibility={"past_due": Plausible(at_most=0.8)}).plausible["past_due"].then
    'warn'
    """

    at_least: float | None = None
    at_most: float | None = None
    then: Literal["warn", "stop", "off"] | None = None

    def over(self, default: Self) -> Self:
        """These limits, with those of the default where one is left out."""
        own = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(default, **own)


@cache
def default_plausible() -> dict[str, Plausible]:
    """The checks of plausibility that come with arkit, with their limits."""
    return msgspec.convert(bundled("templates/policies/plausibility.toml"), dict[str, Plausible])


class Accepted(Settings, frozen=True, kw_only=True):
    """A difference to the general ledger that a person accepts for a report; it is shown in it for ever.

    Parameters
    ----------
    name, reason
        Who accepts it, and why.
    amount
        The unexplained difference itself, in currency units; another one is not accepted.
    entity, account, currency, day
        Where it is; one that is left out may be any.

    Examples
    --------
    >>> Accepted(name="A. Weber", reason="rounding of the interface", amount=0.01, entity="ES").entity
    'ES'
    """

    name: Name
    reason: Name
    amount: float
    entity: str = ""
    account: str = ""
    currency: str = ""
    day: date | None = None


class Policy(Settings, frozen=True, kw_only=True):
    """Settings of an analysis.

    Parameters
    ----------
    name
        What the policy is called in a report.
    edges
        Last day of each bucket but the last, rising: (30, 60, 90) gives 1-30, 31-60, 61-90, over 90.
    basis
        Days are counted from the due date or from the document date. With the document date there is no *not due*.
    day_zero
        Whether an item is overdue on its due date itself.
    unapplied
        ``apart``: credits and receipts still open are a column of their own. ``net``: they first reduce the oldest
        open items of the same customer, entity, account and currency; advances those on other accounts too.
    stop_share_of_rows, stop_share_of_amount
        A month-end stops when a larger share of the source rows, or of the control total, had to be excluded.
    gl_tolerance
        Largest unexplained difference to the general ledger, in currency units, that still ties out.
    cost_of_capital
        What money costs in a year, as a share of it: the rate at which receivables are financed.
    currency
        The presentation currency of reports and dashboards; empty for the base currency of the exchange rates, else
        the functional currency with the largest gross receivables.
    max_rate_age
        The oldest exchange rate that reports and dashboards may use, in days before the day: with rates of month-ends,
        a month.
    window
        The stretch of sales and payments that KPIs take: ``month``, ``quarter``, ``year``, or a number of days.
    period_ends
        The last days of the company's own periods, rising, such as those of a 4-4-5 calendar or of a year from April: a
        month is one of them, a quarter three and a year twelve. Trends go back as far as they do; a year before the
        day is needed. Left out, months are those of the calendar.
    sales_tax
        The share of tax on the sales of the sales table, which are without it. Receivables are with tax: without this,
        and without a column ``tax``, billings are taken in place of the sales.
    usual_sales_tax
        Between which shares the tax on sales lies where nothing says it: where sales are without tax, and no billings
        are known for the window, reports say by how much a KPI is too high.
    large_unapplied
        From which share of the receivables on what is unapplied is large: the DSO of the control account is then shown
        beside the gross one.
    intercompany
        ``apart``: companies of the group are left out of KPIs, categories and worklist; ``included``: they count.
    advances_accounts
        The control accounts of advances received; left out, those with receipts and nothing else. What is on them is
        no credit balance to reclassify. With ``unapplied = "net"``, what is on an account that is named here reduces
        the customer's debts on all accounts of the entity; other credits reduce those of their own account.
    segmentation
        The company's own categories and rules; left out, those of ``templates/policies/categories.toml``.
    collection
        The company's own stages; left out, those of ``templates/policies/collection.toml``.
    plausibility
        Other limits of single checks than those of ``templates/policies/plausibility.toml``.

    Examples
    --------
    >>> Policy(edges=(30, 60)).labels
    ('not due', '1-30', '31-60', 'over 60')
    >>> Policy(day_zero="overdue").labels
    ('not due', '0-30', '31-60', '61-90', 'over 90')
    >>> Policy(basis="document_date").labels
    ('0-30', '31-60', '61-90', 'over 90')
    """

    name: str = "default"
    edges: tuple[Annotated[int, Meta(ge=0)], ...] = (30, 60, 90)
    basis: Literal["due_date", "document_date"] = "due_date"
    day_zero: Literal["not due", "overdue"] = "not due"
    unapplied: Literal["apart", "net"] = "apart"
    stop_share_of_rows: Share = 0.02
    stop_share_of_amount: Share = 0.01
    gl_tolerance: Annotated[float, Meta(ge=0)] = 0.0
    cost_of_capital: Share = 0.08
    currency: str = ""
    max_rate_age: Annotated[int, Meta(ge=0)] = 31
    window: Literal["month", "quarter", "year"] | Annotated[int, Meta(ge=1, le=36_525)] = "quarter"
    period_ends: tuple[date, ...] = ()
    sales_tax: Share | None = None
    usual_sales_tax: tuple[Share, Share] = (0.05, 0.27)
    large_unapplied: Share = 0.1
    intercompany: Literal["apart", "included"] = "apart"
    advances_accounts: tuple[Name, ...] | UnsetType = UNSET
    segmentation: CategoryPolicy | UnsetType = UNSET
    collection: CollectionPolicy | UnsetType = UNSET
    plausibility: dict[str, Plausible] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in set(self.plausibility) - set(default_plausible()):
            raise PolicyError(str(unknown_name("check of plausibility", name, known=default_plausible())))
        if not self.edges:
            raise PolicyError("edges needs at least one day, for example [30, 60, 90].")
        if any(low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise PolicyError(f"edges must rise, found {list(self.edges)}")
        if self.first_overdue_day > self.edges[0]:
            raise PolicyError(f"the first edge must be at least {self.first_overdue_day}, found {self.edges[0]}")
        if self.currency and self.currency not in currencies():
            raise PolicyError(f"currency must be a code of ISO 4217 such as EUR, found {self.currency!r}")
        if any(one >= other for one, other in pairwise(self.period_ends)):
            raise PolicyError("the last days of the periods must rise")
        if self.segmentation is not UNSET:
            self.latest_stages()

    @property
    def first_overdue_day(self) -> int:
        """The first number of days that falls into a numbered bucket."""
        return 1 if self.basis == "due_date" and self.day_zero == "not due" else 0

    @property
    def has_not_due(self) -> bool:
        """Whether the policy knows a *not due* bucket."""
        return self.basis == "due_date"

    @property
    def starts(self) -> tuple[int, ...]:
        """First day of each numbered bucket; bucket k is ``starts[k] <= days < starts[k + 1]``; the last has no end."""
        return (self.first_overdue_day, *(edge + 1 for edge in self.edges))

    @property
    def labels(self) -> tuple[str, ...]:
        """Bucket labels from the youngest to the oldest."""
        numbered = [f"{low}-{high}" for low, high in zip(self.starts, self.edges, strict=False)]
        return (*([NOT_DUE] if self.has_not_due else []), *numbered, f"over {self.edges[-1]}")

    def with_window(self, stated: str | int) -> Self:
        """The policy with the window that a command or a run file states; with its own where they state none.

        Raises
        ------
        PolicyError
            There is no such window.

        Examples
        --------
        >>> Policy().with_window("").window, Policy().with_window("year").window, Policy().with_window("90").window
        ('quarter', 'year', 90)
        """
        window = int(stated) if str(stated).isdecimal() else stated
        return self if window == "" else msgspec.structs.replace(self, window=window)

    def before(self, day: date, months: int) -> date:
        """The day with which the month ended that was so many months before: of the calendar, or of the periods.

        Raises
        ------
        PolicyError
            The periods begin later, or end before the day.

        Examples
        --------
        >>> Policy().before(date(2026, 3, 31), 1)
        datetime.date(2026, 2, 28)
        >>> Policy(period_ends=(date(2026, 1, 24), date(2026, 2, 28), date(2026, 3, 28))).before(date(2026, 3, 28), 2)
        datetime.date(2026, 1, 24)
        """
        ends = self.month_ends(day, months)
        if len(ends) <= months:
            raise PolicyError(f"period_ends do not say which day was the last {months} periods before {day}")
        return ends[0]

    def ends_before(self, day: date) -> Iterator[date]:
        """The ends of the months before a day, the latest first, without end where they are those of the calendar.

        Raises
        ------
        PolicyError
            The periods end before the day: the last one would be too long.
        """
        if not self.period_ends:
            return (months_before(day, back) for back in count(1))
        if day > self.period_ends[-1]:
            raise PolicyError(f"period_ends go up to {self.period_ends[-1]}; add those up to {day}")
        return (end for end in reversed(self.period_ends) if end < day)

    def month_ends(self, day: date, months: int, *, since: date = date.min) -> list[date]:
        """A day and the ends of the months before it, the earliest first: those of the calendar, or of the periods.

        Fewer than asked for where the periods, or the days ``since`` which a ledger has balances, begin later.

        Examples
        --------
        >>> [str(day) for day in Policy().month_ends(date(2026, 3, 31), 12, since=date(2026, 2, 1))]
        ['2026-02-28', '2026-03-31']
        """
        own = self.period_ends
        ended = [*islice(self.ends_before(day), months)][::-1] if own else month_ends_back(day, months)[:-1]
        return [*(end for end in ended if end >= since), day]

    def month_before(self, day: date, *, since: date = date.min) -> date | None:
        """The day with which the month before ended, if the periods and the days ``since`` go as far back."""
        ends = self.month_ends(day, 1, since=since)
        return ends[0] if len(ends) > 1 else None

    def last_month_end(self, day: date) -> date:
        """The last day up to a day with which a month of the calendar ended, or a period.

        Raises
        ------
        PolicyError
            The periods begin later, or end before the day.
        """
        if not self.period_ends:
            return last_month_end(day)
        return day if day in self.period_ends else self.before(day, 1)

    def last_whole(self, day: date) -> date:
        """The last day up to a day with which a whole month ended; in the calendar a month may end on any day.

        A period that is not over has fewer payments than a whole one: beside those before, it would look like a fall.
        """
        return self.last_month_end(day) if self.period_ends else day

    @property
    def categories(self) -> CategoryPolicy:
        """The categories and rules: the company's own, or those that come with arkit."""
        return self.segmentation or default_rules()

    @property
    def stages(self) -> CollectionPolicy:
        """The stages of collection: the company's own, or those that come with arkit."""
        return self.collection or default_stages()

    @property
    def plausible(self) -> dict[str, Plausible]:
        """The limits of each check of plausibility."""
        return {
            name: self.plausibility.get(name, default).over(default) for name, default in default_plausible().items()
        }

    def latest_stages(self, stages: CollectionPolicy | None = None) -> dict[str, int]:
        """Category to the place of the last stage that its customers are taken to without a person's decision."""
        limits = {category.name: category.latest_stage for category in self.categories.categories}
        return (stages or self.stages).latest_of({name: latest for name, latest in limits.items() if latest})


DEFAULT_POLICY = Policy()
"""What is decided where nothing is stated."""
