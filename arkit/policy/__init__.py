"""The policy: what a company decides, in TOML or Python, printed in every report.

Boundaries of buckets, the categories of customers with their rules, the stages of collection: each is data with its
limits and its sentence in every language, so a company adds its own without touching code.
"""

from arkit.policy.categories import Category, CategoryPolicy, LeastAmount, Limit, Rule, categories_of, default_rules
from arkit.policy.collection import AgeWeight, CollectionPolicy, Proportion, Stage, default_stages
from arkit.policy.policy import DEFAULT_POLICY, Accepted, Plausible, Policy, default_plausible

__all__ = ["DEFAULT_POLICY", "Accepted", "AgeWeight", "Category", "CategoryPolicy", "CollectionPolicy"]
__all__ += ["LeastAmount", "Limit", "Plausible", "Policy", "Proportion", "Rule", "Stage", "categories_of"]
__all__ += ["default_plausible", "default_rules", "default_stages"]
