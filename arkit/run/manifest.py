"""The record of a report, and its place: made whole or not at all.

What a report was made from is also its identity, a few hashes: two reports with the same identity say the same. It is
made in a hidden folder and moved to the place of its next version at once; what is published is never overwritten. A
run that was killed cannot clean up: its hidden folder is recognised by the lock that its process no longer holds, and
the next run removes it.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from glob import escape
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pandas as pd
import polars as pl

from arkit.errors import ReportError, RunError
from arkit.files.databases import is_url, name_of
from arkit.model.ledger import Ledger
from arkit.model.snapshot import MANIFEST as FROZEN_LEDGER
from arkit.policy import Accepted, Policy
from arkit.read.reading import file_and_day
from arkit.reports.published import first_version, version_of
from arkit.words.catalogue import ENGLISH

if TYPE_CHECKING:
    from arkit.reports import MonthlyReport
    from arkit.run.request import Request

KPI_COLUMNS: Final = ("currency", "kpi", "value", "unit", "reason")
LIBRARIES: Final = ("arkit", "narwhals", "nbconvert", "pandas", "papermill", "plotly", "polars", "xlsxwriter")


def clock() -> datetime:
    """The present time; a report states when it was made, and nothing else depends on it."""
    return datetime.now(UTC)


def inputs(request: Request) -> list[dict[str, object]]:
    """Name, size and SHA-256 of each file that a report is made from.

    Of a folder that is every file in it, hidden ones left out; of a database the name alone: what was read from it is
    the frozen ledger.
    """
    files = _files("ledger", request.ledger)
    for one in request.earlier_snapshots:
        files += _files("earlier_snapshot", file_and_day(one)[0])
    others = {
        "layout": request.layout,
        "answers": request.answers if request.answers and request.answers.exists() else None,
        "policy": request.policy,
        "notebook": request.notebook,
    }
    files += [(role, path.name, path) for role, path in others.items() if path is not None]
    stated = [(role, name, path) for role, name, path in files if not name.startswith(".")]
    return [
        {"role": role, "file": name, **_print(path)} if path else {"role": role, "database": name}
        for role, name, path in stated
    ]


def other_files(record: Mapping[str, Any] | None, now: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The files of a published ledger, where none of them is among those of the report that is made now.

    A frozen ledger is a report opened again, whatever the export was called.

    >>> other_files({"inputs": [{"role": "ledger", "file": "a.csv"}]}, [{"role": "ledger", "file": "b.csv"}])
    ('a.csv',)
    """
    then, these = (
        {str(each.get("file") or each.get("database")) for each in some if each["role"] == "ledger"}
        for some in ((record or {}).get("inputs", ()), now)
    )
    return () if then & these or FROZEN_LEDGER in then | these else tuple(sorted(then))


def _files(role: str, given: Path | str) -> list[tuple[str, str, Path | None]]:
    """The files of a source, each with its role and name; a database has a name alone."""
    if is_url(given):
        return [(role, name_of(given), None)]
    source = Path(given)
    folder = source if source.is_dir() else source.parent
    inside = sorted(source.rglob("*")) if source.is_dir() else [source]
    return [(role, path.relative_to(folder).as_posix(), path) for path in inside if path.is_file()]


