"""Analysis of accounts receivable: from a dated ledger to reconciled tables."""

from arkit.balances import (
    aging_table,
    aging_trend,
    evidence,
    open_items,
    reconcile,
    require_reconciled,
    statement,
)
from arkit.ledger import Layout, Ledger, freeze, make_ledger, read_ledger, sample_ledger
from arkit.measures import (
    KEY_FIGURES,
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness_index,
    countback_dso,
    days_beyond_terms,
    dso,
    hhi,
    key_figures,
    movements,
    past_due_ratio,
    top_10_share,
)
from arkit.policy import Policy
from arkit.resources import resource

__version__ = "0.1.0"

__all__ = [
    "KEY_FIGURES",
    "Layout",
    "Ledger",
    "Policy",
    "aging_table",
    "aging_trend",
    "average_days_delinquent",
    "best_possible_dso",
    "collection_effectiveness_index",
    "countback_dso",
    "days_beyond_terms",
    "dso",
    "evidence",
    "freeze",
    "hhi",
    "key_figures",
    "make_ledger",
    "movements",
    "open_items",
    "past_due_ratio",
    "read_ledger",
    "reconcile",
    "require_reconciled",
    "resource",
    "sample_ledger",
    "statement",
    "top_10_share",
]
