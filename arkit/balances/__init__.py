"""What is open on a day: open items, aging, statements, evidence, reconciliation."""

from arkit.balances.aging import aging_table
from arkit.balances.evidence import evidence
from arkit.balances.open_items import open_items
from arkit.balances.reconcile import reconcile, require_reconciled
from arkit.balances.statement import statement
from arkit.balances.trend import aging_trend

__all__ = ["aging_table", "aging_trend", "evidence", "open_items", "reconcile", "require_reconciled", "statement"]
