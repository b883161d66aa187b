"""What a report shows: balances, measures and figures put together."""

from arkit.pages.monthly import MonthlyReport, monthly_report

__all__ = ["MonthlyReport", "monthly_report"]
