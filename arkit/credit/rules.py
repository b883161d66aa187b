"""Rules that a credit manager can read: figures and their limits, in TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, Self

import msgspec

from arkit.errors import PolicyError
from arkit.resources import resource
from arkit.settings import read_settings

Category = Literal["reliable", "new", "problem", "risky"]
CATEGORIES: Final[tuple[Category, ...]] = ("reliable", "new", "problem", "risky")
"""From the one to keep to the one to leave."""


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure of the payment behaviour and the value from which, or up to which, it counts."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.figure}: give either at_least or at_most")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What makes a customer a problem, risky or new: all of its limits are reached."""

    name: str
    category: Literal["new", "problem", "risky"]
    when: Annotated[tuple[Limit, ...], msgspec.Meta(min_length=1)]


class CategoryPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rules by which customers are categorised.

    Examples
    --------
    >>> rules = CategoryPolicy.load(resource("templates/policies/categories.toml")).rules
    >>> rules[0].category
    'new'
    """

    name: str
    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read the rules from a TOML file.

        Raises
        ------
        PolicyError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        return read_settings(path, cls, what="category policy", error=PolicyError)


def default_rules() -> CategoryPolicy:
    """Return the rules that come with arkit."""
    return CategoryPolicy.load(resource("templates/policies/categories.toml"))
