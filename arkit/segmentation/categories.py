"""Categories of customers, by rules that can be explained to the customer they are about.

A policy lists its categories by gravity, and the rules that put a customer into one. A table with a ``category``
carries that list as the order of the column, so that a comparison, a matrix or a chart of it needs no second list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from arkit.errors import unknown_name
from arkit.policy import Category, CategoryPolicy, Limit, Policy, Rule, categories_of, default_rules
from arkit.policy.categories import require_known
from arkit.segmentation.behaviour import KEYS
from arkit.words.catalogue import current_language, has_text, speaking, text
from arkit.words.columns import column

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_RULES: Final = "; "
# What rules of a company may still say, and what is judged.
MEANT: Final = {"oldest_days": "material_days", "longest_silence": "silence"}


def categorise(
    behaviour: pd.DataFrame, *, policy: CategoryPolicy | Policy | None = None, language: str | None = None
) -> pd.DataFrame:
    """Each customer's category, with the rules that fired, the evidence and a recommendation.

    Formula: a rule fires when all of its limits are reached; the category is the gravest of the rules that fired
    (risky, problem, new), and reliable where none did. A measure that is missing reaches no limit.
    ``past_due_share = material_past_due / open_amount``: neither a forgotten cent nor an open dispute counts. An offer,
    such as a longer term, is recommended only where nothing is past due and the limit is not used beyond
    ``offer_up_to_limit_use``.

    Parameters
    ----------
    behaviour
        The table of :func:`arkit.payment_behaviour`.
    policy
        The categories and rules, or a policy with its own; by default those of ``templates/policies/categories.toml``.
    language
        Of evidence and recommendation: ``en``, ``ru`` or ``zh``; by default that of the page.

    Returns
    -------
    DataFrame
        The behaviour with ``category`` (ordered, the gravest last), ``rules`` (those that fired), ``evidence`` (each
        measure with its limit) and ``recommendation``.

    Raises
    ------
    UnknownNameError
        A rule has a measure that the behaviour does not have, or there is no such language.

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
    chosen = policy.categories if isinstance(policy, Policy) else policy or default_rules()
    share = pl.when(pl.col("open_amount") > 0).then(pl.col("material_past_due") / pl.col("open_amount"))
    frame = pl.from_pandas(behaviour).with_columns(past_due_share=share)
    for limit in (limit for rule in chosen.rules for limit in rule.when):
        if _judged(limit.measure) not in frame.columns:
            raise unknown_name("measure of behaviour", limit.measure, known=frame.columns)
    with speaking(language or current_language()):
        # Lazily, so that whether a rule fires is computed once for all of the columns that ask.
        return frame.lazy().with_columns(_judgement(chosen)).collect().to_pandas()


def _judgement(policy: CategoryPolicy) -> list[pl.Expr]:
    """The columns that the rules add to the behaviour."""
    advice = {category.name: category.sentence() for category in policy.categories}
    offers = {category.name: _offer(category) for category in policy.categories}
    category = _gravest(policy)
    welcome = (pl.col("past_due") <= 0) & (pl.col("limit_use").fill_null(0.0) <= policy.offer_up_to_limit_use)
    said = [
        category.replace_strict(advice, return_dtype=pl.String),
        pl.when(welcome).then(category.replace_strict(offers, return_dtype=pl.String)),
    ]
    return [
        category.alias("category"),
        _of_fired(policy, lambda rule: pl.lit(rule.name), between=BETWEEN_RULES).alias("rules"),
        _of_fired(policy, _evidence, between=text("segmentation.evidence.between_rules")).alias("evidence"),
        pl.concat_str(said, separator=" ", ignore_nulls=True).str.strip_chars().alias("recommendation"),
    ]


def _offer(category: Category) -> str:
    """What may be offered beyond it, such as a longer term, where nothing speaks against it."""
    key = f"segmentation.offer.{category.name}"
    return text(key) if has_text(key) and not category.say else ""


