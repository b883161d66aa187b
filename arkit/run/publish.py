"""A report appears whole or not at all: made in a hidden folder beside its place, then moved there at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from arkit.errors import ReportError

ATTEMPTS: Final = 5
KEPT_SIGNS: Final = " !#$&'(),;=@[]^`{}~"
"""Signs besides letters and digits that every file system takes in a name; the plus is kept for kinds of report."""


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


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Give an empty hidden folder beside the target; whatever happens, nothing of it stays behind.

    Raises
    ------
    ReportError
        The folder cannot be made.
    """
    new = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _restore(target)
        folder = _hidden(target, "making")
        folder.mkdir()
    except OSError as error:
        raise ReportError(f"Nothing can be written to {target.parent}: {error.strerror or error}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # the first that is not empty ends it
            for made in new:
                made.rmdir()


def publish(folder: Path, target: Path) -> None:
    """Move a finished folder to its place, in exchange for an earlier one that is there.

    The earlier folder is moved aside, the new one in, and only then is the earlier one deleted. If the new one cannot
    be moved in, the earlier one goes back.

    Raises
    ------
    ReportError
        The place cannot be written; the earlier folder is as it was.
    """
    reason: OSError | None = None
    for _ in range(ATTEMPTS):
        try:
            aside = _move_aside(target)
            reason = _move_in(folder, target, aside)
        except OSError as error:
            reason = error
        if reason is None:
            return
        if not target.exists():
            break  # else another run published in between, and its report is now the earlier one
    raise ReportError(f"The report cannot be moved to {target}: {reason}.") from reason


def _move_in(folder: Path, target: Path, aside: Path | None) -> OSError | None:
    try:
        folder.rename(target)
    except OSError as error:
        if aside is not None and not target.exists():
            aside.rename(target)
        return error
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    return None


def _move_aside(target: Path) -> Path | None:
    aside = _hidden(target, "earlier")
    try:
        target.rename(aside)
    except FileNotFoundError:
        return None
    return aside


def _restore(target: Path) -> None:
    """Put back an earlier report that a run, broken off between its two moves, left aside."""
    left = list(target.parent.glob(f".{escape(target.name)}-earlier-*"))
    if left and not target.exists():
        max(left, key=lambda folder: folder.stat().st_mtime).rename(target)


def _hidden(target: Path, role: str) -> Path:
    return target.with_name(f".{target.name}-{role}-{token_hex(4)}")
