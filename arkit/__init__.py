"""Analysis of accounts receivable: from a dated ledger to reconciled tables."""

from arkit.ledger import Layout, Ledger, freeze, make_ledger, read_ledger
from arkit.policy import Policy
from arkit.resources import resource

__all__ = ["Layout", "Ledger", "Policy", "freeze", "make_ledger", "read_ledger", "resource"]
