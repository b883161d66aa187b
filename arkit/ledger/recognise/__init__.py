"""An export of any system to a layout: what each thing in the file is, on which evidence, or what must be asked."""

from arkit.ledger.recognise.canonical import canonical_rows, is_canonical
from arkit.ledger.recognise.hints import Hints, as_hints
from arkit.ledger.recognise.proofs import proof_decisions
from arkit.ledger.recognise.recognising import Recognised, recognise

__all__ = ["Hints", "Recognised", "as_hints", "canonical_rows", "is_canonical", "proof_decisions", "recognise"]
