"""What is asked of a report: the ledger, the day, the entity, the policy, the notebook, the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from arkit.errors import ReportError
from arkit.model.ledger import Ledger
from arkit.read.databases import is_url
from arkit.reports.page import title_of
from arkit.run.registry import ReportKind, kind_of
from arkit.run.staging import folder_name
from arkit.words.catalogue import ENGLISH, require_language
from arkit.words.columns import ALL_ENTITIES

ARGUMENTS: Final = ("ledger", "layout", "as_of", "entity", "policy", "earlier")
"""What a request states by itself, and not among the further parameters of a notebook."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a report, with every path made absolute; the ledger may be the URL of a database."""

    ledger: Path | str
    as_of: date
    entity: str
    layout: Path | None
    policy: Path | None
    notebook: Path
    language: str = ENGLISH
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, *, ledger: str | Path, layout: str | Path | None, policy: str | Path | None, language: str, **asked: object
    ) -> Request:
        """A request whose ledger, layout and policy are as a person names them.

        Raises
        ------
        UnknownNameError
            There is no such language.
        """
        return cls(
            ledger=str(ledger) if is_url(ledger) else Path(ledger).resolve(),
            layout=Path(layout).resolve() if layout else None,
            policy=Path(policy).resolve() if policy else None,
            language=require_language(language),
            **asked,  # type: ignore[arg-type]
        )

    @property
    def kind(self) -> ReportKind:
        """The kind of report."""
        return kind_of(self.notebook)

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters. They name what is in the report's own folder, so that it can be opened again."""
        policy = "policy.toml" if self.policy else ""
        day = self.as_of.isoformat()
        own = {"ledger": "ledger", "layout": "", "as_of": day, "entity": self.entity, "policy": policy}
        return {**own, **self.extra}

    @property
    def title(self) -> str:
        """The title of the page and of its window."""
        return title_of(self.kind.name, self.entity, self.as_of)

    def place(self, output: Path) -> Path:
        """Where the first version of the report is published."""
        return output.resolve() / self.as_of.isoformat() / f"{folder_name(self.entity)}{self.kind.suffix}"

    def part_of(self, ledger: Ledger) -> Ledger:
        """The entity's part of a ledger.

        Raises
        ------
        ArkitError
            The ledger does not cover the day, or has no such entity.
        """
        ledger.require(self.as_of)
        return ledger if self.entity == ALL_ENTITIES else ledger.where(entity=self.entity)

    def refuse_arguments(self) -> None:
        """Refuse a further parameter that has an argument of its own.

        Raises
        ------
        ReportError
            The first of them.
        """
        for name in ARGUMENTS:
            if name in self.extra:
                raise ReportError(f"{name} has an argument of its own; give it there and not among the parameters.")
