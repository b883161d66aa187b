"""Key figures: one function for each, all made the same way from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

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

Convention = Literal["period", "monthly"]
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


def _one(
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


def past_due_ratio(
    ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show which share of the receivables is past due.

    Formula: past-due receivables / receivables.

    Parameters
    ----------
    ledger, as_of, by, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``past_due_ratio`` (0-1) and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.past_due_ratio(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["past_due_ratio"].notna().all())
    True

    References
    ----------
    Credit Research Foundation, percent past due.
    """
    return _one("past_due_ratio", ledger, as_of=as_of, by=by, window="month", policy=policy)


def dso(
    ledger: Ledger, *, as_of: date | str, by: By = None, window: Length = "month", policy: Policy | None = None
) -> pd.DataFrame:
    """Show for how many days of sales the receivables stand.

    Formula: receivables / sales of the window x days of the window.

    Parameters
    ----------
    ledger, as_of, by, window, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``dso`` (days), ``basis`` of the sales and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.dso(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["dso"].notna().all())
    True

    References
    ----------
    Microsoft Dynamics 365 Finance, credit statistics; Brigham and Ehrhardt, Financial Management.
    """
    return _one("dso", ledger, as_of=as_of, by=by, window=window, policy=policy)


def countback_dso(
    ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show how far back sales must be counted to make up the receivables.

    Formula: whole days of the latest months whose sales the receivables exhaust, then remainder / that month's sales x its days.

    Parameters
    ----------
    ledger, as_of, by, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``countback_dso`` (days), ``basis`` of the sales and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.countback_dso(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["countback_dso"].notna().all())
    True

    References
    ----------
    Credit Research Foundation, count-back method.
    """
    return _one("countback_dso", ledger, as_of=as_of, by=by, window="month", policy=policy)


def best_possible_dso(
    ledger: Ledger, *, as_of: date | str, by: By = None, window: Length = "month", policy: Policy | None = None
) -> pd.DataFrame:
    """Show what days sales outstanding would be if every customer paid on the due date.

    Formula: receivables not due / sales of the window x days of the window.

    Parameters
    ----------
    ledger, as_of, by, window, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``best_possible_dso`` (days), ``basis`` of the sales and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.best_possible_dso(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["best_possible_dso"].notna().all())
    True

    References
    ----------
    Credit Research Foundation, best possible days sales outstanding.
    """
    return _one("best_possible_dso", ledger, as_of=as_of, by=by, window=window, policy=policy)


def average_days_delinquent(
    ledger: Ledger, *, as_of: date | str, by: By = None, window: Length = "month", policy: Policy | None = None
) -> pd.DataFrame:
    """Show how many of the days sales outstanding are due to late payment.

    Formula: days sales outstanding - best possible days sales outstanding.

    Parameters
    ----------
    ledger, as_of, by, window, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``average_days_delinquent`` (days), ``basis`` of the sales and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.average_days_delinquent(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["average_days_delinquent"].notna().all())
    True

    References
    ----------
    The Hackett Group, average days delinquent.
    """
    return _one("average_days_delinquent", ledger, as_of=as_of, by=by, window=window, policy=policy)


def days_beyond_terms(
    ledger: Ledger, *, as_of: date | str, by: By = None, window: Length = "month", policy: Policy | None = None
) -> pd.DataFrame:
    """Show how many days after the due date the average amount was paid.

    Formula: sum(payment x days after the due date) / sum(payment) over the payments of the window; early ones count as negative.

    Parameters
    ----------
    ledger, as_of, by, window, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``days_beyond_terms`` (days) and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.days_beyond_terms(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["days_beyond_terms"].notna().all())
    True

    References
    ----------
    Dun & Bradstreet, days beyond terms.
    """
    return _one("days_beyond_terms", ledger, as_of=as_of, by=by, window=window, policy=policy)


def top_10_share(
    ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show how much of the receivables the ten largest debtors hold.

    Formula: sum of the ten largest customer balances / sum of all positive customer balances.

    Parameters
    ----------
    ledger, as_of, by, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``top_10_share`` (0-1) and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.top_10_share(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["top_10_share"].notna().all())
    True

    References
    ----------
    Concentration ratio CR10.
    """
    return _one("top_10_share", ledger, as_of=as_of, by=by, window="month", policy=policy)


def hhi(
    ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None
) -> pd.DataFrame:
    """Show how concentrated the receivables are on few customers.

    Formula: Herfindahl-Hirschman index: sum of squared shares of the positive customer balances.

    Parameters
    ----------
    ledger, as_of, by, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``hhi`` (0-1) and ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.hhi(ar.sample_ledger(), as_of="2026-10-31")
    >>> bool(table["hhi"].notna().all())
    True

    References
    ----------
    US Department of Justice, Herfindahl-Hirschman Index.
    """
    return _one("hhi", ledger, as_of=as_of, by=by, window="month", policy=policy)


def collection_effectiveness_index(
    ledger: Ledger,
    *,
    as_of: date | str,
    by: By = None,
    window: Length = "month",
    convention: Convention = "period",
    policy: Policy | None = None,
) -> pd.DataFrame:
    """Show which share of what could have been collected in a window was collected.

    Formula: (opening + sales - closing) / (opening + sales - closing not due).

    Parameters
    ----------
    ledger, as_of, by, window, policy
        As in :func:`key_figures`.
    convention
        ``period``: the sales of the whole window. ``monthly``: the sales divided by the number of months, as the Credit
        Research Foundation words it.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``collection_effectiveness_index`` (0-1), ``basis`` of the sales and
        ``reason`` where there is no number.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.collection_effectiveness_index(ar.sample_ledger(), as_of="2026-10-31", window="quarter")
    >>> bool(table["collection_effectiveness_index"].between(0, 1).all())
    True

    References
    ----------
    Credit Research Foundation, collection effectiveness index.
    """
    name = "collection_effectiveness_index"
    if convention not in ("period", "monthly"):
        raise unknown_name("convention", convention, known=("period", "monthly"))
    figure = name if convention == "period" else f"{name}_monthly"
    table = _one(figure, ledger, as_of=as_of, by=by, window=window, policy=policy)
    return table.rename(columns={figure: name})
