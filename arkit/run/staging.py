"""A report appears whole or not at all: made in a hidden folder, then moved to the place of its next version at once.

What is published is never overwritten; a later version is beside it. A run that was killed cannot clean up: its hidden
folder is recognised by the lock that its process no longer holds, and the next run removes it.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from arkit.errors import ReportError, RunError
from arkit.reports.published import first_version, version_of

PLAIN: Final = " !#$&'(),;=@[]^`{}~"
"""What every file system takes in a name besides letters and digits; the plus is kept for kinds and versions."""


def folder_name(text: str) -> str:
    """The name of a folder for a text; two texts never share a name.

    >>> folder_name("ES"), folder_name("Müller & Co"), folder_name("../A:B")
    ('ES', 'Müller & Co', '%2E.%2FA%3AB')
    """
    characters = [one if one.isalnum() or one in "-_." else quote(one, safe=PLAIN) for one in text]
    for end in (0, -1):  # a leading dot hides a folder; a dot or blank at the end is lost on some systems
        if characters and characters[end] in (".", " "):
            characters[end] = f"%{ord(characters[end]):02X}"
    return "".join(characters) or "%"


CAN_LOCK: Final = sys.platform != "win32"
"""Where no folder can be locked, nothing counts as left over, and a second run is not refused."""


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside the target; it is removed at the end, whatever happens.

    Raises
    ------
    ReportError
        The folder cannot be made.
    """
    new = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_over(target)
        folder = target.with_name(f".{target.name}-making-{token_hex(4)}")
        folder.mkdir()
    except OSError as error:
        raise ReportError(f"Nothing can be written to {target.parent}: {error.strerror or error}.") from error
    held = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)
        with suppress(OSError):  # the first that is not empty ends it
            for made in new:
                made.rmdir()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other run make reports in the folder of a day; one that was killed holds no lock.

    Raises
    ------
    RunError
        Another run is at work.
    """
    held = _lock(folder)
    if held is None and CAN_LOCK:
        raise RunError(
            f"The month-end of {folder.name} is already being made in {folder}. Wait until that run has ended."
        )
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _remove_left_over(target: Path) -> None:
    """Remove what killed runs left: hidden folders that no living process has locked."""
    for folder in target.parent.glob(f".{escape(target.name)}-making-*"):
        held = _lock(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _lock(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; nothing where another has locked it, or where none can be."""
    if sys.platform == "win32":
        return None
    from fcntl import LOCK_EX, LOCK_NB, flock

    opened = os.open(folder, os.O_RDONLY)
    try:
        flock(opened, LOCK_EX | LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened


ATTEMPTS: Final = 20


def versions(place: Path) -> list[Path]:
    """The published versions of a report, the first one first.

    The first version is the place itself, so that a link to it stays true; the second is ``ES+v2`` beside ``ES``.
    """
    beside = [*place.parent.glob(escape(place.name)), *place.parent.glob(f"{escape(place.name)}+v*")]
    return sorted((found for found in beside if first_version(found) == place), key=version_of)


def current(place: Path) -> Path | None:
    """The version of a report that counts now: the latest."""
    return next(reversed(versions(place)), None)


def next_version(place: Path) -> Path:
    """The place of the next version."""
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
