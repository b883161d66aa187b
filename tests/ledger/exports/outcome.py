"""What became of an export that was read: the ledger it must come to, a refusal with the reason, or something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import arkit as ar
from arkit.errors import LayoutError, LedgerError, ReadingError
from tests.ledger.exports.catalogue import Example
from tests.ledger.exports.compare import difference, totals

REFUSALS = (LayoutError, LedgerError, ReadingError)
# What the example's export does not say and its reader must.
Said = Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """How reading ended, and what was said or found different."""

    kind: str
    reason: str = ""


def outcome(path: Path, example: Example, wanted: ar.Ledger) -> Outcome:
    """Read an export without a layout, saying only its currency, and compare.

    The kinds: ``identical``; ``refused`` with a reason; ``told``, another ledger with a finding that sets a row apart
    or a total that is not proven; ``other``, another ledger with the same totals; ``silent``, another total and no word.
    """
    try:
        ledger = ar.read_ledger(path, hints=said(example))
    except REFUSALS as refusal:
        return Outcome("refused", str(refusal))
    differs = difference(ledger, wanted, example.told)
    if not differs:
        return Outcome("identical")
    if warned(ledger):
        return Outcome("told", differs)
    return Outcome("other" if totals(ledger) == totals(wanted) else "silent", differs)


def said(example: Example) -> dict[str, str]:
    """Return what must be said of an example: its currency, where it has none."""
    return {"currency": example.currency} if example.currency else {}


def warned(ledger: ar.Ledger) -> bool:
    """Tell whether a ledger says itself that it is not whole: a row set apart, a total that is not proven."""
    found = ledger.findings
    return bool((found["action"] == "set_apart").any() or found["code"].str.contains("total|proof|unproven").any())
