"""Find the Chromium that the browser tests drive, or get one.

As a program it prints where the browser is: an installed one, else one from the system's package manager where this
user may install, else Playwright's own. Without any of them it says so and ends with exit code 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MISSING = (
    "No Chromium was found, so the tests in a browser cannot run. Install chromium or google-chrome, or name one: "
    "ARKIT_CHROMIUM=/path/to/chromium. `python tests/browser/get_chromium.py` tries to get one."
)


def find_chromium() -> Path | None:
    """Return a browser that starts, or None."""
    return next((Path(place) for place in _places() if _starts(place)), None)


def get_chromium() -> Path | None:
    """Return a browser that starts, installed if need be, or None."""
    if found := find_chromium():
        return found
    for commands in _ways_to_install():
        if all(succeeds(command) for command in commands) and (found := find_chromium()):
            return found
    return None


def _places() -> Iterator[str]:
    """Yield where a browser may be, the named one first."""
    from arkit.run.html import places  # not above: every test run imports this file, few print

    yield from map(str, places())
    yield from _from_playwright()


def _from_playwright() -> Iterator[str]:
    """Yield the browser that Playwright downloaded; asked in a process of its own, for it starts an event loop."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    yield from answer.stdout.split("\n")[:1]


def _starts(place: str) -> bool:
    """Tell whether the file is a working browser: some systems ship a stub of that name."""
    if not Path(place).is_file():
        return False
    return sys.platform == "win32" or succeeds([place, "--version"], quiet=True)


def _ways_to_install() -> Iterator[list[list[str]]]:
    """Yield the ways open to this user, each a list of commands."""
    rights = admin()
    if rights is not None and shutil.which("apt-get"):
        yield [[*rights, "apt-get", "update"], [*rights, "apt-get", "install", "--yes", "--quiet", "chromium"]]
    if rights is not None and shutil.which("dnf"):
        yield [[*rights, "dnf", "install", "--assumeyes", "chromium"]]
    if shutil.which("brew"):
        yield [["brew", "install", "--cask", "google-chrome"]]
    playwright = [sys.executable, "-m", "playwright", "install"]
    if rights is not None and sys.platform == "linux":
        yield [[*playwright, "--with-deps", "chromium"]]
    yield [[*playwright, "chromium"]]


def admin() -> list[str] | None:
    """Return what to put before a command to run it as administrator; None where this user may not."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "--non-interactive"] if succeeds(["sudo", "--non-interactive", "true"], quiet=True) else None


def succeeds(command: Iterable[str], *, quiet: bool = False) -> bool:
    """Run a command and tell whether it succeeded; its words go to stderr unless quiet."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        return subprocess.run(list(command), stdout=output, stderr=output, timeout=600, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> int:
    """Print where the browser is."""
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    found = get_chromium()
    print(found or MISSING, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