def _fires(rule: Rule) -> pl.Expr:
    return pl.all_horizontal(_is_reached(limit) for limit in rule.when)


def _is_reached(limit: Limit) -> pl.Expr:
    value = pl.col(_judged(limit.measure))
    reached = value >= limit.at_least if limit.at_least is not None else value <= limit.at_most
    # Polars takes NaN for larger than any number, and it would reach every limit.
    return reached.fill_null(False) & value.cast(pl.Float64).is_not_nan().fill_null(False)


def _judged(measure: str) -> str:
    """What a rule looks at: of debts, what is material; of silence, that of today."""
    return MEANT.get(measure, measure)


def _gravest(policy: CategoryPolicy) -> pl.Expr:
    """The gravest category of the rules that fire; compared by places in the list, where the last is the gravest."""
    names = policy.names
    places = [pl.when(_fires(rule)).then(names.index(rule.category)) for rule in policy.rules]
    gravest = pl.max_horizontal(*places, pl.lit(None, pl.Int32)).fill_null(names.index(policy.usual))
    return gravest.replace_strict(dict(enumerate(names)), return_dtype=pl.Enum(names))


def _of_fired(policy: CategoryPolicy, said_of: Callable[[Rule], pl.Expr], *, between: str) -> pl.Expr:
    """What is said of each of the rules that fire, one after another."""
    parts = [pl.when(_fires(rule)).then(said_of(rule)) for rule in policy.rules]
    return pl.concat_str(pl.lit(None, pl.String), *parts, separator=between, ignore_nulls=True)


def _evidence(rule: Rule) -> pl.Expr:
    """A rule's measures with their limits, such as ``days late, median 48 (at least 45)``."""
    return pl.concat_str(map(_measured, rule.when), separator=text("segmentation.evidence.between_limits"))


def _measured(limit: Limit) -> pl.Expr:
    measure = _judged(limit.measure)
    shown, key = column(measure), f"segmentation.measure.{measure}"
    name = text(key) if has_text(key) else shown.title.lower()
    bound, kind = (limit.at_least, "at_least") if limit.at_least is not None else (limit.at_most, "at_most")
    value = pl.col(measure).cast(pl.Float64)
    if shown.kind == "ratio":
        kind, bound, value = f"{kind}_percent", round((bound or 0) * 100), (value * 100).round(0)
    number = value.round(1).cast(pl.String).str.strip_suffix(".0")
    return sentence(f"segmentation.evidence.{kind}", measure=name, value=number, limit=f"{bound:g}")


def sentence(key: str, *, count: pl.Series | None = None, **values: pl.Expr | str) -> pl.Expr:
    """The sentence of a key, with values that differ from row to row: null where one of them is missing.

    Parameters
    ----------
    key
        As in :func:`arkit.words.catalogue.text`.
    count
        The column of the rows that decides between plural forms.
    values
        What the placeholders become.

    Examples
    --------
    >>> rows = pl.DataFrame({"part": [50, None]})
    >>> rows.select(shown=sentence("collection.reason.insured", share=pl.col("part")))["shown"].to_list()
    ['50 % of the balance is insured.', None]
    """
    by_row = {name: value for name, value in values.items() if isinstance(value, pl.Expr)}
    # Each column gets a mark that occurs in no sentence; cut at the marks, a sentence is text, name, text, name, text.
    stated: dict[str, Any] = {**values, **{name: f"\0{name}\0" for name in by_row}}
    numbers = [None] if count is None else count.drop_nulls().unique().to_list()
    forms = {number: text(key, count=number, **stated).split("\0") for number in numbers}

    def part(place: int, piece: str) -> pl.Expr:
        if place % 2:
            return by_row[piece].cast(pl.String)
        return pl.lit(piece) if count is None else worded(count, lambda number: forms[number][place])

    return pl.concat_str([part(*each) for each in enumerate(next(iter(forms.values()), [""]))])


