"""Analysis of accounts receivable: from a dated ledger to reconciled tables."""

from arkit.aging.aging import aging_table, aging_trend
from arkit.aging.open_items import evidence, open_items, statement
from arkit.aging.reconcile import credit_balances, late_entries, reconcile, require_reconciled, tie_out
from arkit.aging.translate import closing_rates, translated
from arkit.cash.time_to_pay import median_days_to_pay, time_to_pay
from arkit.collection.worklist import worklist
from arkit.credit.loss_rates import loss_rates
from arkit.flows.changes import explain_changes, explain_dso
from arkit.flows.movements import activity_trend, movements
from arkit.flows.roll_forward import roll_forward, vintage
from arkit.flows.roll_rates import cure_rates, roll_rates
from arkit.kpi.panel import (
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness_index,
    countback_dso,
    days_beyond_terms,
    dso,
    hhi,
    kpi_trend,
    kpis,
    past_due_ratio,
    top_10_share,
)
from arkit.kpi.plausibility import plausibility
from arkit.kpi.registry import KPIS
from arkit.model.layout import Layout
from arkit.model.ledger import Ledger
from arkit.model.snapshot import freeze
from arkit.policy import CategoryPolicy, CollectionPolicy, Policy
from arkit.read.reading import make_ledger, read_ledger, sample_ledger
from arkit.resources import resource
from arkit.segmentation.behaviour import behaviour_trend, payment_behaviour
from arkit.segmentation.categories import categorise, category_matrix, migration
from arkit.segmentation.decline import deteriorating_payers
from arkit.segmentation.groups import abc, group_behaviour, inactive_past_due
from arkit.serve.pages import open_export

__version__ = "0.1.0"

# Names of 0.1.0 that have another now. They warn for one release, then they go.
_RENAMED = {
    "KEY_FIGURES": "KPIS",
    "declining_payers": "deteriorating_payers",
    "key_figure_trend": "kpi_trend",
    "key_figures": "kpis",
    "static_debtors": "inactive_past_due",
}

__all__ = ["CategoryPolicy", "CollectionPolicy", "Layout", "Ledger", "Policy", "freeze", "make_ledger"]
__all__ += ["open_export", "read_ledger", "resource", "sample_ledger"]
__all__ += ["aging_table", "aging_trend", "closing_rates", "credit_balances", "evidence", "late_entries"]
__all__ += ["open_items", "reconcile", "require_reconciled", "statement", "tie_out", "translated"]
__all__ += ["KPIS", "average_days_delinquent", "best_possible_dso", "collection_effectiveness_index"]
__all__ += ["countback_dso", "days_beyond_terms", "dso", "hhi", "kpi_trend", "kpis", "past_due_ratio"]
__all__ += ["plausibility", "top_10_share"]
__all__ += ["activity_trend", "cure_rates", "explain_changes", "explain_dso", "movements", "roll_forward"]
__all__ += ["roll_rates", "vintage"]
__all__ += ["abc", "behaviour_trend", "categorise", "category_matrix", "deteriorating_payers", "group_behaviour"]
__all__ += ["inactive_past_due", "migration", "payment_behaviour"]
__all__ += ["loss_rates", "median_days_to_pay", "time_to_pay", "worklist"]


def __getattr__(name: str) -> object:
    """A name of 0.1.0, with a warning that names the new one."""
    import warnings

    if name not in _RENAMED:
        raise AttributeError(f"module 'arkit' has no attribute {name!r}")
    new = _RENAMED[name]
    warnings.warn(f"arkit.{name} is arkit.{new} now; the old name goes with the next release.", FutureWarning, 2)
    return globals()[new]
