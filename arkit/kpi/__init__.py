"""The KPIs: each defined once in the registry, their inputs, and panels of many days."""
