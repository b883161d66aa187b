"""Headers: each name once, whatever kind of file it stands in."""

from __future__ import annotations

from collections.abc import Sequence

from arkit.errors import ReadingError, listed


def refuse_repeated(header: Sequence[str], file: str) -> None:
    """Refuse a header that has a name twice.

    Raises
    ------
    ReadingError
        A name stands above two columns, so nobody can tell which one is meant.
    """
    twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
    if twice:
        raise ReadingError(f"{file} has a header twice: {listed(twice)}. Rename one of the columns.")


def first_line(error: BaseException) -> str:
    """Return the first line of another library's message, to stand within one of ours."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
