"""A report appears whole or not at all: made in a hidden folder beside its place, then moved there at once.

Versions of a report: what is published is never overwritten; a later version stands beside it.
"""

from __future__ import annotations

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

KEPT_SIGNS: Final = " !#$&'(),;=@[]^`{}~"
"""Signs besides letters and digits that every file system takes in a name; the plus is kept for kinds and versions."""


def folder_name(text: str) -> str:
    """Return a text as the name of one folder; two texts never share a name.

    >>> folder_name("ES"), folder_name("Müller & Co"), folder_name("../A:B")
    ('ES', 'Müller & Co', '%2E.%2FA%3AB')
    """
    signs = [sign if sign.isalnum() or sign in "-_." else quote(sign, safe=KEPT_SIGNS) for sign in text]
    for end in (0, -1):  # a leading dot hides a folder; a dot or blank at the end is lost on some systems
        if signs and signs[end] in (".", " "):
            signs[end] = f"%{ord(signs[end]):02X}"
    return "".join(signs) or "%"


CAN_LOCK: Final = sys.platform != "win32"
"""Where no folder can be locked, nothing is taken for left over, and nobody is kept from a second run."""


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Give an empty hidden folder beside the target; whatever happens, nothing of it stays behind.

    A run that is killed cannot clean up; what it left is removed by the next one.

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
    held = _held(folder)
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
def alone(folder: Path, *, what: str) -> Iterator[None]:
    """Let no other process do the same in a folder for as long as this one does; a killed one holds nothing.

    Raises
    ------
    RunError
        Another process is at it.
    """
    held = _held(folder)
    if held is None and CAN_LOCK:
        raise RunError(f"{what} is already being made in {folder}. Wait until that run has ended.")
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _remove_left_over(target: Path) -> None:
    """Remove what killed runs left: hidden folders that no living process holds."""
    for folder in target.parent.glob(f".{escape(target.name)}-making-*"):
        held = _held(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _held(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; nothing where another holds it, or where none can."""
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
