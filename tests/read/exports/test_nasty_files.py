"""Spoilt files are read or refused: no error but arkit's own, and no end of waiting."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import arkit as ar
from arkit.errors import ArkitError
from tests.read.exports.catalogue import Example
from tests.read.exports.nasty import files

ROUNDS = 12
PATIENCE = 20


class TooLongError(Exception):
    """A file took longer than anybody would wait."""


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Stop what takes longer; where a system has no alarm, nothing is stopped."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
def test_spoilt_files_are_read_or_refused(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    ways: Counter[str] = Counter()
    wrong = []
    for spoilt in files(ROUNDS):
        path = tmp_path / f"export{spoilt.example.style.suffix}"
        path.write_bytes(spoilt.content)
        for how, arguments in readings(spoilt.example).items():
            way = outcome(path, arguments)
            ways[f"{way or 'wrong'} {how}"] += 1
            wrong += [] if way else [f"{spoilt.name} {how}: {unexpected(path, arguments)}"]
    record_property("notice", f"spoilt exports: {', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}")
    assert wrong == []
    assert {"read with its layout", "refused with its layout", "read without", "refused without"} <= {*ways}


def readings(example: Example) -> dict[str, dict[str, Any]]:
    """Return how an example is read: strictly by its layout, and without one."""
    layout = ar.resource(f"templates/layouts/{example.name}.toml")
    day = example.answers["snapshot_on"]
    return {"with its layout": {"layout": layout, "snapshot_on": day}, "without": example.answers}


def outcome(path: Path, arguments: dict[str, Any]) -> str:
    """Return whether a file is read or refused; nothing where it ends otherwise, or in an error only wrapped."""
    try:
        with patience(PATIENCE):
            ar.read_ledger(path, **arguments)
    except ArkitError as refusal:
        return "" if "could not be recognised (" in str(refusal) else "refused"
    except Exception:
        return ""
    return "read"


def unexpected(path: Path, arguments: dict[str, Any]) -> str:
    """Return the error that reading ends in."""
    try:
        ar.read_ledger(path, **arguments)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    return "took too long"
