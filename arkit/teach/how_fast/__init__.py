"""Lesson 2, *How fast do we collect?*: DSO and its traps, count-back, collection effectiveness, days beyond terms."""

from typing import Final

from arkit.teach.exercise import Course
from arkit.teach.how_fast.book import draw_ledger, months, open_now, payments, speeds, uncollected
from arkit.teach.how_fast.exercises import EXERCISES

HOW_FAST: Final = Course(
    draw_ledger,
    EXERCISES,
    tables={"months": months, "open": open_now, "uncollected": uncollected, "payments": payments},
    figures={"speeds": speeds},
)

__all__ = ["HOW_FAST"]
