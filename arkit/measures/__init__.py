"""What the balances say: key figures, each defined once in the registry, and movements between two days."""

from arkit.measures.abc import abc
from arkit.measures.activity import activity_trend
from arkit.measures.behaviour import behaviour_trend, payment_behaviour
from arkit.measures.changes import explain_changes
from arkit.measures.days import (
    average_days_delinquent,
    best_possible_dso,
    countback_dso,
    days_beyond_terms,
    dso,
)
from arkit.measures.explain_dso import explain_dso
from arkit.measures.group_behaviour import group_behaviour
from arkit.measures.loss_rates import loss_rates
from arkit.measures.movements import movements
from arkit.measures.panel import key_figure_trend, key_figures
from arkit.measures.registry import KEY_FIGURES
from arkit.measures.roll_forward import roll_forward
from arkit.measures.roll_rates import cure_rates, roll_rates
from arkit.measures.shares import collection_effectiveness_index, hhi, past_due_ratio, top_10_share
from arkit.measures.time_to_pay import median_days_to_pay, time_to_pay
from arkit.measures.vintage import vintage

__all__ = [
    "KEY_FIGURES",
    "abc",
    "activity_trend",
    "average_days_delinquent",
    "behaviour_trend",
    "best_possible_dso",
    "collection_effectiveness_index",
    "countback_dso",
    "cure_rates",
    "days_beyond_terms",
    "dso",
    "explain_changes",
    "explain_dso",
    "group_behaviour",
    "hhi",
    "key_figure_trend",
    "key_figures",
    "loss_rates",
    "median_days_to_pay",
    "movements",
    "past_due_ratio",
    "payment_behaviour",
    "roll_forward",
    "roll_rates",
    "time_to_pay",
    "top_10_share",
    "vintage",
]
