"""Lesson 3, *Who pays how?*: behaviour, three categories, a forgotten invoice, decline or season."""

from typing import Final

from arkit.teach.exercise import Course
from arkit.teach.who_pays_how.book import DETERIORATING, behaviour, chased, draw_ledger, invoices, received
from arkit.teach.who_pays_how.exercises import EXERCISES, deteriorating

WHO_PAYS_HOW: Final = Course(
    draw_ledger,
    EXERCISES,
    tables={"invoices": invoices, "behaviour": behaviour, "chased": chased},
    figures={"received": received},
    # Chance alone makes a punctual customer look like a deteriorating one, once in a while.
    tells_its_story=lambda book: deteriorating(book) == {DETERIORATING},
)

__all__ = ["WHO_PAYS_HOW"]
