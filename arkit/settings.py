"""Settings out of TOML files and Python code: layouts, policies, run files, checked by the same rules either way."""

import re
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar, get_args

import msgspec

from arkit.errors import ArkitError, PolicyError

AnySettings = TypeVar("AnySettings", bound=msgspec.Struct)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a company decides.

    msgspec checks what it reads from a file, but not what Python code states; so every value is checked here once more,
    by the types of the fields.
    """

    error: ClassVar[type[ArkitError]] = PolicyError

    def __post_init__(self) -> None:
        stated = {name: getattr(self, name) for name in self.__struct_fields__}
        stated = {name: value for name, value in stated.items() if value is not msgspec.UNSET}
        try:
            checked = msgspec.convert(stated, _plain(type(self)))
        except msgspec.ValidationError as fault:
            raise self.error(_in_words(fault, type(self))) from fault
        for name in stated:  # a list becomes a tuple, as in a file
            msgspec.structs.force_setattr(self, name, getattr(checked, name))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read the settings from a TOML file.

        Raises
        ------
        ArkitError
            The error of these settings, such as PolicyError or LayoutError: the file is missing, is no TOML, or has an
            unknown name or an impossible value.
        """
        # CollectionPolicy is called "collection policy".
        what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
        return read_settings(path, cls, what=what, error=cls.error)


def read_settings(path: str | Path, kind: type[AnySettings], *, what: str, error: type[ArkitError]) -> AnySettings:
    """The settings of a TOML file.

    Raises
    ------
    ArkitError
        The given error: the file is missing, is no TOML, or has an unknown name or an impossible value.
    """
    try:
        return msgspec.toml.decode(Path(path).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, ValueError) as fault:
        raise error(f"The {what} {path} cannot be used: {_in_words(fault, kind)}.") from fault


@cache
def _plain(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A struct with the same fields and no more, so that filling it checks values and nothing else."""
    fields: list[tuple[str, Any]] = [(field.name, field.type) for field in msgspec.structs.fields(kind)]
    return msgspec.defstruct(kind.__name__, [(name, what, msgspec.UNSET) for name, what in fields])


def _in_words(fault: Exception, kind: type[msgspec.Struct]) -> str:
    """A fault, with the values that are possible where there are only some."""
    found = re.fullmatch(r"Invalid enum value (.*) - at `\$\.(\w+)`", str(fault))
    if not found:
        return str(fault)
    value, name = found.groups()
    choices = next(get_args(field.type) for field in msgspec.structs.fields(kind) if field.name == name)
    return f"{name} cannot be {value}; it is one of {', '.join(map(repr, choices))}"
