"""The run file, a month-end as a TOML file; and the ledgers that it names, each read once."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Self

import msgspec

from arkit.calendar import require_currency
from arkit.errors import ArkitError, RunError
from arkit.files.databases import is_url, name_of
from arkit.model.ledger import Ledger, joined
from arkit.policy import DEFAULT_POLICY, Accepted
from arkit.read.answers import answers_of
from arkit.read.reading import read_for_day
from arkit.run.execute import Listener
from arkit.run.request import MONTHLY, kind_named
from arkit.settings import Settings
from arkit.words.catalogue import ENGLISH, require_language, text
from arkit.words.columns import ALL_ENTITIES

Several = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Export(Settings, frozen=True, kw_only=True):
    """An export: its file or folder, its layout, and, where it holds the entities of one system only, which.

    Parameters
    ----------
    ledger
        A file, a folder of files, a frozen ledger, or the URL of a database.
    layout
        The layout (TOML); empty for canonical columns, or an export that is to be recognised.
    answers
        The file of answers (TOML) to what an export without a layout does not say itself, as ``arkit check`` writes it.
    earlier_snapshots
        Lists of open items of earlier days, where the export is one: files, each followed by its day where it does not
        say it (``september.csv=2026-09-30``).
    entities
        The entities that the export is of. They are named as failed if it cannot be read.
    """

    error: ClassVar = RunError
    ledger: str
    layout: str = ""
    answers: str = ""
    earlier_snapshots: tuple[str, ...] = ()
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
    language
        The language of the index and the reports: ``en``, ``ru``, ``zh``.
    languages
        The language of the reports of an entity, where it is another one.
    currency
        The presentation currency of the reports and the index; empty for that of the policy, else the default.
    window
        The window of the KPIs (``month``, ``quarter``, ``year`` or a number of days); empty for that of the policy.
    workers
        How many reports are made at a time; 0 for as many as the machine has processors.
    in_process
        Whether a worker runs notebooks in its own process. Without that each has a kernel of its own, as in Jupyter:
        slower, but with nothing in common with other notebooks.
    pdf
        Whether each report is also printed as PDF.
    accepted
        Differences to the general ledger that a person accepts (``[[accepted]]``: name, reason, amount).
    """

    error: ClassVar = RunError
    sources: Annotated[tuple[Export, ...], msgspec.Meta(min_length=1)]
    output: str
    as_of: date | None = None
    policy: str = ""
    entities: Several = (ALL_ENTITIES,)
    reports: Several = (MONTHLY.name,)
    language: str = ENGLISH
    languages: dict[str, str] = msgspec.field(default_factory=dict)
    currency: str = ""
    window: str | int = ""
    workers: Annotated[int, msgspec.Meta(ge=0)] = 0
    in_process: bool = True
    pdf: bool = False
    accepted: tuple[Accepted, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            for name in self.reports:
                kind_named(name)
            for language in (self.language, *self.languages.values()):
                require_language(language)
            require_currency(self.currency)
            DEFAULT_POLICY.with_window(self.window)
        except ArkitError as error:
            raise RunError(str(error)) from error

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a run file; its paths are those seen from its folder."""
        return super().load(path).seen_from(Path(path).resolve().parent)

    def seen_from(self, folder: Path) -> Self:
        """The run with its paths made absolute."""

        def absolute(path: str) -> str:
            return str(folder / path) if path and not is_url(path) else path

        sources = tuple(
            msgspec.structs.replace(
                export,
                **{name: absolute(getattr(export, name)) for name in ("ledger", "layout", "answers")},
                earlier_snapshots=tuple(absolute(one) for one in export.earlier_snapshots),
            )
            for export in self.sources
        )
        return msgspec.structs.replace(
            self, sources=sources, output=absolute(self.output), policy=absolute(self.policy)
        )

    def language_of(self, entity: str) -> str:
        """The language of the reports of an entity."""
        return self.languages.get(entity, self.language)


@dataclass(frozen=True)
class Ledgers:
    """The ledgers of a run that could be read, and why others could not.

    Attributes
    ----------
    read
        Each export that could be read, with its ledger.
    failed
        The reason for each entity whose export could not be read.
    """

    read: list[tuple[Export, Ledger]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def entities(self) -> list[str]:
        """Every entity, in order; those that could not be read among them."""
        return sorted({name for _, ledger in self.read for name in _entities_of(ledger)} | set(self.failed))

    def of(self, entity: str) -> tuple[list[Export], Ledger]:
        """The exports and the ledger of an entity; of all of them for ``all``.

        Raises
        ------
        RunError
            No ledger has the entity, or its export cannot be read; of the group, one of them cannot be read.
        ArkitError
            The ledgers of a group do not go together.
        """
        if entity == ALL_ENTITIES:
            if self.failed:
                # A sum of what happened to be there is not the group.
                raise RunError(f"The group is not whole: {', '.join(sorted(self.failed))} could not be read.")
            return [export for export, _ in self.read], joined([ledger for _, ledger in self.read])
        if entity in self.failed:
            raise RunError(self.failed[entity])
        for export, ledger in self.read:
            if entity in _entities_of(ledger):
                return [export], ledger
        raise RunError(
            f"No ledger of the run has an entity {entity!r}; they have {', '.join(self.entities) or 'none'}."
        )


def read_ledgers(exports: tuple[Export, ...], *, as_of: date, say: Listener) -> Ledgers:
    """Read every export of a run; one that cannot be read fails its own entities and no others."""
    ledgers = Ledgers()
    for export in exports:
        name = name_of(export.ledger)
        say(text("run.progress.export", name=name))
        try:
            hints = answers_of(export.answers) if export.answers else None
            ledger = read_for_day(
                export.ledger,
                layout=export.layout or None,
                as_of=as_of,
                hints=hints,
                earlier_snapshots=export.earlier_snapshots,
            )
        except ArkitError as error:
            # Without the names of its entities only the export itself can be named.
            ledgers.failed.update(dict.fromkeys(export.entities or [name], str(error)))
            continue
        missing = sorted(set(export.entities) - set(_entities_of(ledger)))
        ledgers.failed.update(dict.fromkeys(missing, str(RunError(f"{name} has no items of this entity."))))
        ledgers.read.append((export, ledger))
    return ledgers


def _entities_of(ledger: Ledger) -> list[str]:
    return ledger.values("entity")
