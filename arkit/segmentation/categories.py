"""Categories: whom to trust, by rules that can be explained to the customer they are about.

Rules that a credit manager can read: figures and their limits, in TOML.

Categories against classes: how much of what matters stands with whom.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

import msgspec
import polars as pl

from arkit.errors import PolicyError, unknown_name
from arkit.resources import resource
from arkit.settings import read_settings
from arkit.words.catalogue import text
from arkit.words.columns import column

if TYPE_CHECKING:
    import pandas as pd

Category = Literal["reliable", "new", "problem", "risky"]
CATEGORIES: Final[tuple[Category, ...]] = ("reliable", "new", "problem", "risky")
"""From the one to keep to the one to leave."""


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure of the payment behaviour and the value from which, or up to which, it counts."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.figure}: give either at_least or at_most")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What makes a customer a problem, risky or new: all of its limits are reached."""

    name: str
    category: Literal["new", "problem", "risky"]
    when: Annotated[tuple[Limit, ...], msgspec.Meta(min_length=1)]


class CategoryPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rules by which customers are categorised.

    Examples
    --------
    >>> rules = CategoryPolicy.load(resource("templates/policies/categories.toml")).rules
    >>> rules[0].category
    'new'
    """

    name: str
    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read the rules from a TOML file.

        Raises
        ------
        PolicyError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        return read_settings(path, cls, what="category policy", error=PolicyError)


def default_rules() -> CategoryPolicy:
    """Return the rules that come with arkit."""
    return CategoryPolicy.load(resource("templates/policies/categories.toml"))


KEYS: Final = ("customer_id", "currency")


def categorise(behaviour: pd.DataFrame, *, policy: CategoryPolicy | None = None, language: str = "en") -> pd.DataFrame:
    """Put each customer into a category, with the rules that fired, the evidence and a recommendation.

    Formula: a rule fires when all of its limits are reached; the category is the gravest of the rules that fired
    (risky, problem, new), and reliable where none did. A figure that is missing reaches no limit.

    Parameters
    ----------
    behaviour
        The table of :func:`arkit.payment_behaviour`.
    policy
        The rules; by default those of ``templates/policies/categories.toml``.
    language
        Of the recommendation: ``en``, ``ru`` or ``zh``.

    Returns
    -------
    DataFrame
        The behaviour with ``category``, ``rules`` (those that fired), ``evidence`` (each figure with its limit) and
        ``recommendation``.

    Raises
    ------
    UnknownNameError
        A rule names a figure that the behaviour does not have.

    Examples
    --------
    >>> import arkit as ar
    >>> behaviour = ar.payment_behaviour(ar.sample_ledger(), as_of="2026-10-31")
    >>> sorted(ar.categorise(behaviour)["category"].unique())
    ['new', 'problem', 'reliable', 'risky']

    References
    ----------
    The three categories of Russian credit-control handbooks: reliable, problem, risky.
    """
    rules = (policy or default_rules()).rules
    frame = pl.from_pandas(behaviour).with_columns(past_due_share=_past_due_share())
    for limit in (limit for rule in rules for limit in rule.when):
        if limit.figure not in frame.columns:
            raise unknown_name("figure of behaviour", limit.figure, known=frame.columns)
    fired = [_fires(rule) for rule in rules]
    gravest = pl.max_horizontal(
        pl.when(fires).then(CATEGORIES.index(rule.category)).otherwise(0)
        for rule, fires in zip(rules, fired, strict=True)
    )
    advice = {name: text(f"segmentation.category.{name}", language=language) for name in CATEGORIES}
    table = frame.with_columns(
        category=gravest.replace_strict(dict(enumerate(CATEGORIES)), return_dtype=pl.String),
        rules=_listed(pl.when(fires).then(pl.lit(rule.name)) for rule, fires in zip(rules, fired, strict=True)),
        evidence=_listed(pl.when(fires).then(_evidence(rule)) for rule, fires in zip(rules, fired, strict=True)),
    )
    return table.with_columns(
        recommendation=pl.col("category").replace_strict(advice, return_dtype=pl.String)
    ).to_pandas()


def _past_due_share() -> pl.Expr:
    return pl.when(pl.col("open_amount") > 0).then(pl.col("past_due") / pl.col("open_amount"))


def _fires(rule: Rule) -> pl.Expr:
    return pl.all_horizontal(_reaches(limit) for limit in rule.when)


def _reaches(limit: Limit) -> pl.Expr:
    value = pl.col(limit.figure)
    reached = value >= limit.at_least if limit.at_least is not None else value <= limit.at_most
    return reached.fill_null(False) & value.cast(pl.Float64).is_not_nan().fill_null(False)


def _evidence(rule: Rule) -> pl.Expr:
    """Return a rule's figures with their limits as a sentence: ``days late, median 48 (at least 45)``."""
    parts = [_figure_in_words(limit) for limit in rule.when]
    return pl.concat_str(parts, separator=", ")


def _figure_in_words(limit: Limit) -> pl.Expr:
    shown = column(limit.figure)
    bound, words = (limit.at_least, "at least") if limit.at_least is not None else (limit.at_most, "at most")
    value = pl.col(limit.figure).cast(pl.Float64)
    if shown.kind == "ratio":
        number, limit_text, unit = (value * 100).round(0).cast(pl.Int64, strict=False), f"{bound or 0:.0%}", "%"
    else:
        number, limit_text, unit = value.round(1), f"{bound:g}", ""
    return pl.format(
        "{} {}" + unit + f" ({words} {limit_text})",
        pl.lit(shown.title.lower()),
        number.cast(pl.String).str.strip_suffix(".0"),
    )


