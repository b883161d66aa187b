"""Frozen ledgers: a ledger as a folder of Parquet files that can be reopened for ever."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from arkit.errors import ReadingError
from arkit.ledger.findings import no_findings
from arkit.ledger.model import Frames, Ledger

MANIFEST: Final = "ledger.json"
FORMAT: Final = 1


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a frozen ledger says of itself."""

    format: int
    covers: tuple[date, date]
    source_rows: int
    known: date | None


def freeze(ledger: Ledger, folder: str | Path) -> Path:
    """Write a ledger as a folder of Parquet files; ``read_ledger`` on the folder gives the same ledger.

    Examples
    --------
    >>> import tempfile
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = ar.read_ledger(ar.freeze(ledger, folder))
    >>> again.covers == ledger.covers
    True
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for table in fields(Frames):
        getattr(ledger.frames, table.name).write_parquet(target / f"{table.name}.parquet", compression="zstd")
    manifest = Manifest(FORMAT, ledger.covers, ledger.source_rows, ledger.known)
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return target


def thaw(folder: Path) -> Ledger:
    """Read a frozen ledger.

    Raises
    ------
    ReadingError
        The folder is incomplete or was written by another version.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        tables = {table.name: pl.read_parquet(folder / f"{table.name}.parquet") for table in fields(Frames)}
    except (OSError, msgspec.DecodeError, pl.exceptions.PolarsError) as error:
        raise ReadingError(f"{folder} is no complete frozen ledger: {error}.") from error
    if manifest.format != FORMAT:
        raise ReadingError(f"{folder} is a frozen ledger of format {manifest.format}; this version reads {FORMAT}.")
    findings = tables["findings"]
    # Ledgers frozen by earlier versions do not say which file a finding is of.
    tables["findings"] = (
        findings if "source" in findings.columns else pl.concat([no_findings(), findings], how="diagonal")
    )
    frames = Frames(**tables)
    return Ledger(frames, covers=manifest.covers, source_rows=manifest.source_rows, known=manifest.known)
