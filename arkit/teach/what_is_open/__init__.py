"""Lesson 1, *What is open?*: items and entries, as-of, aging, unapplied cash."""

from typing import Final

from arkit.teach.exercise import Course
from arkit.teach.what_is_open.book import balance, draw_ledger
from arkit.teach.what_is_open.exercises import EXERCISES

WHAT_IS_OPEN: Final = Course(draw_ledger, EXERCISES, figures={"balance": balance})

__all__ = ["WHAT_IS_OPEN"]
