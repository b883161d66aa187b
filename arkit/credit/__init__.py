"""Whom to trust: payments that decline, debt that does not move."""

from arkit.credit.decline import declining_payers
from arkit.credit.static import static_debtors

__all__ = ["declining_payers", "static_debtors"]
