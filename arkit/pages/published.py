"""The names of published reports: the first version has the plain name, the second is ``ES+v2``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_LATER: Final = re.compile(r"(?P<place>.+)\+v(?P<number>[1-9]\d*)")


def version_of(folder: Path) -> int:
    """Return the number of a version.

    >>> version_of(Path("2026-10-31/ES")), version_of(Path("2026-10-31/ES+customers+v3"))
    (1, 3)
    """
    later = _LATER.fullmatch(folder.name)
    return int(later["number"]) if later else 1


def first_version(folder: Path) -> Path:
    """Return the place of the first version of a report.

    >>> first_version(Path("2026-10-31/ES+v2")).name
    'ES'
    """
    later = _LATER.fullmatch(folder.name)
    return folder.with_name(later["place"]) if later else folder
