"""The panel of key figures, all made the same way from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from arkit.balances.grouping import By
from arkit.days import month_ends_back
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.ledger.money import minor_per_unit
from arkit.measures.inputs import gather
from arkit.measures.question import AS_OF, Question, ask, ask_each
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
    question = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    return _panel(question, names).sort(question.groups, maintain_order=True).drop(AS_OF).to_pandas()


def key_figure_trend(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    window: Length = "month",
    policy: Policy | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Show the panel of key figures of many month-ends at once.

    Formula: that of :func:`arkit.key_figures` on ``as_of`` and on the same day of each month before, in one pass over
    the ledger.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to go back; days that the ledger does not cover are left out.
    by, window, policy, names
        As in :func:`arkit.key_figures`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`arkit.key_figures`, one row for each day, group and figure.

    Raises
    ------
    UnknownNameError
        There is no such figure, column or window.
    CoverageError
        The ledger does not cover the last day.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.key_figure_trend(ar.sample_ledger(), as_of="2026-10-31", months=2, names=["dso"])
    >>> sorted(trend["as_of"].dt.date.astype(str).unique())
    ['2026-08-31', '2026-09-30', '2026-10-31']

    References
    ----------
    Credit Research Foundation, standard measurements of receivables performance, month by month.
    """
    days = [day for day in month_ends_back(ledger.require(as_of), months) if day >= ledger.covers[0]]
    questions = ask_each(ledger, days=days, by=by, window=window, policy=policy)
    panels = pl.concat([_panel(question, names) for question in questions])
    day = pl.from_epoch(pl.col(AS_OF), time_unit="d").alias("as_of")
    ordered = panels.sort(questions[0].keys, maintain_order=True)
    return ordered.select(day, pl.exclude(AS_OF)).to_pandas()


def _panel(question: Question, names: Sequence[str] | None) -> pl.DataFrame:
    """Return one row for each day, group and figure, with what a reader is told about the figure."""
    figures = [_figure(name) for name in dict.fromkeys(names or KEY_FIGURES)]
    rows = _side_by_side(figures_of(question, figures), question.keys, figures)
    return rows.join(_descriptions(question, figures), on="figure", how="left", maintain_order="left").select(
        *question.keys, *_PANEL
    )


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
    return pl.DataFrame(
        {
            "figure": [figure.name for figure in figures],
            "title": [figure.title for figure in figures],
            "unit": [figure.unit for figure in figures],
            "good": [figure.good for figure in figures],
            "basis": [question.basis if figure.uses_sales else None for figure in figures],
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
    table = figures_of(question, [figure]).drop(AS_OF).rename({why_not(name): "reason"})
    if figure.uses_sales:
        table = table.insert_column(-1, pl.lit(question.basis).alias("basis"))
    return table.to_pandas()
