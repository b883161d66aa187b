"""What a report shows: balances, measures, KPIs and charts put together."""

from arkit.reports.customers import CustomersPage, customers_page
from arkit.reports.monthly import MonthlyReport, monthly_report

__all__ = ["CustomersPage", "MonthlyReport", "customers_page", "monthly_report"]
