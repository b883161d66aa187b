"""The terms of receivables in English, Russian and Chinese, out of templates/words/terms.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from arkit.errors import unknown_name
from arkit.resources import resource

if TYPE_CHECKING:
    import pandas as pd


@cache
def terms() -> dict[str, dict[str, str]]:
    """Return every term of the glossary with what it is called in Russian (``ru``) and Chinese (``zh``).

    >>> terms()["unapplied"]["zh"]
    '未核销'
    """
    return tomllib.loads(resource("templates/words/terms.toml").read_text(encoding="utf-8"))


def terms_table(names: Iterable[str]) -> pd.DataFrame:
    """Return some terms, one row each, a column for each language.

    Raises
    ------
    UnknownNameError
        There is no such term.
    """
    import pandas as pd

    rows = []
    for name in names:
        if name not in terms():
            raise unknown_name("term", name, known=terms())
        rows.append({"English": name, "Русский": terms()[name]["ru"], "中文": terms()[name]["zh"]})
    return pd.DataFrame(rows)
