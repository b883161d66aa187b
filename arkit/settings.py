"""Settings out of TOML files: layouts, policies, rules, each checked against what it may say."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar, get_args, get_type_hints

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


def require_choices(settings: msgspec.Struct, names: tuple[str, ...], *, error: type[ArkitError]) -> None:
    """Refuse a value that is not among those that the type of a setting allows; Python code states values too.

    Raises
    ------
    ArkitError
        The given error: which setting, the value, and those that are possible.
    """
    hints = get_type_hints(type(settings))
    for name in names:
        value, known = getattr(settings, name), get_args(hints[name])
        if value not in known:
            raise error(f"{name} cannot be {value!r}; it is one of {', '.join(map(repr, known))}.")
