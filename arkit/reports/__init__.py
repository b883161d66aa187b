"""What a report shows: balances, measures, KPIs and charts put together."""

from arkit.reports.customers import CustomersPage, customers_page
from arkit.reports.monthly import MonthlyReport, monthly_report
from arkit.reports.open_items import OpenItemsReport, open_items_report

__all__ = ["CustomersPage", "MonthlyReport", "OpenItemsReport", "customers_page", "monthly_report", "open_items_report"]