def worded(values: pl.Series, word: Callable[[Any], str]) -> pl.Expr:
    """The column of the values in words, found once for each that is different."""
    words = {value: word(value) for value in values.drop_nulls().unique()}
    return pl.col(values.name).replace_strict(words, default=None, return_dtype=pl.String)


def _by_gravity(table: pd.DataFrame, columns: Sequence[str], known: tuple[str, ...]) -> pl.DataFrame:
    """Columns of a table, the category among them as one of the known."""
    require_known(table["category"].dropna().unique(), known)
    rows = pl.from_pandas(table[list(columns)])
    return rows.with_columns(pl.col("category").cast(pl.String).cast(pl.Enum(known)))


def migration(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The customers of two days with the category of each, and what changed.

    Formula: customers of either table, by ``customer_id`` and ``currency``; *worse* is a graver category, by the order
    of the later table. The migration matrix is the count of rows by ``category_before`` and ``category``.

    Parameters
    ----------
    before, after
        Tables of :func:`categorise` of the earlier and the later day.

    Returns
    -------
    DataFrame
        One row for each customer and currency: ``category_before``, ``category``, ``moved`` (*worse*, *better*, *same*,
        *came*, *went*), ``began`` and ``ended`` (rules that fire now and did not, and the reverse).

    Raises
    ------
    UnknownNameError
        The earlier table has a category that the later one does not know: both need the same policy.

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
    known = categories_of(after)
    shown = [*KEYS, "name", "category", "rules", "open_amount", "past_due"]
    earlier, later = (_by_gravity(table, shown, known) for table in (before, after))
    both = later.join(earlier, on=KEYS, how="full", suffix="_before", coalesce=True)
    graver = pl.col("category").to_physical().cast(pl.Int32) - pl.col("category_before").to_physical().cast(pl.Int32)
    came_or_went = pl.when(pl.col("category_before").is_null()).then(pl.lit("came")).otherwise(pl.lit("went"))
    direction = graver.sign().replace_strict({1: "worse", 0: "same", -1: "better"}, return_dtype=pl.String)
    rows = both.select(
        *KEYS,
        pl.coalesce("name", "name_before"),
        "category_before",
        "category",
        direction.fill_null(came_or_went).alias("moved"),
        _only_in("rules", "rules_before").alias("began"),
        _only_in("rules_before", "rules").alias("ended"),
        "open_amount",
        "past_due",
    )
    return rows.sort(KEYS).to_pandas()


def _only_in(one: str, other: str) -> pl.Expr:
    rules, others = (pl.col(name).fill_null("").str.split(BETWEEN_RULES) for name in (one, other))
    return rules.list.set_difference(others).list.drop_nulls().list.sort().list.join(BETWEEN_RULES)


CLASSES: Final = ("A", "B", "C", "none")
CLASS_OF: Final = {"exposure": "class_of_exposure", "sales": "class_of_sales"}


def category_matrix(
    categorised: pd.DataFrame, classes: pd.DataFrame, *, of: Literal["exposure", "sales"] = "exposure"
) -> pd.DataFrame:
    """How many customers of each ABC class are in each category, and what they owe.

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
    rows = _by_gravity(categorised, [*KEYS, "category", "open_amount", "past_due"], categories_of(categorised))
    rows = rows.join(of_customer, on=KEYS, how="left")
    rows = rows.with_columns(pl.col("abc_class").fill_null(CLASSES[-1]).cast(pl.Enum(CLASSES)))
    counts = rows.group_by("currency", "abc_class", "category").agg(
        pl.len().cast(pl.Int64).alias("customers"), pl.col("open_amount", "past_due").sum().round(4)
    )
    counts = counts.sort("currency", "abc_class", "category", descending=[False, False, True])
    return counts.with_columns(pl.col("abc_class").cast(pl.String)).to_pandas()
