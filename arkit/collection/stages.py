"""Stages of collection, in TOML: what is done when, by whom and how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

import msgspec

from arkit.errors import PolicyError
from arkit.resources import resource
from arkit.settings import read_settings


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stage, and the days past due from which it counts."""

    name: str
    from_days: Annotated[int, msgspec.Meta(ge=1)]
    channel: str
    owner: str


class CollectionPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The stages of collection, in rising order of days.

    Parameters
    ----------
    stages
        The stages.
    share_of_stage
        A stage is reached when this share of what is past due and undisputed is as old: a forgotten cent is no lawsuit.
    latest_stage
        Category to the last stage that its customers are taken to without a person's decision.

    Examples
    --------
    >>> [stage.name for stage in default_stages().stages][:3]
    ['reminder', 'letter', 'call']
    """

    name: str
    stages: Annotated[tuple[Stage, ...], msgspec.Meta(min_length=1)]
    share_of_stage: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.2
    latest_stage: dict[str, str] = {}

    def __post_init__(self) -> None:
        days = [stage.from_days for stage in self.stages]
        if days != sorted(set(days)):
            raise ValueError(f"from_days must rise, found {days}")
        names = [stage.name for stage in self.stages]
        for category, latest in self.latest_stage.items():
            if latest not in names:
                raise ValueError(f"latest_stage of {category} is {latest!r}, which is none of {names}")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read the stages from a TOML file.

        Raises
        ------
        PolicyError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        return read_settings(path, cls, what="collection policy", error=PolicyError)


def default_stages() -> CollectionPolicy:
    """Return the stages that come with arkit."""
    return CollectionPolicy.load(resource("templates/policies/collection.toml"))
