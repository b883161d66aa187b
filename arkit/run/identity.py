"""What a report is made from, as a few hashes: two reports with the same identity say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING, Final

import msgspec
import polars as pl

from arkit.ledger import Ledger
from arkit.policy import Policy

if TYPE_CHECKING:
    from arkit.run.request import Request

PLACES: Final = ("item", "source", "source_row")
"""Where a row stood in which file: it changes when a file is renamed, or a row of somebody else is put before it."""

Identity = Mapping[str, str]


def identity(request: Request, ledger: Ledger, policy: Policy) -> dict[str, str]:
    """Return what a report follows from: the part of the ledger, the policy, the notebook, its parameters, arkit.

    An export that was written again, or in which another entity's rows changed, leaves the identity of a report as
    it was.
    """
    from arkit.run.manifest import versions

    with request.notebook.open("rb") as file:
        notebook = file_digest(file, "sha256").hexdigest()
    return {
        "ledger": ledger_hash(ledger),
        "policy": _hash(msgspec.json.encode(policy)),
        "notebook": notebook,
        "parameters": _hash(msgspec.json.encode(request.parameters, order="sorted")),
        "arkit": versions()["arkit"],
    }


def ledger_hash(ledger: Ledger) -> str:
    """Return a hash of what a ledger says, whatever the order of its rows."""
    # Not the last day covered, nor the number of rows read: they grow with what others add to an export.
    said = sha256(msgspec.json.encode((ledger.covers[0], ledger.known)))
    for table in fields(ledger.frames):
        rows: pl.DataFrame = getattr(ledger.frames, table.name)
        rows = rows.drop(PLACES, strict=False).with_columns(pl.col(pl.Categorical).cast(pl.String))
        said.update(f"{table.name}\n".encode())
        said.update(rows.sort(rows.columns, nulls_last=True).write_csv(quote_style="necessary").encode())
    return said.hexdigest()


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def what_differs(published: Identity, now: Identity) -> list[str]:
    """Return the names of what a report no longer follows from.

    >>> what_differs({"ledger": "1", "policy": "2"}, {"ledger": "1", "policy": "3"})
    ['policy']
    """
    return [name for name in now if published.get(name) != now[name]]
