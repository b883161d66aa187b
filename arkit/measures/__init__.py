"""What the balances say: key figures, each defined once in the registry, and movements between two days."""

from arkit.measures.days import (
    average_days_delinquent,
    best_possible_dso,
    countback_dso,
    days_beyond_terms,
    dso,
)
from arkit.measures.movements import movements
from arkit.measures.panel import key_figures
from arkit.measures.registry import KEY_FIGURES
from arkit.measures.shares import collection_effectiveness_index, hhi, past_due_ratio, top_10_share

__all__ = [
    "KEY_FIGURES",
    "average_days_delinquent",
    "best_possible_dso",
    "collection_effectiveness_index",
    "countback_dso",
    "days_beyond_terms",
    "dso",
    "hhi",
    "key_figures",
    "movements",
    "past_due_ratio",
    "top_10_share",
]
