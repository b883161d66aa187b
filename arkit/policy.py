"""The policy: what a company decides, in TOML or Python, printed in every report.

Boundaries of buckets, the categories of customers with their rules, the stages of collection: each is data with its
limits and its sentence in every language, so a company adds its own without touching code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import count, islice, pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from arkit.calendar import currencies, month_ends_back, months_before
from arkit.errors import PolicyError, unknown_name
from arkit.resources import bundled, resource
from arkit.settings import Settings
from arkit.words.catalogue import ENGLISH, current_language, has_text, languages, text
from arkit.words.columns import NOT_DUE

if TYPE_CHECKING:
    import pandas as pd


Name = Annotated[str, Meta(min_length=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Amount = Annotated[float, Meta(ge=0)]
LeastAmount = Amount | dict[Name, Amount]  # in the currency of the items; or by currency, "other" for those not named


class Worded(Settings, frozen=True, kw_only=True):
    """A setting that readers meet by a name and a sentence: a stage, a category, a rule.

    Parameters
    ----------
    name
        Its name. The names of what comes with arkit have sentences in the catalogue.
    say
        Language to sentence, such as ``{en = "...", ru = "..."}``, for a company's own setting. A language that is
        missing falls back to English, then to the catalogue, then to a neutral sentence with the name.
    """

    room: ClassVar[str]
    """The file of the catalogue that has its sentences."""
    name: Name
    say: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for language in sorted(set(self.say) - set(languages())):
            raise self.error(f"say of {self.name!r} has no language {language!r}; it may have {', '.join(languages())}")

    def sentence(self, language: str | None = None) -> str:
        """What it says in a language, by default that of the page."""
        kind = f"{self.room}.{type(self).__name__.lower()}"
        key = f"{kind}.{self.name}" if has_text(f"{kind}.{self.name}") else f"{kind}_of_the_company"
        own = self.say.get(language or current_language()) or self.say.get(ENGLISH)
        return own or text(key, name=self.name, language=language)


class Category(Worded, frozen=True, kw_only=True):
    """A category of customers. Its sentence is what is recommended for them.

    Parameters
    ----------
    latest_stage
        The last stage of collection that its customers are taken to without a person's decision; empty for no limit.
    """

    room: ClassVar = "segmentation"
    latest_stage: str = ""


class Limit(Settings, frozen=True, kw_only=True):
    """A measure of the payment behaviour, and the value from which or up to which it counts.

    Parameters
    ----------
    measure
        A column of :func:`arkit.payment_behaviour`, or ``past_due_share``.
    figure
        What ``measure`` was called before; still read, with a warning.
    at_least, at_most
        One of the two.
    """

    measure: str = ""
    figure: str | UnsetType = UNSET
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.figure is not UNSET:
            warnings.warn(f"figure = {self.figure!r} is now called measure", FutureWarning, stacklevel=3)
            msgspec.structs.force_setattr(self, "measure", self.measure or self.figure)
            msgspec.structs.force_setattr(self, "figure", UNSET)
        if not self.measure:
            raise PolicyError("a limit needs a measure, such as days_late_median")
        if (self.at_least is None) == (self.at_most is None):
            raise PolicyError(f"{self.measure}: give either at_least or at_most")


class Rule(Worded, frozen=True, kw_only=True):
    """What puts a customer into a category: all of its limits are reached. Its sentence is its name in a language."""

    room: ClassVar = "segmentation"
    category: Name
    when: Annotated[tuple[Limit, ...], Meta(min_length=1)]


def _bundled_categories() -> tuple[Category, ...]:
    return default_rules().categories


class CategoryPolicy(Settings, frozen=True, kw_only=True):
    """The categories of customers, and the rules by which customers come into them.

    Parameters
    ----------
    categories
        In order of gravity, the least grave first; by default reliable, new, problem and risky.
    otherwise
        The category of customers for whom no rule fires; by default the first one.
    rules
        The rules; where several fire, the gravest category of theirs counts.
    least_amount, least_share
        Materiality: what is past due and undisputed counts from this amount and this share of the balance on; below
        either, ``material_days`` and ``past_due_share`` are 0, and no rule by them fires.
    offer_up_to_limit_use
        Longer terms are recommended to nobody with something past due, nor above this share of the credit limit.

    Raises
    ------
    PolicyError
        A rule, or ``otherwise``, has a category that is not listed, or a value is impossible.

    Examples
    --------
    >>> default_rules().names
    ('reliable', 'new', 'problem', 'risky')
    """

    name: str
    categories: Annotated[tuple[Category, ...], Meta(min_length=1)] = msgspec.field(default_factory=_bundled_categories)
    otherwise: str = ""
    rules: tuple[Rule, ...]
    least_amount: LeastAmount = 100.0
    least_share: Share = 0.05
    offer_up_to_limit_use: Amount = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_different(list(self.names), "categories")
        require_different([rule.name for rule in self.rules], "rules")
        for user, category in [*((rule.name, rule.category) for rule in self.rules), ("otherwise", self.usual)]:
            if category not in self.names:
                raise PolicyError(
                    f"the category of {user!r} is {category!r}, which is not listed: {', '.join(self.names)}. "
                    "List it among the categories, in its place by gravity"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the categories, the least grave first."""
        return tuple(category.name for category in self.categories)

    @property
    def usual(self) -> str:
        """The category of customers for whom no rule fires."""
        return self.otherwise or self.names[0]


