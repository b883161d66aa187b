"""The ledgers of a run, each read once; one that cannot be read fails its own entities and no others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from arkit.errors import ArkitError, RunError
from arkit.ledger import Ledger, read_ledger
from arkit.ledger.databases import name_of
from arkit.ledger.joining import joined
from arkit.run.execute import Listener
from arkit.run.run_file import Source


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