def _listed(texts: object) -> pl.Expr:
    return pl.concat_str(texts, separator="; ", ignore_nulls=True)  # type: ignore[arg-type]


def migration(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Show who changed the category between two days, and what changed.

    Formula: customers of either table, by ``customer_id`` and ``currency``; one that is in only one of them is *absent*
    in the other. The matrix is the count of rows by ``category_before`` and ``category``.

    Parameters
    ----------
    before, after
        Tables of :func:`categorise` of the earlier and the later day.

    Returns
    -------
    DataFrame
        One row for each customer and currency: ``category_before``, ``category``, ``moved`` (*worse*, *better*, *same*,
        *came*, *went*), ``began`` and ``ended`` (rules that fire now and did not, and the reverse).

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> days = ("2026-09-30", "2026-10-31")
    >>> tables = [ar.categorise(ar.payment_behaviour(ledger, as_of=day)) for day in days]
    >>> set(ar.migration(*tables)["moved"]) <= {"worse", "better", "same", "came", "went"}
    True

    References
    ----------
    Migration matrices of credit ratings.
    """
    columns = ["name", "category", "rules", "open_amount", "past_due"]
    earlier = pl.from_pandas(before).select(*KEYS, *columns)
    later = pl.from_pandas(after).select(*KEYS, *columns)
    both = later.join(earlier, on=KEYS, how="full", suffix="_before", coalesce=True)
    places = {name: place for place, name in enumerate(CATEGORIES)}
    now, then = (pl.col(name).replace_strict(places, return_dtype=pl.Int8) for name in ("category", "category_before"))
    moved = (
        pl.when(pl.col("category_before").is_null())
        .then(pl.lit("came"))
        .when(pl.col("category").is_null())
        .then(pl.lit("went"))
        .when(now > then)
        .then(pl.lit("worse"))
        .when(now < then)
        .then(pl.lit("better"))
        .otherwise(pl.lit("same"))
    )
    rows = both.with_columns(
        name=pl.coalesce("name", "name_before"),
        moved=moved,
        began=_only_in("rules", "rules_before"),
        ended=_only_in("rules_before", "rules"),
    )
    shown = ["name", "category_before", "category", "moved", "began", "ended", "open_amount", "past_due"]
    return rows.select(*KEYS, *shown).sort(KEYS).to_pandas()


def _only_in(one: str, other: str) -> pl.Expr:
    rules = pl.col(one).fill_null("").str.split("; ")
    others = pl.col(other).fill_null("").str.split("; ")
    return rules.list.set_difference(others).list.drop_nulls().list.sort().list.join("; ")


CLASSES: Final = ("A", "B", "C")
NO_CLASS: Final = "none"
CLASS_OF: Final = {"exposure": "class_of_exposure", "sales": "class_of_sales"}


def category_matrix(
    categorised: pd.DataFrame, classes: pd.DataFrame, *, of: Literal["exposure", "sales"] = "exposure"
) -> pd.DataFrame:
    """Show how many customers of each ABC class are in each category, and what they owe.

    Formula: customers and amounts counted by ``currency``, class and ``category``. A customer without a class (nothing
    open, or no sales) counts under *none*.

    Parameters
    ----------
    categorised
        The table of :func:`arkit.categorise`.
    classes
        The table of :func:`arkit.abc` of the same day.
    of
        Classes by ``exposure`` or by ``sales``.

    Returns
    -------
    DataFrame
        One row for each currency, ``abc_class`` and ``category`` that has customers: ``customers``, ``open_amount``
        and ``past_due``; classes from A on, the gravest category first.

    Raises
    ------
    UnknownNameError
        There are no such classes.

    Examples
    --------
    >>> import arkit as ar
    >>> day = "2026-10-31"
    >>> categorised = ar.categorise(ar.payment_behaviour(ar.sample_ledger(), as_of=day))
    >>> matrix = ar.category_matrix(categorised, ar.abc(ar.sample_ledger(), as_of=day))
    >>> int(matrix["customers"].sum()) == len(categorised)
    True

    References
    ----------
    Matrices of importance and risk in credit portfolios; ABC after Dickie (1951).
    """
    if of not in CLASS_OF:
        raise unknown_name("kind of class", of, known=CLASS_OF)
    of_customer = pl.from_pandas(classes[[*KEYS, CLASS_OF[of]]]).rename({CLASS_OF[of]: "abc_class"})
    rows = pl.from_pandas(categorised[[*KEYS, "category", "open_amount", "past_due"]])
    rows = rows.join(of_customer, on=KEYS, how="left").with_columns(pl.col("abc_class").fill_null(NO_CLASS))
    counts = rows.group_by("currency", "abc_class", "category").agg(
        pl.len().cast(pl.Int64).alias("customers"), pl.col("open_amount", "past_due").sum().round(4)
    )
    places = [pl.col("abc_class").replace_strict(_places((*CLASSES, NO_CLASS)), return_dtype=pl.Int8)]
    places.append(pl.col("category").replace_strict(_places(tuple(reversed(CATEGORIES))), return_dtype=pl.Int8))
    return counts.sort("currency", *places).to_pandas()


def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
