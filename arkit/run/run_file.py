"""The run file: a month-end as a TOML file, so that it is one command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec

from arkit.errors import RunError
from arkit.ledger.databases import is_url
from arkit.settings import read_settings
from arkit.terms import ALL_ENTITIES


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
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

    ledger: str
    layout: str = ""
    entities: tuple[str, ...] = ()


class RunFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
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
        """Read a run file; its paths are those seen from its folder.

        Raises
        ------
        RunError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        stated = read_settings(path, cls, what="run file", error=RunError)
        return stated.seen_from(Path(path).resolve().parent)

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
