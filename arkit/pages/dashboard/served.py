"""What the server tells a page: the ledger and the reports that it serves, and the address that was asked for.

The server says it through the environment of the page's process, so that nothing is ever pasted into code. In
JupyterLab nothing is said, and the page shows what its parameters name, else the sample.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from arkit.errors import ReadingError
from arkit.ledger import Ledger, read_ledger, sample_ledger
from arkit.pages.dashboard.address import read_address
from arkit.policy import Policy

LEDGER: Final = "ARKIT_LEDGER"
REPORTS: Final = "ARKIT_REPORTS"
POLICY: Final = "ARKIT_POLICY"
QUERY: Final = "QUERY_STRING"
NOT_NOW: Final = (
    "The ledger cannot be opened at the moment. Whoever looks after the server finds the reason in its log."
)


def served_ledger(path: str | Path = "", *, layout: str | Path = "", as_of: str = "") -> Ledger:
    """Read the ledger that a notebook names, else the one that is served, else the sample.

    Raises
    ------
    ReadingError
        The ledger cannot be read; on a server without a word of where it lies.
    """
    _log_to_the_server()
    served = os.environ.get(LEDGER, "")
    if path:
        return read_ledger(path, layout=layout or None, snapshot_on=as_of or None)
    if not served:
        return sample_ledger()
    try:
        return read_ledger(served)
    except Exception as error:
        logging.getLogger("arkit.live").exception("The served ledger cannot be opened.")
        raise ReadingError(NOT_NOW) from error


class Served(NamedTuple):
    """What a page shows: a ledger, the day it opens on, and the policy."""

    ledger: Ledger
    day: date
    policy: Policy


def served(ledger: str | Path | Ledger = "", *, layout: str | Path, as_of: str, policy: str | Path) -> Served:
    """Return what the parameters of a notebook name, else what is served."""
    read = ledger if isinstance(ledger, Ledger) else served_ledger(ledger, layout=layout, as_of=as_of)
    named = served_policy(policy)
    return Served(read, first_day(read, as_of), Policy.load(named) if named else Policy())


def served_reports(path: str | Path = "") -> Path | None:
    """Return the folder of finished reports, if there is one."""
    found = str(path) or os.environ.get(REPORTS, "")
    return Path(found) if found else None


def served_policy(path: str | Path = "") -> str:
    """Return the policy that a notebook names, else the one that is served; empty for the default."""
    return str(path) or os.environ.get(POLICY, "")


def asked() -> dict[str, str]:
    """Return the filters of the address that was asked for."""
    return read_address(os.environ.get(QUERY, ""))


def first_day(ledger: Ledger, as_of: str = "") -> date:
    """Return the day that a page opens on: the one named, else the last month-end that the ledger covers."""
    if as_of:
        return ledger.require(as_of)
    first, last = ledger.covers
    if (last + timedelta(days=1)).day == 1:
        return last
    month_end = last.replace(day=1) - timedelta(days=1)
    return month_end if month_end >= first else last


def _log_to_the_server() -> None:
    """Let what goes wrong be written where the server writes; a kernel's own channel leads to the visitor."""
    if LEDGER in os.environ and not logging.getLogger("arkit").handlers:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger("arkit").addHandler(handler)
        logging.getLogger("arkit").propagate = False
