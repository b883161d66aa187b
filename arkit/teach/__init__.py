"""Lessons in credit analysis: a ledger of one's own, exercises that check themselves, a case to decide."""

from arkit.teach.lesson import Lesson, lesson

__all__ = ["Lesson", "lesson"]
