"""What was published before a report: the numbers that it is compared with lie in its own folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from arkit.errors import ReadingError

if TYPE_CHECKING:
    import pandas as pd


class Compared(msgspec.Struct, frozen=True):
    """A published report beside what is known now.

    Parameters
    ----------
    day
        The day that it is of.
    version
        Its version.
    published_on
        The day on which it was published.
    known
        The last day that its ledger knew.
    differs
        What the new report does not follow from any more: ledger, policy, notebook, parameters, arkit.
    balances
        Its balances by currency: ``currency``, ``gross``, ``unapplied``, ``net``.
    changes
        The rows of :func:`arkit.explain_changes`.
    """

    day: date
    version: int
    published_on: date
    known: date
    differs: tuple[str, ...]
    balances: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]

    @property
    def table(self) -> pd.DataFrame:
        """The changes as a table."""
        import pandas as pd

        return pd.DataFrame(list(self.changes))


class Earlier(msgspec.Struct, frozen=True):
    """What was published before.

    Parameters
    ----------
    version
        The version of this very report that a new one takes over from.
    month
        The report of the month before.
    """

    version: Compared | None = None
    month: Compared | None = None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what a run wrote.

        Raises
        ------
        ReadingError
            The file is not there, or is none of a run.
        """
        try:
            return msgspec.json.decode(Path(path).read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise ReadingError(f"{path} does not tell what was published before: {error}.") from error
