"""What a report shows: balances, measures and figures put together."""

from arkit.pages.customer_sheets import customer_sheets
from arkit.pages.customers import CustomersPage, customers_page
from arkit.pages.monthly import MonthlyReport, monthly_report
from arkit.pages.workbook import monthly_sheets

__all__ = ["CustomersPage", "MonthlyReport", "customer_sheets", "customers_page", "monthly_report", "monthly_sheets"]
