"""What is asked of a report, and how its notebook is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from arkit.errors import ReportError
from arkit.ledger import Ledger
from arkit.ledger.databases import is_url
from arkit.present.wording import day_shown
from arkit.run.kinds import kind_of, title_of
from arkit.run.staging import folder_name
from arkit.terms import ALL_ENTITIES

OWN: Final = ("ledger", "layout", "as_of", "entity", "policy", "earlier")


def located(ledger: str | Path) -> Path | str:
    """Return where a ledger is, seen from everywhere: an absolute path, or the URL of a database.

    >>> located("postgresql://books/ar")
    'postgresql://books/ar'
    """
    return str(ledger) if is_url(ledger) else Path(ledger).resolve()


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked for, with every path made absolute; the ledger may be the URL of a database."""

    ledger: Path | str
    as_of: date
    entity: str
    layout: Path | None
    policy: Path | None
    notebook: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters. They name what lies in the report's own folder, so it can be reopened for ever."""
        policy = "policy.toml" if self.policy else ""
        day = self.as_of.isoformat()
        own = {"ledger": "ledger", "layout": "", "as_of": day, "entity": self.entity, "policy": policy}
        return {**own, **self.extra}

    def place(self, output: Path) -> Path:
        """Return where the first version of the report is published."""
        name = f"{folder_name(self.entity)}{kind_of(self.notebook).suffix}"
        return output.resolve() / self.as_of.isoformat() / name

    def part_of(self, ledger: Ledger) -> Ledger:
        """Return what a ledger says of the entity.

        Raises
        ------
        ArkitError
            The ledger does not cover the day, or has no such entity.
        """
        ledger.require(self.as_of)
        return ledger if self.entity == ALL_ENTITIES else ledger.where(entity=self.entity)

    def refuse_own(self) -> None:
        """Refuse a parameter that has an argument of its own.

        Raises
        ------
        ReportError
            The first of them.
        """
        for name in OWN:
            if name in self.extra:
                raise ReportError(f"{name} has an argument of its own; give it there and not among the parameters.")

    @property
    def title(self) -> str:
        """What the page and its window are called."""
        return title_of(kind_of(self.notebook), self.entity, day_shown(self.as_of))
