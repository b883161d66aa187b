"""Find the PostgreSQL that the tests of databases start, or get one.

As a program it prints where its commands are: an installed one, else one from the system's package manager where this
user may install. Without any it says so and ends with exit code 1; the tests then name what they leave out.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.browser.get_chromium import admin, succeeds

MISSING = (
    "no PostgreSQL was found to start; install postgresql, or name its commands: ARKIT_POSTGRES=/path/to/bin. "
    "`python -m tests.read.get_postgres` tries to get one"
)
COMMANDS = ("initdb", "pg_ctl", "postgres")


def find_postgres() -> Path | None:
    """Return the folder of the commands of a PostgreSQL, or None."""
    return next((place for place in _places() if all((place / command).exists() for command in COMMANDS)), None)


def get_postgres() -> Path | None:
    """Return the folder of the commands, installed if need be, or None."""
    if found := find_postgres():
        return found
    rights = admin()
    if rights is not None and shutil.which("apt-get"):
        install = [*rights, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "postgresql"]
        _ = succeeds([*rights, "apt-get", "update"]) and succeeds(install)
    elif rights is not None and shutil.which("dnf"):
        succeeds([*rights, "dnf", "install", "--assumeyes", "postgresql-server"])
    elif shutil.which("brew"):
        succeeds(["brew", "install", "postgresql"])
    return find_postgres()


def _places() -> Iterator[Path]:
    """Yield where the commands may be: as named, where Debian has them, on the path."""
    if named := os.environ.get("ARKIT_POSTGRES"):
        yield Path(named)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        # Not beside a link to the command: there its other files would be looked for in vain.
        yield Path(found).resolve().parent


def main() -> int:
    """Print where the commands are."""
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    found = get_postgres()
    print(found or MISSING, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
