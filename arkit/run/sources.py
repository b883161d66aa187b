"""The ledgers of a run, each read once; one that cannot be read fails its own entities and no others.

The run file: a month-end as a TOML file, so that it is one command.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import msgspec

from arkit.errors import ArkitError, RunError
from arkit.model.ledger import Ledger, joined
from arkit.read.databases import is_url, name_of
from arkit.read.reading import read_ledger
from arkit.run.execute import Listener
from arkit.settings import Settings
from arkit.words.columns import ALL_ENTITIES


class Source(Settings, frozen=True, kw_only=True):
    """An export: its file or folder, its layout, and, where it holds the entities of one system only, which.

    Parameters
    ----------
    ledger
        A file, a folder of files, a frozen ledger, or the URL of a database.
    layout
        The layout (TOML); empty for canonical columns.
    entities
        The entities that the export is of. They are named as failed if it cannot be read.
    """

    error: ClassVar = RunError
    ledger: str
    layout: str = ""
    entities: tuple[str, ...] = ()


class RunFile(Settings, frozen=True, kw_only=True):
    """What a month-end run is made of.

    Parameters
    ----------
    sources
        One export of all entities, or several.
    as_of
        The day; the command line may name another.
    output
        The folder of all reports.
    policy
        The policy (TOML); empty for the default.
    entities
        The entities to report on, ``all`` for each of them and the group.
    reports
        The reports of each: ``monthly_report``, ``customers``.
    workers
        How many reports are made at a time; 0 for as many as the machine has processors.
    pdf
        Whether each report is also printed as PDF.
    """

    error: ClassVar = RunError
    sources: Annotated[tuple[Source, ...], msgspec.Meta(min_length=1)]
    output: str
    as_of: date | None = None
    policy: str = ""
    entities: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = (ALL_ENTITIES,)
    reports: Annotated[tuple[Literal["monthly_report", "customers"], ...], msgspec.Meta(min_length=1)] = (
        "monthly_report",
    )
    workers: Annotated[int, msgspec.Meta(ge=0)] = 0
    pdf: bool = False

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a run file; its paths are those seen from its folder."""
        return super().load(path).seen_from(Path(path).resolve().parent)

    def seen_from(self, folder: Path) -> Self:
        """Return the run with its paths made absolute."""

        def absolute(path: str) -> str:
            return str(folder / path) if path and not is_url(path) else path

        sources = tuple(
            msgspec.structs.replace(source, ledger=absolute(source.ledger), layout=absolute(source.layout))
            for source in self.sources
        )
        return msgspec.structs.replace(
            self, sources=sources, output=absolute(self.output), policy=absolute(self.policy)
        )


@dataclass(frozen=True)
class Books:
    """What could be read: the ledger of each entity with its source; and why others could not.

    Attributes
    ----------
    ledgers
        Each source that could be read, with its ledger.
    failed
        The reason for each entity whose export could not be read.
    """

    ledgers: list[tuple[Source, Ledger]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def entities(self) -> list[str]:
        """Every entity, in order; those that could not be read among them."""
        return sorted({name for _, ledger in self.ledgers for name in _entities_of(ledger)} | set(self.failed))

    def of(self, entity: str) -> tuple[Source, Ledger]:
        """Return source and ledger of an entity.

        Raises
        ------
        RunError
            No ledger has it, or its export cannot be read.
        """
        if entity in self.failed:
            raise RunError(self.failed[entity])
        for source, ledger in self.ledgers:
            if entity in _entities_of(ledger):
                return source, ledger
        raise RunError(
            f"No ledger of the run has an entity {entity!r}; they have {', '.join(self.entities) or 'none'}."
        )

    def group(self) -> tuple[Source, Ledger]:
        """Return the ledger of all entities.

        Raises
        ------
        ArkitError
            One of them cannot be read, or the ledgers do not go together.
        """
        if self.failed:
            raise RunError(f"The group is not whole: {', '.join(sorted(self.failed))} could not be read.")
        return self.ledgers[0][0], joined([ledger for _, ledger in self.ledgers])


def read_books(sources: tuple[Source, ...], *, as_of: date, tell: Listener) -> Books:
    """Read every export of a run.

    A part of a ledger is made of it again and again, so its balance periods are prepared here, once.
    """
    books = Books()
    for source in sources:
        name = name_of(source.ledger)
        tell(f"reading {name}")
        try:
            ledger = read_ledger(source.ledger, layout=source.layout or None, snapshot_on=as_of)
        except ArkitError as error:
            books.failed.update(dict.fromkeys(source.entities or [name], str(error)))
            continue
        missing = sorted(set(source.entities) - set(_entities_of(ledger)))
        books.failed.update(dict.fromkeys(missing, f"{name} has no items of this entity."))
        books.ledgers.append((source, ledger))
    return books


def _entities_of(ledger: Ledger) -> list[str]:
    return [str(name) for name in ledger.frames.items["entity"].unique()]
