"""What is open on a day: open items, aging, statements, translation, evidence, reconciliation."""

from arkit.balances.aging import aging_table
from arkit.balances.evidence import evidence
from arkit.balances.open_items import open_items
from arkit.balances.rates import closing_rates
from arkit.balances.reconcile import reconcile, require_reconciled
from arkit.balances.statement import statement
from arkit.balances.tie_out import credit_balances, late_entries, tie_out
from arkit.balances.translate import translated
from arkit.balances.trend import aging_trend

__all__ = [
    "aging_table",
    "aging_trend",
    "closing_rates",
    "credit_balances",
    "evidence",
    "late_entries",
    "open_items",
    "reconcile",
    "require_reconciled",
    "statement",
    "tie_out",
    "translated",
]
