"""The panel of key figures, all made the same way from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import By
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import minor_per_unit
from arkit.measures.inputs import daily_sales, gather
from arkit.measures.question import Question, ask
from arkit.measures.registry import KEY_FIGURES, KeyFigure
from arkit.measures.windows import Length
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
        What is past due, whether unapplied amounts are netted, and the yearly cost of capital.
    names
        The figures wanted; by default all.

    Returns
    -------
    DataFrame
        One row for each group and figure: the group columns, ``currency``, ``figure``, ``title``, ``value``, ``unit``
        (*days*, *ratio* 0-1, *times*, or *amount* in currency units), ``good`` (whether *up* or *down* is good),
        ``basis`` of the sales, and ``reason``, which says why there is no number where there is none.

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
    figures = [_figure(name) for name in names or KEY_FIGURES]
    question = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    wide = figures_of(question, figures)
    rows = _side_by_side(wide, question.keys, figures).join(_descriptions(question, figures), on="figure", how="left")
    return rows.sort(question.keys, maintain_order=True).select(*question.keys, *_PANEL).to_pandas()


def figures_of(question: Question, figures: Sequence[KeyFigure]) -> pl.DataFrame:
    """Return, by group, each figure's value as a column of its name, and the reason where there is none."""
    inputs = gather(question, list(dict.fromkeys(part for figure in figures for part in figure.parts)))
    unit = minor_per_unit(pl.col("currency"), inputs["currency"])
    columns = [column for figure in figures for column in _columns(figure, unit)]
    return inputs.select(*question.keys, *columns)


def _columns(figure: KeyFigure, unit: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    value, reason = defined(figure)
    shown = value.round(0) / unit if figure.unit == "amount" else value
    return shown.alias(figure.name), reason.alias(why_not(figure.name))


def defined(figure: KeyFigure) -> tuple[pl.Expr, pl.Expr]:
    """Return a figure's value where it is defined, and the reason where it is not."""
    reason = pl.lit(None, dtype=pl.String)
    for condition, text in reversed(figure.undefined):
        reason = pl.when(condition).then(pl.lit(text)).otherwise(reason)
    return pl.when(reason.is_null()).then(figure.value.cast(pl.Float64)), reason


def why_not(name: str) -> str:
    """Return the name of the column that tells why there is no number.

    >>> why_not("dso")
    'why no dso'
    """
    return f"why no {name}"


def _side_by_side(wide: pl.DataFrame, keys: list[str], figures: Sequence[KeyFigure]) -> pl.DataFrame:
    """Return one row for each group and figure."""
    names = [figure.name for figure in figures]
    values = wide.unpivot(names, index=keys, variable_name="figure", value_name="value")
    reasons = wide.unpivot([why_not(name) for name in names], index=keys, value_name="reason")
    return values.with_columns(reasons["reason"])


def _descriptions(question: Question, figures: Sequence[KeyFigure]) -> pl.DataFrame:
    basis = daily_sales(question)[1] if any(figure.uses_sales for figure in figures) else None
    return pl.DataFrame(
        {
            "figure": [figure.name for figure in figures],
            "title": [figure.title for figure in figures],
            "unit": [figure.unit for figure in figures],
            "good": [figure.good for figure in figures],
            "basis": [basis if figure.uses_sales else None for figure in figures],
        },
        schema_overrides={"basis": pl.String},
    )


def _figure(name: str) -> KeyFigure:
    if name not in KEY_FIGURES:
        raise unknown_name("key figure", name, known=KEY_FIGURES)
    return KEY_FIGURES[name]


def single_figure(
    name: str, ledger: Ledger, *, as_of: date | str, by: By, window: Length, policy: Policy | None
) -> pd.DataFrame:
    """Return one figure, its column named after it."""
    question = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    figure = _figure(name)
    table = figures_of(question, [figure]).rename({why_not(name): "reason"})
    if figure.uses_sales:
        table = table.insert_column(-1, pl.lit(daily_sales(question)[1]).alias("basis"))
    return table.to_pandas()