class Stage(Worded, frozen=True, kw_only=True):
    """A stage of collection (dunning level). Its sentence is the next step that it asks for.

    Parameters
    ----------
    from_days
        The days past due from which it counts.
    channel, owner
        By what means, and whose task it is.
    """

    room: ClassVar = "collection"
    from_days: Annotated[int, Meta(ge=1)]
    channel: str
    owner: str


class Proportion(Settings, frozen=True, kw_only=True):
    """The amount and share of the balance, old enough for it, that a stage and those after it need to be collected."""

    stage: Name
    least_amount: LeastAmount = 0.0
    least_share: Share = 0.0


class AgeWeight(Settings, frozen=True, kw_only=True):
    """How much an amount counts in the worklist from a number of days past due on."""

    from_days: Annotated[int, Meta(ge=0)]
    weight: Share


BY_AGE = tuple(AgeWeight(from_days=days, weight=each) for days, each in ((0, 0.25), (15, 0.5), (31, 0.75), (61, 1.0)))


class CollectionPolicy(Settings, frozen=True, kw_only=True):
    """The stages of collection, in rising order of days, and how the worklist is ranked.

    Parameters
    ----------
    stages
        The stages.
    weights
        How much of an amount counts by its age, in rising order of days; by default those that come with arkit.
    held_by
        The kinds of flags that hold an amount back: it is shown, and neither asked for nor ranked.
    due_soon_days
        What falls due within so many days is shown beside what is past due.
    apply_first_share
        From what share of the amount to collect on unapplied cash and credits are to be applied before a call.
    in_proportion
        Which stages need an amount and a share of the balance; by default those that come with arkit.
    share_of_stage
        A stage is reached when this share of what is past due and undisputed is as old: a forgotten cent is no lawsuit.
    latest_stage
        Category to the last stage that its customers are taken to without a person's decision.

    Raises
    ------
    PolicyError
        The days do not rise, a latest stage is not one of the stages, or a value is impossible.

    Examples
    --------
    >>> default_stages().names[:3]
    ('reminder', 'letter', 'call')
    """

    name: str
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1)]
    share_of_stage: Annotated[float, Meta(gt=0, le=1)] = 0.2
    latest_stage: dict[str, str] = msgspec.field(default_factory=dict)
    weights: Annotated[tuple[AgeWeight, ...], Meta(min_length=1)] = BY_AGE
    held_by: tuple[Name, ...] = ("dispute", "promise", "plan")
    due_soon_days: Annotated[int, Meta(ge=0)] = 14
    apply_first_share: Share = 0.1
    in_proportion: tuple[Proportion, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        for rising in (self.stages, self.weights):
            days = [each.from_days for each in rising]
            if days != sorted(set(days)):
                raise PolicyError(f"from_days must rise, found {days}")
        for each in self.in_proportion or ():
            self._require_stage(each.stage, "stage of in_proportion")
        require_different(list(self.names), "stages")
        self.latest_of({})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages, the mildest first."""
        return tuple(stage.name for stage in self.stages)

    @property
    def proportions(self) -> tuple[Proportion, ...]:
        """For each stage that needs an amount and a share its own: what is stated of it, or of the last one before."""
        stated = default_stages().in_proportion if self.in_proportion is UNSET else self.in_proportion
        of_stage = {each.stage: each for each in stated or ()}
        found: list[Proportion] = []
        for name in self.names:
            if name in of_stage or found:
                found.append(msgspec.structs.replace(of_stage.get(name) or found[-1], stage=name))
        return tuple(found)

    def _require_stage(self, name: str, what: str) -> None:
        if name not in self.names:
            stages = ", ".join(self.names)
            raise PolicyError(f"the {what} is {name!r}, which is not one of the stages: {stages}")

    def latest_of(self, limits: Mapping[str, str]) -> dict[str, int]:
        """Category to the place of its last stage: the earlier one of that stated here and that among the limits.

        Raises
        ------
        PolicyError
            A limit is not one of the stages.
        """
        found: dict[str, int] = {}
        for category, latest in [*self.latest_stage.items(), *limits.items()]:
            self._require_stage(latest, f"latest_stage of {category!r}")
            found[category] = min(found.get(category, len(self.names)), self.names.index(latest))
        return found


def require_different(names: list[str], what: str) -> None:
    """Refuse a list in which a name occurs twice.

    Raises
    ------
    PolicyError
        Some do.
    """
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PolicyError(f"the {what} must have different names, found {', '.join(map(repr, twice))} more than once")


@cache
def default_rules() -> CategoryPolicy:
    """The categories and rules that come with arkit."""
    return CategoryPolicy.load(resource("templates/policies/categories.toml"))


def categories_of(table: pd.DataFrame, name: str = "category") -> tuple[str, ...]:
    """The categories of a table by gravity: the order of its column, or the bundled one where the column has none.

    Raises
    ------
    UnknownNameError
        The column has no order, and a category that is not a bundled one.

    Examples
    --------
    >>> import arkit as ar
    >>> categories_of(ar.categorise(ar.payment_behaviour(ar.sample_ledger(), as_of="2026-10-31")))
    ('reliable', 'new', 'problem', 'risky')
    """
    if getattr(table[name].dtype, "ordered", False):
        return tuple(table[name].cat.categories)
    known = default_rules().names
    require_known(table[name].dropna().unique(), known)
    return known


def require_known(found: Iterable[str], known: Sequence[str]) -> None:
    """Refuse a category that is not among those that are known.

    Raises
    ------
    UnknownNameError
        Which one.
    """
    for category in found:
        if category not in known:
            raise unknown_name("category", category, known=known)


@cache
def default_stages() -> CollectionPolicy:
    """The stages that come with arkit."""
    return CollectionPolicy.load(resource("templates/policies/collection.toml"))


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

    def over(self, default: Plausible) -> Plausible:
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
        open items of the same customer, entity, account and currency.
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
        month is one of them, a quarter three and a year twelve. Left out, months are those of the calendar.
    sales_tax
        The share of tax on the sales of the sales table, which are without it. Receivables are with tax: without this,
        and without a column ``tax``, billings are taken in place of the sales.
    large_unapplied
        From which share of the receivables on what is unapplied is large: the DSO of the control account is then shown
        beside the gross one.
    intercompany
        ``apart``: companies of the group are left out of KPIs, categories and worklist; ``included``: they count.
    advances_accounts
        The control accounts of advances received; left out, those with receipts and nothing else. What is on them is
        no credit balance to reclassify.
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

    def before(self, day: date, months: int) -> date:
        """The day with which the month ended that was so many months before: of the calendar, or of the periods.

        Raises
        ------
        PolicyError
            The periods begin later.

        Examples
        --------
        >>> Policy().before(date(2026, 3, 31), 1)
        datetime.date(2026, 2, 28)
        >>> Policy(period_ends=(date(2026, 1, 24), date(2026, 2, 28), date(2026, 3, 28))).before(date(2026, 3, 31), 2)
        datetime.date(2026, 2, 28)
        """
        if not self.period_ends or not months:
            return months_before(day, months)
        ended = next(islice(self.ends_before(day), months - 1, None), None)
        if ended is None:
            raise PolicyError(f"the periods do not say which day was the last {months} periods before {day}")
        return ended

    def ends_before(self, day: date) -> Iterator[date]:
        """The ends of the months before a day, the latest first, without end where they are those of the calendar."""
        if self.period_ends:
            return (end for end in reversed(self.period_ends) if end < day)
        return (months_before(day, back) for back in count(1))

    def month_ends(self, day: date, months: int) -> list[date]:
        """A day and the ends of the months before it, the earliest first, as far as the periods go."""
        if not self.period_ends:
            return month_ends_back(day, months)
        ended = [*islice(self.ends_before(day), months)]
        return [*reversed(ended), day]

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
