"""Settings out of TOML files: layouts, policies, rules, each checked against what it may say."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from arkit.errors import ArkitError

Settings = TypeVar("Settings", bound=msgspec.Struct)


def read_settings(path: str | Path, kind: type[Settings], *, what: str, error: type[ArkitError]) -> Settings:
    """Return the settings of a TOML file.

    Raises
    ------
    ArkitError
        The given error: the file is missing, is no TOML, or has an unknown name or an impossible value.
    """
    try:
        return msgspec.toml.decode(Path(path).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, ValueError) as fault:
        raise error(f"The {what} {path} cannot be used: {fault}.") from fault
