"""What was published before a report, compared with what is known now."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from arkit.currencies import decimals
from arkit.days import months_before
from arkit.ledger import Ledger, read_ledger
from arkit.measures import explain_changes
from arkit.measures.changes import last_known
from arkit.pages.earlier import Compared, Earlier
from arkit.pages.published import version_of
from arkit.policy import Policy
from arkit.present.cells import exact_total
from arkit.run.identity import what_differs
from arkit.run.making import LEDGER, Making, record_of
from arkit.run.manifest import rows_of
from arkit.run.versions import current
from arkit.terms import UNAPPLIED

BALANCES: Final = ("gross", UNAPPLIED, "net")


def earlier_of(making: Making, ledger: Ledger) -> Earlier:
    """Return what was published before a report: its own last version, and the report of the month before."""
    place, day = making.place, making.request.as_of
    month = months_before(day, 1)
    return Earlier(
        version=_compared(current(place), making, ledger, day),
        month=_compared(current(place.parent.with_name(month.isoformat()) / place.name), making, ledger, month),
    )


def _compared(folder: Path | None, making: Making, ledger: Ledger, day: date) -> Compared | None:
    """Compare a published report with what the ledger says of its day now; nothing where it cannot tell."""
    record = record_of(folder)
    if folder is None or record is None or not ledger.covers[0] <= day <= ledger.covers[1]:
        return None
    published, stated = read_ledger(folder / LEDGER), folder / "policy.toml"
    changes = explain_changes(
        ledger,
        as_of=day,
        published=published,
        policy=making.policy,
        published_policy=Policy.load(stated) if stated.is_file() else Policy(),
    )
    return Compared(
        day=day,
        version=version_of(folder),
        published_on=datetime.fromisoformat(record["finished"]).date(),
        known=last_known(published),
        differs=tuple(what_differs(record.get("identity", {}), making.identity)),
        balances=tuple(_balances(pd.DataFrame(record["aging"]))),
        changes=tuple(rows_of(changes)),
    )


def _balances(aging: pd.DataFrame) -> list[dict[str, object]]:
    """Return the balances of an aging by entity, added up by currency."""
    if aging.empty:
        return []
    return [
        {"currency": str(code), **{name: exact_total(rows[name], places=decimals(str(code))) for name in BALANCES}}
        for code, rows in aging.groupby("currency")
    ]
