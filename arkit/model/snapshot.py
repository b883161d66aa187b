"""Frozen ledgers: a folder of Parquet files that can be reopened for ever, or of Arrow files that processes share."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec
import polars as pl

from arkit.errors import ReadingError
from arkit.model.engine import PERIODS
from arkit.model.findings import no_findings
from arkit.model.ledger import Frames, Ledger

MANIFEST: Final = "ledger.json"
FORMAT: Final = 1
# What was done with a row, by the name that 0.1.0 stored.
RENAMED_ACTIONS: Final = {"set_apart": "excluded"}


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a frozen ledger says of itself."""

    format: int
    covers: tuple[date, date]
    source_rows: int
    known: date | None
    snapshots: tuple[date, ...] = ()
    storage: Literal["parquet", "arrow"] = "parquet"


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
    return _described(target, _said_of(ledger))


def share(ledger: Ledger, folder: str | Path) -> Path:
    """Write a ledger so that many processes can read it at once from the same memory.

    The files are Arrow, not compressed: ``read_ledger`` maps them into memory, where the system keeps one copy for
    all. The balance periods are among them, so nobody has to prepare them again.

    Examples
    --------
    >>> import tempfile
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = ar.read_ledger(share(ledger, folder))
    ...     again.periods.equals(ledger.periods)
    True
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, frame in {**vars(ledger.frames), PERIODS: ledger.periods}.items():
        frame.write_ipc(target / f"{name}.arrow", compression="uncompressed")
    return _described(target, msgspec.structs.replace(_said_of(ledger), storage="arrow"))


def _said_of(ledger: Ledger) -> Manifest:
    return Manifest(FORMAT, ledger.covers, ledger.source_rows, ledger.known, ledger.snapshots)


def _described(target: Path, manifest: Manifest) -> Path:
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
        read = _mapped if manifest.storage == "arrow" else _stored
        tables = {table.name: read(folder, table.name) for table in fields(Frames)}
        periods = {PERIODS: read(folder, PERIODS)} if manifest.storage == "arrow" else {}
    except (OSError, ValueError, msgspec.DecodeError, pl.exceptions.PolarsError) as error:
        raise ReadingError(f"{folder} is no complete frozen ledger: {error}.") from error
    if manifest.format != FORMAT:
        raise ReadingError(f"{folder} is a frozen ledger of format {manifest.format}; this version reads {FORMAT}.")
    findings = tables["findings"]
    # Ledgers frozen by earlier versions do not say which file a finding is of.
    found = findings if "source" in findings.columns else pl.concat([no_findings(), findings], how="diagonal")
    tables["findings"] = found.with_columns(pl.col("action").replace(RENAMED_ACTIONS))
    stated = {name: getattr(manifest, name) for name in ("covers", "source_rows", "known", "snapshots")}
    ledger = Ledger(Frames(**tables), **stated)
    ledger.prepared.update(periods)
    return ledger


def _stored(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def _mapped(folder: Path, name: str) -> pl.DataFrame:
    """A table whose columns lie in the file; Polars' own reader would copy them."""
    import pyarrow as pa

    with pa.memory_map(str(folder / f"{name}.arrow")) as source:
        # Put together from its pieces, a column would be a copy outside of the shared memory.
        frame = pl.from_arrow(pa.ipc.open_file(source).read_all(), rechunk=False)
    if not isinstance(frame, pl.DataFrame):
        raise ReadingError(f"{folder / name}.arrow is no table.")
    return frame
