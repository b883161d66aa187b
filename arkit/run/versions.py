"""Versions of a report: what is published is never overwritten; a later version stands beside it."""

from __future__ import annotations

from glob import escape
from pathlib import Path
from typing import Final

from arkit.errors import ReportError
from arkit.pages.published import first_version, version_of

ATTEMPTS: Final = 20


def versions(place: Path) -> list[Path]:
    """Return the published versions of a report, the first one first.

    The first version is the place itself, so that a link to it stays true; the second is ``ES+v2`` beside ``ES``.
    """
    beside = [*place.parent.glob(escape(place.name)), *place.parent.glob(f"{escape(place.name)}+v*")]
    return sorted((found for found in beside if first_version(found) == place), key=version_of)


def current(place: Path) -> Path | None:
    """Return the version of a report that counts now: the latest."""
    return next(reversed(versions(place)), None)


def next_version(place: Path) -> Path:
    """Return the place of the next version."""
    latest = current(place)
    return place.with_name(f"{place.name}+v{version_of(latest) + 1}") if latest else place


def publish(folder: Path, place: Path) -> Path:
    """Move a finished folder to the place of the next version, at once, and return it.

    Raises
    ------
    ReportError
        It cannot be moved there; nothing was published.
    """
    reason: OSError | None = None
    for _ in range(ATTEMPTS):
        version = next_version(place)
        try:
            return folder.rename(version)
        except OSError as error:
            reason = error
            if not version.exists():
                break  # else another run published in between, and mine is the version after it
    raise ReportError(f"The report cannot be moved to {place}: {reason}.") from reason
