"""What became of an export that was read: the ledger it must come to, a refusal with the reason, or something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import arkit as ar
from arkit.errors import LayoutError, LedgerError, ReadingError
from tests.read.exports.compare import difference, facts, totals
from tests.read.exports.mutants import Mutant

REFUSALS = (LayoutError, LedgerError, ReadingError)


@dataclass(frozen=True)
class Outcome:
    """How reading ended, and what was said or found different."""

    kind: str
    reason: str = ""


def outcome(path: Path, mutant: Mutant) -> Outcome:
    """Read a mutant without a layout, with the answers to what its example leaves open, and compare.

    The kinds: ``identical``; ``refused`` with a reason; ``told``, another ledger with a finding that sets a row apart
    or a total that is not proven; ``other``, another ledger with the same totals; ``silent``, another total, no word.
    """
    try:
        ledger = ar.read_ledger(path, **mutant.answers)
    except REFUSALS as refusal:
        return Outcome("refused", str(refusal))
    told = mutant.example.told
    wanted = mutant.example.facts if mutant.items == mutant.example.items else facts(mutant.wanted, told)
    differs = difference(facts(ledger, told), wanted)
    if not differs:
        return Outcome("identical")
    if warned(ledger):
        return Outcome("told", differs)
    return Outcome("other" if totals(ledger) == totals(mutant.wanted) else "silent", differs)


def warned(ledger: ar.Ledger) -> bool:
    """Tell whether a ledger says itself that it is not whole: a row set apart, a total that is not proven."""
    found = ledger.findings
    return bool((found["action"] == "excluded").any() or found["code"].str.contains("total|proof|unproven").any())
