"""The panel of key figures, all made the same way from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import By
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.measures.inputs import Question, daily_sales, gather
from arkit.measures.registry import KEY_FIGURES, KeyFigure
from arkit.measures.windows import Length, window_ending
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

_PANEL: Final = ("figure", "title", "value", "unit", "good", "basis", "reason")


def key_figures(
    ledger: Ledger,
    *,
    as_of: date | str,
    by: By = None,
    window: Length = "month",
    policy: Policy | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Show the panel of key figures of a day.

    Formula: that of each figure in the registry; ``formula`` and ``source`` of each are in
    ``arkit.measures.KEY_FIGURES``.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day on which balances are taken and the window ends.
    by
        Column or columns to group by; the currency is always one of them.
    window
        ``month``, ``quarter``, ``year`` or a number of days: the stretch of sales and payments that ends on the day.
    policy
        What is past due, and whether unapplied amounts are netted.
    names
        The figures wanted; by default all.

    Returns
    -------
    DataFrame
        One row for each group and figure: the group columns, ``currency``, ``figure``, ``title``, ``value``, ``unit``
        (*days* or *ratio*, 0-1), ``good`` (whether *up* or *down* is good), ``basis`` of the sales, and ``reason``, which says why there is no
        number where there is none.

    Raises
    ------
    UnknownNameError
        There is no such figure, column or window.
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> panel = ar.key_figures(ar.sample_ledger(), as_of="2026-10-31", names=["dso", "past_due_ratio"])
    >>> sorted(panel["unit"].unique())
    ['days', 'ratio']

    References
    ----------
    Credit Research Foundation, standard measurements of receivables performance.
    """
    chosen = [_figure(name) for name in names or KEY_FIGURES]
    question = _question(ledger, as_of=as_of, by=by, window=window, policy=policy)
    parts = list(dict.fromkeys(part for figure in chosen for part in figure.parts))
    inputs = gather(question, parts)
    basis = daily_sales(question)[1] if any(figure.uses_sales for figure in chosen) else ""
    rows = [_row(inputs, figure, question.keys, basis) for figure in chosen]
    return pl.concat(rows).sort(question.keys, maintain_order=True).to_pandas()


def _row(inputs: pl.DataFrame, figure: KeyFigure, keys: list[str], basis: str) -> pl.DataFrame:
    value, reason = defined(figure)
    return inputs.select(
        *keys,
        pl.lit(figure.name).alias("figure"),
        pl.lit(figure.title).alias("title"),
        value.alias("value"),
        pl.lit(figure.unit).alias("unit"),
        pl.lit(figure.good).alias("good"),
        pl.lit(basis if figure.uses_sales else None, dtype=pl.String).alias("basis"),
        reason.alias("reason"),
    ).select(*keys, *_PANEL)


def defined(figure: KeyFigure) -> tuple[pl.Expr, pl.Expr]:
    """Return a figure's value where it is defined, and the reason where it is not."""
    reason = pl.lit(None, dtype=pl.String)
    for condition, text in reversed(figure.undefined):
        reason = pl.when(condition).then(pl.lit(text)).otherwise(reason)
    return pl.when(reason.is_null()).then(figure.value.cast(pl.Float64)), reason


def _figure(name: str) -> KeyFigure:
    if name not in KEY_FIGURES:
        raise unknown_name("key figure", name, known=KEY_FIGURES)
    return KEY_FIGURES[name]


def _question(ledger: Ledger, *, as_of: date | str, by: By, window: Length, policy: Policy | None) -> Question:
    day = ledger.require(as_of)
    names = (by,) if isinstance(by, str) else tuple(by or ())
    return Question(ledger, day, window_ending(day, window), names, policy or Policy())


def single_figure(
    name: str, ledger: Ledger, *, as_of: date | str, by: By, window: Length, policy: Policy | None
) -> pd.DataFrame:
    """Return one figure, its column named after it."""
    question = _question(ledger, as_of=as_of, by=by, window=window, policy=policy)
    figure = _figure(name)
    value, reason = defined(figure)
    inputs = gather(question, list(figure.parts))
    basis = pl.lit(daily_sales(question)[1]).alias("basis") if figure.uses_sales else None
    columns = [*question.keys, value.alias(name), *([basis] if basis is not None else []), reason.alias("reason")]
    return inputs.select(columns).to_pandas()
