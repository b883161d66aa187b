"""What a report shows: balances, measures and figures put together."""

from arkit.reports.customers import CustomersPage, customer_sheets, customers_page
from arkit.reports.monthly import MonthlyReport, monthly_report
from arkit.reports.workbook import monthly_sheets

__all__ = ["CustomersPage", "MonthlyReport", "customer_sheets", "customers_page", "monthly_report", "monthly_sheets"]
