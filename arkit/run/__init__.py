"""Runs that write: a report through papermill, made whole or not at all."""

from arkit.run.report import Report, report

__all__ = ["Report", "report"]
