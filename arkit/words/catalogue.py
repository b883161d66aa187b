"""Sentences for readers in their languages, out of templates/words."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Final, Literal

from arkit.errors import unknown_name
from arkit.resources import resource

Language = Literal["en", "ru", "zh"]
LANGUAGES: Final = ("en", "ru", "zh")


def recommendation(kind: str, name: str, *, language: str = "en") -> str:
    """Return what is recommended for a ``category``, at a ``stage``, or as another ``step`` (``promise``, ``insured``).

    >>> recommendation("stage", "reminder")
    'Send a friendly reminder with the statement.'

    Raises
    ------
    UnknownNameError
        There is no such category, stage or language.
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, known=LANGUAGES)
    of_kind = _recommendations()[kind]
    if name not in of_kind:
        raise unknown_name(kind, name, known=of_kind)
    return str(of_kind[name][language])


@cache
def _recommendations() -> dict[str, Any]:
    return tomllib.loads(resource("templates/words/recommendations.toml").read_text(encoding="utf-8"))
