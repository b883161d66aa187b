"""What came in: the ledger, how it is read, checked, frozen and made up."""

from arkit.ledger.frozen import freeze
from arkit.ledger.layout import Layout
from arkit.ledger.model import Ledger
from arkit.ledger.reading import make_ledger, read_ledger, sample_ledger

__all__ = ["Layout", "Ledger", "freeze", "make_ledger", "read_ledger", "sample_ledger"]
