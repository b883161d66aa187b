"""Changes: a published day beside the same day as it is known now, number by number, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw

from arkit.aging.aging import aging_table
from arkit.kpi.panel import kpis
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

REASONS: Final = ("from_policy", "from_input", "from_late", "from_corrections")
KEYS: Final = ["currency", "kpi", "unit"]
EXACT: Final = 6


def explain_changes(
    ledger: Ledger,
    *,
    as_of: date | str,
    published: Ledger,
    policy: Policy | None = None,
    published_policy: Policy | None = None,
) -> pd.DataFrame:
    """Say which numbers of a published day are others now, and why.

    Formula: the day is computed five times, each time with one thing more as it is now: as published; under today's
    policy; with the rows that were recorded by then as the source has them now; with what was recorded later; with
    corrections recorded later. Each reason is the difference between two of them, so the reasons add up to the change.

    Parameters
    ----------
    ledger
        The ledger as it is now.
    as_of
        The day that was reported on.
    published
        The ledger that the report was made from.
    policy, published_policy
        The policy now, and that of the report.

    Returns
    -------
    DataFrame
        For each ``currency`` and ``figure`` that changed (buckets, ``gross``, ``unapplied``, ``net``, KPIs):
        ``unit``, ``published``, ``now``, ``change`` and its parts ``from_policy``, ``from_input``, ``from_late`` and
        ``from_corrections``. A ledger without recorded days cannot tell what was recorded later: all is input.

    Raises
    ------
    CoverageError
        One of the ledgers does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger().where(entity="ES")
    >>> published = ledger.known_on("2026-10-31")
    >>> changes = ar.explain_changes(ledger, as_of="2026-10-31", published=published)
    >>> net = changes[(changes["kpi"] == "net") & (changes["currency"] == "EUR")].iloc[0]
    >>> bool(net["change"] == net["from_late"] and net["change"] != 0)
    True

    References
    ----------
    Variance analysis by stepwise substitution; two clocks as in bitemporal tables (SQL:2011).
    """
    now, then = policy or Policy(), published_policy or Policy()
    known = last_known(published)
    stages = {
        "published": _numbers(published, as_of, then),
        "from_policy": _numbers(published, as_of, now) if now != then else None,
        "from_input": _numbers(_known_on(ledger, known), as_of, now),
        "from_late": _numbers(_without_corrections(ledger, known), as_of, now),
        "now": _numbers(ledger, as_of, now),
    }
    return _compared(stages)


def last_known(ledger: Ledger) -> date:
    """The last day whose knowledge a ledger has: what is recorded later is news to it.

    >>> import arkit as ar
    >>> last_known(ar.sample_ledger()).isoformat()
    '2026-11-05'
    """
    recorded: date | None = collect(ledger.scan("entries").select(nw.col("recorded_on").max())).item()
    return ledger.known or max(ledger.covers[1], recorded or ledger.covers[1])


def _known_on(ledger: Ledger, known: date) -> Ledger:
    return ledger.known_on(known) if ledger.has_recorded_dates else ledger


def _without_corrections(ledger: Ledger, known: date) -> Ledger:
    return ledger.without("correction", recorded_after=known)


def _numbers(ledger: Ledger, as_of: date | str, policy: Policy) -> pd.DataFrame:
    """Balances and KPIs of a day as one long table."""
    import pandas as pd

    aging = aging_table(ledger, as_of=as_of, policy=policy)
    amounts = aging.melt("currency", [*policy.labels, "gross", UNAPPLIED, "net"], var_name="kpi")
    figures = kpis(ledger, as_of=as_of, policy=policy)[["currency", "kpi", "value", "unit"]]
    return pd.concat([amounts.assign(unit="amount"), figures], ignore_index=True).set_index(KEYS)


def _compared(stages: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    values = pd.concat(
        {name: table["value"] for name, table in stages.items() if table is not None}, axis=1, sort=False
    )
    balances = values.index.get_level_values("unit") == "amount"
    values = values.astype(float).where(values.notna() | ~balances[:, None], 0.0)
    if "from_policy" not in values:
        values.insert(1, "from_policy", values["published"])
    steps = values.diff(axis=1).iloc[:, 1:].set_axis(REASONS, axis=1)
    table = pd.concat(
        [values[["published", "now"]], (values["now"] - values["published"]).rename("change"), steps], axis=1
    )
    moved = (table[["change", *REASONS]].abs() > 10**-EXACT).any(axis=1) | (
        table["published"].isna() != table["now"].isna()
    )
    changed: pd.DataFrame = table[moved].round(EXACT).reset_index()
    return changed
