"""Headers: each name once, whatever kind of file it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from arkit.errors import ArkitError, ReadingError, listed


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


@contextmanager
def refusing(file: str) -> Iterator[None]:
    """Turn whatever goes wrong with the cells of a file into a sentence and a way out.

    Raises
    ------
    ReadingError
        Something else than an error of arkit was raised.
    """
    try:
        yield
    except ArkitError:
        raise
    except Exception as error:  # Nobody can foresee every file; a person gets a sentence, not a traceback.
        raise ReadingError(
            f"{file} could not be read ({type(error).__name__}: {first_line(error)}). "
            "Give a layout that names its columns, or export it again."
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of another library's message, to stand within one of ours."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
