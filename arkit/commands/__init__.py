"""The commands of the command line, a module for each kind."""

from arkit.commands.checking import add_check
from arkit.commands.reporting import add_month_end, add_report
from arkit.commands.sampling import add_sample
from arkit.commands.serving import add_serve
from arkit.commands.teaching import add_lesson, add_teach

__all__ = ["add_check", "add_lesson", "add_month_end", "add_report", "add_sample", "add_serve", "add_teach"]
