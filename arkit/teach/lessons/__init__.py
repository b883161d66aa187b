"""The lessons by number. A new one is an entry here, a module beside, a notebook and a file of its words."""

from collections.abc import Mapping
from typing import Final

from arkit.teach.exercise import Course
from arkit.teach.lessons.how_fast import HOW_FAST
from arkit.teach.lessons.what_is_open import WHAT_IS_OPEN
from arkit.teach.lessons.who_pays_how import WHO_PAYS_HOW

COURSES: Final[Mapping[int, Course]] = {1: WHAT_IS_OPEN, 2: HOW_FAST, 3: WHO_PAYS_HOW}

__all__ = ["COURSES"]
