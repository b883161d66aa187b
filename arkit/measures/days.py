"""Key figures in days: how long receivables stand, and how late they are paid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from arkit.balances.grouping import By
from arkit.ledger.model import Ledger
from arkit.measures.panel import single_figure
from arkit.measures.windows import Length
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


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
        The group columns, ``currency``, ``dso`` (days), ``basis`` of the sales and ``reason`` where
        there is no number.

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
    return single_figure("dso", ledger, as_of=as_of, by=by, window=window, policy=policy)


def countback_dso(ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None) -> pd.DataFrame:
    """Show how far back sales must be counted to make up the receivables.

    Formula: whole days of the latest months whose sales the receivables exhaust, then remainder / that month's sales x
    its days.

    Parameters
    ----------
    ledger, as_of, by, policy
        As in :func:`key_figures`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``countback_dso`` (days), ``basis`` of the sales and ``reason`` where
        there is no number.

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
    return single_figure("countback_dso", ledger, as_of=as_of, by=by, window="month", policy=policy)


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
        The group columns, ``currency``, ``best_possible_dso`` (days), ``basis`` of the sales and ``reason`` where
        there is no number.

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
    return single_figure("best_possible_dso", ledger, as_of=as_of, by=by, window=window, policy=policy)


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
        The group columns, ``currency``, ``average_days_delinquent`` (days), ``basis`` of the sales and ``reason`` where
        there is no number.

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
    return single_figure("average_days_delinquent", ledger, as_of=as_of, by=by, window=window, policy=policy)


def days_beyond_terms(
    ledger: Ledger, *, as_of: date | str, by: By = None, window: Length = "month", policy: Policy | None = None
) -> pd.DataFrame:
    """Show how many days after the due date the average amount was paid.

    Formula: sum(payment x days after the due date) / sum(payment) over the payments of the window; early ones count as
    negative.

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
    >>> table = ar.days_beyond_terms(ar.sample_ledger(), as_of="2026-10-31", window="year")
    >>> bool(table["days_beyond_terms"].notna().all())
    True

    References
    ----------
    Dun & Bradstreet, days beyond terms.
    """
    return single_figure("days_beyond_terms", ledger, as_of=as_of, by=by, window=window, policy=policy)
