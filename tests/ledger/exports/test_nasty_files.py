"""Spoilt files are read or refused: no error but arkit's own, and no end of waiting."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import arkit as ar
from arkit.errors import ArkitError
from tests.ledger.exports.nasty import files

ROUNDS = 20
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
    read, refused, wrong = 0, 0, []
    for name, suffix, content in files(ROUNDS):
        path = tmp_path / f"export{suffix}"
        path.write_bytes(content)
        try:
            with patience(PATIENCE):
                ar.read_ledger(path, hints={"currency": "EUR"})
            read += 1
        except ArkitError:
            refused += 1
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
    record_property("notice", f"spoilt exports: {read} read, {refused} refused, {len(wrong)} with another error")
    assert wrong == []
    assert read
    assert refused