def _print(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": file_digest(file, "sha256").hexdigest()}


def library_versions() -> dict[str, str]:
    """The version of Python and of each library that shapes a report."""
    return {"python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def results(page: MonthlyReport, proof: pd.DataFrame) -> dict[str, object]:
    """What came out of a report: balances, KPIs, control totals, reconciliation, findings.

    ``aging`` is in document currency, which later versions are compared with; ``presentation`` has what the report
    shows: its currency, the balances in it, and of which by currency with the rates.
    """
    facts = page.facts
    # What is stored is English, whatever language the page has.
    stored = facts if page.language == ENGLISH else replace(facts, language=ENGLISH)
    return {
        "aging": rows_of(facts.booked_by_entity),
        "presentation": {
            "currency": facts.main_currency,
            "why": facts.presentation.why,
            "aging": rows_of(facts.by_entity),
            "currencies": rows_of(facts.by_currency),
        },
        "window": facts.policy.window,
        "kpis": rows_of(stored.kpis_on(facts.day)[list(KPI_COLUMNS)]),
        "control_totals": control_totals(proof),
        "reconciliation": rows_of(proof),
        "tie_out": rows_of(page.closing.differences),
        "doubts": stored.doubts,
        "relations": rows_of(facts.intercompany),
        "findings": findings_by_code(page.ledger.findings),
    }


def control_totals(reconciliation: pd.DataFrame) -> dict[str, float]:
    """The control total of each currency, added exactly."""
    from arkit.present.sheets import totals_by_currency

    return {row["currency"]: row["control_total"] for row in totals_by_currency(reconciliation, "control_total")}


def findings_by_code(findings: pd.DataFrame) -> dict[str, dict[str, object]]:
    """For each code of a finding: its rows, what was done, and the amounts by currency."""
    from arkit.present.sheets import totals_by_currency

    found = {}
    for (code, action), rows in findings.groupby(["code", "action"], observed=True):
        totals = totals_by_currency(rows.dropna(subset="amount"), "amount")
        sums = {row["currency"]: row["amount"] for row in totals}
        found[str(code)] = {"rows": len(rows), "action": str(action), "amounts": sums}
    return found


def rows_of(table: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a table as JSON knows them: dates as ISO text, what is missing as null."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def outputs(folder: Path, names: Iterable[str]) -> dict[str, dict[str, object]]:
    """Size and SHA-256 of the files of a report."""
    return {name: _print(folder / name) for name in names}


def write_manifest(path: Path, content: Mapping[str, Any]) -> None:
    """Write what is known of a run as JSON."""
    # NaN is no JSON: other programs could not read the record.
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n"
    )


PLACES: Final = ("item", "source", "source_row")
"""Where a row was in which file: it changes when a file is renamed, or a row of another entity is put before it."""
WORDING: Final = ("message",)
"""The sentence of a finding follows from its code; a sentence that arkit words better makes no report another."""

SINCE_0_1_0: Final = frozenset({"tax"})
"""Columns that 0.1.0 did not have; without a value in them a ledger is what it was."""

OF_0_1_0: Final = frozenset(
    (
        *("name", "edges", "basis", "day_zero", "unapplied", "stop_share_of_rows", "stop_share_of_amount"),
        *("gl_tolerance", "cost_of_capital", "segmentation", "collection"),
    )
)
"""The settings of a policy that 0.1.0 had; the hashes of its reports are made of them."""

Identity = Mapping[str, str]


def identity(request: Request, ledger: Ledger, policy: Policy, accepted: Sequence[Accepted] = ()) -> dict[str, str]:
    """What a report follows from: the part of the ledger, the policy, the notebook, its parameters, arkit.

    An export that was written again, or in which another entity's rows changed, leaves the identity of a report as
    it was. English, which all reports were in once, is not part of it.
    """
    with request.notebook.open("rb") as file:
        notebook = file_digest(file, "sha256").hexdigest()
    return {
        "ledger": ledger_hash(ledger),
        "policy": _hash(msgspec.json.encode(_stated(policy))),
        "notebook": notebook,
        "parameters": _hash(msgspec.json.encode(request.parameters, order="sorted")),
        "arkit": library_versions()["arkit"],
        **({} if request.language == ENGLISH else {"language": request.language}),
        **({"currency": request.currency} if request.currency else {}),
        **({"accepted": _hash(msgspec.json.encode(accepted))} if accepted else {}),
    }


def _stated(policy: Policy) -> dict[str, Any]:
    """What a policy says; a setting that 0.1.0 did not have counts once it is another than the default."""
    usual = msgspec.to_builtins(Policy())
    stated = msgspec.to_builtins(policy).items()
    return {name: value for name, value in stated if name in OF_0_1_0 or value != usual.get(name)}


def ledger_hash(ledger: Ledger) -> str:
    """A hash of what a ledger says, whatever the order of its rows."""
    # Not the last day covered, nor the number of rows read: they grow with what others add to an export.
    said = sha256(msgspec.json.encode((ledger.covers[0], ledger.known)))
    for table in fields(ledger.frames):
        rows: pl.DataFrame = getattr(ledger.frames, table.name)
        rows = rows.drop(*PLACES, *WORDING, strict=False).with_columns(pl.col(pl.Categorical).cast(pl.String))
        rows = rows.drop(name for name in SINCE_0_1_0 & {*rows.columns} if rows[name].is_null().all())
        said.update(f"{table.name}\n".encode())
        said.update(rows.sort(rows.columns, nulls_last=True).write_csv(quote_style="necessary").encode())
    return said.hexdigest()


def identity_of(record: Mapping[str, Any], ledger: Ledger) -> dict[str, str]:
    """What a published report follows from, with the hash of its frozen ledger as it is taken today.

    What 0.1.0 stored has other names by now, and a hash of it would differ although nothing has changed.
    """
    return {**record.get("identity", {}), "ledger": ledger_hash(ledger)}


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def what_differs(published: Identity, now: Identity) -> list[str]:
    """The names of what a report no longer follows from.

    >>> what_differs({"ledger": "1", "policy": "2"}, {"ledger": "1", "policy": "3"})
    ['policy']
    """
    return [name for name in {**now, **published} if published.get(name) != now.get(name)]


CAN_LOCK: Final = sys.platform != "win32"
"""Where no folder can be locked, nothing counts as left over, and a second run is not refused."""


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside the target; it is removed at the end, whatever happens.

    Raises
    ------
    ReportError
        The folder cannot be made.
    """
    new = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_over(target)
        folder = target.with_name(f".{target.name}-making-{token_hex(4)}")
        folder.mkdir()
    except OSError as error:
        raise ReportError(f"Nothing can be written to {target.parent}: {error.strerror or error}.") from error
    held = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held is not None:
            os.close(held)
        with suppress(OSError):  # the first that is not empty ends it
            for made in new:
                made.rmdir()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other run make reports in the folder of a day; one that was killed holds no lock.

    Raises
    ------
    RunError
        Another run is at work.
    """
    held = _lock(folder)
    if held is None and CAN_LOCK:
        raise RunError(
            f"The month-end of {folder.name} is already being made in {folder}. Wait until that run has ended."
        )
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _remove_left_over(target: Path) -> None:
    """Remove what killed runs left: hidden folders that no living process has locked."""
    for folder in target.parent.glob(f".{escape(target.name)}-making-*"):
        held = _lock(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _lock(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; nothing where another has locked it, or where none can be."""
    if sys.platform == "win32":
        return None
    from fcntl import LOCK_EX, LOCK_NB, flock

    opened = os.open(folder, os.O_RDONLY)
    try:
        flock(opened, LOCK_EX | LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened


ATTEMPTS: Final = 20


def versions(place: Path) -> list[Path]:
    """The published versions of a report, the first one first.

    The first version is the place itself, so that a link to it stays true; the second is ``ES+v2`` beside ``ES``.
    """
    beside = [*place.parent.glob(escape(place.name)), *place.parent.glob(f"{escape(place.name)}+v*")]
    return sorted((found for found in beside if first_version(found) == place), key=version_of)


def current(place: Path) -> Path | None:
    """The version of a report that counts now: the latest."""
    return next(reversed(versions(place)), None)


def next_version(place: Path) -> Path:
    """The place of the next version."""
    latest = current(place)
    return place.with_name(f"{place.name}+v{version_of(latest) + 1}") if latest else place


def publish(folder: Path, place: Path) -> Path:
    """Move a finished folder to the place of the next version, at once, and return it.

    Raises
    ------
    ReportError
        It cannot be moved there; nothing was published.
    """
    reason: OSError | None = None
    for _ in range(ATTEMPTS):
        version = next_version(place)
        try:
            # The hidden folder is beside it, on the same disk: a rename
            # happens at once, and never onto a folder with something in it.
            return folder.rename(version)
        except OSError as error:
            reason = error
            if not version.exists():
                break  # else another run published in between, and mine is the version after it
    raise ReportError(f"The report cannot be moved to {place}: {reason}.") from reason
