"""What is open on a day: open items, aging, statements, evidence, reconciliation."""

from arkit.balances.aging import aging_table
from arkit.balances.evidence import evidence
from arkit.balances.open_items import open_items
from arkit.balances.reconcile import reconcile, require_reconciled
from arkit.balances.statement import statement

__all__ = ["aging_table", "evidence", "open_items", "reconcile", "require_reconciled", "statement"]
