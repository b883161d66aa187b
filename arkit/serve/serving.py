"""What the server is asked for: what it serves, where, to how many, and what a visitor has to know."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arkit.calendar import require_currency
from arkit.errors import ServingError
from arkit.policy import DEFAULT_POLICY
from arkit.words.catalogue import ENGLISH, require_language

LEDGER, POLICY, REPORTS = "ARKIT_LEDGER", "ARKIT_POLICY", "ARKIT_REPORTS"
LANGUAGE, CURRENCY, WINDOW, QUERY = "ARKIT_LANGUAGE", "ARKIT_CURRENCY", "ARKIT_WINDOW", "QUERY_STRING"
"""What the process of a page reads from its environment."""

TOKEN, PASSWORD = "ARKIT_TOKEN", "ARKIT_PASSWORD"
SHORTEST_SECRET: Final = 12
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What is served, where, and to how many.

    Attributes
    ----------
    ledger, layout, policy
        As in :func:`arkit.run.report`; without a ledger the sample that comes with arkit.
    reports
        The folder of finished reports.
    address, port
        Where to listen; 127.0.0.1 is this machine alone.
    base_url
        The path under which a proxy shows the server.
    hosts
        Names by which a proxy addresses the server.
    user_header
        The header in which a proxy names its user, for the log.
    visitors
        How many pages may be open at once; each has a process of its own.
    idle_minutes
        After how many minutes without use a page's process ends.
    language
        The language of the pages; a page whose address states another one is in that.
    currency
        The presentation currency; empty for that of the policy, else the base currency of the exchange rates.
    window
        The window of the KPIs (``month``, ``quarter``, ``year`` or a number of days); empty for that of the policy.
    token, password
        What a visitor has to know.

    Raises
    ------
    ServingError
        Other machines could reach the server without a password, a secret is too short, the base URL is not a path,
        or there is no such folder of reports.
    UnknownNameError
        There is no such language, or no such currency.
    PolicyError
        There is no such window.
    """

    ledger: str | Path | None = None
    layout: str | Path | None = None
    policy: str | Path | None = None
    reports: str | Path | None = None
    address: str = "127.0.0.1"
    port: int = 8866
    base_url: str = "/"
    hosts: Sequence[str] = ()
    user_header: str = ""
    visitors: int = 20
    idle_minutes: float = 30.0
    language: str = ENGLISH
    currency: str = ""
    window: str = ""
    token: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        if not (self.token or self.password or is_loopback(self.address)):
            raise ServingError(
                f"Without a password only this machine may reach the dashboards: {self.address or 'every address'} was "
                f"asked for, and neither {TOKEN} nor {PASSWORD} is set in the environment. Set one of them, or leave "
                "the address out and put a proxy that asks for one in front."
            )
        for name, secret in ((TOKEN, self.token), (PASSWORD, self.password)):
            if secret and len(secret) < SHORTEST_SECRET:
                raise ServingError(f"{name} has {len(secret)} characters; take at least {SHORTEST_SECRET}.")
        if not re.fullmatch(r"/(?:[\w.~-]+/)*", self.base_url):
            raise ServingError(
                f"The base URL {self.base_url!r} is not a path; begin and end it with a slash, as in /receivables/."
            )
        if self.reports is not None and not Path(self.reports).is_dir():
            raise ServingError(f"There is no folder of reports {self.reports}.")
        require_language(self.language)
        require_currency(self.currency)
        DEFAULT_POLICY.with_window(self.window)

    @property
    def guarded(self) -> bool:
        """Whether a visitor has to know something."""
        return bool(self.token or self.password)


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
