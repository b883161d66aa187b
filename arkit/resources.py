"""Where the bundled notebooks, templates and sample ledgers are."""

import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

from arkit.errors import unknown_name

FOLDERS = ("notebooks", "templates", "data")
PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """Return where a bundled file or folder is, in a checkout and in an installed package alike.

    Parameters
    ----------
    name
        Its path in the project with forward slashes, beginning with ``notebooks``, ``templates`` or ``data``.

    Returns
    -------
    Path
        An existing file or folder.

    Raises
    ------
    UnknownNameError
        There is no such file; the message lists what is in that folder.

    Examples
    --------
    >>> resource("templates").name
    'templates'
    >>> resource("invoices.csv")
    Traceback (most recent call last):
    arkit.errors.UnknownNameError: There is no bundled file 'invoices.csv'. Known: data, notebooks, templates.
    """
    parts = PurePosixPath(name).parts
    if not parts or parts[0] not in FOLDERS:
        raise unknown_name("bundled file", name, known=FOLDERS)
    found = home(PACKAGE).joinpath(*parts)
    if ".." in parts or not found.exists():
        folder = found.parent if found.parent.is_dir() else home(PACKAGE) / parts[0]
        raise unknown_name("bundled file", name, known=(path.name for path in folder.glob("[!.]*")))
    return found


def bundled(name: str) -> dict[str, Any]:
    """What a bundled TOML file says.

    >>> sorted(bundled("templates/findings.toml"))
    ['derived', 'excluded', 'kept']
    """
    return tomllib.loads(resource(name).read_text(encoding="utf-8"))


def home(package: Path) -> Path:
    """Return the folder that holds the bundled folders: ``share`` in an installed package, else the checkout."""
    share = package / "share"
    return share if share.is_dir() else package.parent
