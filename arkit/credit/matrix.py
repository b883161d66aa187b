"""Categories against classes: how much of what matters stands with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from arkit.credit.rules import CATEGORIES
from arkit.errors import unknown_name

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ("customer_id", "currency")
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
