"""Key figures as ratios: what is past due, what was collected, how concentrated the receivables are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from arkit.balances.grouping import By
from arkit.errors import unknown_name
from arkit.ledger.model import Ledger
from arkit.measures.panel import single_figure
from arkit.measures.windows import Length
from arkit.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

Convention = Literal["period", "monthly"]


def past_due_ratio(ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None) -> pd.DataFrame:
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
    return single_figure("past_due_ratio", ledger, as_of=as_of, by=by, window="month", policy=policy)


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
    table = single_figure(figure, ledger, as_of=as_of, by=by, window=window, policy=policy)
    return table.rename(columns={figure: name})


def top_10_share(ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None) -> pd.DataFrame:
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
    return single_figure("top_10_share", ledger, as_of=as_of, by=by, window="month", policy=policy)


def hhi(ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None) -> pd.DataFrame:
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
    return single_figure("hhi", ledger, as_of=as_of, by=by, window="month", policy=policy)
