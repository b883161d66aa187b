"""Whom to trust: categories by rules, payments that decline, debt that does not move."""

from arkit.credit.categories import categorise, migration
from arkit.credit.decline import declining_payers
from arkit.credit.matrix import category_matrix
from arkit.credit.rules import CategoryPolicy
from arkit.credit.static import static_debtors

__all__ = ["CategoryPolicy", "categorise", "category_matrix", "declining_payers", "migration", "static_debtors"]
