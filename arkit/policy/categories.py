"""The categories of customers and their rules; and what every setting is that readers meet by a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from arkit.errors import PolicyError, unknown_name
from arkit.resources import resource
from arkit.settings import Settings
from arkit.words.catalogue import ENGLISH, current_language, has_text, languages, text

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
