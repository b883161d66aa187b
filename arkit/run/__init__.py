"""Runs that write: a report through papermill, made whole or not at all; the check of an export."""

from arkit.run.check import Checked, check
from arkit.run.report import Report, report

__all__ = ["Checked", "Report", "check", "report"]
