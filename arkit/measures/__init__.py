"""What the balances say: key figures, each defined once in the registry."""

from arkit.measures.figures import (
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness_index,
    countback_dso,
    days_beyond_terms,
    dso,
    hhi,
    key_figures,
    past_due_ratio,
    top_10_share,
)
from arkit.measures.movements import movements
from arkit.measures.registry import KEY_FIGURES

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
